//! `Record`: a row that is read by index and by name.
//!
//! The type is made by hand with the C API, since a record holds its values in itself (one
//! allocation a row, as a tuple has), which a class of pyo3 cannot.
#![expect(
    unsafe_code,
    reason = "a variable-sized Python type is the C API's own business"
)]

mod shape;

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt::Write as _;
use std::mem::size_of;
use std::ptr::{self, null_mut};

use pyo3::exceptions::{PyIndexError, PyKeyError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyIterator, PyString, PyTuple, PyType};

pub(crate) use shape::RecordShape;

/// A record in memory: a tuple with one more reference in front.
#[repr(C)]
struct RecordObject {
    base: ffi::PyVarObject,
    shape: *mut ffi::PyObject,
    values: [*mut ffi::PyObject; 0],
}

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The class `Record`.
pub(crate) fn record_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    TYPE.get_or_try_init(py, || make_type(py))
        .map(|t| t.bind(py))
}

/// A record under construction: its values are given one after the other, from the left.
pub(crate) struct RecordBuilder<'py> {
    record: Bound<'py, PyAny>,
    filled: usize,
}

impl<'py> RecordBuilder<'py> {
    #[inline]
    pub(crate) fn new(
        class: &Bound<'py, PyType>,
        shape: &Bound<'py, RecordShape>,
        len: usize,
    ) -> PyResult<Self> {
        let py = class.py();
        // SAFETY: `class` is the type made below, whose basic and item sizes are RecordObject's;
        // the values are NULL until they are set, which dealloc allows, and the collector does
        // not see it before `finish` says so.
        let record = unsafe {
            let size = len as ffi::Py_ssize_t;
            let raw: *mut ffi::PyObject = ffi::PyObject_GC_NewVar(class.as_type_ptr(), size);
            if raw.is_null() {
                return Err(PyErr::fetch(py));
            }
            (*raw.cast::<RecordObject>()).shape = shape.clone().into_ptr();
            ptr::write_bytes(values(raw), 0, len);
            Bound::from_owned_ptr(py, raw)
        };
        Ok(Self { record, filled: 0 })
    }

    #[inline]
    pub(crate) fn push(&mut self, value: Bound<'py, PyAny>) {
        let raw = self.record.as_ptr();
        // SAFETY: the record is ours alone, and the index is checked against its size.
        unsafe {
            assert!(
                self.filled < len(raw),
                "a record is filled beyond its columns"
            );
            *values(raw).add(self.filled) = value.into_ptr();
        }
        self.filled += 1;
    }

    /// The finished record; one that holds only atoms cannot be part of a cycle, and is spared
    /// the garbage collector's visits.
    #[inline]
    pub(crate) fn finish(self, atoms: bool) -> Bound<'py, PyAny> {
        if !atoms {
            // SAFETY: a complete object of a garbage collected type, not tracked so far.
            unsafe { ffi::PyObject_GC_Track(self.record.as_ptr().cast()) };
        }
        self.record
    }
}

/// Makes a record from names and values: what unpickling calls.
#[pyfunction]
pub(crate) fn make_record<'py>(
    names: &Bound<'py, PyTuple>,
    values: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = names.py();
    if names.len() != values.len() {
        return Err(PyTypeError::new_err("a record needs a value for each name"));
    }
    let shape = Bound::new(py, RecordShape::new(names)?)?;
    let mut builder = RecordBuilder::new(record_type(py)?, &shape, values.len())?;
    values.iter().for_each(|value| builder.push(value));
    Ok(builder.finish(false))
}

// SAFETY of the two: `record` must be a live RecordObject.
unsafe fn len(record: *mut ffi::PyObject) -> usize {
    unsafe { ffi::Py_SIZE(record) as usize }
}

unsafe fn values(record: *mut ffi::PyObject) -> *mut *mut ffi::PyObject {
    unsafe { (&raw mut (*record.cast::<RecordObject>()).values).cast() }
}

fn shape<'py>(record: &Bound<'py, PyAny>) -> &'py RecordShape {
    // SAFETY: every function below gets a RecordObject, whose shape is set at construction and
    // lives as long as it; RecordShape is frozen.
    unsafe {
        let shape = (*record.as_ptr().cast::<RecordObject>()).shape;
        let shape: &Bound<'py, RecordShape> = &*(&raw const shape).cast();
        let shape: *const RecordShape = shape.get();
        &*shape
    }
}

fn item<'py>(record: &Bound<'py, PyAny>, index: usize) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a live RecordObject; the index is checked.
    unsafe {
        if index >= len(record.as_ptr()) {
            return Err(PyIndexError::new_err("record index out of range"));
        }
        let value = *values(record.as_ptr()).add(index);
        Ok(Bound::from_borrowed_ptr(record.py(), value))
    }
}

fn to_tuple<'py>(record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    // SAFETY: a live RecordObject; the new tuple is filled with references of its own before
    // anybody sees it.
    unsafe {
        let record_ptr = record.as_ptr();
        let tuple = ffi::PyTuple_New(ffi::Py_SIZE(record_ptr));
        let tuple = Bound::from_owned_ptr_or_err(record.py(), tuple)?;
        for i in 0..len(record_ptr) {
            let value = ffi::Py_NewRef(*values(record_ptr).add(i));
            ffi::PyTuple_SET_ITEM(tuple.as_ptr(), i as isize, value);
        }
        Ok(tuple.cast_into_unchecked())
    }
}

fn index_of(record: &Bound<'_, PyAny>, name: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    let (py, shape) = (record.py(), shape(record));
    match shape.scan(py, name.as_ptr()) {
        Some(index) => Ok(Some(index)),
        None => shape.find(name),
    }
}

fn subscript<'py>(
    record: &Bound<'py, PyAny>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    if key.is_instance_of::<PyString>() {
        return match index_of(record, key)? {
            Some(index) => item(record, index),
            None => Err(PyKeyError::new_err(key.clone().unbind())),
        };
    }
    // SAFETY: a live RecordObject.
    let len = unsafe { len(record.as_ptr()) } as isize;
    match key.extract::<isize>() {
        Ok(index) => item(record, if index < 0 { index + len } else { index } as usize),
        // A slice, and the message for what is neither.
        Err(_) => to_tuple(record)?.as_any().get_item(key),
    }
}

fn repr(record: &Bound<'_, PyAny>) -> PyResult<String> {
    let names = shape(record).names(record.py());
    let mut text = String::from("<Record");
    for (name, value) in names.iter().zip(to_tuple(record)?.iter()) {
        // Writing to a String cannot fail.
        let _ = write!(text, " {name}={}", value.repr()?);
    }
    text.push('>');
    Ok(text)
}

fn compare(
    record: &Bound<'_, PyAny>,
    other: &Bound<'_, PyAny>,
    operation: c_int,
) -> PyResult<Py<PyAny>> {
    let py = record.py();
    let other = if other.is_instance(record_type(py)?)? {
        to_tuple(other)?
    } else if let Ok(tuple) = other.cast::<PyTuple>() {
        tuple.clone()
    } else {
        return Ok(py.NotImplemented());
    };
    // SAFETY: two live tuples.
    unsafe {
        let result =
            ffi::PyObject_RichCompare(to_tuple(record)?.as_ptr(), other.as_ptr(), operation);
        Bound::from_owned_ptr_or_err(py, result).map(Bound::unbind)
    }
}

/// Runs a slot's body and turns its error into the C API's way of saying so.
///
/// A panic must not cross into C: it becomes an exception, too.
fn slot<T>(
    record: *mut ffi::PyObject,
    error: T,
    body: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T>,
) -> T {
    // SAFETY: the interpreter calls slots attached, with a live object.
    let (py, record) = unsafe {
        let py = Python::assume_attached();
        (py, Bound::from_borrowed_ptr(py, record))
    };
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(&record)));
    match result {
        Ok(Ok(value)) => value,
        Ok(Err(raised)) => {
            raised.restore(py);
            error
        }
        Err(_) => {
            PyErr::new::<pyo3::panic::PanicException, _>("panic in Record").restore(py);
            error
        }
    }
}

extern "C" fn tp_dealloc(record: *mut ffi::PyObject) {
    // SAFETY: called once, when the last reference is gone. A record that holds records may be
    // deep, but no deeper than the JSON or array it was decoded from.
    unsafe {
        ffi::PyObject_GC_UnTrack(record.cast());
        tp_clear(record);
        let class = ffi::Py_TYPE(record);
        ffi::PyObject_GC_Del(record.cast());
        ffi::Py_DECREF(class.cast());
    }
}

extern "C" fn tp_traverse(
    record: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: called by the collector with a live record; NULL values are passed over.
    unsafe {
        let class: *mut ffi::PyObject = ffi::Py_TYPE(record).cast();
        let shape = (*record.cast::<RecordObject>()).shape;
        let held = (0..len(record)).map(|i| *values(record).add(i));
        for object in [class, shape].into_iter().chain(held) {
            if !object.is_null() {
                let result = visit(object, arg);
                if result != 0 {
                    return result;
                }
            }
        }
    }
    0
}

extern "C" fn tp_clear(record: *mut ffi::PyObject) -> c_int {
    // SAFETY: a live record; each reference is taken out before it is given up, so that code run
    // by that finds none of them.
    unsafe {
        for i in 0..len(record) {
            ffi::Py_XDECREF(ptr::replace(values(record).add(i), null_mut()));
        }
        let shape = &raw mut (*record.cast::<RecordObject>()).shape;
        ffi::Py_XDECREF(ptr::replace(shape, null_mut()));
    }
    0
}

extern "C" fn sq_length(record: *mut ffi::PyObject) -> ffi::Py_ssize_t {
    // SAFETY: a live record.
    unsafe { ffi::Py_SIZE(record) }
}

extern "C" fn sq_item(record: *mut ffi::PyObject, index: ffi::Py_ssize_t) -> *mut ffi::PyObject {
    slot(record, null_mut(), |r| {
        item(r, index as usize).map(Bound::into_ptr)
    })
}

extern "C" fn sq_contains(record: *mut ffi::PyObject, key: *mut ffi::PyObject) -> c_int {
    slot(record, -1, |r| {
        // SAFETY: the interpreter hands over a live object.
        let key = unsafe { Bound::from_borrowed_ptr(r.py(), key) };
        Ok(c_int::from(index_of(r, &key)?.is_some()))
    })
}

extern "C" fn mp_subscript(
    record: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls slots attached, with live objects; the shape lives as long as
    // the record, and none of its names' indices lies beyond the record's values.
    unsafe {
        let py = Python::assume_attached();
        let shape: *const Py<RecordShape> =
            (&raw const (*record.cast::<RecordObject>()).shape).cast();
        if let Some(index) = (*shape).get().scan(py, key) {
            return ffi::Py_NewRef(*values(record).add(index));
        }
    }
    slot(record, null_mut(), |r| {
        // SAFETY: the interpreter hands over a live object.
        let key = unsafe { Bound::from_borrowed_ptr(r.py(), key) };
        subscript(r, &key).map(Bound::into_ptr)
    })
}

extern "C" fn tp_iter(record: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(record, null_mut(), |r| {
        Ok(to_tuple(r)?.try_iter()?.into_ptr())
    })
}

extern "C" fn tp_hash(record: *mut ffi::PyObject) -> ffi::Py_hash_t {
    slot(record, -1, |r| {
        to_tuple(r)?.hash().map(|h| h as ffi::Py_hash_t)
    })
}

extern "C" fn tp_repr(record: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(record, null_mut(), |r| {
        Ok(PyString::new(r.py(), &repr(r)?).into_ptr())
    })
}

extern "C" fn tp_richcompare(
    record: *mut ffi::PyObject,
    other: *mut ffi::PyObject,
    operation: c_int,
) -> *mut ffi::PyObject {
    slot(record, null_mut(), |r| {
        // SAFETY: the interpreter hands over a live object.
        let other = unsafe { Bound::from_borrowed_ptr(r.py(), other) };
        compare(r, &other, operation).map(Py::into_ptr)
    })
}

extern "C" fn keys(record: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(record, null_mut(), |r| {
        iterator(shape(r).names(r.py())).map(Bound::into_ptr)
    })
}

extern "C" fn values_method(
    record: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    slot(record, null_mut(), |r| {
        iterator(&to_tuple(r)?).map(Bound::into_ptr)
    })
}

extern "C" fn items(record: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(record, null_mut(), |r| {
        let names = shape(r).names(r.py());
        let pairs: Vec<_> = names.iter().zip(to_tuple(r)?.iter()).collect();
        iterator(&PyTuple::new(r.py(), pairs)?).map(Bound::into_ptr)
    })
}

fn iterator<'py>(tuple: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyIterator>> {
    tuple.try_iter()
}

extern "C" fn get(record: *mut ffi::PyObject, args: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(record, null_mut(), |r| {
        // SAFETY: METH_VARARGS hands over a tuple.
        let args = unsafe { Bound::from_borrowed_ptr(r.py(), args) };
        let args = args.cast_into::<PyTuple>()?;
        if !(1..=2).contains(&args.len()) {
            return Err(PyTypeError::new_err("get() takes a name and a default"));
        }
        match index_of(r, &args.get_item(0)?)? {
            Some(index) => item(r, index),
            None if args.len() == 2 => args.get_item(1),
            None => Ok(r.py().None().into_bound(r.py())),
        }
        .map(Bound::into_ptr)
    })
}

extern "C" fn reduce(record: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    slot(record, null_mut(), |r| {
        let py = r.py();
        let make = py.import("data_bridge._engine")?.getattr("make_record")?;
        let arguments = (shape(r).names(py).clone(), to_tuple(r)?);
        Ok((make, arguments).into_pyobject(py)?.into_ptr())
    })
}

fn method(
    name: &'static CStr,
    function: ffi::PyCFunction,
    flags: c_int,
    doc: &'static CStr,
) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunction: function,
        },
        ml_flags: flags,
        ml_doc: doc.as_ptr(),
    }
}

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    let doc: &CStr = c"A row of a result.\n\nIts values are read by index and by the column's name; it iterates over its values, compares\nand hashes as the tuple of them, and turns into a dict by dict(record).";
    // The type keeps pointing at its methods: they live as long as the process.
    let methods = Box::leak(Box::new([
        method(
            c"keys",
            keys,
            ffi::METH_NOARGS,
            c"The names of the columns.",
        ),
        method(c"values", values_method, ffi::METH_NOARGS, c"The values."),
        method(
            c"items",
            items,
            ffi::METH_NOARGS,
            c"Pairs of name and value.",
        ),
        method(
            c"get",
            get,
            ffi::METH_VARARGS,
            c"The value of a name, or a default.",
        ),
        method(c"__reduce__", reduce, ffi::METH_NOARGS, c"For pickle."),
        ffi::PyMethodDef::zeroed(),
    ]));
    let slot = |slot: c_int, function: *mut c_void| ffi::PyType_Slot {
        slot,
        pfunc: function,
    };
    let mut slots = [
        slot(ffi::Py_tp_doc, doc.as_ptr().cast_mut().cast()),
        slot(ffi::Py_tp_methods, methods.as_mut_ptr().cast()),
        slot(ffi::Py_tp_dealloc, tp_dealloc as *mut c_void),
        slot(ffi::Py_tp_traverse, tp_traverse as *mut c_void),
        slot(ffi::Py_tp_clear, tp_clear as *mut c_void),
        slot(ffi::Py_sq_length, sq_length as *mut c_void),
        slot(ffi::Py_sq_item, sq_item as *mut c_void),
        slot(ffi::Py_sq_contains, sq_contains as *mut c_void),
        slot(ffi::Py_mp_length, sq_length as *mut c_void),
        slot(ffi::Py_mp_subscript, mp_subscript as *mut c_void),
        slot(ffi::Py_tp_iter, tp_iter as *mut c_void),
        slot(ffi::Py_tp_hash, tp_hash as *mut c_void),
        slot(ffi::Py_tp_repr, tp_repr as *mut c_void),
        slot(ffi::Py_tp_richcompare, tp_richcompare as *mut c_void),
        slot(0, null_mut()),
    ];
    let name: *const c_char = c"data_bridge._engine.Record".as_ptr();
    let mut spec = ffi::PyType_Spec {
        name,
        basicsize: size_of::<RecordObject>() as c_int,
        itemsize: size_of::<*mut ffi::PyObject>() as c_int,
        flags: (ffi::Py_TPFLAGS_DEFAULT
            | ffi::Py_TPFLAGS_HAVE_GC
            | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION
            | ffi::Py_TPFLAGS_SEQUENCE) as _,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the spec describes RecordObject, and its slots have the signatures they stand for.
    unsafe {
        let class = ffi::PyType_FromSpec(&raw mut spec);
        Ok(Bound::from_owned_ptr_or_err(py, class)?
            .cast_into::<PyType>()?
            .unbind())
    }
}

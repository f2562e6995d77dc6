//! Where the columns of a model lie in its instances.
#![expect(
    unsafe_code,
    reason = "slots are written by offset, from the wire into the instance"
)]

use std::ptr;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple, PyType};

/// The slot that says which columns of an instance were changed; None in a row just read.
const CHANGES: &str = "_changes";

/// The offsets of a model's columns in its instances, in the order of its queries.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct ModelLayout {
    class: Py<PyType>,
    names: Vec<String>,
    offsets: Vec<isize>,
    changes: isize,
    /// Whether instances hold more than columns: what a program of its own may put there can refer
    /// back to them.
    open: bool,
}

#[pymethods]
impl ModelLayout {
    /// The layout of `class`, a class whose `__slots__` hold each of `columns` and `_changes`.
    #[new]
    fn new(class: &Bound<'_, PyType>, columns: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let mut names = Vec::with_capacity(columns.len());
        let mut offsets = Vec::with_capacity(columns.len());
        for column in columns {
            let name = column.cast::<PyString>()?;
            offsets.push(slot_offset(class, name)?);
            names.push(name.to_str()?.to_owned());
        }
        let changes = slot_offset(class, &PyString::new(class.py(), CHANGES))?;
        // SAFETY: the type is alive, and `type` sets its size once.
        let size = unsafe { (*class.as_type_ptr()).tp_basicsize } as usize;
        let closed = size_of::<ffi::PyObject>() + (offsets.len() + 1) * size_of::<usize>();
        let has_dict = class.getattr("__dictoffset__")?.extract::<isize>()? != 0;
        Ok(Self {
            class: class.clone().unbind(),
            names,
            offsets,
            changes,
            open: has_dict || size != closed,
        })
    }

    /// The place of the first of `rows` that is not an instance of just this class with `value` in
    /// its slot; None when all are.
    fn first_other(
        &self,
        rows: &Bound<'_, PyList>,
        slot: &Bound<'_, PyString>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<Option<usize>> {
        let offset = self.offset(slot)?;
        for (place, row) in rows.iter().enumerate() {
            if !row.get_type().is(&self.class) {
                return Ok(Some(place));
            }
            // SAFETY: an instance of the class that the offset belongs to.
            let found = unsafe { slot_value(&row, offset) };
            let same = match found {
                Some(found) => found.is(value) || found.eq(value)?,
                None => false,
            };
            if !same {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Stores a value into a slot of each of `rows`, the first into the first row.
    fn store(
        &self,
        rows: &Bound<'_, PyList>,
        slot: &Bound<'_, PyString>,
        values: &Bound<'_, PyList>,
    ) -> PyResult<()> {
        if values.len() != rows.len() {
            let reason = format!("{} values for {} rows", values.len(), rows.len());
            return Err(PyValueError::new_err(reason));
        }
        let offset = self.offset(slot)?;
        for (row, value) in rows.iter().zip(values.iter()) {
            self.replace(&row, offset, value)?;
        }
        Ok(())
    }

    /// Stores the same value into a slot of all of `rows`; gives the place of the first that had
    /// it already, as one has that is there twice.
    fn store_same(
        &self,
        rows: &Bound<'_, PyList>,
        slot: &Bound<'_, PyString>,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<Option<usize>> {
        let offset = self.offset(slot)?;
        let mut first = None;
        for (place, row) in rows.iter().enumerate() {
            if self.replace(&row, offset, value.clone())? && first.is_none() {
                first = Some(place);
            }
        }
        Ok(first)
    }
}

impl ModelLayout {
    pub(crate) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Gives whether the slot held this very value.
    fn replace<'py>(
        &self,
        row: &Bound<'py, PyAny>,
        offset: isize,
        value: Bound<'py, PyAny>,
    ) -> PyResult<bool> {
        if !row.get_type().is(&self.class) {
            return Err(PyTypeError::new_err(
                "not an instance of the layout's class",
            ));
        }
        // SAFETY: an instance of the class that the offset belongs to. What was in the slot is
        // let go when the new value stands there, since that may run any code.
        unsafe {
            let value = value.into_ptr();
            let old = ptr::replace(slot(row.as_ptr(), offset), value);
            let same = old == value;
            ffi::Py_XDECREF(old);
            Ok(same)
        }
    }

    fn offset(&self, slot: &Bound<'_, PyString>) -> PyResult<isize> {
        let name = slot.to_str()?;
        if name == CHANGES {
            return Ok(self.changes);
        }
        let position = self.position(name);
        position
            .map(|place| self.offsets[place])
            .ok_or_else(|| PyTypeError::new_err(format!("the model has no column {name:?}")))
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// A new instance, its `__init__` not called, its slots empty but for `_changes`.
    #[inline]
    pub(crate) fn instance<'py>(&self, py: Python<'py>) -> PyResult<ModelBuilder<'_, 'py>> {
        let class = self.class.bind(py).as_type_ptr();
        // SAFETY: the class has slots of its own, so it is a garbage collected heap type without
        // items. All behind the object's head is made NULL, as its slots begin; and the
        // collector does not see it before `finish` says so.
        let instance = unsafe {
            let raw = ffi::PyObject_GC_New::<ffi::PyObject>(class);
            let instance = Bound::from_owned_ptr_or_err(py, raw)?;
            let head = size_of::<ffi::PyObject>();
            let slots = (*class).tp_basicsize as usize - head;
            ptr::write_bytes(raw.cast::<u8>().add(head), 0, slots);
            put(raw, self.changes, py.None().into_ptr());
            instance
        };
        Ok(ModelBuilder {
            layout: self,
            instance,
            filled: 0,
        })
    }

    /// The value of a column of an instance; `None` when it was never set.
    ///
    /// # Errors
    /// When `instance` is no instance of the class.
    #[inline]
    pub(crate) fn read<'py>(
        &self,
        instance: &Bound<'py, PyAny>,
        column: usize,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = instance.py();
        // SAFETY: the type is checked first, so the offset is that of an object slot in it.
        unsafe {
            let class = self.class.bind(py).as_type_ptr();
            if ffi::PyObject_TypeCheck(instance.as_ptr(), class) == 0 {
                return Err(PyTypeError::new_err(format!(
                    "expected an instance of {}, not of {}",
                    self.class.bind(py).name()?,
                    instance.get_type().name()?
                )));
            }
            Ok(slot_value(instance, self.offsets[column]))
        }
    }
}

/// An instance under construction.
pub(crate) struct ModelBuilder<'a, 'py> {
    layout: &'a ModelLayout,
    instance: Bound<'py, PyAny>,
    filled: usize,
}

impl<'py> ModelBuilder<'_, 'py> {
    #[inline]
    pub(crate) fn push(&mut self, value: Bound<'py, PyAny>) {
        let offset = self.layout.offsets[self.filled];
        // SAFETY: the instance is ours alone; the slot is NULL, as each is filled once.
        unsafe { put(self.instance.as_ptr(), offset, value.into_ptr()) };
        self.filled += 1;
    }

    /// The finished instance; one that holds only atoms is spared the garbage collector's visits.
    ///
    /// (Should somebody store a container in it later, a cycle through it is not collected; a
    /// model refuses values that are not its columns'.)
    #[inline]
    pub(crate) fn finish(self, atoms: bool) -> Bound<'py, PyAny> {
        if !atoms || self.layout.open {
            // SAFETY: a complete object of a garbage collected type, not tracked so far.
            unsafe { ffi::PyObject_GC_Track(self.instance.as_ptr().cast()) };
        }
        self.instance
    }
}

/// # Safety
/// `offset` must be that of an empty object slot of `instance`; `value` is a reference given away.
unsafe fn put(instance: *mut ffi::PyObject, offset: isize, value: *mut ffi::PyObject) {
    unsafe { ptr::write(slot(instance, offset), value) };
}

/// # Safety
/// `offset` must be that of an object slot of `instance`.
unsafe fn slot_value<'py>(
    instance: &Bound<'py, PyAny>,
    offset: isize,
) -> Option<Bound<'py, PyAny>> {
    unsafe {
        let value = *slot(instance.as_ptr(), offset);
        Bound::from_borrowed_ptr_or_opt(instance.py(), value)
    }
}

/// # Safety
/// `offset` must be that of an object slot of `instance`, which is then aligned for a pointer.
unsafe fn slot(instance: *mut ffi::PyObject, offset: isize) -> *mut *mut ffi::PyObject {
    unsafe { instance.byte_offset(offset).cast() }
}

/// The part of `CPython`'s member descriptor that says where the member lies.
#[repr(C)]
struct MemberDescriptor {
    base: ffi::PyObject,
    class: *mut ffi::PyTypeObject,
    name: *mut ffi::PyObject,
    qualified_name: *mut ffi::PyObject,
    member: *mut ffi::PyMemberDef,
}

/// Where a class keeps what it has in a slot.
///
/// # Errors
/// When it has no such slot.
pub(crate) fn slot_offset(
    class: &Bound<'_, PyType>,
    name: &Bound<'_, PyString>,
) -> PyResult<isize> {
    let no_slot = || PyTypeError::new_err(format!("{class} has no slot {name:?}"));
    // A model's class attributes are answered by its metaclass: look into the classes themselves.
    for base in class.mro().iter() {
        let members = base.getattr("__dict__")?;
        let Ok(descriptor) = members.get_item(name) else {
            continue;
        };
        // SAFETY: the type of the descriptor is compared first, and CPython lays it out so.
        unsafe {
            if ffi::Py_TYPE(descriptor.as_ptr()) != &raw mut ffi::PyMemberDescr_Type {
                return Err(no_slot());
            }
            let member = (*descriptor.as_ptr().cast::<MemberDescriptor>()).member;
            if (*member).type_code != ffi::Py_T_OBJECT_EX {
                return Err(no_slot());
            }
            return Ok((*member).offset);
        }
    }
    Err(no_slot())
}

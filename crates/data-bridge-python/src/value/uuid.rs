//! `uuid.UUID`, made without its constructor, which spends most of a microsecond on its many
//! arguments.

#![expect(
    unsafe_code,
    reason = "a UUID's fields are set in its slots, for it refuses assignment"
)]

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyType};

use crate::error::Failure;
use crate::model_layout::slot_offset;

/// The class `uuid.UUID` with its two slots, and what the second has in all UUIDs from elsewhere.
pub(crate) struct UuidClass {
    class: Py<PyType>,
    int: isize,
    is_safe: isize,
    unknown: Py<PyAny>,
}

impl UuidClass {
    pub(crate) fn get(py: Python<'_>) -> PyResult<&Self> {
        static CLASS: PyOnceLock<UuidClass> = PyOnceLock::new();
        CLASS.get_or_try_init(py, || {
            let module = py.import("uuid")?;
            let class = module.getattr("UUID")?.cast_into::<PyType>()?;
            if class.getattr("__dictoffset__")?.extract::<isize>()? != 0 {
                let reason = "uuid.UUID keeps its fields elsewhere than in slots";
                return Err(PyTypeError::new_err(reason));
            }
            Ok(Self {
                int: slot_offset(&class, &PyString::new(py, "int"))?,
                is_safe: slot_offset(&class, &PyString::new(py, "is_safe"))?,
                unknown: module.getattr("SafeUUID")?.getattr("unknown")?.unbind(),
                class: class.unbind(),
            })
        })
    }

    /// The class itself.
    pub(crate) fn class<'py>(&self, py: Python<'py>) -> &Bound<'py, PyType> {
        self.class.bind(py)
    }
}

pub(super) fn uuid(py: Python<'_>, value: [u8; 16]) -> Result<Bound<'_, PyAny>, Failure> {
    let class = UuidClass::get(py)?;
    let int = u128::from_be_bytes(value).into_pyobject(py)?;
    // SAFETY: `class` has slots and so is a garbage collected heap type without items, and without
    // a `__new__` of its own. All behind the object's head is made NULL, as its slots begin; the
    // two offsets are those of object slots in it. It is never shown to the collector: what it
    // holds are an int and a member of an enumeration, and it takes nothing else.
    unsafe {
        let class_ptr = class.class.bind(py).as_type_ptr();
        let raw = ffi::PyObject_GC_New::<ffi::PyObject>(class_ptr);
        let uuid = Bound::from_owned_ptr_or_err(py, raw)?;
        let head = size_of::<ffi::PyObject>();
        let slots = (*class_ptr).tp_basicsize as usize - head;
        raw.cast::<u8>().add(head).write_bytes(0, slots);
        put(raw, class.int, int.into_any());
        put(raw, class.is_safe, class.unknown.bind(py).clone());
        Ok(uuid)
    }
}

/// # Safety
/// `offset` must be that of an empty object slot of `object`.
unsafe fn put(object: *mut ffi::PyObject, offset: isize, value: Bound<'_, PyAny>) {
    // SAFETY: the caller's; an object slot is aligned for a pointer.
    unsafe {
        object
            .byte_offset(offset)
            .cast::<*mut ffi::PyObject>()
            .write(value.into_ptr());
    };
}

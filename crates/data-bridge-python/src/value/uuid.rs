//! `uuid.UUID`, made without its constructor, which spends most of a microsecond on its many
//! arguments.

#![expect(
    unsafe_code,
    reason = "a UUID's fields are set through its slots, for it refuses assignment"
)]

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::error::Failure;

/// The class `uuid.UUID` with its two slots, and what the second has in all UUIDs from elsewhere.
pub(crate) struct UuidClass {
    class: Py<PyType>,
    int: Py<PyAny>,
    is_safe: Py<PyAny>,
    unknown: Py<PyAny>,
}

impl UuidClass {
    pub(crate) fn get(py: Python<'_>) -> PyResult<&Self> {
        static CLASS: PyOnceLock<UuidClass> = PyOnceLock::new();
        CLASS.get_or_try_init(py, || {
            let module = py.import("uuid")?;
            let class = module.getattr("UUID")?.cast_into::<PyType>()?;
            Ok(Self {
                int: class.getattr("int")?.unbind(),
                is_safe: class.getattr("is_safe")?.unbind(),
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
    // SAFETY: `class` is a class without a `__new__` of its own, whose instances this makes with
    // empty slots, as `object.__new__` does; it returns a new reference or null with an error set.
    let uuid = unsafe {
        let object = ffi::PyType_GenericNew(
            class.class.as_ptr().cast(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        );
        Bound::from_owned_ptr_or_err(py, object)?
    };
    set_slot(class.int.bind(py), &uuid, int.as_any())?;
    set_slot(class.is_safe.bind(py), &uuid, class.unknown.bind(py))?;
    Ok(uuid)
}

/// What `slot.__set__(object, value)` does, without a call in Python.
fn set_slot<'py>(
    slot: &Bound<'py, PyAny>,
    object: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
) -> PyResult<()> {
    // SAFETY: all three are live objects, and the function is that of the slot's own type, which
    // checks that the object has such a slot.
    unsafe {
        let Some(set) = (*slot.get_type_ptr()).tp_descr_set else {
            return Err(PyTypeError::new_err(
                "uuid.UUID keeps its fields elsewhere than in slots",
            ));
        };
        if set(slot.as_ptr(), object.as_ptr(), value.as_ptr()) < 0 {
            return Err(PyErr::fetch(slot.py()));
        }
    }
    Ok(())
}

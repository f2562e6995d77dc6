//! `Range` and `Multirange`, made without their constructors, which check what the server has
//! checked.

#![expect(
    unsafe_code,
    reason = "a Range's fields are set in its slots, for it refuses assignment"
)]

use data_bridge_postgres::types::range::Range;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyString, PyType};

use super::none;
use crate::error::Failure;
use crate::model_layout::slot_offset;

/// The class `Range` with its slots, and the four ways in which bounds can belong to one.
pub(crate) struct RangeClass {
    class: Py<PyType>,
    lower: isize,
    upper: isize,
    bounds: isize,
    empty: isize,
    both: [Py<PyString>; 4],
}

impl RangeClass {
    pub(crate) fn get(py: Python<'_>) -> PyResult<&Self> {
        static CLASS: PyOnceLock<RangeClass> = PyOnceLock::new();
        CLASS.get_or_try_init(py, || {
            let module = py.import("data_bridge.postgres.range")?;
            let class = module.getattr("Range")?.cast_into::<PyType>()?;
            let slot = |name| slot_offset(&class, &PyString::new(py, name));
            Ok(Self {
                lower: slot("lower")?,
                upper: slot("upper")?,
                bounds: slot("bounds")?,
                empty: slot("empty")?,
                both: ["()", "[)", "(]", "[]"].map(|b| PyString::intern(py, b).unbind()),
                class: class.unbind(),
            })
        })
    }

    /// The class itself.
    pub(crate) fn class<'py>(&self, py: Python<'py>) -> &Bound<'py, PyType> {
        self.class.bind(py)
    }
}

pub(super) fn range<'py>(
    py: Python<'py>,
    range: Range<Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let class = RangeClass::get(py)?;
    let empty = matches!(range, Range::Empty);
    let (lower, upper, bounds) = match range {
        Range::Empty => (None, None, 0),
        Range::Between {
            lower,
            upper,
            lower_inclusive,
            upper_inclusive,
        } => {
            let bounds = usize::from(lower_inclusive) + 2 * usize::from(upper_inclusive);
            (lower, upper, bounds)
        }
    };
    let bounds = class.both[bounds].bind(py).clone().into_any();
    let empty = PyBool::new(py, empty).to_owned().into_any();
    // SAFETY: `class` has slots and so is a garbage collected heap type without items, and its
    // instances are made of nothing but them. All behind the object's head is made NULL, as slots
    // begin; the four offsets are those of object slots in it. It is shown to the collector when
    // it is complete.
    unsafe {
        let class_ptr = class.class.bind(py).as_type_ptr();
        let raw = ffi::PyObject_GC_New::<ffi::PyObject>(class_ptr);
        let range = Bound::from_owned_ptr_or_err(py, raw)?;
        let head = size_of::<ffi::PyObject>();
        let slots = (*class_ptr).tp_basicsize as usize - head;
        raw.cast::<u8>().add(head).write_bytes(0, slots);
        let put = |offset: isize, value: Bound<'py, PyAny>| {
            let slot = raw.byte_offset(offset).cast::<*mut ffi::PyObject>();
            slot.write(value.into_ptr());
        };
        put(class.lower, lower.unwrap_or_else(|| none(py)));
        put(class.upper, upper.unwrap_or_else(|| none(py)));
        put(class.bounds, bounds);
        put(class.empty, empty);
        ffi::PyObject_GC_Track(raw.cast());
        Ok(range)
    }
}

/// The class `Multirange`.
pub(crate) fn multirange_class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "data_bridge.postgres.multirange", "Multirange")
}

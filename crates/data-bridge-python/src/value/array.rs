//! Arrays whose lower bounds are not all 1: lists that know them.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};

use crate::error::Failure;

/// The class `Array`.
pub(crate) fn array_class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "data_bridge.postgres.array", "Array")
}

pub(super) fn bounded<'py>(
    list: &Bound<'py, PyAny>,
    lower_bounds: &[i32],
) -> Result<Bound<'py, PyAny>, Failure> {
    let py = list.py();
    let lower_bounds = PyTuple::new(py, lower_bounds)?;
    Ok(array_class(py)?.call1((list, lower_bounds))?)
}

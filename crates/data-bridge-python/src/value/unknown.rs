//! What is known by its text only.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use super::text;
use crate::error::Failure;

pub(super) fn unknown<'py>(
    py: Python<'py>,
    raw: &[u8],
    type_name: &str,
) -> Result<Bound<'py, PyAny>, Failure> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "data_bridge.postgres.unknown", "Unknown")?;
    Ok(class.call1((text::own(py, raw)?, type_name))?)
}

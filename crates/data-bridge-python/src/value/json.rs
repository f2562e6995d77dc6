//! JSON documents, through Python's own `json`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use super::text;
use crate::error::Failure;

pub(super) fn json<'py>(py: Python<'py>, raw: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let document = text::text(py, raw)?;
    Ok(LOADS.import(py, "json", "loads")?.call1((document,))?)
}

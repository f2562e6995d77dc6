//! Positions in the write-ahead log, as `data_bridge.postgres.LSN`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::error::Failure;

pub(super) fn lsn(py: Python<'_>, value: u64) -> Result<Bound<'_, PyAny>, Failure> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "data_bridge.postgres.lsn", "LSN")?;
    Ok(class.call1((value,))?)
}

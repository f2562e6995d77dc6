//! `decimal.Decimal`, made from its digits as text, which is exact whatever the context.

use data_bridge_postgres::types::Numeric;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use super::text;
use crate::error::Failure;

/// The class `decimal.Decimal`.
pub(crate) fn decimal_class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "decimal", "Decimal")
}

pub(super) fn decimal<'py>(
    py: Python<'py>,
    value: Numeric<'_>,
    digits: &mut Vec<u8>,
) -> Result<Bound<'py, PyAny>, Failure> {
    digits.clear();
    value.write_text(digits);
    Ok(decimal_class(py)?.call1((text::text(py, digits)?,))?)
}

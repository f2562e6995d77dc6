//! Vectors, as lists of floats.

use data_bridge_postgres::types::vector::Vector;
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::error::Failure;

pub(super) fn vector<'py>(
    py: Python<'py>,
    vector: Vector<'_>,
) -> Result<Bound<'py, PyAny>, Failure> {
    Ok(PyList::new(py, vector.elements().map(f64::from))?.into_any())
}

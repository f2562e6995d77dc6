//! Composite values: records by the names of their attributes, tuples where these have none.

use data_bridge_postgres::types::Composed;
use data_bridge_postgres::types::composed::Kind;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::error::Failure;
use crate::record::{RecordBuilder, RecordShape, record_type};

/// A composite value under construction.
pub(super) enum CompositeBuilder<'py> {
    /// Of a named type.
    Record(RecordBuilder<'py>),
    /// An anonymous record.
    Tuple(Vec<Bound<'py, PyAny>>),
}

impl<'py> CompositeBuilder<'py> {
    pub(super) fn new(
        py: Python<'py>,
        composed: Option<&Composed>,
        length: usize,
    ) -> Result<Self, Failure> {
        let Some(composed) = composed else {
            return Ok(Self::Tuple(Vec::with_capacity(length)));
        };
        let shape = composed.layout_or_try_init(|| shape(py, composed))?;
        let shape =
            shape.ok_or_else(|| PyTypeError::new_err("a shape that is none of Python's"))?;
        let builder = RecordBuilder::new(record_type(py)?, shape.bind(py), length)?;
        Ok(Self::Record(builder))
    }

    pub(super) fn push(&mut self, value: Bound<'py, PyAny>) {
        match self {
            Self::Record(record) => record.push(value),
            Self::Tuple(values) => values.push(value),
        }
    }

    pub(super) fn finish(self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Failure> {
        match self {
            Self::Record(record) => Ok(record.finish(false)),
            Self::Tuple(values) => Ok(PyTuple::new(py, values)?.into_any()),
        }
    }
}

/// The shape of a type's records, kept with the type.
fn shape(py: Python<'_>, composed: &Composed) -> PyResult<Py<RecordShape>> {
    let Kind::Composite(attributes) = &composed.kind else {
        return Py::new(py, RecordShape::new(&PyTuple::empty(py))?);
    };
    let names = attributes.iter().map(|a| PyString::intern(py, &a.name));
    Py::new(py, RecordShape::new(&PyTuple::new(py, names)?)?)
}

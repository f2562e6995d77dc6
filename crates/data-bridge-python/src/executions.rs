//! Executions of one statement, made of rows of arguments, piece by piece.

use bytes::BytesMut;
use data_bridge_postgres::Executions;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyTuple};

use crate::arguments::bind_row;
use crate::copy::pieces::Pieces;
use crate::description::Description;
use crate::error::{Failure, to_python};

/// Turns rows of arguments into what executes a statement with each.
#[pyclass(module = "data_bridge._engine")]
#[derive(Debug)]
pub(crate) struct ExecutionEncoder {
    description: Py<Description>,
    executions: Executions,
    pub(crate) pieces: Pieces,
}

#[pymethods]
impl ExecutionEncoder {
    #[new]
    fn new(py: Python<'_>, sql: &str, description: Py<Description>) -> PyResult<Self> {
        let described = description.get();
        let (parameters, columns) = (described.parameters(), described.columns());
        let begun = Pieces::of_messages(|out| Executions::begin(sql, parameters, columns, out));
        let (pieces, executions) = begun.map_err(|error| to_python(py, &error))?;
        Ok(Self {
            description,
            executions,
            pieces,
        })
    }

    /// How many rows were encoded.
    #[getter]
    fn records(&self) -> u64 {
        self.pieces.records
    }

    /// How much is encoded and not written, in bytes.
    fn __len__(&self) -> usize {
        self.pieces.size()
    }

    /// Takes rows from an iterator until they make a piece of data; False when it has no more.
    fn encode(&mut self, rows: &Bound<'_, PyIterator>) -> PyResult<bool> {
        let (executions, described) = (&self.executions, self.description.get());
        let write = |row: &_, number, out: &mut _| bind(executions, described, row, number, out);
        self.pieces.encode(rows, write)
    }

    /// Takes one row; True once there is enough for a piece of data.
    fn add(&mut self, row: &Bound<'_, PyAny>) -> PyResult<bool> {
        let (executions, described) = (&self.executions, self.description.get());
        let write = |row: &_, number, out: &mut _| bind(executions, described, row, number, out);
        self.pieces.add(row, write)
    }
}

#[inline]
fn bind(
    executions: &Executions,
    described: &Description,
    row: &Bound<'_, PyTuple>,
    number: u64,
    out: &mut BytesMut,
) -> Result<(), Failure> {
    let (number, parameters) = (Some(number as usize), described.parameters());
    bind_row(row, number, parameters, 0, &mut executions.binder(out))
}

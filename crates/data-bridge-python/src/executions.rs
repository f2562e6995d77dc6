//! Executions of one statement, made of rows of arguments, piece by piece.

use bytes::BytesMut;
use data_bridge_postgres::Executions;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator, PyTuple};

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
    pieces: Pieces,
}

#[pymethods]
impl ExecutionEncoder {
    #[new]
    fn new(py: Python<'_>, sql: &str, description: Py<Description>) -> PyResult<Self> {
        let mut pieces = Pieces::new();
        let described = description.get();
        let (parameters, columns) = (described.parameters(), described.columns());
        let begun = Executions::begin(sql, parameters, columns, &mut pieces.bytes);
        Ok(Self {
            executions: begun.map_err(|error| to_python(py, &error))?,
            description,
            pieces,
        })
    }

    /// How many rows were encoded.
    #[getter]
    fn records(&self) -> u64 {
        self.pieces.records
    }

    /// Takes rows from an iterator until they make a piece of data; None when it has no more.
    fn encode<'py>(
        &mut self,
        rows: &Bound<'py, PyIterator>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let (executions, described) = (&self.executions, self.description.get());
        let write = |row: &_, number, out: &mut _| bind(executions, described, row, number, out);
        self.pieces.encode(rows, write)
    }

    /// Takes one row; gives a piece of data once there is enough for one.
    fn add<'py>(&mut self, row: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let (executions, described) = (&self.executions, self.description.get());
        let write = |row: &_, number, out: &mut _| bind(executions, described, row, number, out);
        self.pieces.add(row, write)
    }

    /// What is left.
    fn finish<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.pieces.take(py)
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

//! Executions of one statement, made of rows of arguments, piece by piece.

use std::time::Instant;

use bytes::BytesMut;
use data_bridge_postgres::Executions;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator, PyTuple};

use crate::arguments::{bind_row, to_row};
use crate::copy::{PATIENCE, PIECE, RECORDS};
use crate::description::Description;
use crate::error::{Failure, to_python};

/// Turns rows of arguments into what executes a statement with each.
#[pyclass(module = "data_bridge._engine")]
#[derive(Debug)]
pub(crate) struct ExecutionEncoder {
    description: Py<Description>,
    executions: Executions,
    bytes: BytesMut,
    /// How many rows were encoded.
    #[pyo3(get)]
    records: u64,
}

#[pymethods]
impl ExecutionEncoder {
    #[new]
    fn new(py: Python<'_>, sql: &str, description: Py<Description>) -> PyResult<Self> {
        let mut bytes = BytesMut::with_capacity(PIECE + PIECE / 4);
        let described = description.get();
        let begun = Executions::begin(sql, described.parameters(), described.columns(), &mut bytes);
        Ok(Self {
            executions: begun.map_err(|error| to_python(py, &error))?,
            description,
            bytes,
            records: 0,
        })
    }

    /// Takes rows from an iterator until they make a piece of data; None when it has no more.
    fn encode<'py>(
        &mut self,
        rows: &Bound<'py, PyIterator>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let begun = Instant::now();
        let (before, mut rows) = (self.records, rows.clone());
        while self.bytes.len() < PIECE {
            if self.records % RECORDS == RECORDS - 1 && begun.elapsed() > PATIENCE {
                break;
            }
            let Some(row) = rows.next() else { break };
            self.write(&row?)?;
        }
        Ok((self.records > before).then(|| self.take(rows.py())))
    }

    /// Takes one row; gives a piece of data once there is enough for one.
    fn add<'py>(&mut self, row: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        self.write(row)?;
        Ok((self.bytes.len() >= PIECE).then(|| self.take(row.py())))
    }

    /// What is left.
    fn finish<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        self.take(py)
    }
}

impl ExecutionEncoder {
    #[inline]
    fn write(&mut self, row: &Bound<'_, PyAny>) -> Result<(), Failure> {
        self.records += 1;
        let (parameters, number) = (self.description.get().parameters(), self.records as usize);
        let mut binder = self.executions.binder(&mut self.bytes);
        if let Ok(row) = row.cast::<PyTuple>() {
            return bind_row(row, Some(number), parameters, 0, &mut binder);
        }
        let row = to_row(row, number)?;
        bind_row(&row, Some(number), parameters, 0, &mut binder)
    }

    fn take<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let piece = PyBytes::new(py, &self.bytes);
        self.bytes.clear();
        piece
    }
}

//! What is given to be written to a COPY, or to executions.

use data_bridge_postgres::{Connection, Error, Request};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::record::RecordEncoder;
use crate::executions::ExecutionEncoder;

/// Data as bytes, or the piece that an encoder has made.
pub(crate) enum Given<'a, 'py> {
    Bytes(&'a [u8]),
    Buffer(Vec<u8>),
    Records(PyRefMut<'py, RecordEncoder>),
    Executions(PyRefMut<'py, ExecutionEncoder>),
}

impl<'a, 'py> Given<'a, 'py> {
    pub(crate) fn new(data: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(encoder) = data.cast::<RecordEncoder>() {
            return Ok(Self::Records(encoder.try_borrow_mut()?));
        }
        if let Ok(encoder) = data.cast::<ExecutionEncoder>() {
            return Ok(Self::Executions(encoder.try_borrow_mut()?));
        }
        if let Ok(data) = data.cast::<PyBytes>() {
            return Ok(Self::Bytes(data.as_bytes()));
        }
        let data = PyBuffer::<u8>::get(data)?.to_vec(data.py())?;
        Ok(Self::Buffer(data))
    }

    /// Queues it; what an encoder had is then gone.
    pub(crate) fn write<R: Request>(
        self,
        engine: &mut Connection<R>,
        id: u64,
    ) -> Result<(), Error> {
        match self {
            Self::Bytes(data) => engine.copy_write(id, data),
            Self::Buffer(data) => engine.copy_write(id, &data),
            Self::Records(mut encoder) => encoder.pieces.write(engine, id),
            Self::Executions(mut encoder) => encoder.pieces.write(engine, id),
        }
    }
}

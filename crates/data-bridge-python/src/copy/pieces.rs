//! Data that is made of what an iterator gives, in pieces that are worth a turn of the loop each.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator, PyTuple};

use super::PIECE;
use crate::arguments::to_row;
use crate::error::Failure;

/// How long a piece may take to be made: an iterator that is slow must not hold an event loop.
const PATIENCE: Duration = Duration::from_millis(2);

/// How many records are encoded between two looks at the clock.
const RECORDS: u64 = 32;

/// The piece that is being made.
#[derive(Debug)]
pub(crate) struct Pieces {
    pub(crate) bytes: BytesMut,
    /// How many records were encoded.
    pub(crate) records: u64,
}

impl Pieces {
    pub(crate) fn new() -> Self {
        Self {
            bytes: BytesMut::with_capacity(PIECE + PIECE / 4),
            records: 0,
        }
    }

    /// Takes records from an iterator until they make a piece; None when it has no more. `write`
    /// is given each with its number, from 1.
    #[inline]
    pub(crate) fn encode<'py>(
        &mut self,
        records: &Bound<'py, PyIterator>,
        write: impl Fn(&Bound<'py, PyTuple>, u64, &mut BytesMut) -> Result<(), Failure>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let begun = Instant::now();
        let (before, mut records) = (self.records, records.clone());
        while self.bytes.len() < PIECE {
            if self.records % RECORDS == RECORDS - 1 && begun.elapsed() > PATIENCE {
                break;
            }
            let Some(record) = records.next() else { break };
            self.write(&record?, &write)?;
        }
        Ok((self.records > before).then(|| self.take(records.py())))
    }

    /// Takes one record; gives a piece once there is enough for one.
    pub(crate) fn add<'py>(
        &mut self,
        record: &Bound<'py, PyAny>,
        write: impl Fn(&Bound<'py, PyTuple>, u64, &mut BytesMut) -> Result<(), Failure>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        self.write(record, &write)?;
        Ok((self.bytes.len() >= PIECE).then(|| self.take(record.py())))
    }

    /// What there is.
    pub(crate) fn take<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let piece = PyBytes::new(py, &self.bytes);
        self.bytes.clear();
        piece
    }

    #[inline]
    fn write<'py>(
        &mut self,
        record: &Bound<'py, PyAny>,
        write: &impl Fn(&Bound<'py, PyTuple>, u64, &mut BytesMut) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.records += 1;
        if let Ok(record) = record.cast::<PyTuple>() {
            return write(record, self.records, &mut self.bytes);
        }
        let record = to_row(record, self.records as usize)?;
        write(&record, self.records, &mut self.bytes)
    }
}

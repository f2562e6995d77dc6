//! Data that is made of what an iterator gives, in pieces that are worth a turn of the loop each.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use data_bridge_postgres::{Connection, Error, Request, copy_data};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyTuple};

use super::PIECE;
use crate::arguments::to_row;
use crate::error::Failure;

/// How long a piece may take to be made: an iterator that is slow must not hold an event loop.
const PATIENCE: Duration = Duration::from_millis(2);

/// How many records are encoded between two looks at the clock.
const RECORDS: u64 = 32;

/// What holds a piece, and the record that makes it one.
const CAPACITY: usize = PIECE + PIECE / 4;

/// The piece that is being made, as the messages that carry it: so it goes out as it is.
#[derive(Debug)]
pub(crate) struct Pieces {
    messages: BytesMut,
    /// Whether it is a COPY's data, all in one message.
    copied: bool,
    /// How many records were encoded.
    pub(crate) records: u64,
}

impl Pieces {
    /// Pieces of a COPY's data, and what stands before the first record.
    pub(crate) fn of_copy(header: &[u8]) -> Self {
        let mut messages = BytesMut::with_capacity(CAPACITY);
        copy_data::begin(&mut messages);
        messages.extend_from_slice(header);
        Self {
            messages,
            copied: true,
            records: 0,
        }
    }

    /// Pieces of many messages; `write` writes what stands before the first.
    pub(crate) fn of_messages<T, E>(
        write: impl FnOnce(&mut BytesMut) -> Result<T, E>,
    ) -> Result<(Self, T), E> {
        let mut messages = BytesMut::with_capacity(CAPACITY);
        let written = write(&mut messages)?;
        let pieces = Self {
            messages,
            copied: false,
            records: 0,
        };
        Ok((pieces, written))
    }

    /// Takes records from an iterator until they make a piece; false when it has no more. `write`
    /// is given each with its number, from 1.
    #[inline]
    pub(crate) fn encode<'py>(
        &mut self,
        records: &Bound<'py, PyIterator>,
        write: impl Fn(&Bound<'py, PyTuple>, u64, &mut BytesMut) -> Result<(), Failure>,
    ) -> PyResult<bool> {
        let begun = Instant::now();
        let (before, mut records) = (self.records, records.clone());
        while self.messages.len() < PIECE {
            if self.records % RECORDS == RECORDS - 1 && begun.elapsed() > PATIENCE {
                break;
            }
            let Some(record) = records.next() else { break };
            self.encode_one(&record?, &write)?;
        }
        Ok(self.records > before)
    }

    /// Takes one record; true once there is enough for a piece.
    pub(crate) fn add<'py>(
        &mut self,
        record: &Bound<'py, PyAny>,
        write: impl Fn(&Bound<'py, PyTuple>, u64, &mut BytesMut) -> Result<(), Failure>,
    ) -> PyResult<bool> {
        self.encode_one(record, &write)?;
        Ok(self.messages.len() >= PIECE)
    }

    /// Adds what ends the data.
    pub(crate) fn end(&mut self, trailer: &[u8]) {
        self.messages.extend_from_slice(trailer);
    }

    /// How much data there is, in bytes.
    pub(crate) fn size(&self) -> usize {
        if self.copied {
            copy_data::length(&self.messages)
        } else {
            self.messages.len()
        }
    }

    /// Sends what there is to a COPY, or to executions, and begins the next piece.
    pub(crate) fn write<R: Request>(
        &mut self,
        engine: &mut Connection<R>,
        id: u64,
    ) -> Result<(), Error> {
        if self.copied {
            copy_data::end(&mut self.messages)?;
        }
        engine.copy_messages(id, &mut self.messages);
        self.messages.reserve(CAPACITY);
        if self.copied {
            copy_data::begin(&mut self.messages);
        }
        Ok(())
    }

    #[inline]
    fn encode_one<'py>(
        &mut self,
        record: &Bound<'py, PyAny>,
        write: &impl Fn(&Bound<'py, PyTuple>, u64, &mut BytesMut) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.records += 1;
        if let Ok(record) = record.cast::<PyTuple>() {
            return write(record, self.records, &mut self.messages);
        }
        let record = to_row(record, self.records as usize)?;
        write(&record, self.records, &mut self.messages)
    }
}

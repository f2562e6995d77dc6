//! Records as the binary format of COPY has them.
//!
//! A header, then each record as a count and the values, each with its length in front, then a
//! count of -1: <https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS>.

use bytes::{Buf, BufMut, BytesMut};
use data_bridge_postgres::{Column, DataRow, Error, write_value};
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList, PyTuple};

use super::pieces::Pieces;
use crate::description::Description;
use crate::error::{Failure, interface_error, record_error};
use crate::parameter::encode;

/// The signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// A count of -1.
const TRAILER: &[u8] = b"\xff\xff";

/// Turns records into data of a COPY into columns of these types.
#[pyclass(module = "data_bridge._engine")]
#[derive(Debug)]
pub(crate) struct RecordEncoder {
    description: Py<Description>,
    pub(super) pieces: Pieces,
}

#[pymethods]
impl RecordEncoder {
    #[new]
    fn new(py: Python<'_>, description: Py<Description>) -> PyResult<Self> {
        description.get().check_binary(py)?;
        Ok(Self {
            description,
            pieces: Pieces::of_copy(HEADER),
        })
    }

    /// How many records were encoded.
    #[getter]
    fn records(&self) -> u64 {
        self.pieces.records
    }

    /// How much data is encoded and not written, in bytes.
    fn __len__(&self) -> usize {
        self.pieces.size()
    }

    /// Takes records from an iterator until they make a piece of data; False when it has no more.
    fn encode(&mut self, records: &Bound<'_, PyIterator>) -> PyResult<bool> {
        let columns = self.description.get().columns();
        let write = |record: &_, number, out: &mut _| write_values(record, columns, number, out);
        self.pieces.encode(records, write)
    }

    /// Takes one record; True once there is enough for a piece of data.
    fn add(&mut self, record: &Bound<'_, PyAny>) -> PyResult<bool> {
        let columns = self.description.get().columns();
        let write = |record: &_, number, out: &mut _| write_values(record, columns, number, out);
        self.pieces.add(record, write)
    }

    /// Adds what ends the data.
    fn finish(&mut self) {
        self.pieces.end(TRAILER);
    }
}

#[inline]
fn write_values(
    record: &Bound<'_, PyTuple>,
    columns: &[Column],
    number: u64,
    out: &mut BytesMut,
) -> Result<(), Failure> {
    let py = record.py();
    if record.len() != columns.len() {
        let (values, columns) = (record.len(), columns.len());
        let reason = format!("row {number}: {values} values for {columns} columns");
        return Err(interface_error(py, &reason).into());
    }
    out.put_u16(columns.len() as u16);
    for (i, (value, column)) in record.iter_borrowed().zip(columns).enumerate() {
        write_value(out, |out| {
            if value.is_none() {
                return Ok(false);
            }
            encode(&value, &column.data_type.codec, out)
                .map_err(|error| record_error(py, error, i + 1, number as usize, column))?;
            Ok::<_, Failure>(true)
        })?;
    }
    Ok(())
}

/// Turns data of a COPY out of columns of these types into records.
#[pyclass(module = "data_bridge._engine")]
#[derive(Debug)]
pub(crate) struct RecordDecoder {
    description: Py<Description>,
    /// What came and makes no whole record yet.
    bytes: BytesMut,
    begun: bool,
}

#[pymethods]
impl RecordDecoder {
    #[new]
    fn new(py: Python<'_>, description: Py<Description>) -> PyResult<Self> {
        description.get().check_binary(py)?;
        Ok(Self {
            description,
            bytes: BytesMut::new(),
            begun: false,
        })
    }

    /// The records that are whole with this piece of data.
    fn decode<'py>(&mut self, py: Python<'py>, piece: &[u8]) -> PyResult<Bound<'py, PyList>> {
        let records = PyList::empty(py);
        self.bytes.extend_from_slice(piece);
        if !self.begun {
            if self.bytes.len() < HEADER.len() {
                return Ok(records);
            }
            let rest = self.bytes.strip_prefix(HEADER).map(<[u8]>::len);
            let Some(rest) = rest else {
                return Err(malformed(py));
            };
            self.bytes.advance(self.bytes.len() - rest);
            self.begun = true;
        }
        let layout = self.description.get().layout();
        let mut rest = &self.bytes[..];
        loop {
            match first(rest) {
                First::Whole(length) => {
                    let (row, behind) = rest.split_at(length);
                    let mut row = DataRow::parse(row).map_err(Failure::from)?;
                    if row.len() != layout.len() {
                        return Err(malformed(py));
                    }
                    records.append(layout.record(py, &mut row)?)?;
                    rest = behind;
                }
                First::Missing => break,
                First::Malformed => return Err(malformed(py)),
            }
        }
        let used = self.bytes.len() - rest.len();
        self.bytes.advance(used);
        Ok(records)
    }
}

/// What stands first in binary data.
enum First {
    /// A record of so many bytes.
    Whole(usize),
    /// The end, or a record of which something is still to come.
    Missing,
    Malformed,
}

fn first(bytes: &[u8]) -> First {
    let Some((count, mut rest)) = bytes.split_first_chunk::<2>() else {
        return First::Missing;
    };
    let Ok(count) = u16::try_from(i16::from_be_bytes(*count)) else {
        return if count == &[0xff, 0xff] {
            First::Missing
        } else {
            First::Malformed
        };
    };
    for _ in 0..count {
        let Some((length, values)) = rest.split_first_chunk::<4>() else {
            return First::Missing;
        };
        let length = i32::from_be_bytes(*length);
        if length < -1 {
            return First::Malformed;
        }
        let Some((_, behind)) = values.split_at_checked(length.max(0) as usize) else {
            return First::Missing;
        };
        rest = behind;
    }
    First::Whole(bytes.len() - rest.len())
}

#[cold]
fn malformed(py: Python<'_>) -> PyErr {
    let error = Error::Protocol("malformed binary data of a COPY".to_owned());
    crate::error::to_python(py, &error)
}

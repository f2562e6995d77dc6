//! Composite values: those of named types, and anonymous records.

use bytes::{BufMut, BytesMut};

use super::composed::{Attribute, Composed, Pieces, RECORD, RecordTypes};
use super::{EncodeError, Sink};

/// Decodes a value of a named type, whose attributes must be those that came.
pub(super) fn decode<S: Sink>(
    composed: &Composed,
    attributes: &[Attribute],
    raw: &[u8],
    sink: &mut S,
    depth: u8,
) -> Result<S::Value, S::Error> {
    let mut pieces = Pieces::new(RECORD, raw);
    if pieces.count(8)? != attributes.len() {
        return Err(composed.outdate().into());
    }
    let mut record = sink.record(Some(composed), attributes.len())?;
    for attribute in attributes {
        let oid = pieces.int()?.cast_unsigned();
        if oid != attribute.data_type.oid {
            return Err(composed.outdate().into());
        }
        let value = match pieces.part()? {
            Some(raw) => attribute.data_type.codec.decode_inside(raw, sink, depth)?,
            None => sink.null()?,
        };
        sink.push_attribute(&mut record, value);
    }
    pieces.end()?;
    sink.finish_record(record)
}

/// Decodes an anonymous record, which says itself what its attributes are.
pub(super) fn decode_record<S: Sink>(
    types: &RecordTypes,
    raw: &[u8],
    sink: &mut S,
    depth: u8,
) -> Result<S::Value, S::Error> {
    let mut pieces = Pieces::new(RECORD, raw);
    let count = pieces.count(8)?;
    let mut record = sink.record(None, count)?;
    for _ in 0..count {
        let oid = pieces.int()?.cast_unsigned();
        let value = match pieces.part()? {
            Some(raw) => {
                let codec = (types.0)(oid)?;
                codec.decode_inside(raw, sink, depth)?
            }
            None => sink.null()?,
        };
        sink.push_attribute(&mut record, value);
    }
    pieces.end()?;
    sink.finish_record(record)
}

/// Writes how many attributes follow.
pub fn header(count: usize, out: &mut BytesMut) {
    // A type has no more than 1600.
    out.put_u32(count as u32);
}

/// Writes the next attribute, whose bytes `write` appends; it returns false for NULL.
///
/// # Errors
/// Whatever `write` objects to, or [`EncodeError::TooLong`].
pub fn attribute<E: From<EncodeError>>(
    oid: u32,
    out: &mut BytesMut,
    write: impl FnOnce(&mut BytesMut) -> Result<bool, E>,
) -> Result<(), E> {
    out.put_u32(oid);
    part(out, write)
}

/// Writes a part of a value, with its length in front; `write` returns false for NULL.
///
/// # Errors
/// Whatever `write` objects to, or [`EncodeError::TooLong`].
pub fn part<E: From<EncodeError>>(
    out: &mut BytesMut,
    write: impl FnOnce(&mut BytesMut) -> Result<bool, E>,
) -> Result<(), E> {
    let start = out.len();
    out.put_i32(-1);
    if write(out)? {
        let length = out.len() - start - 4;
        let length = i32::try_from(length).map_err(|_| EncodeError::TooLong(RECORD))?;
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

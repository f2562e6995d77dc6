//! Arrays of any number of dimensions, as lists within lists.
//!
//! An array's lower bounds are 1 unless somebody chose otherwise; a sink is told of them only then.
//! An array without elements has no dimensions to the server, whatever lists held nothing.

pub mod literal;
mod reader;

use bytes::{BufMut, BytesMut};

use self::reader::Reader;
use super::composed::ARRAY;
use super::{Codec, DataType, EncodeError, Format, Sink, decode as decode_element, int_vector};

/// The dimensions that an array of the server can have.
pub const MAX_DIMENSIONS: usize = 6;
/// What the wire has in place of a length where an element is NULL.
const NULL: i32 = -1;

/// Decodes the bytes of an array of `element`s.
///
/// # Errors
/// [`DecodeError::Malformed`](super::DecodeError::Malformed) for bytes that are none, or whatever
/// is wrong with an element.
#[inline(never)]
pub fn decode<S: Sink>(
    codec: Codec,
    element: Codec,
    raw: &[u8],
    sink: &mut S,
) -> Result<S::Value, S::Error> {
    decode_each(codec, element.oid(), raw, sink, &|raw, sink| {
        decode_element(element, raw, sink)
    })
}

/// Decodes the bytes of an array that stands inside `depth` other values.
pub(super) fn decode_of<S: Sink>(
    element: &DataType,
    raw: &[u8],
    sink: &mut S,
    depth: u8,
) -> Result<S::Value, S::Error> {
    decode_each(ARRAY, element.oid, raw, sink, &|raw, sink| {
        element.codec.decode_inside(raw, sink, depth)
    })
}

#[inline]
fn decode_each<S: Sink>(
    codec: Codec,
    element: u32,
    raw: &[u8],
    sink: &mut S,
    decode: &impl Fn(&[u8], &mut S) -> Result<S::Value, S::Error>,
) -> Result<S::Value, S::Error> {
    let mut reader = Reader::new(codec, raw);
    let (mut lengths, mut bounds) = ([0; MAX_DIMENSIONS], [1; MAX_DIMENSIONS]);
    let lengths = reader.header(element, &mut lengths, &mut bounds)?;
    if lengths.is_empty() {
        reader.end()?;
        let nothing = sink.list(0)?;
        return sink.finish(nothing);
    }
    let value = decode_lists(&mut reader, lengths, sink, decode)?;
    reader.end()?;
    match &bounds[..lengths.len()] {
        bounds if bounds.iter().all(|bound| *bound == 1) => Ok(value),
        bounds => sink.bounded(value, bounds),
    }
}

fn decode_lists<S: Sink>(
    reader: &mut Reader<'_>,
    lengths: &[usize],
    sink: &mut S,
    decode: &impl Fn(&[u8], &mut S) -> Result<S::Value, S::Error>,
) -> Result<S::Value, S::Error> {
    let (&length, inner) = lengths.split_first().unwrap_or((&0, &[]));
    let mut list = sink.list(length)?;
    for _ in 0..length {
        let item = if !inner.is_empty() {
            decode_lists(reader, inner, sink, decode)?
        } else if let Some(raw) = reader.element()? {
            decode(raw, sink)?
        } else {
            sink.null()?
        };
        sink.push(&mut list, item);
    }
    sink.finish(list)
}

/// Writes arrays: the header at once, then the elements in order, by [`Encoder::element`] and
/// [`Encoder::null`], as many as the dimensions multiplied, and [`Encoder::finish`] in the end.
#[derive(Debug)]
pub struct Encoder {
    codec: Codec,
    /// Where in the buffer the flag stands that says whether there are NULLs.
    flag: usize,
    format: Format,
}

impl Encoder {
    /// Writes the header of an array of `element`s with these lengths of its dimensions.
    ///
    /// # Errors
    /// [`EncodeError::Dimensions`] when there are more than 6, [`EncodeError::TooLong`] when a
    /// dimension is longer than the protocol counts.
    pub fn new(
        codec: Codec,
        element: Codec,
        lengths: &[usize],
        out: &mut BytesMut,
    ) -> Result<Self, EncodeError> {
        Self::bounded(codec, element.oid(), codec.format(), lengths, &[], out)
    }

    /// Writes the header of an array with these lower bounds of its dimensions, 1 where none is
    /// given, whose elements travel in `format`.
    ///
    /// # Errors
    /// As for [`Encoder::new`].
    pub fn bounded(
        codec: Codec,
        element: u32,
        format: Format,
        lengths: &[usize],
        lower_bounds: &[i32],
        out: &mut BytesMut,
    ) -> Result<Self, EncodeError> {
        if lengths.len() > MAX_DIMENSIONS {
            return Err(EncodeError::Dimensions(codec));
        }
        let dimensions = if lengths.contains(&0) { &[] } else { lengths };
        out.put_i32(dimensions.len() as i32);
        let flag = out.len();
        out.put_i32(0);
        out.put_u32(element);
        for (dimension, &length) in dimensions.iter().enumerate() {
            out.put_i32(length.try_into().map_err(|_| EncodeError::TooLong(codec))?);
            out.put_i32(lower_bounds.get(dimension).copied().unwrap_or(1));
        }
        Ok(Self {
            codec,
            flag,
            format,
        })
    }

    /// Writes an element that is NULL.
    #[inline]
    pub fn null(&self, out: &mut BytesMut) {
        out[self.flag + 3] = 1;
        out.put_i32(NULL);
    }

    /// Writes an element, whose bytes `write` appends, with its length before it.
    ///
    /// # Errors
    /// Whatever `write` objects to, or [`EncodeError::TooLong`].
    #[inline]
    pub fn element<E: From<EncodeError>>(
        &self,
        out: &mut BytesMut,
        write: impl FnOnce(&mut BytesMut) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = out.len();
        out.put_i32(0);
        write(out)?;
        let length = out.len() - start - 4;
        let length = i32::try_from(length).map_err(|_| EncodeError::TooLong(self.codec))?;
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
        Ok(())
    }

    /// Completes the array: only now one whose elements travel as text becomes a literal, and a
    /// vector begins with the index 0.
    ///
    /// # Errors
    /// None for what the other methods have written.
    #[inline]
    pub fn finish(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let start = self.flag - 4;
        if self.format == Format::Text {
            return literal::replace(self.codec, start, out);
        }
        if int_vector::element(self.codec).is_some() {
            int_vector::rebase(&mut out[start..], 0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

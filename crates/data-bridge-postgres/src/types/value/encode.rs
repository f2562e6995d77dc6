//! Encoding plain values.

use bytes::BytesMut;

use super::Value;
use crate::types::{Codec, EncodeError, array, int_vector, json, number, numeric, text};

/// Writes the bytes of a value that is not NULL; the caller writes their length.
///
/// # Errors
/// [`EncodeError::Kind`] when the value is not of the kind that the type holds, or whatever the
/// type cannot hold of it.
pub fn encode(value: &Value, codec: Codec, out: &mut BytesMut) -> Result<(), EncodeError> {
    match (value, codec) {
        (Value::Bool(value), Codec::Bool) => out.extend_from_slice(&[u8::from(*value)]),
        (Value::Int(value), Codec::Numeric) => numeric::encode_int(*value, out),
        (Value::Int(value), _) => number::encode_int(codec, *value, out)?,
        (Value::Float(value), _) => number::encode_float(codec, *value, out)?,
        (
            Value::Text(value),
            Codec::Text
            | Codec::Varchar
            | Codec::Bpchar
            | Codec::Name
            | Codec::Char
            | Codec::Unknown
            | Codec::Refcursor
            | Codec::Cstring
            | Codec::TextForm(_),
        ) => text::encode(codec, value, out)?,
        (
            Value::Text(value),
            Codec::Bit
            | Codec::Varbit
            | Codec::Macaddr
            | Codec::Macaddr8
            | Codec::PgSnapshot
            | Codec::TxidSnapshot
            | Codec::Jsonpath,
        ) => text::encode_spelt(codec, value, out)?,
        (Value::Unsigned(value), Codec::Xid8) | (Value::Lsn(value), Codec::PgLsn) => {
            out.extend_from_slice(&value.to_be_bytes());
        }
        (Value::Tid(value), Codec::Tid) => value.write(out),
        (Value::Inet(value), Codec::Inet) | (Value::Cidr(value), Codec::Cidr) => {
            value.write(codec, out)?;
        }
        (Value::Geometry(value), _) => value.write(codec, out)?,
        (Value::Bytes(value), Codec::Bytea) => out.extend_from_slice(value),
        (Value::Numeric(value), Codec::Numeric) => numeric::encode(value, out)?,
        (Value::Uuid(value), Codec::Uuid) => out.extend_from_slice(value),
        (Value::Json(value), _) => json::encode(codec, value, out)?,
        (Value::Date(value), Codec::Date) => value.write(out),
        (Value::Time(value), Codec::Time) => value.write(out),
        (Value::TimeTz(value), Codec::TimeTz) => value.write(out)?,
        (Value::Timestamp(value), Codec::Timestamp)
        | (Value::TimestampTz(value), Codec::TimestampTz) => value.write(out),
        (Value::Interval(value), Codec::Interval) => value.write(out),
        (Value::List(items), Codec::Array(&element)) => encode_array(items, codec, element, out)?,
        (Value::List(items), Codec::Int2Vector | Codec::OidVector) => {
            let element = int_vector::element(codec).unwrap_or(codec);
            encode_array(items, codec, element, out)?;
        }
        _ => {
            return Err(EncodeError::Kind {
                codec,
                given: kind(value),
            });
        }
    }
    Ok(())
}

fn encode_array(
    items: &[Value],
    codec: Codec,
    element: Codec,
    out: &mut BytesMut,
) -> Result<(), EncodeError> {
    let mut lengths = vec![items.len()];
    let mut inner = items;
    while let (Some(Value::List(items)), true) = (inner.first(), nests(element)) {
        if lengths.len() == array::MAX_DIMENSIONS {
            return Err(EncodeError::Dimensions(codec));
        }
        lengths.push(items.len());
        inner = items;
    }
    let encoder = array::Encoder::new(codec, element, &lengths, out)?;
    encode_lists(items, codec, element, &lengths, &encoder, out)?;
    encoder.finish(out)
}

fn encode_lists(
    items: &[Value],
    codec: Codec,
    element: Codec,
    lengths: &[usize],
    encoder: &array::Encoder,
    out: &mut BytesMut,
) -> Result<(), EncodeError> {
    let inner = match lengths.split_first() {
        Some((&length, inner)) if length == items.len() => inner,
        _ => return Err(EncodeError::Ragged(codec)),
    };
    for item in items {
        match item {
            Value::List(items) if nests(element) => {
                encode_lists(items, codec, element, inner, encoder, out)?;
            }
            _ if !inner.is_empty() => return Err(EncodeError::Ragged(codec)),
            Value::Null => encoder.null(out),
            item => encoder.element(out, |out| encode(item, element, out))?,
        }
    }
    Ok(())
}

/// Whether a list among an array's elements is one dimension more, and no element itself.
fn nests(element: Codec) -> bool {
    int_vector::element(element).is_none()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "a truth value",
        Value::Int(_) => "an integer",
        Value::Unsigned(_) => "an integer without a sign",
        Value::Float(_) => "a floating-point number",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "a binary string",
        Value::Numeric(_) => "a numeric",
        Value::Uuid(_) => "a UUID",
        Value::Json(_) => "a JSON document",
        Value::Date(_) => "a date",
        Value::Time(_) => "a time",
        Value::TimeTz(_) => "a time with an offset",
        Value::Timestamp(_) => "a timestamp",
        Value::TimestampTz(_) => "an instant",
        Value::Interval(_) => "an interval",
        Value::Inet(_) => "an address",
        Value::Cidr(_) => "a network",
        Value::Geometry(_) => "a geometric value",
        Value::Tid(_) => "the place of a row",
        Value::Lsn(_) => "a position in the log",
        Value::List(_) | Value::Bounded(..) => "a list",
        Value::Record(_) => "a record",
        Value::Range(_) => "a range",
        Value::Multirange(_) => "a multirange",
        Value::Hstore(_) => "a map",
        Value::Vector(_) => "a vector",
    }
}

//! From Python objects onto the wire, by the type that the server gave the parameter.
//!
//! The types are strict, so that a mistake is seen where it was made: a bool is no int, a float is no
//! numeric, a str is no list of its letters. Subclasses (of int, as enumerations are, of str ...) serve as
//! what they are.

mod calendar;
pub(crate) mod column;
mod datetime;
mod geometry;
mod inet;
mod json;
mod list;
mod number;
mod text;
mod tid;
mod uuid;

use bytes::BytesMut;
use data_bridge_postgres::types::{Codec, EncodeError, int_vector};
use pyo3::prelude::*;

/// Why an object cannot be sent as a parameter.
#[derive(Debug)]
pub(crate) enum ParameterError {
    /// It is of the wrong Python type.
    Type {
        /// The types that would do, as Python names them.
        expected: &'static str,
        /// The type given, and where it stands in a list.
        given: String,
    },
    /// It is of the right type, but the `PostgreSQL` type cannot hold it.
    Value(String),
    /// Python code that was called to take it apart raised something else.
    Python(PyErr),
}

impl ParameterError {
    /// The error for an object of another type than expected.
    #[cold]
    fn wrong_type(expected: &'static str, given: &Bound<'_, PyAny>) -> Self {
        match given.get_type().fully_qualified_name() {
            Ok(name) => Self::Type {
                expected,
                given: name.to_string(),
            },
            Err(error) => Self::Python(error),
        }
    }
}

impl From<EncodeError> for ParameterError {
    #[cold]
    fn from(error: EncodeError) -> Self {
        Self::Value(error.to_string())
    }
}

impl From<PyErr> for ParameterError {
    #[cold]
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

/// Writes the bytes of an object that is not None; the caller writes their length.
#[inline]
pub(crate) fn encode(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    match codec {
        Codec::Bool => number::bool(value, out),
        Codec::Int2 | Codec::Int4 | Codec::Int8 | Codec::Oid | Codec::Xid | Codec::Cid => {
            number::int(value, codec, out)
        }
        Codec::Float4 | Codec::Float8 => number::float(value, codec, out),
        Codec::Numeric => number::numeric(value, out),
        Codec::Text
        | Codec::Varchar
        | Codec::Bpchar
        | Codec::Name
        | Codec::Char
        | Codec::Unknown
        | Codec::Refcursor
        | Codec::Cstring
        | Codec::TextForm(_) => text::text(value, codec, out),
        Codec::Bytea => text::bytes(value, out),
        Codec::Uuid => uuid::uuid(value, out),
        Codec::Json | Codec::Jsonb => json::json(value, codec, out),
        Codec::Date => datetime::date(value, out),
        Codec::Time => datetime::time(value, out),
        Codec::TimeTz => datetime::time_tz(value, out),
        Codec::Timestamp => datetime::timestamp(value, out),
        Codec::TimestampTz => datetime::timestamp_tz(value, out),
        Codec::Interval => datetime::timedelta(value, out),
        Codec::Void => Err(ParameterError::wrong_type("None", value)),
        Codec::Array(&element) => list::list(value, codec, element, out),
        Codec::Xid8
        | Codec::PgLsn
        | Codec::Tid
        | Codec::PgSnapshot
        | Codec::TxidSnapshot
        | Codec::Jsonpath
        | Codec::Bit
        | Codec::Varbit
        | Codec::Macaddr
        | Codec::Macaddr8
        | Codec::Inet
        | Codec::Cidr
        | Codec::Point
        | Codec::Line
        | Codec::Lseg
        | Codec::Box
        | Codec::Path
        | Codec::Polygon
        | Codec::Circle
        | Codec::Int2Vector
        | Codec::OidVector => encode_rare(value, codec, out),
    }
}

/// Apart from the others, so that these are not compiled into each of their callers.
#[cold]
#[inline(never)]
fn encode_rare(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    match codec {
        Codec::Xid8 => number::unsigned(value, codec, out),
        Codec::PgLsn => number::lsn(value, codec, out),
        Codec::Bit
        | Codec::Varbit
        | Codec::Macaddr
        | Codec::Macaddr8
        | Codec::PgSnapshot
        | Codec::TxidSnapshot
        | Codec::Jsonpath => text::spelt(value, codec, out),
        Codec::Inet | Codec::Cidr => inet::inet(value, codec, out),
        Codec::Point
        | Codec::Line
        | Codec::Lseg
        | Codec::Box
        | Codec::Path
        | Codec::Polygon
        | Codec::Circle => geometry::geometry(value, codec, out),
        Codec::Tid => tid::tid(value, out),
        Codec::Int2Vector | Codec::OidVector => {
            let element = int_vector::element(codec).unwrap_or(codec);
            list::list(value, codec, element, out)
        }
        _ => Err(EncodeError::Kind {
            codec,
            given: "an object",
        }
        .into()),
    }
}

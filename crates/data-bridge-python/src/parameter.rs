//! From Python objects onto the wire, by the type that the server gave the parameter.
//!
//! The types are strict, so that a mistake is seen where it was made: a bool is no int, a float is no
//! numeric, a str is no list of its letters. Subclasses (of int, as enumerations are, of str ...) serve as
//! what they are.

mod calendar;
pub(crate) mod column;
mod composite;
mod custom;
mod datetime;
mod element;
mod geometry;
mod hstore;
mod inet;
mod json;
mod list;
mod number;
mod range;
mod text;
mod tid;
mod uuid;
mod vector;

use bytes::BytesMut;
use data_bridge_postgres::types::composed::{self, Composed, Kind};
use data_bridge_postgres::types::{AnyCodec, Codec, EncodeError, int_vector};
use pyo3::prelude::*;

use crate::error::to_python;

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
    /// The error for None where there must be a value.
    #[cold]
    pub(crate) fn missing() -> Self {
        Self::Type {
            expected: "a value",
            given: "None".to_owned(),
        }
    }

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

impl ParameterError {
    /// Says where in a value it happened.
    #[cold]
    fn at(self, place: &str) -> Self {
        match self {
            Self::Type { expected, given } => Self::Type {
                expected,
                given: format!("{given} at {place}"),
            },
            Self::Value(reason) => Self::Value(format!("at {place}: {reason}")),
            Self::Python(error) => Self::Python(error),
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
    codec: &AnyCodec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    match codec {
        AnyCodec::BuiltIn(codec) => encode_built_in(value, *codec, out),
        AnyCodec::Composed(composed) => encode_composed(value, composed, out),
    }
}

#[inline(never)]
fn encode_composed(
    value: &Bound<'_, PyAny>,
    composed: &Composed,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    match &composed.kind {
        Kind::Array(element) => list::list(value, composed::ARRAY, element, out),
        Kind::Range(subtype) => range::range(value, &subtype.codec, out),
        Kind::Multirange(range) => range::multirange(value, &range.codec, out),
        Kind::Composite(attributes) => composite::composite(value, attributes, out),
        Kind::Record(_) => Err(ParameterError::Python(to_python(
            value.py(),
            &composed.unsupported(),
        ))),
        Kind::Hstore => hstore::hstore(value, out),
        Kind::Vector => vector::vector(value, out),
        Kind::Custom(custom) => custom::custom(value, custom, out),
        Kind::Unknown => text::text(value, Codec::Unknown, out),
    }
}

#[inline]
fn encode_built_in(
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
        Codec::Array(element) => list::list(value, codec, element, out),
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
            list::list(value, codec, &element, out)
        }
        _ => Err(EncodeError::Kind {
            codec,
            given: "an object",
        }
        .into()),
    }
}

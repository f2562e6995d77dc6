//! The types of arrays' elements, and what in a list is an element of theirs.

use bytes::BytesMut;
use data_bridge_postgres::types::composed::Kind;
use data_bridge_postgres::types::{AnyCodec, Codec, DataType, Format};
use pyo3::prelude::*;

use super::list::Items;
use super::{ParameterError, encode, encode_built_in};

/// The type of an array's elements.
pub(super) trait Element {
    /// Its object identifier.
    fn oid(&self) -> u32;
    /// The format in which its values travel.
    fn format(&self) -> Format;
    /// What is a further dimension, and no value of the type.
    fn nesting(&self) -> Nesting;
    /// Writes the bytes of a value.
    fn encode(&self, value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError>;
}

impl Element for Codec {
    fn oid(&self) -> u32 {
        (*self).oid()
    }

    fn format(&self) -> Format {
        (*self).format()
    }

    fn nesting(&self) -> Nesting {
        match self {
            Self::Json | Self::Jsonb | Self::Int2Vector | Self::OidVector | Self::Array(_) => {
                Nesting::None
            }
            Self::Tid
            | Self::Point
            | Self::Line
            | Self::Lseg
            | Self::Box
            | Self::Path
            | Self::Polygon
            | Self::Circle => Nesting::Lists,
            _ => Nesting::All,
        }
    }

    #[inline]
    fn encode(&self, value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
        encode_built_in(value, *self, out)
    }
}

impl Element for DataType {
    fn oid(&self) -> u32 {
        self.oid
    }

    fn format(&self) -> Format {
        self.format()
    }

    fn nesting(&self) -> Nesting {
        let composed = match &self.codec {
            AnyCodec::BuiltIn(codec) => return codec.nesting(),
            AnyCodec::Composed(composed) => composed,
        };
        match &composed.kind {
            // A list may be a vector, a document, and the array of a domain.
            Kind::Vector | Kind::Array(_) => Nesting::None,
            Kind::Custom(_) if matches!(self.oid, JSON | JSONB) => Nesting::None,
            Kind::Composite(_) | Kind::Custom(_) => Nesting::Lists,
            _ => Nesting::All,
        }
    }

    fn encode(&self, value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
        encode(value, &self.codec, out)
    }
}

const JSON: u32 = Codec::Json.oid();
const JSONB: u32 = Codec::Jsonb.oid();

/// What inside an array is one dimension more, and no element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nesting {
    /// Nothing: an element may be a list itself.
    None,
    /// Lists: an element may be a tuple.
    Lists,
    /// Lists and tuples.
    All,
}

impl Nesting {
    pub(super) fn items<'a, 'py>(self, value: &'a Bound<'py, PyAny>) -> Option<Items<'a, 'py>> {
        match (self, Items::of(value)) {
            (Self::All, items) | (Self::Lists, items @ Some(Items::List(_))) => items,
            _ => None,
        }
    }
}

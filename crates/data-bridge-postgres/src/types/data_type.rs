//! The type of a parameter or of a column, and how its values are written and read.

use std::sync::Arc;

use super::composed::Kind;
use super::{Codec, Composed, Format, Sink, decode};

/// How values of a type are written and read.
#[derive(Clone, Debug)]
pub enum AnyCodec {
    /// As those of a built-in type.
    BuiltIn(Codec),
    /// As it was found out at run time: those of a type of the database's own, or of one that
    /// somebody reads in a way of his own.
    Composed(Arc<Composed>),
}

impl AnyCodec {
    /// The format in which its values travel as parameters and columns.
    #[must_use]
    pub fn format(&self) -> Format {
        match self {
            Self::BuiltIn(codec) => codec.format(),
            Self::Composed(composed) => composed.format(),
        }
    }

    /// Decodes the bytes of one value that is not NULL.
    ///
    /// # Errors
    /// A [`DecodeError`] for bytes that are no value of the type, or whatever the sink objects to.
    #[inline]
    pub fn decode<S: Sink>(&self, raw: &[u8], sink: &mut S) -> Result<S::Value, S::Error> {
        self.decode_inside(raw, sink, 0)
    }

    /// Decodes a value that stands inside `depth` others.
    #[inline]
    pub(super) fn decode_inside<S: Sink>(
        &self,
        raw: &[u8],
        sink: &mut S,
        depth: u8,
    ) -> Result<S::Value, S::Error> {
        match self {
            Self::BuiltIn(codec) => decode(*codec, raw, sink),
            Self::Composed(composed) => composed.decode(raw, sink, depth),
        }
    }
}

impl From<Codec> for AnyCodec {
    fn from(codec: Codec) -> Self {
        Self::BuiltIn(codec)
    }
}

/// The type of a parameter or of a column, as the server reported it.
#[derive(Clone, Debug)]
pub struct DataType {
    /// Its object identifier.
    pub oid: u32,
    /// How its values are written and read.
    pub codec: AnyCodec,
    /// Its name: `int4[]` for a built-in type, else as the server writes it.
    pub name: Arc<str>,
}

impl DataType {
    /// The format in which its values travel as parameters and columns.
    #[must_use]
    pub fn format(&self) -> Format {
        self.codec.format()
    }

    /// Whether the server was asked what it is like.
    pub(crate) fn is_learned(&self) -> bool {
        match &self.codec {
            AnyCodec::BuiltIn(_) => false,
            AnyCodec::Composed(composed) => !matches!(composed.kind, Kind::Custom(_)),
        }
    }
}

impl From<Codec> for DataType {
    fn from(codec: Codec) -> Self {
        Self {
            oid: codec.oid(),
            name: codec.name().into(),
            codec: codec.into(),
        }
    }
}

//! The types that are found out at run time: those of the database's own (composites, enums' and
//! domains' arrays, ranges of its own), those of extensions, and those that somebody reads in a
//! way of his own.

mod custom;
mod pieces;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::Error;

use super::{AnyCodec, Codec, DataType, DecodeError, Format, Sink, TextForm};
use super::{array, composite, hstore, range, vector};

pub use custom::{BinaryForm, Custom, Handle};
pub(super) use pieces::Pieces;

/// How deep values may stand inside each other: anonymous records nest as deep as their bytes say.
pub const MAX_DEPTH: u8 = 64;

/// What the types are called in what is wrong with the bytes of a value.
/// An array of elements that are not built in.
pub const ARRAY: Codec = named(&TextForm {
    name: "array",
    array_name: "array of arrays",
    oid: 2277,
    array_oid: 0,
});
pub(super) const RECORD: Codec = named(&TextForm {
    name: "record",
    array_name: "record[]",
    oid: 2249,
    array_oid: 2287,
});
pub(super) const RANGE: Codec = named(&TextForm {
    name: "range",
    array_name: "range[]",
    oid: 3831,
    array_oid: 0,
});
pub(super) const MULTIRANGE: Codec = named(&TextForm {
    name: "multirange",
    array_name: "multirange[]",
    oid: 4537,
    array_oid: 0,
});
pub(super) const HSTORE: Codec = named(&TextForm {
    name: "hstore",
    array_name: "hstore[]",
    oid: 0,
    array_oid: 0,
});
pub(super) const VECTOR: Codec = named(&TextForm {
    name: "vector",
    array_name: "vector[]",
    oid: 0,
    array_oid: 0,
});

const fn named(form: &'static TextForm) -> Codec {
    Codec::TextForm(form)
}

/// A type that is found out at run time.
#[derive(Debug)]
pub struct Composed {
    /// Its object identifier.
    pub oid: u32,
    /// Its name, as the server writes it.
    pub name: Arc<str>,
    /// What its values are.
    pub kind: Kind,
    layout: Layout,
    outdated: AtomicBool,
}

/// What the values of a type are composed of.
#[derive(Debug)]
pub enum Kind {
    /// An array, of any number of dimensions, of this element.
    Array(DataType),
    /// A range of this subtype.
    Range(DataType),
    /// A multirange of this range.
    Multirange(DataType),
    /// Named attributes, in their order.
    Composite(Vec<Attribute>),
    /// Attributes without names, whose types come with each value.
    Record(RecordTypes),
    /// A map of texts to texts.
    Hstore,
    /// A vector of `float4`s, as pgvector has it.
    Vector,
    /// Whatever its codec makes of it.
    Custom(Custom),
    /// Nothing that is known: its text.
    Unknown,
}

/// An attribute of a composite type.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub data_type: DataType,
}

/// Where the types of an anonymous record's attributes are looked up, by object identifier.
#[derive(Clone)]
pub struct RecordTypes(pub Arc<dyn Fn(u32) -> Result<AnyCodec, DecodeError> + Send + Sync>);

impl fmt::Debug for RecordTypes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecordTypes")
    }
}

/// What the owner of a sink keeps with a type.
#[derive(Default)]
struct Layout(OnceLock<Box<dyn Any + Send + Sync>>);

impl fmt::Debug for Layout {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Layout")
    }
}

impl Composed {
    /// A type of this kind.
    #[must_use]
    pub fn new(oid: u32, name: Arc<str>, kind: Kind) -> Self {
        Self {
            oid,
            name,
            kind,
            layout: Layout::default(),
            outdated: AtomicBool::new(false),
        }
    }

    /// The format in which its values travel as parameters and columns.
    #[must_use]
    pub fn format(&self) -> Format {
        match &self.kind {
            Kind::Array(element) => element.format(),
            Kind::Custom(custom) => custom.format(),
            Kind::Unknown => Format::Text,
            _ => Format::Binary,
        }
    }

    /// What the sink's owner keeps with it, made at the first call.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn layout_or_try_init<L: Any + Send + Sync, E>(
        &self,
        make: impl FnOnce() -> Result<L, E>,
    ) -> Result<Option<&L>, E> {
        if self.layout.0.get().is_none() {
            let layout: Box<dyn Any + Send + Sync> = Box::new(make()?);
            // Whoever was first.
            let _ = self.layout.0.set(layout);
        }
        Ok(self.layout.0.get().and_then(|kept| kept.downcast_ref()))
    }

    /// Whether a value has shown that the type is not what it was: altered, most likely.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.outdated.load(Ordering::Relaxed)
            || match &self.kind {
                Kind::Array(part) | Kind::Range(part) | Kind::Multirange(part) => {
                    part.is_outdated()
                }
                Kind::Composite(attributes) => attributes.iter().any(|a| a.data_type.is_outdated()),
                _ => false,
            }
    }

    /// The error for a parameter of a type that the server takes no values of.
    #[must_use]
    pub fn unsupported(&self) -> Error {
        Error::UnsupportedType {
            name: Arc::clone(&self.name),
            oid: self.oid,
        }
    }

    /// A value is not of the type as it was found out.
    #[cold]
    pub(super) fn outdate(&self) -> DecodeError {
        self.outdated.store(true, Ordering::Relaxed);
        DecodeError::Altered(self.oid)
    }

    /// Decodes the bytes of one value that is not NULL, and stands inside `depth` others.
    #[inline(never)]
    pub(super) fn decode<S: Sink>(
        &self,
        raw: &[u8],
        sink: &mut S,
        depth: u8,
    ) -> Result<S::Value, S::Error> {
        if depth > MAX_DEPTH {
            return Err(DecodeError::Depth.into());
        }
        match &self.kind {
            Kind::Array(element) => decode_array(element, raw, sink, depth + 1),
            Kind::Range(subtype) => range::decode(&subtype.codec, raw, sink, depth + 1),
            Kind::Multirange(range) => range::decode_many(&range.codec, raw, sink, depth + 1),
            Kind::Composite(attributes) => {
                composite::decode(self, attributes, raw, sink, depth + 1)
            }
            Kind::Record(types) => composite::decode_record(types, raw, sink, depth + 1),
            Kind::Hstore => sink.hstore(hstore::Hstore::read(raw)?),
            Kind::Vector => sink.vector(vector::Vector::read(raw)?),
            Kind::Custom(custom) => sink.custom(custom, custom.strip(raw)?),
            Kind::Unknown => sink.unknown(raw, &self.name),
        }
    }
}

fn decode_array<S: Sink>(
    element: &DataType,
    raw: &[u8],
    sink: &mut S,
    depth: u8,
) -> Result<S::Value, S::Error> {
    match element.format() {
        Format::Binary => array::decode_of(element, raw, sink, depth),
        Format::Text => {
            let raw = array::literal::read(ARRAY, element.oid, raw)?;
            array::decode_of(element, &raw, sink, depth)
        }
    }
}

impl DataType {
    /// Whether a value has shown that the type is not what it was.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        match &self.codec {
            AnyCodec::BuiltIn(_) => false,
            AnyCodec::Composed(composed) => composed.is_outdated(),
        }
    }
}

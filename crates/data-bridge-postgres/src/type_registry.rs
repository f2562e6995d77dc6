//! The types as one connection sees them: those with a codec, those that the catalogue tells of,
//! and those that somebody reads in a way of his own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio_postgres::types::Type;

use crate::catalogue::{Catalogue, Fact, FactKind};
use crate::types::composed::{Attribute, Composed, Custom, Kind, RecordTypes};
use crate::types::{AnyCodec, Codec, DataType, DecodeError, Format};

/// Types lie no deeper inside each other; the server does not let one be part of itself.
const MAX_DEPTH: usize = 32;

/// The types of a connection.
#[derive(Debug)]
pub(crate) struct TypeRegistry(Arc<Mutex<Types>>);

#[derive(Debug)]
struct Types {
    catalogue: Catalogue,
    customs: HashMap<u32, (Arc<str>, Custom)>,
    /// Whether they may be others than the catalogue's.
    changed: bool,
    /// What was put together already.
    described: HashMap<u32, DataType>,
    /// What anonymous records were made of that is not known.
    wanted: Vec<u32>,
    /// The registry itself, for anonymous records.
    this: Weak<Mutex<Types>>,
}

impl TypeRegistry {
    pub(crate) fn new(catalogue: Catalogue) -> Self {
        Self(Arc::new_cyclic(|this| {
            Mutex::new(Types {
                customs: catalogue.customs(),
                changed: false,
                catalogue,
                described: HashMap::new(),
                wanted: Vec::new(),
                this: this.clone(),
            })
        }))
    }

    /// What is known of a type; one that nobody has asked about yet is read as text.
    pub(crate) fn describe(&self, oid: u32) -> DataType {
        self.with(|types| types.describe(oid, 0))
    }

    /// Those of the types that the server must be asked about, each once, and what anonymous
    /// records were made of.
    pub(crate) fn missing(&self, oids: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut missing: Vec<u32> = self.with(|types| {
            let wanted = std::mem::take(&mut types.wanted);
            let oids = oids.chain(wanted);
            oids.filter(|oid| !types.is_known(*oid)).collect()
        });
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Whether the server need not be asked about any of the types.
    pub(crate) fn know(&self, mut oids: impl Iterator<Item = u32>) -> bool {
        self.with(|types| oids.all(|oid| types.is_known(oid)))
    }

    /// Takes what the server says of types.
    pub(crate) fn learn(&self, facts: Vec<(u32, Fact)>) {
        let described = self.with(|types| {
            types.catalogue.learn(facts);
            std::mem::take(&mut types.described)
        });
        drop(described);
    }

    /// Forgets all that was learned: types may be others by now.
    pub(crate) fn forget(&self) {
        let described = self.with(|types| {
            types.catalogue.forget();
            std::mem::take(&mut types.described)
        });
        drop(described);
    }

    /// Has values of a type read and written in somebody's own way, or as they were again.
    pub(crate) fn set_custom(&self, oid: u32, name: Arc<str>, custom: Option<Custom>) {
        // What was there is let go when the lock is: that may run code of its owner's.
        let old = self.with(|types| {
            types.changed = true;
            let old = match custom {
                Some(custom) => types.customs.insert(oid, (name, custom)),
                None => types.customs.remove(&oid),
            };
            (old, std::mem::take(&mut types.described))
        });
        drop(old);
    }

    /// Goes back to the codecs that all who share the catalogue begin with; false when there were
    /// no others.
    pub(crate) fn reset_customs(&self) -> bool {
        let old = self.with(|types| {
            if !std::mem::take(&mut types.changed) {
                return None;
            }
            let customs = types.catalogue.customs();
            let old = std::mem::replace(&mut types.customs, customs);
            Some((old, std::mem::take(&mut types.described)))
        });
        old.is_some()
    }

    /// Forgets the codecs of somebody's own, which may refer back to the connection.
    pub(crate) fn clear(&self) {
        let old = self.with(|types| {
            (
                std::mem::take(&mut types.customs),
                std::mem::take(&mut types.described),
            )
        });
        drop(old);
    }

    /// Whether an anonymous record was made of something that is not known.
    pub(crate) fn is_wanting(&self) -> bool {
        self.with(|types| !types.wanted.is_empty())
    }

    fn with<T>(&self, body: impl FnOnce(&mut Types) -> T) -> T {
        body(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// xml, whose binary form is its text.
const XML: u32 = 142;

impl Types {
    fn is_known(&self, oid: u32) -> bool {
        self.customs.contains_key(&oid)
            || Codec::from_oid(oid).is_some()
            || self.catalogue.fact(oid).is_some()
    }

    fn describe(&mut self, oid: u32, depth: usize) -> DataType {
        if let Some(described) = self.described.get(&oid) {
            return described.clone();
        }
        let described = self.put_together(oid, depth);
        self.described.insert(oid, described.clone());
        described
    }

    fn put_together(&mut self, oid: u32, depth: usize) -> DataType {
        if let Some((name, custom)) = self.customs.get(&oid) {
            return composed(oid, Arc::clone(name), Kind::Custom(custom.clone()));
        }
        if let Some(codec) = Codec::from_oid(oid) {
            return match codec {
                Codec::Array(element) if self.customs.contains_key(&element.oid()) => {
                    let element = self.describe(element.oid(), depth + 1);
                    composed(oid, codec.name().into(), Kind::Array(element))
                }
                _ => codec.into(),
            };
        }
        let Some(fact) = self.catalogue.fact(oid) else {
            let known = Type::from_oid(oid).map(|known| known.name().into());
            let name = known.unwrap_or_else(|| oid.to_string().into());
            return composed(oid, name, Kind::Unknown);
        };
        let kind = if depth < MAX_DEPTH {
            match self.kind(&fact, depth + 1) {
                Ok(kind) => kind,
                Err(codec) => {
                    return DataType {
                        oid,
                        codec,
                        name: Arc::clone(&fact.name),
                    };
                }
            }
        } else {
            Kind::Unknown
        };
        composed(oid, Arc::clone(&fact.name), kind)
    }

    /// What the type is; the codec that it shares with another, as an error, where it has none of
    /// its own.
    fn kind(&mut self, fact: &Fact, depth: usize) -> Result<Kind, AnyCodec> {
        let kind = match &fact.kind {
            FactKind::Text => return Err(Codec::Text.into()),
            FactKind::Domain(base) => return Err(self.describe(*base, depth).codec),
            FactKind::Array(element) => {
                let comma = self.catalogue.fact(*element).is_none_or(|fact| fact.comma);
                let element = self.describe(*element, depth);
                // One that is known as text must be taken apart as text.
                if element.format() == Format::Text && !comma {
                    return Ok(Kind::Unknown);
                }
                Kind::Array(element)
            }
            FactKind::Range(subtype) => match self.inside(*subtype, depth) {
                Some(subtype) => Kind::Range(subtype),
                None => Kind::Unknown,
            },
            FactKind::Multirange(range) => match self.inside(*range, depth) {
                Some(range) => Kind::Multirange(range),
                None => Kind::Unknown,
            },
            FactKind::Composite(attributes) => {
                let attributes = attributes.iter().map(|(name, oid)| {
                    let name = name.clone();
                    let data_type = self.inside(*oid, depth)?;
                    Some(Attribute { name, data_type })
                });
                match attributes.collect() {
                    Some(attributes) => Kind::Composite(attributes),
                    None => Kind::Unknown,
                }
            }
            FactKind::Record => {
                let types = self.this.clone();
                Kind::Record(RecordTypes(Arc::new(move |oid| attribute(&types, oid))))
            }
            FactKind::Hstore => Kind::Hstore,
            FactKind::Vector => Kind::Vector,
            FactKind::Unknown => Kind::Unknown,
        };
        Ok(kind)
    }

    /// A type as it is inside of another's binary form; `None` when its binary form is not known.
    fn inside(&mut self, oid: u32, depth: usize) -> Option<DataType> {
        let data_type = self.describe(oid, depth);
        if data_type.format() == Format::Binary {
            return Some(data_type);
        }
        (oid == XML && !self.customs.contains_key(&XML)).then(|| DataType {
            codec: Codec::Text.into(),
            ..data_type
        })
    }
}

fn composed(oid: u32, name: Arc<str>, kind: Kind) -> DataType {
    DataType {
        oid,
        name: Arc::clone(&name),
        codec: AnyCodec::Composed(Arc::new(Composed::new(oid, name, kind))),
    }
}

/// The codec of an anonymous record's attribute.
fn attribute(types: &Weak<Mutex<Types>>, oid: u32) -> Result<AnyCodec, DecodeError> {
    let unknown = DecodeError::UnknownAttribute(oid);
    let types = types.upgrade().ok_or(unknown)?;
    let mut types = types.lock().unwrap_or_else(PoisonError::into_inner);
    if !types.is_known(oid) {
        if !types.wanted.contains(&oid) {
            types.wanted.push(oid);
        }
        return Err(unknown);
    }
    let found = types.inside(oid, 0);
    found
        .map(|found| found.codec)
        .ok_or(DecodeError::TextAttribute(oid))
}

//! What is known of the types that have no codec of their own, as the server's catalogue has it:
//! learned once, for all connections of a pool.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::types::composed::Custom;

/// A type, as the server's catalogue describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// As the server writes it, with its schema where the search path does not lead there.
    pub(crate) name: Arc<str>,
    pub(crate) kind: FactKind,
    /// Whether commas stand between its values in an array's text.
    pub(crate) comma: bool,
}

/// What a type is, by the object identifiers of the types that it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FactKind {
    /// One whose binary form is its text: an enum, citext.
    Text,
    Domain(u32),
    Array(u32),
    Range(u32),
    Multirange(u32),
    Composite(Vec<(String, u32)>),
    Record,
    Hstore,
    Vector,
    /// Its text form is all that is known of it.
    Unknown,
}

impl Fact {
    /// A built-in type that is made of others; nothing need be asked about these.
    pub(crate) fn built_in(oid: u32) -> Option<Self> {
        use FactKind::{Array, Multirange, Range, Record};
        let (name, kind) = match oid {
            3904 => ("int4range", Range(23)),
            3926 => ("int8range", Range(20)),
            3906 => ("numrange", Range(1700)),
            3908 => ("tsrange", Range(1114)),
            3910 => ("tstzrange", Range(1184)),
            3912 => ("daterange", Range(1082)),
            3905 => ("int4range[]", Array(3904)),
            3927 => ("int8range[]", Array(3926)),
            3907 => ("numrange[]", Array(3906)),
            3909 => ("tsrange[]", Array(3908)),
            3911 => ("tstzrange[]", Array(3910)),
            3913 => ("daterange[]", Array(3912)),
            4451 => ("int4multirange", Multirange(3904)),
            4536 => ("int8multirange", Multirange(3926)),
            4532 => ("nummultirange", Multirange(3906)),
            4533 => ("tsmultirange", Multirange(3908)),
            4534 => ("tstzmultirange", Multirange(3910)),
            4535 => ("datemultirange", Multirange(3912)),
            6150 => ("int4multirange[]", Array(4451)),
            6157 => ("int8multirange[]", Array(4536)),
            6151 => ("nummultirange[]", Array(4532)),
            6152 => ("tsmultirange[]", Array(4533)),
            6153 => ("tstzmultirange[]", Array(4534)),
            6155 => ("datemultirange[]", Array(4535)),
            2249 => ("record", Record),
            2287 => ("record[]", Array(2249)),
            _ => return None,
        };
        Some(Self {
            name: name.into(),
            kind,
            comma: true,
        })
    }
}

/// What several connections know together: each to whoever has the same configuration, so that
/// a pool's next connection asks for nothing that an earlier one has learned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    facts: HashMap<u32, Arc<Fact>>,
    customs: HashMap<u32, (Arc<str>, Custom)>,
}

impl Catalogue {
    pub(crate) fn fact(&self, oid: u32) -> Option<Arc<Fact>> {
        if let Some(fact) = Fact::built_in(oid) {
            return Some(Arc::new(fact));
        }
        self.known().facts.get(&oid).cloned()
    }

    pub(crate) fn learn(&self, facts: impl IntoIterator<Item = (u32, Fact)>) {
        let facts = facts.into_iter().map(|(oid, fact)| (oid, Arc::new(fact)));
        self.known().facts.extend(facts);
    }

    /// Forgets what was learned of the types: they may be others by now.
    pub(crate) fn forget(&self) {
        self.known().facts.clear();
    }

    /// The codecs of somebody's own that connections begin with.
    pub(crate) fn customs(&self) -> HashMap<u32, (Arc<str>, Custom)> {
        self.known().customs.clone()
    }

    /// Has connections begin with a codec for a type, or without one.
    pub(crate) fn set_custom(&self, oid: u32, name: Arc<str>, custom: Option<Custom>) {
        let mut known = self.known();
        // What was there is let go when the lock is: that may run code of its owner's.
        let _old = match custom {
            Some(custom) => known.customs.insert(oid, (name, custom)),
            None => known.customs.remove(&oid),
        };
        drop(known);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

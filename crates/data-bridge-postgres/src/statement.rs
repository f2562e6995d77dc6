//! Prepared statements, and the cache that keeps them.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use lru::LruCache;

use crate::error::Error;
use crate::types::{Codec, Format};

/// The type of a parameter or of a column, as the server reported it.
#[derive(Clone, Debug)]
pub struct DataType {
    /// Its object identifier.
    pub oid: u32,
    /// How its values are written and read; `None` when the type is not known.
    pub codec: Option<Codec>,
    /// Its name.
    pub name: Arc<str>,
}

impl DataType {
    /// The format in which its values travel.
    fn format(&self) -> Format {
        self.codec.map_or(Format::Binary, Codec::format)
    }

    /// The error for a type that has no codec.
    #[must_use]
    pub fn unsupported(&self) -> Error {
        Error::UnsupportedType {
            name: Arc::clone(&self.name),
            oid: self.oid,
        }
    }
}

/// A column of a prepared statement's result.
#[derive(Clone, Debug)]
pub struct Column {
    /// The column's name, or the alias it was given.
    pub name: String,
    /// The type of its values.
    pub data_type: DataType,
}

/// A statement that the server has parsed and described.
///
/// `L` is what the caller keeps with it, made once and used for every row.
#[derive(Debug)]
pub struct Statement<L> {
    pub(crate) sql: Box<str>,
    pub(crate) name: String,
    pub(crate) parameters: Vec<DataType>,
    pub(crate) columns: Vec<Column>,
    formats: Formats,
    layout: OnceLock<L>,
}

/// In which formats the parameters and columns of a statement travel, as Bind says it.
#[derive(Debug)]
pub(crate) struct Formats {
    pub(crate) parameters: Box<[u8]>,
    pub(crate) columns: Box<[u8]>,
}

impl Formats {
    fn new(parameters: &[DataType], columns: &[Column]) -> Self {
        Self {
            parameters: format_codes(parameters.iter()),
            columns: format_codes(columns.iter().map(|column| &column.data_type)),
        }
    }
}

/// How many codes there are, and the codes: one, for all, where all values travel in binary.
fn format_codes<'a>(types: impl Iterator<Item = &'a DataType>) -> Box<[u8]> {
    let formats: Vec<Format> = types.map(DataType::format).collect();
    if formats.iter().all(|format| *format == Format::Binary) {
        return Box::new([0, 1, 0, Format::Binary as u8]);
    }
    let count = (formats.len() as u16).to_be_bytes();
    let codes = formats.iter().flat_map(|format| [0, *format as u8]);
    count.into_iter().chain(codes).collect()
}

impl<L> Statement<L> {
    pub(crate) fn new(
        sql: Box<str>,
        name: String,
        parameters: Vec<DataType>,
        columns: Vec<Column>,
    ) -> Self {
        Self {
            sql,
            name,
            formats: Formats::new(&parameters, &columns),
            parameters,
            columns,
            layout: OnceLock::new(),
        }
    }

    /// The types of its parameters, `$1` first.
    #[must_use]
    pub fn parameters(&self) -> &[DataType] {
        &self.parameters
    }

    /// The columns of its rows; empty for a statement that gives none.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What Bind says of the formats of its values.
    pub(crate) fn formats(&self) -> &Formats {
        &self.formats
    }

    /// What the caller keeps with it, once it has been made.
    #[must_use]
    pub fn layout(&self) -> Option<&L> {
        self.layout.get()
    }

    /// What the caller keeps with it, made at the first call.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn layout_or_try_init<E>(
        &self,
        make: impl FnOnce(&[Column]) -> Result<L, E>,
    ) -> Result<&L, E> {
        if let Some(layout) = self.layout.get() {
            return Ok(layout);
        }
        let layout = make(&self.columns)?;
        Ok(self.layout.get_or_init(|| layout))
    }
}

/// The statements of one connection that are kept prepared, by their SQL; the least recently
/// used leaves first.
#[derive(Debug)]
pub(crate) struct StatementCache<L> {
    entries: Option<LruCache<Box<str>, Arc<Statement<L>>, foldhash::fast::RandomState>>,
    named: u64,
}

impl<L> StatementCache<L> {
    /// A capacity of 0 keeps nothing: every statement is prepared anew.
    pub(crate) fn new(capacity: usize) -> Self {
        let entries = NonZeroUsize::new(capacity).map(|capacity| {
            // Made with its capacity, it would take the memory for that at once.
            let hasher = foldhash::fast::RandomState::default();
            let mut entries = LruCache::unbounded_with_hasher(hasher);
            entries.resize(capacity);
            entries
        });
        Self { entries, named: 0 }
    }

    pub(crate) fn get(&mut self, sql: &str) -> Option<Arc<Statement<L>>> {
        self.entries.as_mut()?.get(sql).cloned()
    }

    /// A name for the next statement: even one that is not kept needs its own, since another may
    /// be prepared before it is executed.
    pub(crate) fn next_name(&mut self) -> String {
        self.named += 1;
        format!("db_{}", self.named)
    }

    /// Keeps a statement; gives the one that had to leave, this one itself when nothing is kept,
    /// to be closed at the server.
    pub(crate) fn insert(
        &mut self,
        sql: Box<str>,
        statement: Arc<Statement<L>>,
    ) -> Option<Arc<Statement<L>>> {
        let Some(entries) = &mut self.entries else {
            return Some(statement);
        };
        let (_, left) = entries.push(sql, statement)?;
        Some(left)
    }

    /// Forgets a statement, to be prepared anew.
    pub(crate) fn remove(&mut self, sql: &str) {
        if let Some(entries) = &mut self.entries {
            entries.pop(sql);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(sql: &str, name: &str) -> Arc<Statement<u8>> {
        let name = name.to_owned();
        Arc::new(Statement::new(sql.into(), name, Vec::new(), Vec::new()))
    }

    fn left(left: Option<Arc<Statement<u8>>>) -> Option<String> {
        left.map(|statement| statement.name.clone())
    }

    #[test]
    fn the_least_recently_used_leaves() {
        let mut cache = StatementCache::new(2);
        assert!(cache.insert("a".into(), statement("a", "1")).is_none());
        assert!(cache.insert("b".into(), statement("b", "2")).is_none());
        assert!(cache.get("a").is_some());
        let third = cache.insert("c".into(), statement("c", "3"));
        assert_eq!(left(third).as_deref(), Some("2"));
        assert!(cache.get("b").is_none());
        // Prepared twice, the older one leaves.
        let again = cache.insert("a".into(), statement("a", "4"));
        assert_eq!(left(again).as_deref(), Some("1"));
        cache.remove("a");
        assert!(cache.get("a").is_none());
    }

    #[test]
    fn nothing_is_kept_without_room() {
        let mut cache = StatementCache::new(0);
        let kept = cache.insert("a".into(), statement("a", "1"));
        assert_eq!(left(kept).as_deref(), Some("1"));
        assert!(cache.get("a").is_none());
        cache.remove("a");
        assert_ne!(cache.next_name(), cache.next_name());
    }

    #[test]
    fn values_travel_in_binary_but_where_a_type_has_no_such_form() {
        let data_type = |oid| DataType {
            oid,
            codec: Codec::from_oid(oid),
            name: "name".into(),
        };
        let codes = |oids: &[u32]| {
            let types: Vec<DataType> = oids.iter().copied().map(data_type).collect();
            format_codes(types.iter()).into_vec()
        };
        let (int4, money, own) = (23, 790, 16_384);
        assert_eq!(codes(&[]), [0, 1, 0, 1]);
        assert_eq!(codes(&[int4, own]), [0, 1, 0, 1]);
        assert_eq!(codes(&[int4, money, own]), [0, 3, 0, 1, 0, 0, 0, 1]);
    }

    #[test]
    fn the_callers_part_is_made_once() {
        let statement = statement("a", "1");
        assert!(statement.layout().is_none());
        assert_eq!(statement.layout_or_try_init(|_| Err("no")), Err("no"));
        assert_eq!(statement.layout_or_try_init(|_| Ok::<u8, ()>(7)), Ok(&7));
        assert_eq!(statement.layout_or_try_init(|_| Ok::<u8, ()>(8)), Ok(&7));
        assert_eq!(statement.layout(), Some(&7));
    }
}

//! Prepared statements, and the cache that keeps them.

pub(crate) mod cache;

use std::sync::OnceLock;
use std::time::Instant;

use crate::types::{DataType, Format};

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
    /// Its name at the server; empty when it is parsed anew for each execution.
    pub(crate) name: String,
    pub(crate) parameters: Vec<DataType>,
    pub(crate) columns: Vec<Column>,
    formats: Formats,
    /// When it was.
    pub(crate) prepared: Instant,
    /// When the cache lets it go at the latest.
    expires: Option<Instant>,
    layout: OnceLock<L>,
}

/// In which formats the parameters and columns of a statement travel, as Bind says it.
#[derive(Debug)]
pub(crate) struct Formats {
    pub(crate) parameters: Box<[u8]>,
    pub(crate) columns: Box<[u8]>,
}

impl Formats {
    pub(crate) fn new(parameters: &[DataType], columns: &[Column]) -> Self {
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
            prepared: Instant::now(),
            expires: None,
            layout: OnceLock::new(),
        }
    }

    /// Whether the server keeps it, under its name.
    pub(crate) fn is_named(&self) -> bool {
        !self.name.is_empty()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Codec;

    #[test]
    fn values_travel_in_binary_but_where_a_type_has_no_such_form() {
        let codes = |oids: &[u32]| {
            let codecs = oids
                .iter()
                .map(|oid| Codec::from_oid(*oid).expect("a codec"));
            let types: Vec<DataType> = codecs.map(DataType::from).collect();
            format_codes(types.iter()).into_vec()
        };
        let (int4, money) = (23, 790);
        assert_eq!(codes(&[]), [0, 1, 0, 1]);
        assert_eq!(codes(&[int4, int4]), [0, 1, 0, 1]);
        assert_eq!(codes(&[int4, money, int4]), [0, 3, 0, 1, 0, 0, 0, 1]);
    }

    #[test]
    fn the_callers_part_is_made_once() {
        let statement = Statement::new("a".into(), "1".into(), Vec::new(), Vec::new());
        assert!(statement.layout().is_none());
        assert_eq!(statement.layout_or_try_init(|_| Err("no")), Err("no"));
        assert_eq!(statement.layout_or_try_init(|_| Ok::<u8, ()>(7)), Ok(&7));
        assert_eq!(statement.layout_or_try_init(|_| Ok::<u8, ()>(8)), Ok(&7));
        assert_eq!(statement.layout(), Some(&7));
    }
}

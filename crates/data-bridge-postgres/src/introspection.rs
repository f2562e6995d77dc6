//! The question what types of a database's own are: asked when one turns up that nobody who shares
//! the catalogue has met, for all of a statement's types and all that they are made of at once.

use std::fmt::Write as _;

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use crate::catalogue::{Fact, FactKind};
use crate::error::Error;
use crate::row::DataRow;

/// The answer to [`query`], as far as it has come.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    facts: Vec<(u32, Fact)>,
}

impl Answer {
    /// Takes a row, all of whose values are text: a type, and one of its attributes where it has
    /// any.
    pub(crate) fn row(&mut self, mut row: DataRow<'_>) -> Result<(), Error> {
        let oid = number(text(&mut row)?)?;
        let name = text(&mut row)?;
        let comma = text(&mut row)? == ",";
        let (kind, receive) = (text(&mut row)?, text(&mut row)?);
        let part = number(text(&mut row)?)?;
        let attribute = (text(&mut row)?, number(text(&mut row)?)?);
        let attribute = (attribute.1 != 0).then(|| (attribute.0.to_owned(), attribute.1));
        if let (Some((last, fact)), Some(attribute)) = (self.facts.last_mut(), &attribute)
            && *last == oid
            && let FactKind::Composite(attributes) = &mut fact.kind
        {
            attributes.push(attribute.clone());
            return Ok(());
        }
        let kind = match (kind, receive) {
            // The array's own functions, so that its binary form is an array's.
            (_, "array_recv") => FactKind::Array(part),
            ("e", _) | ("b", "textrecv" | "citextrecv") => FactKind::Text,
            ("d", _) => FactKind::Domain(part),
            ("r", _) => FactKind::Range(part),
            ("m", _) => FactKind::Multirange(part),
            ("c", _) => FactKind::Composite(attribute.into_iter().collect()),
            ("b", "hstore_recv") => FactKind::Hstore,
            ("b", "vector_recv") => FactKind::Vector,
            _ => FactKind::Unknown,
        };
        let name = name.into();
        self.facts.push((oid, Fact { name, kind, comma }));
        Ok(())
    }

    pub(crate) fn into_facts(self) -> Vec<(u32, Fact)> {
        self.facts
    }
}

fn text<'a>(row: &mut DataRow<'a>) -> Result<&'a str, Error> {
    let value = row.next_value()?.unwrap_or_default();
    std::str::from_utf8(value).map_err(|_| Error::protocol("a type's name is not UTF-8"))
}

fn number(text: &str) -> Result<u32, Error> {
    match text {
        "" => Ok(0),
        _ => text
            .parse()
            .map_err(|_| Error::protocol("a type's oid is not a number")),
    }
}

/// Writes the query that tells what the types are, in the simple protocol: it needs no statement.
///
/// Built-in types are known and left out. `multiranges` says whether the server has any (14).
pub(crate) fn query(oids: &[u32], multiranges: bool, out: &mut BytesMut) {
    let mut list = String::new();
    for oid in oids {
        // Writing to a String cannot fail.
        let _ = write!(list, "{}{oid}", if list.is_empty() { "" } else { "," });
    }
    let (ranges, multirange) = if multiranges {
        (
            "UNION ALL SELECT rngtypid FROM pg_catalog.pg_range WHERE rngmultitypid = t.oid",
            "WHEN t.typtype = 'm' THEN (SELECT rngtypid FROM pg_catalog.pg_range \
             WHERE rngmultitypid = t.oid)",
        )
    } else {
        ("", "")
    };
    let sql = format!(
        "WITH RECURSIVE needed(oid) AS (\
           SELECT pg_catalog.unnest('{{{list}}}'::pg_catalog.oid[]) \
         UNION \
           SELECT part.oid FROM needed JOIN pg_catalog.pg_type t ON t.oid = needed.oid \
           CROSS JOIN LATERAL (\
             SELECT t.typbasetype WHERE t.typtype = 'd' \
             UNION ALL SELECT t.typelem WHERE t.typelem <> 0 \
             UNION ALL SELECT rngsubtype FROM pg_catalog.pg_range WHERE rngtypid = t.oid \
             {ranges} \
             UNION ALL SELECT atttypid FROM pg_catalog.pg_attribute \
               WHERE t.typtype = 'c' AND attrelid = t.typrelid AND attnum > 0 \
               AND NOT attisdropped\
           ) part(oid)\
         ) \
         SELECT t.oid::pg_catalog.int8, pg_catalog.format_type(t.oid, NULL), t.typdelim, \
           t.typtype, p.proname, \
           CASE WHEN t.typtype = 'd' THEN t.typbasetype \
             WHEN t.typtype = 'r' THEN (SELECT rngsubtype FROM pg_catalog.pg_range \
               WHERE rngtypid = t.oid) {multirange} \
             ELSE t.typelem END::pg_catalog.int8, \
           a.attname, a.atttypid::pg_catalog.int8 \
         FROM needed JOIN pg_catalog.pg_type t ON t.oid = needed.oid \
         LEFT JOIN pg_catalog.pg_proc p ON p.oid = t.typreceive AND t.typsend <> 0 \
         LEFT JOIN pg_catalog.pg_attribute a ON t.typtype = 'c' AND a.attrelid = t.typrelid \
           AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY t.oid, a.attnum"
    );
    // The text holds no NUL.
    let _ = frontend::query(&sql, out);
}

//! The types that are a database's own: asked for once a connection, and only when one turns up.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio_postgres::types::Type;

use crate::error::Error;
use crate::row::DataRow;
use crate::statement::DataType;
use crate::types::Codec;

/// What is known of the types that have no codec of their own.
#[derive(Debug, Default)]
pub(crate) struct TypeNames {
    known: HashMap<u32, (Arc<str>, Option<Codec>)>,
}

impl TypeNames {
    /// What is known of a type: its name is `int4[]` where there is a codec for it, else the
    /// server's own; an enum's or a domain's codec is the one that was found for it.
    pub(crate) fn describe(&self, oid: u32) -> DataType {
        let (name, codec) = match (Codec::from_oid(oid), self.known.get(&oid)) {
            (Some(codec), _) => (codec.name().into(), Some(codec)),
            (None, Some((name, codec))) => (Arc::clone(name), *codec),
            (None, None) => {
                let known = Type::from_oid(oid).map(|known| known.name().into());
                (known.unwrap_or_else(|| oid.to_string().into()), None)
            }
        };
        DataType { oid, codec, name }
    }

    /// Those of the types that the server must be asked about, each once.
    pub(crate) fn missing<'a>(&self, types: impl Iterator<Item = &'a mut DataType>) -> Vec<u32> {
        let unknown = types.filter(|known| known.codec.is_none());
        let mut oids: Vec<u32> = unknown
            .map(|unknown| unknown.oid)
            .filter(|oid| !self.known.contains_key(oid) && Type::from_oid(*oid).is_none())
            .collect();
        oids.sort_unstable();
        oids.dedup();
        oids
    }

    /// Takes a row of the answer to [`query`], all of whose values are text.
    pub(crate) fn learn(&mut self, mut row: DataRow<'_>) -> Result<(), Error> {
        let mut text = || -> Result<&str, Error> {
            let value = row.next_value()?.unwrap_or_default();
            std::str::from_utf8(value).map_err(|_| Error::protocol("a type's name is not UTF-8"))
        };
        let number = |text: &str| {
            text.parse::<u32>()
                .map_err(|_| Error::protocol("a type's oid is not a number"))
        };
        let oid = number(text()?)?;
        let name = Arc::from(text()?);
        let codec = match text()? {
            // An enum's binary form is its label.
            "e" => Some(Codec::Text),
            "d" => Codec::from_oid(number(text()?)?),
            _ => None,
        };
        self.known.insert(oid, (name, codec));
        Ok(())
    }
}

/// Writes the query that tells what the types are, in the simple protocol: it needs no statement.
pub(crate) fn query(oids: &[u32], out: &mut BytesMut) {
    let mut sql = String::from(
        "SELECT oid::pg_catalog.int8, pg_catalog.format_type(oid, NULL), typtype, typbasetype::pg_catalog.int8 \
         FROM pg_catalog.pg_type WHERE oid IN (0",
    );
    for oid in oids {
        // Writing to a String cannot fail, and the text holds no NUL.
        let _ = write!(sql, ",{oid}");
    }
    sql.push(')');
    let _ = frontend::query(&sql, out);
}

//! Executions of one statement, made piece by piece.

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use crate::error::Error;
use crate::request::Binder;
use crate::statement::{Column, Formats};
use crate::types::DataType;

/// Makes the messages that execute a statement many times, for
/// [`crate::Connection::copy_messages`].
///
/// The statement is parsed along, without a name and with the types that are known: so it is the
/// one that was described, whatever a pooler or another statement has done since.
#[derive(Debug)]
pub struct Executions {
    formats: Formats,
}

impl Executions {
    /// Writes what stands before the first of them.
    ///
    /// # Errors
    /// When the SQL cannot be sent.
    pub fn begin(
        sql: &str,
        parameters: &[DataType],
        columns: &[Column],
        out: &mut BytesMut,
    ) -> Result<Self, Error> {
        let types = parameters.iter().map(|parameter| parameter.oid);
        frontend::parse("", sql, types, out)
            .map_err(|error| Error::Config(format!("the SQL cannot be sent: {error}")))?;
        Ok(Self {
            formats: Formats::new(parameters, columns),
        })
    }

    /// What writes one.
    pub fn binder<'a>(&'a self, out: &'a mut BytesMut) -> Binder<'a> {
        Binder::unnamed(&self.formats, out)
    }
}

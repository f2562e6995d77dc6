//! The one error of the engine.

use std::fmt;
use std::sync::Arc;

use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::ErrorFields;

use crate::types::DecodeError;

/// What can go wrong between a caller and its server.
#[derive(Clone, Debug)]
pub enum Error {
    /// The server answered with an error; the connection goes on.
    Server(Box<ServerError>),
    /// No connection could be made.
    Connection(String),
    /// The same, since nobody answered.
    Unreachable(String),
    /// The connection was lost.
    Lost(String),
    /// Something took longer than it may.
    Timeout(String),
    /// The connection was closed by its own side before or during the call.
    Closed,
    /// The configuration (a DSN, an option, an environment variable) cannot be used.
    Config(String),
    /// The server sent what the protocol does not allow here.
    Protocol(String),
    /// A parameter is of a type that the server takes no values of.
    UnsupportedType {
        /// The server's own name of the type.
        name: Arc<str>,
        /// Its object identifier.
        oid: u32,
    },
    /// A value that the server sent could not be decoded.
    Decode(DecodeError),
    /// The request would not fit into a message of the protocol.
    TooLarge(String),
}

impl Error {
    pub(crate) fn protocol(what: impl Into<String>) -> Self {
        Self::Protocol(what.into())
    }

    /// Whether the connection cannot be used any more.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::Connection(_)
            | Self::Unreachable(_)
            | Self::Lost(_)
            | Self::Closed
            | Self::Protocol(_) => true,
            Self::Server(error) => error.is_fatal(),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Connection(message)
            | Self::Unreachable(message)
            | Self::Lost(message)
            | Self::Config(message)
            | Self::Timeout(message)
            | Self::TooLarge(message) => f.write_str(message),
            Self::Closed => f.write_str("the connection is closed"),
            Self::Protocol(message) => write!(f, "protocol error: {message}"),
            Self::UnsupportedType { name, oid } => write!(
                f,
                "the server takes no values of type \"{name}\" (oid {oid}); name a type in the SQL, as in $1::my_type"
            ),
            Self::Decode(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<rustix::io::Errno> for Error {
    fn from(error: rustix::io::Errno) -> Self {
        Self::Lost(format!(
            "the connection to the server was lost: {}",
            std::io::Error::from(error)
        ))
    }
}

/// The fields of an `ErrorResponse`, as the protocol names them.
#[derive(Clone, Debug, Default)]
pub struct ServerError {
    /// `ERROR`, `FATAL` or `PANIC`, never localised.
    pub severity: String,
    /// The five characters of the SQLSTATE.
    pub sqlstate: String,
    /// The primary message.
    pub message: String,
    /// More about the problem.
    pub detail: Option<String>,
    /// What might help.
    pub hint: Option<String>,
    /// Where in the statement, in characters, from 1.
    pub position: Option<u32>,
    /// The SQL that was sent.
    pub query: Option<String>,
    /// Where in the query that the server itself made, in characters, from 1.
    pub internal_position: Option<u32>,
    /// That query: a statement of a function, say.
    pub internal_query: Option<String>,
    /// The call stack of the server's functions.
    pub context: Option<String>,
    /// The schema that the error is about.
    pub schema: Option<String>,
    /// The table.
    pub table: Option<String>,
    /// The column.
    pub column: Option<String>,
    /// The data type.
    pub data_type: Option<String>,
    /// The constraint.
    pub constraint: Option<String>,
    /// The server's own function that reported it.
    pub routine: Option<String>,
    /// Whether a prepared statement was no longer right, and could not be prepared anew unseen.
    pub outdated: bool,
}

impl ServerError {
    pub(crate) fn parse(mut fields: ErrorFields<'_>) -> Result<Self, Error> {
        let mut error = Self::default();
        while let Some(field) = fields
            .next()
            .map_err(|e| Error::protocol(format!("malformed ErrorResponse: {e}")))?
        {
            let value = String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                // 'S' is localised; 'V', sent since 9.6, is not and comes after it.
                b'S' | b'V' => error.severity = value,
                b'C' => error.sqlstate = value,
                b'M' => error.message = value,
                b'D' => error.detail = Some(value),
                b'H' => error.hint = Some(value),
                b'P' => error.position = value.parse().ok(),
                b'p' => error.internal_position = value.parse().ok(),
                b'q' => error.internal_query = Some(value),
                b'W' => error.context = Some(value),
                b's' => error.schema = Some(value),
                b't' => error.table = Some(value),
                b'c' => error.column = Some(value),
                b'd' => error.data_type = Some(value),
                b'n' => error.constraint = Some(value),
                b'R' => error.routine = Some(value),
                _ => {}
            }
        }
        Ok(error)
    }

    /// Whether the server ends the session with it.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self.severity.as_str(), "FATAL" | "PANIC")
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

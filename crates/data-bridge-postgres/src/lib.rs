//! The `PostgreSQL` engine of data-bridge: all that is `PostgreSQL`, nothing that is Python.
//!
//! A [`Config`] says where to connect; [`connect`] gives a [`Connection`], which whoever owns it
//! drives: an event loop by [`Connection::receive`] when the socket is readable, a thread by
//! [`Connection::wait`] and [`Connection::process`]. What is asked of it is a [`Request`], which
//! binds its parameters and takes its rows as they lie in the receive buffer; values are decoded
//! by [`types::decode`] straight into whatever the caller's [`types::Sink`] makes.

mod cancel;
mod catalogue;
mod config;
mod connection;
mod conversation;
pub mod copy_data;
mod error;
mod event;
mod executions;
mod introspection;
mod message_stream;
mod pending;
mod read_buffer;
mod request;
mod row;
mod runtime;
mod session;
mod sharing;
mod socket;
mod startup;
mod statement;
mod tls;
mod type_registry;
pub mod types;

pub use cancel::CancelRequest;
pub use config::{Address, Config, Options, Patience};
pub use connection::{Connection, HangUp};
pub use conversation::{CopyState, OpeningState, Refused, TransactionStatus};
pub use error::{Error, ServerError};
pub use event::{Event, Notification};
pub use executions::Executions;
pub use request::{Binder, Finished, Request, write_value};
pub use row::{CutShort, DataRow};
pub use runtime::runtime;
pub use sharing::{Manner, Manners};
pub use startup::connect;
pub use statement::cache::{CacheLimits, Pin};
pub use statement::{Column, Statement};
pub use types::{AnyCodec, DataType};

//! What the server says without being asked.

use crate::error::ServerError;

/// A message of the server that answers nothing.
#[derive(Clone, Debug)]
pub enum Event {
    /// NOTIFY, on a channel that the session listens on.
    Notification(Notification),
    /// A notice or a warning: it has the fields of an error, and nothing has failed.
    Notice(Box<ServerError>),
}

/// What a NOTIFY tells those who listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The process of the session that notified.
    pub pid: i32,
    /// The channel.
    pub channel: String,
    /// What it was given along; empty when it was nothing.
    pub payload: String,
}

//! Taking messages apart, by the library of the protocol where they are rare enough.

use bytes::BytesMut;
use postgres_protocol::message::backend;

use super::TransactionStatus;
use crate::error::Error;
use crate::read_buffer::Message;

/// The status that a `ReadyForQuery` tells of.
#[inline]
pub(super) fn status(body: &[u8]) -> Result<TransactionStatus, Error> {
    match body {
        b"I" => Ok(TransactionStatus::Idle),
        b"T" => Ok(TransactionStatus::InTransaction),
        b"E" => Ok(TransactionStatus::Failed),
        _ => Err(Error::protocol("an unknown transaction status")),
    }
}

pub(super) fn parse(message: Message<'_>) -> Result<backend::Message, Error> {
    let mut bytes = BytesMut::with_capacity(message.body.len() + 5);
    bytes.extend_from_slice(&[message.tag]);
    bytes.extend_from_slice(&(message.body.len() as u32 + 4).to_be_bytes());
    bytes.extend_from_slice(message.body);
    backend::Message::parse(&mut bytes)
        .map_err(malformed)?
        .ok_or_else(|| Error::protocol("a message cut short"))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
pub(super) fn malformed(error: std::io::Error) -> Error {
    Error::protocol(error.to_string())
}

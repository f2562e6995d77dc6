//! Messages that are rare enough to be taken apart by the library of the protocol.

use bytes::BytesMut;
use postgres_protocol::message::backend;

use crate::error::Error;
use crate::read_buffer::Message;

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

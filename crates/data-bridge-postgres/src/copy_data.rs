//! The message that carries data of a COPY.

use bytes::{BufMut, BytesMut};

use crate::error::Error;

/// What stands before the data: the message's kind, and its length.
const HEAD: usize = 5;

/// How much the server takes in one message: what one of its strings holds.
const LARGEST: usize = 0x3fff_ff00;

/// Begins a message in an empty buffer; its data is then written behind.
pub fn begin(message: &mut BytesMut) {
    debug_assert!(message.is_empty(), "a message is begun in an empty buffer");
    message.put_u8(b'd');
    message.put_u32(0);
}

/// How much data a message that was begun has.
#[must_use]
pub fn length(message: &BytesMut) -> usize {
    message.len().saturating_sub(HEAD)
}

/// Ends a message, which then knows its length.
///
/// # Errors
/// When it is more than the server takes at once.
pub fn end(message: &mut BytesMut) -> Result<(), Error> {
    let length = check(length(message))?;
    message[1..HEAD].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// Writes a message around data.
pub(crate) fn write(data: &[u8], out: &mut BytesMut) -> Result<(), Error> {
    let length = check(data.len())?;
    out.put_u8(b'd');
    out.put_u32(length);
    out.extend_from_slice(data);
    Ok(())
}

/// The length that a message of so much data says of itself.
fn check(size: usize) -> Result<u32, Error> {
    if size > LARGEST {
        let reason = "a piece of a COPY holds at most 1 GiB: give it in smaller ones";
        return Err(Error::TooLarge(reason.to_owned()));
    }
    Ok(size as u32 + 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_written_in_place_is_the_one_around_its_data() {
        let (mut whole, mut placed) = (BytesMut::new(), BytesMut::new());
        write(b"some data", &mut whole).expect("it fits");
        begin(&mut placed);
        assert_eq!(length(&placed), 0);
        placed.put_slice(b"some data");
        assert_eq!(length(&placed), 9);
        end(&mut placed).expect("it fits");
        assert_eq!(placed, whole);
        assert_eq!(&whole[..HEAD], b"d\0\0\0\x0d");
    }

    #[test]
    fn no_more_than_the_server_takes() {
        assert_eq!(check(LARGEST).ok(), Some(0x3fff_ff04));
        assert!(check(LARGEST + 1).is_err());
    }
}

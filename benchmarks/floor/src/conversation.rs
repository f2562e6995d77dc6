//! Requests to the server, and the headers of its answers.

use std::io::{self, ErrorKind, Read, Write};

/// Larger than any message of the benchmarks, so that a message never has to be put together from parts.
const BUFFER: usize = 2 * 1024 * 1024;
/// The type of a message and its length, which counts itself but not the type.
const HEADER: usize = 5;

/// One connection, and what the headers of its answers told.
pub(crate) struct Conversation<S> {
    stream: S,
    buffer: Vec<u8>,
    rows: usize,
    tag: Vec<u8>,
    error: Option<String>,
}

impl<S: Read + Write> Conversation<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            buffer: vec![0; BUFFER],
            rows: 0,
            tag: Vec::new(),
            error: None,
        }
    }

    /// Sends a request and reads its answer, up to and with `ReadyForQuery`.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> io::Result<()> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            let mut position = 0;
            while let Some(length) = complete_message(&self.buffer[position..filled]) {
                let kind = self.buffer[position];
                match kind {
                    b'D' => self.rows += 1,
                    b'Z' => return Ok(()),
                    b'C' | b'E' => self.note(kind, position + HEADER, position + length),
                    _ => {}
                }
                position += length;
            }
            self.buffer.copy_within(position..filled, 0);
            filled -= position;
        }
    }

    fn note(&mut self, kind: u8, start: usize, end: usize) {
        let body = &self.buffer[start..end];
        if kind == b'C' {
            self.tag.clear();
            self.tag.extend_from_slice(&body[..body.len() - 1]);
        } else if self.error.is_none() {
            self.error = Some(message_of(body));
        }
    }

    /// The rows received since the last call.
    pub(crate) fn take_rows(&mut self) -> usize {
        std::mem::take(&mut self.rows)
    }

    /// The first error since the last call, in the server's words.
    pub(crate) fn take_error(&mut self) -> Option<String> {
        self.error.take()
    }

    /// The tag of the statement completed last.
    pub(crate) fn tag(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.tag)
    }
}

/// The length, header and all, of the message that the bytes begin with; `None` if it is not all there.
fn complete_message(bytes: &[u8]) -> Option<usize> {
    let length = bytes.get(1..HEADER)?;
    let length = 1 + u32::from_be_bytes(length.try_into().ok()?) as usize;
    (bytes.len() >= length).then_some(length)
}

/// The field M, the message, of an `ErrorResponse`.
fn message_of(body: &[u8]) -> String {
    let mut fields = body.split(|&byte| byte == 0);
    let message = fields.find_map(|field| field.strip_prefix(b"M"));
    String::from_utf8_lossy(message.unwrap_or(b"an error without a message")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in pieces, as a socket does.
    struct Pieces(Vec<Vec<u8>>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0);
            buffer[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        }
    }

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).expect("short");
        [&[kind], &length.to_be_bytes()[..], body].concat()
    }

    #[test]
    fn messages_are_counted_wherever_the_reads_cut_them() {
        let answer = [
            message(b'2', b""),
            message(b'D', b"\0\x01\0\0\0\x01Z"),
            message(b'D', b"\0\x01\0\0\0\x01Z"),
            message(b'C', b"SELECT 2\0"),
            message(b'Z', b"I"),
        ]
        .concat();
        for cut in 1..answer.len() {
            let pieces = vec![answer[..cut].to_vec(), answer[cut..].to_vec()];
            let mut conversation = Conversation::new(Pieces(pieces));
            conversation.exchange(b"x").expect("a whole answer");
            assert_eq!(
                (conversation.take_rows(), &*conversation.tag()),
                (2, "SELECT 2")
            );
            assert_eq!(conversation.take_rows(), 0);
            assert_eq!(conversation.take_error(), None);
        }
    }

    #[test]
    fn an_error_is_told_in_the_servers_words() {
        let answer = [
            message(b'E', b"SERROR\0Mno such table\0\0"),
            message(b'Z', b"I"),
        ]
        .concat();
        let mut conversation = Conversation::new(Pieces(vec![answer]));
        conversation.exchange(b"x").expect("a whole answer");
        assert_eq!(conversation.take_error().as_deref(), Some("no such table"));
    }

    #[test]
    fn a_closed_connection_is_an_error() {
        let mut conversation = Conversation::new(Pieces(vec![message(b'2', b"")]));
        let error = conversation.exchange(b"x").expect_err("half an answer");
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
}

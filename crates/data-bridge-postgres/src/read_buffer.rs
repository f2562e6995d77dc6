//! The bytes that came from the server and are not yet understood.

use crate::socket::{Failure, Read, Socket};

/// Large enough that a result of a thousand rows needs one or two reads, and lazily touched: a
/// connection that reads little occupies little.
const CAPACITY: usize = 256 * 1024;

/// Room that a read should at least have; below it, the bytes kept are moved to the front.
const MINIMUM_ROOM: usize = 32 * 1024;

/// What is taken in is shown in pieces of this size: between two of them its reader may look at the
/// clock, and spends nothing on that at any single row.
const PIECE: usize = 16 * 1024;

/// A message of the server: its tag and its body, without the length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) tag: u8,
    pub(crate) body: &'a [u8],
}

#[derive(Debug)]
pub(crate) struct ReadBuffer {
    bytes: Vec<u8>,
    start: usize,
    /// Where the pieces end that [`ReadBuffer::next`] sees.
    shown: usize,
    end: usize,
}

impl ReadBuffer {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; CAPACITY],
            start: 0,
            shown: 0,
            end: 0,
        }
    }

    /// Shows another piece; false when all that was taken in is shown.
    #[inline]
    pub(crate) fn show(&mut self) -> bool {
        let hidden = self.has_hidden();
        self.shown = self.end.min(self.shown + PIECE);
        hidden
    }

    /// Whether something was taken in and is not shown yet.
    #[inline]
    pub(crate) fn has_hidden(&self) -> bool {
        self.shown < self.end
    }

    /// One read from the socket; true when it filled all the room, so that more may be waiting.
    pub(crate) fn fill(
        &mut self,
        socket: &mut Socket,
        blocking: bool,
    ) -> Result<(Read, bool), Failure> {
        self.make_room();
        let room = &mut self.bytes[self.end..];
        let asked = room.len();
        let read = if blocking {
            socket.read_blocking(room)?
        } else {
            socket.read(room)?
        };
        if let Read::Bytes(n) = read {
            self.end += n;
            self.show();
            return Ok((read, n == asked));
        }
        Ok((read, false))
    }

    fn make_room(&mut self) {
        if self.start == self.end {
            self.shrink();
            return;
        }
        let wanted = self.wanted();
        if self.bytes.len() - self.end >= wanted.max(MINIMUM_ROOM) {
            return;
        }
        // A message of many megabytes is not moved for each of its parts.
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.shown -= self.start;
            self.start = 0;
        }
        // Growth is doubled, not taken from the message's own length: a length that lies must not
        // allocate what was never sent.
        if self.bytes.len() - self.end < MINIMUM_ROOM {
            let size = self.bytes.len() * 2;
            self.bytes.resize(size, 0);
        }
    }

    /// Gives the memory back, once all is understood, that a huge message made it grow by.
    pub(crate) fn shrink(&mut self) {
        if self.start == self.end {
            self.start = 0;
            self.shown = 0;
            self.end = 0;
            if self.bytes.len() > 4 * CAPACITY {
                self.bytes = vec![0; CAPACITY];
            }
        }
    }

    /// The bytes that the message at the front still lacks, as far as the capacity goes.
    fn wanted(&self) -> usize {
        let have = &self.bytes[self.start..self.end];
        match have {
            [_, a, b, c, d, ..] => {
                let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize + 1;
                length.saturating_sub(have.len()).min(self.bytes.len())
            }
            _ => MINIMUM_ROOM,
        }
    }

    /// Takes the next whole message; `Ok(None)` when it is not there yet, or not shown.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Message<'_>>, &'static str> {
        let have = &self.bytes[self.start..self.shown];
        let [tag, a, b, c, d, ..] = *have else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if !(4..=0x4000_0000).contains(&length) {
            return Err("a message with an impossible length");
        }
        if have.len() <= length {
            return Ok(None);
        }
        let body = self.start + 5..self.start + 1 + length;
        self.start = body.end;
        Ok(Some(Message {
            tag,
            body: &self.bytes[body],
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::*;

    fn pair() -> (UnixStream, Socket) {
        let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
        let socket = Socket::new(theirs.into()).expect("a socket");
        (ours, socket)
    }

    fn message(tag: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u32 + 4).to_be_bytes();
        [&[tag], &length[..], body].concat()
    }

    /// Takes in what is there, and gives the whole messages.
    fn take(buffer: &mut ReadBuffer, socket: &mut Socket) -> Vec<(u8, Vec<u8>)> {
        let mut taken = Vec::new();
        while let (Read::Bytes(_), _) = buffer.fill(socket, false).expect("readable") {
            while take_shown(buffer, &mut taken) {}
        }
        taken
    }

    /// Gives the whole messages that are shown; true when there are more to show.
    fn take_shown(buffer: &mut ReadBuffer, taken: &mut Vec<(u8, Vec<u8>)>) -> bool {
        while let Some(message) = buffer.next().expect("a message") {
            taken.push((message.tag, message.body.to_vec()));
        }
        buffer.show()
    }

    #[test]
    fn messages_may_be_cut_anywhere() {
        let sent = [
            message(b'Z', b"I"),
            message(b'n', b""),
            message(b'D', b"some more"),
        ]
        .concat();
        let whole = [
            (b'Z', b"I".to_vec()),
            (b'n', Vec::new()),
            (b'D', b"some more".to_vec()),
        ];
        for cut in 0..=sent.len() {
            let (mut server, mut socket) = pair();
            let mut buffer = ReadBuffer::new();
            server.write_all(&sent[..cut]).expect("writable");
            let mut taken = take(&mut buffer, &mut socket);
            server.write_all(&sent[cut..]).expect("writable");
            taken.extend(take(&mut buffer, &mut socket));
            assert_eq!(taken, whole, "cut at {cut}");
        }
        let (mut server, mut socket) = pair();
        let mut buffer = ReadBuffer::new();
        let mut taken = Vec::new();
        for byte in &sent {
            server.write_all(&[*byte]).expect("writable");
            taken.extend(take(&mut buffer, &mut socket));
        }
        assert_eq!(taken, whole);
    }

    #[test]
    fn it_grows_for_a_large_message_and_shrinks_after_it() {
        let (mut server, mut socket) = pair();
        let mut buffer = ReadBuffer::new();
        let body: Vec<u8> = (0..5_000_000_u32).map(|i| i as u8).collect();
        let sent = [message(b'D', &body), message(b'Z', b"I")].concat();
        let writer = std::thread::spawn(move || server.write_all(&sent));
        let mut taken = Vec::new();
        while taken.len() < 2 {
            buffer.fill(&mut socket, true).expect("readable");
            while take_shown(&mut buffer, &mut taken) {}
        }
        writer.join().expect("a thread").expect("writable");
        assert!(taken == [(b'D', body), (b'Z', b"I".to_vec())]);
        assert!(buffer.bytes.len() >= 5_000_000);
        buffer.shrink();
        assert_eq!(buffer.bytes.len(), CAPACITY);
    }

    #[test]
    fn many_messages_are_shown_in_pieces() {
        let (mut server, mut socket) = pair();
        let mut buffer = ReadBuffer::new();
        let sent: Vec<_> = (0..1000_u32)
            .map(|i| (b'D', i.to_be_bytes().repeat(10)))
            .collect();
        let bytes: Vec<u8> = sent
            .iter()
            .flat_map(|(tag, body)| message(*tag, body))
            .collect();
        server.write_all(&bytes).expect("writable");
        buffer.fill(&mut socket, false).expect("readable");
        let (mut taken, mut pieces) = (Vec::new(), Vec::new());
        loop {
            let before = taken.len();
            let more = take_shown(&mut buffer, &mut taken);
            pieces.push(taken.len() - before);
            if !more {
                break;
            }
        }
        assert!(taken == sent);
        // A message that the end of a piece cuts comes with the next piece.
        assert_eq!(pieces, [364, 364, 272]);
        assert!(!buffer.has_hidden());
    }

    #[test]
    fn a_length_that_lies_allocates_nothing() {
        let (mut server, mut socket) = pair();
        let mut buffer = ReadBuffer::new();
        server.write_all(b"D\x3f\xff\xff\xff").expect("writable");
        for _ in 0..40 {
            server.write_all(&[0; 10_000]).expect("writable");
            assert!(take(&mut buffer, &mut socket).is_empty());
        }
        assert!(buffer.bytes.len() <= 4 * CAPACITY);
    }

    #[test]
    fn impossible_lengths_are_refused() {
        for length in [0_u32, 3, 0x4000_0001, 0x8000_0000, u32::MAX] {
            let (mut server, mut socket) = pair();
            let mut buffer = ReadBuffer::new();
            server.write_all(b"D").expect("writable");
            server.write_all(&length.to_be_bytes()).expect("writable");
            buffer.fill(&mut socket, false).expect("readable");
            assert!(buffer.next().is_err(), "{length}");
        }
    }

    #[test]
    fn the_end_of_the_stream_is_told() {
        let (server, mut socket) = pair();
        let mut buffer = ReadBuffer::new();
        assert_eq!(
            buffer.fill(&mut socket, false),
            Ok((Read::WouldBlock, false))
        );
        drop(server);
        assert_eq!(buffer.fill(&mut socket, false), Ok((Read::Closed, false)));
        assert_eq!(buffer.fill(&mut socket, true), Ok((Read::Closed, false)));
    }
}

//! The bytes that came from the server and are not yet understood.

use rustix::io::Errno;

use crate::socket::{Read, Socket};

/// Large enough that a result of a thousand rows needs one or two reads, and lazily touched: a
/// connection that reads little occupies little.
const CAPACITY: usize = 256 * 1024;

/// Room that a read should at least have; below it, the bytes kept are moved to the front.
const MINIMUM_ROOM: usize = 32 * 1024;

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
    end: usize,
}

impl ReadBuffer {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; CAPACITY],
            start: 0,
            end: 0,
        }
    }

    /// One read from the socket; true when it filled all the room, so that more may be waiting.
    pub(crate) fn fill(&mut self, socket: &Socket, blocking: bool) -> Result<(Read, bool), Errno> {
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

    /// Takes the next whole message; `Ok(None)` when it is not there yet.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Message<'_>>, &'static str> {
        let have = &self.bytes[self.start..self.end];
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

//! The TLS on a socket.
//!
//! rustls does the encryption and no I/O; what is read of the socket waits here until it is
//! decrypted, a few records at a time, into the caller's room.

use std::io::{self, IoSlice, Read as _, Write};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags, recv, send, sendmsg};
use rustls::ClientConnection;

use super::{Failure, Read};

/// Room for what is read at once: four records.
const CAPACITY: usize = 64 * 1024;

#[derive(Debug)]
pub(super) struct Encrypted {
    session: ClientConnection,
    /// What was read and is not yet decrypted.
    received: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether the caller's room did not do for all that is decrypted.
    unread: bool,
    closed: bool,
    /// What came is not what the peer has encrypted.
    failure: Option<Failure>,
}

impl Encrypted {
    pub(super) fn new(mut session: ClientConnection) -> Self {
        session.set_buffer_limit(Some(CAPACITY));
        Self {
            session,
            received: vec![0; CAPACITY],
            start: 0,
            end: 0,
            // Something may have come behind the startup.
            unread: true,
            closed: false,
            failure: None,
        }
    }

    /// Whether there may be something to read that is not in the socket any more.
    pub(super) fn has_unread(&self) -> bool {
        self.unread
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.session.wants_write()
    }

    /// Fills the room as far as it goes: when it is not filled, nothing decrypted is left.
    pub(super) fn read(
        &mut self,
        fd: &OwnedFd,
        into: &mut [u8],
        blocking: bool,
    ) -> Result<Read, Failure> {
        let mut filled = 0;
        let mut drained = false;
        loop {
            filled += self.take_decrypted(&mut into[filled..]);
            self.unread = filled == into.len();
            if self.unread {
                return Ok(Read::Bytes(filled));
            }
            if self.start < self.end && !self.closed && self.failure.is_none() {
                self.failure = self.decrypt(fd).err();
                continue;
            }
            // What was decrypted before the end is the caller's; the next call meets the end.
            let ended = self.closed || self.failure.is_some();
            if filled > 0 && (drained || ended) {
                return Ok(Read::Bytes(filled));
            }
            if let Some(failure) = &self.failure {
                return Err(failure.clone());
            }
            if self.closed {
                return Ok(Read::Closed);
            }
            let flags = if blocking && filled == 0 {
                RecvFlags::empty()
            } else {
                RecvFlags::DONTWAIT
            };
            match recv(fd, &mut self.received[..], flags) {
                Ok((_, 0)) => self.closed = true,
                Ok((_, n)) => {
                    (self.start, self.end) = (0, n);
                    drained = n < CAPACITY;
                }
                Err(Errno::AGAIN) if filled == 0 => return Ok(Read::WouldBlock),
                Err(Errno::AGAIN) => drained = true,
                Err(Errno::INTR) if !(blocking && filled == 0) => {}
                // The next call meets it again.
                Err(_) if filled > 0 => drained = true,
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn take_decrypted(&mut self, mut room: &mut [u8]) -> usize {
        let mut taken = 0;
        while !room.is_empty() {
            match self.session.reader().read(room) {
                Ok(n) if n > 0 => {
                    taken += n;
                    room = &mut room[n..];
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // The peer has said that this is all, or has gone without a word: a message of
                // the protocol's own that is cut short then tells.
                _ => {
                    self.closed = true;
                    break;
                }
            }
        }
        taken
    }

    fn decrypt(&mut self, fd: &OwnedFd) -> Result<(), Failure> {
        let mut received = &self.received[self.start..self.end];
        let before = received.len();
        let read = self.session.read_tls(&mut received);
        self.start += before - received.len();
        match read {
            Ok(n) if n > 0 => {}
            // What comes behind the peer's goodbye is nobody's.
            _ => {
                self.closed = true;
                return Ok(());
            }
        }
        let processed = self.session.process_new_packets();
        // An answer of the protocol's own, or the reason why this is the end.
        if self.session.wants_write() {
            let _ = self.flush(fd);
        }
        processed.map_err(|error| Failure::Tls(error.to_string()))?;
        Ok(())
    }

    /// Takes, encrypts and writes what fits; 0 when nothing does.
    pub(super) fn write(&mut self, fd: &OwnedFd, from: &[u8]) -> Result<usize, Failure> {
        if !self.flush(fd)? {
            return Ok(0);
        }
        let taken = self.session.writer().write(from);
        let taken = taken.map_err(|error| Failure::Tls(error.to_string()))?;
        self.flush(fd)?;
        Ok(taken)
    }

    /// Writes what is encrypted; true when nothing of it is left.
    pub(super) fn flush(&mut self, fd: &OwnedFd) -> Result<bool, Failure> {
        while self.session.wants_write() {
            match self.session.write_tls(&mut Sender(fd)) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
                    return Err(errno.into());
                }
            }
        }
        Ok(true)
    }

    /// Says goodbye, as far as the socket takes it at once.
    pub(super) fn end(&mut self, fd: &OwnedFd) {
        self.session.send_close_notify();
        let _ = self.flush(fd);
    }
}

/// Writes to a socket without ever blocking.
struct Sender<'a>(&'a OwnedFd);

const FLAGS: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);

impl Write for Sender<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        Ok(send(self.0, from, FLAGS)?)
    }

    fn write_vectored(&mut self, from: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut nothing = SendAncillaryBuffer::default();
        Ok(sendmsg(self.0, from, &mut nothing, FLAGS)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

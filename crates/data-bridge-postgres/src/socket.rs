//! A connected socket, read and written without ever blocking unless asked to.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

/// A connected stream socket (TCP or Unix).
///
/// Whether a call may block is said by each call (`MSG_DONTWAIT`), not by a mode of the socket,
/// so that an event loop and a blocking caller drive the same thing.
#[derive(Debug)]
pub(crate) struct Socket(OwnedFd);

/// What a read found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    Bytes(usize),
    WouldBlock,
    Closed,
}

impl Socket {
    /// Takes a descriptor that tokio has left in non-blocking mode.
    pub(crate) fn new(fd: OwnedFd) -> Result<Self, Errno> {
        rustix::io::ioctl_fionbio(&fd, false)?;
        Ok(Self(fd))
    }

    /// Ends the stream both ways; the descriptor stays open, so that nobody else gets its number
    /// while an event loop may still watch it.
    pub(crate) fn shutdown(&self) {
        // One that is already closed by the peer is shut down, too.
        let _ = rustix::net::shutdown(&self.0, rustix::net::Shutdown::Both);
    }

    /// The descriptor, to be watched by an event loop.
    pub(crate) fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Reads what is there.
    pub(crate) fn read(&self, into: &mut [u8]) -> Result<Read, Errno> {
        loop {
            return match recv(&self.0, &mut *into, RecvFlags::DONTWAIT) {
                Ok((_, 0)) => Ok(Read::Closed),
                Ok((_, n)) => Ok(Read::Bytes(n)),
                Err(Errno::AGAIN) => Ok(Read::WouldBlock),
                Err(Errno::INTR) => continue,
                Err(error) => Err(error),
            };
        }
    }

    /// Waits for bytes and reads them; `INTR` is handed on, for the caller to look at its signals.
    pub(crate) fn read_blocking(&self, into: &mut [u8]) -> Result<Read, Errno> {
        match recv(&self.0, into, RecvFlags::empty()) {
            Ok((_, 0)) => Ok(Read::Closed),
            Ok((_, n)) => Ok(Read::Bytes(n)),
            Err(error) => Err(error),
        }
    }

    /// Writes what fits; 0 when nothing does.
    pub(crate) fn write(&self, from: &[u8]) -> Result<usize, Errno> {
        loop {
            return match send(&self.0, from, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(n) => Ok(n),
                Err(Errno::AGAIN) => Ok(0),
                Err(Errno::INTR) => continue,
                Err(error) => Err(error),
            };
        }
    }

    /// Waits until the socket can be read (or written, too, when asked), or the time is over.
    ///
    /// False when the time was over first. `INTR` is handed on.
    pub(crate) fn wait(&self, writable: bool, timeout: Option<Duration>) -> Result<bool, Errno> {
        let mut interest = PollFlags::IN;
        if writable {
            interest |= PollFlags::OUT;
        }
        let mut fds = [PollFd::new(&self.0, interest)];
        let timeout = timeout.map(|t| Timespec {
            tv_sec: t.as_secs() as i64,
            tv_nsec: i64::from(t.subsec_nanos()),
        });
        Ok(poll(&mut fds, timeout.as_ref())? > 0)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

//! A connected socket, read and written without ever blocking unless asked to.

mod encrypted;

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use rustls::ClientConnection;

use self::encrypted::Encrypted;
use crate::error::Error;

/// A connected stream socket (TCP or Unix), and the TLS on it where there is some.
///
/// Whether a call may block is said by each call (`MSG_DONTWAIT`), not by a mode of the socket,
/// so that an event loop and a blocking caller drive the same thing.
#[derive(Debug)]
pub(crate) struct Socket {
    fd: Arc<OwnedFd>,
    tls: Option<Box<Encrypted>>,
}

/// Why nothing can be read or written any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    System(Errno),
    /// What came is not what the peer has encrypted.
    Tls(String),
}

impl From<Errno> for Failure {
    fn from(error: Errno) -> Self {
        Self::System(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::System(error) => error.into(),
            Failure::Tls(problem) => Self::Lost(format!(
                "the encrypted connection to the server was lost: {problem}"
            )),
        }
    }
}

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
        Ok(Self {
            fd: Arc::new(fd),
            tls: None,
        })
    }

    /// As [`Socket::new`], with the TLS session that has been set up on it.
    pub(crate) fn encrypted(fd: OwnedFd, tls: ClientConnection) -> Result<Self, Errno> {
        let tls = Some(Box::new(Encrypted::new(tls)));
        Ok(Self {
            tls,
            ..Self::new(fd)?
        })
    }

    /// Ends the stream both ways; the descriptor stays open, so that nobody else gets its number
    /// while an event loop may still watch it.
    pub(crate) fn shutdown(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.end(&self.fd);
        }
        shut_down(&self.fd);
    }

    /// The descriptor, for [`shut_down`] from elsewhere.
    pub(crate) fn share(&self) -> Arc<OwnedFd> {
        Arc::clone(&self.fd)
    }

    /// The descriptor, to be watched by an event loop.
    pub(crate) fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }

    /// Reads what is there.
    #[inline]
    pub(crate) fn read(&mut self, into: &mut [u8]) -> Result<Read, Failure> {
        if let Some(tls) = &mut self.tls {
            return tls.read(&self.fd, into, false);
        }
        loop {
            return match recv(&self.fd, &mut *into, RecvFlags::DONTWAIT) {
                Ok((_, 0)) => Ok(Read::Closed),
                Ok((_, n)) => Ok(Read::Bytes(n)),
                Err(Errno::AGAIN) => Ok(Read::WouldBlock),
                Err(Errno::INTR) => continue,
                Err(error) => Err(error.into()),
            };
        }
    }

    /// Waits for bytes and reads them; `INTR` is handed on, for the caller to look at its signals.
    #[inline]
    pub(crate) fn read_blocking(&mut self, into: &mut [u8]) -> Result<Read, Failure> {
        if let Some(tls) = &mut self.tls {
            return tls.read(&self.fd, into, true);
        }
        match recv(&self.fd, into, RecvFlags::empty()) {
            Ok((_, 0)) => Ok(Read::Closed),
            Ok((_, n)) => Ok(Read::Bytes(n)),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes what fits; 0 when nothing does.
    #[inline]
    pub(crate) fn write(&mut self, from: &[u8]) -> Result<usize, Failure> {
        if let Some(tls) = &mut self.tls {
            return tls.write(&self.fd, from);
        }
        loop {
            return match send(&self.fd, from, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(n) => Ok(n),
                Err(Errno::AGAIN) => Ok(0),
                Err(Errno::INTR) => continue,
                Err(error) => Err(error.into()),
            };
        }
    }

    /// Writes what was taken, and encrypted, but did not fit; true when nothing is left.
    #[inline]
    pub(crate) fn flush(&mut self) -> Result<bool, Failure> {
        match &mut self.tls {
            Some(tls) => tls.flush(&self.fd),
            None => Ok(true),
        }
    }

    /// Whether something was taken that did not fit.
    #[inline]
    pub(crate) fn has_unsent(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.has_unsent())
    }

    /// Whether there may be something to read that is not in the socket any more.
    #[inline]
    pub(crate) fn has_unread(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.has_unread())
    }

    /// Waits until the socket can be read (or written, too, when asked), or the time is over.
    ///
    /// False when the time was over first. `INTR` is handed on.
    pub(crate) fn wait(&self, writable: bool, timeout: Option<Duration>) -> Result<bool, Errno> {
        // What is decrypted already is not in the socket any more.
        if self.has_unread() {
            return Ok(true);
        }
        let mut interest = PollFlags::IN;
        if writable {
            interest |= PollFlags::OUT;
        }
        let mut fds = [PollFd::new(&self.fd, interest)];
        let timeout = timeout.map(|t| Timespec {
            tv_sec: t.as_secs() as i64,
            tv_nsec: i64::from(t.subsec_nanos()),
        });
        Ok(poll(&mut fds, timeout.as_ref())? > 0)
    }
}

/// Ends a stream both ways, whoever is reading or writing.
pub(crate) fn shut_down(fd: &OwnedFd) {
    // One that is already closed by the peer is shut down, too.
    let _ = rustix::net::shutdown(fd, rustix::net::Shutdown::Both);
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write};
    use std::os::unix::net::UnixStream;
    use std::thread;

    use super::*;

    fn pair() -> (UnixStream, Socket) {
        let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
        theirs.set_nonblocking(true).expect("as tokio leaves it");
        (ours, Socket::new(theirs.into()).expect("a socket"))
    }

    #[test]
    fn reading_never_waits_unless_asked_to() {
        let (mut peer, mut socket) = pair();
        let mut room = [0; 8];
        assert_eq!(socket.read(&mut room), Ok(Read::WouldBlock));
        peer.write_all(b"abc").expect("writable");
        assert_eq!(socket.read(&mut room), Ok(Read::Bytes(3)));
        let later = thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            peer.write_all(b"de").expect("writable");
            peer
        });
        assert_eq!(socket.read_blocking(&mut room), Ok(Read::Bytes(2)));
        drop(later.join().expect("a thread"));
        assert_eq!(socket.read(&mut room), Ok(Read::Closed));
    }

    #[test]
    fn writing_takes_what_fits() {
        let (mut peer, mut socket) = pair();
        let chunk = vec![b'x'; 65_536];
        let mut written = 0;
        loop {
            match socket.write(&chunk).expect("writable") {
                0 => break,
                n => written += n,
            }
        }
        assert!(written > 0);
        let short = Some(Duration::from_millis(1));
        assert_eq!(socket.wait(true, short), Ok(false));
        let mut taken = vec![0; written];
        peer.read_exact(&mut taken).expect("readable");
        assert_eq!(socket.wait(true, None), Ok(true));
        drop(peer);
        assert_eq!(socket.write(&chunk), Err(Errno::PIPE.into()));
    }

    #[test]
    fn waiting_ends_with_what_comes_or_with_its_time() {
        let (mut peer, socket) = pair();
        assert_eq!(socket.wait(false, Some(Duration::ZERO)), Ok(false));
        peer.write_all(b"a").expect("writable");
        assert_eq!(socket.wait(false, None), Ok(true));
        // The end of the stream is something to read, too.
        let (peer, socket) = pair();
        drop(peer);
        assert_eq!(socket.wait(false, None), Ok(true));
    }

    #[test]
    fn a_socket_shut_down_is_closed_both_ways() {
        let (mut peer, mut socket) = pair();
        socket.shutdown();
        socket.shutdown();
        assert_eq!(socket.read(&mut [0]), Ok(Read::Closed));
        assert_eq!(socket.write(b"a"), Err(Errno::PIPE.into()));
        assert_eq!(peer.read(&mut [0]).expect("readable"), 0);
    }
}

//! A stream that is lent to tokio-postgres for startup.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::config::{Method, Methods};

/// The tag and the length that each message begins with.
const HEADER: usize = 5;

/// The tag of a request to authenticate; the number of its method stands behind the length.
const AUTHENTICATION: u8 = b'R';

/// The tag of the key to cancel by; the number of the process stands in front of it.
const BACKEND_KEY: u8 = b'K';

/// No message of the startup is longer.
const LONGEST: usize = 64 * 1024;

/// Hands out what the server sends one message at a time.
///
/// tokio-postgres reads ahead into a buffer of its own, which it does not give back; here it
/// finds nothing to read behind the message it has, so after startup every later byte is still
/// in the socket.
#[derive(Debug)]
pub(crate) struct MessageStream<'a, S> {
    stream: &'a mut S,
    /// The methods that the server may ask for.
    methods: Methods,
    authenticating: bool,
    /// The header, with the number behind it that some messages begin with.
    header: [u8; HEADER + 4],
    /// How long it is, how much of it has been read, and how much of that handed out.
    wanted: usize,
    read: usize,
    given: usize,
    /// What is left of the body.
    body: usize,
    /// The process that the server names; tokio-postgres keeps it to itself.
    process: Arc<AtomicI32>,
}

impl<'a, S> MessageStream<'a, S> {
    pub(crate) fn new(stream: &'a mut S, methods: Methods) -> Self {
        Self {
            stream,
            methods,
            authenticating: false,
            header: [0; HEADER + 4],
            wanted: HEADER,
            read: 0,
            given: 0,
            body: 0,
            process: Arc::default(),
        }
    }

    /// The number of the server's process, once startup is over; 0 when it named none.
    pub(crate) fn process(&self) -> Arc<AtomicI32> {
        Arc::clone(&self.process)
    }

    /// What the header says, once all of it is there.
    fn understand(&mut self) -> io::Result<()> {
        let [tag, a, b, c, d, code @ ..] = self.header;
        if self.read == HEADER {
            let length = u32::from_be_bytes([a, b, c, d]) as usize;
            // tokio-postgres makes room for as much as a message says that it is long.
            if !(4..=LONGEST).contains(&length) {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "its answer is not a PostgreSQL server's",
                ));
            }
            self.body = length - 4;
            if matches!(tag, AUTHENTICATION | BACKEND_KEY) && self.body >= code.len() {
                self.wanted += code.len();
                self.body -= code.len();
            }
            return Ok(());
        }
        if tag == BACKEND_KEY {
            self.process
                .store(i32::from_be_bytes(code), Ordering::Relaxed);
            return Ok(());
        }
        let method = Method::requested(u32::from_be_bytes(code));
        // Once it has asked for one, the server says that all is well by the number of none.
        let goes_on = self.authenticating && method == Method::None;
        self.authenticating = true;
        if goes_on || self.methods.allow(method) {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            match method {
                Method::None => {
                    "it asks for no authentication, which require_auth does not allow".to_owned()
                }
                method => format!(
                    "it asks for authentication by {:?}, which require_auth does not allow",
                    method.name()
                ),
            },
        ))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MessageStream<'_, S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.given == this.wanted && this.body == 0 {
            (this.read, this.given, this.wanted) = (0, 0, HEADER);
        }
        while this.read < this.wanted {
            let mut header = ReadBuf::new(&mut this.header[this.read..this.wanted]);
            ready!(Pin::new(&mut *this.stream).poll_read(cx, &mut header))?;
            let read = header.filled().len();
            if read == 0 {
                return Poll::Ready(match this.read {
                    0 => Ok(()),
                    _ => Err(io::ErrorKind::UnexpectedEof.into()),
                });
            }
            this.read += read;
            if this.read == this.wanted {
                this.understand()?;
            }
        }
        if this.given < this.wanted {
            let n = buf.remaining().min(this.wanted - this.given);
            buf.put_slice(&this.header[this.given..this.given + n]);
            this.given += n;
            return Poll::Ready(Ok(()));
        }
        let mut limited = buf.take(this.body);
        ready!(Pin::new(&mut *this.stream).poll_read(cx, &mut limited))?;
        let n = limited.filled().len();
        // `take` shares the unfilled part of `buf`, whose own count must follow.
        let filled = limited.filled().to_vec();
        buf.put_slice(&filled);
        this.body -= n;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for MessageStream<'_, S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    /// Everything that can be read through the stream in one go, of what the peer has sent.
    async fn through(sent: &[u8], room: usize) -> io::Result<Vec<Vec<u8>>> {
        let (mut peer, mut ours) = duplex(1024 * 1024);
        peer.write_all(sent).await?;
        drop(peer);
        let mut stream = MessageStream::new(&mut ours, Methods::ALL);
        let mut parts = Vec::new();
        let mut buffer = vec![0; room];
        loop {
            match stream.read(&mut buffer).await? {
                0 => return Ok(parts),
                n => parts.push(buffer[..n].to_vec()),
            }
        }
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        crate::runtime().expect("a runtime").block_on(work)
    }

    #[test]
    fn one_read_never_goes_beyond_a_message() {
        let sent = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05InSECRET";
        let parts = run(through(&sent[..15], 1000)).expect("readable");
        let expected: [&[u8]; 3] = [b"R\0\0\0\x08\0\0\0\0", b"Z\0\0\0\x05", b"I"];
        assert_eq!(parts, expected);
        for room in 1..20 {
            let parts = run(through(&sent[..15], room)).expect("readable");
            assert_eq!(parts.concat(), sent[..15], "{room} bytes at a time");
        }
    }

    #[test]
    fn what_comes_behind_stays_in_the_stream() {
        run(async {
            let (mut peer, mut ours) = duplex(1024);
            peer.write_all(b"Z\0\0\0\x05Ibehind")
                .await
                .expect("writable");
            let mut ready = [0; 6];
            let read = MessageStream::new(&mut ours, Methods::ALL)
                .read_exact(&mut ready)
                .await;
            read.expect("readable");
            drop(peer);
            let mut rest = Vec::new();
            ours.read_to_end(&mut rest).await.expect("readable");
            assert_eq!(
                (&ready[..], &rest[..]),
                (&b"Z\0\0\0\x05I"[..], &b"behind"[..])
            );
        });
    }

    #[test]
    fn lengths_that_no_startup_has_are_refused() {
        for sent in [
            &b"HTTP/1.1 400"[..],
            b"R\0\0\0\x03",
            b"R\x7f\xff\xff\xff",
            b"R\0\x01\0\x01",
        ] {
            let read = run(through(sent, 1000));
            assert!(read.is_err_and(|e| e.kind() == io::ErrorKind::InvalidData));
        }
    }
}

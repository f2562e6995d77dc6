//! A stream that is lent to tokio-postgres for startup.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

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
    header: [u8; 5],
    /// How much of the header has been read, and how much of it handed out.
    read: usize,
    given: usize,
    /// What is left of the body.
    body: usize,
}

impl<'a, S> MessageStream<'a, S> {
    pub(crate) fn new(stream: &'a mut S) -> Self {
        Self {
            stream,
            header: [0; 5],
            read: 0,
            given: 0,
            body: 0,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MessageStream<'_, S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.given == 5 && this.body == 0 {
            (this.read, this.given) = (0, 0);
        }
        while this.read < 5 {
            let mut header = ReadBuf::new(&mut this.header[this.read..]);
            ready!(Pin::new(&mut *this.stream).poll_read(cx, &mut header))?;
            let read = header.filled().len();
            if read == 0 {
                return Poll::Ready(Ok(()));
            }
            this.read += read;
            if this.read == 5 {
                let [_tag, length @ ..] = this.header;
                let length = u32::from_be_bytes(length) as usize;
                // tokio-postgres makes room for as much as a message says that it is long.
                if !(4..=LONGEST).contains(&length) {
                    return Poll::Ready(Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "its answer is not a PostgreSQL server's",
                    )));
                }
                this.body = length - 4;
            }
        }
        if this.given < 5 {
            let n = buf.remaining().min(5 - this.given);
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

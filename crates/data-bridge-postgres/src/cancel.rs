//! Asking the server to give up the statement that it is running.

use std::fmt;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio_postgres::CancelToken;

use crate::config::Address;
use crate::error::Error;
use crate::startup::{AsItIs, Encrypted, Stream, encrypt, open_stream};

/// How long a cancel request may take before the connection is given up instead.
const PATIENCE: Duration = Duration::from_secs(5);

/// The right to cancel what one session is running; sent over a connection of its own, which is
/// encrypted like the session's.
#[derive(Clone)]
pub struct CancelRequest {
    address: Address,
    encrypted: Option<Encrypted>,
    token: CancelToken,
}

/// The token is a secret.
impl fmt::Debug for CancelRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelRequest")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl CancelRequest {
    pub(crate) fn new(address: Address, encrypted: Option<Encrypted>, token: CancelToken) -> Self {
        Self {
            address,
            encrypted,
            token,
        }
    }

    /// Sends it, and waits until the server has passed it on: what is written to the session
    /// afterwards cannot be hit by it.
    ///
    /// # Errors
    /// When the server could not be reached in time.
    pub async fn send(&self) -> Result<(), Error> {
        let failed = |e: &dyn fmt::Display| Error::Lost(format!("cannot cancel: {e}"));
        tokio::time::timeout(PATIENCE, self.deliver())
            .await
            .map_err(|e| failed(&e))?
            .map_err(|e| failed(&e))
    }

    async fn deliver(&self) -> io::Result<()> {
        let stream = match (open_stream(&self.address, None).await?, &self.encrypted) {
            (Stream::Tcp(stream), Some(Encrypted { tls, name })) => {
                // The key to a session is not sent for all to read when the session is not.
                let encrypted = encrypt(stream, tls, name).await?;
                encrypted.ok_or_else(|| io::Error::other("the server has no TLS any more"))?
            }
            (stream, _) => stream,
        };
        match stream {
            Stream::Unix(stream) => self.send_over(stream).await,
            Stream::Tcp(stream) => self.send_over(stream).await,
            Stream::Tls(stream) => self.send_over(*stream).await,
        }
    }

    async fn send_over<S: AsyncRead + AsyncWrite + Unpin>(&self, mut stream: S) -> io::Result<()> {
        let sent = self.token.cancel_query_raw(&mut stream, AsItIs(None)).await;
        sent.map_err(io::Error::other)?;
        // The server closes this connection once the signal is sent; an error here means the same.
        let _ = stream.read(&mut [0]).await;
        Ok(())
    }
}

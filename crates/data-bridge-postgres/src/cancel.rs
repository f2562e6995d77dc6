//! Asking the server to give up the statement that it is running.

use std::fmt;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::{CancelToken, NoTls};

use crate::config::Address;
use crate::error::Error;

/// How long a cancel request may take before the connection is given up instead.
const PATIENCE: Duration = Duration::from_secs(5);

/// The right to cancel what one session is running; sent over a connection of its own.
#[derive(Clone)]
pub struct CancelRequest {
    address: Address,
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
    pub(crate) fn new(address: Address, token: CancelToken) -> Self {
        Self { address, token }
    }

    /// Sends it, and waits until the server has passed it on: what is written to the session
    /// afterwards cannot be hit by it.
    ///
    /// # Errors
    /// When the server could not be reached in time.
    pub async fn send(&self) -> Result<(), Error> {
        let failed = |e: &dyn fmt::Display| Error::Lost(format!("cannot cancel: {e}"));
        let deliver = async {
            match &self.address {
                Address::Unix(path) => {
                    let stream = UnixStream::connect(path).await.map_err(|e| failed(&e))?;
                    self.send_over(stream).await.map_err(|e| failed(&e))
                }
                Address::Tcp(host, port) => {
                    let stream = TcpStream::connect((host.as_str(), *port))
                        .await
                        .map_err(|e| failed(&e))?;
                    self.send_over(stream).await.map_err(|e| failed(&e))
                }
            }
        };
        tokio::time::timeout(PATIENCE, deliver)
            .await
            .map_err(|e| failed(&e))?
    }

    async fn send_over<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: S,
    ) -> Result<(), tokio_postgres::Error> {
        self.token.cancel_query_raw(&mut stream, NoTls).await?;
        // The server closes this connection once the signal is sent; an error here means the same.
        let _ = stream.read(&mut [0]).await;
        Ok(())
    }
}

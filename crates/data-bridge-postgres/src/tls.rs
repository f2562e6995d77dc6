//! TLS: how a stream becomes an encrypted one, and what is known of the server then.

mod certificate;
mod channel_binding;
mod verifier;

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use rustls::pki_types::{IpAddr, ServerName};
use rustls::{AlertDescription, CertificateError, ClientConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
pub(crate) use tokio_rustls::client::TlsStream;

pub(crate) use self::channel_binding::server_end_point;
pub(crate) use self::verifier::Verifier;

/// Length and number of the message that asks a server to go on in TLS.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// What is done when it is not to be had, or not wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Insistence {
    /// Only where the server refuses us without it.
    Allow,
    /// Where the server has it, and takes us by it.
    Prefer,
    Require,
}

/// What TLS is done by.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) insistence: Insistence,
    /// Whether it begins at once, not asked for by the protocol's own message.
    pub(crate) direct: bool,
    /// Whether the certificate must be for the host's name.
    pub(crate) names_matter: bool,
    pub(crate) client: Arc<ClientConfig>,
}

/// A client's key is in there.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("insistence", &self.insistence)
            .field("direct", &self.direct)
            .finish_non_exhaustive()
    }
}

/// Asks the server to go on in TLS; false when it has none.
pub(crate) async fn request(stream: &mut TcpStream) -> io::Result<bool> {
    stream.write_all(&SSL_REQUEST).await?;
    // One byte, and no more: what came behind it unencrypted could be anybody's.
    let mut answer = [0];
    stream.read_exact(&mut answer).await?;
    match answer {
        [b'S'] => Ok(true),
        // A server that has never heard of it answers with an error.
        [b'N' | b'E'] => Ok(false),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "its answer is not a PostgreSQL server's",
        )),
    }
}

impl Tls {
    /// Shakes hands; `host` is whom the certificate must be for.
    pub(crate) async fn handshake(
        &self,
        stream: TcpStream,
        host: &str,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = match ServerName::try_from(host.to_owned()) {
            Ok(name) => name,
            Err(_) if !self.names_matter => {
                ServerName::IpAddress(IpAddr::V4(Ipv4Addr::UNSPECIFIED.into()))
            }
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidInput, error)),
        };
        let connector = TlsConnector::from(Arc::clone(&self.client));
        let encrypted = connector.connect(name, stream).await?;
        // A server that speaks something else behind the same certificate must not be taken for it.
        if self.direct && encrypted.get_ref().1.alpn_protocol() != Some(b"postgresql") {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it does not agree to speak PostgreSQL (sslnegotiation=direct needs PostgreSQL 17)",
            ));
        }
        Ok(encrypted)
    }
}

/// Why a handshake failed, and what helps.
pub(crate) fn explained(error: &io::Error) -> String {
    let cause = error
        .get_ref()
        .and_then(|e| e.downcast_ref::<rustls::Error>());
    let hint = match cause {
        Some(rustls::Error::InvalidCertificate(problem)) => match problem {
            CertificateError::UnknownIssuer => {
                "its certificate is not from an authority in sslrootcert"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "sslmode=verify-ca does not look at the name"
            }
            _ => "",
        },
        Some(rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired | AlertDescription::HandshakeFailure,
        )) => "the server may ask for a client certificate: pass sslcert and sslkey",
        Some(rustls::Error::AlertReceived(AlertDescription::UnknownCA)) => {
            "the server does not know the authority of sslcert"
        }
        _ => "",
    };
    if hint.is_empty() {
        error.to_string()
    } else {
        format!("{error} ({hint})")
    }
}

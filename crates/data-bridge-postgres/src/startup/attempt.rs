//! One attempt: a socket, TLS as far as it is wanted, and a session.
//!
//! tokio-postgres does what it does well, startup and authentication, on a stream that is lent to
//! it. The socket is then taken back, and TLS with it: all that follows is our own.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::{ChannelBinding, TlsConnect};

use super::refusal::refusal;
use super::target;
use crate::cancel::CancelRequest;
use crate::config::{Address, Config, Target};
use crate::connection::Connection;
use crate::error::Error;
use crate::message_stream::MessageStream;
use crate::request::Request;
use crate::socket::Socket;
use crate::statement::cache::StatementNames;
use crate::tls::{self, Insistence, Tls, TlsStream};

/// The settings that the server reports at startup and that are kept.
const REPORTED: [&str; 12] = [
    "application_name",
    "client_encoding",
    "DateStyle",
    "default_transaction_read_only",
    "in_hot_standby",
    "integer_datetimes",
    "IntervalStyle",
    "is_superuser",
    "server_encoding",
    "server_version",
    "session_authorization",
    "TimeZone",
];

/// The role may not log in like this: perhaps it may with TLS, or without.
const INVALID_AUTHORIZATION: &str = "28000";

/// A stream to a server.
pub(crate) enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connects to one address, and opens a session that is what `target` asks for.
pub(super) async fn connect<R: Request>(
    address: &Address,
    number: usize,
    config: &Config,
    target: Target,
) -> Result<Connection<R>, Error> {
    let (mut stream, session) = open(address, number, config).await?;
    if target != Target::Any {
        let wrong = match &mut stream {
            Stream::Unix(stream) => target::mismatch(stream, &session.parameters, target).await,
            Stream::Tcp(stream) => target::mismatch(stream, &session.parameters, target).await,
            Stream::Tls(stream) => target::mismatch(stream, &session.parameters, target).await,
        };
        let wrong = wrong.map_err(|e| failed(address, &e))?;
        if let Some(wrong) = wrong {
            return Err(Error::Connection(format!("{address}: {wrong}")));
        }
    }
    let name = &config.hosts[number].name;
    let mut encrypted = None;
    let socket = match stream {
        Stream::Unix(stream) => stream.into_std().and_then(|s| Ok(Socket::new(s.into())?)),
        Stream::Tcp(stream) => stream.into_std().and_then(|s| Ok(Socket::new(s.into())?)),
        Stream::Tls(stream) => {
            encrypted = config.tls.clone().map(|tls| Encrypted {
                tls,
                name: name.clone(),
            });
            let (stream, tls) = stream.into_inner();
            stream
                .into_std()
                .and_then(|s| Ok(Socket::encrypted(s.into(), tls)?))
        }
    };
    let socket = socket.map_err(|e| failed(address, &e))?;
    // Of several servers behind one name, only this one has the session to cancel.
    let cancel = CancelRequest::new(address.clone(), encrypted, session.cancel);
    Ok(Connection::new(
        socket,
        config.statement_cache,
        StatementNames::random()?,
        session.process,
        session.parameters,
        cancel,
        config.catalogue.clone(),
    ))
}

/// How a session is encrypted, for another connection to the same server.
#[derive(Clone, Debug)]
pub(crate) struct Encrypted {
    pub(crate) tls: Tls,
    pub(crate) name: String,
}

async fn open(
    address: &Address,
    number: usize,
    config: &Config,
) -> Result<(Stream, Session), Error> {
    let plain = || async {
        let stream = open_stream(address, Some(config))
            .await
            .map_err(|e| unreachable(address, &e))?;
        authenticate(stream, address, number, config).await
    };
    let Some(tls) = config
        .tls
        .as_ref()
        .filter(|_| matches!(address, Address::Tcp(..)))
    else {
        return plain().await;
    };
    let encrypted = || secure(tls, address, number, config);
    match tls.insistence {
        Insistence::Require => encrypted().await.map_err(Refused::told),
        Insistence::Allow => match plain().await {
            Err(error) if is_unauthorized(&error) => match encrypted().await {
                Err(Refused::NoTls) => Err(error),
                opened => opened.map_err(Refused::told),
            },
            opened => opened,
        },
        Insistence::Prefer => match encrypted().await {
            Err(Refused::NoTls | Refused::Tls(_)) => plain().await,
            Err(Refused::Session(error)) if is_unauthorized(&error) => {
                // What the server says of the way that was preferred tells more.
                plain().await.map_err(|_| error)
            }
            opened => opened.map_err(Refused::told),
        },
    }
}

fn is_unauthorized(error: &Error) -> bool {
    matches!(error, Error::Server(refusal) if refusal.sqlstate == INVALID_AUTHORIZATION)
}

/// Where opening an encrypted session ended.
enum Refused {
    /// The server has no TLS.
    NoTls,
    /// It did not come to an encrypted stream.
    Tls(Error),
    /// It did, but not to a session on it; or there is nobody to talk to at all.
    Session(Error),
}

impl Refused {
    fn told(self) -> Error {
        match self {
            Self::NoTls => Error::Connection(
                "the server does not support TLS, which sslmode asks for".to_owned(),
            ),
            Self::Tls(error) | Self::Session(error) => error,
        }
    }
}

async fn secure(
    tls: &Tls,
    address: &Address,
    number: usize,
    config: &Config,
) -> Result<(Stream, Session), Refused> {
    let stream = open_stream(address, Some(config)).await;
    let Stream::Tcp(stream) = stream.map_err(|e| Refused::Session(unreachable(address, &e)))?
    else {
        return Err(Refused::NoTls);
    };
    let broken = |e: &io::Error| {
        let why = tls::explained(e);
        Refused::Tls(Error::Connection(format!("no TLS with {address}: {why}")))
    };
    let name = &config.hosts[number].name;
    let encrypted = encrypt(stream, tls, name).await.map_err(|e| broken(&e))?;
    let Some(stream) = encrypted else {
        return Err(Refused::NoTls);
    };
    authenticate(stream, address, number, config)
        .await
        .map_err(Refused::Session)
}

/// Goes on in TLS; `None` where the server has none.
pub(crate) async fn encrypt(
    mut stream: TcpStream,
    tls: &Tls,
    name: &str,
) -> io::Result<Option<Stream>> {
    if !tls.direct && !tls::request(&mut stream).await? {
        return Ok(None);
    }
    let stream = tls.handshake(stream, name).await?;
    Ok(Some(Stream::Tls(Box::new(stream))))
}

/// Connects a socket; its options come from `config`.
pub(crate) async fn open_stream(address: &Address, config: Option<&Config>) -> io::Result<Stream> {
    match address {
        Address::Unix(path) => Ok(Stream::Unix(UnixStream::connect(path).await?)),
        Address::Tcp(host, port) => {
            let stream = match host.parse::<IpAddr>() {
                Ok(ip) => TcpStream::connect((ip, *port)).await?,
                Err(_) => TcpStream::connect((host.as_str(), *port)).await?,
            };
            stream.set_nodelay(true)?;
            if let Some(config) = config {
                config.keepalive.apply(&stream)?;
            }
            Ok(Stream::Tcp(stream))
        }
    }
}

fn failed(address: &Address, error: &io::Error) -> Error {
    Error::Connection(format!("cannot connect to {address}: {error}"))
}

pub(super) fn unreachable(address: &Address, error: &io::Error) -> Error {
    Error::Unreachable(format!("cannot connect to {address}: {error}"))
}

/// What startup leaves behind, beside the stream.
struct Session {
    parameters: HashMap<String, String>,
    cancel: CancelToken,
    /// What the server, or whoever answers for it, calls its process.
    process: i32,
}

async fn authenticate(
    mut stream: Stream,
    address: &Address,
    number: usize,
    config: &Config,
) -> Result<(Stream, Session), Error> {
    let session = match &mut stream {
        Stream::Unix(stream) => start(stream, None, address, number, config).await?,
        Stream::Tcp(stream) => start(stream, None, address, number, config).await?,
        Stream::Tls(stream) => {
            let shown = stream.get_ref().1.peer_certificates();
            let bound = shown
                .and_then(|chain| chain.first())
                .and_then(|certificate| tls::server_end_point(certificate));
            start(&mut **stream, bound, address, number, config).await?
        }
    };
    Ok((stream, session))
}

async fn start<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    bound: Option<Vec<u8>>,
    address: &Address,
    number: usize,
    config: &Config,
) -> Result<Session, Error> {
    let stream = MessageStream::new(stream, config.methods);
    let process = stream.process();
    let (client, connection) = config
        .startup(number)
        .connect_raw(stream, AsItIs(bound))
        .await
        .map_err(|error| refusal(&error, address, config))?;
    let parameters = REPORTED.iter().filter_map(|name| {
        let value = connection.parameter(name)?;
        Some(((*name).to_owned(), value.to_owned()))
    });
    // Dropped without being polled again, neither of the two sends anything.
    Ok(Session {
        parameters: parameters.collect(),
        cancel: client.cancel_token(),
        process: process.load(Ordering::Relaxed),
    })
}

/// Hands tokio-postgres a stream that is as encrypted as it will be, with what it is bound to.
pub(crate) struct AsItIs(pub(crate) Option<Vec<u8>>);

pub(crate) struct Lent<S> {
    stream: S,
    bound: Option<Vec<u8>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsConnect<S> for AsItIs {
    type Stream = Lent<S>;
    type Error = io::Error;
    type Future = Ready<io::Result<Lent<S>>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(Lent {
            stream,
            bound: self.0,
        }))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> tokio_postgres::tls::TlsStream for Lent<S> {
    fn channel_binding(&self) -> ChannelBinding {
        match &self.bound {
            Some(hash) => ChannelBinding::tls_server_end_point(hash.clone()),
            None => ChannelBinding::none(),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lent<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lent<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

//! From an address to a connection that is ready for its first statement.
//!
//! tokio-postgres does what it does well, startup and authentication, on a stream that is lent to
//! it. The socket is then taken back: all that follows is our own.

use std::collections::HashMap;
use std::error::Error as _;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::sync::atomic::Ordering;

use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::{CancelToken, NoTls};

use crate::cancel::CancelRequest;
use crate::config::{Address, Config};
use crate::connection::Connection;
use crate::error::{Error, ServerError};
use crate::message_stream::MessageStream;
use crate::request::Request;
use crate::socket::Socket;
use crate::statement::cache::StatementNames;

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

/// Connects to the first address that answers.
///
/// # Errors
/// When none does in time, or the server refuses.
pub async fn connect<R: Request>(config: &Config) -> Result<Connection<R>, Error> {
    let Some(timeout) = config.timeout else {
        return connect_any(config).await;
    };
    tokio::time::timeout(timeout, connect_any(config))
        .await
        .unwrap_or_else(|_| {
            Err(Error::Timeout(format!(
                "no connection to {} after {} s",
                listed(&config.addresses),
                timeout.as_secs_f64()
            )))
        })
}

async fn connect_any<R: Request>(config: &Config) -> Result<Connection<R>, Error> {
    let mut failures = Vec::new();
    for address in &config.addresses {
        match connect_one(address, config).await {
            Ok(connection) => return Ok(connection),
            Err(Error::Connection(failure)) => failures.push(failure),
            // A server that answers with a refusal is the one that was meant.
            Err(error) => return Err(error),
        }
    }
    Err(Error::Connection(format!(
        "{}; is the server running there and accepting connections? (pg_isready tells)",
        failures.join("; ")
    )))
}

async fn connect_one<R: Request>(
    address: &Address,
    config: &Config,
) -> Result<Connection<R>, Error> {
    let failed = |e: std::io::Error| Error::Connection(format!("cannot connect to {address}: {e}"));
    let mut cancel_at = address.clone();
    let (fd, session): (OwnedFd, Session) = match address {
        Address::Unix(path) => {
            let mut stream = UnixStream::connect(path).await.map_err(failed)?;
            let session = authenticate(MessageStream::new(&mut stream), address, config).await?;
            (stream.into_std().map_err(failed)?.into(), session)
        }
        Address::Tcp(host, port) => {
            let mut stream = TcpStream::connect((host.as_str(), *port))
                .await
                .map_err(failed)?;
            stream.set_nodelay(true).map_err(failed)?;
            // Of several servers behind one name, only this one has the session to cancel.
            let peer = stream.peer_addr().map_err(failed)?;
            cancel_at = Address::Tcp(peer.ip().to_string(), peer.port());
            // A peer that vanished is noticed even by a connection that only waits.
            socket2::SockRef::from(&stream)
                .set_keepalive(true)
                .map_err(failed)?;
            let session = authenticate(MessageStream::new(&mut stream), address, config).await?;
            (stream.into_std().map_err(failed)?.into(), session)
        }
    };
    let socket = Socket::new(fd)?;
    let cancel = CancelRequest::new(cancel_at, session.cancel);
    Ok(Connection::new(
        socket,
        config.statement_cache,
        StatementNames::random()?,
        session.process,
        session.parameters,
        cancel,
    ))
}

/// What startup leaves behind, beside the socket.
struct Session {
    parameters: HashMap<String, String>,
    cancel: CancelToken,
    /// What the server, or whoever answers for it, calls its process.
    process: i32,
}

async fn authenticate<S>(
    stream: MessageStream<'_, S>,
    address: &Address,
    config: &Config,
) -> Result<Session, Error>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let process = stream.process();
    let (client, connection) = config
        .startup
        .connect_raw(stream, NoTls)
        .await
        .map_err(|error| refusal(&error, address))?;
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

fn refusal(error: &tokio_postgres::Error, address: &Address) -> Error {
    if let Some(db) = error.as_db_error() {
        return Error::Server(Box::new(ServerError {
            // The plain one may be translated.
            severity: db
                .parsed_severity()
                .map_or_else(|| db.severity().to_owned(), |severity| severity.to_string()),
            sqlstate: db.code().code().to_owned(),
            message: db.message().to_owned(),
            detail: db.detail().map(str::to_owned),
            hint: db.hint().map(str::to_owned),
            ..ServerError::default()
        }));
    }
    let cause = error
        .source()
        .map_or_else(String::new, |e| format!(": {e}"));
    match error
        .source()
        .and_then(|e| e.downcast_ref::<std::io::Error>())
    {
        Some(e) if e.kind() == ErrorKind::InvalidData => {
            Error::Connection(format!("cannot connect to {address}{cause}"))
        }
        Some(_) => Error::Connection(format!("{address} ended the connection{cause}")),
        None if cause.contains("password missing") => Error::Config(format!(
            "the server at {address} asks for a password and none was given: pass password=, or set PGPASSWORD"
        )),
        None => Error::Connection(format!("{address}: {error}{cause}")),
    }
}

fn listed(addresses: &[Address]) -> String {
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    addresses.join(", ")
}

//! Why a session was not opened, from what tokio-postgres makes of it.

use std::error::Error as _;
use std::io;

use crate::config::{Address, Config};
use crate::error::{Error, ServerError};

pub(super) fn refusal(error: &tokio_postgres::Error, address: &Address, config: &Config) -> Error {
    if let Some(refusal) = error.as_db_error() {
        return Error::Server(Box::new(ServerError {
            // The plain one may be translated.
            severity: refusal
                .parsed_severity()
                .map_or_else(|| refusal.severity().to_owned(), |s| s.to_string()),
            sqlstate: refusal.code().code().to_owned(),
            message: refusal.message().to_owned(),
            detail: refusal.detail().map(str::to_owned),
            hint: refusal.hint().map(str::to_owned),
            ..ServerError::default()
        }));
    }
    let cause = error
        .source()
        .map_or_else(String::new, |e| format!(": {e}"));
    match error.source().and_then(|e| e.downcast_ref::<io::Error>()) {
        Some(e) if e.kind() == io::ErrorKind::InvalidData => {
            Error::Connection(format!("cannot connect to {address}{cause}"))
        }
        Some(e) if e.kind() == io::ErrorKind::PermissionDenied => {
            Error::Config(format!("the server at {address} is not taken{cause}"))
        }
        Some(_) => Error::Connection(format!("{address} ended the connection{cause}")),
        None if cause.contains("password missing") => Error::Config(no_password(address, config)),
        None if cause.contains("did not use channel binding") => Error::Config(format!(
            "the server at {address} does not bind authentication to TLS, which \
             channel_binding=require asks for: it takes TLS, and a role with a password in \
             SCRAM-SHA-256"
        )),
        None => Error::Connection(format!("{address}: {error}{cause}")),
    }
}

fn no_password(address: &Address, config: &Config) -> String {
    let problem = config.passfile_problem.as_deref();
    let problem = problem.map_or_else(String::new, |problem| format!("; {problem}"));
    format!(
        "the server at {address} asks for a password and none was given: pass password=, or set \
         PGPASSWORD, or have a line for it in ~/.pgpass{problem}"
    )
}

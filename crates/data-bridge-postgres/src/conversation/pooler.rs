//! A pooler between us and the server, which may hand each transaction to another session.
//!
//! A statement that was prepared in one session is not known in another. So it matters who keeps
//! it; where nobody does, or is to do it, it is parsed along with each execution, in one go.

use std::borrow::Cow;

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use super::execution::write_command;
use super::{Conversation, TransactionStatus};
use crate::error::Error;
use crate::pending::Stage;
use crate::request::Request;
use crate::row::DataRow;
use crate::statement::{Column, Statement};

/// The largest number that a process has on Linux; those of other systems are smaller still.
const LARGEST_PROCESS: i32 = 1 << 22;

const CHANGED: &str = "the table was changed since the statement was prepared: it was executed, \
                       but its rows could not be read; the next time they can";

/// Who keeps the statements that are prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeper {
    /// The session at the server, as far as is known.
    Session,
    /// Not known: the key to cancel by, which begins with this number, is no server's own.
    Unknown(i32),
    /// The same, and the server has been asked.
    Asked(i32),
    /// A pooler, which prepares them in whichever session it uses, by names of its own.
    Pooler,
    /// Nobody: the next transaction may be another session's.
    Nobody,
}

impl Keeper {
    /// Who it is, as far as the process's number tells that came with the key to cancel by: a
    /// pooler makes up its own.
    pub(super) fn of(backend: i32) -> Self {
        if (1..=LARGEST_PROCESS).contains(&backend) {
            Self::Session
        } else {
            Self::Unknown(backend)
        }
    }

    pub(super) fn is_nobody(self) -> bool {
        self == Self::Nobody
    }
}

impl<R: Request> Conversation<R> {
    /// Asks, once, who keeps statements, where that is not known. It takes no time of its own: the
    /// next statement is written right behind.
    pub(super) fn ask_keeper(&mut self, out: &mut BytesMut) {
        let (Keeper::Unknown(backend), TransactionStatus::Idle) = (self.keeper, self.status) else {
            return;
        };
        if self.openings.is_written() {
            // Its Sync would part a transaction's begin from the statement behind.
            return;
        }
        let name = self.names.next();
        let start = out.len();
        // All of it reaches one session, which knows the statement by the name that we gave it,
        // unless a pooler gave it another.
        let sql = format!(
            "SELECT pg_catalog.pg_backend_pid(), \
             EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE name = '{name}')"
        );
        let written = frontend::parse(&name, "SELECT", [], out)
            .and_then(|()| write_command(&sql, out))
            .and_then(|()| frontend::close(b'S', &name, out));
        if written.is_err() {
            // It never is: there is no NUL in the texts.
            return out.truncate(start);
        }
        frontend::sync(out);
        self.keeper = Keeper::Asked(backend);
        self.push(0, None, Stage::Probe);
    }

    /// Takes the answer, as text: the process that the server has for us, and whether it knows
    /// our statement by our name.
    pub(super) fn probed(&mut self, mut row: DataRow<'_>) -> Result<(), Error> {
        let process = row.next_value()?.unwrap_or_default();
        let known = row.next_value()?.unwrap_or_default();
        if let Keeper::Asked(backend) = self.keeper {
            self.keeper = if process == backend.to_string().as_bytes() {
                Keeper::Session
            } else if known == b"f" {
                Keeper::Pooler
            } else {
                Keeper::Nobody
            };
        }
        Ok(())
    }

    /// The question has been dealt with. Where it could not be answered nobody is relied upon.
    pub(super) fn probe_ended(&mut self) {
        if let Keeper::Asked(_) = self.keeper {
            self.keeper = Keeper::Nobody;
        }
        if !self.keeper.is_nobody() {
            // Those that were parsed along while it was not known.
            drop(self.statements.drain());
        }
    }

    /// The name of a statement: empty where nobody is to keep it, or relied upon to.
    pub(super) fn name(&mut self, sql: &str) -> String {
        match self.keeper {
            Keeper::Nobody | Keeper::Unknown(_) => String::new(),
            _ if !self.statements.names(sql) => String::new(),
            _ => self.names.next(),
        }
    }

    /// A pooler keeps statements by their text, outdated ones, too: a text that it does not know
    /// is prepared anew. What is added is a comment, behind the end.
    pub(super) fn worded<'a>(&self, sql: &'a str, name: &str) -> Cow<'a, str> {
        if self.rewording {
            format!("{sql}\n--{name}").into()
        } else {
            sql.into()
        }
    }

    /// A statement is described along with its execution: the columns may be others than when it
    /// was prepared. (Rows of a script and of the introspection are described, too; nobody cares.)
    pub(super) fn columns_again(&mut self, columns: Vec<Column>) {
        let Some(pending) = self.queue.front_mut() else {
            return;
        };
        let (Stage::Execute { statement, .. } | Stage::Portal { statement, .. }) =
            &mut pending.stage
        else {
            return;
        };
        let same = statement.columns.len() == columns.len()
            && statement.columns.iter().zip(&columns).all(|(known, new)| {
                known.name == new.name && known.data_type.oid == new.data_type.oid
            });
        if same || statement.is_named() {
            return;
        }
        self.statements.remove(statement);
        let new = Statement::new(
            statement.sql.clone(),
            String::new(),
            statement.parameters.clone(),
            columns,
        );
        // Their formats were asked for by what was known before.
        let readable = new.formats().columns == statement.formats().columns;
        // A type that was never asked for would stay unknown in the cache.
        let oids = new.columns.iter().map(|column| column.data_type.oid);
        let known = self.types.missing(oids).is_empty();
        *statement = if readable && known {
            self.statements.insert(new).statement
        } else {
            new.into()
        };
        if let (Some(request), None) = (&mut pending.request, &pending.error) {
            let taken = if readable {
                request.columns_changed(statement)
            } else {
                Err(Error::Config(CHANGED.to_owned()).into())
            };
            pending.error = taken.err();
        }
    }

    /// A command has dropped statements, or changed what they were prepared for: inside a
    /// transaction it would be too late to find out by an error.
    #[cold]
    pub(super) fn redefined(&mut self) {
        for statement in self.statements.drain() {
            self.close_statement(&statement.name);
        }
    }
}

/// Writes what stands before the execution of a statement that nobody keeps: the types of its
/// parameters are those that were found before, so values mean what they meant.
pub(super) fn parse_along<L>(
    statement: &Statement<L>,
    out: &mut BytesMut,
) -> Result<(), std::io::Error> {
    let types = statement.parameters.iter().map(|parameter| parameter.oid);
    frontend::parse("", &statement.sql, types, out)?;
    frontend::describe(b'S', "", out)
}

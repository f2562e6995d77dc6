//! Many executions of one statement, written in pieces: all of them or none, though nobody holds
//! them all at once.
//!
//! They have the connection to themselves, as a COPY has: until their Sync, whatever is executed
//! belongs to them. Who writes them gives whole messages, made by [`crate::Executions`].

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use super::execution::write_command;
use super::{Conversation, Refused, TransactionStatus};
use crate::conversation::cancellation::Form;
use crate::error::Error;
use crate::pending::Stage;
use crate::request::Request;

const SAVEPOINT: &str = "SAVEPOINT data_bridge_executions";
const ROLLBACK_TO: &str = "ROLLBACK TO SAVEPOINT data_bridge_executions";
const RELEASE: &str = "RELEASE SAVEPOINT data_bridge_executions";

/// The warning that ROLLBACK gives where no BEGIN was said, though it does roll back.
const NO_TRANSACTION: &str = "25P01";

impl<R: Request> Conversation<R> {
    /// Asks for executions: they can be written once all before them is answered; all behind them
    /// waits for their end.
    pub(crate) fn executions(
        &mut self,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<u64, Refused<R>> {
        let id = self.take_id();
        if self.held.is_some() || !self.queue.is_empty() {
            self.hold(id, sql, Form::Executions, request, out)?;
        } else {
            self.begin_executions(id, sql.into(), request, out);
            self.held.get_or_insert_default();
        }
        Ok(id)
    }

    pub(super) fn begin_executions(
        &mut self,
        id: u64,
        sql: Box<str>,
        request: R,
        out: &mut BytesMut,
    ) {
        // Outside a transaction all up to the Sync is one; inside, what was done before must stay
        // when the client cannot go on.
        let nested = self.status != TransactionStatus::Idle;
        if nested {
            write(SAVEPOINT, out);
        }
        let stage = Stage::Executions {
            sql,
            nested,
            ended: false,
        };
        self.push(id, Some(request), stage);
    }

    /// Ends the executions that the server is at; with a reason, what they did is undone.
    pub(super) fn end_executions(&mut self, reason: Option<&str>, out: &mut BytesMut) {
        let Some(pending) = self.queue.front_mut() else {
            return;
        };
        let Stage::Executions { nested, ended, .. } = &mut pending.stage else {
            return;
        };
        if *ended {
            return;
        }
        match (reason, *nested) {
            (None, false) => {}
            (None, true) => write(RELEASE, out),
            (Some(_), false) => write("ROLLBACK", out),
            (Some(_), true) => {
                write(ROLLBACK_TO, out);
                write(RELEASE, out);
            }
        }
        end(ended, out);
        if let Some(reason) = reason
            && pending.error.is_none()
        {
            pending.error = Some(Error::Config(reason.to_owned()).into());
        }
    }

    /// Whether a notice is about the end of executions, which nobody has asked for.
    pub(super) fn is_of_undoing(&self, sqlstate: &str) -> bool {
        sqlstate == NO_TRANSACTION
            && self.queue.front().is_some_and(|pending| {
                matches!(
                    pending.stage,
                    Stage::Executions {
                        nested: false,
                        ended: true,
                        ..
                    }
                )
            })
    }
}

/// Writes the Sync of executions, once: the server passes over what is written behind an error.
pub(super) fn end(ended: &mut bool, out: &mut BytesMut) {
    if !*ended {
        *ended = true;
        frontend::sync(out);
    }
}

/// Whether a tag is that of a command that is written around executions.
pub(super) fn is_around(tag: &[u8]) -> bool {
    matches!(tag, b"SAVEPOINT\0" | b"RELEASE\0" | b"ROLLBACK\0")
}

fn write(sql: &str, out: &mut BytesMut) {
    // The texts are ours and hold no NUL.
    let _ = write_command(sql, out);
}

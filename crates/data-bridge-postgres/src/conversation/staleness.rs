//! Prepared statements that are no longer right: told by their errors, and prepared anew where
//! nobody can tell.

use std::time::{Duration, Instant};

use bytes::BytesMut;

use super::cancellation::is_atomic;
use super::pooler::Keeper;
use super::{Conversation, Refused, TransactionStatus, settle};
use crate::error::ServerError;
use crate::pending::{Stage, Stale};
use crate::request::{Finished, Request};

/// How often a statement is prepared anew for one request: as it is, and in other words for a
/// pooler that keeps it outdated.
const ATTEMPTS: u8 = 2;

/// How long a statement is as good as prepared just now.
const NEW: Duration = Duration::from_millis(250);

/// What an error says of the prepared statement that it came for.
pub(super) fn of<L>(error: &ServerError, stage: &Stage<L>) -> Option<Stale> {
    let (name, executed) = match stage {
        Stage::Execute { statement, .. } | Stage::Portal { statement, .. } => {
            (&*statement.name, true)
        }
        Stage::Prepare(preparation) => (&*preparation.name, false),
        _ => return None,
    };
    // A parameter, of a composite type that has other attributes by now.
    if executed && error.sqlstate == "42804" && error.routine.as_deref() == Some("record_recv") {
        return Some(Stale::Doubtful);
    }
    // What a function does inside is its own affair, and may have had an effect.
    if error.context.is_some() {
        return None;
    }
    match error.sqlstate.as_str() {
        // The words are translated, names are not.
        "26000" | "42P05" if !name.is_empty() && error.message.contains(name) => Some(Stale::Lost),
        // Its plan would give other columns; told apart by who said it.
        "0A000" if error.routine.as_deref() == Some("RevalidateCachedQuery") => {
            Some(Stale::Outdated)
        }
        // A type of its parameters is gone: an internal error, in these words only.
        "XX000" if error.message.starts_with("cache lookup failed for type") => {
            Some(Stale::Outdated)
        }
        // A type is gone, or there are more columns than formats: seen before it is executed.
        "42704" | "08P01" if executed && name.is_empty() => Some(Stale::Outdated),
        // An operator or a function for the old types of its parameters, which is no more.
        "42883" | "42804" | "42725" if executed => Some(Stale::Doubtful),
        _ => None,
    }
}

/// Says what an error does not: what to do.
pub(super) fn explain(error: &mut ServerError, stale: Option<Stale>, status: TransactionStatus) {
    let hint = match (stale, error.sqlstate.as_str()) {
        (Some(Stale::Lost | Stale::Outdated), _) if status == TransactionStatus::InTransaction => {
            error.outdated = true;
            "a statement that was prepared before is no longer right, and a transaction that has \
             failed cannot go on: run the whole transaction again, the statement is then prepared anew"
        }
        (_, "42P18") => "say the parameter's type in the SQL, for example $1::text",
        _ => return,
    };
    error.hint.get_or_insert_with(|| hint.to_owned());
}

impl<R: Request> Conversation<R> {
    /// Values that do not fit a statement may fit what it would be now: the types of its
    /// parameters are those of when it was prepared. What was prepared just now is not doubted,
    /// nor asked for in a transaction that has failed.
    #[cold]
    pub(super) fn doubt(
        &mut self,
        id: u64,
        sql: &str,
        prepared: Instant,
        refused: Refused<R>,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        if prepared.elapsed() < NEW || self.status == TransactionStatus::Failed {
            return Err(refused);
        }
        if let Some(statement) = self.statements.get(sql) {
            self.doubt_types(&statement);
        }
        self.prepare_first(id, sql, refused.request, out)
    }

    /// A statement was no longer right. It has had no effect, so outside a transaction it is simply
    /// prepared and run again. (Inside one the error has ended the transaction: only its owner can
    /// begin again.) In any case it is forgotten, so that whoever asks next has it prepared anew.
    #[expect(
        clippy::too_many_arguments,
        reason = "all that there is of the request"
    )]
    pub(super) fn renew(
        &mut self,
        id: u64,
        found: Option<Stale>,
        stage: Stage<R::Layout>,
        request: Option<R>,
        error: R::Error,
        out: &mut BytesMut,
        finished: &mut Vec<Finished<R>>,
    ) {
        let (sql, attempt, relied, sure) = match stage {
            Stage::Execute { statement, attempt } => {
                let kept = self.forget(&statement);
                // What is wrong of itself is wrong when it has just been prepared, too.
                let doubtful = found == Some(Stale::Doubtful);
                if doubtful {
                    self.doubt_types(&statement);
                }
                let sure = !doubtful || (attempt == 0 && is_atomic(&statement.sql));
                (statement.sql.clone(), attempt, kept || attempt > 0, sure)
            }
            Stage::Prepare(preparation) => (preparation.sql, preparation.attempt + 1, true, true),
            _ => return self.failed(id, request, error, finished),
        };
        self.heed(found, relied, attempt);
        let idle = self.status == TransactionStatus::Idle;
        match request {
            Some(request) if sure && idle && attempt < ATTEMPTS && request.is_untouched() => {
                settle(self.prepare(id, attempt, &sql, request, out), finished);
            }
            request => self.failed(id, request, error, finished),
        }
    }

    /// Takes what a stale statement says of who keeps them. One that was dropped by a command, or
    /// had to leave, was not `relied` upon: it is not known for that reason.
    pub(super) fn heed(&mut self, stale: Option<Stale>, relied: bool, attempt: u8) {
        match stale {
            // Whatever else was prepared cannot be relied upon, either.
            Some(Stale::Lost) if relied => {
                self.keeper = Keeper::Nobody;
                drop(self.statements.drain());
                self.closing.clear();
            }
            // A server's own session would have taken the text for what it means now.
            Some(Stale::Outdated) => self.rewording |= self.keeper == Keeper::Pooler || attempt > 0,
            _ => {}
        }
    }
}

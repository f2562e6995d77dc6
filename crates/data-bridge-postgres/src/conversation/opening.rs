//! The begin of a transaction, or a savepoint, which leaves with the first statement in it.
//!
//! Both stand before one Sync: where the begin fails, the server passes over the statement, which
//! must not run outside. For the same reason all that comes behind waits until it has begun.

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use super::cancellation::{Form, Held};
use super::execution::write_command;
use super::portal::ALONE;
use super::{Conversation, Refused, TransactionStatus, finish};
use crate::error::{Error, ServerError};
use crate::pending::Stage;
use crate::request::{Finished, Request};

/// What became of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpeningState {
    /// It was sent: what it opened is to be ended.
    Sent,
    /// No statement has come, so nothing was sent, and nothing will be.
    Unsent,
    /// The server has refused it, and with it all that was to happen inside.
    Failed,
}

/// The begin of a transaction, or a savepoint.
#[derive(Debug)]
pub(crate) struct Opening {
    number: u64,
    sql: Box<str>,
    /// The last request that was there before it: not one for inside.
    after: u64,
    /// Whether it begins the transaction.
    outermost: bool,
}

impl Opening {
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }
}

/// What is to be opened, and how that stands.
#[derive(Debug, Default)]
pub(super) struct Openings {
    /// Those that wait for a first statement.
    due: Vec<Opening>,
    /// Whether some are written, and not answered.
    written: bool,
    /// Why there is no transaction, though somebody takes himself to be inside one.
    unbegun: Option<ServerError>,
    /// Those that the server refused.
    failed: Vec<u64>,
}

impl Openings {
    /// Whether requests cannot simply be written.
    pub(super) fn hold_back(&self) -> bool {
        self.written || !self.due.is_empty() || self.unbegun.is_some()
    }

    /// What the session is taken to be in, by who has opened something.
    pub(super) fn status(&self, status: TransactionStatus) -> TransactionStatus {
        match status {
            TransactionStatus::Idle if self.unbegun.is_some() => TransactionStatus::Failed,
            TransactionStatus::Idle if self.hold_back() => TransactionStatus::InTransaction,
            status => status,
        }
    }

    /// Whether the first of those that wait is for this request, or was before it.
    fn are_for(&self, id: u64) -> bool {
        self.due.first().is_some_and(|opening| opening.after < id)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn is_unbegun(&self) -> bool {
        self.unbegun.is_some()
    }

    pub(super) fn is_written(&self) -> bool {
        self.written
    }
}

impl<R: Request> Conversation<R> {
    /// Opens a transaction, or a savepoint inside one, by the first statement that comes; gives
    /// its number.
    ///
    /// # Errors
    /// When a cursor has the connection to itself.
    pub(crate) fn open(&mut self, sql: &str) -> Result<u64, Error> {
        if self.is_streaming() {
            return Err(Error::Config(ALONE.to_owned()));
        }
        let number = self.take_id();
        let outermost = self.status() == TransactionStatus::Idle;
        if outermost {
            self.openings.failed.clear();
        }
        self.openings.due.push(Opening {
            number,
            sql: sql.into(),
            after: number,
            outermost,
        });
        self.held.get_or_insert_default();
        Ok(number)
    }

    /// What became of an opening, whose end has come: one that was not sent will not be, and after
    /// one that failed everything is as before.
    pub(crate) fn settle_opening(&mut self, number: u64) -> OpeningState {
        let openings = &mut self.openings;
        let state = if let Some(at) = openings.due.iter().position(|o| o.number == number) {
            // What was to be opened inside of it has no place any more.
            openings.due.truncate(at);
            OpeningState::Unsent
        } else if let Some(at) = openings.failed.iter().position(|n| *n == number) {
            openings.failed.truncate(at);
            if openings.failed.is_empty() {
                openings.unbegun = None;
            }
            OpeningState::Failed
        } else {
            OpeningState::Sent
        };
        self.release_empty();
        state
    }

    /// Writes a request that was held back, with what is to be opened before it. Gives back one
    /// that must wait until that is done.
    pub(super) fn write_next(
        &mut self,
        held: Held<R>,
        out: &mut BytesMut,
    ) -> Result<Option<Held<R>>, Refused<R>> {
        if let Some(error) = &self.openings.unbegun {
            let error = Error::Server(Box::new(error.clone())).into();
            let request = held.request;
            return Err(Refused { request, error });
        }
        if !self.openings.are_for(held.id) {
            return self.write_as(held, out).map(|()| None);
        }
        let (start, length) = (out.len(), self.queue.len());
        for opening in std::mem::take(&mut self.openings.due) {
            // The text is ours, and holds no NUL.
            let _ = write_command(&opening.sql, out);
            self.push(opening.number, None, Stage::Opening(opening));
        }
        self.openings.written = true;
        // In the simple protocol nothing is passed over; what comes in pieces begins later.
        if matches!(
            held.form,
            Form::Script | Form::Unwinding | Form::Copy | Form::Executions
        ) {
            frontend::sync(out);
            self.push(held.id, None, Stage::Opened);
            return Ok(Some(held));
        }
        let written = self.write_as(held, out);
        if written.is_err() {
            // Nothing leaves of it.
            out.truncate(start);
            let left = self.queue.drain(length..);
            let openings = left.filter_map(|pending| match pending.stage {
                Stage::Opening(opening) => Some(opening),
                _ => None,
            });
            self.openings.due = openings.collect();
            self.openings.written = false;
        }
        written.map(|()| None)
    }

    /// The first opening is done, if that is what the server has answered.
    pub(super) fn opened(&mut self) {
        if let Some(Stage::Opening(opening)) = self.queue.pop_front().map(|done| done.stage)
            && opening.outermost
        {
            // It is told with the statement behind, which may fail before.
            self.status = TransactionStatus::InTransaction;
        }
        let front = self.queue.front();
        self.openings.written =
            front.is_some_and(|pending| matches!(pending.stage, Stage::Opening(_)));
    }

    /// The openings at the front failed with an error: the server passes over what they stand
    /// before. Gives the text of the first.
    #[cold]
    pub(super) fn openings_failed(&mut self, error: &ServerError) -> Option<Box<str>> {
        let mut first = None;
        while let Some(pending) = self.queue.front()
            && let Stage::Opening(opening) = &pending.stage
        {
            self.openings.failed.push(opening.number);
            if opening.outermost {
                self.openings.unbegun = Some(error.clone());
            }
            first.get_or_insert_with(|| opening.sql.clone());
            self.queue.pop_front();
        }
        self.openings.written = false;
        first
    }

    /// Has a transaction ended that may have ended by then; see `Connection::unwind`.
    pub(crate) fn unwind(
        &mut self,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<u64, Refused<R>> {
        if self.in_flight() == 0 {
            return self.script(sql, request, out);
        }
        let id = self.take_id();
        self.held.get_or_insert_default().push_back(Held {
            id,
            sql: sql.into(),
            form: Form::Unwinding,
            request,
        });
        Ok(id)
    }

    /// Ends a request that was to run in a transaction which could not begin. Its end is no error:
    /// there is nothing to undo.
    pub(super) fn end_unbegun(&mut self, held: Held<R>, finished: &mut Vec<Finished<R>>) {
        let Some(error) = self.openings.unbegun.clone() else {
            return;
        };
        let mut request = held.request;
        if matches!(held.form, Form::Script | Form::Unwinding)
            && matches!(&*held.sql, "COMMIT" | "ROLLBACK")
        {
            request.command_complete(b"ROLLBACK");
            self.openings.clear();
            return finish(Some(request), Ok(()), finished);
        }
        let error = Error::Server(Box::new(error)).into();
        finish(Some(request), Err(error), finished);
    }
}

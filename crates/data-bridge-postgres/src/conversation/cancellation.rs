//! Requests that were given up, those that wait until the server has stopped them, and those that
//! were hit in another's place.

use std::collections::VecDeque;

use bytes::BytesMut;

use super::{Conversation, Refused, TransactionStatus, finish, settle};
use crate::pending::{Flow, Stage};
use crate::request::{Finished, Request};

/// A request that is not written yet.
pub(super) struct Held<R> {
    pub(super) id: u64,
    pub(super) sql: Box<str>,
    pub(super) form: Form,
    pub(super) request: R,
}

/// How a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Executed, and prepared before when it is not.
    Statement,
    /// The same, and what comes behind it waits until it is prepared.
    Ordered,
    /// Prepared anew whatever is known of it.
    Fresh,
    /// A text of any number of statements, in the simple protocol.
    Script,
    /// The same, if a transaction is open once all before it is answered.
    Unwinding,
    /// The first rows of a portal.
    Portal,
    /// More rows of a portal, by its number.
    More(u64, u32),
    /// A COPY, which has the connection to itself.
    Copy,
    /// Executions that are written in pieces, which have it, too.
    Executions,
}

impl Form {
    /// Whether it is written only once all before it is answered.
    fn is_alone(self) -> bool {
        matches!(
            self,
            Self::Unwinding | Self::Portal | Self::Copy | Self::Executions
        )
    }
}

impl<R: Request> Conversation<R> {
    /// Keeps a request until it can be written.
    #[cold]
    pub(super) fn hold(
        &mut self,
        id: u64,
        sql: &str,
        form: Form,
        request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        let request = self.refuse_beside_portal(form, request)?;
        let held = Held {
            id,
            sql: sql.into(),
            form,
            request,
        };
        let first = self.held.as_ref().is_none_or(VecDeque::is_empty);
        let blocked =
            self.draining || self.openings.is_written() || self.is_copying() || self.is_preparing();
        let waiting = if first && !blocked && self.openings.hold_back() {
            self.write_next(held, out)?
        } else {
            Some(held)
        };
        if let Some(waiting) = waiting {
            self.held.get_or_insert_default().push_back(waiting);
        }
        Ok(())
    }

    /// Takes the caller of a request away; its answer will be read and dropped.
    pub(crate) fn abandon(&mut self, id: u64) -> Option<R> {
        if let Some(pending) = self.queue.iter_mut().find(|p| p.id == id) {
            let request = pending.request.take()?;
            self.live -= 1;
            return Some(request);
        }
        let held = self.held.as_mut()?;
        let index = held.iter().position(|h| h.id == id)?;
        Some(held.remove(index)?.request)
    }

    /// Whether something is in flight, and nobody waits for any of it.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.live == 0 && !self.queue.is_empty()
    }

    /// What the server is at, by its number, and its text where it is a single statement.
    pub(crate) fn front(&self) -> Option<(u64, &str)> {
        let front = self.queue.front()?;
        let sql = match &front.stage {
            Stage::Prepare(preparation) | Stage::Introspect(preparation) => &*preparation.sql,
            Stage::Execute { statement, .. } => &*statement.sql,
            Stage::Script(_)
            | Stage::Portal { .. }
            | Stage::Probe
            | Stage::Opening(_)
            | Stage::Opened
            | Stage::Copy { .. }
            | Stage::Executions { .. } => "",
        };
        Some((front.id, sql))
    }

    /// What the server is at, by its number, when nobody waits for it.
    pub(crate) fn front_abandoned(&self) -> Option<u64> {
        let mut queue = self.queue.iter();
        let front = queue.find(|pending| !matches!(pending.stage, Stage::Opening(_)))?;
        // What waits until more is asked of it, and a question of our own, are nobody's to give up.
        let ours = matches!(
            front.stage,
            Stage::Probe
                | Stage::Opened
                | Stage::Portal {
                    flow: Flow::Suspended,
                    ..
                }
        );
        (front.request.is_none() && !ours).then_some(front.id)
    }

    /// A cancel request goes out while others wait behind what it is meant for: should it come too
    /// late and hit one of them, that is run again where it can be.
    pub(crate) fn expose(&mut self) {
        for pending in &mut self.queue {
            pending.exposed = true;
        }
    }

    /// Begins to drain: nothing new is written until [`Conversation::release`].
    pub(crate) fn drain(&mut self) {
        self.draining = true;
        self.held.get_or_insert_default();
    }

    /// Whether it is draining.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining
    }

    /// Whether requests are held back, to drain for a portal or for a COPY.
    #[inline]
    pub(crate) fn is_holding(&self) -> bool {
        self.held.is_some()
    }

    /// Whether what comes now cannot simply be written.
    pub(super) fn is_blocked(&self) -> bool {
        self.is_copying() || self.is_streaming() || self.is_preparing() || self.openings.hold_back()
    }

    /// Ends draining, and writes what was held back: all, or as far as a portal or a COPY that waits
    /// until all before it is answered, and a COPY that all behind it wait for.
    pub(crate) fn release(&mut self, out: &mut BytesMut, finished: &mut Vec<Finished<R>>) {
        self.draining = false;
        let mut held = self.held.take().unwrap_or_default();
        while !self.is_copying()
            && !self.is_preparing()
            && !self.openings.is_written()
            && let Some(next) = held.front()
            && (!next.form.is_alone() || self.queue.is_empty())
            && let Some(next) = held.pop_front()
        {
            if self.openings.is_unbegun() {
                self.end_unbegun(next, finished);
                continue;
            }
            if next.form == Form::Unwinding && self.status == TransactionStatus::Idle {
                finish(Some(next.request), Ok(()), finished);
                continue;
            }
            match self.write_next(next, out) {
                Ok(Some(waiting)) => held.push_front(waiting),
                Ok(None) => {}
                Err(refused) => settle(Err(refused), finished),
            }
        }
        if !held.is_empty() || self.is_blocked() {
            self.held = Some(held);
        }
    }

    pub(super) fn write_as(&mut self, held: Held<R>, out: &mut BytesMut) -> Result<(), Refused<R>> {
        let Held {
            id,
            sql,
            form,
            request,
        } = held;
        match form {
            Form::Statement => self.write(id, &sql, request, out),
            Form::Ordered => {
                let before = self.set_ordered(true);
                let written = self.write(id, &sql, request, out);
                self.set_ordered(before);
                written
            }
            Form::Fresh => self.prepare(id, 0, &sql, request, out),
            Form::Script | Form::Unwinding => {
                let stage = Stage::Script(sql.clone());
                self.write_simple(id, &sql, request, stage, out)
            }
            Form::Copy => self.write_copy(id, &sql, request, out),
            Form::Executions => {
                self.begin_executions(id, sql, request, out);
                Ok(())
            }
            Form::Portal => self.write_portal(id, &sql, request, out),
            Form::More(portal, rows) => self.write_more(id, portal, rows, request, out),
        }
    }

    /// A statement that was cancelled in another's place runs once more, where that cannot be
    /// told from running it once: outside a transaction it has had no effect, unless it is one
    /// that commits by itself. It can be hit once more for each cancel request that is sent.
    pub(super) fn run_again(
        &mut self,
        id: u64,
        stage: Stage<R::Layout>,
        request: Option<R>,
        error: R::Error,
        out: &mut BytesMut,
        finished: &mut Vec<Finished<R>>,
    ) {
        let written = match (stage, request) {
            (Stage::Prepare(preparation), Some(request)) => {
                self.prepare(id, preparation.attempt, &preparation.sql, request, out)
            }
            (Stage::Execute { statement, attempt }, Some(request))
                if is_atomic(&statement.sql) && request.is_untouched() =>
            {
                self.execute(id, attempt, statement, request, out)
            }
            (_, request) => return self.failed(id, request, error, finished),
        };
        settle(written, finished);
    }
}

/// Whether a statement takes effect as a whole or not at all, whatever becomes of it: CALL and
/// VACUUM, for example, can commit in their midst.
pub(super) fn is_atomic(sql: &str) -> bool {
    let sql = sql.trim_start();
    let word = sql
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(sql.len());
    ["select", "insert", "update", "delete", "with", "values"]
        .iter()
        .any(|known| sql[..word].eq_ignore_ascii_case(known))
}

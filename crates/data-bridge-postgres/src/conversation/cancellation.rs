//! Requests that were given up, those that wait until the server has stopped them, and those that
//! were hit in another's place.

use bytes::BytesMut;

use super::{Conversation, finish, settle};
use crate::pending::Stage;
use crate::request::{Finished, Request};

/// A request that is not written yet.
pub(super) struct Held<R> {
    pub(super) id: u64,
    pub(super) sql: Box<str>,
    pub(super) script: bool,
    pub(super) request: R,
}

impl<R: Request> Conversation<R> {
    pub(super) fn hold(&mut self, id: u64, sql: &str, script: bool, request: R) {
        self.held.get_or_insert_default().push_back(Held {
            id,
            sql: sql.into(),
            script,
            request,
        });
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

    /// What the server is at, by its number, when nobody waits for it.
    pub(crate) fn front_abandoned(&self) -> Option<u64> {
        let front = self.queue.front()?;
        front.request.is_none().then_some(front.id)
    }

    /// A cancel request goes out while others wait behind what it is meant for: should it come too
    /// late and hit one of them, that is run again where it can be.
    pub(crate) fn expose(&mut self) {
        self.exposed = self.next_id;
    }

    /// Begins to drain: nothing new is written until [`Conversation::release`].
    pub(crate) fn drain(&mut self) {
        self.held.get_or_insert_default();
    }

    /// Whether it is draining.
    pub(crate) fn is_draining(&self) -> bool {
        self.held.is_some()
    }

    /// Writes what was held back.
    pub(crate) fn release(&mut self, out: &mut BytesMut, finished: &mut Vec<Finished<R>>) {
        for Held {
            id,
            sql,
            script,
            request,
        } in self.held.take().into_iter().flatten()
        {
            let written = if script {
                self.write_script(id, &sql, request, out)
            } else {
                self.write(id, &sql, request, out)
            };
            settle(written, finished);
        }
    }

    /// A statement that was cancelled in another's place runs once more, where that cannot be
    /// told from running it once: outside a transaction it has had no effect, unless it is one
    /// that commits by itself.
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
                self.prepare(id, &preparation.sql, request, out)
            }
            (
                Stage::Execute {
                    statement,
                    fresh: false,
                },
                Some(request),
            ) if is_atomic(&statement.sql) && request.is_untouched() => {
                self.execute(id, true, statement, request, out)
            }
            (_, request) => return finish(request, Err(error), finished),
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

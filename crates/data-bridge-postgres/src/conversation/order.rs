//! Requests in the order of asking. A statement that must be prepared first is executed when that
//! is answered: what was asked for behind it must not be written before.

use bytes::BytesMut;

use super::{Conversation, Refused};
use crate::pending::Stage;
use crate::request::Request;

impl<R: Request> Conversation<R> {
    /// Says whether what is asked for from now on keeps its place; gives what was said before.
    pub(crate) fn set_ordered(&mut self, ordered: bool) -> bool {
        std::mem::replace(&mut self.ordered, ordered)
    }

    /// Prepares the statement of a request before it is executed; all behind it waits for that, if
    /// it is to keep its place.
    #[cold]
    pub(super) fn prepare_first(
        &mut self,
        id: u64,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        self.prepare(id, 0, sql, request, out)?;
        if self.ordered {
            self.barrier = Some(id);
            self.held.get_or_insert_default();
        }
        Ok(())
    }

    /// Whether a statement is being prepared that all behind it waits for.
    pub(super) fn is_preparing(&self) -> bool {
        self.barrier.is_some_and(|id| {
            self.queue.iter().any(|pending| {
                let unprepared = matches!(pending.stage, Stage::Prepare(_) | Stage::Introspect(_));
                pending.id == id && unprepared
            })
        })
    }
}

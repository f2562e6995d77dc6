//! COPY: data in or out, with the connection to itself.
//!
//! It is asked for in the simple protocol, where one answer ends it whatever happens: in the
//! extended one the server may have swallowed the Sync that was written along, or not.

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use super::cancellation::Form;
use super::{Conversation, Refused, malformed};
use crate::error::Error;
use crate::pending::{Direction, Stage};
use crate::request::Request;

/// Where a COPY stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// It has not begun, or all of its data is written and the server's last word is to come.
    Waiting,
    /// It takes data.
    In {
        /// Whether more can be written now.
        room: bool,
    },
    /// It gives data.
    Out,
    /// It has ended, or was given up.
    Over,
}

impl<R: Request> Conversation<R> {
    /// Asks for a COPY: written once all before it is answered; all behind it waits for its end.
    pub(crate) fn copy(
        &mut self,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<u64, Refused<R>> {
        let id = self.take_id();
        if self.held.is_some() || !self.queue.is_empty() {
            self.hold(id, sql, Form::Copy, request, out)?;
        } else {
            self.write_copy(id, sql, request, out)?;
            self.held.get_or_insert_default();
        }
        Ok(id)
    }

    /// Prepares a statement anew, whatever is known of it, and executes it as its request says.
    pub(crate) fn submit_fresh(
        &mut self,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<u64, Refused<R>> {
        let id = self.take_id();
        if self.held.is_some() {
            self.hold(id, sql, Form::Fresh, request, out)?;
        } else {
            self.prepare(id, 0, sql, request, out)?;
        }
        Ok(id)
    }

    pub(super) fn write_copy(
        &mut self,
        id: u64,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        let stage = Stage::Copy {
            sql: sql.into(),
            direction: None,
        };
        self.write_simple(id, sql, request, stage, out)
    }

    /// Whether the server is at a COPY, or will be next; or at executions, which are alike.
    pub(super) fn is_copying(&self) -> bool {
        let back = self.queue.back();
        back.is_some_and(|pending| {
            matches!(pending.stage, Stage::Copy { .. } | Stage::Executions { .. })
        })
    }

    /// Where a COPY stands, when there is `room` for what it takes.
    pub(crate) fn copy_state(&self, id: u64, room: bool) -> CopyState {
        if let Some(pending) = self.queue.front()
            && pending.id == id
        {
            return match &pending.stage {
                _ if pending.request.is_none() => CopyState::Over,
                // What goes wrong ends it; only the server's last word is still to come.
                _ if pending.error.is_some() => CopyState::Waiting,
                Stage::Copy { direction, .. } => match direction {
                    Some(Direction::In) => CopyState::In { room },
                    Some(Direction::Out) => CopyState::Out,
                    Some(Direction::Ended) | None => CopyState::Waiting,
                },
                Stage::Executions { ended: false, .. } => CopyState::In { room },
                Stage::Executions { ended: true, .. } => CopyState::Waiting,
                _ => CopyState::Over,
            };
        }
        if self.held.iter().flatten().any(|held| held.id == id) {
            CopyState::Waiting
        } else {
            CopyState::Over
        }
    }

    /// Ends the data of a COPY in; with a reason, the server forgets what it got of it.
    pub(crate) fn end_copy_in(&mut self, id: u64, reason: Option<&str>, out: &mut BytesMut) {
        let Some(pending) = self.queue.front_mut() else {
            return;
        };
        if pending.id == id && matches!(pending.stage, Stage::Executions { .. }) {
            return self.end_executions(reason, out);
        }
        if pending.id == id
            && let Stage::Copy { direction, .. } = &mut pending.stage
            && *direction == Some(Direction::In)
        {
            *direction = Some(Direction::Ended);
            match reason {
                // Reasons are ours, and hold no NUL.
                Some(reason) => drop(frontend::copy_fail(reason, out)),
                None => frontend::copy_done(out),
            }
        }
    }

    /// Whether whom the server is answering wants no more for now.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        let request = self.queue.front().and_then(|p| p.request.as_ref());
        request.is_some_and(Request::is_full)
    }

    pub(super) fn copy_data(&mut self, data: &[u8]) {
        if let Some(pending) = self.queue.front_mut()
            && let (Stage::Copy { .. }, Some(request)) = (&pending.stage, &mut pending.request)
        {
            request.copy_data(data);
        }
    }

    pub(super) fn copy_in_response(&mut self, out: &mut BytesMut) -> Result<(), Error> {
        let Some(pending) = self.queue.front_mut() else {
            return Err(Error::protocol("a COPY that nobody started"));
        };
        if let Stage::Copy { direction, .. } = &mut pending.stage
            && direction.is_none()
            && pending.request.is_some()
        {
            *direction = Some(Direction::In);
            return Ok(());
        }
        // The server waits for data that will not come: tell it so, or it waits for ever.
        frontend::copy_fail("COPY FROM STDIN needs data, and a statement has none", out)
            .map_err(malformed)?;
        // While it copies, the server ignores the Sync that was already sent.
        if matches!(pending.stage, Stage::Execute { .. }) {
            frontend::sync(out);
        }
        Ok(())
    }

    pub(super) fn copy_out_response(&mut self, out: &mut BytesMut) {
        if let Some(pending) = self.queue.front_mut()
            && let Stage::Copy { direction, .. } = &mut pending.stage
        {
            *direction = Some(Direction::Out);
            return;
        }
        self.set_error(Error::Config(
            "COPY TO STDOUT gives no rows to a statement: copy_from_table and copy_from_query do; \
             its data was dropped"
                .to_owned(),
        ));
        self.end_executions(Some("it gives no rows"), out);
    }
}

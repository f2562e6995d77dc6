//! COPY on a connection: who has data writes it while there is room, who wants data takes it.

use std::mem;

use bytes::BytesMut;

use super::Connection;
use crate::conversation::{CopyState, Refused};
use crate::copy_data;
use crate::error::Error;
use crate::request::Request;

/// How much may wait to be written before there is no room for more: as much as the socket takes
/// at once, so that the server always finds some.
const ROOM: usize = 128 * 1024;

/// A buffer of messages is given back when it has grown beyond this.
const MESSAGES_KEPT: usize = 1024 * 1024;

impl<R: Request> Connection<R> {
    /// Queues a COPY, which begins when all before it is answered, and which all behind it waits
    /// for. What it gives goes to the request's `copy_data`.
    ///
    /// # Errors
    /// As [`Connection::submit`].
    pub fn copy(&mut self, sql: &str, request: R) -> Result<u64, Refused<R>> {
        let request = self.unless_closed(request)?;
        self.conversation.copy(sql, request, &mut self.outbox)
    }

    /// Queues executions of a statement, as a COPY is queued: they are then written as a COPY's
    /// data, in pieces that [`crate::Executions`] makes.
    ///
    /// # Errors
    /// As [`Connection::submit`].
    pub fn executions(&mut self, sql: &str, request: R) -> Result<u64, Refused<R>> {
        let request = self.unless_closed(request)?;
        self.conversation.executions(sql, request, &mut self.outbox)
    }

    /// Queues a statement that is prepared anew, whatever is known of it: its description is then
    /// the one of this moment.
    ///
    /// # Errors
    /// As [`Connection::submit`].
    pub fn submit_fresh(&mut self, sql: &str, request: R) -> Result<u64, Refused<R>> {
        let request = self.unless_closed(request)?;
        self.conversation
            .submit_fresh(sql, request, &mut self.outbox)
    }

    /// Where a COPY stands, by its number.
    #[must_use]
    pub fn copy_state(&self, id: u64) -> CopyState {
        self.conversation.copy_state(id, self.outbox.len() < ROOM)
    }

    /// Queues data of a COPY that takes some, however much there is room for; what comes when it
    /// does not is dropped. [`Connection::flush`] sends it.
    ///
    /// # Errors
    /// When it is more than a message holds.
    pub fn copy_write(&mut self, id: u64, data: &[u8]) -> Result<(), Error> {
        if !matches!(self.copy_state(id), CopyState::In { .. }) {
            return Ok(());
        }
        copy_data::write(data, &mut self.outbox)
    }

    /// Queues messages of a COPY, or of executions, as [`Connection::copy_write`] queues data, and
    /// leaves an empty buffer for the next ones.
    pub fn copy_messages(&mut self, id: u64, messages: &mut BytesMut) {
        if matches!(self.copy_state(id), CopyState::In { .. }) {
            if self.outbox.is_empty() {
                // As a rule all before them is written: they need not be copied.
                mem::swap(&mut self.outbox, messages);
            } else {
                self.outbox.extend_from_slice(messages);
            }
        }
        messages.clear();
        if messages.capacity() > MESSAGES_KEPT {
            *messages = BytesMut::new();
        }
    }

    /// Says that the data of a COPY is whole.
    pub fn copy_done(&mut self, id: u64) {
        self.conversation.end_copy_in(id, None, &mut self.outbox);
    }

    /// Has the server forget what it got of a COPY; it answers with an error.
    pub fn copy_fail(&mut self, id: u64, reason: &str) {
        self.conversation
            .end_copy_in(id, Some(reason), &mut self.outbox);
    }

    /// Whether whom the server is answering wants no more for now: nothing is read then.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.conversation.is_full()
    }

    /// Whether there may be something to read that the socket does not show: it was taken in, or
    /// TLS has decrypted it.
    #[must_use]
    pub fn has_unread(&self) -> bool {
        self.inbox.has_hidden() || self.socket.has_unread()
    }

    /// Who gave a COPY up gives it no more data.
    pub(super) fn abort_copy_in(&mut self, id: u64) {
        self.copy_fail(id, "the client has given it up");
    }
}

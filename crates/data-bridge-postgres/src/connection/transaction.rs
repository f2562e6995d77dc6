//! The begin of a transaction, and the end of one that nobody waits for.

use super::Connection;
use crate::conversation::{OpeningState, Refused};
use crate::error::Error;
use crate::request::Request;

impl<R: Request> Connection<R> {
    /// Opens a transaction, or a savepoint inside one, by a statement that is sent along with the
    /// first one inside; gives a number to ask by what became of it.
    ///
    /// # Errors
    /// When the connection is closed, or a cursor has it to itself.
    pub fn open(&mut self, sql: &str) -> Result<u64, Error> {
        match &self.closed {
            Some(error) => Err(error.clone()),
            None => self.conversation.open(sql),
        }
    }

    /// What became of an opening, at its end.
    pub fn settle_opening(&mut self, number: u64) -> OpeningState {
        self.conversation.settle_opening(number)
    }

    /// Has a transaction, or a savepoint, rolled back by a statement that is sent once all before
    /// it is answered, and only if there is still a transaction: a COMMIT that somebody gave up
    /// may have ended it.
    ///
    /// # Errors
    /// As [`Connection::submit`].
    pub fn unwind(&mut self, sql: &str, request: R) -> Result<u64, Refused<R>> {
        let request = self.unless_closed(request)?;
        self.conversation.unwind(sql, request, &mut self.outbox)
    }
}

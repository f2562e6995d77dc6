//! Portals on a connection: rows in portions, each asked for by a request of its own.

use super::Connection;
use crate::conversation::Refused;
use crate::request::Request;

impl<R: Request> Connection<R> {
    /// Queues a statement whose rows come in portions, the first of at most so many; gives the
    /// number of the request, which is the portal's, too. Fewer rows than that are the last ones.
    ///
    /// Outside a transaction nothing else can be asked of the connection until the portal has
    /// ended or is closed.
    ///
    /// # Errors
    /// As [`Connection::submit`], and when another portal has the connection to itself.
    pub fn portal(&mut self, sql: &str, rows: u32, request: R) -> Result<u64, Refused<R>> {
        let request = self.unless_closed(request)?;
        self.conversation
            .portal(sql, rows, request, &mut self.outbox)
    }

    /// Queues a request for the next rows of a portal, whose number this is.
    ///
    /// # Errors
    /// As [`Connection::submit`], and when the portal is closed, or at other rows.
    pub fn more(&mut self, portal: u64, rows: u32, request: R) -> Result<u64, Refused<R>> {
        let request = self.unless_closed(request)?;
        self.conversation
            .more(portal, rows, request, &mut self.outbox)
    }

    /// Closes a portal, of whatever state; `closer`, where one is given, is answered when that has
    /// been done. [`Connection::flush`] sends it.
    ///
    /// Gives the closer's number, when there is something to wait for, and a request that will
    /// not be answered: one for rows that do not come any more, or else the closer.
    pub fn close_portal(&mut self, portal: u64, closer: Option<R>) -> (Option<u64>, Option<R>) {
        self.conversation
            .close_portal(portal, closer, &mut self.outbox)
    }

    /// The numbers of the portals that are open, or about to be.
    #[must_use]
    pub fn portals(&self) -> Vec<u64> {
        self.conversation.portals()
    }

    /// Whether the server is ending a portal: nobody may wait for that, and still it is soon done.
    #[must_use]
    pub fn is_ending_portal(&self) -> bool {
        self.conversation.is_ending_portal()
    }
}

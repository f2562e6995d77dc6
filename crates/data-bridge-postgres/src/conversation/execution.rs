//! Statements that are prepared, and how they are executed.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use super::{Conversation, Refused, pooler, refused};
use crate::pending::Stage;
use crate::request::{Binder, Request};
use crate::statement::Statement;

/// Bind of the unnamed statement to the unnamed portal, without parameters, for text.
const BIND_NOTHING: &[u8] = b"B\0\0\0\x0c\0\0\0\0\0\0\0\0";

/// Writes what executes a statement of our own, which takes no parameters: all but the Sync.
pub(super) fn write_command(sql: &str, out: &mut BytesMut) -> io::Result<()> {
    frontend::parse("", sql, [], out)?;
    out.extend_from_slice(BIND_NOTHING);
    frontend::execute("", 0, out)
}

impl<R: Request> Conversation<R> {
    #[inline]
    pub(super) fn execute(
        &mut self,
        id: u64,
        attempt: u8,
        statement: Arc<Statement<R::Layout>>,
        mut request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        let start = out.len();
        if !statement.is_named()
            && let Err(error) = pooler::parse_along(&statement, out)
        {
            out.truncate(start);
            return Err(refused(request, &error));
        }
        let first = out.len();
        let mut binder = Binder::new(&statement, out);
        if let Err(error) = request.bind(&statement, &mut binder) {
            out.truncate(start);
            return Err(Refused { request, error });
        }
        // Nothing executed (no rows given to an executemany) completes nothing.
        let completed = out.len() == first;
        out.extend_from_slice(b"S\0\0\0\x04");
        self.push(id, Some(request), Stage::Execute { statement, attempt });
        if let Some(pending) = self.queue.back_mut() {
            pending.completed = completed;
        }
        Ok(())
    }
}

//! The simple protocol: a text of any number of statements, whose rows are not wanted.

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use super::cancellation::Form;
use super::{Conversation, Refused, refused};
use crate::pending::Stage;
use crate::request::Request;
use crate::session;

impl<R: Request> Conversation<R> {
    /// Writes a text of any number of statements, for the simple protocol.
    pub(crate) fn script(
        &mut self,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<u64, Refused<R>> {
        let id = self.take_id();
        if self.held.is_some() {
            self.hold(id, sql, Form::Script, request, out)?;
        } else {
            self.write_simple(id, sql, request, Stage::Script(sql.into()), out)?;
        }
        Ok(id)
    }

    pub(super) fn write_simple(
        &mut self,
        id: u64,
        sql: &str,
        request: R,
        stage: Stage<R::Layout>,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        self.session_changed |= session::changed_by_statement(sql);
        let start = out.len();
        if let Err(error) = frontend::query(sql, out) {
            out.truncate(start);
            return Err(refused(request, &error));
        }
        self.push(id, Some(request), stage);
        Ok(())
    }
}

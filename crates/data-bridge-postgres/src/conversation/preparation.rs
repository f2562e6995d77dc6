//! Statements on their way to being prepared, and those that are so no longer.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::{backend, frontend};

use super::message::malformed;
use super::{Conversation, Refused, refused, settle};
use crate::error::{Error, ServerError};
use crate::introspection;
use crate::pending::{Pending, Preparation, Stage};
use crate::request::{Finished, Request};
use crate::session;
use crate::statement::{Column, Statement};

impl<R: Request> Conversation<R> {
    pub(super) fn prepare(
        &mut self,
        id: u64,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        self.session_changed |= session::changed_by_statement(sql);
        let start = out.len();
        let name = self.statements.next_name();
        let written = frontend::parse(&name, sql, [], out)
            .and_then(|()| frontend::describe(b'S', &name, out));
        if let Err(error) = written {
            out.truncate(start);
            return Err(refused(request, &error));
        }
        frontend::sync(out);
        let preparation = Preparation {
            sql: sql.into(),
            name,
            parameters: Vec::new(),
            columns: Vec::new(),
        };
        self.push(id, Some(request), Stage::Prepare(Box::new(preparation)));
        Ok(())
    }

    pub(super) fn parameter_description(
        &mut self,
        body: &backend::ParameterDescriptionBody,
    ) -> Result<(), Error> {
        let Some(preparation) = preparation(&mut self.queue) else {
            return Err(Error::protocol("a description that nobody asked for"));
        };
        let types = &self.types;
        let parameters = body.parameters().map(|oid| Ok(types.describe(oid)));
        preparation.parameters = parameters.collect().map_err(malformed)?;
        Ok(())
    }

    pub(super) fn row_description(
        &mut self,
        body: &backend::RowDescriptionBody,
    ) -> Result<(), Error> {
        // The rows of the introspection and of a script describe themselves; we know, or do not care.
        let Some(preparation) = preparation(&mut self.queue) else {
            return Ok(());
        };
        let types = &self.types;
        let columns = body.fields().map(|field| {
            Ok(Column {
                name: field.name().to_owned(),
                data_type: types.describe(field.type_oid()),
            })
        });
        preparation.columns = columns.collect().map_err(malformed)?;
        Ok(())
    }

    pub(super) fn prepared(
        &mut self,
        id: u64,
        mut preparation: Box<Preparation>,
        request: Option<R>,
        out: &mut BytesMut,
        finished: &mut Vec<Finished<R>>,
    ) {
        let unknown = self.types.missing(preparation.types());
        if unknown.is_empty() {
            return self.introspected(id, *preparation, request, out, finished);
        }
        if request.is_none() {
            // Nobody wants to know any more.
            return close_statement(&preparation.name, out);
        }
        introspection::query(&unknown, out);
        self.push(id, request, Stage::Introspect(preparation));
    }

    pub(super) fn introspected(
        &mut self,
        id: u64,
        mut preparation: Preparation,
        request: Option<R>,
        out: &mut BytesMut,
        finished: &mut Vec<Finished<R>>,
    ) {
        for unknown in preparation.types().filter(|known| known.codec.is_none()) {
            *unknown = self.types.describe(unknown.oid);
        }
        let Preparation {
            sql,
            name,
            parameters,
            columns,
        } = preparation;
        let statement = Arc::new(Statement::new(sql.clone(), name, parameters, columns));
        let left = self.statements.insert(sql, Arc::clone(&statement));
        if let Some(request) = request {
            settle(self.start(id, statement, request, out), finished);
        }
        // Last, since it may be this very statement.
        if let Some(left) = left {
            close_statement(&left.name, out);
        }
    }

    /// A statement was prepared before the schema changed, or the session lost it: whoever asks
    /// next has it prepared anew.
    pub(super) fn forget(&mut self, statement: &Statement<R::Layout>, out: &mut BytesMut) {
        self.statements.remove(&statement.sql);
        close_statement(&statement.name, out);
    }
}

/// The statement that the server is describing, if it is.
fn preparation<R: Request>(queue: &mut VecDeque<Pending<R>>) -> Option<&mut Preparation> {
    match &mut queue.front_mut()?.stage {
        Stage::Prepare(preparation) => Some(preparation),
        _ => None,
    }
}

/// The errors that a statement gets which was prepared for what is no longer so: its plan would
/// give other columns (0A000, told apart by who said it: the words are translated), a type of its
/// parameters is gone (an internal error, in these words only), or the session does not know it.
pub(super) fn is_stale(error: &ServerError) -> bool {
    match error.sqlstate.as_str() {
        "26000" => true,
        "0A000" => error.routine.as_deref() == Some("RevalidateCachedQuery"),
        "XX000" => error.message.starts_with("cache lookup failed for type"),
        _ => false,
    }
}

/// Close goes along with the next request's Sync: its answer changes nothing.
fn close_statement(name: &str, out: &mut BytesMut) {
    // The name is ours and holds no NUL.
    let _ = frontend::close(b'S', name, out);
}

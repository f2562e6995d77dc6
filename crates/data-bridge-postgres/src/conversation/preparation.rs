//! Statements on their way to being prepared, and those that are so no longer.

use std::collections::VecDeque;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::{backend, frontend};

use super::message::malformed;
use super::{Conversation, Refused, finish, refused, settle};
use crate::error::Error;
use crate::introspection::{self, Answer};
use crate::pending::{Pending, Preparation, Stage};
use crate::request::{Finished, Request};
use crate::session;
use crate::statement::cache::{Kept, Pin};
use crate::statement::{Column, Statement};

/// The bytes of the longest description that can be counted: the server lists all parameters, and
/// counts them in 16 bits.
pub(super) const MOST_DESCRIBED: usize = 2 + 4 * 0xFFFF;

/// What a statement ends with that has more of them; the connection is well.
#[cold]
pub(super) fn too_many_parameters() -> Error {
    Error::Config(
        "the statement has more than 65535 parameters, the most that PostgreSQL can take: pass \
         arrays ($1::int4[]), or the rows to executemany or copy_records_to_table"
            .to_owned(),
    )
}

impl<R: Request> Conversation<R> {
    pub(super) fn prepare(
        &mut self,
        id: u64,
        attempt: u8,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        self.ask_keeper(out);
        for left in self.statements.unpin_dropped() {
            self.close_statement(&left.name);
        }
        out.extend_from_slice(&self.closing);
        self.closing.clear();
        self.session_changed |= session::changed_by_statement(sql);
        let start = out.len();
        let name = self.name(sql);
        let written = frontend::parse(&name, &self.worded(sql, &name), [], out)
            .and_then(|()| frontend::describe(b'S', &name, out));
        if let Err(error) = written {
            out.truncate(start);
            return Err(refused(request, &error));
        }
        frontend::sync(out);
        let preparation = Preparation {
            sql: sql.into(),
            attempt,
            name,
            parameters: Vec::new(),
            columns: Vec::new(),
            answer: Answer::default(),
        };
        self.push(id, Some(request), Stage::Prepare(Box::new(preparation)));
        Ok(())
    }

    pub(super) fn parameter_description(
        &mut self,
        body: &backend::ParameterDescriptionBody,
    ) -> Result<(), Error> {
        let Some(preparation) = preparation(&mut self.queue) else {
            return match self.queue.front().map(|pending| &pending.stage) {
                // Parsed along with its execution: its types were said.
                Some(Stage::Execute { statement, .. } | Stage::Portal { statement, .. })
                    if !statement.is_named() =>
                {
                    Ok(())
                }
                _ => Err(Error::protocol("a description that nobody asked for")),
            };
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
        let types = &self.types;
        let columns = body.fields().map(|field| {
            Ok(Column {
                name: field.name().to_owned(),
                data_type: types.describe(field.type_oid()),
            })
        });
        let columns: Vec<Column> = columns.collect().map_err(malformed)?;
        if let Some(preparation) = preparation(&mut self.queue) {
            preparation.columns = columns;
        } else {
            self.columns_again(columns);
        }
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
        let types = preparation.types().map(|known| known.oid);
        let unknown = self.types.missing(types);
        if unknown.is_empty() {
            return self.described(id, *preparation, request, out, finished);
        }
        if request.is_none() {
            // Nobody wants to know any more.
            return self.close_statement(&preparation.name);
        }
        introspection::query(&unknown, self.has_multiranges(), out);
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
        let answer = std::mem::take(&mut preparation.answer);
        self.types.learn(answer.into_facts());
        for described in preparation.types() {
            *described = self.types.describe(described.oid);
        }
        self.described(id, preparation, request, out, finished);
    }

    fn described(
        &mut self,
        id: u64,
        preparation: Preparation,
        request: Option<R>,
        out: &mut BytesMut,
        finished: &mut Vec<Finished<R>>,
    ) {
        let Preparation {
            sql,
            attempt,
            name,
            parameters,
            columns,
            answer: _,
        } = preparation;
        let name = if self.keeper.is_nobody() {
            String::new()
        } else {
            name
        };
        let prepared = Statement::new(sql, name, parameters, columns);
        let Kept { statement, left } = self.statements.insert(prepared);
        if let Some(mut request) = request {
            if let Some(outcome) = request.describe(&statement) {
                finish(Some(request), outcome, finished);
            } else {
                let attempt = attempt + 1;
                settle(self.start(id, attempt, statement, request, out), finished);
            }
        }
        if let Some(left) = left {
            self.close_statement(&left.name);
        }
    }

    /// A statement was prepared before the schema changed, or the session lost it: whoever asks
    /// next has it prepared anew. False when it was not kept (any more).
    pub(super) fn forget(&mut self, statement: &Statement<R::Layout>) -> bool {
        let kept = self.statements.remove(statement);
        if kept {
            self.close_statement(&statement.name);
        }
        kept
    }
}

impl<R: Request> Conversation<R> {
    pub(crate) fn pin(&mut self, sql: &str) -> Pin {
        self.statements.pin(sql)
    }

    /// Has the server let a statement go, along with the next one that is prepared. (Sent by
    /// itself, without a Sync, it would make a pooler keep a session for what is to follow.)
    pub(super) fn close_statement(&mut self, name: &str) {
        if !name.is_empty() {
            // The name is ours and holds no NUL.
            let _ = frontend::close(b'S', name, &mut self.closing);
        }
    }
}

/// The statement that the server is describing, if it is.
fn preparation<R: Request>(queue: &mut VecDeque<Pending<R>>) -> Option<&mut Preparation> {
    match &mut queue.front_mut()?.stage {
        Stage::Prepare(preparation) => Some(preparation),
        _ => None,
    }
}

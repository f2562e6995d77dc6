//! The conversation with the server: which request each message answers.
//!
//! Nothing here touches a socket. Requests are written to a buffer and messages come as slices,
//! so every turn it can take is tested without a server.

mod cancellation;
mod copy;
mod event;
mod execution;
mod executions;
mod message;
mod opening;
mod order;
mod pooler;
mod portal;
mod preparation;
mod script;
mod staleness;
#[cfg(test)]
mod tests;
mod types;

use std::collections::{HashMap, VecDeque};

use bytes::BytesMut;
use postgres_protocol::message::backend;

use self::cancellation::{Form, Held};
pub use self::copy::CopyState;
use self::message::{malformed, parse};
pub(crate) use self::opening::Opening;
pub use self::opening::OpeningState;
use self::opening::Openings;
use self::pooler::Keeper;
use self::portal::Portal;
use self::preparation::{MOST_DESCRIBED, too_many_parameters};
use crate::catalogue::Catalogue;
use crate::error::{Error, ServerError};
use crate::event::Event;
use crate::pending::{Pending, Stage};
use crate::read_buffer::Message;
use crate::request::{Finished, Request};
use crate::row::DataRow;
use crate::session::{self, Effect};
use crate::statement::cache::{CacheLimits, StatementCache, StatementNames};
use crate::type_registry::TypeRegistry;

/// Whether a session is in a transaction, as `ReadyForQuery` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    /// Not in a transaction.
    Idle,
    /// In a transaction.
    InTransaction,
    /// In a transaction that has failed; only its end is accepted.
    Failed,
}

/// A request that was refused before anything of it was written.
pub struct Refused<R: Request> {
    /// The request, as it was given.
    pub request: R,
    /// Why.
    pub error: R::Error,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Conversation<R: Request> {
    queue: VecDeque<Pending<R>>,
    statements: StatementCache<R::Layout>,
    names: StatementNames,
    keeper: Keeper,
    /// What has the server let go of statements, to be written in front of the next one.
    closing: BytesMut,
    /// Whether a pooler keeps texts that are outdated, so that others must be prepared.
    rewording: bool,
    types: TypeRegistry,
    parameters: HashMap<String, String>,
    status: TransactionStatus,
    next_id: u64,
    /// How many of the queue still have a caller.
    live: usize,
    /// While what is in flight is being cancelled, or a portal or a COPY has the connection to
    /// itself: the requests that came since then.
    held: Option<VecDeque<Held<R>>>,
    /// Whether what is in flight is being cancelled.
    draining: bool,
    /// Whether what is asked for now keeps its place before what is asked for behind it.
    ordered: bool,
    /// The last request that all behind it wait for until its statement is prepared.
    barrier: Option<u64>,
    /// The portals that are open, or about to be.
    portals: Vec<Portal<R::Layout>>,
    openings: Openings,
    /// Notices and notifications that nobody has taken yet.
    events: VecDeque<Event>,
    /// The last error that the server sent as fatal: what a closed socket then means.
    farewell: Option<ServerError>,
    /// Whether a command has left something behind in the session.
    session_changed: bool,
}

impl<R: Request> Conversation<R> {
    pub(crate) fn new(
        limits: CacheLimits,
        names: StatementNames,
        backend: i32,
        parameters: HashMap<String, String>,
        catalogue: Catalogue,
    ) -> Self {
        Self {
            queue: VecDeque::new(),
            statements: StatementCache::new(limits),
            names,
            keeper: Keeper::of(backend),
            closing: BytesMut::new(),
            rewording: false,
            types: TypeRegistry::new(catalogue),
            parameters,
            status: TransactionStatus::Idle,
            next_id: 0,
            live: 0,
            held: None,
            draining: false,
            ordered: false,
            barrier: None,
            portals: Vec::new(),
            openings: Openings::default(),
            events: VecDeque::new(),
            farewell: None,
            session_changed: false,
        }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.queue.len() + self.held.as_ref().map_or(0, VecDeque::len)
    }

    /// Every request that somebody waits for.
    pub(crate) fn requests(&self) -> impl Iterator<Item = &R> {
        let written = self.queue.iter().filter_map(|p| p.request.as_ref());
        written.chain(self.held.iter().flatten().map(|held| &held.request))
    }

    #[inline]
    pub(crate) fn status(&self) -> TransactionStatus {
        if self.held.is_some() {
            return self.openings.status(self.status);
        }
        self.status
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    pub(crate) fn session_changed(&mut self) -> &mut bool {
        &mut self.session_changed
    }

    /// Whether the server has said that it ends the session.
    pub(crate) fn is_ending(&self) -> bool {
        self.farewell.is_some()
    }

    /// What a connection that ended means to those who wait.
    pub(crate) fn lost(&self, error: Error) -> Error {
        match &self.farewell {
            Some(farewell) => Error::Server(Box::new(farewell.clone())),
            None => error,
        }
    }

    /// Writes a request: at once when its statement is prepared, after a Parse otherwise.
    pub(crate) fn submit(
        &mut self,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<u64, Refused<R>> {
        let id = self.take_id();
        if self.held.is_some() {
            let form = if self.ordered {
                Form::Ordered
            } else {
                Form::Statement
            };
            self.hold(id, sql, form, request, out)?;
        } else {
            self.write(id, sql, request, out)?;
        }
        Ok(id)
    }

    #[inline]
    fn write(
        &mut self,
        id: u64,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        match self.statements.get(sql) {
            Some(statement) => {
                let prepared = statement.prepared;
                let written = self.execute(id, 0, statement, request, out);
                written.or_else(|refused| self.doubt(id, sql, prepared, refused, out))
            }
            None => self.prepare_first(id, sql, request, out),
        }
    }

    /// Ends every request, since the connection has ended.
    pub(crate) fn fail(&mut self, error: &Error, finished: &mut Vec<Finished<R>>) {
        self.live = 0;
        self.barrier = None;
        self.clear_types();
        self.portals.clear();
        self.openings.clear();
        for pending in self.queue.drain(..) {
            let error = pending.error.unwrap_or_else(|| error.clone().into());
            finish(pending.request, Err(error), finished);
        }
        for held in self.held.take().into_iter().flatten() {
            finish(Some(held.request), Err(error.clone().into()), finished);
        }
    }

    /// Takes one message of the server.
    ///
    /// # Errors
    /// Only for what leaves the conversation out of step; the connection must then be closed.
    #[inline]
    pub(crate) fn handle(
        &mut self,
        message: Message<'_>,
        out: &mut BytesMut,
        finished: &mut Vec<Finished<R>>,
    ) -> Result<(), Error> {
        match message.tag {
            backend::DATA_ROW_TAG => self.data_row(message.body),
            // BindComplete, CloseComplete, ParseComplete, NoData.
            b'2' | b'3' | b'1' | b'n' => Ok(()),
            backend::COMMAND_COMPLETE_TAG => self.command_complete(message.body, out),
            backend::READY_FOR_QUERY_TAG => self.ready(message.body, out, finished),
            // What was asked for at most is there, and there may be more.
            b's' => self.suspended(out, finished),
            _ => self.handle_rare(message, out),
        }
    }

    /// Takes what comes once for a statement at most: the loop over rows stays small without it.
    #[inline(never)]
    fn handle_rare(&mut self, message: Message<'_>, out: &mut BytesMut) -> Result<(), Error> {
        match message.tag {
            // EmptyQueryResponse.
            b'I' => self.command_complete(b"\0", out),
            backend::COPY_DATA_TAG => {
                self.copy_data(message.body);
                Ok(())
            }
            backend::NOTICE_RESPONSE_TAG | backend::NOTIFICATION_RESPONSE_TAG => {
                self.event(message)
            }
            backend::COPY_DONE_TAG => Ok(()),
            backend::PARAMETER_DESCRIPTION_TAG if message.body.len() > MOST_DESCRIBED => {
                self.set_error(too_many_parameters());
                Ok(())
            }
            backend::COPY_IN_RESPONSE_TAG => self.copy_in_response(out),
            backend::COPY_OUT_RESPONSE_TAG => {
                self.copy_out_response(out);
                Ok(())
            }
            _ => match parse(message)? {
                backend::Message::ErrorResponse(body) => {
                    let error = ServerError::parse(body.fields())?;
                    self.server_error(error, out)
                }
                backend::Message::ParameterStatus(body) => self.parameter_status(&body),
                backend::Message::ParameterDescription(body) => self.parameter_description(&body),
                backend::Message::RowDescription(body) => self.row_description(&body),
                _ => Err(Error::protocol(format!(
                    "an unexpected message {:?}",
                    char::from(message.tag)
                ))),
            },
        }
    }

    #[inline]
    fn data_row(&mut self, body: &[u8]) -> Result<(), Error> {
        let Some(pending) = self.queue.front_mut() else {
            return Err(Error::protocol("a row that nobody asked for"));
        };
        match &mut pending.stage {
            Stage::Execute { statement, .. } | Stage::Portal { statement, .. } => {
                let row = DataRow::parse(body)?;
                if let (Some(request), None) = (&mut pending.request, &pending.error)
                    && let Err(error) = request.row(statement, row)
                {
                    pending.error = Some(error);
                }
                Ok(())
            }
            Stage::Introspect(preparation) => preparation.answer.row(DataRow::parse(body)?),
            Stage::Script(_) | Stage::Copy { .. } | Stage::Executions { .. } => Ok(()),
            Stage::Probe => self.probed(DataRow::parse(body)?),
            Stage::Prepare(_) | Stage::Opening(_) | Stage::Opened => {
                Err(Error::protocol("a row while no statement is executed"))
            }
        }
    }

    fn command_complete(&mut self, body: &[u8], out: &mut BytesMut) -> Result<(), Error> {
        let Some(pending) = self.queue.front_mut() else {
            return Err(Error::protocol("a command ended that nobody gave"));
        };
        pending.completed = true;
        match &mut pending.stage {
            Stage::Introspect(_) => return Ok(()),
            Stage::Executions { .. } if executions::is_around(body) => return Ok(()),
            Stage::Opening(_) => {
                self.opened();
                return Ok(());
            }
            Stage::Portal { flow, .. } => portal::end(flow, out),
            _ => {}
        }
        if let Some(request) = &mut pending.request {
            request.command_complete(body.strip_suffix(b"\0").unwrap_or(body));
        }
        match session::effect(body) {
            Effect::None => {}
            Effect::Session => self.session_changed = true,
            Effect::Statements => self.redefined(),
        }
        Ok(())
    }

    fn server_error(&mut self, mut error: ServerError, out: &mut BytesMut) -> Result<(), Error> {
        if error.is_fatal() {
            self.farewell = Some(error.clone());
        }
        let opening = self.openings_failed(&error);
        match self.queue.front_mut() {
            Some(_) if opening.is_some() => {
                error.query = opening.map(Into::into);
                self.set_error(Error::Server(Box::new(error)));
                Ok(())
            }
            Some(pending) => {
                error.query = pending.stage.shown().map(str::to_owned);
                pending.stale = staleness::of(&error, &pending.stage);
                staleness::explain(&mut error, pending.stale, self.status);
                pending.hit = error.sqlstate == "57014" && pending.exposed;
                match &mut pending.stage {
                    Stage::Portal { flow, .. } => portal::end(flow, out),
                    Stage::Executions { ended, .. } => executions::end(ended, out),
                    _ => {}
                }
                self.set_error(Error::Server(Box::new(error)));
                Ok(())
            }
            // The server says goodbye to an idle session; the closed socket follows.
            None if error.is_fatal() => Ok(()),
            None => Err(Error::protocol(format!(
                "an error that answers nothing: {error}"
            ))),
        }
    }

    /// The first error of a request is the one it ends with.
    fn set_error(&mut self, error: Error) {
        if let Some(pending) = self.queue.front_mut()
            && pending.error.is_none()
        {
            pending.error = Some(error.into());
        }
    }

    fn ready(
        &mut self,
        body: &[u8],
        out: &mut BytesMut,
        finished: &mut Vec<Finished<R>>,
    ) -> Result<(), Error> {
        self.status = message::status(body)?;
        let Some(pending) = self.queue.pop_front() else {
            return Err(Error::protocol("an answer that nobody waits for"));
        };
        self.live -= usize::from(pending.request.is_some());
        let Pending {
            id,
            request,
            stage,
            error,
            stale,
            exposed: _,
            hit,
            completed,
        } = pending;
        let idle = self.status == TransactionStatus::Idle;
        match (stage, error) {
            (Stage::Probe, _) => self.probe_ended(),
            (Stage::Opening(_) | Stage::Opened, _) => {}
            (
                Stage::Portal {
                    statement, fresh, ..
                },
                error,
            ) => {
                let stale = stale.filter(|_| !fresh && idle);
                self.portal_ended(id, &statement, stale, request, error, out, finished);
            }
            (stage, Some(error)) if stale.is_some() => {
                self.renew(id, stale, stage, request, error, out, finished);
            }
            (stage, Some(error)) if hit && idle => {
                self.run_again(id, stage, request, error, out, finished);
            }
            (stage, Some(error)) => {
                self.reconsider(&stage).failed(id, request, error, finished);
            }
            (Stage::Prepare(preparation), None) => {
                self.prepared(id, preparation, request, out, finished);
            }
            (Stage::Introspect(preparation), None) => {
                self.introspected(id, *preparation, request, out, finished);
            }
            // A COPY swallows what was written behind it: what was not executed must not look done.
            (Stage::Execute { .. }, None) if !completed => {
                let error = Error::protocol("a statement was passed over by the server");
                finish(request, Err(error.clone().into()), finished);
                return Err(error);
            }
            (
                Stage::Execute { .. }
                | Stage::Script(_)
                | Stage::Copy { .. }
                | Stage::Executions { .. },
                None,
            ) => {
                finish(request, Ok(()), finished);
            }
        }
        Ok(())
    }

    fn push(&mut self, id: u64, request: Option<R>, stage: Stage<R::Layout>) {
        self.live += usize::from(request.is_some());
        self.queue.push_back(Pending {
            id,
            request,
            stage,
            error: None,
            stale: None,
            // A cancel request is perhaps under way, and what is written now, before its target.
            exposed: self.draining,
            hit: false,
            completed: false,
        });
    }

    fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

fn finish<R: Request>(
    request: Option<R>,
    outcome: Result<(), R::Error>,
    finished: &mut Vec<Finished<R>>,
) {
    if let Some(request) = request {
        finished.push(Finished { request, outcome });
    }
}

/// Ends a request that could not be written.
fn settle<R: Request>(written: Result<(), Refused<R>>, finished: &mut Vec<Finished<R>>) {
    if let Err(Refused { request, error }) = written {
        finish(Some(request), Err(error), finished);
    }
}

fn refused<R: Request>(request: R, error: &std::io::Error) -> Refused<R> {
    let error = Error::Config(format!("the SQL cannot be sent: {error}")).into();
    Refused { request, error }
}

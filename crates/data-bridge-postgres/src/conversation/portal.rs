//! Portals that give their rows in portions, so that a large result is never there as a whole.
//!
//! Outside a transaction a portal lives until the next Sync: so none is sent before it has ended,
//! and nothing else can be asked of the connection meanwhile. Inside one it lives on, and each
//! portion is a request among others.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{BufMut, BytesMut};
use postgres_protocol::message::frontend;

use super::cancellation::{Form, Held};
use super::{Conversation, Refused, TransactionStatus, finish, pooler, refused, settle};
use crate::error::Error;
use crate::pending::{Flow, Stage, Stale};
use crate::request::{Binder, Finished, Request};
use crate::statement::Statement;

/// The Execute of the unnamed portal, as a [`Binder`] writes it.
const EXECUTE_LENGTH: usize = 10;

/// A portal that is open, or about to be.
pub(super) struct Portal<L> {
    /// The number of its first request.
    id: u64,
    /// How many rows are asked for first.
    rows: u32,
    /// Whether it has the connection to itself.
    alone: bool,
    /// What it executes, once it is open.
    statement: Option<Arc<Statement<L>>>,
}

impl<R: Request> Conversation<R> {
    /// Opens a portal and asks for its first rows; gives its number.
    pub(crate) fn portal(
        &mut self,
        sql: &str,
        rows: u32,
        request: R,
        out: &mut BytesMut,
    ) -> Result<u64, Refused<R>> {
        let request = self.refuse_beside_portal(Form::Portal, request)?;
        let id = self.take_id();
        let inside = self.status == TransactionStatus::InTransaction;
        let alone = !inside && !self.openings.hold_back();
        self.portals.push(Portal {
            id,
            rows,
            alone,
            statement: None,
        });
        if self.held.is_some() || (alone && !self.queue.is_empty()) {
            // What the others still have to write would end it.
            if !alone {
                let held = self.hold(id, sql, Form::Portal, request, out);
                if held.is_err() {
                    self.forget_portal(id);
                }
                return held.map(|()| id);
            }
            self.held.get_or_insert_default().push_back(Held {
                id,
                sql: sql.into(),
                form: Form::Portal,
                request,
            });
        } else {
            self.write_portal(id, sql, request, out)?;
            if alone {
                self.held.get_or_insert_default();
            }
        }
        Ok(id)
    }

    /// Asks an open portal for more rows.
    pub(crate) fn more(
        &mut self,
        portal: u64,
        rows: u32,
        request: R,
        out: &mut BytesMut,
    ) -> Result<u64, Refused<R>> {
        let Some(open) = self.portals.iter().find(|open| open.id == portal) else {
            return Err(refuse(request, CLOSED));
        };
        if open.statement.is_none() {
            return Err(refuse(request, BUSY));
        }
        if !open.alone {
            let id = self.take_id();
            if self.held.is_some() {
                self.hold(id, "", Form::More(portal, rows), request, out)?;
            } else {
                self.write_more(id, portal, rows, request, out)?;
            }
            return Ok(id);
        }
        self.next_id += 1;
        if let Some(pending) = self.queue.front_mut()
            && let Stage::Portal { fresh, flow, .. } = &mut pending.stage
            && *flow == Flow::Suspended
        {
            write_execute(portal, rows, out);
            frontend::flush(out);
            *flow = Flow::Running;
            *fresh = true;
            pending.request = Some(request);
            pending.id = self.next_id;
            self.live += 1;
            return Ok(self.next_id);
        }
        Err(refuse(request, BUSY))
    }

    /// Closes a portal; `closer`, if any, ends when the server has done so: then its number
    /// comes first. Gives a request that is not in flight any more, or never was: rows that were
    /// asked for and will not come, or the closer where there is nothing to wait for.
    pub(crate) fn close_portal(
        &mut self,
        portal: u64,
        closer: Option<R>,
        out: &mut BytesMut,
    ) -> (Option<u64>, Option<R>) {
        let Some(index) = self.portals.iter().position(|open| open.id == portal) else {
            return (None, closer);
        };
        let open = self.portals.swap_remove(index);
        if open.statement.is_none() {
            // It is held back, or its statement is being prepared: that ends by itself.
            let given_up = self.abandon(portal);
            self.release_empty();
            return (None, given_up.or(closer));
        }
        if !open.alone {
            // The next Sync serves it, too; nobody needs to wait for it.
            write_close(portal, out);
            return (None, closer);
        }
        self.release_empty();
        self.next_id += 1;
        if let Some(pending) = self.queue.front_mut()
            && let Stage::Portal { flow, .. } = &mut pending.stage
            && *flow != Flow::Ending
        {
            write_close(portal, out);
            end(flow, out);
            let given_up = std::mem::replace(&mut pending.request, closer);
            self.live -= usize::from(given_up.is_some());
            self.live += usize::from(pending.request.is_some());
            pending.id = self.next_id;
            return (Some(self.next_id), given_up);
        }
        (None, closer)
    }

    /// The portals that are open, or about to be.
    pub(crate) fn portals(&self) -> Vec<u64> {
        self.portals.iter().map(|open| open.id).collect()
    }

    /// Whether the server is ending a portal, which it does by itself and soon.
    pub(crate) fn is_ending_portal(&self) -> bool {
        self.queue.front().is_some_and(|front| {
            matches!(
                front.stage,
                Stage::Portal {
                    flow: Flow::Ending,
                    ..
                }
            )
        })
    }

    /// Whether a portal has the connection to itself, or waits for that.
    pub(super) fn is_streaming(&self) -> bool {
        self.portals.iter().any(|open| open.alone)
    }

    /// Nothing can be asked of a connection that a portal has to itself. It is not made to wait:
    /// who asks may be the one that the portal waits for.
    pub(super) fn refuse_beside_portal(&self, form: Form, request: R) -> Result<R, Refused<R>> {
        if self.is_streaming() {
            return Err(refuse(
                request,
                if form == Form::Portal {
                    "a cursor is open on this connection, and outside a transaction it has it to \
                     itself: end that first, open both in a transaction, or use another connection"
                } else {
                    ALONE
                },
            ));
        }
        Ok(request)
    }

    pub(super) fn write_portal(
        &mut self,
        id: u64,
        sql: &str,
        request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        let written = match self.statements.get(sql) {
            Some(statement) => self.open_portal(id, 0, statement, request, out),
            None => self.prepare(id, 0, sql, request, out),
        };
        if written.is_err() {
            self.forget_portal(id);
        }
        written
    }

    /// Executes a statement that has just been prepared, all at once or by a portal.
    pub(super) fn start(
        &mut self,
        id: u64,
        attempt: u8,
        statement: Arc<Statement<R::Layout>>,
        request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        if !self.portals.iter().any(|open| open.id == id) {
            return self.execute(id, attempt, statement, request, out);
        }
        let opened = self.open_portal(id, attempt, statement, request, out);
        if opened.is_err() {
            self.forget_portal(id);
        }
        opened
    }

    fn open_portal(
        &mut self,
        id: u64,
        attempt: u8,
        statement: Arc<Statement<R::Layout>>,
        mut request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        let Some(open) = self.portals.iter_mut().find(|open| open.id == id) else {
            return Err(refuse(request, CLOSED));
        };
        let mut written = BytesMut::new();
        let mut binder = Binder::new(&statement, &mut written);
        if let Err(error) = request.bind(&statement, &mut binder) {
            return Err(Refused { request, error });
        }
        let start = out.len();
        if !statement.is_named()
            && let Err(error) = pooler::parse_along(&statement, out)
        {
            out.truncate(start);
            return Err(refused(request, &error));
        }
        if !write_bind(id, &written, out) {
            out.truncate(start);
            return Err(refuse(request, "a cursor executes its statement once"));
        }
        write_execute(id, open.rows, out);
        open.statement = Some(Arc::clone(&statement));
        let stage = if open.alone {
            frontend::flush(out);
            let flow = Flow::Running;
            Stage::Portal {
                statement,
                fresh: attempt > 0,
                flow,
            }
        } else {
            frontend::sync(out);
            Stage::Execute { statement, attempt }
        };
        self.push(id, Some(request), stage);
        Ok(())
    }

    pub(super) fn write_more(
        &mut self,
        id: u64,
        portal: u64,
        rows: u32,
        request: R,
        out: &mut BytesMut,
    ) -> Result<(), Refused<R>> {
        let open = self.portals.iter().find(|open| open.id == portal);
        let Some(statement) = open.and_then(|open| open.statement.clone()) else {
            return Err(refuse(request, CLOSED));
        };
        write_execute(portal, rows, out);
        frontend::sync(out);
        let attempt = 1;
        self.push(id, Some(request), Stage::Execute { statement, attempt });
        Ok(())
    }

    /// As many rows as were asked for are there.
    pub(super) fn suspended(
        &mut self,
        out: &mut BytesMut,
        finished: &mut Vec<Finished<R>>,
    ) -> Result<(), Error> {
        let Some(pending) = self.queue.front_mut() else {
            return Err(Error::protocol("a portal that nobody opened"));
        };
        let Stage::Portal { flow, .. } = &mut pending.stage else {
            // No more were asked for: the Sync is written already.
            return self.command_complete(b"\0", out);
        };
        if *flow == Flow::Running {
            if pending.error.is_some() {
                end(flow, out);
            } else {
                *flow = Flow::Suspended;
                self.live -= usize::from(pending.request.is_some());
                finish(pending.request.take(), Ok(()), finished);
            }
        }
        Ok(())
    }

    /// The server is ready after a portal that had the connection to itself.
    #[expect(clippy::too_many_arguments, reason = "the parts of what was pending")]
    pub(super) fn portal_ended(
        &mut self,
        id: u64,
        statement: &Statement<R::Layout>,
        stale: Option<Stale>,
        request: Option<R>,
        error: Option<R::Error>,
        out: &mut BytesMut,
        finished: &mut Vec<Finished<R>>,
    ) {
        match (request, error) {
            // As for any statement that is out of date, and only before the first row.
            (Some(request), Some(_))
                if stale.is_some() && self.portals.iter().any(|open| open.id == id) =>
            {
                for open in &mut self.portals {
                    open.statement = None;
                }
                let kept = self.forget(statement);
                self.heed(stale, kept, 0);
                settle(self.prepare(id, 0, &statement.sql, request, out), finished);
            }
            (request, error) => {
                self.portals.retain(|open| !open.alone);
                self.release_empty();
                finish(request, error.map_or(Ok(()), Err), finished);
            }
        }
    }

    /// Ends a request that failed; if it was a portal's first, there is no portal.
    pub(super) fn failed(
        &mut self,
        id: u64,
        request: Option<R>,
        error: R::Error,
        finished: &mut Vec<Finished<R>>,
    ) {
        self.forget_portal(id);
        finish(request, Err(error), finished);
    }

    /// A request was given up: with it goes the portal that it asked for the first rows, and one
    /// that had the connection to itself.
    pub(crate) fn abandon_portal(&mut self, id: u64, out: &mut BytesMut) {
        if self.portals.is_empty() {
            return;
        }
        if let Some(pending) = self.queue.front_mut()
            && pending.id == id
            && let Stage::Portal { flow, .. } = &mut pending.stage
        {
            end(flow, out);
            self.portals.retain(|open| !open.alone);
        } else {
            let of = |open: &Portal<R::Layout>| open.id == id && open.statement.is_none();
            self.portals.retain(|open| !of(open));
        }
        self.release_empty();
    }

    fn forget_portal(&mut self, id: u64) {
        self.portals.retain(|open| open.id != id);
        self.release_empty();
    }

    /// Nothing needs to be held back any more, where nothing was.
    pub(super) fn release_empty(&mut self) {
        let empty = self.held.as_ref().is_some_and(VecDeque::is_empty);
        if empty && !self.draining && !self.is_blocked() {
            self.held = None;
        }
    }
}

/// What is said to who asks something of a connection that a cursor has to itself.
pub(super) const ALONE: &str = "a cursor is open on this connection, and outside a transaction it has it to itself: end it \
     first, open it in a transaction, or use another connection";
const CLOSED: &str = "the cursor is closed";
const BUSY: &str = "the cursor is at other rows: wait for those first";

fn refuse<R: Request>(request: R, reason: &str) -> Refused<R> {
    let error = Error::Config(reason.to_owned()).into();
    Refused { request, error }
}

/// Has the server end a portal that has the connection to itself.
pub(super) fn end(flow: &mut Flow, out: &mut BytesMut) {
    if *flow != Flow::Ending {
        *flow = Flow::Ending;
        frontend::sync(out);
    }
}

fn name(portal: u64) -> String {
    format!("data_bridge_{portal}")
}

/// Writes the Bind that was written for the unnamed portal for another one; false when there is
/// not just one.
fn write_bind(portal: u64, written: &[u8], out: &mut BytesMut) -> bool {
    let Some((bind, execute)) = written
        .len()
        .checked_sub(EXECUTE_LENGTH)
        .and_then(|end| written.split_at_checked(end))
    else {
        return false;
    };
    let ([b'B', a, b, c, d, b'\0', rest @ ..], [b'E', ..]) = (bind, execute) else {
        return false;
    };
    let length = u32::from_be_bytes([*a, *b, *c, *d]);
    if length as usize + 1 != bind.len() {
        return false;
    }
    let name = name(portal);
    out.put_u8(b'B');
    out.put_u32(length + name.len() as u32);
    out.put_slice(name.as_bytes());
    out.put_u8(0);
    out.put_slice(rest);
    true
}

fn write_execute(portal: u64, rows: u32, out: &mut BytesMut) {
    // The name is ours and holds no NUL; more rows than that are not asked for at once.
    let rows = i32::try_from(rows).unwrap_or(i32::MAX);
    let _ = frontend::execute(&name(portal), rows, out);
}

fn write_close(portal: u64, out: &mut BytesMut) {
    let _ = frontend::close(b'P', &name(portal), out);
}

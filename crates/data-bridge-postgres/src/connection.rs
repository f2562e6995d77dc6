//! A connection: a socket, what waits to be written, what was read, and the conversation.

mod copy;
mod ending;
mod portal;
mod transaction;

use std::collections::{HashMap, VecDeque};
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use rustix::io::Errno;

pub use self::ending::HangUp;
use crate::cancel::CancelRequest;
use crate::catalogue::Catalogue;
use crate::conversation::{Conversation, Refused, TransactionStatus};
use crate::error::Error;
use crate::event::Event;
use crate::read_buffer::ReadBuffer;
use crate::request::{Finished, Request};
use crate::socket::{Failure, Read, Socket};
use crate::statement::Column;
use crate::statement::cache::{CacheLimits, Pin, StatementNames};
use crate::types::composed::Custom;

/// What one call of [`Connection::receive`] may decode before it hands control back, in reads of
/// the buffer's size: an event loop serves others in between.
const READS_AT_ONCE: usize = 4;

/// And how long it may go on after the first piece of the buffer, which most answers do not need
/// more than: values differ in what they cost, so that bytes alone bound nothing.
const TIME_AT_ONCE: Duration = Duration::from_millis(1);

/// The write buffer is given back when it has grown beyond this.
const OUTBOX_KEPT: usize = 1024 * 1024;

/// A connection to a server, past authentication.
///
/// It never waits by itself: an event loop (or a blocking caller, by [`Connection::wait`]) says
/// when there is something to read or room to write. Requests are pipelined: any number may be
/// in flight, each is answered in turn.
pub struct Connection<R: Request> {
    socket: Socket,
    inbox: ReadBuffer,
    outbox: BytesMut,
    conversation: Conversation<R>,
    /// Whether a cancel request is on its way: nothing new may reach the server then, or it would
    /// be cancelled instead.
    cancelling: bool,
    cancel: CancelRequest,
    closed: Option<Error>,
    /// Whether somebody has hung up, from another thread.
    hung_up: Arc<AtomicBool>,
    /// Whether the server takes nothing any more.
    broken: bool,
    /// The process that opened it.
    process: u32,
}

impl<R: Request> Connection<R> {
    pub(crate) fn new(
        socket: Socket,
        limits: CacheLimits,
        names: StatementNames,
        backend: i32,
        parameters: HashMap<String, String>,
        cancel: CancelRequest,
        catalogue: Catalogue,
    ) -> Self {
        Self {
            socket,
            inbox: ReadBuffer::new(),
            outbox: BytesMut::with_capacity(8 * 1024),
            conversation: Conversation::new(limits, names, backend, parameters, catalogue),
            cancelling: false,
            cancel,
            closed: None,
            hung_up: Arc::default(),
            broken: false,
            process: std::process::id(),
        }
    }

    /// The descriptor that an event loop watches.
    #[must_use]
    pub fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    /// How many requests are written and not yet answered.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.conversation.in_flight()
    }

    /// Every request that somebody waits for.
    pub fn requests(&self) -> impl Iterator<Item = &R> {
        self.conversation.requests()
    }

    /// Whether the session is in a transaction, as of the last answer.
    #[must_use]
    pub fn transaction_status(&self) -> TransactionStatus {
        self.conversation.status()
    }

    /// Whether a command has left something behind in the session (a setting, a cursor, a lock
    /// of the session's); set back by who resets it.
    pub fn session_changed(&mut self) -> &mut bool {
        self.conversation.session_changed()
    }

    /// Whether the connection is as it was when it was made: nothing in flight, no transaction,
    /// an unchanged session.
    #[must_use]
    pub fn is_clean(&mut self) -> bool {
        self.in_flight() == 0
            && self.transaction_status() == TransactionStatus::Idle
            && self.closed.is_none()
            && !*self.session_changed()
    }

    /// How many requests a new one would stand behind; `None` where none should be put behind
    /// them: on a connection that is closed, in a transaction, with a changed session, or where
    /// statements are being cancelled.
    #[must_use]
    #[inline]
    pub fn shared_load(&mut self) -> Option<usize> {
        let open = self.transaction_status() == TransactionStatus::Idle
            && self.closed.is_none()
            && !self.is_draining()
            && !*self.session_changed();
        open.then(|| self.in_flight())
    }

    /// What the server is at, by its number, and its text where it is a single statement.
    #[must_use]
    pub fn front(&self) -> Option<(u64, &str)> {
        self.conversation.front()
    }

    /// A setting that the server reports (`server_version`, `TimeZone`).
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.conversation.parameter(name)
    }

    /// Has values of a type, by its object identifier, read and written in somebody's own way, or
    /// as they were again; `name` is the type's in messages.
    pub fn set_type_codec(&mut self, oid: u32, name: &str, custom: Option<Custom>) {
        self.conversation.set_type_codec(oid, name.into(), custom);
    }

    /// Goes back to the codecs that its pool has set, from those that were set on it alone.
    pub fn reset_type_codecs(&mut self) {
        self.conversation.reset_type_codecs();
    }

    /// What columns with these names and types are like; `None` when the server must be asked
    /// about one of the types first.
    #[must_use]
    pub fn columns(&self, types: &[(String, u32)]) -> Option<Vec<Column>> {
        self.conversation.columns(types)
    }

    /// Forgets what was learned of the database's own types, for all connections of a pool.
    pub fn reload_types(&mut self) {
        self.conversation.reload_types();
    }

    /// Why the connection cannot be used any more, once it cannot.
    #[must_use]
    pub fn closed(&self) -> Option<&Error> {
        self.closed.as_ref()
    }

    /// Queues a statement; [`Connection::flush`] sends it. Gives a number to abandon it by.
    ///
    /// # Errors
    /// The request comes back when the connection is closed or its parameters cannot be written.
    #[inline]
    pub fn submit(&mut self, sql: &str, request: R) -> Result<u64, Refused<R>> {
        // As `unless_closed`, without moving the request: this is on everybody's way.
        if let Some(error) = &self.closed {
            let error = error.clone().into();
            return Err(Refused { request, error });
        }
        self.conversation.submit(sql, request, &mut self.outbox)
    }

    /// Queues a text of any number of statements without parameters, whose rows are not wanted.
    ///
    /// # Errors
    /// As [`Connection::submit`].
    pub fn script(&mut self, sql: &str, request: R) -> Result<u64, Refused<R>> {
        let request = self.unless_closed(request)?;
        self.conversation.script(sql, request, &mut self.outbox)
    }

    /// Says whether statements that are asked for from now on are executed in this order: what
    /// comes behind one that must be prepared first then waits for that. Gives what was said before.
    pub fn set_ordered(&mut self, ordered: bool) -> bool {
        self.conversation.set_ordered(ordered)
    }

    /// Keeps a statement prepared, once it is, as long as somebody holds the pin.
    pub fn pin(&mut self, sql: &str) -> Pin {
        self.conversation.pin(sql)
    }

    /// What the server has said without being asked since the last time, oldest first.
    pub fn take_events(&mut self) -> VecDeque<Event> {
        self.conversation.take_events()
    }

    /// Whether there is any of that.
    #[must_use]
    pub fn has_events(&self) -> bool {
        self.conversation.has_events()
    }

    /// Writes what the socket takes; true when nothing is left.
    ///
    /// # Errors
    /// When the connection is lost.
    pub fn flush(&mut self) -> Result<bool, Error> {
        match self.write_all() {
            // A lost connection says why in what it sent before.
            Err(Failure::System(Errno::PIPE | Errno::CONNRESET)) => {
                self.outbox.clear();
                self.broken = true;
                Ok(true)
            }
            flushed => Ok(flushed?),
        }
    }

    fn write_all(&mut self) -> Result<bool, Failure> {
        while !self.outbox.is_empty() {
            let written = self.socket.write(&self.outbox)?;
            if written == 0 {
                return Ok(false);
            }
            self.outbox.advance(written);
        }
        if self.outbox.capacity() > OUTBOX_KEPT {
            self.outbox = BytesMut::with_capacity(8 * 1024);
        }
        self.socket.flush()
    }

    /// Whether the server takes nothing any more: [`Connection::receive`] then finds out why, and
    /// no event need come to say so.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken && self.closed.is_none()
    }

    /// Reads and decodes what has come, without waiting; the requests it answers go to `finished`.
    /// True when more may have come, and control is only handed back.
    ///
    /// # Errors
    /// When the connection is lost or out of step. The caller then calls [`Connection::fail`].
    pub fn receive(&mut self, finished: &mut Vec<Finished<R>>) -> Result<bool, Error> {
        let mut began: Option<Instant> = None;
        for _ in 0..READS_AT_ONCE {
            // What the last call did not come to is first.
            let more = self.inbox.has_hidden() || {
                let filled = self.inbox.fill(&mut self.socket, false);
                let (read, more) = filled.map_err(|error| self.lost(error.into()))?;
                match read {
                    Read::Bytes(_) => more,
                    Read::WouldBlock if !self.broken => return Ok(false),
                    Read::WouldBlock | Read::Closed => return Err(self.end_of_stream()),
                }
            };
            self.process_shown(finished)?;
            while self.inbox.has_hidden() {
                if self.conversation.is_full() || is_over(&mut began) {
                    return Ok(true);
                }
                self.inbox.show();
                self.process_shown(finished)?;
            }
            // A loop may tell of the end of a stream but once, together with the last bytes
            // (libuv does): what is still waited for would be waited for in vain.
            if !more && self.conversation.in_flight() == 0 && !self.conversation.is_ending() {
                return Ok(false);
            }
            if self.conversation.is_full() {
                return Ok(false);
            }
            if is_over(&mut began) {
                break;
            }
        }
        Ok(true)
    }

    /// Waits for bytes and takes them in, without looking at them: the half of receiving that
    /// needs no caller's values, so that a caller may let go of its locks meanwhile.
    ///
    /// Writes what is still to be written while it waits. False when `timeout` was over first.
    ///
    /// # Errors
    /// When the connection is lost. `None` inside: a signal came, look at it and call again.
    pub fn wait(&mut self, timeout: Option<Duration>) -> Result<bool, Option<Error>> {
        if self.inbox.has_hidden() {
            return Ok(true);
        }
        let writable = !self.outbox.is_empty() || self.socket.has_unsent();
        if timeout.is_some() || writable {
            let ready = self.socket.wait(writable, timeout);
            if !ready.map_err(|error| self.interrupted(error.into()))? {
                return Ok(false);
            }
            self.flush().map_err(Some)?;
        }
        let blocking = timeout.is_none() && !writable;
        let filled = self.inbox.fill(&mut self.socket, blocking);
        let (read, _) = filled.map_err(|error| self.interrupted(error))?;
        match read {
            Read::Closed => Err(Some(self.end_of_stream())),
            Read::Bytes(_) | Read::WouldBlock => Ok(true),
        }
    }

    fn interrupted(&self, error: Failure) -> Option<Error> {
        (error != Failure::System(Errno::INTR)).then(|| self.lost(error.into()))
    }

    /// Decodes what was taken in.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub fn process(&mut self, finished: &mut Vec<Finished<R>>) -> Result<(), Error> {
        self.process_shown(finished)?;
        while self.inbox.show() {
            self.process_shown(finished)?;
        }
        Ok(())
    }

    #[inline]
    fn process_shown(&mut self, finished: &mut Vec<Finished<R>>) -> Result<(), Error> {
        let unsent = self.outbox.len();
        while let Some(message) = self.inbox.next().map_err(Error::protocol)? {
            self.conversation
                .handle(message, &mut self.outbox, finished)?;
        }
        self.release_drained(finished);
        if self.conversation.in_flight() == 0 {
            self.inbox.shrink();
        }
        if self.outbox.len() != unsent {
            self.flush()?;
        }
        Ok(())
    }

    /// Takes the caller of a request away: its answer will be dropped. `None` when it is not in
    /// flight any more.
    pub fn abandon(&mut self, id: u64) -> Option<R> {
        let request = self.conversation.abandon(id);
        self.abort_copy_in(id);
        self.conversation.abandon_portal(id, &mut self.outbox);
        request
    }

    /// Whether something is in flight, and nobody waits for any of it.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.conversation.is_abandoned()
    }

    /// What the server is at, by its number, when nobody waits for it.
    #[must_use]
    pub fn front_abandoned(&self) -> Option<u64> {
        self.conversation.front_abandoned()
    }

    /// What the caller sends, off this connection, to cancel what the server is at, when nobody
    /// waits for that; it then calls [`Connection::end_cancel`].
    ///
    /// `None` while a cancel request is on its way, and while somebody waits for what stands
    /// behind, which could be hit instead: unless `among_others` says that this may be risked.
    /// Nothing new is written until what was given up has been answered: this can be called again,
    /// for a statement that the first request did not find running yet, and for the next one.
    pub fn begin_cancel(&mut self, among_others: bool) -> Option<CancelRequest> {
        if self.cancelling || self.conversation.front_abandoned().is_none() {
            return None;
        }
        if !self.conversation.is_abandoned() {
            if !among_others && !self.conversation.is_draining() {
                return None;
            }
            self.conversation.expose();
        }
        self.conversation.drain();
        self.cancelling = true;
        Some(self.cancel.clone())
    }

    /// The cancel request has been dealt with; [`Connection::flush`] sends what could then go.
    pub fn end_cancel(&mut self, finished: &mut Vec<Finished<R>>) {
        self.cancelling = false;
        self.release_drained(finished);
    }

    /// Whether statements that were given up are being cancelled, and new ones held back.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.conversation.is_draining()
    }

    #[inline]
    fn release_drained(&mut self, finished: &mut Vec<Finished<R>>) {
        if self.conversation.is_holding()
            && !self.cancelling
            && self.conversation.front_abandoned().is_none()
        {
            self.conversation.release(&mut self.outbox, finished);
        }
    }
}

/// Whether the time is over that began when this was first asked.
fn is_over(began: &mut Option<Instant>) -> bool {
    began.get_or_insert_with(Instant::now).elapsed() > TIME_AT_ONCE
}

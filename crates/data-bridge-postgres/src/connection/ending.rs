//! The end of a connection: by goodbye, by a failure, or by somebody who hangs up meanwhile.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use postgres_protocol::message::frontend;

use super::Connection;
use crate::cancel::CancelRequest;
use crate::conversation::Refused;
use crate::error::Error;
use crate::request::{Finished, Request};
use crate::socket;

/// What another thread ends a connection by, while its own is waiting for the server.
#[derive(Debug)]
pub struct HangUp {
    fd: Arc<OwnedFd>,
    hung_up: Arc<AtomicBool>,
    cancel: CancelRequest,
    process: u32,
}

impl HangUp {
    /// Ends the stream: whoever waits for the server has [`Error::Closed`], and so has whoever
    /// asks it for something later.
    ///
    /// Gives what the caller then sends, off this connection: the server does not notice before
    /// it has finished what it is at. `None` where a fork has copied this, and the session is the
    /// parent's.
    #[must_use]
    pub fn hang_up(&self) -> Option<CancelRequest> {
        if self.process != std::process::id() {
            return None;
        }
        self.hung_up.store(true, Ordering::SeqCst);
        socket::shut_down(&self.fd);
        Some(self.cancel.clone())
    }
}

impl<R: Request> Connection<R> {
    /// For ending it from another thread.
    #[must_use]
    pub fn hang_up(&self) -> HangUp {
        HangUp {
            fd: self.socket.share(),
            hung_up: Arc::clone(&self.hung_up),
            cancel: self.cancel.clone(),
            process: self.process,
        }
    }

    /// Ends the connection and every request on it with `error`.
    pub fn fail(&mut self, error: Error, finished: &mut Vec<Finished<R>>) {
        self.conversation.fail(&error, finished);
        self.outbox.clear();
        self.closed.get_or_insert(error);
        // The server ends the session now, not when the last reference to this is gone.
        if !self.is_inherited() {
            self.socket.shutdown();
        }
    }

    /// Gives a request back when the connection is closed.
    #[inline]
    pub(super) fn unless_closed(&self, request: R) -> Result<R, Refused<R>> {
        match &self.closed {
            Some(error) => {
                let error = error.clone().into();
                Err(Refused { request, error })
            }
            None => Ok(request),
        }
    }

    /// Whether this is a copy that a fork has made: the session is still the parent's.
    #[must_use]
    pub fn is_inherited(&self) -> bool {
        self.process != std::process::id()
    }

    /// Says goodbye, as far as the socket takes it at once, and ends the connection.
    ///
    /// Gives what the caller may send, off this connection, when the server was still running
    /// something: it does not notice by itself before it has finished.
    pub fn close(&mut self, finished: &mut Vec<Finished<R>>) -> Option<CancelRequest> {
        if self.closed.is_some() {
            return None;
        }
        if self.is_inherited() {
            self.fail(Error::Closed, finished);
            return None;
        }
        let running = self.conversation.in_flight() > 0;
        if !running {
            frontend::terminate(&mut self.outbox);
            // The server ends the session on the closed socket just as well.
            let _ = self.flush();
        }
        self.fail(Error::Closed, finished);
        running.then(|| self.cancel.clone())
    }

    pub(super) fn end_of_stream(&self) -> Error {
        self.lost(Error::Lost(
            "the server closed the connection unexpectedly".to_owned(),
        ))
    }

    /// Why the connection is lost, as far as that is known.
    #[cold]
    pub(super) fn lost(&self, error: Error) -> Error {
        if self.hung_up.load(Ordering::SeqCst) {
            return Error::Closed;
        }
        self.conversation.lost(error)
    }
}

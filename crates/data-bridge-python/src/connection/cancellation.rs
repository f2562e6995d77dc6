//! Statements that were given up: how the server is had to stop them, and nothing else.

use data_bridge_postgres::Error;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyWeakrefMethods, PyWeakrefReference};

use super::AsyncConnection;
use crate::error::to_python;
use crate::reply::{Reply, Wake};

/// How long a statement that was given up may go on before its connection is closed, in seconds.
const DRAIN_SECONDS: f64 = 5.0;

/// How long a cancel request may take to show, before the next one; then twice as long, and so on.
const RETRY_SECONDS: f64 = 0.025;

/// How long a statement that was given up may keep others waiting behind it: then the server is
/// asked to stop it, though the request could come late and hit the next one.
const PATIENCE_SECONDS: f64 = 0.1;

/// What is kept while statements that were given up are being cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Drain {
    /// Which one it is of this connection's.
    number: u64,
    /// The statement that the server was asked to stop, and how often.
    front: u64,
    tries: i32,
}

/// What a timer is set for.
#[derive(Clone, Copy, Debug)]
enum Timer {
    /// To ask again, when nothing has happened since.
    CancelAgain(Drain),
    /// To cancel a statement that others wait behind.
    CancelAmongOthers(u64),
    /// To close the connection.
    GiveUp(u64),
}

impl AsyncConnection {
    /// Gives a request up.
    pub(crate) fn abandon(slf: &Bound<'_, Self>, id: u64) -> PyResult<()> {
        // It holds objects of the caller's, which are let go when nothing is borrowed any more.
        let abandoned = slf.borrow_mut().engine.abandon(id);
        if let Some(request) = abandoned {
            Reply::give_up(request.caller.bind(slf.py()))?;
        }
        // A portal, or a COPY, is ended by something more to write; what is left of a COPY is read.
        Self::flush(slf, slf.borrow_mut())?;
        Self::resume(slf)?;
        Self::wake_copies(slf, Wake::Soon)?;
        Self::attend(slf)
    }

    /// Sees to a statement that nobody waits for, once the server is at it.
    pub(super) fn attend(slf: &Bound<'_, Self>) -> PyResult<()> {
        let mut this = slf.borrow_mut();
        if !this.engine.is_draining() {
            this.drain = None;
        }
        let Some(front) = this.engine.front_abandoned() else {
            return Ok(());
        };
        if this.drain.is_some_and(|drain| drain.front == front) {
            return Ok(());
        }
        // What ends by itself is given time for it, though nobody waits.
        let soon = this.engine.is_abandoned() && !this.engine.is_ending_portal();
        if this.drain.is_none() && !soon {
            if std::mem::replace(&mut this.watched_front, front) == front {
                return Ok(());
            }
            drop(this);
            return Self::set_timer(slf, PATIENCE_SECONDS, Timer::CancelAmongOthers(front));
        }
        drop(this);
        Self::cancel(slf, false)
    }

    /// Asks the server to stop what it is at, if nobody waits for that.
    fn cancel(slf: &Bound<'_, Self>, among_others: bool) -> PyResult<()> {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        let Some(front) = this.engine.front_abandoned() else {
            return Ok(());
        };
        let Some(cancel) = this.engine.begin_cancel(among_others) else {
            return Ok(());
        };
        let first = this.drain.is_none();
        this.drains += u64::from(first);
        let drain = Drain {
            number: this.drains,
            front,
            tries: match this.drain {
                Some(drain) if drain.front == front => drain.tries + 1,
                _ => 1,
            },
        };
        this.drain = Some(drain);
        let event_loop = this.event_loop.clone_ref(py);
        drop(this);
        let told = slf.getattr("_cancel_sent")?.unbind();
        let runtime = data_bridge_postgres::runtime().map_err(|e| to_python(py, &e))?;
        runtime.spawn(async move {
            let sent = cancel.send().await.is_ok();
            // A loop that was closed meanwhile has nobody left to tell, an interpreter neither.
            Python::try_attach(|py| {
                let _ = event_loop.call_method1(py, "call_soon_threadsafe", (told, sent));
            });
        });
        if first {
            Self::set_timer(slf, DRAIN_SECONDS, Timer::GiveUp(drain.number))?;
        }
        Ok(())
    }

    /// A cancel request has been dealt with, or could not be.
    pub(super) fn cancel_sent(slf: &Bound<'_, Self>, sent: bool) -> PyResult<()> {
        let mut this = slf.borrow_mut();
        if !sent && this.engine.closed().is_none() {
            drop(this);
            let reason = "a statement could not be cancelled".to_owned();
            return Self::lose(slf, Error::Lost(reason));
        }
        let mut finished = Vec::new();
        this.engine.end_cancel(&mut finished);
        let drain = this.drain;
        let flushed = Self::flush(slf, this);
        let delivered = flushed.and(Self::deliver(slf.py(), finished, Wake::Now));
        Self::attend(slf)?;
        if let Some(drain) = drain
            && slf.borrow().drain == Some(drain)
        {
            // It may have come before the server had read the statement at all.
            let seconds = RETRY_SECONDS * 2_f64.powi(drain.tries);
            Self::set_timer(slf, seconds, Timer::CancelAgain(drain))?;
        }
        if slf.borrow().eager {
            Self::changed(slf)?;
        }
        delivered
    }

    /// Sets a timer; it does not keep the connection alive.
    fn set_timer(slf: &Bound<'_, Self>, seconds: f64, timer: Timer) -> PyResult<()> {
        let py = slf.py();
        let connection = PyWeakrefReference::new(slf)?.unbind();
        let callback = PyCFunction::new_closure(py, None, None, move |args, _| {
            match connection.bind(args.py()).upgrade_as::<Self>()? {
                Some(connection) => Self::timer_ended(&connection, timer),
                None => Ok(()),
            }
        })?;
        let event_loop = slf.borrow().event_loop.clone_ref(py);
        event_loop.call_method1(py, "call_later", (seconds, callback))?;
        Ok(())
    }

    fn timer_ended(slf: &Bound<'_, Self>, timer: Timer) -> PyResult<()> {
        let (drain, front) = {
            let this = slf.borrow();
            (this.drain, this.engine.front_abandoned())
        };
        match timer {
            Timer::CancelAgain(of) if drain == Some(of) => Self::cancel(slf, true),
            Timer::CancelAmongOthers(of) if front == Some(of) => Self::cancel(slf, true),
            Timer::GiveUp(of) if drain.is_some_and(|drain| drain.number == of) => {
                let reason = format!("a cancelled statement did not end within {DRAIN_SECONDS} s");
                Self::lose(slf, Error::Lost(reason))
            }
            _ => Ok(()),
        }
    }
}

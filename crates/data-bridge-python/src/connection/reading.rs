//! Reading: what came is decoded, and who waits for it is woken.

use data_bridge_postgres::Finished;
use pyo3::intern;
use pyo3::prelude::*;

use super::{AsyncConnection, Request, Wake};
use crate::reply::Reply;

/// Room for so many answers is kept; a burst of more gives it back.
const FINISHED_KEPT: usize = 64;

impl AsyncConnection {
    /// Has the loop read at its next turn, whether it sees something to read or not.
    pub(super) fn read_soon(slf: &Bound<'_, Self>) -> PyResult<()> {
        let read_on = slf.getattr(intern!(slf.py(), "_read_on"))?;
        let event_loop = {
            let mut this = slf.borrow_mut();
            this.reading_on = true;
            this.event_loop.clone_ref(slf.py())
        };
        event_loop.call_method1(slf.py(), intern!(slf.py(), "call_soon"), (read_on,))?;
        Ok(())
    }

    pub(super) fn deliver(
        py: Python<'_>,
        finished: impl IntoIterator<Item = Finished<Request>>,
        wake: Wake,
    ) -> PyResult<()> {
        let mut stop = Ok(());
        for Finished { request, outcome } in finished {
            let (reply, value) = request.result(py);
            let outcome = outcome.map(|()| value).map_err(PyErr::from);
            // All of them are told, even when one of them must stop the loop.
            stop = stop.and(Reply::complete(reply.bind(py), outcome, wake));
        }
        stop
    }

    /// Reads what is there, and wakes whom it answers.
    pub(super) fn read(slf: &Bound<'_, Self>) -> PyResult<()> {
        let (mut finished, received, flushed, draining, copying, told) = {
            let mut this = slf.borrow_mut();
            // Once a turn is enough: others are to be served in between.
            if !this.watched || this.paused || this.reading_on {
                return Ok(());
            }
            let mut finished = std::mem::take(&mut this.finished);
            let received = this.engine.receive(&mut finished);
            let told = this.engine.has_events();
            let draining = this.drain.is_some() || this.engine.front_abandoned().is_some();
            let copying = !this.copying.is_empty() || this.engine.is_full();
            // Answers can bring something to write: a statement that has been prepared.
            this.delivering = true;
            let flushed = match &received {
                Ok(_) => Self::flush(slf, this),
                Err(_) => Ok(()),
            };
            (finished, received, flushed, draining, copying, told)
        };
        if told {
            Self::tell(slf);
        }
        let delivered = flushed.and(Self::deliver(slf.py(), finished.drain(..), Wake::Now));
        let mut this = slf.borrow_mut();
        if finished.capacity() <= FINISHED_KEPT {
            this.finished = finished;
        }
        this.delivering = false;
        let eager = this.eager;
        let delivered = delivered.and(Self::flush(slf, this));
        if eager {
            Self::changed(slf)?;
        }
        let more = match received {
            Ok(more) => more,
            Err(error) => return delivered.and(Self::lose(slf, error)),
        };
        if draining {
            Self::attend(slf)?;
        }
        if copying {
            Self::pause_if_full(slf)?;
            Self::wake_copies(slf, Wake::Now)?;
        }
        if more {
            Self::read_soon(slf)?;
        }
        delivered
    }
}

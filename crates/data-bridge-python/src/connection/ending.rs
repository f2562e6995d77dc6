//! The end of a connection, and who is told of it.

use data_bridge_postgres::Error;
use pyo3::intern;
use pyo3::prelude::*;

use super::AsyncConnection;
use crate::reply::Wake;

impl AsyncConnection {
    /// Ends a connection that was lost, and all that wait for it.
    pub(super) fn lose(slf: &Bound<'_, Self>, error: Error) -> PyResult<()> {
        let mut finished = Vec::new();
        slf.borrow_mut().engine.fail(error, &mut finished);
        Self::unwatch(slf)?;
        Self::tell_end(slf);
        Self::deliver(slf.py(), finished, Wake::Soon)?;
        Self::wake_copies(slf, Wake::Soon)?;
        Self::changed(slf)
    }

    /// Tells the pool, at the loop's next turn.
    #[cold]
    pub(super) fn changed(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.borrow();
        let Some(on_change) = &this.on_change else {
            return Ok(());
        };
        let (on_change, event_loop) = (on_change.clone_ref(py), this.event_loop.clone_ref(py));
        drop(this);
        if !is_closed(py, &event_loop)? {
            event_loop.call_method1(py, intern!(py, "call_soon"), (on_change,))?;
        }
        Ok(())
    }

    /// The loop forgets the socket; its descriptor stays open until the connection is dropped.
    pub(super) fn unwatch(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let (event_loop, fd) = {
            let mut this = slf.borrow_mut();
            // A child that was forked has the loop's selector in common with its parent.
            if !std::mem::replace(&mut this.watched, false) || this.engine.is_inherited() {
                return Ok(());
            }
            this.writing = false;
            this.paused = false;
            (this.event_loop.clone_ref(py), this.engine.as_raw_fd())
        };
        if is_closed(py, &event_loop)? {
            return Ok(());
        }
        event_loop.call_method1(py, intern!(py, "remove_reader"), (fd,))?;
        event_loop.call_method1(py, intern!(py, "remove_writer"), (fd,))?;
        Ok(())
    }
}

/// Whether an event loop is closed: it takes nothing any more.
pub(crate) fn is_closed(py: Python<'_>, event_loop: &Py<PyAny>) -> PyResult<bool> {
    let closed = event_loop.call_method0(py, intern!(py, "is_closed"))?;
    closed.is_truthy(py)
}

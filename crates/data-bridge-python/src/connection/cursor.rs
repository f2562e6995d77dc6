//! Cursors of a connection that an event loop drives.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyTraverseError, PyVisit};

use super::AsyncConnection;
use crate::error::interface_error;
use crate::operation::{Call, Want};
use crate::reply::{Reply, Wake};

impl AsyncConnection {
    /// Closes a portal; true when `reply`, the one who waits for that, will be told.
    pub(super) fn close_portal(
        slf: &Bound<'_, Self>,
        portal: u64,
        reply: Option<&Py<Reply>>,
    ) -> PyResult<bool> {
        let py = slf.py();
        let closer = match reply {
            Some(reply) => {
                Some(Call::new(Want::Status, None)?.into_operation(py, reply.clone_ref(py)))
            }
            None => None,
        };
        let mut this = slf.borrow_mut();
        let (id, left) = this.engine.close_portal(portal, closer);
        if let (Some(reply), Some(id)) = (reply, id) {
            reply.borrow_mut(py).id = id;
        }
        Self::flush(slf, this)?;
        if let Some(left) = left {
            let (caller, _) = left.result(py);
            let waits = reply.is_some_and(|reply| reply.is(&caller));
            if !waits {
                let error = interface_error(py, "the cursor was closed");
                Reply::complete(caller.bind(py), Err(error), Wake::Soon)?;
            }
        }
        Self::attend(slf)?;
        Ok(id.is_some())
    }
}

/// The rows of a statement, a portion at a time.
#[pyclass(module = "data_bridge._engine")]
#[derive(Debug)]
pub(crate) struct AsyncCursor {
    connection: Py<AsyncConnection>,
    sql: String,
    args: Py<PyTuple>,
    /// Its number, from its first portion to its end.
    portal: Option<u64>,
}

#[pymethods]
impl AsyncCursor {
    #[new]
    fn new(connection: Py<AsyncConnection>, sql: String, args: Py<PyTuple>) -> Self {
        Self {
            connection,
            sql,
            args,
            portal: None,
        }
    }

    /// The next rows, at most so many; fewer are the last ones. Asked for at once.
    fn fetch(&mut self, py: Python<'_>, rows: u32) -> PyResult<Py<Reply>> {
        let connection = self.connection.bind(py);
        let reply = if let Some(portal) = self.portal {
            let call = Call::new(Want::Rows, None)?;
            AsyncConnection::send(connection, |reply, engine| {
                call.more(py, portal, rows, reply, engine)
            })?
        } else {
            let call = Call::new(Want::Rows, Some(self.args.bind(py)))?;
            AsyncConnection::send(connection, |reply, engine| {
                call.open(py, &self.sql, rows, reply, engine)
            })?
        };
        let id = reply.borrow(py).id;
        self.portal.get_or_insert(id);
        // It is not held back until the loop's turn ends: the server works while rows are read.
        AsyncConnection::flush(connection, connection.borrow_mut())?;
        Ok(reply)
    }

    /// Closes it. What is given is done when the server has done so; None when that needs no
    /// waiting.
    fn close(&mut self, py: Python<'_>) -> PyResult<Option<Py<Reply>>> {
        let Some(portal) = self.portal.take() else {
            return Ok(None);
        };
        let connection = self.connection.bind(py);
        let event_loop = connection.borrow().event_loop.clone_ref(py);
        let reply = Py::new(py, Reply::new(self.connection.clone_ref(py), event_loop))?;
        let waits = AsyncConnection::close_portal(connection, portal, Some(&reply))?;
        Ok(waits.then_some(reply))
    }

    /// Closes it, and nobody waits for that.
    fn abandon(&mut self, py: Python<'_>) -> PyResult<()> {
        if let Some(portal) = self.portal.take() {
            AsyncConnection::close_portal(self.connection.bind(py), portal, None)?;
        }
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.connection)?;
        visit.call(&self.args)
    }
}

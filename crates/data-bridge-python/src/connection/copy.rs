//! A COPY that an event loop drives.

use data_bridge_postgres::{Connection, CopyState, Refused};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes};
use pyo3::{PyTraverseError, PyVisit, intern};

use super::{AsyncConnection, Request};
use crate::copy::Copied;
use crate::copy::given::Given;
use crate::error::{interface_error, to_python};
use crate::operation::Operation;
use crate::reply::{Reply, Wake};

/// Somebody who waits for their turn in a COPY.
#[derive(Debug)]
pub(super) struct Waiter {
    id: u64,
    copied: Copied,
    pub(super) reply: Py<Reply>,
}

/// A COPY, and the address of the task that drives it: for that one to wait for its end would be to
/// wait for ever.
#[derive(Clone, Copy, Debug)]
pub(super) struct Driven {
    id: u64,
    task: usize,
}

/// A COPY: who has data writes it, who wants data reads it, each in their turn.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct AsyncCopy {
    connection: Py<AsyncConnection>,
    id: u64,
    copied: Copied,
    result: Py<Reply>,
}

/// By which method of the engine it is asked for.
type Queue = fn(&mut Connection<Request>, &str, Request) -> Result<u64, Refused<Request>>;

impl AsyncCopy {
    pub(super) fn begin(
        connection: &Bound<'_, AsyncConnection>,
        sql: &str,
        queue: Queue,
    ) -> PyResult<Self> {
        let py = connection.py();
        let copied = Copied::default();
        let task = current_task(py)?;
        let result = AsyncConnection::send(connection, |reply, engine| {
            let submitted = queue(engine, sql, Operation::copy(py, copied.clone(), reply));
            submitted.map_err(|refused| refused.error.into())
        })?;
        let id = result.borrow(py).id;
        connection.borrow_mut().copy = Some(Driven { id, task });
        Ok(Self {
            connection: connection.clone().unbind(),
            id,
            copied,
            result,
        })
    }

    fn state(&self, py: Python<'_>) -> CopyState {
        self.connection.borrow(py).engine.copy_state(self.id)
    }
}

#[pymethods]
impl AsyncCopy {
    /// Waits for the client's turn: True when data can be written, or is there to be read; False
    /// when it is over. Cancelling that gives the COPY up.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<Reply>> {
        let connection = self.connection.bind(py);
        let reply = AsyncConnection::reply(connection)?;
        reply.borrow_mut(py).id = self.id;
        let task = current_task(py)?;
        if let Some(copy) = &mut connection.borrow_mut().copy
            && copy.id == self.id
        {
            copy.task = task;
        }
        if let Some(turn) = self.copied.turn(self.state(py)) {
            let turn = PyBool::new(py, turn).to_owned().into_any().unbind();
            Reply::complete(reply.bind(py), Ok(turn), Wake::Soon)?;
        } else {
            connection.borrow_mut().copying.push(Waiter {
                id: self.id,
                copied: self.copied.clone(),
                reply: reply.clone_ref(py),
            });
        }
        Ok(reply)
    }

    /// Sends a piece of data; it is dropped when the COPY takes none any more.
    fn write(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<()> {
        let connection = self.connection.bind(py);
        let given = Given::new(data)?;
        let mut this = connection.borrow_mut();
        let written = given.write(&mut this.engine, self.id);
        written.map_err(|error| to_python(py, &error))?;
        AsyncConnection::flush(connection, this)
    }

    /// Takes the data that has come; None when there is none.
    fn read<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let data = self.copied.take(py);
        AsyncConnection::resume(self.connection.bind(py))?;
        Ok(data)
    }

    /// How many messages of data have come.
    #[getter]
    fn pieces(&self) -> u64 {
        self.copied.pieces()
    }

    /// Says that all data is written.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        let connection = self.connection.bind(py);
        let mut this = connection.borrow_mut();
        this.engine.copy_done(self.id);
        AsyncConnection::flush(connection, this)
    }

    /// Has the server forget what it got; the result is then its error.
    fn fail(&self, py: Python<'_>, reason: &str) -> PyResult<()> {
        let connection = self.connection.bind(py);
        let mut this = connection.borrow_mut();
        this.engine.copy_fail(self.id, reason);
        AsyncConnection::flush(connection, this)
    }

    /// Gives it up, whatever it is at; nothing when it is over.
    fn abandon(&self, py: Python<'_>) -> PyResult<()> {
        AsyncConnection::abandon(self.connection.bind(py), self.id)
    }

    /// The command's tag, once it is over.
    #[getter]
    fn result(&self, py: Python<'_>) -> Py<Reply> {
        self.result.clone_ref(py)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.connection)?;
        visit.call(&self.result)
    }
}

/// The address of the task that runs, 0 when none does.
fn current_task(py: Python<'_>) -> PyResult<usize> {
    let asyncio = py.import(intern!(py, "asyncio"))?;
    let task = asyncio.call_method0(intern!(py, "current_task"))?;
    Ok(if task.is_none() {
        0
    } else {
        task.as_ptr().addr()
    })
}

impl AsyncConnection {
    /// A task that drives a COPY and asks for something else has left what the COPY gives, and may
    /// not while the COPY takes.
    #[cold]
    pub(super) fn leave_copy(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let this = slf.borrow();
        let Some(Driven { id, task }) = this.copy else {
            return Ok(());
        };
        let state = this.engine.copy_state(id);
        drop(this);
        match state {
            CopyState::Over => slf.borrow_mut().copy = None,
            _ if task == 0 || task != current_task(py)? => {}
            CopyState::Out => Self::abandon(slf, id)?,
            CopyState::In { .. } | CopyState::Waiting => {
                let problem =
                    "the connection is in use by a COPY, or an executemany, of this very task";
                return Err(interface_error(py, problem));
            }
        }
        Ok(())
    }

    /// Ends a COPY that somebody has left open.
    pub(super) fn end_copy(slf: &Bound<'_, Self>) -> PyResult<()> {
        let Some(Driven { id, .. }) = slf.borrow_mut().copy.take() else {
            return Ok(());
        };
        let over = slf.borrow().engine.copy_state(id) == CopyState::Over;
        if over { Ok(()) } else { Self::abandon(slf, id) }
    }

    fn reply(slf: &Bound<'_, Self>) -> PyResult<Py<Reply>> {
        let event_loop = slf.borrow().event_loop.clone_ref(slf.py());
        Py::new(slf.py(), Reply::new(slf.clone().unbind(), event_loop))
    }

    /// Wakes those whose turn it is.
    pub(super) fn wake_copies(slf: &Bound<'_, Self>, wake: Wake) -> PyResult<()> {
        let mut awake = Vec::new();
        {
            let this = &mut *slf.borrow_mut();
            if this.copying.is_empty() {
                return Ok(());
            }
            let engine = &this.engine;
            this.copying.retain_mut(|waiter| {
                let turn = waiter.copied.turn(engine.copy_state(waiter.id));
                if let Some(turn) = turn {
                    awake.push((waiter.reply.clone_ref(slf.py()), turn));
                }
                turn.is_none()
            });
        }
        let mut stop = Ok(());
        for (reply, turn) in awake {
            let turn = PyBool::new(slf.py(), turn).to_owned().into_any().unbind();
            stop = stop.and(Reply::complete(reply.bind(slf.py()), Ok(turn), wake));
        }
        stop
    }

    /// Has the loop watch for nothing to read while whoever is being answered wants no more.
    pub(super) fn pause_if_full(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        if this.paused || !this.watched || !this.engine.is_full() {
            return Ok(());
        }
        this.paused = true;
        let event_loop = this.event_loop.clone_ref(py);
        let fd = this.engine.as_raw_fd();
        drop(this);
        event_loop.call_method1(py, intern!(py, "remove_reader"), (fd,))?;
        Ok(())
    }

    /// Has the loop watch again once there is room.
    pub(super) fn resume(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        if !this.paused || this.engine.is_full() {
            return Ok(());
        }
        this.paused = false;
        let event_loop = this.event_loop.clone_ref(py);
        let fd = this.engine.as_raw_fd();
        let unread = this.engine.has_unread();
        drop(this);
        let readable = slf.getattr(intern!(py, "_readable"))?;
        event_loop.call_method1(py, intern!(py, "add_reader"), (fd, readable))?;
        if unread {
            // The loop would see a silent socket.
            Self::read_soon(slf)?;
        }
        Ok(())
    }
}

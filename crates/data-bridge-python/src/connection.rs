//! A connection that an event loop drives.

use data_bridge_postgres::{Connection, Error, Finished, TransactionStatus};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::error::to_python;
use crate::model_layout::ModelLayout;
use crate::operation::{Call, Operation, Want};
use crate::reply::Reply;

/// How long a statement that was given up may go on before its connection is closed, in seconds.
const DRAIN_SECONDS: f64 = 5.0;

type Request = Operation<Py<Reply>>;

/// A connection to a server, read and written by the thread of the event loop itself.
///
/// Requests are written at once when nothing is in flight; otherwise those of one turn of the
/// loop go out together at its end. Answers are decoded in the loop's reader callback.
#[pyclass(module = "data_bridge._engine", weakref)]
pub(crate) struct AsyncConnection {
    engine: Connection<Request>,
    event_loop: Py<PyAny>,
    /// Whether a write at the end of the loop's turn is due.
    corked: bool,
    /// Whether the loop watches for room to write.
    writing: bool,
    /// Whether the loop watches the socket at all.
    watched: bool,
}

impl AsyncConnection {
    pub(crate) fn new(engine: Connection<Request>, event_loop: Py<PyAny>) -> Self {
        Self {
            engine,
            event_loop,
            corked: false,
            writing: false,
            watched: false,
        }
    }

    #[inline]
    fn submit(slf: &Bound<'_, Self>, sql: &str, call: Call) -> PyResult<Py<Reply>> {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        let event_loop = this.event_loop.clone_ref(py);
        let reply = Py::new(py, Reply::new(slf.clone().unbind(), event_loop))?;
        let was_idle = this.engine.in_flight() == 0;
        let id = call.submit(py, sql, reply.clone_ref(py), &mut this.engine)?;
        reply.borrow_mut(py).id = id;
        if was_idle {
            Self::flush(slf, this)?;
        } else if !this.corked {
            this.corked = true;
            let uncork = slf.getattr("_uncork")?;
            this.event_loop.call_method1(py, "call_soon", (uncork,))?;
        }
        Ok(reply)
    }

    /// Writes what the socket takes, and has the loop tell when it takes more.
    fn flush(slf: &Bound<'_, Self>, mut this: PyRefMut<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        match this.engine.flush() {
            Ok(done) if done == this.writing => {
                this.writing = !done;
                let event_loop = this.event_loop.clone_ref(py);
                let fd = this.engine.as_raw_fd();
                drop(this);
                if done {
                    event_loop.call_method1(py, "remove_writer", (fd,))?;
                } else {
                    let writable = slf.getattr("_writable")?;
                    event_loop.call_method1(py, "add_writer", (fd, writable))?;
                }
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(error) => {
                drop(this);
                Self::lose(slf, error)
            }
        }
    }

    /// Ends a connection that was lost, and all that wait for it.
    fn lose(slf: &Bound<'_, Self>, error: Error) -> PyResult<()> {
        let mut finished = Vec::new();
        slf.borrow_mut().engine.fail(error, &mut finished);
        Self::unwatch(slf)?;
        Self::deliver(slf.py(), finished)
    }

    /// The loop forgets the socket; its descriptor stays open until the connection is dropped.
    fn unwatch(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let (event_loop, fd) = {
            let mut this = slf.borrow_mut();
            if !std::mem::replace(&mut this.watched, false) {
                return Ok(());
            }
            this.writing = false;
            (this.event_loop.clone_ref(py), this.engine.as_raw_fd())
        };
        if event_loop.call_method0(py, "is_closed")?.is_truthy(py)? {
            return Ok(());
        }
        event_loop.call_method1(py, "remove_reader", (fd,))?;
        event_loop.call_method1(py, "remove_writer", (fd,))?;
        Ok(())
    }

    fn deliver(py: Python<'_>, finished: Vec<Finished<Request>>) -> PyResult<()> {
        let mut stop = Ok(());
        for Finished { request, outcome } in finished {
            let (reply, value) = request.result(py);
            let outcome = outcome.map(|()| value).map_err(PyErr::from);
            // All of them are told, even when one of them must stop the loop.
            stop = stop.and(Reply::complete(reply.bind(py), outcome));
        }
        stop
    }

    /// Gives a request up. The server is asked to stop when nothing else is in flight: otherwise
    /// the cancel request could hit a neighbour.
    pub(crate) fn abandon(slf: &Bound<'_, Self>, id: u64) -> PyResult<()> {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        if !this.engine.abandon(id) || this.engine.in_flight() > 1 {
            return Ok(());
        }
        let cancel = this.engine.hold_for_cancel();
        let event_loop = this.event_loop.clone_ref(py);
        drop(this);
        let released = slf.getattr("_cancelled")?.unbind();
        let runtime = data_bridge_postgres::runtime().map_err(|e| to_python(py, &e))?;
        let loop_of_task = event_loop.clone_ref(py);
        runtime.spawn(async move {
            let sent = cancel.send().await.is_ok();
            Python::attach(|py| {
                // A loop that was closed meanwhile has nobody left to tell.
                let _ = loop_of_task.call_method1(py, "call_soon_threadsafe", (released, sent));
            });
        });
        let give_up = slf.getattr("_give_up")?;
        event_loop.call_method1(py, "call_later", (DRAIN_SECONDS, give_up, id))?;
        Ok(())
    }
}

#[pymethods]
impl AsyncConnection {
    /// Begins to watch the socket; called once, on the loop's thread.
    fn watch(slf: &Bound<'_, Self>) -> PyResult<()> {
        let readable = slf.getattr("_readable")?;
        let (event_loop, fd) = {
            let mut this = slf.borrow_mut();
            this.watched = true;
            (this.event_loop.clone_ref(slf.py()), this.engine.as_raw_fd())
        };
        event_loop.call_method1(slf.py(), "add_reader", (fd, readable))?;
        Ok(())
    }

    /// Runs a statement, or a script of several when `args` is None; gives the command's tag.
    fn execute(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<Reply>> {
        Self::submit(slf, sql, Call::new(Want::Status, args)?)
    }

    /// Runs a statement once for each row of arguments, all or none of them.
    fn executemany(slf: &Bound<'_, Self>, sql: &str, rows: Py<PyList>) -> PyResult<Py<Reply>> {
        Self::submit(slf, sql, Call::for_rows(rows))
    }

    /// Runs a statement and gives all its rows.
    #[pyo3(signature = (sql, args, model=None))]
    fn fetch(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        model: Option<Py<ModelLayout>>,
    ) -> PyResult<Py<Reply>> {
        Self::submit(
            slf,
            sql,
            Call::new(Want::Rows, Some(args))?.into_model(model),
        )
    }

    /// Runs a statement and gives its first row, or None.
    #[pyo3(signature = (sql, args, model=None))]
    fn fetchrow(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        model: Option<Py<ModelLayout>>,
    ) -> PyResult<Py<Reply>> {
        Self::submit(
            slf,
            sql,
            Call::new(Want::Row, Some(args))?.into_model(model),
        )
    }

    /// Runs a statement and gives a value of its first row, or None.
    fn fetchval(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        column: usize,
    ) -> PyResult<Py<Reply>> {
        Self::submit(slf, sql, Call::new(Want::Value(column), Some(args))?)
    }

    /// Closes the connection; what is in flight fails.
    fn close(slf: &Bound<'_, Self>) -> PyResult<()> {
        let mut finished = Vec::new();
        slf.borrow_mut().engine.close(&mut finished);
        Self::unwatch(slf)?;
        Self::deliver(slf.py(), finished)
    }

    /// How many requests are written and not yet answered.
    #[getter]
    fn in_flight(&self) -> usize {
        self.engine.in_flight()
    }

    /// Whether the connection cannot be used any more.
    #[getter]
    fn closed(&self) -> bool {
        self.engine.closed().is_some()
    }

    /// Whether nothing is in flight, no transaction is open and the session is unchanged.
    #[getter]
    fn clean(&mut self) -> bool {
        self.engine.is_clean()
    }

    /// Whether a command has left something behind in the session.
    #[getter]
    fn session_changed(&mut self) -> bool {
        *self.engine.session_changed()
    }

    #[setter]
    fn set_session_changed(&mut self, changed: bool) {
        *self.engine.session_changed() = changed;
    }

    /// "idle", "transaction" or "failed", as of the last answer.
    #[getter]
    fn transaction_status(&self) -> &'static str {
        status_name(self.engine.transaction_status())
    }

    /// A setting that the server reports, such as `server_version`; None when it does not.
    fn parameter(&self, name: &str) -> Option<&str> {
        self.engine.parameter(name)
    }

    fn _readable(slf: &Bound<'_, Self>) -> PyResult<()> {
        let mut finished = Vec::new();
        let received = {
            let mut this = slf.borrow_mut();
            let received = this.engine.receive(&mut finished);
            // Answers can bring something to write: a statement that has been prepared.
            if received.is_ok() {
                Self::flush(slf, this)?;
            }
            received
        };
        let delivered = Self::deliver(slf.py(), finished);
        match received {
            Ok(()) => delivered,
            Err(error) => Self::lose(slf, error).and(delivered),
        }
    }

    fn _writable(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::flush(slf, slf.borrow_mut())
    }

    fn _uncork(slf: &Bound<'_, Self>) -> PyResult<()> {
        let mut this = slf.borrow_mut();
        this.corked = false;
        Self::flush(slf, this)
    }

    /// A cancel request has been dealt with, or could not be.
    fn _cancelled(slf: &Bound<'_, Self>, sent: bool) -> PyResult<()> {
        let mut this = slf.borrow_mut();
        if this.engine.closed().is_some() {
            return Ok(());
        }
        if !sent {
            drop(this);
            let reason = "a statement could not be cancelled".to_owned();
            return Self::lose(slf, Error::Connection(reason));
        }
        match this.engine.release() {
            Ok(_) => Self::flush(slf, this),
            Err(error) => {
                drop(this);
                Self::lose(slf, error)
            }
        }
    }

    /// A request that was given up is still not answered: the connection is worth no more waiting.
    fn _give_up(slf: &Bound<'_, Self>, id: u64) -> PyResult<()> {
        if !slf.borrow_mut().engine.abandon(id) {
            return Ok(());
        }
        let reason = format!("a cancelled statement did not end within {DRAIN_SECONDS} s");
        Self::lose(slf, Error::Connection(reason))
    }
}

pub(crate) fn status_name(status: TransactionStatus) -> &'static str {
    match status {
        TransactionStatus::Idle => "idle",
        TransactionStatus::InTransaction => "transaction",
        TransactionStatus::Failed => "failed",
    }
}

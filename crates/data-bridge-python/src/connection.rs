//! A connection that an event loop drives.

mod cancellation;
pub(crate) mod copy;
mod cursor;
pub(crate) mod ending;
mod event;
mod reading;

use data_bridge_postgres::{Connection, Error, Finished};
use pyo3::prelude::*;
use pyo3::types::PyList;
use pyo3::{PyTraverseError, PyVisit, intern};

use crate::description::Description;
use crate::error::to_python;
use crate::model_layout::ModelLayout;
use crate::observation::Observation;
use crate::operation::{Call, Operation, Want};
use crate::prepared_statement::StatementPin;
use crate::reply::{Reply, Wake, elsewhere};
use crate::transaction::{opening_name, status_name};
use crate::type_codec::TypeCodec;

use self::cancellation::Drain;
use self::copy::{AsyncCopy, Driven, Waiter};
pub(crate) use self::cursor::AsyncCursor;

type Request = Operation<Py<Reply>>;

/// A connection to a server, read and written by the thread of the event loop itself.
///
/// Requests are written at once when nothing is in flight; otherwise those of one turn of the
/// loop go out together at its end. Answers are decoded in the loop's reader callback.
#[pyclass(module = "data_bridge._engine", weakref)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct AsyncConnection {
    pub(crate) engine: Connection<Request>,
    event_loop: Py<PyAny>,
    /// Who is told what the server says by itself, until the connection has ended.
    listeners: Option<Py<PyAny>>,
    /// Whether a write at the end of the loop's turn is due.
    corked: bool,
    /// Whether it reads on at the loop's next turn, whether that sees something to read or not.
    reading_on: bool,
    /// Whether the loop watches for room to write.
    writing: bool,
    /// Whether the loop watches the socket at all.
    watched: bool,
    /// While statements that were given up are being cancelled.
    drain: Option<Drain>,
    drains: u64,
    /// The statement that a timer is set for, to have it cancelled among others.
    watched_front: u64,
    /// Those who wait for their turn in a COPY.
    copying: Vec<Waiter>,
    /// The COPY that was begun last, and the task that drives it.
    copy: Option<Driven>,
    /// Whether nothing is read until somebody has taken what was.
    paused: bool,
    /// Room for the answers of one read, kept from one to the next.
    finished: Vec<Finished<Request>>,
    /// Who is told of each statement.
    #[pyo3(get, set)]
    observer: Option<Py<PyAny>>,
    /// Whether answers are being delivered: what is asked meanwhile leaves when they all are.
    delivering: bool,
    /// The pool's: called when the connection has ended, and after each answer while it is eager.
    #[pyo3(get, set)]
    on_change: Option<Py<PyAny>>,
    pub(crate) eager: bool,
}

impl AsyncConnection {
    pub(crate) fn new(engine: Connection<Request>, event_loop: Py<PyAny>) -> Self {
        Self {
            engine,
            event_loop,
            listeners: None,
            corked: false,
            reading_on: false,
            writing: false,
            watched: false,
            drain: None,
            drains: 0,
            watched_front: 0,
            copying: Vec::new(),
            copy: None,
            paused: false,
            finished: Vec::new(),
            observer: None,
            delivering: false,
            on_change: None,
            eager: false,
        }
    }

    #[inline]
    pub(crate) fn submit(slf: &Bound<'_, Self>, sql: &str, call: Call) -> PyResult<Py<Reply>> {
        let py = slf.py();
        let observation = {
            let this = slf.borrow();
            let observer = this.observer.as_ref();
            observer.map(|observer| Observation::new(py, observer, &call))
        };
        let sent = Self::send(slf, |reply, engine| call.submit(py, sql, reply, engine));
        if let Some(observation) = observation {
            observation.begun(py, sql, &sent);
        }
        sent
    }

    #[inline]
    fn send(
        slf: &Bound<'_, Self>,
        submit: impl FnOnce(Py<Reply>, &mut Connection<Request>) -> PyResult<u64>,
    ) -> PyResult<Py<Reply>> {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        if this.copy.is_some() {
            drop(this);
            Self::leave_copy(slf)?;
            this = slf.borrow_mut();
        }
        let event_loop = this.event_loop.clone_ref(py);
        let reply = Py::new(py, Reply::new(slf.clone().unbind(), event_loop))?;
        let was_idle = this.engine.in_flight() == 0;
        let id = submit(reply.clone_ref(py), &mut this.engine)?;
        reply.borrow_mut(py).id = id;
        if this.delivering {
            // It leaves with what the others ask who are woken now.
        } else if was_idle {
            Self::flush(slf, this)?;
        } else if !this.corked {
            this.corked = true;
            let uncork = slf.getattr(intern!(slf.py(), "_uncork"))?;
            this.event_loop
                .call_method1(py, intern!(py, "call_soon"), (uncork,))
                // A loop that is closed takes nothing.
                .map_err(|error| match elsewhere(py, &this.event_loop) {
                    Ok(Some(refused)) => refused,
                    _ => error,
                })?;
        }
        Ok(reply)
    }

    /// Writes what the socket takes, and has the loop tell when it takes more.
    fn flush(slf: &Bound<'_, Self>, mut this: PyRefMut<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let flushed = this.engine.flush();
        if this.engine.is_broken() {
            drop(this);
            return Self::read_soon(slf);
        }
        match flushed {
            Ok(done) if done == this.writing => {
                this.writing = !done;
                let event_loop = this.event_loop.clone_ref(py);
                let fd = this.engine.as_raw_fd();
                drop(this);
                if done {
                    event_loop.call_method1(py, intern!(py, "remove_writer"), (fd,))?;
                } else {
                    let writable = slf.getattr(intern!(slf.py(), "_writable"))?;
                    event_loop.call_method1(py, intern!(py, "add_writer"), (fd, writable))?;
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
}

#[pymethods]
impl AsyncConnection {
    /// Begins to watch the socket; called once, on the loop's thread.
    fn watch(slf: &Bound<'_, Self>) -> PyResult<()> {
        let readable = slf.getattr(intern!(slf.py(), "_readable"))?;
        let (event_loop, fd) = {
            let mut this = slf.borrow_mut();
            this.watched = true;
            (this.event_loop.clone_ref(slf.py()), this.engine.as_raw_fd())
        };
        event_loop.call_method1(slf.py(), intern!(slf.py(), "add_reader"), (fd, readable))?;
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
        Self::submit(slf, sql, Call::for_rows(Want::Status, rows))
    }

    /// Runs a statement once for each row of arguments, and gives the rows of all of them.
    fn fetchmany(slf: &Bound<'_, Self>, sql: &str, rows: Py<PyList>) -> PyResult<Py<Reply>> {
        Self::submit(slf, sql, Call::for_rows(Want::Rows, rows))
    }

    /// Prepares a statement, and keeps it so; gives its description, and what to hold.
    fn prepare(slf: &Bound<'_, Self>, sql: &str) -> PyResult<(Py<Reply>, StatementPin)> {
        let pin = slf.borrow_mut().engine.pin(sql);
        let described = Self::submit(slf, sql, Call::describe())?;
        Ok((described, pin.into()))
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

    /// Runs a statement and gives the first value of each row.
    fn fetchcolumn(
        slf: &Bound<'_, Self>,
        sql: &str,
        args: &Bound<'_, PyAny>,
    ) -> PyResult<Py<Reply>> {
        Self::submit(slf, sql, Call::new(Want::Column, Some(args))?)
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
        column: isize,
    ) -> PyResult<Py<Reply>> {
        let want = Want::value(slf.py(), column)?;
        Self::submit(slf, sql, Call::new(want, Some(args))?)
    }

    /// Describes a statement as it is at this moment, without executing it.
    fn describe(slf: &Bound<'_, Self>, sql: &str) -> PyResult<Py<Reply>> {
        // Nothing is executed: nobody is told of it.
        Self::send(slf, |reply, engine| {
            Call::describe().submit(slf.py(), sql, reply, engine)
        })
    }

    /// Begins a COPY, which has the connection to itself.
    fn copy(slf: &Bound<'_, Self>, sql: &str) -> PyResult<AsyncCopy> {
        AsyncCopy::begin(slf, sql, Connection::copy)
    }

    /// Begins executions of a statement, written by pieces as a COPY's data is.
    fn executions(slf: &Bound<'_, Self>, sql: &str) -> PyResult<AsyncCopy> {
        AsyncCopy::begin(slf, sql, Connection::executions)
    }

    /// What columns are like, by their names and types; None when the server must be asked.
    #[expect(clippy::needless_pass_by_value, reason = "as Python hands it over")]
    fn columns(&self, py: Python<'_>, types: Vec<(String, u32)>) -> PyResult<Option<Description>> {
        Description::of_columns(py, self.engine.columns(&types))
    }

    /// Whether statements that are asked for from now on are executed in this order, whichever of
    /// them must be prepared first.
    #[setter]
    fn set_ordered(&mut self, ordered: bool) {
        self.engine.set_ordered(ordered);
    }

    /// Opens a transaction, or a savepoint, along with the first statement that comes; gives its
    /// number.
    fn open(&mut self, py: Python<'_>, sql: &str) -> PyResult<u64> {
        self.engine.open(sql).map_err(|error| to_python(py, &error))
    }

    /// "sent", "unsent" or "failed": what became of that, now that its end has come.
    fn settle_opening(&mut self, number: u64) -> &'static str {
        opening_name(self.engine.settle_opening(number))
    }

    /// Has a transaction rolled back that may have ended by then; nobody waits for that.
    fn unwind(slf: &Bound<'_, Self>, sql: &str) -> PyResult<()> {
        let call = Call::new(Want::Status, None)?;
        Self::send(slf, |reply, engine| {
            call.unwind(slf.py(), sql, reply, engine)
        })?;
        Ok(())
    }

    /// Closes the connection; what is in flight fails.
    fn close(slf: &Bound<'_, Self>) -> PyResult<()> {
        let mut finished = Vec::new();
        let running = slf.borrow_mut().engine.close(&mut finished);
        if let (Some(cancel), Ok(runtime)) = (running, data_bridge_postgres::runtime()) {
            runtime.spawn(async move { cancel.send().await });
        }
        Self::unwatch(slf)?;
        Self::tell_end(slf);
        Self::deliver(slf.py(), finished, Wake::Soon)?;
        Self::wake_copies(slf, Wake::Soon)?;
        Self::changed(slf)
    }

    /// Says who is told what the server says by itself.
    fn set_listeners(&mut self, listeners: Py<PyAny>) {
        self.listeners = Some(listeners);
    }

    /// Closes the connection from whatever thread, by the loop's own where that still runs.
    fn close_soon(slf: &Bound<'_, Self>) -> PyResult<()> {
        let event_loop = slf.borrow().event_loop.clone_ref(slf.py());
        let close = slf.getattr(intern!(slf.py(), "close"))?;
        match event_loop.call_method1(
            slf.py(),
            intern!(slf.py(), "call_soon_threadsafe"),
            (&close,),
        ) {
            Ok(_) => Ok(()),
            Err(_) => close.call0().map(drop),
        }
    }

    /// Ends the COPY and the cursors that are still open, whoever has opened them.
    fn end_streams(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::end_copy(slf)?;
        let portals = slf.borrow().engine.portals();
        for portal in portals {
            Self::close_portal(slf, portal, None)?;
        }
        Ok(())
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

    /// Has values of a type read and written in a way of the caller's own, or as usual again.
    fn set_type_codec(&mut self, codec: &TypeCodec) {
        codec.set(&mut self.engine);
    }

    /// Goes back to the codecs that the connection's pool has set.
    fn reset_type_codecs(&mut self) {
        self.engine.reset_type_codecs();
    }

    fn reload_types(&mut self) {
        self.engine.reload_types();
    }

    /// A setting that the server reports, such as `server_version`; None when it does not.
    fn parameter(&self, name: &str) -> Option<&str> {
        self.engine.parameter(name)
    }

    /// A loop that is closed with statements in flight leaves a circle behind: the connection, the
    /// awaitables of its requests, and the tasks that wait for those and use the connection.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.event_loop)?;
        visit.call(&self.observer)?;
        visit.call(&self.on_change)?;
        visit.call(&self.listeners)?;
        for request in self.engine.requests() {
            visit.call(&request.caller)?;
        }
        for waiter in &self.copying {
            visit.call(&waiter.reply)?;
        }
        Ok(())
    }

    fn __clear__(&mut self) {
        self.observer = None;
        self.on_change = None;
        // Who waited is collected, too.
        self.engine.fail(Error::Closed, &mut Vec::new());
    }

    fn _read_on(slf: &Bound<'_, Self>) -> PyResult<()> {
        slf.borrow_mut().reading_on = false;
        Self::read(slf)
    }

    fn _readable(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::read(slf)
    }

    fn _writable(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::flush(slf, slf.borrow_mut())?;
        Self::wake_copies(slf, Wake::Now)
    }

    fn _uncork(slf: &Bound<'_, Self>) -> PyResult<()> {
        let mut this = slf.borrow_mut();
        this.corked = false;
        Self::flush(slf, this)
    }

    fn _cancel_sent(slf: &Bound<'_, Self>, sent: bool) -> PyResult<()> {
        Self::cancel_sent(slf, sent)
    }
}

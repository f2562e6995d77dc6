//! A connection that the calling thread drives.

mod cancellation;
pub(crate) mod copy;
mod cursor;
mod ending;
mod member;
mod pipeline;
mod turn;
mod waiting;

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use data_bridge_postgres::{Connection, Error, Event, Finished, HangUp, TransactionStatus};
use pyo3::prelude::*;
use pyo3::types::PyList;
use pyo3::{PyTraverseError, PyVisit};

use self::cancellation::give_up;
use self::copy::SyncCopy;
pub(crate) use self::cursor::SyncCursor;
pub(crate) use self::member::SyncMember;
use self::turn::{ANYONE, NOBODY, NoTurn, Turns};
use self::waiting::{Stopped, TimeLimit, converse};
use crate::description::Description;
use crate::error::to_python;
use crate::event::{tell, tell_end};
use crate::observation::Observation;
use crate::operation::{Call, Operation, Want};
use crate::prepared_statement::StatementPin;
use crate::transaction::{opening_name, status_name};
use crate::type_codec::TypeCodec;

/// How long a thread that waits for notifications keeps its turn, and looks at no signal.
const LISTENING: Duration = Duration::from_millis(20);

/// Each with its place among those that are sent together.
type Request = Operation<usize>;

/// A connection to a server for threads: one statement at a time, the others wait their turn,
/// and the interpreter is free while any of them waits.
#[pyclass(module = "data_bridge._engine", frozen, weakref)]
pub(crate) struct SyncConnection {
    engine: Turns<Connection<Request>>,
    /// For who ends it without waiting for a turn.
    hang_up: HangUp,
    /// As of the last turn, to be looked at without waiting for one.
    closed: AtomicBool,
    status: AtomicU8,
    /// Who is told of each statement, and whether there is somebody.
    observer: Mutex<Option<Py<PyAny>>>,
    observed: AtomicBool,
    /// Who is told what the server says by itself.
    listeners: OnceLock<Py<PyAny>>,
}

impl SyncConnection {
    pub(crate) fn new(engine: Connection<Request>) -> Self {
        Self {
            hang_up: engine.hang_up(),
            engine: Turns::new(engine),
            closed: AtomicBool::new(false),
            status: AtomicU8::new(TransactionStatus::Idle as u8),
            observer: Mutex::new(None),
            observed: AtomicBool::new(false),
            listeners: OnceLock::new(),
        }
    }

    fn with_engine<T>(
        &self,
        py: Python<'_>,
        holder: u64,
        deadline: Option<Instant>,
        body: impl FnOnce(&mut Connection<Request>) -> T,
    ) -> Result<T, NoTurn> {
        let mut engine = self.engine.take(py, holder, deadline)?;
        let result = body(&mut engine);
        let closed = engine.closed().is_some();
        let ended = closed && !self.closed.swap(closed, Ordering::Relaxed);
        let status = engine.transaction_status() as u8;
        self.status.store(status, Ordering::Relaxed);
        if ended || engine.has_events() {
            let events = engine.take_events();
            // A listener may use the connection.
            drop(engine);
            self.tell(py, events, ended);
        }
        Ok(result)
    }

    #[cold]
    fn tell(&self, py: Python<'_>, events: VecDeque<Event>, ended: bool) {
        if let Some(listeners) = self.listeners.get() {
            tell(py, listeners, events);
            if ended {
                tell_end(py, listeners);
            }
        }
    }

    /// A turn for what takes no time, in the midst of a COPY, too.
    fn briefly<T>(
        &self,
        py: Python<'_>,
        body: impl FnOnce(&mut Connection<Request>) -> T,
    ) -> PyResult<T> {
        let ended = self.with_engine(py, ANYONE, None, body);
        ended.map_err(|no| match no {
            NoTurn::Raised(error) => error,
            NoTurn::Timeout => to_python(py, &Error::Timeout("no turn".to_owned())),
        })
    }

    #[inline]
    fn run(
        &self,
        py: Python<'_>,
        sql: &str,
        call: Call,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        if self.observed.load(Ordering::Relaxed) {
            return self.run_observed(py, sql, call, timeout);
        }
        self.run_alone(py, sql, call, timeout)
    }

    #[cold]
    fn run_observed(
        &self,
        py: Python<'_>,
        sql: &str,
        call: Call,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        let observer = self.observer(py);
        let observation = observer.map(|observer| Observation::new(py, &observer, &call));
        let outcome = self.run_alone(py, sql, call, timeout);
        if let Some(observation) = observation {
            observation.ended(py, sql, timeout, &outcome);
        }
        outcome
    }

    fn run_alone(
        &self,
        py: Python<'_>,
        sql: &str,
        call: Call,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        let submit = |engine: &mut _| call.submit(py, sql, 0, engine);
        self.run_by(py, submit, timeout)
    }

    fn run_by(
        &self,
        py: Python<'_>,
        submit: impl FnOnce(&mut Connection<Request>) -> PyResult<u64>,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        self.leave_copy(py)?;
        let limit = TimeLimit::new(timeout);
        let deadline = limit.deadline;
        let ended = self.with_engine(py, NOBODY, deadline, |engine| {
            let id = submit(engine)?;
            match converse(py, engine, deadline) {
                Ok(Finished { request, outcome }) => {
                    outcome.map_err(PyErr::from)?;
                    Ok(request.result(py).1)
                }
                Err(Stopped::Lost(error)) => {
                    engine.fail(error.clone(), &mut Vec::new());
                    Err(to_python(py, &error))
                }
                Err(Stopped::Timeout) => {
                    give_up(py, engine, id);
                    Err(limit.late(py))
                }
                Err(Stopped::Signal(error)) => {
                    give_up(py, engine, id);
                    Err(error)
                }
            }
        });
        match ended {
            Ok(result) => result,
            Err(NoTurn::Timeout) => Err(limit.late(py)),
            Err(NoTurn::Raised(error)) => Err(error),
        }
    }
}

#[pymethods]
impl SyncConnection {
    /// Runs a statement, or a script of several when `args` is None; gives the command's tag.
    fn execute(
        &self,
        py: Python<'_>,
        sql: &str,
        args: Option<&Bound<'_, PyAny>>,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        self.run(py, sql, Call::new(Want::Status, args)?, timeout)
    }

    /// Runs a statement once for each row of arguments, all or none of them.
    fn executemany(
        &self,
        py: Python<'_>,
        sql: &str,
        rows: Py<PyList>,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        self.run(py, sql, Call::for_rows(Want::Status, rows), timeout)
    }

    /// Runs a statement once for each row of arguments, and gives the rows of all of them.
    fn fetchmany(
        &self,
        py: Python<'_>,
        sql: &str,
        rows: Py<PyList>,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        self.run(py, sql, Call::for_rows(Want::Rows, rows), timeout)
    }

    /// Prepares a statement, and keeps it so; gives its description, and what to hold.
    fn prepare(
        &self,
        py: Python<'_>,
        sql: &str,
        timeout: Option<f64>,
    ) -> PyResult<(Py<PyAny>, StatementPin)> {
        let pin = self.briefly(py, |engine| engine.pin(sql))?;
        let described = self.run(py, sql, Call::describe(), timeout)?;
        Ok((described, pin.into()))
    }

    /// Runs a statement and gives all its rows.
    fn fetch(
        &self,
        py: Python<'_>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        self.run(py, sql, Call::new(Want::Rows, Some(args))?, timeout)
    }

    /// Runs a statement and gives its first row, or None.
    fn fetchrow(
        &self,
        py: Python<'_>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        self.run(py, sql, Call::new(Want::Row, Some(args))?, timeout)
    }

    /// Runs a statement and gives a value of its first row, or None.
    fn fetchval(
        &self,
        py: Python<'_>,
        sql: &str,
        args: &Bound<'_, PyAny>,
        column: isize,
        timeout: Option<f64>,
    ) -> PyResult<Py<PyAny>> {
        self.run(
            py,
            sql,
            Call::new(Want::value(py, column)?, Some(args))?,
            timeout,
        )
    }

    /// Ends the COPY and the cursors that are still open, whoever has opened them.
    fn end_streams(&self, py: Python<'_>) -> PyResult<()> {
        self.end_copy(py)?;
        for portal in self.briefly(py, |engine| engine.portals())? {
            self.close_portal(py, portal)?;
        }
        Ok(())
    }

    /// Who is told of each statement.
    #[getter]
    fn observer(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        observer.as_ref().map(|observer| observer.clone_ref(py))
    }

    #[setter]
    fn set_observer(&self, observer: Option<Py<PyAny>>) {
        self.observed.store(observer.is_some(), Ordering::Relaxed);
        let mut place = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *place, observer);
        drop(place);
        // Whatever it holds is let go when others can have the lock.
        drop(before);
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(listeners) = self.listeners.get() {
            visit.call(listeners)?;
        }
        // Held by nobody while the collector runs, or looked at the next time.
        self.observer
            .try_lock()
            .map_or(Ok(()), |observer| visit.call(&*observer))
    }

    fn __clear__(&self) {
        self.set_observer(None);
    }

    /// Describes a statement as it is at this moment, without executing it.
    fn describe(&self, py: Python<'_>, sql: &str, timeout: Option<f64>) -> PyResult<Py<PyAny>> {
        // Nothing is executed: nobody is told of it.
        self.run_alone(py, sql, Call::describe(), timeout)
    }

    /// A COPY, which from its first `wait` on has the connection to itself until its result was
    /// taken or it was given up.
    fn copy(slf: &Bound<'_, Self>, sql: String, timeout: Option<f64>) -> SyncCopy {
        SyncCopy::new(slf, sql, timeout, Connection::copy)
    }

    /// Executions of a statement, written by pieces as a COPY's data is.
    fn executions(slf: &Bound<'_, Self>, sql: String, timeout: Option<f64>) -> SyncCopy {
        SyncCopy::new(slf, sql, timeout, Connection::executions)
    }

    /// What columns are like, by their names and types; None when the server must be asked.
    #[expect(clippy::needless_pass_by_value, reason = "as Python hands it over")]
    fn columns(&self, py: Python<'_>, types: Vec<(String, u32)>) -> PyResult<Option<Description>> {
        let columns = self.briefly(py, |engine| engine.columns(&types))?;
        Description::of_columns(py, columns)
    }

    /// Runs statements that are sent together: a list of (kind, sql, arguments, column). Gives for
    /// each its result, or the error that it failed with.
    #[expect(clippy::needless_pass_by_value, reason = "as Python hands it over")]
    fn pipeline(
        &self,
        py: Python<'_>,
        statements: Vec<pipeline::Statement>,
        timeout: Option<f64>,
    ) -> PyResult<Vec<pipeline::Answer>> {
        self.run_together(py, &statements, timeout)
    }

    /// Opens a transaction, or a savepoint, along with the first statement that comes; gives its
    /// number.
    fn open(&self, py: Python<'_>, sql: &str) -> PyResult<u64> {
        let opened = self.briefly(py, |engine| engine.open(sql))?;
        opened.map_err(|error| to_python(py, &error))
    }

    /// "sent", "unsent" or "failed": what became of that, now that its end has come.
    fn settle_opening(&self, py: Python<'_>, number: u64) -> PyResult<&'static str> {
        let state = self.briefly(py, |engine| engine.settle_opening(number))?;
        Ok(opening_name(state))
    }

    /// Closes the connection; what is waited for fails, by another thread or where a signal
    /// handler has interrupted this one.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        self.end(py)
    }

    /// Says who is told what the server says by itself; once.
    fn set_listeners(&self, listeners: Py<PyAny>) {
        // A second one changes nothing.
        let _ = self.listeners.set(listeners);
    }

    /// Waits until the server says something by itself, which the listeners are told, or the
    /// time is over; gives other threads their turns in between.
    fn listen(&self, py: Python<'_>, timeout: f64) -> PyResult<()> {
        let timeout = Duration::try_from_secs_f64(timeout.max(0.0)).unwrap_or(LISTENING);
        self.briefly(py, |engine| {
            if let Some(error) = engine.closed() {
                return Err(to_python(py, error));
            }
            let waited = match py.detach(|| engine.wait(Some(timeout.min(LISTENING)))) {
                Ok(true) => engine.process(&mut Vec::new()),
                Ok(false) | Err(None) => Ok(()),
                Err(Some(error)) => Err(error),
            };
            waited.map_err(|error| {
                engine.fail(error.clone(), &mut Vec::new());
                to_python(py, &error)
            })
        })??;
        self.engine.give_way(py);
        py.check_signals()
    }

    /// Whether the connection can be used, as far as the server has told by now.
    fn is_alive(&self, py: Python<'_>) -> PyResult<bool> {
        self.briefly(py, |engine| {
            let mut finished = Vec::new();
            if engine.closed().is_none()
                && let Err(error) = engine.receive(&mut finished)
            {
                engine.fail(error, &mut finished);
            }
            engine.closed().is_none()
        })
    }

    /// Whether a statement of this very thread runs on it, which a signal handler has interrupted.
    #[getter]
    fn interrupted(&self) -> bool {
        self.engine.is_mine()
    }

    /// Whether the connection cannot be used any more.
    #[getter]
    fn closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Whether no transaction and no COPY is open and the session is unchanged.
    #[getter]
    fn clean(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.engine.holder().is_none() && self.briefly(py, Connection::is_clean)?)
    }

    /// Whether a command has left something behind in the session.
    #[getter]
    fn session_changed(&self, py: Python<'_>) -> PyResult<bool> {
        self.briefly(py, |engine| *engine.session_changed())
    }

    #[setter]
    fn set_session_changed(&self, py: Python<'_>, changed: bool) -> PyResult<()> {
        self.briefly(py, |engine| *engine.session_changed() = changed)
    }

    /// "idle", "transaction" or "failed", as of the last answer.
    #[getter]
    fn transaction_status(&self) -> &'static str {
        let status = self.status.load(Ordering::Relaxed);
        let all = [
            TransactionStatus::Idle,
            TransactionStatus::InTransaction,
            TransactionStatus::Failed,
        ];
        let known = all.into_iter().find(|known| *known as u8 == status);
        status_name(known.unwrap_or(TransactionStatus::Failed))
    }

    /// Has values of a type read and written in a way of the caller's own, or as usual again.
    fn set_type_codec(&self, py: Python<'_>, codec: &TypeCodec) -> PyResult<()> {
        self.briefly(py, |engine| codec.set(engine))
    }

    /// Goes back to the codecs that the connection's pool has set.
    fn reset_type_codecs(&self, py: Python<'_>) -> PyResult<()> {
        self.briefly(py, Connection::reset_type_codecs)
    }

    fn reload_types(&self, py: Python<'_>) -> PyResult<()> {
        self.briefly(py, Connection::reload_types)
    }

    /// A setting that the server reports, such as `server_version`; None when it does not.
    fn parameter(&self, py: Python<'_>, name: &str) -> PyResult<Option<String>> {
        self.briefly(py, |engine| engine.parameter(name).map(str::to_owned))
    }
}

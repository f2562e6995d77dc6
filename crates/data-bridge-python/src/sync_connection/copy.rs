//! A COPY that the calling thread drives.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use data_bridge_postgres::{Connection, CopyState, Error, Finished, Refused};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::turn::{NOBODY, NoTurn};
use super::{Request, SyncConnection, TimeLimit, give_up};
use crate::copy::Copied;
use crate::copy::given::Given;
use crate::error::{interface_error, to_python};
use crate::operation::Operation;

/// How long the server may take to see that a COPY was given up, before it is asked to stop.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the server is told of a COPY that is given up.
const GIVEN_UP: &str = "the client has given it up";

/// By which method of the engine it is asked for.
type Queue = fn(&mut Connection<Request>, &str, Request) -> Result<u64, Refused<Request>>;

/// A COPY: who has data writes it, who wants data reads it, each in their turn.
///
/// It begins with the first turn that is waited for, where its user will give it up whatever
/// comes: a signal's exception may come as soon as it was made.
#[pyclass(module = "data_bridge._engine", frozen)]
pub(crate) struct SyncCopy {
    connection: Py<SyncConnection>,
    sql: String,
    queue: Queue,
    /// `NOBODY` before it has begun.
    id: AtomicU64,
    copied: Copied,
    limit: Mutex<TimeLimit>,
    /// The command's tag, or what went wrong, once it is over.
    outcome: Mutex<Option<PyResult<Py<PyAny>>>>,
}

impl SyncCopy {
    pub(super) fn new(
        connection: &Bound<'_, SyncConnection>,
        sql: String,
        timeout: Option<f64>,
        queue: Queue,
    ) -> Self {
        Self {
            connection: connection.clone().unbind(),
            sql,
            queue,
            id: AtomicU64::new(NOBODY),
            copied: Copied::default(),
            limit: Mutex::new(TimeLimit::new(timeout)),
            outcome: Mutex::new(None),
        }
    }

    fn begin(&self, py: Python<'_>) -> PyResult<()> {
        let connection = self.connection.get();
        connection.leave_copy(py)?;
        let limit = self.limit();
        let begun = connection.with_engine(py, NOBODY, limit.deadline, |engine| {
            let request = Operation::copy(py, self.copied.clone(), 0);
            let submitted = (self.queue)(engine, &self.sql, request);
            let id = submitted.map_err(|refused| PyErr::from(refused.error))?;
            connection.engine.hold(id);
            self.id.store(id, Ordering::Relaxed);
            Ok(())
        });
        begun.map_err(|no| raised(py, no, limit))?
    }

    fn id(&self) -> u64 {
        self.id.load(Ordering::Relaxed)
    }

    /// Whether the connection is still its own: whoever has that now is not to be waited for.
    fn holds(&self) -> bool {
        self.connection.get().engine.holder() == Some(self.id())
    }

    fn limit(&self) -> TimeLimit {
        *self.limit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_engine<T>(
        &self,
        py: Python<'_>,
        body: impl FnOnce(&mut Connection<Request>) -> T,
    ) -> PyResult<T> {
        let connection = self.connection.get();
        let ended = connection.with_engine(py, self.id(), self.limit().deadline, body);
        ended.map_err(|no| raised(py, no, self.limit()))
    }

    /// Keeps how it ended, and lets others have the connection.
    fn end(&self, outcome: PyResult<Py<PyAny>>) {
        let mut kept = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            *kept = Some(outcome);
            self.connection.get().engine.release(self.id());
        }
    }

    fn take_in(&self, py: Python<'_>, finished: &mut Vec<Finished<Request>>) {
        if let Some(Finished { request, outcome }) = finished.pop() {
            let outcome = outcome.map_err(PyErr::from);
            self.end(outcome.map(|()| request.result(py).1));
        }
    }

    /// Takes in what has come, without waiting.
    fn look(&self, py: Python<'_>, engine: &mut Connection<Request>) {
        let mut finished = Vec::new();
        if engine.closed().is_some() {
            return;
        }
        let received = engine.flush().and_then(|_| engine.receive(&mut finished));
        self.take_in(py, &mut finished);
        if let Err(error) = received {
            self.lose(py, engine, &error);
        }
    }

    fn lose(&self, py: Python<'_>, engine: &mut Connection<Request>, error: &Error) {
        engine.fail(error.clone(), &mut Vec::new());
        self.end(Err(to_python(py, error)));
    }

    fn is_running(&self) -> bool {
        let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.is_none() && self.holds()
    }

    fn outcome(&self, py: Python<'_>) -> Option<PyResult<Py<PyAny>>> {
        let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        match &*outcome {
            Some(Ok(tag)) => Some(Ok(tag.clone_ref(py))),
            Some(Err(error)) => Some(Err(error.clone_ref(py))),
            None => None,
        }
    }

    /// Writes and reads what can be; false when nothing could within the time.
    fn step(
        &self,
        py: Python<'_>,
        engine: &mut Connection<Request>,
        left: Option<Duration>,
    ) -> bool {
        let mut finished = Vec::new();
        let waited = match engine.flush() {
            Ok(_) => py.detach(|| engine.wait(left)),
            Err(error) => Err(Some(error)),
        };
        let gone = match waited {
            Ok(true) => engine.process(&mut finished).err(),
            Ok(false) => return false,
            Err(error) => error,
        };
        self.take_in(py, &mut finished);
        if let Some(error) = gone {
            self.lose(py, engine, &error);
        }
        true
    }

    /// Waits until `ready` says so.
    fn wait_until<T>(
        &self,
        py: Python<'_>,
        engine: &mut Connection<Request>,
        ready: impl Fn(&Connection<Request>) -> Option<T>,
    ) -> PyResult<T> {
        loop {
            if let Some(ready) = ready(engine) {
                return Ok(ready);
            }
            let now = Instant::now();
            let left = self
                .limit()
                .deadline
                .map(|d| d.saturating_duration_since(now));
            if !self.step(py, engine, left) {
                return Err(self.limit().late(py));
            }
            py.check_signals()?;
        }
    }
}

#[pymethods]
impl SyncCopy {
    /// Waits for the client's turn: True when data can be written, or is there to be read; False
    /// when it is over.
    fn wait(&self, py: Python<'_>) -> PyResult<bool> {
        if self.id() == NOBODY {
            self.begin(py)?;
        } else if !self.holds() {
            return Ok(self.copied.turn(CopyState::Over).unwrap_or(false));
        }
        self.with_engine(py, |engine| {
            if !engine.is_full() {
                self.look(py, engine);
            }
            self.wait_until(py, engine, |engine| {
                self.copied.turn(engine.copy_state(self.id()))
            })
        })?
    }

    /// Sends a piece of data; it is dropped when the COPY takes none any more.
    fn write(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<()> {
        if !self.holds() {
            return Ok(());
        }
        let given = Given::new(data)?;
        self.with_engine(py, |engine| {
            let written = given.write(engine, self.id());
            written.map_err(|error| to_python(py, &error))?;
            if let Err(error) = engine.flush() {
                self.lose(py, engine, &error);
            }
            Ok(())
        })?
    }

    /// Takes the data that has come; None when there is none.
    fn read<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.copied.take(py)
    }

    /// How many messages of data have come.
    #[getter]
    fn pieces(&self) -> u64 {
        self.copied.pieces()
    }

    /// Begins its time anew: what others took of it since the last turn does not count.
    fn extend(&self) {
        let mut limit = self.limit.lock().unwrap_or_else(PoisonError::into_inner);
        *limit = TimeLimit::new(limit.seconds);
    }

    /// Says that all data is written.
    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        if !self.holds() {
            return Ok(());
        }
        self.with_engine(py, |engine| engine.copy_done(self.id()))
    }

    /// Waits for its end; gives the command's tag.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        if !self.holds() {
            self.end(Err(given_up(py)));
        }
        if let Some(outcome) = self.outcome(py) {
            return outcome;
        }
        self.with_engine(py, |engine| {
            if let Some(error) = engine.closed() {
                self.end(Err(to_python(py, error)));
            } else if engine.copy_state(self.id()) == CopyState::Over {
                self.end(Err(given_up(py)));
            }
            self.wait_until(py, engine, |_| self.outcome(py))
        })??
    }

    /// Gives it up, whatever it is at; nothing when it is over.
    fn abandon(&self, py: Python<'_>) -> PyResult<()> {
        if !self.is_running() {
            return Ok(());
        }
        let connection = self.connection.get();
        let ended = connection.with_engine(py, self.id(), None, |engine| {
            // The server ends a COPY in by itself; whatever else it is at, it must be asked to.
            engine.copy_fail(self.id(), GIVEN_UP);
            let until = Instant::now() + PATIENCE;
            while self.is_running() && Instant::now() < until {
                let left = until.saturating_duration_since(Instant::now());
                if !matches!(engine.copy_state(self.id()), CopyState::Waiting)
                    || !self.step(py, engine, Some(left))
                {
                    break;
                }
            }
            if self.is_running() {
                give_up(py, engine, self.id());
            }
        });
        self.end(Err(given_up(py)));
        ended.map_err(|no| raised(py, no, self.limit()))
    }
}

impl SyncConnection {
    /// A thread that drives a COPY and asks for something else has left what the COPY gives, and
    /// may not while the COPY takes.
    #[inline]
    pub(super) fn leave_copy(&self, py: Python<'_>) -> PyResult<()> {
        match self.engine.held_here() {
            Some(id) => self.leave_own_copy(py, id),
            None => Ok(()),
        }
    }

    #[cold]
    fn leave_own_copy(&self, py: Python<'_>, id: u64) -> PyResult<()> {
        self.briefly(py, |engine| {
            match engine.copy_state(id) {
                CopyState::Over => {}
                CopyState::Out => give_up(py, engine, id),
                CopyState::In { .. } | CopyState::Waiting => {
                    let problem = "the connection is in use by a COPY, or an executemany, of this very thread";
                    return Err(interface_error(py, problem));
                }
            }
            self.engine.release(id);
            Ok(())
        })?
    }

    /// Ends a COPY that somebody has left open.
    pub(super) fn end_copy(&self, py: Python<'_>) -> PyResult<()> {
        match self.engine.holder() {
            Some(id) => self.end_left_copy(py, id),
            None => Ok(()),
        }
    }

    #[cold]
    fn end_left_copy(&self, py: Python<'_>, id: u64) -> PyResult<()> {
        self.briefly(py, |engine| {
            engine.copy_fail(id, GIVEN_UP);
            match engine.flush() {
                Ok(_) => give_up(py, engine, id),
                Err(error) => engine.fail(error, &mut Vec::new()),
            }
        })?;
        self.engine.release(id);
        Ok(())
    }
}

fn given_up(py: Python<'_>) -> PyErr {
    interface_error(py, "the COPY was given up before its end")
}

fn raised(py: Python<'_>, no: NoTurn, limit: TimeLimit) -> PyErr {
    match no {
        NoTurn::Raised(error) => error,
        NoTurn::Timeout => limit.late(py),
    }
}

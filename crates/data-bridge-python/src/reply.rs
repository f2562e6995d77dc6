//! The awaitable of a call: a future of asyncio's protocol, completed from the reader callback.
//!
//! It speaks what `asyncio.Task` asks of a future (`_asyncio_future_blocking`, `get_loop`,
//! `add_done_callback`, `result`, `cancel`), so a task can wait for it directly. In the reader
//! callback no task is current, so the waiting task is woken there and then, in its own context,
//! instead of at the loop's next turn.

#![expect(
    unsafe_code,
    reason = "a context is entered, and a result raised, as CPython's own futures do it"
)]

use pyo3::exceptions::asyncio::{CancelledError, InvalidStateError};
use pyo3::exceptions::{
    PyBaseException, PyKeyboardInterrupt, PyRuntimeError, PyStopIteration, PySystemExit,
};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit, ffi, intern};

use crate::connection::AsyncConnection;
use crate::connection::ending::is_closed;
use crate::error::interface_error;

/// In which way those who wait for a request are woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// There and then: in the reader callback, where no task is current.
    Now,
    /// At the loop's next turn: a task may be current, and another cannot run inside it.
    Soon,
}

#[derive(Debug)]
enum State {
    Waiting,
    Done(Py<PyAny>),
    Failed(PyErr),
    /// With the message that the cancellation was given.
    Cancelled(Option<Py<PyAny>>),
}

/// What a statement will give, to be awaited.
#[pyclass(module = "data_bridge._engine", weakref)]
#[derive(Debug)]
pub(crate) struct Reply {
    connection: Py<AsyncConnection>,
    event_loop: Py<PyAny>,
    /// The number of its request, given once that is written.
    pub(crate) id: u64,
    state: State,
    blocking: bool,
    callbacks: Callbacks,
}

/// Who is told, and in which context.
#[derive(Debug)]
struct Callback {
    function: Py<PyAny>,
    context: Option<Py<PyAny>>,
}

/// All who are told: most often one, the task that waits.
#[derive(Debug, Default)]
struct Callbacks {
    first: Option<Callback>,
    others: Vec<Callback>,
}

impl Callbacks {
    fn push(&mut self, callback: Callback) {
        // None comes before those that are there already, even once the first was removed.
        if self.first.is_none() && self.others.is_empty() {
            self.first = Some(callback);
        } else {
            self.others.push(callback);
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Callback> {
        self.first.iter().chain(&self.others)
    }

    fn into_iter(self) -> impl Iterator<Item = Callback> {
        self.first.into_iter().chain(self.others)
    }

    fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl Reply {
    pub(crate) fn new(connection: Py<AsyncConnection>, event_loop: Py<PyAny>) -> Self {
        Self {
            connection,
            event_loop,
            id: 0,
            state: State::Waiting,
            blocking: false,
            callbacks: Callbacks::default(),
        }
    }

    /// Completes it and wakes who waits for it.
    ///
    /// # Errors
    /// Only what must stop the loop itself: `KeyboardInterrupt` and `SystemExit`.
    pub(crate) fn complete(
        slf: &Bound<'_, Self>,
        outcome: PyResult<Py<PyAny>>,
        wake: Wake,
    ) -> PyResult<()> {
        let py = slf.py();
        let (callbacks, event_loop) = {
            let mut this = slf.borrow_mut();
            if !matches!(this.state, State::Waiting) {
                return Ok(());
            }
            this.state = match outcome {
                Ok(value) => State::Done(value),
                Err(error) => State::Failed(error),
            };
            (
                std::mem::take(&mut this.callbacks),
                this.event_loop.clone_ref(py),
            )
        };
        if wake == Wake::Soon {
            return call_all_soon(slf, &event_loop, callbacks);
        }
        for callback in callbacks.into_iter() {
            if let Err(error) = call(slf, &callback) {
                if error.is_instance_of::<PyKeyboardInterrupt>(py)
                    || error.is_instance_of::<PySystemExit>(py)
                {
                    return Err(error);
                }
                report(py, &event_loop, error, slf)?;
            }
        }
        Ok(())
    }

    /// Its request was given up, and not by cancelling this.
    pub(crate) fn give_up(slf: &Bound<'_, Self>) -> PyResult<()> {
        if !matches!(slf.borrow().state, State::Waiting) {
            return Ok(());
        }
        let error = interface_error(slf.py(), "it was given up before its end");
        Self::complete(slf, Err(error), Wake::Soon)
    }

    fn outcome(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match &self.state {
            State::Done(value) => Ok(value.clone_ref(py)),
            State::Failed(error) => Err(error.clone_ref(py)),
            State::Cancelled(Some(message)) => {
                Err(CancelledError::new_err((message.clone_ref(py),)))
            }
            State::Cancelled(None) => Err(CancelledError::new_err(())),
            State::Waiting => Err(InvalidStateError::new_err(
                "the statement is not answered yet",
            )),
        }
    }
}

/// Calls a callback in its context: what `context.run(callback, reply)` does.
fn call(reply: &Bound<'_, Reply>, callback: &Callback) -> PyResult<()> {
    let py = reply.py();
    let function = callback.function.bind(py);
    let Some(context) = &callback.context else {
        return function.call1((reply,)).map(drop);
    };
    // SAFETY: a live object; what is no context is refused with a TypeError. What was entered is
    // left on every way out, and a callback's error is kept meanwhile.
    unsafe {
        if ffi::PyContext_Enter(context.as_ptr()) != 0 {
            return Err(PyErr::fetch(py));
        }
        let called = function.call1((reply,)).map(drop);
        if ffi::PyContext_Exit(context.as_ptr()) != 0 {
            let error = PyErr::fetch(py);
            return called.and(Err(error));
        }
        called
    }
}

/// A callback that raises is the loop's affair, as it is with asyncio's own futures.
fn report(
    py: Python<'_>,
    event_loop: &Py<PyAny>,
    error: PyErr,
    reply: &Bound<'_, Reply>,
) -> PyResult<()> {
    let context = PyDict::new(py);
    context.set_item("message", "exception in a callback of a statement")?;
    context.set_item("exception", error.into_value(py))?;
    context.set_item("future", reply)?;
    event_loop.call_method1(py, intern!(py, "call_exception_handler"), (context,))?;
    Ok(())
}

#[pymethods]
impl Reply {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.connection)?;
        visit.call(&self.event_loop)?;
        if let State::Done(value) = &self.state {
            visit.call(value)?;
        }
        for callback in self.callbacks.iter() {
            visit.call(&callback.function)?;
            visit.call(&callback.context)?;
        }
        Ok(())
    }

    fn __clear__(&mut self) {
        self.callbacks = Callbacks::default();
    }

    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(slf: &Bound<'_, Self>) -> PyResult<Py<Self>> {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        if matches!(this.state, State::Waiting) {
            this.blocking = true;
            return Ok(slf.clone().unbind());
        }
        Err(stop_iteration(this.outcome(py)?.into_bound(py)))
    }

    /// What a task throws while it waits for this: it ended badly, or the task is another loop's.
    #[pyo3(signature = (error, *rest))]
    fn throw(
        slf: &Bound<'_, Self>,
        error: &Bound<'_, PyAny>,
        rest: &Bound<'_, PyTuple>,
    ) -> PyResult<()> {
        let py = slf.py();
        let given = rest.get_item(0).ok().filter(|value| !value.is_none());
        let thrown = PyErr::from_value(given.unwrap_or_else(|| error.clone()));
        let this = slf.borrow();
        if matches!(this.state, State::Waiting) && thrown.is_instance_of::<PyRuntimeError>(py) {
            return Err(elsewhere(py, &this.event_loop)?.unwrap_or(thrown));
        }
        Err(thrown)
    }

    #[getter(_asyncio_future_blocking)]
    fn blocking(&self) -> bool {
        self.blocking
    }

    #[setter(_asyncio_future_blocking)]
    fn set_blocking(&mut self, blocking: bool) {
        self.blocking = blocking;
    }

    fn get_loop(&self, py: Python<'_>) -> Py<PyAny> {
        self.event_loop.clone_ref(py)
    }

    fn done(&self) -> bool {
        !matches!(self.state, State::Waiting)
    }

    fn cancelled(&self) -> bool {
        matches!(self.state, State::Cancelled(_))
    }

    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.outcome(py)
    }

    fn exception(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match &self.state {
            State::Failed(error) => Ok(error.value(py).clone().into_any().unbind()),
            State::Done(_) => Ok(py.None()),
            _ => self.outcome(py),
        }
    }

    #[pyo3(signature = (callback, *, context=None))]
    fn add_done_callback(
        slf: &Bound<'_, Self>,
        callback: Py<PyAny>,
        context: Option<Py<PyAny>>,
    ) -> PyResult<()> {
        let mut this = slf.borrow_mut();
        let callback = Callback {
            function: callback,
            context,
        };
        if matches!(this.state, State::Waiting) {
            this.callbacks.push(callback);
            return Ok(());
        }
        call_soon(slf, &this.event_loop, callback)
    }

    fn remove_done_callback(
        &mut self,
        py: Python<'_>,
        callback: &Bound<'_, PyAny>,
    ) -> PyResult<usize> {
        let mut removed = 0;
        let mut kept = Callbacks::default();
        for known in std::mem::take(&mut self.callbacks).into_iter() {
            if known.function.bind(py).eq(callback)? {
                removed += 1;
            } else {
                kept.push(known);
            }
        }
        self.callbacks = kept;
        Ok(removed)
    }

    /// Gives the statement up: its answer, should it still come, is dropped, and the server is
    /// asked to stop.
    #[pyo3(signature = (msg=None))]
    fn cancel(slf: &Bound<'_, Self>, msg: Option<Py<PyAny>>) -> PyResult<bool> {
        let py = slf.py();
        let (connection, id, callbacks, event_loop) = {
            let mut this = slf.borrow_mut();
            if !matches!(this.state, State::Waiting) {
                return Ok(false);
            }
            // The task raises what it gets from here: anyio knows its own cancellations by this.
            this.state = State::Cancelled(msg);
            let callbacks = std::mem::take(&mut this.callbacks);
            let event_loop = this.event_loop.clone_ref(py);
            (
                this.connection.clone_ref(py),
                this.id,
                callbacks,
                event_loop,
            )
        };
        call_all_soon(slf, &event_loop, callbacks)?;
        AsyncConnection::abandon(connection.bind(py), id)?;
        Ok(true)
    }
}

/// The error of a use from another event loop than the connection's, where this is one.
#[cold]
pub(crate) fn elsewhere(py: Python<'_>, event_loop: &Py<PyAny>) -> PyResult<Option<PyErr>> {
    let asyncio = py.import(intern!(py, "asyncio"))?;
    let running = asyncio.call_method0(intern!(py, "_get_running_loop"))?;
    if running.is_none() || running.is(event_loop) {
        return Ok(None);
    }
    Ok(Some(interface_error(
        py,
        "the connection belongs to another event loop than the one that uses it: \
         open a connection, or a pool, in each loop that needs one",
    )))
}

/// What ends an `await` with a value.
fn stop_iteration(value: Bound<'_, PyAny>) -> PyErr {
    let py = value.py();
    // StopIteration would take a tuple's items, or an exception, for its own.
    if value.is_instance_of::<PyTuple>() || value.is_instance_of::<PyBaseException>() {
        return PyStopIteration::new_err((value.unbind(),));
    }
    // SAFETY: two live objects; the error is taken back at once. Made by pyo3 it would go through
    // a tuple and a call.
    unsafe { ffi::PyErr_SetObject(ffi::PyExc_StopIteration, value.as_ptr()) };
    PyErr::fetch(py)
}

fn call_all_soon(
    reply: &Bound<'_, Reply>,
    event_loop: &Py<PyAny>,
    callbacks: Callbacks,
) -> PyResult<()> {
    let py = reply.py();
    // A loop that is closed runs nothing any more: there is nobody left to wake.
    if callbacks.is_empty() || is_closed(py, event_loop)? {
        return Ok(());
    }
    for callback in callbacks.into_iter() {
        call_soon(reply, event_loop, callback)?;
    }
    Ok(())
}

fn call_soon(reply: &Bound<'_, Reply>, event_loop: &Py<PyAny>, callback: Callback) -> PyResult<()> {
    let py = reply.py();
    let Callback { function, context } = callback;
    let keywords = PyDict::new(py);
    keywords.set_item(intern!(py, "context"), context)?;
    event_loop.bind(py).call_method(
        intern!(py, "call_soon"),
        (function, reply),
        Some(&keywords),
    )?;
    Ok(())
}

//! The awaitable of a call: a future of asyncio's protocol, completed from the reader callback.
//!
//! It speaks what `asyncio.Task` asks of a future (`_asyncio_future_blocking`, `get_loop`,
//! `add_done_callback`, `result`, `cancel`), so a task can wait for it directly. In the reader
//! callback no task is current, so the waiting task is woken there and then, in its own context,
//! instead of at the loop's next turn.

use pyo3::exceptions::asyncio::{CancelledError, InvalidStateError};
use pyo3::exceptions::{PyKeyboardInterrupt, PyStopIteration, PySystemExit};
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyDict};
use pyo3::{PyTraverseError, PyVisit};

use crate::connection::{AsyncConnection, Wake};

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
type Callbacks = Vec<(Py<PyAny>, Option<Py<PyAny>>)>;

impl Reply {
    pub(crate) fn new(connection: Py<AsyncConnection>, event_loop: Py<PyAny>) -> Self {
        Self {
            connection,
            event_loop,
            id: 0,
            state: State::Waiting,
            blocking: false,
            callbacks: Vec::new(),
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
        for (callback, context) in callbacks {
            let result = match &context {
                Some(context) => context.call_method1(py, "run", (&callback, slf)),
                None => callback.call1(py, (slf,)),
            };
            if let Err(error) = result {
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
    event_loop.call_method1(py, "call_exception_handler", (context,))?;
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
        for (callback, context) in &self.callbacks {
            visit.call(callback)?;
            visit.call(context)?;
        }
        Ok(())
    }

    fn __clear__(&mut self) {
        self.callbacks.clear();
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
        let value = this.outcome(py)?;
        // In a tuple: StopIteration would take a tuple's items for its own arguments.
        Err(PyStopIteration::new_err((value,)))
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
        if matches!(this.state, State::Waiting) {
            this.callbacks.push((callback, context));
            return Ok(());
        }
        call_soon(slf, &this.event_loop, callback, context)
    }

    fn remove_done_callback(
        &mut self,
        py: Python<'_>,
        callback: &Bound<'_, PyAny>,
    ) -> PyResult<usize> {
        let before = self.callbacks.len();
        let mut kept = Vec::with_capacity(before);
        for (known, context) in self.callbacks.drain(..) {
            if !known.bind(py).eq(callback)? {
                kept.push((known, context));
            }
        }
        self.callbacks = kept;
        Ok(before - self.callbacks.len())
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

fn call_all_soon(
    reply: &Bound<'_, Reply>,
    event_loop: &Py<PyAny>,
    callbacks: Callbacks,
) -> PyResult<()> {
    let py = reply.py();
    // A loop that is closed runs nothing any more: there is nobody left to wake.
    if callbacks.is_empty() || event_loop.call_method0(py, "is_closed")?.is_truthy(py)? {
        return Ok(());
    }
    for (callback, context) in callbacks {
        call_soon(reply, event_loop, callback, context)?;
    }
    Ok(())
}

fn call_soon(
    reply: &Bound<'_, Reply>,
    event_loop: &Py<PyAny>,
    callback: Py<PyAny>,
    context: Option<Py<PyAny>>,
) -> PyResult<()> {
    let py = reply.py();
    let context = [("context", context)].into_py_dict(py)?;
    event_loop.call_method(py, "call_soon", (callback, reply), Some(&context))?;
    Ok(())
}

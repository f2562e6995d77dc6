//! Something that is done later, without a timer of the event loop's.
//!
//! A loop that has a timer looks at its clock and at the timer at every turn: that is felt at every
//! statement. The background thread waits for nothing.

use std::time::Duration;

use pyo3::prelude::*;
use tokio::task::AbortHandle;

use crate::error::to_python;

/// A function that is called once, **on another thread**, after some seconds: unless this is
/// cancelled, or forgotten, before.
#[pyclass(module = "data_bridge._engine", frozen)]
pub(crate) struct Alarm(AbortHandle);

#[pymethods]
impl Alarm {
    #[new]
    fn new(py: Python<'_>, seconds: f64, ring: Py<PyAny>) -> PyResult<Self> {
        let runtime = data_bridge_postgres::runtime().map_err(|e| to_python(py, &e))?;
        let time = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let task = runtime.spawn(async move {
            tokio::time::sleep(time).await;
            // An interpreter that is shutting down has nobody left to tell.
            Python::try_attach(|py| {
                if let Err(error) = ring.call0(py) {
                    error.write_unraisable(py, None);
                }
            });
        });
        Ok(Self(task.abort_handle()))
    }

    fn cancel(&self) {
        self.0.abort();
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.0.abort();
    }
}

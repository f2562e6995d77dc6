//! Waiting for the server: how long, and why it ends.

use std::time::{Duration, Instant};

use data_bridge_postgres::{Connection, Error, Finished};
use pyo3::prelude::*;

use super::Request;
use crate::error::to_python;

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeLimit {
    pub(super) seconds: Option<f64>,
    pub(super) deadline: Option<Instant>,
}

impl TimeLimit {
    pub(super) fn new(seconds: Option<f64>) -> Self {
        // One beyond all clocks is no bound.
        let deadline = seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok())
            .and_then(|timeout| Instant::now().checked_add(timeout));
        Self { seconds, deadline }
    }

    #[cold]
    pub(super) fn late(self, py: Python<'_>) -> PyErr {
        let seconds = self.seconds.unwrap_or_default();
        let reason = format!("the statement did not end within {seconds} s");
        to_python(py, &Error::Timeout(reason))
    }
}

/// Why a conversation ended before its answer.
pub(super) enum Stopped {
    Lost(Error),
    Timeout,
    /// A signal handler raised (`KeyboardInterrupt`).
    Signal(PyErr),
}

/// Sends what is queued and waits for the one answer.
pub(super) fn converse(
    py: Python<'_>,
    engine: &mut Connection<Request>,
    deadline: Option<Instant>,
) -> Result<Finished<Request>, Stopped> {
    let mut finished = Vec::new();
    engine.flush().map_err(Stopped::Lost)?;
    loop {
        let left = deadline.map(|d| d.saturating_duration_since(Instant::now()));
        match py.detach(|| engine.wait(left)) {
            Ok(true) => engine.process(&mut finished).map_err(Stopped::Lost)?,
            Ok(false) => return Err(Stopped::Timeout),
            Err(Some(error)) => return Err(Stopped::Lost(error)),
            Err(None) => {}
        }
        if let Some(answer) = finished.pop() {
            return Ok(answer);
        }
        py.check_signals().map_err(Stopped::Signal)?;
    }
}

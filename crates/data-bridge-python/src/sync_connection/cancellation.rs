//! Statements that were given up: how the server is had to stop them.

use std::time::{Duration, Instant};

use data_bridge_postgres::{Connection, Error};
use pyo3::prelude::*;

use super::Request;

/// How long a statement that was given up may go on before its connection is closed.
pub(super) const DRAIN: Duration = Duration::from_secs(5);

/// How long a cancel request may take to show, before the next one; then twice as long, and so on.
const RETRY: Duration = Duration::from_millis(25);

/// Has the server stop a statement, and reads what is left of its answer; a connection on which
/// that does not succeed in time is closed.
pub(super) fn give_up(py: Python<'_>, engine: &mut Connection<Request>, id: u64) {
    engine.abandon(id);
    if let Err(error) = drain(py, engine) {
        engine.fail(error, &mut Vec::new());
    }
}

pub(super) fn drain(py: Python<'_>, engine: &mut Connection<Request>) -> Result<(), Error> {
    let runtime = data_bridge_postgres::runtime()?;
    let deadline = Instant::now() + DRAIN;
    let mut patience = RETRY;
    while let Some(cancel) = engine.begin_cancel(false) {
        py.detach(|| runtime.block_on(cancel.send()))?;
        engine.end_cancel(&mut Vec::new());
        // It may have come before the server had read the statement at all: then it is sent again.
        let again = (Instant::now() + patience).min(deadline);
        patience *= 2;
        while engine.in_flight() > 0 && Instant::now() < again {
            let left = again.saturating_duration_since(Instant::now());
            match py.detach(|| engine.wait(Some(left))) {
                Ok(true) => engine.process(&mut Vec::new())?,
                Err(Some(error)) => return Err(error),
                // A second Ctrl-C does not leave the connection half cancelled.
                Ok(false) | Err(None) => {}
            }
        }
        if engine.in_flight() > 0 && Instant::now() >= deadline {
            let reason = format!("a cancelled statement did not end within {DRAIN:?}");
            return Err(Error::Lost(reason));
        }
    }
    Ok(())
}

//! The end of a connection, whichever thread is using it.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use data_bridge_postgres::Connection;
use pyo3::prelude::*;

use super::turn::{ANYONE, NoTurn};
use super::{Request, SyncConnection};

/// How long another thread's statement may still take before it fails.
const GRACE: Duration = Duration::from_millis(50);

impl SyncConnection {
    pub(super) fn end(&self, py: Python<'_>) -> PyResult<()> {
        let interrupted = self.engine.is_mine();
        if !interrupted {
            // What is running now is a turn of a COPY at most, whose next one then fails.
            let soon = Instant::now() + GRACE;
            match self.with_engine(py, ANYONE, Some(soon), close) {
                Ok(()) => return Ok(()),
                Err(NoTurn::Raised(error)) => return Err(error),
                Err(NoTurn::Timeout) => {}
            }
        }
        let Some(cancel) = self.hang_up.hang_up() else {
            // The thread whose turn it is did not come along through the fork.
            self.closed.store(true, Ordering::Relaxed);
            return Ok(());
        };
        if let Ok(runtime) = data_bridge_postgres::runtime() {
            runtime.spawn(async move { cancel.send().await });
        }
        if interrupted {
            // It sees that by itself, once it goes on.
            return Ok(());
        }
        self.briefly(py, close)
    }
}

fn close(engine: &mut Connection<Request>) {
    drop(engine.close(&mut Vec::new()));
}

//! The background runtime: for connecting and cancelling, never for a statement.

use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Builder, Runtime};

use crate::error::Error;

/// The runtime, and the process that it belongs to.
static RUNTIME: Mutex<Option<(u32, Arc<Runtime>)>> = Mutex::new(None);

/// The runtime of this process, started at its first use.
///
/// # Errors
/// When its thread cannot be started.
pub fn runtime() -> Result<Arc<Runtime>, Error> {
    let mut current = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    match current.take() {
        Some((pid, runtime)) if pid == process::id() => {
            *current = Some((pid, Arc::clone(&runtime)));
            return Ok(runtime);
        }
        // A fork has no threads of its parent: this runtime can only be left behind, as even to
        // shut it down would wait for them.
        Some((_, parents)) => std::mem::forget(parents),
        None => {}
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("data-bridge")
        .enable_all()
        .build()
        .map_err(|e| Error::Config(format!("the background thread cannot be started: {e}")))?;
    let runtime = Arc::new(runtime);
    *current = Some((process::id(), Arc::clone(&runtime)));
    Ok(runtime)
}

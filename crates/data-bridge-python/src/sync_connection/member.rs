//! A connection of a pool for threads: whether it can be used, and once more.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use pyo3::prelude::*;

use super::SyncConnection;

/// A connection of a pool for threads, and what is asked of it at each use.
#[pyclass(module = "data_bridge._engine", frozen, subclass, weakref)]
pub(crate) struct SyncMember {
    #[pyo3(get)]
    engine: Py<SyncConnection>,
    /// How often it was used, and may be.
    uses: AtomicU64,
    max_uses: u64,
    /// Whether it is used no more than by who uses it now.
    retired: AtomicBool,
}

impl SyncMember {
    fn is_wanted(&self) -> bool {
        !self.retired.load(Ordering::Relaxed) && self.uses.load(Ordering::Relaxed) < self.max_uses
    }
}

#[pymethods]
impl SyncMember {
    #[new]
    fn new(engine: Py<SyncConnection>, max_uses: Option<u64>) -> Self {
        Self {
            engine,
            uses: AtomicU64::new(0),
            max_uses: max_uses.unwrap_or(u64::MAX),
            retired: AtomicBool::new(false),
        }
    }

    /// Begins a use; false when the connection has ended, or is used no more.
    fn take(&self, py: Python<'_>) -> PyResult<bool> {
        let usable = self.is_wanted() && self.engine.get().is_alive(py)?;
        if usable {
            self.uses.fetch_add(1, Ordering::Relaxed);
        }
        Ok(usable)
    }

    /// Ends a use; whether another can follow, on the session as it is.
    fn give(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.is_wanted() && self.engine.get().clean(py)?)
    }

    #[getter]
    fn uses(&self) -> u64 {
        self.uses.load(Ordering::Relaxed)
    }

    /// Whether it is used no more, once nobody uses it.
    #[getter]
    fn retired(&self) -> bool {
        !self.is_wanted()
    }

    fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
    }
}

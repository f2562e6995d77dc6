//! Cursors of a connection that the calling thread drives.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::cancellation::DRAIN;
use super::{Stopped, SyncConnection, converse, give_up};
use crate::error::to_python;
use crate::operation::{Call, Want};

impl SyncConnection {
    /// Closes a portal, and waits until the server has done so.
    pub(super) fn close_portal(&self, py: Python<'_>, portal: u64) -> PyResult<()> {
        let closer = Call::new(Want::Status, None)?.into_operation(py, 0);
        self.briefly(py, |engine| {
            let (Some(id), _) = engine.close_portal(portal, Some(closer)) else {
                return Ok(());
            };
            match converse(py, engine, Some(Instant::now() + DRAIN)) {
                Ok(answer) => answer.outcome.map_err(PyErr::from),
                Err(Stopped::Lost(error)) => {
                    engine.fail(error.clone(), &mut Vec::new());
                    Err(to_python(py, &error))
                }
                Err(Stopped::Timeout) => {
                    give_up(py, engine, id);
                    Ok(())
                }
                Err(Stopped::Signal(error)) => {
                    give_up(py, engine, id);
                    Err(error)
                }
            }
        })?
    }
}

/// The rows of a statement, a portion at a time.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct SyncCursor {
    connection: Py<SyncConnection>,
    sql: String,
    args: Py<PyTuple>,
    /// Its number, from its first portion to its end.
    portal: Mutex<Option<u64>>,
}

impl SyncCursor {
    /// No lock is held while anything waits.
    fn portal(&self) -> Option<u64> {
        *self.portal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_portal(&self, portal: Option<u64>) -> Option<u64> {
        let mut known = self.portal.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *known, portal)
    }
}

#[pymethods]
impl SyncCursor {
    #[new]
    fn new(connection: Py<SyncConnection>, sql: String, args: Py<PyTuple>) -> Self {
        Self {
            connection,
            sql,
            args,
            portal: Mutex::new(None),
        }
    }

    /// The next rows, at most so many; fewer are the last ones.
    fn fetch(&self, py: Python<'_>, rows: u32, timeout: Option<f64>) -> PyResult<Py<PyAny>> {
        let connection = self.connection.get();
        if let Some(portal) = self.portal() {
            let call = Call::new(Want::Rows, None)?;
            let submit = |engine: &mut _| call.more(py, portal, rows, 0, engine);
            return connection.run_by(py, submit, timeout);
        }
        let call = Call::new(Want::Rows, Some(self.args.bind(py)))?;
        let submit = |engine: &mut _| {
            let portal = call.open(py, &self.sql, rows, 0, engine)?;
            self.set_portal(Some(portal));
            Ok(portal)
        };
        connection.run_by(py, submit, timeout)
    }

    /// Closes it.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        match self.set_portal(None) {
            Some(portal) => self.connection.get().close_portal(py, portal),
            None => Ok(()),
        }
    }
}

//! Statements that somebody asked to be kept prepared.

use data_bridge_postgres::Pin;
use pyo3::prelude::*;

/// Keeps a statement of a connection prepared until it is let go, on whatever thread.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct StatementPin {
    _pin: Pin,
}

impl From<Pin> for StatementPin {
    fn from(pin: Pin) -> Self {
        Self { _pin: pin }
    }
}

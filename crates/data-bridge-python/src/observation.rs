//! Who is told of each statement: a Python object, where there is one.

use std::time::Instant;

use pyo3::prelude::*;

use crate::operation::{Call, Want};
use crate::reply::Reply;

/// A statement whose end somebody wants to be told of, taken note of before it is sent.
pub(crate) struct Observation {
    observer: Py<PyAny>,
    kind: &'static str,
    arguments: Option<Py<PyAny>>,
    began: Instant,
}

impl Observation {
    #[cold]
    pub(crate) fn new(py: Python<'_>, observer: &Py<PyAny>, call: &Call) -> Self {
        Self {
            observer: observer.clone_ref(py),
            kind: match call.want() {
                Want::Status => "status",
                Want::Rows => "rows",
                Want::Column => "column",
                Want::Row => "row",
                Want::Value(_) => "value",
            },
            arguments: call.arguments(py),
            began: Instant::now(),
        }
    }

    /// Tells of a statement that was sent, by its reply, or refused, by the exception.
    #[cold]
    pub(crate) fn begun(self, py: Python<'_>, sql: &str, sent: &PyResult<Py<Reply>>) {
        let seconds = self.began.elapsed().as_secs_f64();
        let reply = match sent {
            Ok(reply) => reply.bind(py).as_any(),
            Err(error) => error.value(py).as_any(),
        };
        let told = (sql, self.kind, self.arguments, seconds, reply);
        report(py, self.observer.call_method1(py, "begun", told));
    }

    /// Tells of a statement that has ended.
    #[cold]
    pub(crate) fn ended(
        self,
        py: Python<'_>,
        sql: &str,
        timeout: Option<f64>,
        outcome: &PyResult<Py<PyAny>>,
    ) {
        let duration = self.began.elapsed().as_secs_f64();
        let (result, error) = match outcome {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error.value(py))),
        };
        let told = (
            sql,
            self.kind,
            self.arguments,
            duration,
            timeout,
            result,
            error,
        );
        report(py, self.observer.call_method1(py, "ended", told));
    }
}

/// What an observer raises is nothing that the statement is to blame for.
fn report(py: Python<'_>, told: PyResult<Py<PyAny>>) {
    if let Err(error) = told {
        error.write_unraisable(py, None);
    }
}

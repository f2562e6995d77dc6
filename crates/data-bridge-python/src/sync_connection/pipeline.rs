//! Statements that are sent together, each answered by itself.

use std::time::Instant;

use data_bridge_postgres::{Connection, Finished};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::cancellation::drain;
use super::turn::NoTurn;
use super::{NOBODY, Request, Stopped, SyncConnection, TimeLimit};
use crate::error::{interface_error, to_python};
use crate::observation::Observation;
use crate::operation::{Call, Want};

/// Its kind, its text, its arguments, and of a value the column.
pub(super) type Statement = (String, String, Option<Py<PyAny>>, isize);

/// What a statement gave, or the error that it failed with.
pub(super) type Answer = (Option<Py<PyAny>>, Option<Py<PyAny>>);

type Outcome = PyResult<Py<PyAny>>;

fn call(py: Python<'_>, (kind, _, args, column): &Statement) -> PyResult<Call> {
    let args = args.as_ref().map(|args| args.bind(py));
    let want = match (kind.as_str(), args) {
        ("execute", _) => Want::Status,
        ("executemany", Some(rows)) => {
            return Ok(Call::for_rows(
                Want::Status,
                rows.cast::<PyList>()?.clone().unbind(),
            ));
        }
        ("fetch", _) => Want::Rows,
        ("fetchrow", _) => Want::Row,
        ("fetchval", _) => Want::value(py, *column)?,
        _ => {
            return Err(interface_error(
                py,
                &format!("no kind of statement: {kind}"),
            ));
        }
    };
    Call::new(want, args)
}

impl SyncConnection {
    pub(super) fn run_together(
        &self,
        py: Python<'_>,
        statements: &[Statement],
        timeout: Option<f64>,
    ) -> PyResult<Vec<Answer>> {
        let calls: Vec<_> = statements.iter().map(|each| call(py, each)).collect();
        let observer = self.observer(py);
        let observations: Vec<_> = calls
            .iter()
            .map(|call| {
                Some(Observation::new(
                    py,
                    observer.as_ref()?,
                    call.as_ref().ok()?,
                ))
            })
            .collect();
        self.leave_copy(py)?;
        let limit = TimeLimit::new(timeout);
        let deadline = limit.deadline;
        let ended = self.with_engine(py, NOBODY, deadline, |engine| {
            let mut outcomes: Vec<Option<Outcome>> = Vec::new();
            let mut sent = Vec::new();
            engine.set_ordered(true);
            for (index, (call, (_, sql, ..))) in calls.into_iter().zip(statements).enumerate() {
                match call.and_then(|call| call.submit(py, sql, index, engine)) {
                    Ok(id) => {
                        sent.push(id);
                        outcomes.push(None);
                    }
                    Err(error) => outcomes.push(Some(Err(error))),
                }
            }
            engine.set_ordered(false);
            match converse(py, engine, deadline, sent.len(), &mut outcomes) {
                Ok(()) => return Ok(outcomes),
                Err(Stopped::Lost(error)) => {
                    let mut finished = Vec::new();
                    engine.fail(error, &mut finished);
                    take(py, finished, &mut outcomes);
                    return Ok(outcomes);
                }
                Err(Stopped::Timeout) => Err(limit.late(py)),
                Err(Stopped::Signal(error)) => Err(error),
            }
            .inspect_err(|_| {
                for id in sent {
                    engine.abandon(id);
                }
                if let Err(error) = drain(py, engine) {
                    engine.fail(error, &mut Vec::new());
                }
            })
        });
        let outcomes = match ended {
            Ok(outcomes) => outcomes?,
            Err(NoTurn::Timeout) => return Err(limit.late(py)),
            Err(NoTurn::Raised(error)) => return Err(error),
        };
        let mut results = Vec::with_capacity(outcomes.len());
        for ((outcome, observation), (_, sql, ..)) in
            outcomes.into_iter().zip(observations).zip(statements)
        {
            let outcome = outcome.unwrap_or_else(|| {
                let error = data_bridge_postgres::Error::Closed;
                Err(to_python(py, &error))
            });
            if let Some(observation) = observation {
                observation.ended(py, sql, timeout, &outcome);
            }
            results.push(match outcome {
                Ok(result) => (Some(result), None),
                Err(error) => (None, Some(error.into_value(py).into_any())),
            });
        }
        Ok(results)
    }
}

/// Sends what is queued and waits for so many answers.
fn converse(
    py: Python<'_>,
    engine: &mut Connection<Request>,
    deadline: Option<Instant>,
    mut count: usize,
    outcomes: &mut [Option<Outcome>],
) -> Result<(), Stopped> {
    let mut finished = Vec::new();
    engine.flush().map_err(Stopped::Lost)?;
    while count > 0 {
        let left = deadline.map(|d| d.saturating_duration_since(Instant::now()));
        match py.detach(|| engine.wait(left)) {
            Ok(true) => engine.process(&mut finished).map_err(Stopped::Lost)?,
            Ok(false) => return Err(Stopped::Timeout),
            Err(Some(error)) => return Err(Stopped::Lost(error)),
            Err(None) => {}
        }
        count -= finished.len();
        take(py, finished.drain(..), outcomes);
        py.check_signals().map_err(Stopped::Signal)?;
    }
    Ok(())
}

fn take(
    py: Python<'_>,
    finished: impl IntoIterator<Item = Finished<Request>>,
    outcomes: &mut [Option<Outcome>],
) {
    for Finished { request, outcome } in finished {
        let (index, result) = request.result(py);
        outcomes[index] = Some(outcome.map(|()| result).map_err(PyErr::from));
    }
}

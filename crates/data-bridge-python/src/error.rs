//! The one place where the engine's errors become Python exceptions.

use std::convert::Infallible;

use data_bridge_postgres::{Column, CutShort, DataType, Error, ServerError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::parameter::ParameterError;

/// A Python exception, raised by Python code or made from an error of the engine.
///
/// (`From<Error> for PyErr` cannot be written here: both belong to other crates.)
///
/// Boxed, so that a value or its failure comes back from decoding in two registers.
#[derive(Debug)]
pub(crate) struct Failure(Box<PyErr>);

impl From<Failure> for PyErr {
    #[cold]
    fn from(failure: Failure) -> Self {
        *failure.0
    }
}

impl From<PyErr> for Failure {
    #[cold]
    fn from(error: PyErr) -> Self {
        Self(Box::new(error))
    }
}

impl From<Infallible> for Failure {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<Error> for Failure {
    #[cold]
    fn from(error: Error) -> Self {
        Python::attach(|py| to_python(py, &error)).into()
    }
}

impl From<CutShort> for Failure {
    #[cold]
    fn from(error: CutShort) -> Self {
        Error::from(error).into()
    }
}

/// The exception of `data_bridge.postgres.errors` that stands for an error of the engine.
pub(crate) fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    match error {
        Error::Server(error) => {
            let name = if error.outdated {
                "OutdatedStatementError"
            } else {
                "server_error"
            };
            raise_with(py, name, |call| server_fields(call, error))
        }
        Error::Connection(_) | Error::Unreachable(_) => connection_error(py, "08001", error),
        Error::Lost(_) => connection_error(py, "08006", error),
        Error::Protocol(_) => connection_error(py, "08P01", error),
        Error::Closed => message(py, "ConnectionClosedError", error),
        Error::Timeout(_) => message(py, "QueryTimeoutError", error),
        Error::UnsupportedType { name, oid } => raise_with(py, "UnsupportedTypeError", |call| {
            call.set_item("message", error.to_string())?;
            call.set_item("type_name", &**name)?;
            call.set_item("oid", oid)
        }),
        Error::Decode(_) => message(py, "DecodeError", error),
        Error::Config(_) | Error::TooLarge(_) => message(py, "InterfaceError", error),
    }
}

/// Misuse that is seen before the server is asked.
pub(crate) fn interface_error(py: Python<'_>, text: &str) -> PyErr {
    raise_with(py, "InterfaceError", |call| call.set_item("message", text))
}

/// A parameter that cannot be sent: `index` counts from 1; `row` from 1, where there are many.
pub(crate) fn parameter_error(
    py: Python<'_>,
    error: ParameterError,
    index: usize,
    row: Option<usize>,
    parameter: &DataType,
) -> PyErr {
    value_error(py, error, index, row, &parameter.name, None)
}

/// A value of a record that cannot be copied, by the number of its column and its record's, from 1.
pub(crate) fn record_error(
    py: Python<'_>,
    error: ParameterError,
    index: usize,
    row: usize,
    column: &Column,
) -> PyErr {
    let name = Some(column.name.as_str());
    value_error(py, error, index, Some(row), &column.data_type.name, name)
}

/// A value that must be there and is not, of a record whose types nobody has asked for yet.
#[cold]
pub(crate) fn missing_value(py: Python<'_>, index: usize, row: usize) -> PyErr {
    value_error(py, ParameterError::missing(), index, Some(row), "", None)
}

#[cold]
fn value_error(
    py: Python<'_>,
    error: ParameterError,
    index: usize,
    row: Option<usize>,
    type_name: &str,
    column: Option<&str>,
) -> PyErr {
    let (expected, given, reason) = match error {
        ParameterError::Python(error) => return error,
        ParameterError::Type { expected, given } => (Some(expected), Some(given), None),
        ParameterError::Value(reason) => (None, None, Some(reason)),
    };
    raise_with(py, "parameter_error", |call| {
        call.set_item("index", index)?;
        call.set_item("row", row)?;
        call.set_item("column", column)?;
        call.set_item("type_name", type_name)?;
        call.set_item("expected", expected)?;
        call.set_item("given", given)?;
        call.set_item("reason", reason)
    })
}

/// An error of the connection itself, by the SQLSTATE that the server would give it.
fn connection_error(py: Python<'_>, sqlstate: &str, error: &Error) -> PyErr {
    raise_with(py, "server_error", |call| {
        call.set_item("message", error.to_string())?;
        call.set_item("sqlstate", sqlstate)?;
        call.set_item("severity", "FATAL")
    })
}

fn message(py: Python<'_>, name: &str, error: &Error) -> PyErr {
    raise_with(py, name, |call| call.set_item("message", error.to_string()))
}

/// Calls a class or a function of the errors module by keywords; what goes wrong in doing so is
/// itself the exception.
fn raise_with(
    py: Python<'_>,
    name: &str,
    fill: impl FnOnce(&Bound<'_, PyDict>) -> PyResult<()>,
) -> PyErr {
    static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let made = || {
        let errors = ERRORS.get_or_try_init(py, || {
            py.import("data_bridge.postgres.errors").map(Bound::unbind)
        })?;
        let call = PyDict::new(py);
        fill(&call)?;
        errors.bind(py).getattr(name)?.call((), Some(&call))
    };
    match made() {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// The fields of an error, or of a notice, as keywords.
pub(crate) fn server_fields(call: &Bound<'_, PyDict>, error: &ServerError) -> PyResult<()> {
    call.set_item("severity", &error.severity)?;
    call.set_item("sqlstate", &error.sqlstate)?;
    call.set_item("message", &error.message)?;
    call.set_item("detail", &error.detail)?;
    call.set_item("hint", &error.hint)?;
    call.set_item("position", error.position)?;
    call.set_item("query", &error.query)?;
    call.set_item("internal_position", error.internal_position)?;
    call.set_item("internal_query", &error.internal_query)?;
    call.set_item("context", &error.context)?;
    call.set_item("schema", &error.schema)?;
    call.set_item("table", &error.table)?;
    call.set_item("column", &error.column)?;
    call.set_item("data_type", &error.data_type)?;
    call.set_item("constraint", &error.constraint)
}

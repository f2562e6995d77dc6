//! The arguments of a call, and how they become parameters.

use bytes::BytesMut;
use data_bridge_postgres::{Binder, DataType, write_value};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::columns::Columns;
use crate::error::{Failure, interface_error, parameter_error};
use crate::parameter::encode;

/// What a call was given for `$1`, `$2` ...
#[derive(Debug)]
pub(crate) enum Arguments {
    /// One value for each parameter.
    Row(Py<PyTuple>),
    /// Many rows of them, each executed.
    Rows(Py<PyList>),
    /// One array for each parameter, taken from a column of many rows.
    Columns(Py<Columns>),
    /// None: the statement is not executed, only described.
    Description,
}

impl Arguments {
    /// What Python passed: a tuple, or [`Columns`] in its place.
    pub(crate) fn from_python(given: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(row) = given.cast::<PyTuple>() {
            return Ok(Self::Row(row.clone().unbind()));
        }
        let columns = given.cast::<Columns>()?;
        Ok(Self::Columns(columns.clone().unbind()))
    }

    #[inline]
    pub(crate) fn bind(
        &self,
        py: Python<'_>,
        parameters: &[DataType],
        max_rows: u32,
        binder: &mut Binder<'_>,
    ) -> Result<(), Failure> {
        match self {
            Self::Row(row) => bind_row(row.bind(py), None, parameters, max_rows, binder),
            Self::Rows(rows) => {
                for (i, row) in rows.bind(py).iter().enumerate() {
                    let number = Some(i + 1);
                    if let Ok(row) = row.cast::<PyTuple>() {
                        bind_row(row, number, parameters, max_rows, binder)?;
                    } else {
                        let row = to_row(&row, i + 1)?;
                        bind_row(&row, number, parameters, max_rows, binder)?;
                    }
                }
                Ok(())
            }
            Self::Columns(columns) => {
                let columns = columns.get();
                if columns.len(py) != parameters.len() {
                    return Err(count_error(py, parameters.len(), columns.len(py), None).into());
                }
                binder.execute(parameters.len(), max_rows, |out| {
                    columns.encode(py, parameters, out)
                })
            }
            Self::Description => Ok(()),
        }
    }
}

/// The values of a row that is no tuple itself.
pub(crate) fn to_row<'py>(row: &Bound<'py, PyAny>, number: usize) -> PyResult<Bound<'py, PyTuple>> {
    let py = row.py();
    match row.cast::<PyList>() {
        Ok(list) => Ok(list.to_tuple()),
        Err(_) if row.is_instance(crate::record::record_type(py)?)? => {
            PyTuple::new(py, row.try_iter()?.collect::<PyResult<Vec<_>>>()?)
        }
        Err(_) => Err(interface_error(
            py,
            &format!(
                "row {number} is a {}: each row is a tuple or a list of values",
                row.get_type().name()?
            ),
        )),
    }
}

#[inline]
pub(crate) fn bind_row(
    row: &Bound<'_, PyTuple>,
    number: Option<usize>,
    parameters: &[DataType],
    max_rows: u32,
    binder: &mut Binder<'_>,
) -> Result<(), Failure> {
    let py = row.py();
    if row.len() != parameters.len() {
        return Err(count_error(py, parameters.len(), row.len(), number).into());
    }
    binder.execute(parameters.len(), max_rows, |out| {
        for (i, (value, parameter)) in row.iter_borrowed().zip(parameters).enumerate() {
            write_parameter(&value, parameter, i + 1, number, out)?;
        }
        Ok(())
    })
}

#[inline]
fn write_parameter(
    value: &Bound<'_, PyAny>,
    parameter: &DataType,
    index: usize,
    row: Option<usize>,
    out: &mut BytesMut,
) -> Result<(), Failure> {
    write_value(out, |out| {
        if value.is_none() {
            return Ok(false);
        }
        encode(value, &parameter.codec, out)
            .map_err(|e| parameter_error(value.py(), e, index, row, parameter))?;
        Ok(true)
    })
}

fn count_error(py: Python<'_>, expected: usize, given: usize, row: Option<usize>) -> PyErr {
    let row = row.map_or_else(String::new, |row| format!("row {row}: "));
    let s = if expected == 1 { "" } else { "s" };
    interface_error(
        py,
        &format!("{row}the statement takes {expected} argument{s}, and {given} were given"),
    )
}

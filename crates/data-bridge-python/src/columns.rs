//! Many rows as one array for each column: how bulk statements get their values.

use std::cell::OnceCell;
use std::sync::OnceLock;

use bytes::BytesMut;
use data_bridge_postgres::types::{Codec, EncodeError, column};
use data_bridge_postgres::{Parameter, write_value};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::arguments::unsupported;
use crate::error::{Failure, interface_error, parameter_error};
use crate::model_layout::ModelLayout;
use crate::parameter::{ParameterError, encode_array, take_values};

/// Rows from which a second core is worth its start: from here on one core takes the values of a
/// column out of its objects while rayon's encode the column before.
const PARALLEL_ROWS: usize = 20_000;

/// Rows, and the columns of them that are bound: `$1` is an array of all values of the first.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct Columns {
    rows: Py<PyList>,
    names: Py<PyTuple>,
    layout: Option<Py<ModelLayout>>,
}

#[pymethods]
impl Columns {
    /// `rows` are instances of the layout's class, or dicts with a value for each of `columns`.
    #[new]
    fn new(rows: Py<PyList>, columns: Py<PyTuple>, layout: Option<Py<ModelLayout>>) -> Self {
        Self {
            rows,
            names: columns,
            layout,
        }
    }
}

impl Columns {
    pub(crate) fn len(&self, py: Python<'_>) -> usize {
        self.names.bind(py).len()
    }

    /// Writes one array parameter for each column.
    pub(crate) fn encode(
        &self,
        py: Python<'_>,
        parameters: &[Parameter],
        out: &mut BytesMut,
    ) -> Result<(), Failure> {
        if self.rows.bind(py).len() >= PARALLEL_ROWS {
            return self.encode_overlapped(py, parameters, out);
        }
        for (place, parameter) in parameters.iter().enumerate() {
            let objects = self.objects(py, place)?;
            write_array(py, &objects, place, parameter, out)?;
        }
        Ok(())
    }

    /// Encodes on rayon's threads what this one has taken out of Python.
    ///
    /// The interpreter is held meanwhile: the values borrow the text of objects that other
    /// threads must not free.
    fn encode_overlapped(
        &self,
        py: Python<'_>,
        parameters: &[Parameter],
        out: &mut BytesMut,
    ) -> Result<(), Failure> {
        type Encoded = OnceLock<Result<BytesMut, (usize, EncodeError)>>;
        let objects: Vec<OnceCell<Vec<Bound<'_, PyAny>>>> = vec![OnceCell::new(); parameters.len()];
        let encoded: Vec<Encoded> = parameters.iter().map(|_| OnceLock::new()).collect();
        rayon::in_place_scope(|scope| {
            for (place, parameter) in parameters.iter().enumerate() {
                let taken = self.objects(py, place)?;
                let taken = objects[place].get_or_init(|| taken);
                let Some(Codec::Array(&element)) = parameter.codec else {
                    continue;
                };
                let values = take_values(taken, element)
                    .map_err(|(row, error)| refused(py, error, place, row, parameter))?;
                let Some(values) = values else { continue };
                let encoded = &encoded[place];
                scope.spawn(move |_| {
                    encoded.get_or_init(|| column::encode(element, &values));
                });
            }
            Ok::<_, Failure>(())
        })?;
        for (place, (encoded, parameter)) in encoded.into_iter().zip(parameters).enumerate() {
            match encoded.into_inner() {
                Some(Ok(array)) => write_value(out, |out| {
                    out.extend_from_slice(&array);
                    Ok::<_, Failure>(true)
                })?,
                Some(Err((row, error))) => {
                    return Err(refused(py, error.into(), place, row, parameter));
                }
                // A type whose values only Python can take apart.
                None => {
                    let objects = objects[place].get().map_or(&[][..], Vec::as_slice);
                    write_array(py, objects, place, parameter, out)?;
                }
            }
        }
        Ok(())
    }

    /// The objects of a column.
    fn objects<'py>(&self, py: Python<'py>, place: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let rows = self.rows.bind(py).iter().enumerate();
        let name = self.names.bind(py).get_item(place)?;
        let name = name.cast::<PyString>()?;
        let missing = |row: usize| {
            interface_error(
                py,
                &format!("row {}: no value for column {name:?}", row + 1),
            )
        };
        let Some(layout) = &self.layout else {
            return rows
                .map(|(i, row)| {
                    row.cast::<PyDict>()?
                        .get_item(name)?
                        .ok_or_else(|| missing(i))
                })
                .collect();
        };
        let layout = layout.get();
        let Some(position) = layout.position(name.to_str()?) else {
            let reason = format!("the model has no column {name:?}");
            return Err(interface_error(py, &reason));
        };
        rows.map(|(i, row)| layout.read(&row, position)?.ok_or_else(|| missing(i)))
            .collect()
    }
}

fn write_array(
    py: Python<'_>,
    objects: &[Bound<'_, PyAny>],
    place: usize,
    parameter: &Parameter,
    out: &mut BytesMut,
) -> Result<(), Failure> {
    let Some(codec) = parameter.codec else {
        return Err(unsupported(parameter));
    };
    write_value(out, |out| {
        encode_array(objects, codec, out)
            .map_err(|(row, error)| refused(py, error, place, row, parameter))?;
        Ok(true)
    })
}

/// `place` and `row` count from 0; the message from 1.
fn refused(
    py: Python<'_>,
    error: ParameterError,
    place: usize,
    row: usize,
    parameter: &Parameter,
) -> Failure {
    parameter_error(py, error, place + 1, Some(row + 1), parameter).into()
}

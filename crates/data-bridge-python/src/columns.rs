//! Many rows as one array for each column: how bulk statements get their values.

use bytes::BytesMut;
use data_bridge_postgres::Parameter;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::arguments::unsupported;
use crate::error::{Failure, interface_error, parameter_error};
use crate::model_layout::ModelLayout;
use crate::parameter::encode_array;

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
    pub(crate) fn len(&self) -> usize {
        // A tuple's length cannot fail, and the caller is attached anyway.
        Python::attach(|py| self.names.bind(py).len())
    }

    /// Writes one array parameter for each column.
    pub(crate) fn encode(
        &self,
        py: Python<'_>,
        parameters: &[Parameter],
        out: &mut BytesMut,
    ) -> Result<(), Failure> {
        let rows = self.rows.bind(py);
        let names = self.names.bind(py);
        for (i, (name, parameter)) in names.iter().zip(parameters).enumerate() {
            let name = name.cast::<PyString>().map_err(PyErr::from)?;
            let values = self.column(py, rows, name)?;
            let Some(codec) = parameter.codec else {
                return Err(unsupported(parameter));
            };
            data_bridge_postgres::write_value(out, |out| {
                encode_array(&values, codec, out).map_err(|(row, error)| {
                    parameter_error(py, error, i + 1, Some(row + 1), parameter)
                })?;
                Ok::<_, Failure>(true)
            })?;
        }
        Ok(())
    }

    fn column<'py>(
        &self,
        py: Python<'py>,
        rows: &Bound<'py, PyList>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let missing = |row: usize| {
            interface_error(
                py,
                &format!("row {}: no value for column {name:?}", row + 1),
            )
        };
        if let Some(layout) = &self.layout {
            let layout = layout.get();
            let Some(position) = layout.position(name.to_str()?) else {
                return Err(interface_error(
                    py,
                    &format!("the model has no column {name:?}"),
                ));
            };
            return rows
                .iter()
                .enumerate()
                .map(|(i, row)| layout.read(&row, position)?.ok_or_else(|| missing(i)))
                .collect();
        }
        rows.iter()
            .enumerate()
            .map(|(i, row)| {
                row.cast::<PyDict>()?
                    .get_item(name)?
                    .ok_or_else(|| missing(i))
            })
            .collect()
    }
}

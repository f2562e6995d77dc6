//! What a statement takes and gives, as the server describes it.

use data_bridge_postgres::types::Format;
use data_bridge_postgres::{Column, DataType, Statement};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::error::interface_error;
use crate::operation::StatementLayout;

/// The parameters and columns of a statement that was prepared, and not executed.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct Description {
    parameters: Vec<DataType>,
    columns: Vec<Column>,
    layout: StatementLayout,
}

impl Description {
    pub(crate) fn new(py: Python<'_>, statement: &Statement<StatementLayout>) -> PyResult<Self> {
        Ok(Self {
            parameters: statement.parameters().to_vec(),
            columns: statement.columns().to_vec(),
            layout: StatementLayout::new(py, statement.columns())?,
        })
    }

    /// Columns alone, where they are known.
    pub(crate) fn of_columns(
        py: Python<'_>,
        columns: Option<Vec<Column>>,
    ) -> PyResult<Option<Self>> {
        let Some(columns) = columns else {
            return Ok(None);
        };
        Ok(Some(Self {
            parameters: Vec::new(),
            layout: StatementLayout::new(py, &columns)?,
            columns,
        }))
    }

    pub(crate) fn parameters(&self) -> &[DataType] {
        &self.parameters
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Refuses columns whose values have no binary form.
    pub(crate) fn check_binary(&self, py: Python<'_>) -> PyResult<()> {
        for Column { name, data_type } in &self.columns {
            if data_type.format() != Format::Binary {
                let reason = format!(
                    "column {name:?} ({}) travels as text: copy it as data, or cast it to text",
                    data_type.name
                );
                return Err(interface_error(py, &reason));
            }
        }
        Ok(())
    }

    pub(crate) fn layout(&self) -> &StatementLayout {
        &self.layout
    }
}

#[pymethods]
impl Description {
    /// The object identifiers of the parameters' types, `$1` first.
    #[getter(parameters)]
    fn parameter_oids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.parameters.iter().map(|parameter| parameter.oid))
    }

    /// The parameters' types, `(oid, name)` each, `$1` first.
    #[getter]
    fn parameter_types(&self) -> Vec<(u32, &str)> {
        let types = self.parameters.iter();
        types.map(|known| (known.oid, &*known.name)).collect()
    }

    /// The columns, `(name, oid, type)` each.
    #[getter]
    fn column_types(&self) -> Vec<(&str, u32, &str)> {
        let columns = self.columns.iter();
        columns
            .map(|Column { name, data_type }| (&**name, data_type.oid, &*data_type.name))
            .collect()
    }

    /// The names of the columns.
    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.columns.iter().map(|column| &column.name))
    }
}

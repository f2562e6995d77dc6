//! The same rows as tuples, one after the other: how COPY takes them.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::{Columns, no_value};
use crate::error::missing_value;
use crate::model_layout::ModelLayout;

/// What gives a tuple for each row, of its values in the order of the columns, the key behind.
#[pyclass(module = "data_bridge._engine")]
#[derive(Debug)]
pub(crate) struct ColumnRecords {
    rows: Py<PyList>,
    keys: Option<Py<PyList>>,
    layout: Option<Py<ModelLayout>>,
    /// By name, and by place in the layout where there is one.
    columns: Vec<(Py<PyString>, usize)>,
    required: Vec<bool>,
    next: usize,
}

impl ColumnRecords {
    pub(super) fn new(py: Python<'_>, columns: &Columns) -> PyResult<Self> {
        let names = columns.names.bind(py);
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            let name = name.cast_into::<PyString>()?;
            let layout = columns.layout.as_ref();
            let place = layout.map_or(Ok(0), |layout| super::place(layout.get(), &name))?;
            found.push((name.unbind(), place));
        }
        Ok(Self {
            rows: columns.rows.clone_ref(py),
            keys: columns.keys.as_ref().map(|keys| keys.clone_ref(py)),
            layout: columns.layout.as_ref().map(|layout| layout.clone_ref(py)),
            columns: found,
            required: columns.required.clone(),
            next: 0,
        })
    }

    fn read<'py>(
        &self,
        row: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
        place: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let value = match &self.layout {
            Some(layout) => layout.get().read(row, place)?,
            None => row.cast::<PyDict>()?.get_item(name)?,
        };
        value.ok_or_else(|| no_value(name, self.next))
    }
}

#[pymethods]
impl ColumnRecords {
    fn __iter__(records: PyRef<'_, Self>) -> PyRef<'_, Self> {
        records
    }

    fn __next__<'py>(&mut self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let rows = self.rows.bind(py);
        if self.next >= rows.len() {
            return Ok(None);
        }
        let row = rows.get_item(self.next)?;
        let mut values = Vec::with_capacity(self.columns.len() + 1);
        for (i, (name, place)) in self.columns.iter().enumerate() {
            let value = self.read(&row, name.bind(py), *place)?;
            if value.is_none() && self.required.get(i).copied().unwrap_or(false) {
                return Err(missing_value(py, i + 1, self.next + 1));
            }
            values.push(value);
        }
        if let Some(keys) = &self.keys {
            values.push(keys.bind(py).get_item(self.next)?);
        }
        self.next += 1;
        PyTuple::new(py, values).map(Some)
    }
}

//! The same rows as tuples, one after the other: how COPY takes them.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::{Columns, Source};
use crate::error::missing_value;

/// What gives a tuple for each row, of its values in the order of the columns, the key behind.
#[pyclass(module = "data_bridge._engine")]
#[derive(Debug)]
pub(crate) struct ColumnRecords {
    rows: Py<PyList>,
    keys: Option<Py<PyList>>,
    /// Where the values come from, and whether None is refused.
    sources: Vec<(Source, bool)>,
    next: usize,
}

impl ColumnRecords {
    pub(super) fn new(py: Python<'_>, columns: &Columns) -> PyResult<Self> {
        let sources = (0..columns.len(py))
            .map(|place| Ok((columns.source(py, place)?, columns.required(place))))
            .collect::<PyResult<_>>()?;
        Ok(Self {
            rows: columns.rows.clone_ref(py),
            keys: columns.keys.as_ref().map(|keys| keys.clone_ref(py)),
            sources,
            next: 0,
        })
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
        let mut values = Vec::with_capacity(self.sources.len() + 1);
        for (i, (source, required)) in self.sources.iter().enumerate() {
            let value = source.read(&row, self.next)?;
            if *required && value.is_none() {
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

//! The names of a result's columns, and where each stands.
#![expect(
    unsafe_code,
    reason = "names are compared as the objects that they are, without a count of references"
)]

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// Up to so many columns a name is looked for among the names themselves before it is hashed: a
/// literal of the program is most often the very object.
const SCANNED: usize = 16;

/// What the records of one result share: the names of its columns.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct RecordShape {
    names: Py<PyTuple>,
    /// Name to index; a name that occurs twice means its last column, as in a dict.
    index: Py<PyDict>,
    /// How many names are scanned: all, or none where a look-up is quicker or the only right way.
    scanned: usize,
}

impl RecordShape {
    pub(crate) fn new(names: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let index = PyDict::new(names.py());
        for (i, name) in names.iter().enumerate() {
            index.set_item(name, i)?;
        }
        // Of names that occur twice the last counts, whichever object was asked for.
        let scans = names.len() <= SCANNED && index.len() == names.len();
        Ok(Self {
            names: names.clone().unbind(),
            index: index.unbind(),
            scanned: if scans { names.len() } else { 0 },
        })
    }

    /// The column of a name, where it is the very object that the shape was made of.
    #[inline]
    pub(super) fn scan(&self, py: Python<'_>, key: *mut ffi::PyObject) -> Option<usize> {
        let names = self.names.bind(py).as_ptr();
        // SAFETY: `scanned` is at most the number of names.
        (0..self.scanned).find(|i| unsafe { ffi::PyTuple_GET_ITEM(names, *i as isize) } == key)
    }

    /// The column of a name, the last one where it occurs twice.
    pub(super) fn find(&self, name: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
        let index = self.index.bind(name.py()).get_item(name)?;
        index.map(|index| index.extract()).transpose()
    }

    /// The names of the columns.
    pub(super) fn names<'py>(&self, py: Python<'py>) -> &Bound<'py, PyTuple> {
        self.names.bind(py)
    }
}

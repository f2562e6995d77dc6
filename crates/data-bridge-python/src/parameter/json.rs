//! JSON documents, through Python's own `json`.

use bytes::BytesMut;
use data_bridge_postgres::types::{Codec, json};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};

use super::ParameterError;
use super::text::utf8;

/// Any object that Python's `json` knows is a document; a str is a document of one string.
pub(super) fn json(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let py = value.py();
    let document = dumps(py)?.call1((value,)).map_err(|error| {
        let refused =
            error.is_instance_of::<PyTypeError>(py) || error.is_instance_of::<PyValueError>(py);
        if refused {
            ParameterError::Value(error.value(py).to_string())
        } else {
            ParameterError::Python(error)
        }
    })?;
    let document = document.cast::<PyString>().map_err(PyErr::from)?;
    Ok(json::encode(codec, utf8(document)?, out)?)
}

/// What `json.dumps` calls, made once: compact, as UTF-8, and without NaN, which the server
/// refuses.
fn dumps(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static ENCODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let encode = ENCODE.get_or_try_init(py, || {
        let options = PyDict::new(py);
        options.set_item("ensure_ascii", false)?;
        options.set_item("allow_nan", false)?;
        options.set_item("separators", (",", ":"))?;
        let encoder = py
            .import("json")?
            .getattr("JSONEncoder")?
            .call((), Some(&options))?;
        encoder.getattr("encode").map(Bound::unbind)
    })?;
    Ok(encode.bind(py))
}

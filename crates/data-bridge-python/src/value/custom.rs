//! Values of which a codec of somebody's own makes something.

use data_bridge_postgres::types::Format;
use data_bridge_postgres::types::composed::Custom;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::text;
use crate::error::Failure;

/// The two functions of a codec: from and to what the server takes and gives.
#[derive(Debug)]
pub(crate) struct CustomCodec {
    pub(crate) encoder: Py<PyAny>,
    pub(crate) decoder: Py<PyAny>,
}

impl CustomCodec {
    /// The codec that was given to the engine.
    pub(crate) fn of(custom: &Custom) -> PyResult<&Self> {
        let codec = custom.handle.0.downcast_ref();
        codec.ok_or_else(|| PyTypeError::new_err("a codec that is none of Python's"))
    }
}

pub(super) fn custom<'py>(
    py: Python<'py>,
    custom: &Custom,
    raw: &[u8],
) -> Result<Bound<'py, PyAny>, Failure> {
    let given = match custom.form {
        Format::Text => text::own(py, raw)?,
        Format::Binary => PyBytes::new(py, raw).into_any(),
    };
    Ok(CustomCodec::of(custom)?.decoder.bind(py).call1((given,))?)
}

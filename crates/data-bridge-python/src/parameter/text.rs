//! Texts and binary strings.

use bytes::BytesMut;
use data_bridge_postgres::types::{self, Codec};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString, PyType};

use super::ParameterError;

#[inline]
pub(super) fn text(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let Ok(value) = value.cast::<PyString>() else {
        return member(value, codec, out);
    };
    Ok(types::text::encode(codec, utf8(value)?, out)?)
}

/// A text that stands for a value of another binary form.
pub(super) fn spelt(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let Ok(value) = value.cast::<PyString>() else {
        return Err(ParameterError::wrong_type("str", value));
    };
    Ok(types::text::encode_spelt(codec, utf8(value)?, out)?)
}

/// A member of an `enum.Enum` stands for its value, which is a str.
#[cold]
fn member(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    static ENUM: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = value.py();
    if value.is_instance(ENUM.import(py, "enum", "Enum")?)?
        && let Ok(text) = value.getattr(intern!(py, "value"))?.cast::<PyString>()
    {
        return Ok(types::text::encode(codec, utf8(text)?, out)?);
    }
    Err(ParameterError::wrong_type("str", value))
}

/// A string's characters as UTF-8, without a copy where they are ASCII.
#[inline]
pub(super) fn utf8<'a>(value: &'a Bound<'_, PyString>) -> Result<&'a str, ParameterError> {
    value.to_str().map_err(|error| {
        if error.is_instance_of::<PyUnicodeEncodeError>(value.py()) {
            ParameterError::Value(format!("no text that UTF-8 can hold: {error}"))
        } else {
            ParameterError::Python(error)
        }
    })
}

#[inline]
pub(super) fn bytes(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        out.extend_from_slice(bytes.as_bytes());
        return Ok(());
    }
    if value.is_instance_of::<PyByteArray>() || value.is_instance_of::<PyMemoryView>() {
        return buffer(value, out);
    }
    Err(ParameterError::wrong_type(
        "bytes, bytearray or memoryview",
        value,
    ))
}

fn buffer(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    let Ok(buffer) = PyBuffer::<u8>::get(value) else {
        // A view of items other than bytes.
        let bytes = value
            .call_method0("tobytes")?
            .cast_into::<PyBytes>()
            .map_err(PyErr::from)?;
        out.extend_from_slice(bytes.as_bytes());
        return Ok(());
    };
    let start = out.len();
    out.resize(start + buffer.len_bytes(), 0);
    Ok(buffer.copy_to_slice(value.py(), &mut out[start..])?)
}

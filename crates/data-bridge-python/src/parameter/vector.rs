//! Vectors, from whatever holds numbers in order.

use bytes::BytesMut;
use data_bridge_postgres::types::vector::encode;
use data_bridge_postgres::types::{Codec, EncodeError};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use super::ParameterError;
use super::number::to_f64;

pub(super) fn vector(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    // An array of float32, of numpy's or the standard library's.
    if let Ok(buffer) = PyBuffer::<f32>::get(value) {
        return Ok(encode(&buffer.to_vec(value.py())?, out)?);
    }
    let text = value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>();
    let items = match value.try_iter() {
        Ok(items) if !text && !value.is_instance_of::<PyDict>() => items,
        _ => return Err(ParameterError::wrong_type("list of float", value)),
    };
    let mut elements = Vec::new();
    for item in items {
        let element = to_f64(&item?, Codec::Float4)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a vector's elements are float4"
        )]
        let narrow = element as f32;
        if narrow.is_infinite() && element.is_finite() {
            return Err(EncodeError::Range(Codec::Float4).into());
        }
        elements.push(narrow);
    }
    Ok(encode(&elements, out)?)
}

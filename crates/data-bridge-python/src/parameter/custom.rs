//! Values that a codec of somebody's own takes apart.

use bytes::BytesMut;
use data_bridge_postgres::types::composed::Custom;
use data_bridge_postgres::types::{Codec, Format};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::ParameterError;
use super::text::{bytes, text};
use crate::value::CustomCodec;

pub(super) fn custom(
    value: &Bound<'_, PyAny>,
    custom: &Custom,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let encoder = &CustomCodec::of(custom)?.encoder;
    let given = encoder.bind(value.py()).call1((value,))?;
    out.extend_from_slice(custom.prefix());
    match custom.form {
        Format::Binary => bytes(&given, out),
        // What makes JSON as bytes need not make a str of it first.
        Format::Text if !given.is_instance_of::<PyString>() => {
            let start = out.len();
            bytes(&given, out)
                .map_err(|_| ParameterError::wrong_type("str from the type's encoder", &given))?;
            match std::str::from_utf8(&out[start..]) {
                Ok(text) if !text.contains('\0') => Ok(()),
                _ => Err(ParameterError::Value(
                    "the type's encoder gave bytes that are no text".to_owned(),
                )),
            }
        }
        Format::Text => text(&given, Codec::Text, out),
    }
}

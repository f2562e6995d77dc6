//! hstore, from dicts.

use bytes::BytesMut;
use data_bridge_postgres::types::hstore::{encode_text, header};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::ParameterError;
use super::text::utf8;

pub(super) fn hstore(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    let Ok(dict) = value.cast::<PyDict>() else {
        return Err(ParameterError::wrong_type(
            "dict of str to str or None",
            value,
        ));
    };
    header(dict.len(), out)?;
    for (key, value) in dict {
        let Ok(key) = key.cast::<PyString>() else {
            return Err(ParameterError::wrong_type("str as key", &key));
        };
        encode_text(Some(utf8(key)?), out)?;
        if value.is_none() {
            encode_text(None, out)?;
            continue;
        }
        let Ok(value) = value.cast::<PyString>() else {
            return Err(ParameterError::wrong_type("str or None as value", &value));
        };
        encode_text(Some(utf8(value)?), out)?;
    }
    Ok(())
}

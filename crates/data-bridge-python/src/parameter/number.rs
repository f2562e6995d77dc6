//! Truth values and numbers.

use bytes::BytesMut;
use data_bridge_postgres::types::{Codec, EncodeError, lsn, number, numeric};
use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};

use super::ParameterError;
use super::text::utf8;
use crate::value::decimal_class;

#[inline]
pub(super) fn bool(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    out.extend_from_slice(&[u8::from(to_bool(value)?)]);
    Ok(())
}

#[inline]
fn to_bool(value: &Bound<'_, PyAny>) -> Result<bool, ParameterError> {
    match value.cast::<PyBool>() {
        Ok(value) => Ok(value.is_true()),
        Err(_) => Err(ParameterError::wrong_type("bool", value)),
    }
}

#[inline]
pub(super) fn int(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    Ok(number::encode_int(codec, to_i64(value, codec)?, out)?)
}

#[inline]
fn to_i64(value: &Bound<'_, PyAny>, codec: Codec) -> Result<i64, ParameterError> {
    if !is_int(value) {
        return Err(ParameterError::wrong_type("int", value));
    }
    // An int of Python's fails to be one of 64 bits only for its size.
    Ok(value.extract().map_err(|_| EncodeError::Range(codec))?)
}

pub(super) fn unsigned(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    if !is_int(value) {
        return Err(ParameterError::wrong_type("int", value));
    }
    let int: u64 = value.extract().map_err(|_| EncodeError::Range(codec))?;
    out.extend_from_slice(&int.to_be_bytes());
    Ok(())
}

/// A position in the log, as a number or as the server spells it.
pub(super) fn lsn(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    if let Ok(text) = value.cast::<PyString>() {
        out.extend_from_slice(&lsn::parse(utf8(text)?)?.to_be_bytes());
        return Ok(());
    }
    if !is_int(value) {
        return Err(ParameterError::wrong_type("LSN, int or str", value));
    }
    unsigned(value, codec, out)
}

#[inline]
pub(super) fn float(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    Ok(number::encode_float(codec, to_f64(value, codec)?, out)?)
}

#[inline]
pub(super) fn to_f64(value: &Bound<'_, PyAny>, codec: Codec) -> Result<f64, ParameterError> {
    if let Ok(float) = value.cast::<PyFloat>() {
        return Ok(float.value());
    }
    if !is_int(value) {
        return Err(ParameterError::wrong_type("float or int", value));
    }
    value.extract::<f64>().map_err(|error| {
        if error.is_instance_of::<PyOverflowError>(value.py()) {
            EncodeError::Range(codec).into()
        } else {
            ParameterError::Python(error)
        }
    })
}

/// A float is refused, for what it stands for is not what it shows: 0.1 is
/// 0.1000000000000000055511151231257827021181583404541015625.
pub(super) fn numeric(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    let class = decimal_class(value.py())?;
    let text = if value.is_exact_instance(class) {
        value.str()?.into_any()
    } else if is_int(value) {
        if let Ok(int) = value.extract() {
            numeric::encode_int(int, out);
            return Ok(());
        }
        // Not `str(int)`, which Python refuses beyond some thousands of digits.
        class.call1((value,))?.str()?.into_any()
    } else if value.is_instance(class)? {
        class.call_method1("__str__", (value,))?
    } else if value.is_instance_of::<PyFloat>() {
        let expected = "decimal.Decimal or int (a float x is not exact: pass Decimal(str(x)))";
        return Err(ParameterError::wrong_type(expected, value));
    } else {
        return Err(ParameterError::wrong_type("decimal.Decimal or int", value));
    };
    Ok(numeric::encode(text.extract()?, out)?)
}

/// Whether an object is an int, or of a subclass other than bool.
#[inline]
pub(super) fn is_int(value: &Bound<'_, PyAny>) -> bool {
    value.is_exact_instance_of::<PyInt>()
        || (value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>())
}

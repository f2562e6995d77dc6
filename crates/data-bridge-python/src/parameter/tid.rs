//! The places of rows, as pairs of ints.

use bytes::BytesMut;
use data_bridge_postgres::types::{Codec, EncodeError, Tid};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::ParameterError;
use super::number::is_int;

pub(super) fn tid(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    let pair = value.cast::<PyTuple>().ok();
    let pair = pair.filter(|pair| pair.len() == 2 && pair.iter().all(|part| is_int(&part)));
    let Some(pair) = pair else {
        return Err(ParameterError::wrong_type("tuple of two ints", value));
    };
    let (block, offset) = pair.extract().map_err(|_| EncodeError::Range(Codec::Tid))?;
    Tid { block, offset }.write(out);
    Ok(())
}

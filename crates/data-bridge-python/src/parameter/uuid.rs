//! UUIDs, as objects or as text.

use bytes::BytesMut;
use data_bridge_postgres::types::uuid::parse;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::ParameterError;
use super::text::utf8;
use crate::value::UuidClass;

pub(super) fn uuid(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    let py = value.py();
    let class = UuidClass::get(py)?.class(py);
    let bytes = if value.is_exact_instance(class) || value.is_instance(class)? {
        value
            .getattr(intern!(py, "int"))?
            .extract::<u128>()?
            .to_be_bytes()
    } else if let Ok(text) = value.cast::<PyString>() {
        parse(utf8(text)?)?
    } else {
        return Err(ParameterError::wrong_type("uuid.UUID or str", value));
    };
    out.extend_from_slice(&bytes);
    Ok(())
}

//! hstore, as dicts.

use data_bridge_postgres::types::hstore::Hstore;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::{key, none, text};
use crate::error::Failure;

pub(super) fn hstore<'py>(
    py: Python<'py>,
    mut map: Hstore<'_>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let dict = PyDict::new(py);
    while let Some((name, value)) = map.next_pair()? {
        let value = match value {
            Some(value) => text::text(py, value)?,
            None => none(py),
        };
        dict.set_item(key::key(py, name)?, value)?;
    }
    Ok(dict.into_any())
}

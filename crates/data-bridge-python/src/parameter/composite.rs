//! Composite values, from tuples, records, dicts and dataclasses.

use bytes::BytesMut;
use data_bridge_postgres::types::composed::Attribute;
use data_bridge_postgres::types::composite::{attribute, header};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use super::{ParameterError, encode};
use crate::record::record_type;

pub(super) fn composite(
    value: &Bound<'_, PyAny>,
    attributes: &[Attribute],
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let source = Source::of(value, attributes)?;
    header(attributes.len(), out);
    for (place, to) in attributes.iter().enumerate() {
        let item = source.get(place, &to.name)?;
        attribute(to.data_type.oid, out, |out| {
            if item.is_none() {
                return Ok(false);
            }
            let encoded = encode(&item, &to.data_type.codec, out);
            encoded.map(|()| true).map_err(|error| error.at(&to.name))
        })?;
    }
    Ok(())
}

/// Where the values of the attributes come from.
enum Source<'a, 'py> {
    Tuple(Bound<'py, PyTuple>),
    Dict(&'a Bound<'py, PyDict>),
    /// A dataclass's instance.
    Object(&'a Bound<'py, PyAny>),
}

impl<'a, 'py> Source<'a, 'py> {
    fn of(value: &'a Bound<'py, PyAny>, attributes: &[Attribute]) -> Result<Self, ParameterError> {
        let py = value.py();
        if let Ok(dict) = value.cast::<PyDict>() {
            check_keys(dict, attributes)?;
            return Ok(Self::Dict(dict));
        }
        let tuple = if let Ok(tuple) = value.cast::<PyTuple>() {
            tuple.clone()
        } else if value.is_instance(record_type(py)?)? {
            PyTuple::new(py, value.try_iter()?.collect::<PyResult<Vec<_>>>()?)?
        } else if value.hasattr(intern!(py, "__dataclass_fields__"))?
            && !value.is_instance_of::<PyType>()
        {
            return Ok(Self::Object(value));
        } else {
            let expected = "tuple, dict, Record or dataclass";
            return Err(ParameterError::wrong_type(expected, value));
        };
        if tuple.len() != attributes.len() {
            return Err(ParameterError::Value(format!(
                "the type has {} attributes ({}), and {} values were given",
                attributes.len(),
                names(attributes),
                tuple.len()
            )));
        }
        Ok(Self::Tuple(tuple))
    }

    fn get(&self, place: usize, name: &str) -> Result<Bound<'py, PyAny>, ParameterError> {
        match self {
            Self::Tuple(tuple) => Ok(tuple.get_item(place)?),
            Self::Dict(dict) => dict
                .get_item(name)?
                .ok_or_else(|| ParameterError::Value(format!("no value for attribute {name}"))),
            Self::Object(object) => object
                .getattr_opt(name)?
                .ok_or_else(|| ParameterError::Value(format!("no value for attribute {name}"))),
        }
    }
}

/// Keys that name no attribute are most likely misspelt.
fn check_keys(dict: &Bound<'_, PyDict>, attributes: &[Attribute]) -> Result<(), ParameterError> {
    for key in dict.keys() {
        let key = key.str()?;
        let key = key.to_str()?;
        if !attributes.iter().any(|attribute| attribute.name == key) {
            return Err(ParameterError::Value(format!(
                "the type has no attribute {key}; it has {}",
                names(attributes)
            )));
        }
    }
    Ok(())
}

fn names(attributes: &[Attribute]) -> String {
    let names: Vec<&str> = attributes.iter().map(|a| a.name.as_str()).collect();
    names.join(", ")
}

//! Columns of many objects, taken out of Python so that they can be encoded without it.

use data_bridge_postgres::types::Codec;
use data_bridge_postgres::types::column::Values;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::text::utf8;
use super::{ParameterError, number};

/// Takes the values of a column whose elements are of `element`; `None` for a type whose values
/// only Python can take apart. The values borrow the objects' own text.
///
/// An error comes with the index of the object that it is about.
pub(crate) fn take_values<'a>(
    objects: &'a [Bound<'_, PyAny>],
    element: Codec,
) -> Result<Option<Values<'a>>, (usize, ParameterError)> {
    let values = match element {
        Codec::Bool => Values::Bool(take(objects, number::to_bool)?),
        Codec::Int2 | Codec::Int4 | Codec::Int8 | Codec::Oid => {
            Values::Int(take(objects, |object| number::to_i64(object, element))?)
        }
        Codec::Float4 | Codec::Float8 => {
            Values::Float(take(objects, |object| number::to_f64(object, element))?)
        }
        Codec::Text | Codec::Varchar => {
            Values::Text(take(objects, |object| match object.cast::<PyString>() {
                Ok(text) => utf8(text),
                Err(_) => Err(ParameterError::wrong_type("str", object)),
            })?)
        }
        _ => return Ok(None),
    };
    Ok(Some(values))
}

fn take<'a, 'py, T>(
    objects: &'a [Bound<'py, PyAny>],
    convert: impl Fn(&'a Bound<'py, PyAny>) -> Result<T, ParameterError>,
) -> Result<Vec<Option<T>>, (usize, ParameterError)> {
    let mut values = Vec::with_capacity(objects.len());
    for (index, object) in objects.iter().enumerate() {
        values.push(if object.is_none() {
            None
        } else {
            Some(convert(object).map_err(|error| (index, error))?)
        });
    }
    Ok(values)
}

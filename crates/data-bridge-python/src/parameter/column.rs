//! Values of a column, taken out of Python so that another core can encode them.
#![expect(
    unsafe_code,
    reason = "text is borrowed from objects that cannot go away meanwhile"
)]

use data_bridge_postgres::types::Codec;
use data_bridge_postgres::types::column::Values;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};

use super::text::utf8;

/// An empty piece of a column, for `rows` values; `None` for a type whose values only Python can
/// take apart.
pub(crate) fn piece<'a>(element: Codec, rows: usize) -> Option<Values<'a>> {
    match element {
        Codec::Bool => Some(Values::Bool(Vec::with_capacity(rows))),
        Codec::Int2 | Codec::Int4 | Codec::Int8 => Some(Values::Int(Vec::with_capacity(rows))),
        Codec::Float4 | Codec::Float8 => Some(Values::Float(Vec::with_capacity(rows))),
        Codec::Text | Codec::Varchar => Some(Values::Text(Vec::with_capacity(rows))),
        _ => None,
    }
}

/// Adds an object's value; `None` when it is not exactly of the type that the column takes, which
/// may need Python code to run, or an error to be raised.
///
/// # Safety
/// A text's object, which goes to `held`, must be held until the values are dropped.
#[inline]
pub(crate) unsafe fn push<'py>(
    values: &mut Values<'_>,
    object: Bound<'py, PyAny>,
    held: &mut Vec<Bound<'py, PyAny>>,
) -> Option<()> {
    if object.is_none() {
        match values {
            Values::Bool(values) => values.push(None),
            Values::Int(values) => values.push(None),
            Values::Float(values) => values.push(None),
            Values::Text(values) => values.push(None),
        }
        return Some(());
    }
    match values {
        Values::Bool(values) => values.push(Some(object.cast::<PyBool>().ok()?.is_true())),
        Values::Int(values) => {
            let int = object.cast_exact::<PyInt>().ok()?;
            values.push(Some(int.extract().ok()?));
        }
        Values::Float(values) => values.push(Some(object.cast_exact::<PyFloat>().ok()?.value())),
        Values::Text(values) => {
            let text = utf8(object.cast_exact::<PyString>().ok()?).ok()?;
            // SAFETY: a string does not change, and the caller promises to hold it.
            values.push(Some(unsafe { &*std::ptr::from_ref::<str>(text) }));
            held.push(object);
        }
    }
    Some(())
}

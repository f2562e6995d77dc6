//! Ranges and multiranges.

use bytes::{BufMut, BytesMut};
use data_bridge_postgres::types::AnyCodec;
use data_bridge_postgres::types::composite::part;
use data_bridge_postgres::types::range::Range;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::{ParameterError, encode};
use crate::value::{RangeClass, multirange_class};

pub(super) fn range(
    value: &Bound<'_, PyAny>,
    subtype: &AnyCodec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let py = value.py();
    if !value.is_instance(RangeClass::get(py)?.class(py))? {
        return Err(ParameterError::wrong_type("Range", value));
    }
    let range = if value.getattr(intern!(py, "empty"))?.is_truthy()? {
        Range::Empty
    } else {
        let bounds: String = value.getattr(intern!(py, "bounds"))?.extract()?;
        let [first, last] = bounds.as_bytes() else {
            return Err(PyTypeError::new_err("a Range whose bounds are none").into());
        };
        let bound = |name| -> PyResult<_> {
            let bound = value.getattr(name)?;
            Ok((!bound.is_none()).then_some(bound))
        };
        Range::Between {
            lower: bound(intern!(py, "lower"))?,
            upper: bound(intern!(py, "upper"))?,
            lower_inclusive: *first == b'[',
            upper_inclusive: *last == b']',
        }
    };
    range.encode(out, |bound, out| {
        encode(bound, subtype, out).map_err(|error| error.at("a bound"))
    })
}

pub(super) fn multirange(
    value: &Bound<'_, PyAny>,
    of: &AnyCodec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let given = value.is_instance(multirange_class(value.py())?)?
        || value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>();
    if !given {
        return Err(ParameterError::wrong_type("Multirange", value));
    }
    let start = out.len();
    out.put_u32(0);
    let mut count = 0_u32;
    for range in value.try_iter()? {
        let range = range?;
        part(out, |out| encode(&range, of, out).map(|()| true))?;
        count += 1;
    }
    out[start..start + 4].copy_from_slice(&count.to_be_bytes());
    Ok(())
}

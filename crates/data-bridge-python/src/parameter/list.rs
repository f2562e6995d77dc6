//! Lists and tuples, as arrays.

use std::fmt::Write;

use bytes::BytesMut;
use data_bridge_postgres::types::array::{Encoder, MAX_DIMENSIONS};
use data_bridge_postgres::types::{Codec, EncodeError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::ParameterError;
use super::element::{Element, Nesting};
use crate::value::array_class;

/// Writes the bytes of an array, each list or tuple inside the outermost a dimension more.
///
/// An element of a `json[]` may be a list itself, and so may one of an array of a domain that is an
/// array: such an array is taken to have one dimension. One of a `point[]` is a tuple, so only lists
/// nest there.
pub(super) fn list<E: Element>(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    element: &E,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let Some(items) = Items::of(value) else {
        return Err(ParameterError::wrong_type("list or tuple", value));
    };
    let nesting = element.nesting();
    let mut lengths = vec![items.len()];
    if nesting != Nesting::None {
        let mut first = items.first();
        while let Some(items) = first.as_ref().and_then(|item| nesting.items(item)) {
            // The limit is also what ends a list that holds itself.
            if lengths.len() == MAX_DIMENSIONS {
                return Err(EncodeError::Dimensions(codec).into());
            }
            lengths.push(items.len());
            first = items.first();
        }
    }
    let bounds = lower_bounds(value, &lengths)?;
    let encoder = Encoder::bounded(
        codec,
        element.oid(),
        element.format(),
        &lengths,
        &bounds,
        out,
    )?;
    let writer = Writer {
        codec,
        element,
        encoder,
    };
    writer
        .items(&items, &lengths, out)
        .map_err(Misplaced::into_error)?;
    Ok(writer.encoder.finish(out)?)
}

/// The lower bounds that an `Array` has; none, which stands for 1, for any other list.
fn lower_bounds(value: &Bound<'_, PyAny>, lengths: &[usize]) -> Result<Vec<i32>, ParameterError> {
    if value.is_exact_instance_of::<PyList>() || value.is_exact_instance_of::<PyTuple>() {
        return Ok(Vec::new());
    }
    if !value.is_instance(array_class(value.py())?)? {
        return Ok(Vec::new());
    }
    let bounds: Vec<i32> = value.getattr("lower_bounds")?.extract()?;
    if bounds.len() > lengths.len() {
        let reason = format!(
            "{} lower bounds for {} dimensions",
            bounds.len(),
            lengths.len()
        );
        return Err(ParameterError::Value(reason));
    }
    Ok(bounds)
}

/// A list or a tuple.
pub(super) enum Items<'a, 'py> {
    List(&'a Bound<'py, PyList>),
    Tuple(&'a Bound<'py, PyTuple>),
}

impl<'a, 'py> Items<'a, 'py> {
    #[inline]
    pub(super) fn of(value: &'a Bound<'py, PyAny>) -> Option<Self> {
        match value.cast::<PyList>() {
            Ok(list) => Some(Self::List(list)),
            Err(_) => value.cast::<PyTuple>().ok().map(Self::Tuple),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::List(list) => list.len(),
            Self::Tuple(tuple) => tuple.len(),
        }
    }

    fn first(&self) -> Option<Bound<'py, PyAny>> {
        match self {
            Self::List(list) => list.iter().next(),
            Self::Tuple(tuple) => tuple.iter().next(),
        }
    }
}

/// An error, and the indices of where it happened, the innermost first.
struct Misplaced {
    path: Vec<usize>,
    error: ParameterError,
}

impl Misplaced {
    #[cold]
    fn into_error(self) -> ParameterError {
        let place = self
            .path
            .iter()
            .rev()
            .fold(String::new(), |mut place, index| {
                // Writing to a string cannot fail.
                let _ = write!(place, "[{index}]");
                place
            });
        match self.error {
            ParameterError::Type { expected, given } if !place.is_empty() => ParameterError::Type {
                expected,
                given: format!("{given} at {place}"),
            },
            ParameterError::Value(reason) if !place.is_empty() => {
                ParameterError::Value(format!("at {place}: {reason}"))
            }
            error => error,
        }
    }
}

impl From<ParameterError> for Misplaced {
    #[cold]
    fn from(error: ParameterError) -> Self {
        Self {
            path: Vec::new(),
            error,
        }
    }
}

impl From<EncodeError> for Misplaced {
    #[cold]
    fn from(error: EncodeError) -> Self {
        ParameterError::from(error).into()
    }
}

/// Writes the elements of an array, in the order of its dimensions.
struct Writer<'a, E> {
    codec: Codec,
    element: &'a E,
    encoder: Encoder,
}

impl<E: Element> Writer<'_, E> {
    fn items(
        &self,
        items: &Items<'_, '_>,
        lengths: &[usize],
        out: &mut BytesMut,
    ) -> Result<(), Misplaced> {
        let written = match items {
            Items::List(list) => self.each(list.iter(), lengths, out),
            Items::Tuple(tuple) => self.each(tuple.iter(), lengths, out),
        }?;
        // Encoding an element may run code that changes the list.
        if Some(&written) == lengths.first() {
            Ok(())
        } else {
            Err(EncodeError::Ragged(self.codec).into())
        }
    }

    #[inline]
    fn each<'py>(
        &self,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
        lengths: &[usize],
        out: &mut BytesMut,
    ) -> Result<usize, Misplaced> {
        let inner = lengths.get(1..).unwrap_or_default();
        let mut written = 0;
        for item in items {
            self.item(&item, inner, out).map_err(|mut misplaced| {
                misplaced.path.push(written);
                misplaced
            })?;
            written += 1;
        }
        Ok(written)
    }

    #[inline]
    fn item(
        &self,
        item: &Bound<'_, PyAny>,
        inner: &[usize],
        out: &mut BytesMut,
    ) -> Result<(), Misplaced> {
        if !inner.is_empty() {
            let items = self.element.nesting().items(item);
            let items = items.ok_or(EncodeError::Ragged(self.codec))?;
            self.items(&items, inner, out)
        } else if item.is_none() {
            self.encoder.null(out);
            Ok(())
        } else {
            Ok(self
                .encoder
                .element(out, |out| self.element.encode(item, out))?)
        }
    }
}

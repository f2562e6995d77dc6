//! Values of the geometric types: of their classes, or plain tuples of the same shape.

use bytes::BytesMut;
use data_bridge_postgres::types::geometry::Point;
use data_bridge_postgres::types::{Codec, Geometry};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyList, PyTuple};

use super::ParameterError;
use super::number::to_f64;
use crate::value::geometry_class;

/// The other types whose values must not be taken for one of this type: a box is no line segment.
const TYPES: [Codec; 7] = [
    Codec::Point,
    Codec::Line,
    Codec::Lseg,
    Codec::Box,
    Codec::Path,
    Codec::Polygon,
    Codec::Circle,
];

pub(super) fn geometry(
    value: &Bound<'_, PyAny>,
    codec: Codec,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let shape = match codec {
        Codec::Line => line(value)?,
        Codec::Lseg => pair(value, codec)?.map(Geometry::Segment),
        Codec::Box => pair(value, codec)?.map(Geometry::Box),
        Codec::Path => path(value)?,
        Codec::Polygon => points(value, codec)?.map(Geometry::Polygon),
        Codec::Circle => circle(value)?,
        _ => point(value, codec)?.map(Geometry::Point),
    };
    match shape {
        Some(shape) => Ok(shape.write(codec, out)?),
        None => Err(ParameterError::wrong_type(expected(codec), value)),
    }
}

const fn expected(codec: Codec) -> &'static str {
    match codec {
        Codec::Line => "Line or tuple (a, b, c)",
        Codec::Lseg => "LineSegment or tuple of two points",
        Codec::Box => "Box or tuple of two points",
        Codec::Path => "Path or tuple (points, closed)",
        Codec::Polygon => "Polygon, tuple or list of points",
        Codec::Circle => "Circle or tuple (center, radius)",
        _ => "Point or tuple (x, y)",
    }
}

/// The parts of a tuple of this length that is of the type's class, or of none of the others.
fn parts<'py, const LENGTH: usize>(
    value: &Bound<'py, PyAny>,
    codec: Codec,
) -> Result<Option<[Bound<'py, PyAny>; LENGTH]>, ParameterError> {
    let Ok(tuple) = value.cast::<PyTuple>() else {
        return Ok(None);
    };
    if is_of_another(value, codec)? {
        return Ok(None);
    }
    let parts: Vec<_> = tuple.iter().collect();
    Ok(parts.try_into().ok())
}

fn is_of_another(value: &Bound<'_, PyAny>, codec: Codec) -> PyResult<bool> {
    if value.is_exact_instance_of::<PyTuple>() {
        return Ok(false);
    }
    for other in TYPES {
        if other != codec && value.is_instance(geometry_class(value.py(), other)?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn point(value: &Bound<'_, PyAny>, codec: Codec) -> Result<Option<Point>, ParameterError> {
    let Some([x, y]) = parts(value, Codec::Point)? else {
        return Ok(None);
    };
    let (x, y) = (to_f64(&x, codec)?, to_f64(&y, codec)?);
    Ok(Some(Point { x, y }))
}

fn line(value: &Bound<'_, PyAny>) -> Result<Option<Geometry>, ParameterError> {
    let codec = Codec::Line;
    let Some([a, b, c]) = parts(value, codec)? else {
        return Ok(None);
    };
    Ok(Some(Geometry::Line {
        a: to_f64(&a, codec)?,
        b: to_f64(&b, codec)?,
        c: to_f64(&c, codec)?,
    }))
}

fn pair(value: &Bound<'_, PyAny>, codec: Codec) -> Result<Option<[Point; 2]>, ParameterError> {
    let Some([first, second]) = parts(value, codec)? else {
        return Ok(None);
    };
    let ends = (point(&first, codec)?, point(&second, codec)?);
    Ok(ends.0.zip(ends.1).map(|(first, second)| [first, second]))
}

fn circle(value: &Bound<'_, PyAny>) -> Result<Option<Geometry>, ParameterError> {
    let codec = Codec::Circle;
    let Some([center, radius]) = parts(value, codec)? else {
        return Ok(None);
    };
    let Some(center) = point(&center, codec)? else {
        return Ok(None);
    };
    let radius = to_f64(&radius, codec)?;
    Ok(Some(Geometry::Circle { center, radius }))
}

fn path(value: &Bound<'_, PyAny>) -> Result<Option<Geometry>, ParameterError> {
    let Some([list, closed]) = parts(value, Codec::Path)? else {
        return Ok(None);
    };
    let Ok(closed) = closed.cast::<PyBool>() else {
        return Ok(None);
    };
    let points = points(&list, Codec::Path)?;
    let closed = closed.is_true();
    Ok(points.map(|points| Geometry::Path { closed, points }))
}

fn points(value: &Bound<'_, PyAny>, codec: Codec) -> Result<Option<Vec<Point>>, ParameterError> {
    if !value.is_instance_of::<PyTuple>() && !value.is_instance_of::<PyList>() {
        return Ok(None);
    }
    if is_of_another(value, codec)? {
        return Ok(None);
    }
    let mut points = Vec::new();
    for item in value.try_iter()? {
        match point(&item?, codec)? {
            Some(point) => points.push(point),
            None => return Ok(None),
        }
    }
    Ok(Some(points))
}

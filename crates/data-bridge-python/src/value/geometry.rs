//! Values of the geometric types, as the classes of `data_bridge.postgres.geometry`.

use data_bridge_postgres::types::geometry::Point;
use data_bridge_postgres::types::{Codec, Geometry};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};

use crate::error::Failure;

/// The class of a geometric type's values.
pub(crate) fn geometry_class(py: Python<'_>, codec: Codec) -> PyResult<&Bound<'_, PyType>> {
    static CLASSES: [PyOnceLock<Py<PyType>>; 7] = [const { PyOnceLock::new() }; 7];
    let (place, name) = match codec {
        Codec::Line => (0, "Line"),
        Codec::Lseg => (1, "LineSegment"),
        Codec::Box => (2, "Box"),
        Codec::Path => (3, "Path"),
        Codec::Polygon => (4, "Polygon"),
        Codec::Circle => (5, "Circle"),
        _ => (6, "Point"),
    };
    CLASSES[place].import(py, "data_bridge.postgres.geometry", name)
}

pub(super) fn geometry(py: Python<'_>, value: Geometry) -> Result<Bound<'_, PyAny>, Failure> {
    let class = |codec| geometry_class(py, codec);
    Ok(match value {
        Geometry::Point(value) => point(py, value)?,
        Geometry::Line { a, b, c } => class(Codec::Line)?.call1((a, b, c))?,
        Geometry::Segment(ends) => class(Codec::Lseg)?.call1(pair(py, ends)?)?,
        Geometry::Box(corners) => class(Codec::Box)?.call1(pair(py, corners)?)?,
        Geometry::Path { closed, points } => {
            class(Codec::Path)?.call1((tuple(py, &points)?, closed))?
        }
        Geometry::Polygon(points) => class(Codec::Polygon)?.call1((tuple(py, &points)?,))?,
        Geometry::Circle { center, radius } => {
            class(Codec::Circle)?.call1((point(py, center)?, radius))?
        }
    })
}

fn point(py: Python<'_>, value: Point) -> PyResult<Bound<'_, PyAny>> {
    geometry_class(py, Codec::Point)?.call1((value.x, value.y))
}

type Pair<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

fn pair(py: Python<'_>, [first, second]: [Point; 2]) -> PyResult<Pair<'_>> {
    Ok((point(py, first)?, point(py, second)?))
}

fn tuple<'py>(py: Python<'py>, points: &[Point]) -> PyResult<Bound<'py, PyTuple>> {
    let points: Vec<_> = points
        .iter()
        .map(|p| point(py, *p))
        .collect::<PyResult<_>>()?;
    PyTuple::new(py, points)
}

"""The values of the geometric types: tuples whose parts have names.

As parameters plain tuples of the same shape serve, too: `(1.5, 2)` is a point, and
`((0, 0), (1, 1))` a box. Coordinates are floats; two values are equal when their coordinates are.
"""

from collections.abc import Iterable
from typing import NamedTuple, Self, final

__all__ = ["Box", "Circle", "Line", "LineSegment", "Path", "Point", "Polygon"]


class Point(NamedTuple):
    """A point of the plane."""

    x: float
    y: float


class Line(NamedTuple):
    """A line without an end: all points where a * x + b * y + c = 0."""

    a: float
    b: float
    c: float


class LineSegment(NamedTuple):
    """The line from one point to another (lseg)."""

    start: Point
    end: Point


class Box(NamedTuple):
    """A rectangle, by its corners. The server puts them in this order."""

    upper_right: Point
    lower_left: Point


class Path(NamedTuple):
    """A line from point to point, and back to the first where it is closed."""

    points: tuple[Point, ...]
    closed: bool = False


@final
class Polygon(tuple[Point, ...]):
    """A polygon: the tuple of its corners."""

    __slots__ = ()

    def __new__(cls, points: Iterable[tuple[float, float]]) -> Self:
        """Take the corners in order: points, or pairs of numbers."""
        return super().__new__(cls, (Point(*point) for point in points))

    def __repr__(self) -> str:
        return f"Polygon({super().__repr__()})"


class Circle(NamedTuple):
    """A circle."""

    center: Point
    radius: float

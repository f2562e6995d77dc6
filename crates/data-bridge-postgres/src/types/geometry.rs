//! The geometric types, whose coordinates are all of double precision.

use bytes::{BufMut, BytesMut};

use super::{Codec, DecodeError, EncodeError};

/// A point of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
}

/// A value of one of the geometric types.
#[derive(Clone, Debug, PartialEq)]
pub enum Geometry {
    /// `point`
    Point(Point),
    /// `line`: all points where ax + by + c = 0.
    Line {
        /// Of x.
        a: f64,
        /// Of y.
        b: f64,
        /// The constant.
        c: f64,
    },
    /// `lseg`: from one point to another.
    Segment([Point; 2]),
    /// `box`: its upper right corner and its lower left.
    Box([Point; 2]),
    /// `path`: from point to point, and back to the first where it is closed.
    Path {
        /// Whether it leads back.
        closed: bool,
        /// Its points, at least one.
        points: Vec<Point>,
    },
    /// `polygon`: its corners, at least one.
    Polygon(Vec<Point>),
    /// `circle`
    Circle {
        /// The point in its middle.
        center: Point,
        /// How far all others are from there.
        radius: f64,
    },
}

impl Geometry {
    /// Reads the bytes of a value of a geometric type.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`] when there are more or fewer than the type, or the number of
    /// points, needs.
    pub fn read(codec: Codec, raw: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { codec, rest: raw };
        let value = match codec {
            Codec::Point => Self::Point(reader.point()?),
            Codec::Line => Self::Line {
                a: reader.float()?,
                b: reader.float()?,
                c: reader.float()?,
            },
            Codec::Lseg => Self::Segment([reader.point()?, reader.point()?]),
            Codec::Box => Self::Box([reader.point()?, reader.point()?]),
            Codec::Path => Self::Path {
                closed: reader.bytes::<1>()? != [0],
                points: reader.points()?,
            },
            Codec::Polygon => Self::Polygon(reader.points()?),
            Codec::Circle => Self::Circle {
                center: reader.point()?,
                radius: reader.float()?,
            },
            _ => return Err(reader.malformed("the type is not a geometric one")),
        };
        if reader.rest.is_empty() {
            Ok(value)
        } else {
            Err(reader.malformed("bytes follow the last coordinate"))
        }
    }

    /// Writes the bytes of a value of its type.
    ///
    /// # Errors
    /// [`EncodeError::Kind`] when `codec` is another type, [`EncodeError::NoPoints`] for a path or
    /// a polygon without any.
    pub fn write(&self, codec: Codec, out: &mut BytesMut) -> Result<(), EncodeError> {
        if codec != self.codec() {
            let given = "a geometric value of another type";
            return Err(EncodeError::Kind { codec, given });
        }
        match self {
            Self::Point(point) => write_points(&[*point], out),
            Self::Line { a, b, c } => [a, b, c].iter().for_each(|float| out.put_f64(**float)),
            Self::Segment(ends) | Self::Box(ends) => write_points(ends, out),
            Self::Path { closed, points } => {
                out.put_u8(u8::from(*closed));
                return write_counted(codec, points, out);
            }
            Self::Polygon(points) => return write_counted(codec, points, out),
            Self::Circle { center, radius } => {
                write_points(&[*center], out);
                out.put_f64(*radius);
            }
        }
        Ok(())
    }

    const fn codec(&self) -> Codec {
        match self {
            Self::Point(_) => Codec::Point,
            Self::Line { .. } => Codec::Line,
            Self::Segment(_) => Codec::Lseg,
            Self::Box(_) => Codec::Box,
            Self::Path { .. } => Codec::Path,
            Self::Polygon(_) => Codec::Polygon,
            Self::Circle { .. } => Codec::Circle,
        }
    }
}

fn write_points(points: &[Point], out: &mut BytesMut) {
    for point in points {
        out.put_f64(point.x);
        out.put_f64(point.y);
    }
}

fn write_counted(codec: Codec, points: &[Point], out: &mut BytesMut) -> Result<(), EncodeError> {
    if points.is_empty() {
        return Err(EncodeError::NoPoints(codec));
    }
    let count = i32::try_from(points.len()).map_err(|_| EncodeError::TooLong(codec))?;
    out.put_i32(count);
    write_points(points, out);
    Ok(())
}

struct Reader<'a> {
    codec: Codec,
    rest: &'a [u8],
}

impl Reader<'_> {
    fn bytes<const WIDTH: usize>(&mut self) -> Result<[u8; WIDTH], DecodeError> {
        let Some((bytes, rest)) = self.rest.split_first_chunk() else {
            return Err(self.malformed("the value ends too early"));
        };
        self.rest = rest;
        Ok(*bytes)
    }

    fn float(&mut self) -> Result<f64, DecodeError> {
        self.bytes().map(f64::from_be_bytes)
    }

    fn point(&mut self) -> Result<Point, DecodeError> {
        let (x, y) = (self.float()?, self.float()?);
        Ok(Point { x, y })
    }

    /// The number of points is held against the bytes that follow before room is made for them.
    fn points(&mut self) -> Result<Vec<Point>, DecodeError> {
        let count = i32::from_be_bytes(self.bytes()?);
        match usize::try_from(count) {
            Ok(count) if count.checked_mul(16) == Some(self.rest.len()) => {
                (0..count).map(|_| self.point()).collect()
            }
            _ => Err(self.malformed("the points are not as many as announced")),
        }
    }

    const fn malformed(&self, reason: &'static str) -> DecodeError {
        DecodeError::Malformed {
            codec: self.codec,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: Point = Point { x: 1.5, y: -0.0 };

    #[test]
    fn a_path_says_whether_it_is_closed() {
        let points = vec![POINT];
        let path = Geometry::Path {
            closed: true,
            points,
        };
        let mut out = BytesMut::new();
        path.write(Codec::Path, &mut out).expect("a path");
        assert_eq!(&out[..5], [1, 0, 0, 0, 1]);
        assert_eq!(Geometry::read(Codec::Path, &out), Ok(path));
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        let mut out = BytesMut::new();
        assert!(
            Geometry::Point(POINT)
                .write(Codec::Circle, &mut out)
                .is_err()
        );
        let empty = Geometry::Polygon(Vec::new()).write(Codec::Polygon, &mut out);
        assert_eq!(empty, Err(EncodeError::NoPoints(Codec::Polygon)));
    }

    #[test]
    fn no_room_is_made_for_points_that_are_not_there() {
        for raw in [&[0x7f, 0xff, 0xff, 0xff][..], &[0xff; 4], &[0, 0, 0, 1, 0]] {
            assert!(Geometry::read(Codec::Polygon, raw).is_err(), "{raw:?}");
        }
        assert!(Geometry::read(Codec::Point, &[0; 17]).is_err());
        assert!(Geometry::read(Codec::Circle, &[0; 23]).is_err());
    }
}

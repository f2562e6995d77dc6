//! Integers and floating-point numbers.

use bytes::{BufMut, BytesMut};

use super::{Codec, DecodeError, EncodeError};

/// The bytes of a value whose type has a fixed width.
///
/// # Errors
/// [`DecodeError::Length`] when there are more or fewer.
#[inline]
pub fn fixed<const WIDTH: usize>(codec: Codec, raw: &[u8]) -> Result<[u8; WIDTH], DecodeError> {
    raw.try_into().map_err(|_| DecodeError::Length {
        codec,
        expected: WIDTH,
        received: raw.len(),
    })
}

/// The smallest and the largest value of an integer type, or `None` for a type that is none.
#[must_use]
pub const fn range(codec: Codec) -> Option<(i64, i64)> {
    match codec {
        Codec::Int2 => Some((i16::MIN as i64, i16::MAX as i64)),
        Codec::Int4 => Some((i32::MIN as i64, i32::MAX as i64)),
        Codec::Int8 => Some((i64::MIN, i64::MAX)),
        Codec::Oid | Codec::Xid | Codec::Cid => Some((0, u32::MAX as i64)),
        _ => None,
    }
}

/// Writes an integer as an `int2`, `int4`, `int8`, `oid`, `xid` or `cid`.
///
/// # Errors
/// [`EncodeError::Range`] when it does not fit, [`EncodeError::Kind`] when `codec` is none of
/// these.
#[inline]
pub fn encode_int(codec: Codec, value: i64, out: &mut BytesMut) -> Result<(), EncodeError> {
    let range = EncodeError::Range(codec);
    match codec {
        Codec::Int2 => out.put_i16(value.try_into().map_err(|_| range)?),
        Codec::Int4 => out.put_i32(value.try_into().map_err(|_| range)?),
        Codec::Int8 => out.put_i64(value),
        Codec::Oid | Codec::Xid | Codec::Cid => out.put_u32(value.try_into().map_err(|_| range)?),
        _ => {
            return Err(EncodeError::Kind {
                codec,
                given: "an integer",
            });
        }
    }
    Ok(())
}

/// Writes a number as a `float8`, or rounded to the nearest `float4`.
///
/// # Errors
/// As the server's own cast does: [`EncodeError::Range`] when a finite number would become
/// infinite, [`EncodeError::Underflow`] when one that is not zero would become zero;
/// [`EncodeError::Kind`] when `codec` is neither type.
#[inline]
pub fn encode_float(codec: Codec, value: f64, out: &mut BytesMut) -> Result<(), EncodeError> {
    match codec {
        Codec::Float8 => out.put_f64(value),
        Codec::Float4 => {
            let rounded = value as f32;
            if rounded.is_infinite() && value.is_finite() {
                return Err(EncodeError::Range(codec));
            }
            if rounded == 0.0 && value != 0.0 {
                return Err(EncodeError::Underflow(codec));
            }
            out.put_f32(rounded);
        }
        _ => {
            return Err(EncodeError::Kind {
                codec,
                given: "a floating-point number",
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(codec: Codec, value: i64) -> Result<Vec<u8>, EncodeError> {
        let mut out = BytesMut::new();
        encode_int(codec, value, &mut out).map(|()| out.to_vec())
    }

    fn float(codec: Codec, value: f64) -> Result<Vec<u8>, EncodeError> {
        let mut out = BytesMut::new();
        encode_float(codec, value, &mut out).map(|()| out.to_vec())
    }

    #[test]
    fn integers_are_big_endian_and_keep_their_range() {
        assert_eq!(int(Codec::Int2, -2), Ok(vec![0xff, 0xfe]));
        assert_eq!(int(Codec::Int4, 1), Ok(vec![0, 0, 0, 1]));
        assert_eq!(int(Codec::Oid, 4_294_967_295), Ok(vec![0xff; 4]));
        for codec in [Codec::Int2, Codec::Int4, Codec::Oid] {
            let (low, high) = range(codec).expect("an integer type");
            assert!(int(codec, low).is_ok() && int(codec, high).is_ok());
            assert_eq!(int(codec, low - 1), Err(EncodeError::Range(codec)));
            assert_eq!(int(codec, high + 1), Err(EncodeError::Range(codec)));
        }
    }

    #[test]
    fn a_float4_is_rounded_but_neither_overflows_nor_vanishes() {
        assert_eq!(float(Codec::Float4, 1.5), Ok(vec![0x3f, 0xc0, 0, 0]));
        assert_eq!(
            float(Codec::Float4, 1e300),
            Err(EncodeError::Range(Codec::Float4))
        );
        assert_eq!(
            float(Codec::Float4, -1e-300),
            Err(EncodeError::Underflow(Codec::Float4))
        );
        assert_eq!(
            float(Codec::Float4, f64::INFINITY),
            Ok(vec![0x7f, 0x80, 0, 0])
        );
        assert_eq!(float(Codec::Float4, -0.0), Ok(vec![0x80, 0, 0, 0]));
    }
}

//! `numeric`: exact decimal numbers, in groups of four digits on the wire.
//!
//! Their plain form here is decimal text, which every language reads and writes exactly: `-1.10`,
//! `NaN`, `Infinity`; in the other direction exponents are read too (`1E+3`).

mod parse;

use std::fmt;
use std::iter::repeat_n;

use bytes::{BufMut, BytesMut};

use super::number::fixed;
use super::{Codec, DecodeError};

pub use parse::encode;

/// The fields before the digits: their number, weight, sign and scale.
const HEADER: usize = 8;
/// Digits after the decimal point that a numeric can have.
const MAX_SCALE: u16 = 0x3fff;
/// The base of the digits on the wire.
const BASE: u16 = 10_000;

/// The sign of a number, or which of the values it is that are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sign {
    Positive,
    Negative,
    NaN,
    Infinity,
    NegInfinity,
}

impl Sign {
    const fn from_wire(sign: u16) -> Option<Self> {
        match sign {
            0x0000 => Some(Self::Positive),
            0x4000 => Some(Self::Negative),
            0xc000 => Some(Self::NaN),
            0xd000 => Some(Self::Infinity),
            0xf000 => Some(Self::NegInfinity),
            _ => None,
        }
    }

    const fn to_wire(self) -> u16 {
        match self {
            Self::Positive => 0x0000,
            Self::Negative => 0x4000,
            Self::NaN => 0xc000,
            Self::Infinity => 0xd000,
            Self::NegInfinity => 0xf000,
        }
    }
}

/// A `numeric` as it came, its fields checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numeric<'a> {
    sign: Sign,
    /// The power of [`BASE`] that the first digit counts.
    weight: i16,
    /// Decimal digits after the point.
    scale: u16,
    /// Digits of base [`BASE`], two bytes each, the largest power first.
    digits: &'a [u8],
}

impl<'a> Numeric<'a> {
    /// Reads the bytes of a `numeric`.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`] when a field has no meaning or the digits are not as many as
    /// announced.
    pub fn read(raw: &'a [u8]) -> Result<Self, DecodeError> {
        let codec = Codec::Numeric;
        let malformed = |reason| DecodeError::Malformed { codec, reason };
        let Some((header, digits)) = raw.split_first_chunk::<HEADER>() else {
            return Err(malformed("the value ends within its header"));
        };
        let count = u16::from_be_bytes(fixed(codec, &header[..2])?);
        let weight = i16::from_be_bytes(fixed(codec, &header[2..4])?);
        let sign = u16::from_be_bytes(fixed(codec, &header[4..6])?);
        let scale = u16::from_be_bytes(fixed(codec, &header[6..])?);
        let sign = Sign::from_wire(sign).ok_or(malformed("unknown sign"))?;
        if scale > MAX_SCALE {
            return Err(malformed("the scale is out of range"));
        }
        if digits.len() != 2 * usize::from(count) {
            return Err(malformed("the digits are not as many as announced"));
        }
        if groups(digits).any(|group| group >= BASE) {
            return Err(malformed("a group of digits is out of range"));
        }
        Ok(Self {
            sign,
            weight,
            scale,
            digits,
        })
    }

    /// Appends the number as ASCII text: a sign where it is negative, digits, and exactly as many
    /// after the point as its scale says; or `NaN`, `Infinity`, `-Infinity`.
    pub fn write_text(&self, out: &mut Vec<u8>) {
        match self.sign {
            Sign::NaN => return out.extend_from_slice(b"NaN"),
            Sign::Infinity => return out.extend_from_slice(b"Infinity"),
            Sign::NegInfinity => return out.extend_from_slice(b"-Infinity"),
            Sign::Negative if !self.digits.is_empty() => out.push(b'-'),
            Sign::Negative | Sign::Positive => {}
        }
        self.write_integer(out);
        self.write_fraction(out);
    }

    fn write_integer(&self, out: &mut Vec<u8>) {
        let start = out.len();
        if let (Ok(weight), false) = (usize::try_from(self.weight), self.digits.is_empty()) {
            let mut digits = groups(self.digits);
            for _ in 0..=weight {
                out.extend_from_slice(&decimal(digits.next().unwrap_or(0)));
            }
        }
        let zeros = out[start..]
            .iter()
            .take_while(|&&digit| digit == b'0')
            .count();
        out.drain(start..start + zeros);
        if out.len() == start {
            out.push(b'0');
        }
    }

    fn write_fraction(&self, out: &mut Vec<u8>) {
        if self.scale == 0 {
            return;
        }
        out.push(b'.');
        let end = out.len() + usize::from(self.scale);
        // Groups between the point and the first that is sent, and those that lie before the point.
        let missing = usize::try_from(-1 - i32::from(self.weight)).unwrap_or(0);
        let before = usize::try_from(i32::from(self.weight) + 1).unwrap_or(0);
        let wanted = usize::from(self.scale).div_ceil(4);
        out.extend(repeat_n(b'0', missing.min(wanted) * 4));
        for group in groups(self.digits).skip(before).take(wanted) {
            out.extend_from_slice(&decimal(group));
        }
        out.resize(end, b'0');
    }
}

impl fmt::Display for Numeric<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        self.write_text(&mut text);
        formatter.write_str(&String::from_utf8_lossy(&text))
    }
}

/// Writes an integer as a `numeric` of scale zero.
pub fn encode_int(value: i64, out: &mut BytesMut) {
    let mut digits = [0_u16; 5];
    let mut first = digits.len();
    let mut rest = value.unsigned_abs();
    while rest > 0 {
        first -= 1;
        digits[first] = (rest % u64::from(BASE)) as u16;
        rest /= u64::from(BASE);
    }
    let digits = &digits[first..];
    let sign = if value < 0 {
        Sign::Negative
    } else {
        Sign::Positive
    };
    write_header(
        digits.len() as u16,
        (digits.len() as i16 - 1).max(0),
        sign,
        0,
        out,
    );
    for &digit in digits {
        out.put_u16(digit);
    }
}

fn write_header(count: u16, weight: i16, sign: Sign, scale: u16, out: &mut BytesMut) {
    out.put_u16(count);
    out.put_i16(weight);
    out.put_u16(sign.to_wire());
    out.put_u16(scale);
}

fn groups(digits: &[u8]) -> impl Iterator<Item = u16> {
    digits
        .as_chunks::<2>()
        .0
        .iter()
        .map(|&group| u16::from_be_bytes(group))
}

/// The four decimal digits of a group.
fn decimal(group: u16) -> [u8; 4] {
    [group / 1000, group / 100 % 10, group / 10 % 10, group % 10].map(|digit| b'0' + digit as u8)
}

#[cfg(test)]
mod tests;

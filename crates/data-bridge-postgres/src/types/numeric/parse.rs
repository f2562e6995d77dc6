//! From decimal text to the bytes of a `numeric`.

use bytes::{BufMut, BytesMut};

use super::{MAX_SCALE, Sign, write_header};
use crate::types::EncodeError;

/// Writes a number given as text: `1.10`, `-1E+3`, `NaN`, `Infinity`, `-Infinity`.
///
/// The scale is that of the text, so `1.10` stays `1.10`; zero loses its sign, for the server has
/// but one.
///
/// # Errors
/// [`EncodeError::NumericSyntax`] for anything else, [`EncodeError::NumericScale`] and
/// [`EncodeError::NumericWeight`] for a number with more digits than a `numeric` has; nothing is
/// rounded.
pub fn encode(text: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    let special = match text {
        "NaN" => Some(Sign::NaN),
        "Infinity" => Some(Sign::Infinity),
        "-Infinity" => Some(Sign::NegInfinity),
        _ => None,
    };
    if let Some(sign) = special {
        write_header(0, 0, sign, 0, out);
        return Ok(());
    }
    Decimal::parse(text)?.write(out)
}

/// A decimal number taken apart, its digits still text.
struct Decimal<'a> {
    negative: bool,
    /// ASCII digits before the point, then those after it.
    digits: [&'a [u8]; 2],
    exponent: i64,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Result<Self, EncodeError> {
        let text = text.as_bytes();
        let (negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (mantissa, exponent) = match text.iter().position(|&byte| matches!(byte, b'e' | b'E')) {
            Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (before, after) = match mantissa.iter().position(|&byte| byte == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &mantissa[mantissa.len()..]),
        };
        let all_digits = before.iter().chain(after).all(u8::is_ascii_digit);
        if !all_digits || (before.is_empty() && after.is_empty()) {
            return Err(EncodeError::NumericSyntax);
        }
        Ok(Self {
            negative,
            digits: [before, after],
            exponent,
        })
    }

    fn write(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let [before, after] = self.digits;
        let scale = (after.len() as i64).saturating_sub(self.exponent).max(0);
        let scale = u16::try_from(scale)
            .ok()
            .filter(|&scale| scale <= MAX_SCALE);
        let scale = scale.ok_or(EncodeError::NumericScale)?;

        let digits = || {
            before
                .iter()
                .chain(after)
                .map(|&digit| u16::from(digit - b'0'))
        };
        let Some(first) = digits().position(|digit| digit != 0) else {
            write_header(0, 0, Sign::Positive, scale, out);
            return Ok(());
        };
        let zeros_behind = digits().rev().take_while(|&digit| digit == 0).count();
        let significant = before.len() + after.len() - zeros_behind - first;

        // The power of ten that the first significant digit counts, and of ten thousand its group.
        let power = (before.len() as i64 - 1 - first as i64).saturating_add(self.exponent);
        let weight = power
            .div_euclid(4)
            .try_into()
            .map_err(|_| EncodeError::NumericWeight)?;
        let width_of_first = power.rem_euclid(4) as usize + 1;
        let count = 1 + significant.saturating_sub(width_of_first).div_ceil(4);
        let count = count.try_into().map_err(|_| EncodeError::NumericWeight)?;

        let sign = if self.negative {
            Sign::Negative
        } else {
            Sign::Positive
        };
        write_header(count, weight, sign, scale, out);
        let mut digits = digits().skip(first).take(significant);
        let mut width = width_of_first;
        for _ in 0..count {
            let group = (0..width).fold(0, |group, _| group * 10 + digits.next().unwrap_or(0));
            out.put_u16(group);
            width = 4;
        }
        Ok(())
    }
}

/// An exponent too large to count stays too large, and is refused with the number.
fn parse_exponent(text: &[u8]) -> Result<i64, EncodeError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(EncodeError::NumericSyntax);
    }
    let magnitude = digits.iter().fold(0_i64, |value, digit| {
        value
            .saturating_mul(10)
            .saturating_add(i64::from(digit - b'0'))
    });
    Ok(if negative { -magnitude } else { magnitude })
}

//! `pg_lsn`: a position in the write-ahead log, in bytes from its beginning.

use super::EncodeError;

/// Reads a position as the server spells it, both halves in hexadecimal digits: `16/B374D848`.
///
/// # Errors
/// [`EncodeError::LsnSyntax`] for anything else.
pub fn parse(text: &str) -> Result<u64, EncodeError> {
    let half = |half: &str| match u32::from_str_radix(half, 16) {
        Ok(half_value) if half.len() <= 8 && !half.starts_with('+') => Ok(half_value),
        _ => Err(EncodeError::LsnSyntax),
    };
    let (high, low) = text.split_once('/').ok_or(EncodeError::LsnSyntax)?;
    Ok(u64::from(half(high)?) << 32 | u64::from(half(low)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_two_halves() {
        assert_eq!(parse("16/B374D848"), Ok(0x16_b374_d848));
        assert_eq!(parse("0/0"), Ok(0));
        assert_eq!(parse("ffffffff/FFFFFFFF"), Ok(u64::MAX));
        for text in ["", "16", "/", "16/", "16/g", "1/1/1", "+1/1", "1/000000001"] {
            assert_eq!(parse(text), Err(EncodeError::LsnSyntax), "{text}");
        }
    }
}

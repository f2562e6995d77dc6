//! `uuid`: sixteen bytes, most significant first.

use super::EncodeError;

/// Reads a UUID as the server reads it: 32 hexadecimal digits of either case, a hyphen allowed
/// after every fourth, braces allowed around the whole.
///
/// # Errors
/// [`EncodeError::UuidSyntax`] for anything else.
pub fn parse(text: &str) -> Result<[u8; 16], EncodeError> {
    let bare = match text.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}').ok_or(EncodeError::UuidSyntax)?,
        None => text,
    };
    let mut value = 0_u128;
    let mut digits = 0_u32;
    let mut after_hyphen = true;
    for character in bare.chars() {
        match character.to_digit(16) {
            Some(digit) if digits < 32 => {
                value = value << 4 | u128::from(digit);
                digits += 1;
                after_hyphen = false;
            }
            None if character == '-'
                && digits.is_multiple_of(4)
                && digits < 32
                && !after_hyphen =>
            {
                after_hyphen = true;
            }
            _ => return Err(EncodeError::UuidSyntax),
        }
    }
    if digits == 32 {
        Ok(value.to_be_bytes())
    } else {
        Err(EncodeError::UuidSyntax)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: [u8; 16] = [
        0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a,
        0x11,
    ];

    #[test]
    fn the_servers_spellings_are_read() {
        for text in [
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
        ] {
            assert_eq!(parse(text), Ok(BYTES), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
            "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11",
            "-a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-",
            "a0e-ebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        ] {
            assert_eq!(parse(text), Err(EncodeError::UuidSyntax), "{text}");
        }
    }
}

//! Texts: `text`, `varchar`, `bpchar`, `name`, `"char"` and literals of unknown type.

use bytes::BytesMut;

use super::{Codec, DecodeError, EncodeError, bit, json, mac_address, snapshot};

/// The text in these bytes.
///
/// # Errors
/// [`DecodeError::Utf8`] when they are not UTF-8.
pub fn utf8(raw: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(raw).map_err(|_| DecodeError::Utf8)
}

/// The text of a `"char"`: its one byte, or nothing where that is zero.
///
/// # Errors
/// [`DecodeError::Length`] when it is not one byte.
pub fn char(raw: &[u8]) -> Result<&[u8], DecodeError> {
    match raw {
        [0] => Ok(&[]),
        [_] => Ok(raw),
        _ => Err(DecodeError::Length {
            codec: Codec::Char,
            expected: 1,
            received: raw.len(),
        }),
    }
}

/// A `"char"` that is no ASCII as the server spells it, which is no text of any encoding: `\\377`.
#[must_use]
pub fn octal(byte: u8) -> [u8; 4] {
    let digit = |shift: u8| b'0' + ((byte >> shift) & 7);
    [b'\\', digit(6), digit(3), digit(0)]
}

/// Writes a text.
///
/// # Errors
/// [`EncodeError::Nul`] for a NUL character, [`EncodeError::Char`] for what `"char"` cannot hold.
#[inline]
pub fn encode(codec: Codec, value: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    if memchr::memchr(0, value.as_bytes()).is_some() {
        return Err(EncodeError::Nul(codec));
    }
    if codec == Codec::Char {
        return encode_char(value, out);
    }
    out.extend_from_slice(value.as_bytes());
    Ok(())
}

/// Writes a value of a type that is spelt as text here, while its binary form is another.
///
/// # Errors
/// When the text is no value of the type.
pub fn encode_spelt(codec: Codec, value: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    match codec {
        Codec::Bit | Codec::Varbit => bit::encode(codec, value, out),
        Codec::Macaddr | Codec::Macaddr8 => mac_address::encode(codec, value, out),
        Codec::PgSnapshot | Codec::TxidSnapshot => snapshot::encode(codec, value, out),
        Codec::Jsonpath => json::encode_path(value, out),
        _ => encode(codec, value, out),
    }
}

fn encode_char(value: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    match value.as_bytes() {
        [] => out.extend_from_slice(&[0]),
        [byte] => out.extend_from_slice(&[*byte]),
        [
            b'\\',
            high @ b'0'..=b'3',
            middle @ b'0'..=b'7',
            low @ b'0'..=b'7',
        ] => {
            out.extend_from_slice(&[((high & 7) << 6) | ((middle & 7) << 3) | (low & 7)]);
        }
        _ => return Err(EncodeError::Char),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(codec: Codec, value: &str) -> Result<Vec<u8>, EncodeError> {
        let mut out = BytesMut::new();
        encode(codec, value, &mut out).map(|()| out.to_vec())
    }

    #[test]
    fn text_is_its_utf8() {
        assert_eq!(encoded(Codec::Text, "Käse"), Ok("Käse".as_bytes().to_vec()));
        assert_eq!(encoded(Codec::Varchar, ""), Ok(vec![]));
        assert_eq!(
            encoded(Codec::Text, "a\0b"),
            Err(EncodeError::Nul(Codec::Text))
        );
        assert_eq!(utf8(b"\xff"), Err(DecodeError::Utf8));
    }

    #[test]
    fn a_char_is_one_byte_and_zero_when_empty() {
        assert_eq!(encoded(Codec::Char, "r"), Ok(vec![b'r']));
        assert_eq!(encoded(Codec::Char, ""), Ok(vec![0]));
        assert_eq!(encoded(Codec::Char, "ä"), Err(EncodeError::Char));
        assert_eq!(char(&[0]), Ok(&[][..]));
        assert_eq!(char(b"r"), Ok(&b"r"[..]));
        assert!(char(b"").is_err() && char(b"rr").is_err());
    }

    #[test]
    fn a_char_that_is_no_ascii_is_octal() {
        for byte in 128..=255 {
            let spelt = octal(byte);
            assert_eq!(
                encoded(Codec::Char, utf8(&spelt).unwrap_or("?")),
                Ok(vec![byte])
            );
        }
        assert_eq!(&octal(0o377), b"\\377");
        assert_eq!(encoded(Codec::Char, r"\377"), Ok(vec![255]));
        assert_eq!(encoded(Codec::Char, r"\"), Ok(vec![b'\\']));
        for text in [r"\400", r"\38", r"\389", r"\3777"] {
            assert_eq!(encoded(Codec::Char, text), Err(EncodeError::Char));
        }
    }
}

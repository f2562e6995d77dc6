//! `json`, `jsonb` and `jsonpath`: all travel as text, the latter two behind a version number.

use bytes::{BufMut, BytesMut};

use super::{Codec, DecodeError, EncodeError, text};

/// The only version of `jsonb`'s and of `jsonpath`'s binary format that there is.
const VERSION: u8 = 1;

/// The text of a `jsonb` or a `jsonpath`.
///
/// # Errors
/// [`DecodeError::Malformed`] when the version is not 1.
#[inline]
pub fn unversioned(codec: Codec, raw: &[u8]) -> Result<&[u8], DecodeError> {
    match raw.split_first() {
        Some((&VERSION, text)) => Ok(text),
        _ => Err(DecodeError::Malformed {
            codec,
            reason: "not version 1 of the format",
        }),
    }
}

/// Writes a path; its syntax is the server's to check.
///
/// # Errors
/// [`EncodeError::Nul`] for a NUL character.
pub fn encode_path(path: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    out.put_u8(VERSION);
    text::encode(Codec::Jsonpath, path, out)
}

/// Writes the text of a document as a `json` or a `jsonb`; its syntax is the server's to check.
///
/// # Errors
/// [`EncodeError::Kind`] when `codec` is neither type.
#[inline]
pub fn encode(codec: Codec, document: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    match codec {
        Codec::Json => {}
        Codec::Jsonb => out.put_u8(VERSION),
        _ => {
            return Err(EncodeError::Kind {
                codec,
                given: "a JSON document",
            });
        }
    }
    out.extend_from_slice(document.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jsonb_carries_a_version() {
        let mut out = BytesMut::new();
        encode(Codec::Jsonb, "[1]", &mut out).expect("a document");
        assert_eq!(&out[..], b"\x01[1]");
        let unversioned = |raw| unversioned(Codec::Jsonb, raw);
        assert_eq!(unversioned(&out), Ok(&b"[1]"[..]));
        assert!(unversioned(b"\x02[1]").is_err() && unversioned(b"").is_err());
    }
}

//! `pg_snapshot` and `txid_snapshot`: which transactions were running, in the server's spelling,
//! `10:20:10,14,15`.

use std::fmt::Write as _;

use bytes::{BufMut, BytesMut};

use super::{Codec, DecodeError, EncodeError};

/// The text of a snapshot: the first transaction that was running, the first that was not begun,
/// and those between them that were running.
///
/// # Errors
/// [`DecodeError::Malformed`] when the transactions are not as many as announced.
pub fn read(codec: Codec, raw: &[u8]) -> Result<String, DecodeError> {
    let malformed = |reason| DecodeError::Malformed { codec, reason };
    let Some((count, rest)) = raw.split_first_chunk() else {
        return Err(malformed("the value ends too early"));
    };
    let (numbers, rest) = rest.as_chunks();
    let count = usize::try_from(i32::from_be_bytes(*count));
    let (Ok(count), [first, next, running @ ..], []) = (count, numbers, rest) else {
        return Err(malformed("the value ends within a number"));
    };
    if running.len() != count {
        return Err(malformed("the transactions are not as many as announced"));
    }
    let mut text = format!("{}:{}:", number(*first), number(*next));
    for (place, transaction) in running.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}{}", number(*transaction));
    }
    Ok(text)
}

/// Writes a snapshot; that its numbers are in order is the server's to check.
///
/// # Errors
/// [`EncodeError::SnapshotSyntax`] for a text that is none.
pub fn encode(codec: Codec, text: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    let syntax = EncodeError::SnapshotSyntax(codec);
    let number = |text: &str| match text.parse::<u64>() {
        Ok(number) if !text.starts_with('+') => Ok(number),
        _ => Err(syntax),
    };
    let mut parts = text.splitn(3, ':');
    let (Some(first), Some(next), Some(running)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(syntax);
    };
    let start = out.len();
    out.put_i32(0);
    out.put_u64(number(first)?);
    out.put_u64(number(next)?);
    let mut count = 0_i32;
    for transaction in running.split(',').filter(|_| !running.is_empty()) {
        out.put_u64(number(transaction)?);
        count += 1;
    }
    out[start..start + 4].copy_from_slice(&count.to_be_bytes());
    Ok(())
}

const fn number(bytes: [u8; 8]) -> u64 {
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_its_text() {
        for text in ["10:20:10,14,15", "3:3:", "0:18446744073709551615:7"] {
            let mut out = BytesMut::new();
            encode(Codec::PgSnapshot, text, &mut out).expect("a snapshot");
            assert_eq!(read(Codec::PgSnapshot, &out).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_snapshot_is_refused() {
        for text in [
            "",
            "10",
            "10:20",
            "a:20:",
            "10:20:1,",
            "10:20:1,+2",
            "-1:2:",
            "1:2:3:4",
        ] {
            let refused = encode(Codec::PgSnapshot, text, &mut BytesMut::new());
            assert!(refused.is_err(), "{text}");
        }
        for raw in [&[0; 4][..], &[0; 19], &[0; 21], &[0xff; 20], &[1; 20]] {
            assert!(read(Codec::PgSnapshot, raw).is_err(), "{raw:?}");
        }
    }
}

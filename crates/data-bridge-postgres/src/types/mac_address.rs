//! `macaddr` and `macaddr8`: hardware addresses of six and of eight bytes, as text.

use bytes::{BufMut, BytesMut};

use super::{Codec, DecodeError, EncodeError};

const LONGEST: usize = 8;
const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// An address in the server's spelling: `08:00:2b:01:02:03`.
#[derive(Clone, Copy, Debug)]
pub struct Spelling {
    text: [u8; 3 * LONGEST],
    length: usize,
}

impl Spelling {
    /// The text of an address.
    ///
    /// # Errors
    /// [`DecodeError::Length`] when the address is not six or eight bytes long, as its type is.
    pub fn read(codec: Codec, raw: &[u8]) -> Result<Self, DecodeError> {
        let expected = width(codec);
        if raw.len() != expected {
            let received = raw.len();
            return Err(DecodeError::Length {
                codec,
                expected,
                received,
            });
        }
        let mut text = [b':'; 3 * LONGEST];
        for (place, byte) in text.chunks_exact_mut(3).zip(raw) {
            place[0] = HEXADECIMAL[usize::from(byte >> 4)];
            place[1] = HEXADECIMAL[usize::from(byte & 15)];
        }
        let length = 3 * expected - 1;
        Ok(Self { text, length })
    }

    /// The text itself, which is ASCII.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.text[..self.length]
    }
}

const fn width(codec: Codec) -> usize {
    if matches!(codec, Codec::Macaddr8) {
        8
    } else {
        6
    }
}

/// Writes an address that is spelt as the server reads it: all hexadecimal digits, with one kind of
/// separator (`:`, `-` or `.`) between groups of the same length, or with none. Six bytes stand for
/// the eight with `ff:fe` in their middle.
///
/// # Errors
/// [`EncodeError::MacAddressSyntax`] for anything else, eight bytes for six too.
pub fn encode(codec: Codec, text: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    let syntax = EncodeError::MacAddressSyntax(codec);
    let separator = text.chars().find(|c| matches!(c, ':' | '-' | '.'));
    let groups: Vec<&str> = match separator {
        Some(separator) => text.split(separator).collect(),
        None => vec![text],
    };
    let digits = groups.concat();
    let length = groups.first().map_or(0, |group| group.len());
    let even = length.is_multiple_of(2) && groups.iter().all(|group| group.len() == length);
    let widened = matches!(codec, Codec::Macaddr8) && digits.len() == 12;
    if !even || !(widened || digits.len() == 2 * width(codec)) {
        return Err(syntax);
    }
    for (place, pair) in digits.as_bytes().chunks_exact(2).enumerate() {
        if widened && place == 3 {
            out.put_slice(&[0xff, 0xfe]);
        }
        let value = |digit: u8| char::from(digit).to_digit(16);
        match (value(pair[0]), value(pair[1])) {
            (Some(high), Some(low)) => out.put_u8((high << 4 | low) as u8),
            _ => return Err(syntax),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: [u8; 6] = [0x08, 0x00, 0x2b, 0x01, 0x02, 0xff];

    fn encoded(codec: Codec, text: &str) -> Result<Vec<u8>, EncodeError> {
        let mut out = BytesMut::new();
        encode(codec, text, &mut out).map(|()| out.to_vec())
    }

    #[test]
    fn the_servers_spellings_are_read() {
        for text in [
            "08:00:2b:01:02:ff",
            "08-00-2B-01-02-FF",
            "08002b:0102ff",
            "0800.2b01.02ff",
            "08002b0102ff",
        ] {
            assert_eq!(encoded(Codec::Macaddr, text), Ok(BYTES.to_vec()), "{text}");
        }
        let widened = vec![0x08, 0x00, 0x2b, 0xff, 0xfe, 0x01, 0x02, 0xff];
        for text in [
            "08:00:2b:01:02:ff",
            "08002b0102ff",
            "08:00:2b:ff:fe:01:02:ff",
        ] {
            assert_eq!(
                encoded(Codec::Macaddr8, text),
                Ok(widened.clone()),
                "{text}"
            );
        }
        let spelling = Spelling::read(Codec::Macaddr, &BYTES).expect("six bytes");
        assert_eq!(spelling.as_bytes(), b"08:00:2b:01:02:ff");
        let eight = Spelling::read(Codec::Macaddr8, &[0xab; 8]).expect("eight bytes");
        assert_eq!(eight.as_bytes(), b"ab:ab:ab:ab:ab:ab:ab:ab");
    }

    #[test]
    fn anything_else_is_refused() {
        let refused = Err(EncodeError::MacAddressSyntax(Codec::Macaddr));
        for text in [
            "",
            "08:00:2b:01:02",
            "08:00:2b:01:02:ff:00",
            "08:00-2b:01:02:ff",
            "8:00:2b:01:02:0ff",
            "08:00:2b:01:02:fg",
            "+8:00:2b:01:02:ff",
            "08:00:2b:01:02:é",
        ] {
            assert_eq!(encoded(Codec::Macaddr, text), refused, "{text}");
        }
        assert!(encoded(Codec::Macaddr8, "08:00:2b:01:02").is_err());
        assert!(encoded(Codec::Macaddr, "08:00:2b:ff:fe:01:02:ff").is_err());
        assert!(Spelling::read(Codec::Macaddr8, &BYTES).is_err());
    }
}

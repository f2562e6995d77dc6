//! `bit` and `bit varying`: strings of bits of any length, as texts of zeros and ones.

use bytes::{BufMut, BytesMut};

use super::{Codec, DecodeError, EncodeError};

/// The bits as ASCII text, the first bit first.
///
/// # Errors
/// [`DecodeError::Malformed`] when the bytes are not as many as the bits need.
pub fn read(codec: Codec, raw: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let malformed = |reason| DecodeError::Malformed { codec, reason };
    let Some((length, bytes)) = raw.split_first_chunk() else {
        return Err(malformed("the value ends within its length"));
    };
    let length = usize::try_from(i32::from_be_bytes(*length))
        .map_err(|_| malformed("the length is negative"))?;
    if length.div_ceil(8) != bytes.len() {
        return Err(malformed("the bytes are not as many as the bits need"));
    }
    let bits = bytes.iter().flat_map(|byte| {
        (0..8).map(move |place| {
            if byte & (0x80 >> place) == 0 {
                b'0'
            } else {
                b'1'
            }
        })
    });
    let mut text = Vec::with_capacity(length);
    text.extend(bits.take(length));
    Ok(text)
}

/// Writes a text of zeros and ones.
///
/// # Errors
/// [`EncodeError::BitSyntax`] for any other character, [`EncodeError::TooLong`].
pub fn encode(codec: Codec, text: &str, out: &mut BytesMut) -> Result<(), EncodeError> {
    let length = i32::try_from(text.len()).map_err(|_| EncodeError::TooLong(codec))?;
    out.put_i32(length);
    for group in text.as_bytes().chunks(8) {
        let mut byte = 0;
        for (place, bit) in group.iter().enumerate() {
            match bit {
                b'0' => {}
                b'1' => byte |= 0x80 >> place,
                _ => return Err(EncodeError::BitSyntax(codec)),
            }
        }
        out.put_u8(byte);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bit_is_the_highest() {
        let mut out = BytesMut::new();
        encode(Codec::Varbit, "1000000001", &mut out).expect("bits");
        assert_eq!(&out[..], [0, 0, 0, 10, 0x80, 0x40]);
        assert_eq!(read(Codec::Varbit, &out), Ok(b"1000000001".to_vec()));
        assert_eq!(read(Codec::Varbit, &[0; 4]), Ok(vec![]));
    }

    #[test]
    fn what_is_no_string_of_bits_is_refused() {
        for text in ["2", "0b1", "1 0", "é"] {
            let refused = encode(Codec::Bit, text, &mut BytesMut::new());
            assert_eq!(refused, Err(EncodeError::BitSyntax(Codec::Bit)), "{text}");
        }
        for raw in [
            &[0, 0, 0][..],
            &[0, 0, 0, 1],
            &[0, 0, 0, 8, 1, 1],
            &[0xff, 0xff, 0xff, 0xff],
            &[0x7f, 0xff, 0xff, 0xff, 1],
        ] {
            assert!(read(Codec::Bit, raw).is_err(), "{raw:?}");
        }
    }
}

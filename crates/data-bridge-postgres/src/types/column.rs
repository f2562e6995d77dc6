//! Pieces of columns, as plain values: what one core has taken out of its owner's objects, and
//! another encodes.

use bytes::{BufMut, BytesMut};

use super::{Codec, EncodeError, number, text};

/// Values of one column, `None` for NULL.
#[derive(Debug)]
pub enum Values<'a> {
    /// Of `bool`.
    Bool(Vec<Option<bool>>),
    /// Of the integer types.
    Int(Vec<Option<i64>>),
    /// Of the floating-point types.
    Float(Vec<Option<f64>>),
    /// Of the text types.
    Text(Vec<Option<&'a str>>),
}

/// Elements of an array, each with its length in front.
#[derive(Debug, PartialEq, Eq)]
pub struct Elements {
    /// Their bytes.
    pub bytes: BytesMut,
    /// Whether one of them is NULL.
    pub nulls: bool,
}

/// Encodes values as elements of an array.
///
/// # Errors
/// When one of them does not fit the type.
pub fn encode(element: Codec, values: &Values<'_>) -> Result<Elements, EncodeError> {
    match values {
        Values::Bool(values) => elements(values, 5, |value, out| {
            out.put_u8(u8::from(*value));
            Ok(())
        }),
        Values::Int(values) => elements(values, 12, |value, out| {
            number::encode_int(element, *value, out)
        }),
        Values::Float(values) => elements(values, 12, |value, out| {
            number::encode_float(element, *value, out)
        }),
        Values::Text(values) => {
            elements(values, 24, |value, out| text::encode(element, value, out))
        }
    }
}

/// Writes the header of an array of one dimension, for `rows` elements to follow.
pub fn header(element: Codec, rows: i32, nulls: bool, out: &mut BytesMut) {
    out.put_i32(i32::from(rows > 0));
    out.put_i32(i32::from(nulls));
    out.put_u32(element.oid());
    if rows > 0 {
        out.put_i32(rows);
        out.put_i32(1);
    }
}

fn elements<T>(
    values: &[Option<T>],
    usual_size: usize,
    write: impl Fn(&T, &mut BytesMut) -> Result<(), EncodeError>,
) -> Result<Elements, EncodeError> {
    let mut bytes = BytesMut::with_capacity(values.len() * usual_size);
    let mut nulls = false;
    for value in values {
        let base = bytes.len();
        bytes.put_i32(-1);
        if let Some(value) = value {
            write(value, &mut bytes)?;
            let length = (bytes.len() - base - 4) as u32;
            bytes[base..base + 4].copy_from_slice(&length.to_be_bytes());
        } else {
            nulls = true;
        }
    }
    Ok(Elements { bytes, nulls })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::array::Encoder;

    /// The same array, encoded element by element.
    fn serial(values: &[Option<i64>]) -> BytesMut {
        let mut out = BytesMut::new();
        let codec = Codec::from_oid(1016).expect("int8[]");
        let encoder =
            Encoder::new(codec, Codec::Int8, &[values.len()], &mut out).expect("a short array");
        for value in values {
            match value {
                None => encoder.null(&mut out),
                Some(value) => encoder
                    .element(&mut out, |out| number::encode_int(Codec::Int8, *value, out))
                    .expect("an int8"),
            }
        }
        out
    }

    #[test]
    fn a_header_and_pieces_are_the_array_of_their_elements() {
        for rows in [0, 1, 1000] {
            let values: Vec<_> = (0..rows).map(|i| (i % 7 != 3).then_some(i)).collect();
            let pieces: Vec<_> = values
                .chunks(300)
                .map(|piece| encode(Codec::Int8, &Values::Int(piece.to_vec())).expect("all fit"))
                .collect();
            let mut array = BytesMut::new();
            let nulls = pieces.iter().any(|piece| piece.nulls);
            header(Codec::Int8, rows as i32, nulls, &mut array);
            for piece in &pieces {
                array.extend_from_slice(&piece.bytes);
            }
            assert_eq!(array, serial(&values), "{rows} rows");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let values = Values::Int(vec![Some(1), Some(i64::from(i32::MAX) + 1)]);
        assert!(encode(Codec::Int4, &values).is_err());
        let values = Values::Text(vec![Some("a\0b")]);
        assert!(encode(Codec::Text, &values).is_err());
    }
}

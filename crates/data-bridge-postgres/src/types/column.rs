//! Columns of many plain values: taken out of their owner's objects first, then encoded by
//! whichever core is free.

use bytes::{BufMut, BytesMut};

use super::{Codec, EncodeError, number, text};

/// The values of one column, `None` for NULL.
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

impl Values<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Bool(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }
}

/// Encodes a column as an array of one dimension.
///
/// # Errors
/// The first element that does not fit, with its index.
pub fn encode(element: Codec, values: &Values<'_>) -> Result<BytesMut, (usize, EncodeError)> {
    let rows = values.len();
    let mut out = BytesMut::with_capacity(20 + rows * 12);
    out.put_i32(i32::from(rows > 0));
    let flag = out.len();
    out.put_i32(0);
    out.put_u32(element.oid());
    if rows > 0 {
        let rows = i32::try_from(rows).map_err(|_| (0, EncodeError::TooLong(element)))?;
        out.put_i32(rows);
        out.put_i32(1);
    }
    let nulls = match values {
        Values::Bool(values) => elements(values, &mut out, |value, out| {
            out.put_u8(u8::from(*value));
            Ok(())
        }),
        Values::Int(values) => elements(values, &mut out, |value, out| {
            number::encode_int(element, *value, out)
        }),
        Values::Float(values) => elements(values, &mut out, |value, out| {
            number::encode_float(element, *value, out)
        }),
        Values::Text(values) => elements(values, &mut out, |value, out| {
            text::encode(element, value, out)
        }),
    }?;
    out[flag + 3] = u8::from(nulls);
    Ok(out)
}

/// Writes the elements, each with its length in front; true when one of them was NULL.
fn elements<T>(
    values: &[Option<T>],
    out: &mut BytesMut,
    write: impl Fn(&T, &mut BytesMut) -> Result<(), EncodeError>,
) -> Result<bool, (usize, EncodeError)> {
    let mut nulls = false;
    for (row, value) in values.iter().enumerate() {
        let base = out.len();
        out.put_i32(-1);
        if let Some(value) = value {
            write(value, out).map_err(|error| (row, error))?;
            let length = (out.len() - base - 4) as u32;
            out[base..base + 4].copy_from_slice(&length.to_be_bytes());
        } else {
            nulls = true;
        }
    }
    Ok(nulls)
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
    fn a_column_is_the_array_of_its_elements() {
        for rows in [0, 1, 1000] {
            let values: Vec<_> = (0..rows).map(|i| (i % 7 != 3).then_some(i)).collect();
            let encoded = encode(Codec::Int8, &Values::Int(values.clone())).expect("all fit");
            assert_eq!(encoded, serial(&values), "{rows} rows");
        }
    }

    #[test]
    fn a_misfit_is_named_by_its_row() {
        let mut values = vec![Some(1_i64); 10];
        values[3] = Some(i64::from(i32::MAX) + 1);
        let (row, _) = encode(Codec::Int4, &Values::Int(values)).expect_err("beyond int4");
        assert_eq!(row, 3);
    }
}

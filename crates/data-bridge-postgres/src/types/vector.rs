//! pgvector's vector: a fixed number of `float4`s.

use bytes::{BufMut, BytesMut};

use super::composed::VECTOR;
use super::{DecodeError, EncodeError};

/// The bytes of a vector's elements.
#[derive(Clone, Copy, Debug)]
pub struct Vector<'a>(&'a [u8]);

impl<'a> Vector<'a> {
    /// Takes the bytes of a vector: how many elements, two bytes without meaning, the elements.
    ///
    /// # Errors
    /// When they are not as many as they say.
    pub fn read(raw: &'a [u8]) -> Result<Self, DecodeError> {
        let malformed = |reason| DecodeError::Malformed {
            codec: VECTOR,
            reason,
        };
        let Some(([high, low, 0, 0], elements)) = raw.split_first_chunk() else {
            return Err(malformed("the value does not begin as a vector"));
        };
        if elements.len() == usize::from(u16::from_be_bytes([*high, *low])) * 4 {
            Ok(Self(elements))
        } else {
            Err(malformed("it has another number of elements than it says"))
        }
    }

    /// Its elements.
    #[must_use]
    pub fn elements(self) -> impl ExactSizeIterator<Item = f32> + 'a {
        let (elements, _) = self.0.as_chunks::<4>();
        elements.iter().map(|element| f32::from_be_bytes(*element))
    }
}

/// Writes the bytes of a vector.
///
/// # Errors
/// [`EncodeError::VectorLength`] for more elements than one has (65,535; pgvector itself takes 16,000).
pub fn encode(elements: &[f32], out: &mut BytesMut) -> Result<(), EncodeError> {
    let length = u16::try_from(elements.len()).map_err(|_| EncodeError::VectorLength)?;
    out.put_u16(length);
    out.put_u16(0);
    for element in elements {
        out.put_f32(*element);
    }
    Ok(())
}

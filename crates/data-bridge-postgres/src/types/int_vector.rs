//! `int2vector` and `oidvector`: what the catalogue has in place of arrays. They are arrays of one
//! dimension, without NULLs, that begin with the index 0.

use super::{Codec, DecodeError, Sink, array};

/// Where the lower bound stands in an array of one dimension.
const BOUND: std::ops::Range<usize> = 16..20;

/// The type of a vector's elements; `None` for a type that is no vector.
#[must_use]
pub const fn element(codec: Codec) -> Option<Codec> {
    match codec {
        Codec::Int2Vector => Some(Codec::Int2),
        Codec::OidVector => Some(Codec::Oid),
        _ => None,
    }
}

/// Decodes the bytes of a vector.
///
/// # Errors
/// As for an array.
pub fn decode<S: Sink>(
    codec: Codec,
    element: Codec,
    raw: &[u8],
    sink: &mut S,
) -> Result<S::Value, S::Error> {
    if !matches!(raw, [0, 0, 0, 0 | 1, ..]) {
        let reason = "a vector has no more than 1 dimension";
        return Err(DecodeError::Malformed { codec, reason }.into());
    }
    let mut array = raw.to_vec();
    // To a list it does not matter where the indices begin: all vectors do alike.
    rebase(&mut array, 1);
    array::decode(codec, element, &array, sink)
}

/// Says of an array of one dimension where its indices begin.
pub(super) fn rebase(array: &mut [u8], bound: i32) {
    if let Some(place) = array.get_mut(BOUND) {
        place.copy_from_slice(&bound.to_be_bytes());
    }
}

//! Short strings that repeat in a column, as names of states and cities do, are made once.
//!
//! Up to seven bytes and their number make a key of 64 bits, so finding a string again is one
//! comparison. Each thread has a table, with one place for each hash: a column whose values do not
//! repeat costs little, and leaves nothing behind but the last few of them.

use std::cell::RefCell;

use pyo3::prelude::*;

use crate::error::Failure;

const PLACES: usize = 64;
/// No key: those have 0 to 7 in their highest byte.
const VACANT: u64 = u64::MAX;

thread_local! {
    static TABLE: RefCell<[Place; PLACES]> = const { RefCell::new([const { Place::EMPTY }; PLACES]) };
}

struct Place {
    key: u64,
    string: Option<Py<PyAny>>,
}

impl Place {
    const EMPTY: Self = Self {
        key: VACANT,
        string: None,
    };
}

/// The key of a text, unless it is too long for one.
#[inline]
pub(super) fn key(raw: &[u8]) -> Option<u64> {
    if raw.len() > 7 {
        return None;
    }
    let bytes = match (raw.first_chunk(), raw.last_chunk()) {
        // Both reads put the bytes that they share in the same places.
        (Some(&first), Some(&last)) => {
            let (first, last) = (u32::from_le_bytes(first), u32::from_le_bytes(last));
            u64::from(first) | u64::from(last) << (8 * (raw.len() - 4))
        }
        _ => raw
            .iter()
            .rev()
            .fold(0, |bytes, &byte| bytes << 8 | u64::from(byte)),
    };
    Some(bytes | (raw.len() as u64) << 56)
}

/// The string with this key: the one that was kept, or a new one, which is kept in place of another
/// that has the same hash.
#[inline]
pub(super) fn shared<'py>(
    py: Python<'py>,
    key: u64,
    make: impl FnOnce() -> Result<Bound<'py, PyAny>, Failure>,
) -> Result<Bound<'py, PyAny>, Failure> {
    TABLE.with(|table| {
        let place = place_of(key);
        if let Place {
            key: kept,
            string: Some(string),
        } = &table.borrow()[place]
            && *kept == key
        {
            return Ok(string.bind(py).clone());
        }
        // Not borrowed here: whatever code making one may run can come here as well.
        let string = make()?;
        let kept = Place {
            key,
            string: Some(string.clone().unbind()),
        };
        let left = std::mem::replace(&mut table.borrow_mut()[place], kept);
        drop(left);
        Ok(string)
    })
}

/// Fibonacci hashing: the highest bits of the product depend on all bytes.
#[inline]
const fn place_of(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize
}

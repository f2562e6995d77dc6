//! The keys of JSON documents, which repeat from row to row: made once, and hashed once.
//!
//! Each thread has a table with one place for each hash, as for short strings.

use std::cell::RefCell;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use pyo3::prelude::*;

use super::text;
use crate::error::Failure;

const PLACES: usize = 256;
/// A longer key is most likely data, which does not repeat.
const LONGEST: usize = 64;

thread_local! {
    static TABLE: RefCell<[Option<Place>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
}

struct Place {
    bytes: Box<[u8]>,
    string: Py<PyAny>,
}

/// The string of a key that is not known to be UTF-8 yet.
#[inline]
pub(super) fn key<'py>(py: Python<'py>, raw: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    // Shorter ones are kept with the short strings of all columns.
    if raw.len() < 8 || raw.len() > LONGEST {
        return text::text(py, raw);
    }
    let place = FixedState::default().hash_one(raw) as usize % PLACES;
    TABLE.with(|table| {
        if let Some(kept) = &table.borrow()[place]
            && *kept.bytes == *raw
        {
            return Ok(kept.string.bind(py).clone());
        }
        // Not borrowed here: whatever code making one may run can come here as well.
        let string = text::own(py, raw)?;
        let kept = Place {
            bytes: raw.into(),
            string: string.clone().unbind(),
        };
        let left = table.borrow_mut()[place].replace(kept);
        drop(left);
        Ok(string)
    })
}

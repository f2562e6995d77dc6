//! Reading the bytes of an array: its header, then its elements one by one.

use super::MAX_DIMENSIONS;
use crate::types::{Codec, DecodeError};

/// The bytes of an array, or what is left of them.
pub(super) struct Reader<'a> {
    codec: Codec,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(codec: Codec, raw: &'a [u8]) -> Self {
        Self { codec, rest: raw }
    }

    /// Reads the header, and gives the lengths of the dimensions, none where the array has no
    /// elements; `bounds` gets their lower bounds.
    ///
    /// The lengths are held against the bytes that follow, so nothing is set aside for elements
    /// that cannot be there.
    pub(super) fn header<'l>(
        &mut self,
        element: u32,
        lengths: &'l mut [usize; MAX_DIMENSIONS],
        bounds: &mut [i32; MAX_DIMENSIONS],
    ) -> Result<&'l [usize], DecodeError> {
        let dimensions = usize::try_from(self.int()?).unwrap_or(usize::MAX);
        let _has_nulls = self.int()?;
        if self.int()?.cast_unsigned() != element {
            return Err(self.malformed("the elements are of another type"));
        }
        let Some(lengths) = lengths.get_mut(..dimensions) else {
            return Err(self.malformed("an array has no more than 6 dimensions"));
        };
        let mut elements = Some(usize::from(dimensions > 0));
        for (length, bound) in lengths.iter_mut().zip(bounds) {
            *length = usize::try_from(self.int()?)
                .map_err(|_| self.malformed("a dimension has a negative length"))?;
            *bound = self.int()?;
            elements = elements.and_then(|elements| elements.checked_mul(*length));
        }
        match elements {
            Some(0) => Ok(&[]),
            Some(elements) if elements <= self.rest.len() / 4 => Ok(lengths),
            _ => Err(self.malformed("the dimensions are larger than the value")),
        }
    }

    /// The bytes of the next element, or `None` where it is NULL.
    #[inline]
    pub(super) fn element(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let length = self.int()?;
        if length == super::NULL {
            return Ok(None);
        }
        let raw = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length));
        let (raw, rest) = raw.ok_or_else(|| self.malformed("the value ends within an element"))?;
        self.rest = rest;
        Ok(Some(raw))
    }

    /// Makes sure that nothing follows the last element.
    pub(super) fn end(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.malformed("bytes follow the last element"))
        }
    }

    #[inline]
    fn int(&mut self) -> Result<i32, DecodeError> {
        let Some((int, rest)) = self.rest.split_first_chunk() else {
            return Err(self.malformed("the value ends too early"));
        };
        self.rest = rest;
        Ok(i32::from_be_bytes(*int))
    }

    #[cold]
    const fn malformed(&self, reason: &'static str) -> DecodeError {
        DecodeError::Malformed {
            codec: self.codec,
            reason,
        }
    }
}

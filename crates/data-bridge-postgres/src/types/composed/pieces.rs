//! The bytes of a value that is made of others, taken apart from the front.

use crate::types::{Codec, DecodeError};

/// What is left of the bytes of a value.
pub(in crate::types) struct Pieces<'a> {
    codec: Codec,
    rest: &'a [u8],
}

impl<'a> Pieces<'a> {
    /// `codec` names the type in what is wrong with the bytes.
    pub(in crate::types) const fn new(codec: Codec, raw: &'a [u8]) -> Self {
        Self { codec, rest: raw }
    }

    /// The next `N` bytes.
    pub(in crate::types) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let Some((bytes, rest)) = self.rest.split_first_chunk() else {
            return Err(self.malformed("the value ends too early"));
        };
        self.rest = rest;
        Ok(*bytes)
    }

    /// The next integer.
    pub(in crate::types) fn int(&mut self) -> Result<i32, DecodeError> {
        self.fixed().map(i32::from_be_bytes)
    }

    /// A count of parts that follow, each of which takes `size` bytes at least.
    pub(in crate::types) fn count(&mut self, size: usize) -> Result<usize, DecodeError> {
        match usize::try_from(self.int()?) {
            Ok(count) if count <= self.rest.len() / size => Ok(count),
            _ => Err(self.malformed("it has more parts than bytes")),
        }
    }

    /// The next part, with its length in front; `None` for NULL.
    pub(in crate::types) fn part(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let length = self.int()?;
        if length == -1 {
            return Ok(None);
        }
        let part = usize::try_from(length)
            .ok()
            .and_then(|length| self.rest.split_at_checked(length));
        let (part, rest) = part.ok_or_else(|| self.malformed("the value ends within a part"))?;
        self.rest = rest;
        Ok(Some(part))
    }

    /// The next part, which is not NULL.
    pub(in crate::types) fn some_part(&mut self) -> Result<&'a [u8], DecodeError> {
        self.part()?
            .ok_or_else(|| self.malformed("a part is NULL that must not be"))
    }

    /// Makes sure that nothing follows.
    pub(in crate::types) fn end(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.malformed("bytes follow the last part"))
        }
    }

    #[cold]
    pub(in crate::types) const fn malformed(&self, reason: &'static str) -> DecodeError {
        DecodeError::Malformed {
            codec: self.codec,
            reason,
        }
    }
}

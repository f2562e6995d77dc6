//! A row as it lies in the buffer.

use crate::error::Error;

/// The body of a `DataRow` message: the values of one row, still as the server sent them.
#[derive(Clone, Copy, Debug)]
pub struct DataRow<'a> {
    body: &'a [u8],
    columns: u16,
}

impl<'a> DataRow<'a> {
    /// Takes the body apart: a count of values, then the values.
    ///
    /// # Errors
    /// When it is too short to have a count.
    pub fn parse(body: &'a [u8]) -> Result<Self, Error> {
        match body {
            [high, low, rest @ ..] => Ok(Self {
                body: rest,
                columns: u16::from_be_bytes([*high, *low]),
            }),
            _ => Err(Error::protocol("a DataRow without a column count")),
        }
    }

    /// How many values the row has.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.columns)
    }

    /// Whether the row has no values at all (`SELECT` without a list).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns == 0
    }

    /// The next value, from the left: `None` stands for NULL.
    ///
    /// # Errors
    /// When the row is shorter than its lengths say, or has no value left.
    #[inline]
    pub fn next_value(&mut self) -> Result<Option<&'a [u8]>, CutShort> {
        let Some((length, rest)) = self.body.split_first_chunk::<4>() else {
            return Err(CutShort);
        };
        let length = i32::from_be_bytes(*length);
        if length < 0 {
            self.body = rest;
            return Ok(None);
        }
        let Some((value, rest)) = rest.split_at_checked(length as usize) else {
            return Err(CutShort);
        };
        self.body = rest;
        Ok(Some(value))
    }
}

/// A row that ends before its last value does: an [`Error::Protocol`] that takes no room in the
/// result of each value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutShort;

impl From<CutShort> for Error {
    #[cold]
    fn from(_: CutShort) -> Self {
        Self::protocol("a DataRow cut short")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(body: &[u8]) -> Result<Vec<Option<&[u8]>>, Error> {
        let mut row = DataRow::parse(body)?;
        let values = (0..row.len()).map(|_| row.next_value());
        Ok(values.collect::<Result<_, _>>()?)
    }

    #[test]
    fn values_come_from_the_left() {
        let body = b"\0\x03\0\0\0\x02ab\xff\xff\xff\xff\0\0\0\0";
        let expected = [Some(&b"ab"[..]), None, Some(&b""[..])];
        assert!(values(body).is_ok_and(|found| found == expected));
        assert!(values(b"\0\0").is_ok_and(|found| found.is_empty()));
        assert!(DataRow::parse(b"\0\0").is_ok_and(|row| row.is_empty()));
    }

    #[test]
    fn a_row_cut_anywhere_is_refused() {
        let body = b"\0\x02\0\0\0\x02ab\0\0\0\x01c";
        assert!(values(body).is_ok());
        for end in 0..body.len() {
            assert!(values(&body[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_length_beyond_the_row_is_refused() {
        assert!(values(b"\0\x01\x7f\xff\xff\xffab").is_err());
        assert!(values(b"\xff\xff\0\0\0\x01a").is_err());
    }
}

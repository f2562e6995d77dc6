//! hstore: a map of texts to texts, some of them NULL.

use bytes::{BufMut, BytesMut};

use super::composed::{HSTORE, Pieces};
use super::composite::part;
use super::{DecodeError, EncodeError, text};

/// A key and its value; `None` for NULL.
pub type Pair<'a> = (&'a [u8], Option<&'a [u8]>);

/// The bytes of a map.
pub struct Hstore<'a> {
    pieces: Pieces<'a>,
    pairs: usize,
}

impl<'a> Hstore<'a> {
    /// Takes the bytes of a map.
    ///
    /// # Errors
    /// When they do not suffice for as many pairs as they say.
    pub fn read(raw: &'a [u8]) -> Result<Self, DecodeError> {
        let mut pieces = Pieces::new(HSTORE, raw);
        let pairs = pieces.count(8)?;
        Ok(Self { pieces, pairs })
    }

    /// The next key and its value, neither of them checked to be UTF-8; `None` behind the last.
    ///
    /// # Errors
    /// When the bytes end within them.
    pub fn next_pair(&mut self) -> Result<Option<Pair<'a>>, DecodeError> {
        if self.pairs == 0 {
            return self.pieces.end().map(|()| None);
        }
        self.pairs -= 1;
        let key = self.pieces.some_part()?;
        Ok(Some((key, self.pieces.part()?)))
    }
}

/// Writes how many pairs follow.
///
/// # Errors
/// [`EncodeError::TooLong`] when the protocol cannot count them.
pub fn header(pairs: usize, out: &mut BytesMut) -> Result<(), EncodeError> {
    out.put_i32(i32::try_from(pairs).map_err(|_| EncodeError::TooLong(HSTORE))?);
    Ok(())
}

/// Writes a key, or a value; `None` for NULL.
///
/// # Errors
/// [`EncodeError::Nul`] for a NUL character.
pub fn encode_text(value: Option<&str>, out: &mut BytesMut) -> Result<(), EncodeError> {
    part(out, |out| match value {
        Some(value) => text::encode(HSTORE, value, out).map(|()| true),
        None => Ok(false),
    })
}

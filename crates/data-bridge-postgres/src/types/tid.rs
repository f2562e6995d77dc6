//! `tid`: where a row lies in its table.

use bytes::{BufMut, BytesMut};

use super::number::fixed;
use super::{Codec, DecodeError};

/// The place of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tid {
    /// The number of the block, from 0.
    pub block: u32,
    /// The row's number in the block, from 1.
    pub offset: u16,
}

impl Tid {
    /// Reads the bytes of a `tid`.
    ///
    /// # Errors
    /// [`DecodeError::Length`] when they are not six.
    pub fn read(raw: &[u8]) -> Result<Self, DecodeError> {
        let codec = Codec::Tid;
        let whole = fixed::<6>(codec, raw)?;
        Ok(Self {
            block: u32::from_be_bytes(fixed(codec, &whole[..4])?),
            offset: u16::from_be_bytes(fixed(codec, &whole[4..])?),
        })
    }

    /// Writes the bytes of a `tid`.
    pub fn write(self, out: &mut BytesMut) {
        out.put_u32(self.block);
        out.put_u16(self.offset);
    }
}

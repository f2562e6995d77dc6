//! A round as it comes from the owner, held in memory before the clock starts.

use std::io::{self, ErrorKind, Read};

/// The requests of all calls of a round, back to back in one allocation.
pub(crate) struct Round {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Round {
    /// Reads the next round; `None` when the owner has closed its end.
    pub(crate) fn read(source: &mut impl Read) -> io::Result<Option<Self>> {
        let calls = match read_number(source) {
            Ok(calls) => calls,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut round = Self {
            bytes: Vec::new(),
            ends: Vec::new(),
        };
        for _ in 0..calls {
            for _ in 0..read_number(source)? {
                let length = read_number(source)?;
                let start = round.bytes.len();
                round.bytes.resize(start + length, 0);
                source.read_exact(&mut round.bytes[start..])?;
                round.ends.push(round.bytes.len());
            }
        }
        Ok(Some(round))
    }

    /// The requests in the order in which they are to be sent.
    pub(crate) fn requests(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, &end)| &self.bytes[start..end])
    }
}

fn read_number(source: &mut impl Read) -> io::Result<usize> {
    let mut number = [0; 4];
    source.read_exact(&mut number)?;
    Ok(u32::from_be_bytes(number) as usize)
}

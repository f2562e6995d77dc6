//! Ranges, and multiranges of them.

use bytes::{BufMut, BytesMut};

use super::composed::{MULTIRANGE, Pieces, RANGE};
use super::{AnyCodec, EncodeError, Sink, composite::part};

const EMPTY: u8 = 0x01;
const LOWER_INCLUSIVE: u8 = 0x02;
const UPPER_INCLUSIVE: u8 = 0x04;
const LOWER_INFINITE: u8 = 0x08;
const UPPER_INFINITE: u8 = 0x10;
/// The server never sends these: a bound that is NULL, and a mark of its indexes' own.
const INTERNAL: u8 = 0xe0;

/// A range of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Range<V> {
    /// The range that contains nothing.
    Empty,
    /// All between two bounds.
    Between {
        /// The lower bound; `None` where there is none.
        lower: Option<V>,
        /// The upper bound; `None` where there is none.
        upper: Option<V>,
        /// Whether the lower bound belongs to it.
        lower_inclusive: bool,
        /// Whether the upper bound belongs to it.
        upper_inclusive: bool,
    },
}

impl<V> Range<V> {
    /// Writes the bytes of the range, a bound's by `write`.
    ///
    /// # Errors
    /// Whatever `write` objects to, or [`EncodeError::TooLong`].
    pub fn encode<E: From<EncodeError>>(
        &self,
        out: &mut BytesMut,
        mut write: impl FnMut(&V, &mut BytesMut) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self::Between {
            lower,
            upper,
            lower_inclusive,
            upper_inclusive,
        } = self
        else {
            out.put_u8(EMPTY);
            return Ok(());
        };
        let bound = |bound: &Option<V>, inclusive: bool, marks: [u8; 2]| match bound {
            None => marks[0],
            Some(_) if inclusive => marks[1],
            Some(_) => 0,
        };
        out.put_u8(
            bound(lower, *lower_inclusive, [LOWER_INFINITE, LOWER_INCLUSIVE])
                | bound(upper, *upper_inclusive, [UPPER_INFINITE, UPPER_INCLUSIVE]),
        );
        for bound in [lower, upper].into_iter().flatten() {
            part(out, |out| write(bound, out).map(|()| true))?;
        }
        Ok(())
    }
}

/// Decodes a range.
pub(super) fn decode<S: Sink>(
    subtype: &AnyCodec,
    raw: &[u8],
    sink: &mut S,
    depth: u8,
) -> Result<S::Value, S::Error> {
    let mut pieces = Pieces::new(RANGE, raw);
    let [flags] = pieces.fixed()?;
    if flags & INTERNAL != 0 {
        return Err(pieces.malformed("its flags are none of a range").into());
    }
    if flags & EMPTY != 0 {
        pieces.end()?;
        return sink.range(Range::Empty);
    }
    let mut bound = |infinite: u8| {
        if flags & infinite != 0 {
            return Ok(None);
        }
        let raw = pieces.some_part()?;
        subtype.decode_inside(raw, sink, depth).map(Some)
    };
    let (lower, upper) = (bound(LOWER_INFINITE)?, bound(UPPER_INFINITE)?);
    pieces.end()?;
    sink.range(Range::Between {
        lower,
        upper,
        lower_inclusive: flags & LOWER_INCLUSIVE != 0,
        upper_inclusive: flags & UPPER_INCLUSIVE != 0,
    })
}

/// Decodes a multirange.
pub(super) fn decode_many<S: Sink>(
    range: &AnyCodec,
    raw: &[u8],
    sink: &mut S,
    depth: u8,
) -> Result<S::Value, S::Error> {
    let mut pieces = Pieces::new(MULTIRANGE, raw);
    let count = pieces.count(5)?;
    let mut list = sink.list(count)?;
    for _ in 0..count {
        let range = range.decode_inside(pieces.some_part()?, sink, depth)?;
        sink.push(&mut list, range);
    }
    pieces.end()?;
    sink.multirange(list)
}

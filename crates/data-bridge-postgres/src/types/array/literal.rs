//! Arrays whose elements travel as text: literals, `{a,NULL,"b c"}`, which are turned into the
//! binary layout around the elements' texts before they are decoded, and made from it in the end
//! when they are written. So there is one way of reading and writing arrays.

use std::fmt::Write as _;

use bytes::{BufMut, BytesMut};

use super::{MAX_DIMENSIONS, NULL};
use crate::types::{Codec, DecodeError, EncodeError};

/// The binary layout of an array that came as a literal.
///
/// # Errors
/// [`DecodeError::Malformed`] for a text that is no array.
pub fn read(codec: Codec, element: u32, raw: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let malformed = |reason| DecodeError::Malformed { codec, reason };
    let (bounds, text) = bounds(raw).ok_or(malformed("the bounds of a dimension are none"))?;
    let mut elements = Elements::default();
    elements.read(text).map_err(malformed)?;
    let dimensions = elements.dimensions();
    if !bounds.is_empty() && bounds.len() != dimensions.len() {
        return Err(malformed("the dimensions are not as many as the bounds"));
    }
    let mut array = Vec::with_capacity(12 + 8 * MAX_DIMENSIONS + elements.bytes.len());
    array.put_u32(dimensions.len() as u32);
    array.put_u32(u32::from(elements.nulls));
    array.put_u32(element);
    for (dimension, length) in dimensions.iter().enumerate() {
        let (lower, given) = bounds.get(dimension).copied().unwrap_or((1, *length));
        if given != *length {
            return Err(malformed("the dimensions are not those of the bounds"));
        }
        array.put_u32(*length);
        array.put_i32(lower);
    }
    array.extend_from_slice(&elements.bytes);
    Ok(array)
}

/// A lower bound and a length for each dimension.
type Bounds = Vec<(i32, u32)>;

/// The lower bound and the length of each dimension where they are given (`[0:1][5:6]=`), and what
/// follows.
fn bounds(raw: &[u8]) -> Option<(Bounds, &[u8])> {
    let mut bounds = Vec::new();
    let mut rest = raw;
    while let [b'[', after @ ..] = rest {
        let end = memchr::memchr(b']', after)?;
        let (lower, upper) = std::str::from_utf8(&after[..end]).ok()?.split_once(':')?;
        let (lower, upper) = (lower.parse::<i32>().ok()?, upper.parse::<i32>().ok()?);
        let length = i64::from(upper) - i64::from(lower) + 1;
        bounds.push((lower, u32::try_from(length).ok()?));
        rest = &after[end + 1..];
    }
    if !bounds.is_empty() {
        rest = rest.strip_prefix(b"=")?;
    }
    Some((bounds, rest))
}

/// The elements of a literal, in the binary layout, and how they are nested.
#[derive(Default)]
struct Elements {
    bytes: Vec<u8>,
    nulls: bool,
    /// The length of each dimension, of those whose first list has ended.
    lengths: [Option<u32>; MAX_DIMENSIONS],
    /// How many items the lists have so far that are not closed.
    counts: [u32; MAX_DIMENSIONS],
    /// How many lists are not closed.
    depth: usize,
    /// How deep the elements lie, once there is one.
    innermost: Option<usize>,
}

impl Elements {
    fn read(&mut self, text: &[u8]) -> Result<(), &'static str> {
        if text == b"{}" {
            return Ok(());
        }
        let mut rest = text;
        let mut item_wanted = true;
        loop {
            rest = match (rest, item_wanted) {
                ([b'{', rest @ ..], true) => {
                    self.open()?;
                    rest
                }
                ([b'}', rest @ ..], false) => {
                    self.close()?;
                    if self.depth == 0 {
                        return rest.is_empty().then_some(()).ok_or("a text follows it");
                    }
                    rest
                }
                ([b',', rest @ ..], false) => {
                    item_wanted = true;
                    rest
                }
                ([_, ..], true) => {
                    item_wanted = false;
                    self.element(rest)?
                }
                ([_, ..], false) => return Err("an item follows another without a comma"),
                ([], _) => return Err("the value ends too early"),
            };
        }
    }

    fn open(&mut self) -> Result<(), &'static str> {
        if self
            .innermost
            .is_some_and(|innermost| self.depth >= innermost)
        {
            return Err("a list stands beside an element");
        }
        let count = self.counts.get_mut(self.depth);
        *count.ok_or("an array has no more than 6 dimensions")? = 0;
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self) -> Result<(), &'static str> {
        self.depth -= 1;
        let count = self.counts[self.depth];
        if *self.lengths[self.depth].get_or_insert(count) != count {
            return Err("its lists differ in length");
        }
        if let Some(outer) = self.depth.checked_sub(1) {
            self.counts[outer] += 1;
        }
        Ok(())
    }

    /// Takes the element that the text begins with, and gives what follows it.
    fn element<'a>(&mut self, text: &'a [u8]) -> Result<&'a [u8], &'static str> {
        if self.depth == 0 {
            return Err("it does not begin with a brace");
        }
        if *self.innermost.get_or_insert(self.depth) != self.depth {
            return Err("an element stands beside a list");
        }
        self.counts[self.depth - 1] += 1;
        let base = self.bytes.len();
        self.bytes.put_i32(NULL);
        let (rest, quoted) = match text.strip_prefix(b"\"") {
            Some(quoted) => (self.quoted(quoted)?, true),
            None => (self.bare(text)?, false),
        };
        let element = &self.bytes[base + 4..];
        if !quoted && element == b"NULL" {
            self.bytes.truncate(base + 4);
            self.nulls = true;
        } else if !quoted && element.is_empty() {
            return Err("an element is missing");
        } else {
            let length = i32::try_from(element.len()).map_err(|_| "an element is too long")?;
            self.bytes[base..base + 4].copy_from_slice(&length.to_be_bytes());
        }
        Ok(rest)
    }

    fn quoted<'a>(&mut self, text: &'a [u8]) -> Result<&'a [u8], &'static str> {
        let mut rest = text;
        loop {
            let end = memchr::memchr2(b'"', b'\\', rest).ok_or("a quote is not closed")?;
            self.bytes.extend_from_slice(&rest[..end]);
            rest = match &rest[end..] {
                [b'\\', escaped, rest @ ..] => {
                    self.bytes.push(*escaped);
                    rest
                }
                [b'"', rest @ ..] => return Ok(rest),
                _ => return Err("a quote is not closed"),
            };
        }
    }

    /// The server quotes what has a backslash in it, or a brace.
    fn bare<'a>(&mut self, text: &'a [u8]) -> Result<&'a [u8], &'static str> {
        let end = memchr::memchr2(b',', b'}', text).ok_or("the value ends too early")?;
        let (element, rest) = text.split_at(end);
        if element
            .iter()
            .any(|byte| matches!(byte, b'{' | b'"' | b'\\'))
        {
            return Err("an element is not quoted");
        }
        self.bytes.extend_from_slice(element);
        Ok(rest)
    }

    fn dimensions(&self) -> Vec<u32> {
        self.lengths.iter().map_while(|length| *length).collect()
    }
}

/// Puts a literal in the place of an array in the binary layout, which begins at `start` and whose
/// elements are texts.
pub(super) fn replace(codec: Codec, start: usize, out: &mut BytesMut) -> Result<(), EncodeError> {
    let array = out.split_off(start);
    write(&array, out).ok_or(EncodeError::Ragged(codec))
}

/// `None` for an array whose elements are fewer than its dimensions say.
fn write(array: &[u8], out: &mut BytesMut) -> Option<()> {
    let mut rest = array;
    let dimensions = int(&mut rest)?;
    let (_nulls, _element) = (int(&mut rest)?, int(&mut rest)?);
    let mut lengths = Vec::new();
    let mut bounds = String::new();
    let mut is_shifted = false;
    for _ in 0..dimensions {
        let (length, lower) = (int(&mut rest)?, int(&mut rest)?);
        lengths.push(length);
        is_shifted |= lower != 1;
        let upper = i64::from(lower) + i64::from(length) - 1;
        // Writing to a string cannot fail.
        let _ = write!(bounds, "[{lower}:{upper}]");
    }
    if lengths.is_empty() {
        out.extend_from_slice(b"{}");
        return Some(());
    }
    if is_shifted {
        out.extend_from_slice(bounds.as_bytes());
        out.put_u8(b'=');
    }
    // After how many elements each of the open lists ends, the innermost first.
    let mut sizes: Vec<i32> = Vec::new();
    for length in lengths.iter().rev() {
        sizes.push(sizes.last().unwrap_or(&1).checked_mul(*length)?);
    }
    let total = *sizes.last()?;
    for element in 0..total {
        if element > 0 {
            out.put_u8(b',');
        }
        out.put_bytes(b'{', edges(&sizes, element));
        write_element(&mut rest, out)?;
        out.put_bytes(b'}', edges(&sizes, element + 1));
    }
    Some(())
}

/// How many lists begin with this element, or end before it.
fn edges(sizes: &[i32], element: i32) -> usize {
    let edge = |size: &&i32| element % **size == 0;
    sizes.iter().take_while(edge).count()
}

fn write_element(rest: &mut &[u8], out: &mut BytesMut) -> Option<()> {
    let Ok(length) = usize::try_from(int(rest)?) else {
        out.extend_from_slice(b"NULL");
        return Some(());
    };
    let (element, after) = rest.split_at_checked(length)?;
    *rest = after;
    out.put_u8(b'"');
    for byte in element {
        if matches!(byte, b'"' | b'\\') {
            out.put_u8(b'\\');
        }
        out.put_u8(*byte);
    }
    out.put_u8(b'"');
    Some(())
}

fn int(rest: &mut &[u8]) -> Option<i32> {
    let (int, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(i32::from_be_bytes(*int))
}

#[cfg(test)]
mod tests;

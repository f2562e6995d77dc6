//! JSON documents, parsed from the receive buffer straight into Python objects.
//!
//! What comes out is what Python's own `json.loads` makes of the same text. What this parser does
//! not know it leaves to that: lone surrogates, deep nesting, and whatever is no JSON, which the
//! server does not send.

use data_bridge_postgres::types::{Codec, DecodeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyNone, PyType};

use super::{key, text};
use crate::error::Failure;

/// Deeper documents are left to `json.loads`, which counts its own depth.
const DEPTH: usize = 100;

/// Digits that surely fit into 64 bits.
const DIGITS: usize = 18;

pub(super) fn json<'py>(py: Python<'py>, raw: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    let mut parser = Parser {
        py,
        text: raw,
        at: 0,
        items: Vec::new(),
        unescaped: Vec::new(),
    };
    match parser.document() {
        Ok(document) => Ok(document),
        Err(Stop(Some(failure))) => Err(failure),
        Err(Stop(None)) => loads(py, raw),
    }
}

#[cold]
fn loads<'py>(py: Python<'py>, raw: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let document = text::text(py, raw)?;
    let loaded = LOADS.import(py, "json", "loads")?.call1((document,));
    match loaded {
        Err(error) if error.is_instance(py, ERROR.import(py, "json", "JSONDecodeError")?) => {
            Err(DecodeError::Malformed {
                codec: Codec::Json,
                reason: "the value is no JSON",
            }
            .into())
        }
        loaded => Ok(loaded?),
    }
}

/// Why parsing ended: a failure, or something that is left to `json.loads`.
struct Stop(Option<Failure>);

const UNFAMILIAR: Stop = Stop(None);

impl<E: Into<Failure>> From<E> for Stop {
    #[cold]
    fn from(error: E) -> Self {
        Self(Some(error.into()))
    }
}

struct Parser<'a, 'py> {
    py: Python<'py>,
    text: &'a [u8],
    at: usize,
    /// The items so far of all arrays that are still open.
    items: Vec<Bound<'py, PyAny>>,
    /// Room for a string whose escapes are undone.
    unescaped: Vec<u8>,
}

impl<'a, 'py> Parser<'a, 'py> {
    fn document(&mut self) -> Result<Bound<'py, PyAny>, Stop> {
        let first = self.next()?;
        let document = self.value(first, 0)?;
        self.skip_space();
        if self.at == self.text.len() {
            Ok(document)
        } else {
            Err(UNFAMILIAR)
        }
    }

    /// The value that begins with `first`, which has been read.
    fn value(&mut self, first: u8, depth: usize) -> Result<Bound<'py, PyAny>, Stop> {
        match first {
            b'"' => Ok(text::text(self.py, self.string()?)?),
            b'-' | b'0'..=b'9' => self.number(),
            b'{' if depth < DEPTH => self.object(depth + 1),
            b'[' if depth < DEPTH => self.array(depth + 1),
            b't' => {
                self.literal(b"rue")?;
                Ok(PyBool::new(self.py, true).to_owned().into_any())
            }
            b'f' => {
                self.literal(b"alse")?;
                Ok(PyBool::new(self.py, false).to_owned().into_any())
            }
            b'n' => {
                self.literal(b"ull")?;
                Ok(PyNone::get(self.py).to_owned().into_any())
            }
            _ => Err(UNFAMILIAR),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Bound<'py, PyAny>, Stop> {
        let object = PyDict::new(self.py);
        let mut next = self.next()?;
        if next == b'}' {
            return Ok(object.into_any());
        }
        loop {
            if next != b'"' {
                return Err(UNFAMILIAR);
            }
            let py = self.py;
            let key = key::key(py, self.string()?)?;
            if self.next()? != b':' {
                return Err(UNFAMILIAR);
            }
            let first = self.next()?;
            let value = self.value(first, depth)?;
            // Of keys that occur twice the last counts, as it does there.
            object.set_item(key, value)?;
            match self.next()? {
                b',' => next = self.next()?,
                b'}' => return Ok(object.into_any()),
                _ => return Err(UNFAMILIAR),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Bound<'py, PyAny>, Stop> {
        let start = self.items.len();
        let mut next = self.next()?;
        if next == b']' {
            return Ok(PyList::empty(self.py).into_any());
        }
        loop {
            let item = self.value(next, depth)?;
            self.items.push(item);
            match self.next()? {
                b',' => next = self.next()?,
                b']' => break,
                _ => return Err(UNFAMILIAR),
            }
        }
        let list = PyList::new(self.py, self.items.drain(start..))?;
        Ok(list.into_any())
    }

    /// The bytes between two quotes, the first of which has been read, without escapes.
    fn string(&mut self) -> Result<&[u8], Stop> {
        let rest = &self.text[self.at..];
        let length = plain(rest);
        match rest.get(length) {
            Some(b'"') => {
                self.at += length + 1;
                Ok(&rest[..length])
            }
            Some(b'\\') => self.escaped(),
            _ => Err(UNFAMILIAR),
        }
    }

    #[inline(never)]
    fn escaped(&mut self) -> Result<&[u8], Stop> {
        self.unescaped.clear();
        loop {
            let rest = &self.text[self.at..];
            let length = plain(rest);
            self.unescaped.extend_from_slice(&rest[..length]);
            self.at += length + 1;
            match rest.get(length) {
                Some(b'"') => return Ok(&self.unescaped),
                Some(b'\\') => {}
                _ => return Err(UNFAMILIAR),
            }
            let character = match self.byte()? {
                same @ (b'"' | b'\\' | b'/') => char::from(same),
                b'b' => '\x08',
                b'f' => '\x0c',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => self.unicode()?,
                _ => return Err(UNFAMILIAR),
            };
            let mut bytes = [0; 4];
            let encoded = character.encode_utf8(&mut bytes);
            self.unescaped.extend_from_slice(encoded.as_bytes());
        }
    }

    /// The character of four digits, or of two times four.
    fn unicode(&mut self) -> Result<char, Stop> {
        let unit = self.four_digits()?;
        let mut code = u32::from(unit);
        if (0xd800..0xdc00).contains(&code) {
            if self.byte()? != b'\\' || self.byte()? != b'u' {
                return Err(UNFAMILIAR);
            }
            let second = u32::from(self.four_digits()?);
            if !(0xdc00..0xe000).contains(&second) {
                return Err(UNFAMILIAR);
            }
            code = 0x1_0000 + ((code - 0xd800) << 10) + (second - 0xdc00);
        }
        char::from_u32(code).ok_or(UNFAMILIAR)
    }

    fn four_digits(&mut self) -> Result<u16, Stop> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.byte()?).to_digit(16).ok_or(UNFAMILIAR)?;
            unit = unit << 4 | digit as u16;
        }
        Ok(unit)
    }

    /// The number whose first byte has been read.
    fn number(&mut self) -> Result<Bound<'py, PyAny>, Stop> {
        let start = self.at - 1;
        let negative = self.text[start] == b'-';
        self.at = start + usize::from(negative);
        let first = self.at;
        let magnitude = self.digits()?;
        let digits = self.at - first;
        if digits > 1 && self.text[first] == b'0' {
            return Err(UNFAMILIAR);
        }
        if !matches!(self.text.get(self.at), Some(b'.' | b'e' | b'E')) {
            if digits > DIGITS {
                return self.large_integer(start);
            }
            let Ok(integer) =
                (if negative { -magnitude } else { magnitude }).into_pyobject(self.py);
            return Ok(integer.into_any());
        }
        if self.text[self.at] == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.text.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        // Both languages round to the nearest, and beyond the largest to infinity.
        let float: f64 = self.ascii(start)?.parse().map_err(|_| UNFAMILIAR)?;
        Ok(PyFloat::new(self.py, float).into_any())
    }

    /// Passes over one digit or more; their value, where they are few enough to have one.
    fn digits(&mut self) -> Result<i64, Stop> {
        let mut value = 0_i64;
        let start = self.at;
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        if self.at == start {
            return Err(UNFAMILIAR);
        }
        Ok(value)
    }

    #[cold]
    fn large_integer(&self, start: usize) -> Result<Bound<'py, PyAny>, Stop> {
        // Refused as there when it has more digits than Python converts.
        Ok(self.py.get_type::<PyInt>().call1((self.ascii(start)?,))?)
    }

    /// What was read since `start`, which is known to be ASCII.
    fn ascii(&self, start: usize) -> Result<&'a str, Stop> {
        std::str::from_utf8(&self.text[start..self.at]).map_err(|_| UNFAMILIAR)
    }

    fn literal(&mut self, rest: &[u8]) -> Result<(), Stop> {
        if !self.text[self.at..].starts_with(rest) {
            return Err(UNFAMILIAR);
        }
        self.at += rest.len();
        Ok(())
    }

    /// The next byte that is no space.
    #[inline]
    fn next(&mut self) -> Result<u8, Stop> {
        let byte = self.byte()?;
        // The server writes at most one between two tokens.
        if byte > b' ' {
            return Ok(byte);
        }
        self.at -= 1;
        self.skip_space();
        self.byte()
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Stop> {
        let byte = *self.text.get(self.at).ok_or(UNFAMILIAR)?;
        self.at += 1;
        Ok(byte)
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.text.get(self.at) {
            self.at += 1;
        }
    }
}

/// How many bytes stand for themselves, up to a quote, a backslash or what may not be there.
#[inline]
fn plain(text: &[u8]) -> usize {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    text.iter().position(ends).unwrap_or(text.len())
}

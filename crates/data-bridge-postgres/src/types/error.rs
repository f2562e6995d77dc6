//! What can be wrong with a value, on its way in and on its way out.

use std::fmt;

use super::Codec;

/// A value from the server that cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// A value of a fixed width came with another.
    Length {
        /// The value's type.
        codec: Codec,
        /// The width of the type, in bytes.
        expected: usize,
        /// The width that came, in bytes.
        received: usize,
    },
    /// The bytes are no value of the type.
    Malformed {
        /// The value's type.
        codec: Codec,
        /// What is wrong with them.
        reason: &'static str,
    },
    /// Text that is not valid UTF-8, as a database in `SQL_ASCII` can hold.
    Utf8,
    /// `infinity` or `-infinity` where a date of the calendar or a span of time is wanted.
    Infinite(Codec),
    /// A date before the year 1 or after the year 9999.
    Year(Codec),
    /// `24:00:00`, which is no time of a day.
    Midnight(Codec),
    /// An interval with months in it, which have no fixed length.
    Months(i32),
    /// An interval of more days than a duration holds (999,999,999).
    Days,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Length {
                codec,
                expected,
                received,
            } => {
                write!(
                    formatter,
                    "{codec}: {received} bytes received where the type has {expected}"
                )
            }
            Self::Malformed { codec, reason } => write!(formatter, "{codec}: {reason}"),
            Self::Utf8 => formatter.write_str("text: the value is not valid UTF-8"),
            Self::Infinite(codec) => {
                write!(
                    formatter,
                    "{codec}: the value is infinite; select it as text (::text)"
                )
            }
            Self::Year(codec) => write!(
                formatter,
                "{codec}: the value lies outside the years 1 to 9999; select it as text (::text)"
            ),
            Self::Midnight(codec) => {
                write!(
                    formatter,
                    "{codec}: 24:00:00 is no time of a day; select it as text (::text)"
                )
            }
            Self::Months(months) => write!(
                formatter,
                "interval: the value has {months} months, which have no fixed length; \
                 select it as text (::text), or its parts with extract()"
            ),
            Self::Days => formatter.write_str(
                "interval: the value is longer than 999999999 days; select it as text (::text)",
            ),
        }
    }
}

impl std::error::Error for DecodeError {}

/// A value that cannot be encoded as the type it is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// A value of one kind where the type wants another.
    Kind {
        /// The type wanted.
        codec: Codec,
        /// The kind of value given.
        given: &'static str,
    },
    /// A number outside the type's range.
    Range(Codec),
    /// A number too small for the type to tell it from zero.
    Underflow(Codec),
    /// A text with a NUL character, which no text of the server's can hold.
    Nul(Codec),
    /// A text that is longer than the one byte of `"char"`, or not ASCII.
    Char,
    /// A text that is no decimal number.
    NumericSyntax,
    /// More digits after the decimal point than a numeric has (16,383).
    NumericScale,
    /// More digits before the decimal point than a numeric has (131,072).
    NumericWeight,
    /// A text that is no UUID.
    UuidSyntax,
    /// An offset from UTC of 16 hours or more.
    Offset,
    /// Lists inside an array that differ in length or depth.
    Ragged(Codec),
    /// More dimensions than an array has (6).
    Dimensions(Codec),
    /// More bytes than the protocol counts (2 GiB).
    TooLong(Codec),
}

impl fmt::Display for EncodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Kind { codec, given } => write!(formatter, "{given} is no value for {codec}"),
            Self::Range(codec) => match super::number::range(codec) {
                Some((low, high)) => {
                    write!(formatter, "out of range for {codec} ({low} to {high})")
                }
                None => write!(formatter, "out of range for {codec}"),
            },
            Self::Underflow(codec) => {
                write!(formatter, "too small for {codec}, which would hold zero")
            }
            Self::Nul(codec) => write!(formatter, "{codec} cannot hold the NUL character"),
            Self::Char => formatter.write_str("\"char\" holds a single ASCII character"),
            Self::NumericSyntax => formatter.write_str("not a number that numeric can hold"),
            Self::NumericScale => formatter
                .write_str("numeric holds no more than 16383 digits after the decimal point"),
            Self::NumericWeight => formatter
                .write_str("numeric holds no more than 131072 digits before the decimal point"),
            Self::UuidSyntax => {
                formatter.write_str("not a UUID: 32 hexadecimal digits are expected")
            }
            Self::Offset => formatter
                .write_str("an offset from UTC must be whole seconds and less than 16 hours"),
            Self::Ragged(codec) => {
                write!(
                    formatter,
                    "the lists in {codec} must all have the same length and depth"
                )
            }
            Self::Dimensions(codec) => write!(formatter, "{codec} holds no more than 6 dimensions"),
            Self::TooLong(codec) => write!(formatter, "{codec} is longer than 2 GiB"),
        }
    }
}

impl std::error::Error for EncodeError {}

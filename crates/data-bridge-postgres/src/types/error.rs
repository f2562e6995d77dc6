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
    /// A value shows that its type, by this object identifier, was altered since it was looked up.
    Altered(u32),
    /// An anonymous record holds a value of a type, by this object identifier, that is not known.
    UnknownAttribute(u32),
    /// An anonymous record holds a value of a type, by this object identifier, that is read from
    /// its text only.
    TextAttribute(u32),
    /// Values stand inside each other too deeply.
    Depth,
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
            Self::Altered(oid) => write!(
                formatter,
                "the type with oid {oid} was altered since the statement was prepared; \
                 it has been forgotten: run the statement again"
            ),
            Self::UnknownAttribute(oid) => write!(
                formatter,
                "record: a value's type (oid {oid}) was not known yet; run the statement again, or \
                 cast the value in the SQL, for example to text"
            ),
            Self::TextAttribute(oid) => write!(
                formatter,
                "record: a value of the type with oid {oid} is read from its text only; cast the value \
                 in the SQL to text, or the record to a type of its own"
            ),
            Self::Depth => formatter.write_str("record: values stand inside each other too deeply"),
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
    /// A text that is no address of the internet.
    InetSyntax,
    /// A network with bits set behind its prefix.
    HostBits,
    /// A text that is no hardware address of the type's length.
    MacAddressSyntax(Codec),
    /// A text with other characters than 0 and 1.
    BitSyntax(Codec),
    /// A text that is no position in the write-ahead log.
    LsnSyntax,
    /// A text that is no snapshot of transactions.
    SnapshotSyntax(Codec),
    /// A path or a polygon without points.
    NoPoints(Codec),
    /// A date that no calendar has, or that the type does not reach.
    NoSuchDate(Codec),
    /// An offset from UTC of 16 hours or more.
    Offset,
    /// Lists inside an array that differ in length or depth.
    Ragged(Codec),
    /// More dimensions than an array has (6).
    Dimensions(Codec),
    /// More bytes than the protocol counts (2 GiB).
    TooLong(Codec),
    /// More elements than a vector counts (65,535).
    VectorLength,
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
            Self::InetSyntax => formatter
                .write_str("not an address: one of IPv4 or IPv6 is expected, or address/prefix"),
            Self::HostBits => formatter.write_str(
                "not a network: there are bits set behind its prefix, which only inet holds",
            ),
            Self::MacAddressSyntax(codec) => write!(
                formatter,
                "not a hardware address of {} bytes",
                if codec == Codec::Macaddr8 { 8 } else { 6 }
            ),
            Self::BitSyntax(codec) => write!(formatter, "{codec} holds only the digits 0 and 1"),
            Self::LsnSyntax => {
                formatter.write_str("not a position in the log, such as 16/B374D848")
            }
            Self::SnapshotSyntax(_) => {
                formatter.write_str("not a snapshot, such as 10:20:10,14,15")
            }
            Self::NoPoints(codec) => write!(formatter, "a {codec} has at least one point"),
            Self::NoSuchDate(codec) => write!(formatter, "{codec} has no such date"),
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
            Self::VectorLength => formatter.write_str("vector holds no more than 65535 elements"),
        }
    }
}

impl std::error::Error for EncodeError {}

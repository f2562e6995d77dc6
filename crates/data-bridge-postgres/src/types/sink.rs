//! Decoding: from the bytes of a value, by its codec, into whatever a sink makes.

use super::composed::{Composed, Custom};
use super::hstore::Hstore;
use super::range::Range;
use super::vector::Vector;
use super::{Codec, Date, DecodeError, Geometry, Inet, Interval, Numeric};
use super::{Tid, Time, TimeTz, Timestamp};
use super::{array, bit, int_vector, json, mac_address, number, snapshot, text};

/// What receives decoded values, one method a kind of value.
///
/// [`decode`] is compiled once for each sink, so nothing between the wire and the final value is
/// dynamic. Every method makes a value or says why it cannot; text comes unchecked, since a sink
/// that copies it anyway can check it on the way ([`text::utf8`] does no more than check).
pub trait Sink {
    /// What the sink makes of a value.
    type Value;
    /// A list under construction, the value of an array or of one dimension of it.
    type List;
    /// A record under construction, the value of a composite type.
    type Record;
    /// Why no value could be made.
    type Error: From<DecodeError>;

    /// NULL, as an element of an array, and the value of `void`.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn null(&mut self) -> Result<Self::Value, Self::Error>;
    /// A truth value.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn bool(&mut self, value: bool) -> Result<Self::Value, Self::Error>;
    /// An integer of any width.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn int(&mut self, value: i64) -> Result<Self::Value, Self::Error>;
    /// An integer that has no sign, and needs all 64 bits.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn unsigned(&mut self, value: u64) -> Result<Self::Value, Self::Error>;
    /// A floating-point number; a `float4` is widened, which loses nothing.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn float(&mut self, value: f64) -> Result<Self::Value, Self::Error>;
    /// A text, not yet checked to be UTF-8.
    ///
    /// # Errors
    /// When it is not, or the sink cannot hold it.
    fn text(&mut self, raw: &[u8]) -> Result<Self::Value, Self::Error>;
    /// A binary string.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn bytes(&mut self, value: &[u8]) -> Result<Self::Value, Self::Error>;
    /// An exact decimal number, or one of numeric's special values.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn numeric(&mut self, value: Numeric<'_>) -> Result<Self::Value, Self::Error>;
    /// A UUID, most significant byte first.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn uuid(&mut self, value: [u8; 16]) -> Result<Self::Value, Self::Error>;
    /// A JSON document, not yet checked to be UTF-8; the server has checked its syntax.
    ///
    /// # Errors
    /// When it is not UTF-8, or the sink cannot hold it.
    fn json(&mut self, raw: &[u8]) -> Result<Self::Value, Self::Error>;
    /// A date, perhaps infinite or far away.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn date(&mut self, value: Date) -> Result<Self::Value, Self::Error>;
    /// A time of a day, 24:00:00 included.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn time(&mut self, value: Time) -> Result<Self::Value, Self::Error>;
    /// A time of a day with an offset from UTC.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn time_tz(&mut self, value: TimeTz) -> Result<Self::Value, Self::Error>;
    /// A date and time without a zone, perhaps infinite or far away.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn timestamp(&mut self, value: Timestamp) -> Result<Self::Value, Self::Error>;
    /// An instant, in UTC, perhaps infinite or far away.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn timestamp_tz(&mut self, value: Timestamp) -> Result<Self::Value, Self::Error>;
    /// An interval.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn interval(&mut self, value: Interval) -> Result<Self::Value, Self::Error>;
    /// An address, perhaps with its network.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn inet(&mut self, value: Inet) -> Result<Self::Value, Self::Error>;
    /// A network.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn cidr(&mut self, value: Inet) -> Result<Self::Value, Self::Error>;
    /// A value of one of the geometric types.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn geometry(&mut self, value: Geometry) -> Result<Self::Value, Self::Error>;
    /// The place of a row.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn tid(&mut self, value: Tid) -> Result<Self::Value, Self::Error>;
    /// A position in the write-ahead log.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn lsn(&mut self, value: u64) -> Result<Self::Value, Self::Error>;

    /// Begins a list of exactly `length` items, which the bytes at hand suffice for.
    ///
    /// # Errors
    /// When there is no room for it.
    fn list(&mut self, length: usize) -> Result<Self::List, Self::Error>;
    /// Adds the next item; called `length` times, unless decoding fails and the list is dropped.
    fn push(&mut self, list: &mut Self::List, item: Self::Value);
    /// Completes a list.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn finish(&mut self, list: Self::List) -> Result<Self::Value, Self::Error>;
    /// An array whose lower bounds are not all 1; `list` is what it would be if they were.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn bounded(
        &mut self,
        list: Self::Value,
        lower_bounds: &[i32],
    ) -> Result<Self::Value, Self::Error>;

    /// Begins a record of exactly `length` values; `None` for an anonymous one.
    ///
    /// # Errors
    /// When there is no room for it.
    fn record(
        &mut self,
        composed: Option<&Composed>,
        length: usize,
    ) -> Result<Self::Record, Self::Error>;
    /// Adds the next value; called `length` times, unless decoding fails and the record is dropped.
    fn push_attribute(&mut self, record: &mut Self::Record, value: Self::Value);
    /// Completes a record.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn finish_record(&mut self, record: Self::Record) -> Result<Self::Value, Self::Error>;

    /// A range.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn range(&mut self, range: Range<Self::Value>) -> Result<Self::Value, Self::Error>;
    /// A multirange, whose ranges are listed.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn multirange(&mut self, ranges: Self::List) -> Result<Self::Value, Self::Error>;
    /// A map of texts to texts, not yet checked to be UTF-8.
    ///
    /// # Errors
    /// When it is not, or the sink cannot hold it.
    fn hstore(&mut self, map: Hstore<'_>) -> Result<Self::Value, Self::Error>;
    /// A vector of `float4`s.
    ///
    /// # Errors
    /// When the sink cannot hold it.
    fn vector(&mut self, vector: Vector<'_>) -> Result<Self::Value, Self::Error>;
    /// The text of a value of which no more is known.
    ///
    /// # Errors
    /// When it is not UTF-8, or the sink cannot hold it.
    fn unknown(&mut self, raw: &[u8], type_name: &str) -> Result<Self::Value, Self::Error>;
    /// The bytes of a value of which somebody makes something in a way of his own.
    ///
    /// # Errors
    /// Whatever he objects to.
    fn custom(&mut self, custom: &Custom, raw: &[u8]) -> Result<Self::Value, Self::Error>;
}

/// Decodes the bytes of one value that is not NULL.
///
/// # Errors
/// A [`DecodeError`] for bytes that are no value of the type, or whatever the sink objects to.
#[inline]
pub fn decode<S: Sink>(codec: Codec, raw: &[u8], sink: &mut S) -> Result<S::Value, S::Error> {
    // The commonest are few and small enough to stand in the loop over a row's columns; a call
    // that has to keep registers for all the others costs more than one of these.
    match codec {
        Codec::Bool => sink.bool(u8::from_be_bytes(number::fixed(codec, raw)?) != 0),
        Codec::Int2 => sink.int(i16::from_be_bytes(number::fixed(codec, raw)?).into()),
        Codec::Int4 => sink.int(i32::from_be_bytes(number::fixed(codec, raw)?).into()),
        Codec::Int8 => sink.int(i64::from_be_bytes(number::fixed(codec, raw)?)),
        Codec::Float8 => sink.float(f64::from_be_bytes(number::fixed(codec, raw)?)),
        Codec::Text | Codec::Varchar => sink.text(raw),
        _ => decode_other(codec, raw, sink),
    }
}

#[inline(never)]
fn decode_other<S: Sink>(codec: Codec, raw: &[u8], sink: &mut S) -> Result<S::Value, S::Error> {
    match codec {
        Codec::Bool
        | Codec::Int2
        | Codec::Int4
        | Codec::Int8
        | Codec::Float8
        | Codec::Text
        | Codec::Varchar => decode(codec, raw, sink),
        Codec::Oid | Codec::Xid | Codec::Cid => {
            sink.int(u32::from_be_bytes(number::fixed(codec, raw)?).into())
        }
        Codec::Float4 => sink.float(f32::from_be_bytes(number::fixed(codec, raw)?).into()),
        Codec::Bpchar
        | Codec::Name
        | Codec::Unknown
        | Codec::Refcursor
        | Codec::Cstring
        | Codec::TextForm(_) => sink.text(raw),
        Codec::Char => match raw {
            [byte @ 128..=255] => sink.text(&text::octal(*byte)),
            _ => sink.text(text::char(raw)?),
        },
        Codec::Bytea => sink.bytes(raw),
        Codec::Numeric => sink.numeric(Numeric::read(raw)?),
        Codec::Uuid => sink.uuid(number::fixed(codec, raw)?),
        Codec::Json => sink.json(raw),
        Codec::Jsonb => sink.json(json::unversioned(codec, raw)?),
        Codec::Date => sink.date(Date::read(raw)?),
        Codec::Time => sink.time(Time::read(raw)?),
        Codec::TimeTz => sink.time_tz(TimeTz::read(raw)?),
        Codec::Timestamp => sink.timestamp(Timestamp::read(codec, raw)?),
        Codec::TimestampTz => sink.timestamp_tz(Timestamp::read(codec, raw)?),
        Codec::Interval => sink.interval(Interval::read(raw)?),
        Codec::Void => sink.null(),
        Codec::Array(&Codec::TextForm(_))
        | Codec::Xid8
        | Codec::PgLsn
        | Codec::Tid
        | Codec::PgSnapshot
        | Codec::TxidSnapshot
        | Codec::Jsonpath
        | Codec::Bit
        | Codec::Varbit
        | Codec::Macaddr
        | Codec::Macaddr8
        | Codec::Inet
        | Codec::Cidr
        | Codec::Point
        | Codec::Line
        | Codec::Lseg
        | Codec::Box
        | Codec::Path
        | Codec::Polygon
        | Codec::Circle
        | Codec::Int2Vector
        | Codec::OidVector => decode_rare(codec, raw, sink),
        Codec::Array(&element) => array::decode(codec, element, raw, sink),
    }
}

/// Apart from the others, so that they need not keep registers and room for these.
#[cold]
#[inline(never)]
fn decode_rare<S: Sink>(codec: Codec, raw: &[u8], sink: &mut S) -> Result<S::Value, S::Error> {
    match codec {
        Codec::Jsonpath => sink.text(json::unversioned(codec, raw)?),
        Codec::Xid8 => sink.unsigned(u64::from_be_bytes(number::fixed(codec, raw)?)),
        Codec::PgLsn => sink.lsn(u64::from_be_bytes(number::fixed(codec, raw)?)),
        Codec::Tid => sink.tid(Tid::read(raw)?),
        Codec::PgSnapshot | Codec::TxidSnapshot => {
            sink.text(snapshot::read(codec, raw)?.as_bytes())
        }
        Codec::Bit | Codec::Varbit => sink.text(&bit::read(codec, raw)?),
        Codec::Macaddr | Codec::Macaddr8 => {
            sink.text(mac_address::Spelling::read(codec, raw)?.as_bytes())
        }
        Codec::Inet => sink.inet(Inet::read(codec, raw)?),
        Codec::Cidr => sink.cidr(Inet::read(codec, raw)?),
        Codec::Point
        | Codec::Line
        | Codec::Lseg
        | Codec::Box
        | Codec::Path
        | Codec::Polygon
        | Codec::Circle => sink.geometry(Geometry::read(codec, raw)?),
        Codec::Int2Vector => int_vector::decode(codec, Codec::Int2, raw, sink),
        Codec::OidVector => int_vector::decode(codec, Codec::Oid, raw, sink),
        Codec::Array(&element @ Codec::TextForm(_)) => {
            let raw = array::literal::read(codec, element.oid(), raw)?;
            array::decode(codec, element, &raw, sink)
        }
        _ => Err(DecodeError::Malformed {
            codec,
            reason: "the type has no decoder",
        }
        .into()),
    }
}

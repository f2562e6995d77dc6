//! The engine's own plain values, for those who have no objects of another language to make.

mod encode;

use super::composed::{Composed, Custom};
use super::hstore::Hstore;
use super::range::Range;
use super::vector::Vector;
use super::{Date, DecodeError, Geometry, Inet, Interval, Numeric, Sink};
use super::{Tid, Time, TimeTz, Timestamp, text};

pub use encode::encode;

/// A value of any type that has a codec.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL, or the result of a function that returns `void`.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer of any width, an `oid` too.
    Int(i64),
    /// An integer without a sign: an `xid8`.
    Unsigned(u64),
    /// A floating-point number of either width.
    Float(f64),
    /// A text of any kind.
    Text(String),
    /// A binary string.
    Bytes(Vec<u8>),
    /// A `numeric`, as decimal text: `1.10`, `NaN`, `Infinity`, `-Infinity`.
    Numeric(String),
    /// A UUID, most significant byte first.
    Uuid([u8; 16]),
    /// The text of a JSON document.
    Json(String),
    /// A date.
    Date(Date),
    /// A time of a day.
    Time(Time),
    /// A time of a day with an offset from UTC.
    TimeTz(TimeTz),
    /// A date and time without a zone.
    Timestamp(Timestamp),
    /// An instant, in UTC.
    TimestampTz(Timestamp),
    /// An interval.
    Interval(Interval),
    /// An address, perhaps with its network.
    Inet(Inet),
    /// A network.
    Cidr(Inet),
    /// A value of one of the geometric types.
    Geometry(Geometry),
    /// The place of a row.
    Tid(Tid),
    /// A position in the write-ahead log.
    Lsn(u64),
    /// An array, or one dimension of it.
    List(Vec<Value>),
    /// An array and the lower bounds of its dimensions, which are not all 1.
    Bounded(Box<Value>, Vec<i32>),
    /// A composite value, or an anonymous record.
    Record(Vec<Value>),
    /// A range.
    Range(Box<Range<Value>>),
    /// A multirange.
    Multirange(Vec<Value>),
    /// A map of texts, as pairs in the server's order.
    Hstore(Vec<(String, Option<String>)>),
    /// A vector.
    Vector(Vec<f32>),
}

/// The sink that makes [`Value`]s.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values;

impl Sink for Values {
    type Value = Value;
    type List = Vec<Value>;
    type Record = Vec<Value>;
    type Error = DecodeError;

    fn null(&mut self) -> Result<Value, DecodeError> {
        Ok(Value::Null)
    }

    fn bool(&mut self, value: bool) -> Result<Value, DecodeError> {
        Ok(Value::Bool(value))
    }

    fn int(&mut self, value: i64) -> Result<Value, DecodeError> {
        Ok(Value::Int(value))
    }

    fn unsigned(&mut self, value: u64) -> Result<Value, DecodeError> {
        Ok(Value::Unsigned(value))
    }

    fn float(&mut self, value: f64) -> Result<Value, DecodeError> {
        Ok(Value::Float(value))
    }

    fn text(&mut self, raw: &[u8]) -> Result<Value, DecodeError> {
        text::utf8(raw).map(|text| Value::Text(text.to_owned()))
    }

    fn bytes(&mut self, value: &[u8]) -> Result<Value, DecodeError> {
        Ok(Value::Bytes(value.to_vec()))
    }

    fn numeric(&mut self, value: Numeric<'_>) -> Result<Value, DecodeError> {
        Ok(Value::Numeric(value.to_string()))
    }

    fn uuid(&mut self, value: [u8; 16]) -> Result<Value, DecodeError> {
        Ok(Value::Uuid(value))
    }

    fn json(&mut self, raw: &[u8]) -> Result<Value, DecodeError> {
        text::utf8(raw).map(|text| Value::Json(text.to_owned()))
    }

    fn date(&mut self, value: Date) -> Result<Value, DecodeError> {
        Ok(Value::Date(value))
    }

    fn time(&mut self, value: Time) -> Result<Value, DecodeError> {
        Ok(Value::Time(value))
    }

    fn time_tz(&mut self, value: TimeTz) -> Result<Value, DecodeError> {
        Ok(Value::TimeTz(value))
    }

    fn timestamp(&mut self, value: Timestamp) -> Result<Value, DecodeError> {
        Ok(Value::Timestamp(value))
    }

    fn timestamp_tz(&mut self, value: Timestamp) -> Result<Value, DecodeError> {
        Ok(Value::TimestampTz(value))
    }

    fn interval(&mut self, value: Interval) -> Result<Value, DecodeError> {
        Ok(Value::Interval(value))
    }

    fn inet(&mut self, value: Inet) -> Result<Value, DecodeError> {
        Ok(Value::Inet(value))
    }

    fn cidr(&mut self, value: Inet) -> Result<Value, DecodeError> {
        Ok(Value::Cidr(value))
    }

    fn geometry(&mut self, value: Geometry) -> Result<Value, DecodeError> {
        Ok(Value::Geometry(value))
    }

    fn tid(&mut self, value: Tid) -> Result<Value, DecodeError> {
        Ok(Value::Tid(value))
    }

    fn lsn(&mut self, value: u64) -> Result<Value, DecodeError> {
        Ok(Value::Lsn(value))
    }

    fn list(&mut self, length: usize) -> Result<Vec<Value>, DecodeError> {
        Ok(Vec::with_capacity(length))
    }

    fn push(&mut self, list: &mut Vec<Value>, item: Value) {
        list.push(item);
    }

    fn finish(&mut self, list: Vec<Value>) -> Result<Value, DecodeError> {
        Ok(Value::List(list))
    }

    fn bounded(&mut self, list: Value, lower_bounds: &[i32]) -> Result<Value, DecodeError> {
        Ok(Value::Bounded(Box::new(list), lower_bounds.to_vec()))
    }

    fn record(
        &mut self,
        _composed: Option<&Composed>,
        length: usize,
    ) -> Result<Vec<Value>, DecodeError> {
        Ok(Vec::with_capacity(length))
    }

    fn push_attribute(&mut self, record: &mut Vec<Value>, value: Value) {
        record.push(value);
    }

    fn finish_record(&mut self, record: Vec<Value>) -> Result<Value, DecodeError> {
        Ok(Value::Record(record))
    }

    fn range(&mut self, range: Range<Value>) -> Result<Value, DecodeError> {
        Ok(Value::Range(Box::new(range)))
    }

    fn multirange(&mut self, ranges: Vec<Value>) -> Result<Value, DecodeError> {
        Ok(Value::Multirange(ranges))
    }

    fn hstore(&mut self, mut map: Hstore<'_>) -> Result<Value, DecodeError> {
        let mut pairs = Vec::new();
        while let Some((key, value)) = map.next_pair()? {
            let value = value.map(text::utf8).transpose()?;
            pairs.push((text::utf8(key)?.to_owned(), value.map(str::to_owned)));
        }
        Ok(Value::Hstore(pairs))
    }

    fn vector(&mut self, vector: Vector<'_>) -> Result<Value, DecodeError> {
        Ok(Value::Vector(vector.elements().collect()))
    }

    fn unknown(&mut self, raw: &[u8], _type_name: &str) -> Result<Value, DecodeError> {
        self.text(raw)
    }

    fn custom(&mut self, _custom: &Custom, raw: &[u8]) -> Result<Value, DecodeError> {
        self.bytes(raw)
    }
}

//! From the wire into Python objects: the sink that the engine decodes into.

mod array;
mod calendar;
mod composite;
mod custom;
mod datetime;
mod decimal;
mod geometry;
mod hstore;
mod inet;
mod json;
mod key;
mod list;
mod lsn;
mod range;
mod short_string;
mod text;
mod unknown;
mod uuid;
mod vector;

use data_bridge_postgres::Error;
use data_bridge_postgres::types::composed::Custom;
use data_bridge_postgres::types::hstore::Hstore;
use data_bridge_postgres::types::range::Range;
use data_bridge_postgres::types::vector::Vector;
use data_bridge_postgres::types::{
    AnyCodec, Codec, Composed, Date, DecodeError, Geometry, Inet, Interval, Numeric, Sink, Tid,
    Time, TimeTz, Timestamp,
};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyNone};

use self::composite::CompositeBuilder;
use self::list::ListBuilder;
use crate::error::Failure;

pub(crate) use array::array_class;
pub(crate) use calendar::CalendarClasses;
pub(crate) use custom::CustomCodec;
pub(crate) use decimal::decimal_class;
pub(crate) use geometry::geometry_class;
pub(crate) use inet::InetClasses;
pub(crate) use range::{RangeClass, multirange_class};
pub(crate) use uuid::UuidClass;

/// The object for a value, `None` for NULL.
#[inline]
pub(crate) fn decode<'py>(
    py: Python<'py>,
    codec: &AnyCodec,
    raw: Option<&[u8]>,
) -> Result<Bound<'py, PyAny>, Failure> {
    match raw {
        Some(raw) => codec.decode(raw, &mut Objects { py }),
        None => Ok(none(py)),
    }
}

/// Whether objects of this type never lead to an object that could lead back to what holds them:
/// such a holder need not be tracked by the garbage collector.
pub(crate) const fn is_atom(codec: &AnyCodec) -> bool {
    !matches!(
        codec,
        AnyCodec::BuiltIn(
            Codec::Json
                | Codec::Jsonb
                | Codec::Array(_)
                | Codec::Int2Vector
                | Codec::OidVector
                // Interfaces and networks have a dict.
                | Codec::Inet
                | Codec::Cidr
        ) | AnyCodec::Composed(_)
    )
}

impl From<DecodeError> for Failure {
    #[cold]
    fn from(error: DecodeError) -> Self {
        Error::Decode(error).into()
    }
}

/// The sink that makes Python objects.
struct Objects<'py> {
    py: Python<'py>,
}

impl<'py> Sink for Objects<'py> {
    type Value = Bound<'py, PyAny>;
    type List = ListBuilder<'py>;
    type Record = CompositeBuilder<'py>;
    type Error = Failure;

    #[inline]
    fn null(&mut self) -> Result<Self::Value, Failure> {
        Ok(none(self.py))
    }

    #[inline]
    fn bool(&mut self, value: bool) -> Result<Self::Value, Failure> {
        Ok(PyBool::new(self.py, value).to_owned().into_any())
    }

    #[inline]
    fn int(&mut self, value: i64) -> Result<Self::Value, Failure> {
        let Ok(int) = value.into_pyobject(self.py);
        Ok(int.into_any())
    }

    fn unsigned(&mut self, value: u64) -> Result<Self::Value, Failure> {
        let Ok(int) = value.into_pyobject(self.py);
        Ok(int.into_any())
    }

    #[inline]
    fn float(&mut self, value: f64) -> Result<Self::Value, Failure> {
        Ok(PyFloat::new(self.py, value).into_any())
    }

    #[inline]
    fn text(&mut self, raw: &[u8]) -> Result<Self::Value, Failure> {
        text::text(self.py, raw)
    }

    #[inline]
    fn bytes(&mut self, value: &[u8]) -> Result<Self::Value, Failure> {
        Ok(PyBytes::new(self.py, value).into_any())
    }

    fn numeric(&mut self, value: Numeric<'_>) -> Result<Self::Value, Failure> {
        decimal::decimal(self.py, value)
    }

    fn uuid(&mut self, value: [u8; 16]) -> Result<Self::Value, Failure> {
        uuid::uuid(self.py, value)
    }

    fn json(&mut self, raw: &[u8]) -> Result<Self::Value, Failure> {
        json::json(self.py, raw)
    }

    #[inline]
    fn date(&mut self, value: Date) -> Result<Self::Value, Failure> {
        datetime::date(self.py, value)
    }

    #[inline]
    fn time(&mut self, value: Time) -> Result<Self::Value, Failure> {
        datetime::time(self.py, value)
    }

    fn time_tz(&mut self, value: TimeTz) -> Result<Self::Value, Failure> {
        datetime::time_tz(self.py, value)
    }

    #[inline]
    fn timestamp(&mut self, value: Timestamp) -> Result<Self::Value, Failure> {
        datetime::timestamp(self.py, value)
    }

    #[inline]
    fn timestamp_tz(&mut self, value: Timestamp) -> Result<Self::Value, Failure> {
        datetime::timestamp_tz(self.py, value)
    }

    fn interval(&mut self, value: Interval) -> Result<Self::Value, Failure> {
        datetime::timedelta(self.py, value)
    }

    fn inet(&mut self, value: Inet) -> Result<Self::Value, Failure> {
        inet::inet(self.py, value)
    }

    fn cidr(&mut self, value: Inet) -> Result<Self::Value, Failure> {
        inet::cidr(self.py, value)
    }

    fn geometry(&mut self, value: Geometry) -> Result<Self::Value, Failure> {
        geometry::geometry(self.py, value)
    }

    fn tid(&mut self, value: Tid) -> Result<Self::Value, Failure> {
        Ok((value.block, value.offset)
            .into_pyobject(self.py)?
            .into_any())
    }

    fn lsn(&mut self, value: u64) -> Result<Self::Value, Failure> {
        lsn::lsn(self.py, value)
    }

    #[inline]
    fn list(&mut self, length: usize) -> Result<Self::List, Failure> {
        ListBuilder::new(self.py, length)
    }

    #[inline]
    fn push(&mut self, list: &mut Self::List, item: Self::Value) {
        list.push(item);
    }

    #[inline]
    fn finish(&mut self, list: Self::List) -> Result<Self::Value, Failure> {
        Ok(list.finish())
    }

    fn bounded(&mut self, list: Self::Value, lower_bounds: &[i32]) -> Result<Self::Value, Failure> {
        array::bounded(&list, lower_bounds)
    }

    fn record(
        &mut self,
        composed: Option<&Composed>,
        length: usize,
    ) -> Result<Self::Record, Failure> {
        CompositeBuilder::new(self.py, composed, length)
    }

    fn push_attribute(&mut self, record: &mut Self::Record, value: Self::Value) {
        record.push(value);
    }

    fn finish_record(&mut self, record: Self::Record) -> Result<Self::Value, Failure> {
        record.finish(self.py)
    }

    fn range(&mut self, range: Range<Self::Value>) -> Result<Self::Value, Failure> {
        range::range(self.py, range)
    }

    fn multirange(&mut self, ranges: Self::List) -> Result<Self::Value, Failure> {
        Ok(multirange_class(self.py)?.call1((ranges.finish(),))?)
    }

    fn hstore(&mut self, map: Hstore<'_>) -> Result<Self::Value, Failure> {
        hstore::hstore(self.py, map)
    }

    fn vector(&mut self, vector: Vector<'_>) -> Result<Self::Value, Failure> {
        vector::vector(self.py, vector)
    }

    fn unknown(&mut self, raw: &[u8], type_name: &str) -> Result<Self::Value, Failure> {
        unknown::unknown(self.py, raw, type_name)
    }

    fn custom(&mut self, custom: &Custom, raw: &[u8]) -> Result<Self::Value, Failure> {
        custom::custom(self.py, custom, raw)
    }
}

#[inline]
fn none(py: Python<'_>) -> Bound<'_, PyAny> {
    PyNone::get(py).to_owned().into_any()
}

//! Dates, times and spans of time.

use data_bridge_postgres::types::time::Clock;
use data_bridge_postgres::types::{Codec, Date, Interval, Time, TimeTz, Timestamp};
use pyo3::prelude::*;
use pyo3::types::{PyDate, PyDateTime, PyDelta, PyTime, PyTzInfo};

use crate::error::Failure;

#[inline]
pub(super) fn date(py: Python<'_>, value: Date) -> Result<Bound<'_, PyAny>, Failure> {
    let date = value.civil()?;
    Ok(PyDate::new(py, date.year, date.month, date.day)?.into_any())
}

#[inline]
pub(super) fn time(py: Python<'_>, value: Time) -> Result<Bound<'_, PyAny>, Failure> {
    clock_time(py, value.clock(Codec::Time)?, None)
}

pub(super) fn time_tz(py: Python<'_>, value: TimeTz) -> Result<Bound<'_, PyAny>, Failure> {
    let clock = value.time.clock(Codec::TimeTz)?;
    if value.offset == 0 {
        return clock_time(py, clock, Some(&*PyTzInfo::utc(py)?));
    }
    let offset = PyDelta::new(py, 0, value.offset, 0, true)?;
    clock_time(py, clock, Some(&PyTzInfo::fixed_offset(py, offset)?))
}

#[inline]
pub(super) fn timestamp(py: Python<'_>, value: Timestamp) -> Result<Bound<'_, PyAny>, Failure> {
    moment(py, value, Codec::Timestamp, None)
}

#[inline]
pub(super) fn timestamp_tz(py: Python<'_>, value: Timestamp) -> Result<Bound<'_, PyAny>, Failure> {
    moment(py, value, Codec::TimestampTz, Some(&*PyTzInfo::utc(py)?))
}

pub(super) fn timedelta(py: Python<'_>, value: Interval) -> Result<Bound<'_, PyAny>, Failure> {
    let span = value.duration()?;
    Ok(PyDelta::new(py, span.days, span.seconds, span.microseconds, false)?.into_any())
}

#[inline]
fn clock_time<'py>(
    py: Python<'py>,
    clock: Clock,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let Clock {
        hour,
        minute,
        second,
        microsecond,
    } = clock;
    Ok(PyTime::new(py, hour, minute, second, microsecond, zone)?.into_any())
}

#[inline]
fn moment<'py>(
    py: Python<'py>,
    value: Timestamp,
    codec: Codec,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (date, clock) = value.civil(codec)?;
    let Clock {
        hour,
        minute,
        second,
        microsecond,
    } = clock;
    let moment = PyDateTime::new(
        py,
        date.year,
        date.month,
        date.day,
        hour,
        minute,
        second,
        microsecond,
        zone,
    )?;
    Ok(moment.into_any())
}

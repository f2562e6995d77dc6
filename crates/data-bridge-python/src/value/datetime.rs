//! Dates, times and spans of time.

use data_bridge_postgres::types::time::Clock;
use data_bridge_postgres::types::{Date, Interval, Time, TimeTz, Timestamp};
use pyo3::prelude::*;
use pyo3::types::{PyDate, PyDateTime, PyDelta, PyTime, PyTzInfo};

use super::calendar;
use crate::error::Failure;

#[inline]
pub(super) fn date(py: Python<'_>, value: Date) -> Result<Bound<'_, PyAny>, Failure> {
    let Some(date) = value.civil() else {
        return calendar::date(py, value);
    };
    Ok(PyDate::new(py, date.year, date.month, date.day)?.into_any())
}

#[inline]
pub(super) fn time(py: Python<'_>, value: Time) -> Result<Bound<'_, PyAny>, Failure> {
    clock_time(py, value, None)
}

pub(super) fn time_tz(py: Python<'_>, value: TimeTz) -> Result<Bound<'_, PyAny>, Failure> {
    if value.offset == 0 {
        return clock_time(py, value.time, Some(&*PyTzInfo::utc(py)?));
    }
    let offset = PyDelta::new(py, 0, value.offset, 0, true)?;
    clock_time(py, value.time, Some(&PyTzInfo::fixed_offset(py, offset)?))
}

#[inline]
pub(super) fn timestamp(py: Python<'_>, value: Timestamp) -> Result<Bound<'_, PyAny>, Failure> {
    moment(py, value, None)
}

#[inline]
pub(super) fn timestamp_tz(py: Python<'_>, value: Timestamp) -> Result<Bound<'_, PyAny>, Failure> {
    moment(py, value, Some(&*PyTzInfo::utc(py)?))
}

pub(super) fn timedelta(py: Python<'_>, value: Interval) -> Result<Bound<'_, PyAny>, Failure> {
    let Some(span) = value.duration() else {
        return calendar::interval(py, value);
    };
    Ok(PyDelta::new(py, span.days, span.seconds, span.microseconds, false)?.into_any())
}

#[inline]
fn clock_time<'py>(
    py: Python<'py>,
    value: Time,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let Some(clock) = value.clock() else {
        return calendar::end_of_day(py, zone);
    };
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
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let Some((date, clock)) = value.civil() else {
        return calendar::timestamp(py, value, zone);
    };
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

//! Dates, times and spans of time.

use bytes::BytesMut;
use data_bridge_postgres::types::date::CivilDate;
use data_bridge_postgres::types::interval::Duration;
use data_bridge_postgres::types::time::Clock;
use data_bridge_postgres::types::{Codec, Date, EncodeError, Interval, Time, TimeTz, Timestamp};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyTime, PyTimeAccess, PyTzInfo,
    PyTzInfoAccess,
};

use super::ParameterError;
use super::calendar::{self, Moment};

pub(super) fn date(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    // A datetime is a date to Python; its time would be lost.
    match value.cast::<PyDate>() {
        Ok(date) if !value.is_instance_of::<PyDateTime>() => {
            Date::from_civil(civil(date)).write(out);
            Ok(())
        }
        _ => match calendar::date(value)? {
            Some(date) => {
                date.write(out);
                Ok(())
            }
            None => Err(ParameterError::wrong_type("datetime.date", value)),
        },
    }
}

pub(super) fn time(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    const EXPECTED: &str = "datetime.time without a time zone";
    let Ok(time) = value.cast::<PyTime>() else {
        return match calendar::end_of_day(value)? {
            Some(zone) if zone.is_none() => {
                Time::END_OF_DAY.write(out);
                Ok(())
            }
            Some(_) => Err(with_a_zone(EXPECTED, value)),
            None => Err(ParameterError::wrong_type(EXPECTED, value)),
        };
    };
    if time.get_tzinfo().is_some() {
        return Err(with_a_zone(EXPECTED, value));
    }
    Time::from_clock(clock(time)).write(out);
    Ok(())
}

pub(super) fn time_tz(value: &Bound<'_, PyAny>, out: &mut BytesMut) -> Result<(), ParameterError> {
    const EXPECTED: &str = "datetime.time with a fixed offset from UTC";
    let (time, microseconds) = match value.cast::<PyTime>() {
        Ok(time) => (
            Time::from_clock(clock(time)),
            offset(value, time.get_tzinfo())?,
        ),
        Err(_) => match calendar::end_of_day(value)? {
            Some(zone) if zone.is_none() => (Time::END_OF_DAY, None),
            Some(zone) => {
                let offset =
                    zone.call_method1(intern!(value.py(), "utcoffset"), (value.py().None(),))?;
                (Time::END_OF_DAY, microseconds(&offset)?)
            }
            None => return Err(ParameterError::wrong_type(EXPECTED, value)),
        },
    };
    let Some(microseconds) = microseconds else {
        return Err(without_a_zone(EXPECTED, value));
    };
    if microseconds % 1_000_000 != 0 {
        return Err(EncodeError::Offset.into());
    }
    // Python's offsets are less than a day.
    let offset = (microseconds / 1_000_000) as i32;
    Ok(TimeTz { time, offset }.write(out)?)
}

pub(super) fn timestamp(
    value: &Bound<'_, PyAny>,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    const EXPECTED: &str = "datetime.datetime without a time zone";
    let Ok(moment) = value.cast::<PyDateTime>() else {
        return match calendar::timestamp(value, Codec::Timestamp)? {
            Some(Moment {
                time: Some((time, Some(_))),
                ..
            }) => Err(with_a_zone(EXPECTED, &time)),
            Some(moment) => {
                moment.at.write(out);
                Ok(())
            }
            None => Err(ParameterError::wrong_type(EXPECTED, value)),
        };
    };
    if moment.get_tzinfo().is_some() {
        return Err(with_a_zone(EXPECTED, value));
    }
    Timestamp::from_civil(civil(moment), clock(moment)).write(out);
    Ok(())
}

pub(super) fn timestamp_tz(
    value: &Bound<'_, PyAny>,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    const EXPECTED: &str = "datetime.datetime with a time zone";
    let Ok(moment) = value.cast::<PyDateTime>() else {
        return far_timestamp_tz(EXPECTED, value, out);
    };
    let Some(offset) = offset(value, moment.get_tzinfo())? else {
        return Err(without_a_zone(EXPECTED, value));
    };
    let Timestamp(local) = Timestamp::from_civil(civil(moment), clock(moment));
    Timestamp(local - offset).write(out);
    Ok(())
}

#[cold]
fn far_timestamp_tz(
    expected: &'static str,
    value: &Bound<'_, PyAny>,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    const CODEC: Codec = Codec::TimestampTz;
    let Some(Moment { at, time }) = calendar::timestamp(value, CODEC)? else {
        return Err(ParameterError::wrong_type(expected, value));
    };
    let Some((time, zone)) = time else {
        at.write(out);
        return Ok(());
    };
    let Some(offset) = offset(&time, zone)? else {
        return Err(without_a_zone(expected, &time));
    };
    let at = at.0.checked_sub(offset).map(Timestamp);
    at.ok_or(EncodeError::NoSuchDate(CODEC))?.write(out);
    Ok(())
}

pub(super) fn timedelta(
    value: &Bound<'_, PyAny>,
    out: &mut BytesMut,
) -> Result<(), ParameterError> {
    let Ok(span) = value.cast::<PyDelta>() else {
        return match calendar::interval(value)? {
            Some(interval) => {
                interval.write(out);
                Ok(())
            }
            None => Err(ParameterError::wrong_type("datetime.timedelta", value)),
        };
    };
    Interval::from_duration(duration(span)).write(out);
    Ok(())
}

/// Microseconds east of UTC, or `None` where the zone, if there is one, does not say.
fn offset(
    value: &Bound<'_, PyAny>,
    zone: Option<Bound<'_, PyTzInfo>>,
) -> Result<Option<i64>, ParameterError> {
    let py = value.py();
    let Some(zone) = zone else {
        return Ok(None);
    };
    if zone.is(&*PyTzInfo::utc(py)?) {
        return Ok(Some(0));
    }
    microseconds(&value.call_method0(intern!(py, "utcoffset"))?)
}

fn microseconds(offset: &Bound<'_, PyAny>) -> Result<Option<i64>, ParameterError> {
    if offset.is_none() {
        return Ok(None);
    }
    let Duration {
        days,
        seconds,
        microseconds,
    } = duration(offset.cast::<PyDelta>().map_err(PyErr::from)?);
    let seconds = i64::from(days) * 86_400 + i64::from(seconds);
    Ok(Some(seconds * 1_000_000 + i64::from(microseconds)))
}

fn civil(date: &impl PyDateAccess) -> CivilDate {
    CivilDate {
        year: date.get_year(),
        month: date.get_month(),
        day: date.get_day(),
    }
}

pub(super) fn clock(time: &impl PyTimeAccess) -> Clock {
    Clock {
        hour: time.get_hour(),
        minute: time.get_minute(),
        second: time.get_second(),
        microsecond: time.get_microsecond(),
    }
}

fn duration(span: &impl PyDeltaAccess) -> Duration {
    Duration {
        days: span.get_days(),
        seconds: span.get_seconds(),
        microseconds: span.get_microseconds(),
    }
}

#[cold]
fn with_a_zone(expected: &'static str, value: &Bound<'_, PyAny>) -> ParameterError {
    zone_error(expected, value, "with one")
}

#[cold]
fn without_a_zone(expected: &'static str, value: &Bound<'_, PyAny>) -> ParameterError {
    match value.getattr(intern!(value.py(), "tzinfo")) {
        Ok(zone) if zone.is_none() => zone_error(expected, value, "without one"),
        Ok(_) => zone_error(expected, value, "whose zone gives no offset"),
        Err(error) => error.into(),
    }
}

fn zone_error(expected: &'static str, value: &Bound<'_, PyAny>, which: &str) -> ParameterError {
    match ParameterError::wrong_type(expected, value) {
        ParameterError::Type { expected, given } => ParameterError::Type {
            expected,
            given: format!("{given} {which}"),
        },
        error => error,
    }
}

//! What Python's dates and times cannot hold, of the classes of `data_bridge.postgres.calendar`.
//!
//! They are rare: who encodes asks here when a value is none of the standard library's.

use data_bridge_postgres::types::date::CivilDate;
use data_bridge_postgres::types::{Codec, Date, EncodeError, Interval, Timestamp};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyTime, PyTzInfo};

use super::ParameterError;
use super::datetime::clock;
use crate::value::CalendarClasses;

/// Whether a value is the positive infinity (true) or the negative one.
fn infinity(value: &Bound<'_, PyAny>, classes: &CalendarClasses) -> Option<bool> {
    if value.is(&classes.infinity) {
        Some(true)
    } else if value.is(&classes.negative_infinity) {
        Some(false)
    } else {
        None
    }
}

#[cold]
pub(super) fn date(value: &Bound<'_, PyAny>) -> Result<Option<Date>, ParameterError> {
    let py = value.py();
    let classes = CalendarClasses::get(py)?;
    if let Some(positive) = infinity(value, classes) {
        let infinity = if positive {
            Date::INFINITY
        } else {
            Date::NEG_INFINITY
        };
        return Ok(Some(infinity));
    }
    if !value.is_instance(classes.far_date.bind(py))? {
        return Ok(None);
    }
    let no_such_date = EncodeError::NoSuchDate(Codec::Date);
    let date = civil(value)?.and_then(Date::from_far_civil);
    Ok(Some(date.ok_or(no_such_date)?))
}

/// A moment, which is local to the time's zone where there is one.
pub(super) struct Moment<'py> {
    pub(super) at: Timestamp,
    /// The time of a finite one, and its zone.
    pub(super) time: Option<(Bound<'py, PyAny>, Option<Bound<'py, PyTzInfo>>)>,
}

#[cold]
pub(super) fn timestamp<'py>(
    value: &Bound<'py, PyAny>,
    codec: Codec,
) -> Result<Option<Moment<'py>>, ParameterError> {
    use pyo3::types::PyTzInfoAccess;
    let py = value.py();
    let classes = CalendarClasses::get(py)?;
    if let Some(positive) = infinity(value, classes) {
        let at = if positive {
            Timestamp::INFINITY
        } else {
            Timestamp::NEG_INFINITY
        };
        return Ok(Some(Moment { at, time: None }));
    }
    if !value.is_instance(classes.far_timestamp.bind(py))? {
        return Ok(None);
    }
    let date = civil(&value.getattr(intern!(py, "date"))?)?;
    let time = value.getattr(intern!(py, "time"))?;
    let time = time.cast_into::<PyTime>().map_err(PyErr::from)?;
    let at = date.and_then(|date| Timestamp::from_far_civil(date, clock(&time)));
    let zone = time.get_tzinfo();
    Ok(Some(Moment {
        at: at.ok_or(EncodeError::NoSuchDate(codec))?,
        time: Some((time.into_any(), zone)),
    }))
}

/// The zone of an end of a day; `None` for a value that is no such thing.
#[cold]
pub(super) fn end_of_day<'py>(
    value: &Bound<'py, PyAny>,
) -> Result<Option<Bound<'py, PyAny>>, ParameterError> {
    let py = value.py();
    let classes = CalendarClasses::get(py)?;
    if !value.is_instance(classes.end_of_day.bind(py))? {
        return Ok(None);
    }
    Ok(Some(value.getattr(intern!(py, "tzinfo"))?))
}

#[cold]
pub(super) fn interval(value: &Bound<'_, PyAny>) -> Result<Option<Interval>, ParameterError> {
    let py = value.py();
    let classes = CalendarClasses::get(py)?;
    if let Some(positive) = infinity(value, classes) {
        let infinity = if positive {
            Interval::INFINITY
        } else {
            Interval::NEG_INFINITY
        };
        return Ok(Some(infinity));
    }
    if !value.is_instance(classes.interval.bind(py))? {
        return Ok(None);
    }
    let out_of_range = |_| EncodeError::Range(Codec::Interval);
    Ok(Some(Interval {
        months: value
            .getattr(intern!(py, "months"))?
            .extract()
            .map_err(out_of_range)?,
        days: value
            .getattr(intern!(py, "days"))?
            .extract()
            .map_err(out_of_range)?,
        microseconds: value
            .getattr(intern!(py, "microseconds"))?
            .extract()
            .map_err(out_of_range)?,
    }))
}

/// The parts of a `FarDate`; `None` when one of them is out of all bounds.
fn civil(date: &Bound<'_, PyAny>) -> PyResult<Option<CivilDate>> {
    let py = date.py();
    let (year, month, day) = (
        date.getattr(intern!(py, "year"))?.extract(),
        date.getattr(intern!(py, "month"))?.extract(),
        date.getattr(intern!(py, "day"))?.extract(),
    );
    Ok(match (year, month, day) {
        (Ok(year), Ok(month), Ok(day)) => Some(CivilDate { year, month, day }),
        _ => None,
    })
}

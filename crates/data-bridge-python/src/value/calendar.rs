//! What Python's dates and times cannot hold, as the classes of `data_bridge.postgres.calendar`.

use data_bridge_postgres::types::{Date, Interval, Timestamp, date::CivilDate};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTime, PyType, PyTzInfo};

use crate::error::Failure;

/// The classes, and the two infinities.
pub(crate) struct CalendarClasses {
    pub(crate) infinity: Py<PyAny>,
    pub(crate) negative_infinity: Py<PyAny>,
    pub(crate) far_date: Py<PyType>,
    pub(crate) far_timestamp: Py<PyType>,
    pub(crate) end_of_day: Py<PyType>,
    pub(crate) interval: Py<PyType>,
}

impl CalendarClasses {
    pub(crate) fn get(py: Python<'_>) -> PyResult<&Self> {
        static CLASSES: PyOnceLock<CalendarClasses> = PyOnceLock::new();
        CLASSES.get_or_try_init(py, || {
            let module = py.import("data_bridge.postgres.calendar")?;
            let class = |name: &str| -> PyResult<Py<PyType>> {
                Ok(module.getattr(name)?.cast_into::<PyType>()?.unbind())
            };
            let infinity = module.getattr("Infinity")?;
            Ok(Self {
                infinity: infinity.getattr("POSITIVE")?.unbind(),
                negative_infinity: infinity.getattr("NEGATIVE")?.unbind(),
                far_date: class("FarDate")?,
                far_timestamp: class("FarTimestamp")?,
                end_of_day: class("EndOfDay")?,
                interval: class("Interval")?,
            })
        })
    }

    fn infinite<'py>(&self, py: Python<'py>, positive: bool) -> Bound<'py, PyAny> {
        let infinity = if positive {
            &self.infinity
        } else {
            &self.negative_infinity
        };
        infinity.bind(py).clone()
    }
}

/// A date outside the years of `datetime.date`.
#[cold]
pub(super) fn date(py: Python<'_>, value: Date) -> Result<Bound<'_, PyAny>, Failure> {
    let classes = CalendarClasses::get(py)?;
    match value.far_civil() {
        Some(date) => Ok(far_date(py, classes, date)?),
        None => Ok(classes.infinite(py, value == Date::INFINITY)),
    }
}

/// A moment outside the years of `datetime.datetime`.
#[cold]
pub(super) fn timestamp<'py>(
    py: Python<'py>,
    value: Timestamp,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let classes = CalendarClasses::get(py)?;
    let Some((date, clock)) = value.far_civil() else {
        return Ok(classes.infinite(py, value == Timestamp::INFINITY));
    };
    let (hour, minute, second) = (clock.hour, clock.minute, clock.second);
    let time = PyTime::new(py, hour, minute, second, clock.microsecond, zone)?;
    let class = classes.far_timestamp.bind(py);
    Ok(class.call1((far_date(py, classes, date)?, time))?)
}

/// 24:00:00.
#[cold]
pub(super) fn end_of_day<'py>(
    py: Python<'py>,
    zone: Option<&Bound<'py, PyTzInfo>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    Ok(CalendarClasses::get(py)?
        .end_of_day
        .bind(py)
        .call1((zone,))?)
}

/// An interval that has no fixed length, or a longer one than `datetime.timedelta` holds.
#[cold]
pub(super) fn interval(py: Python<'_>, value: Interval) -> Result<Bound<'_, PyAny>, Failure> {
    let classes = CalendarClasses::get(py)?;
    if value == Interval::INFINITY || value == Interval::NEG_INFINITY {
        return Ok(classes.infinite(py, value == Interval::INFINITY));
    }
    let parts = (value.months, value.days, value.microseconds);
    Ok(classes.interval.bind(py).call1(parts)?)
}

fn far_date<'py>(
    py: Python<'py>,
    classes: &CalendarClasses,
    date: CivilDate,
) -> PyResult<Bound<'py, PyAny>> {
    classes
        .far_date
        .bind(py)
        .call1((date.year, date.month, date.day))
}

//! `interval`: months, days and microseconds, which the server keeps apart.

use bytes::{BufMut, BytesMut};

use super::number::fixed;
use super::time::DAY;
use super::{Codec, DecodeError};

/// An interval as the server keeps it. A month has no fixed number of days, nor a day of hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Months, years included.
    pub months: i32,
    /// Days, weeks included.
    pub days: i32,
    /// Microseconds, hours included.
    pub microseconds: i64,
}

/// A span of time of a fixed length, the sign in the days alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    /// -999,999,999 to 999,999,999.
    pub days: i32,
    /// 0 to 86,399.
    pub seconds: i32,
    /// 0 to 999,999.
    pub microseconds: i32,
}

const MAX_DAYS: i64 = 999_999_999;

impl Interval {
    /// Later versions of the server have infinite intervals: all fields at their largest.
    pub const INFINITY: Self = Self {
        months: i32::MAX,
        days: i32::MAX,
        microseconds: i64::MAX,
    };
    /// All fields at their smallest.
    pub const NEG_INFINITY: Self = Self {
        months: i32::MIN,
        days: i32::MIN,
        microseconds: i64::MIN,
    };

    /// Reads the bytes of an `interval`.
    ///
    /// # Errors
    /// [`DecodeError::Length`] when they are not sixteen.
    pub fn read(raw: &[u8]) -> Result<Self, DecodeError> {
        let codec = Codec::Interval;
        let whole = fixed::<16>(codec, raw)?;
        Ok(Self {
            microseconds: i64::from_be_bytes(fixed(codec, &whole[..8])?),
            days: i32::from_be_bytes(fixed(codec, &whole[8..12])?),
            months: i32::from_be_bytes(fixed(codec, &whole[12..])?),
        })
    }

    /// Writes the bytes of an `interval`.
    pub fn write(self, out: &mut BytesMut) {
        out.put_i64(self.microseconds);
        out.put_i32(self.days);
        out.put_i32(self.months);
    }

    /// The span of time, a day taken as 24 hours; `None` when there are months in it, or more days
    /// than [`Duration`] holds.
    #[must_use]
    pub fn duration(self) -> Option<Duration> {
        let days = i64::from(self.days) + self.microseconds.div_euclid(DAY);
        if self.months != 0 || !(-MAX_DAYS..=MAX_DAYS).contains(&days) {
            return None;
        }
        let rest = self.microseconds.rem_euclid(DAY);
        Some(Duration {
            days: days as i32,
            seconds: (rest / 1_000_000) as i32,
            microseconds: (rest % 1_000_000) as i32,
        })
    }

    /// The interval of a span of time, without months.
    #[must_use]
    pub fn from_duration(duration: Duration) -> Self {
        let microseconds =
            i64::from(duration.seconds) * 1_000_000 + i64::from(duration.microseconds);
        Self {
            months: 0,
            days: duration.days,
            microseconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(months: i32, days: i32, microseconds: i64) -> Interval {
        Interval {
            months,
            days,
            microseconds,
        }
    }

    #[test]
    fn days_and_time_add_up() {
        assert_eq!(
            interval(0, 1, -1).duration(),
            Some(Duration {
                days: 0,
                seconds: 86_399,
                microseconds: 999_999
            })
        );
        assert_eq!(
            interval(0, 0, 25 * 3_600_000_000).duration(),
            Some(Duration {
                days: 1,
                seconds: 3600,
                microseconds: 0
            })
        );
    }

    #[test]
    fn what_has_no_fixed_length_is_no_span_of_time() {
        for longer in [
            interval(14, 0, 0),
            interval(-1, 31, 0),
            interval(0, 1_000_000_000, 0),
            interval(0, 999_999_999, DAY),
            Interval::INFINITY,
            Interval::NEG_INFINITY,
        ] {
            assert_eq!(longer.duration(), None, "{longer:?}");
        }
    }

    #[test]
    fn the_wire_has_the_smallest_unit_first() {
        let mut out = BytesMut::new();
        interval(14, 3, 5).write(&mut out);
        assert_eq!(&out[..], [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 14]);
        assert_eq!(Interval::read(&out), Ok(interval(14, 3, 5)));
    }
}

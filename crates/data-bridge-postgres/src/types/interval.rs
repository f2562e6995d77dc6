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

    /// The span of time, a day taken as 24 hours.
    ///
    /// # Errors
    /// [`DecodeError::Months`] when there are any, [`DecodeError::Days`] beyond [`Duration`]'s
    /// range, [`DecodeError::Infinite`].
    pub fn duration(self) -> Result<Duration, DecodeError> {
        if self == Self::INFINITY || self == Self::NEG_INFINITY {
            return Err(DecodeError::Infinite(Codec::Interval));
        }
        if self.months != 0 {
            return Err(DecodeError::Months(self.months));
        }
        let days = i64::from(self.days) + self.microseconds.div_euclid(DAY);
        if !(-MAX_DAYS..=MAX_DAYS).contains(&days) {
            return Err(DecodeError::Days);
        }
        let rest = self.microseconds.rem_euclid(DAY);
        Ok(Duration {
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
            Ok(Duration {
                days: 0,
                seconds: 86_399,
                microseconds: 999_999
            })
        );
        assert_eq!(
            interval(0, 0, 25 * 3_600_000_000).duration(),
            Ok(Duration {
                days: 1,
                seconds: 3600,
                microseconds: 0
            })
        );
    }

    #[test]
    fn what_has_no_fixed_length_is_an_error() {
        assert_eq!(interval(14, 0, 0).duration(), Err(DecodeError::Months(14)));
        assert_eq!(
            interval(0, 1_000_000_000, 0).duration(),
            Err(DecodeError::Days)
        );
        assert_eq!(
            interval(0, 999_999_999, DAY).duration(),
            Err(DecodeError::Days)
        );
        assert_eq!(
            Interval::INFINITY.duration(),
            Err(DecodeError::Infinite(Codec::Interval))
        );
    }

    #[test]
    fn the_wire_has_the_smallest_unit_first() {
        let mut out = BytesMut::new();
        interval(14, 3, 5).write(&mut out);
        assert_eq!(&out[..], [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 14]);
        assert_eq!(Interval::read(&out), Ok(interval(14, 3, 5)));
    }
}

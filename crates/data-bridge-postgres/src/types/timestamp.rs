//! `timestamp` and `timestamptz`: microseconds since midnight of the first of January 2000.

use bytes::{BufMut, BytesMut};

use super::date::{CivilDate, Date};
use super::number::fixed;
use super::time::{Clock, DAY, Time};
use super::{Codec, DecodeError};

/// A date and time as the server counts it, in microseconds since 2000-01-01 00:00:00; that of a
/// `timestamptz` is in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later than all others.
    pub const INFINITY: Self = Self(i64::MAX);
    /// Earlier than all others.
    pub const NEG_INFINITY: Self = Self(i64::MIN);
    /// The first microsecond of the year 1.
    pub const FIRST: Self = Self(Date::FIRST.0 as i64 * DAY);
    /// The last microsecond of the year 9999.
    pub const LAST: Self = Self((Date::LAST.0 as i64 + 1) * DAY - 1);

    /// Reads the bytes of a `timestamp` or a `timestamptz`.
    ///
    /// # Errors
    /// [`DecodeError::Length`], naming `codec`, when they are not eight.
    #[inline]
    pub fn read(codec: Codec, raw: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(i64::from_be_bytes(fixed(codec, raw)?)))
    }

    /// Writes the bytes of a `timestamp` or a `timestamptz`.
    #[inline]
    pub fn write(self, out: &mut BytesMut) {
        out.put_i64(self.0);
    }

    /// The date in the calendar and the time on the clock.
    ///
    /// # Errors
    /// [`DecodeError::Infinite`], or [`DecodeError::Year`] outside the years 1 to 9999, naming
    /// `codec`.
    #[inline]
    pub fn civil(self, codec: Codec) -> Result<(CivilDate, Clock), DecodeError> {
        if Self::FIRST <= self && self <= Self::LAST {
            let date = Date(self.0.div_euclid(DAY) as i32).civil()?;
            return Ok((
                date,
                Clock::after_midnight(self.0.rem_euclid(DAY).cast_unsigned()),
            ));
        }
        Err(match self {
            Self::INFINITY | Self::NEG_INFINITY => DecodeError::Infinite(codec),
            _ => DecodeError::Year(codec),
        })
    }

    /// The moment at a date of the calendar and a time on the clock.
    #[inline]
    #[must_use]
    pub fn from_civil(date: CivilDate, clock: Clock) -> Self {
        Self(i64::from(Date::from_civil(date).0) * DAY + Time::from_clock(clock).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODEC: Codec = Codec::TimestampTz;

    #[test]
    fn microseconds_before_2000_belong_to_the_day_before() {
        let (date, clock) = Timestamp(-1).civil(CODEC).expect("a moment of 1999");
        assert_eq!(
            date,
            CivilDate {
                year: 1999,
                month: 12,
                day: 31
            }
        );
        assert_eq!(
            clock,
            Clock {
                hour: 23,
                minute: 59,
                second: 59,
                microsecond: 999_999
            }
        );
        assert_eq!(Timestamp::from_civil(date, clock), Timestamp(-1));
    }

    #[test]
    fn the_calendar_begins_and_ends() {
        assert_eq!(
            Timestamp::FIRST.civil(CODEC).map(|(date, _)| date.year),
            Ok(1)
        );
        assert_eq!(
            Timestamp::LAST.civil(CODEC).map(|(date, _)| date.year),
            Ok(9999)
        );
        assert_eq!(
            Timestamp(Timestamp::FIRST.0 - 1).civil(CODEC),
            Err(DecodeError::Year(CODEC))
        );
        assert_eq!(
            Timestamp(Timestamp::LAST.0 + 1).civil(CODEC),
            Err(DecodeError::Year(CODEC))
        );
        assert_eq!(
            Timestamp::INFINITY.civil(CODEC),
            Err(DecodeError::Infinite(CODEC))
        );
        assert_eq!(
            Timestamp::NEG_INFINITY.civil(CODEC),
            Err(DecodeError::Infinite(CODEC))
        );
    }
}

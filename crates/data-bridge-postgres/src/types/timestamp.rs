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

    /// The date in the calendar and the time on the clock; `None` outside the years 1 to 9999.
    #[inline]
    #[must_use]
    pub fn civil(self) -> Option<(CivilDate, Clock)> {
        let date = Date(self.0.div_euclid(DAY) as i32).civil()?;
        Some((date, self.clock()))
    }

    /// The date and the time, however far away; `None` for the infinite ones.
    #[cold]
    #[must_use]
    pub fn far_civil(self) -> Option<(CivilDate, Clock)> {
        if matches!(self, Self::INFINITY | Self::NEG_INFINITY) {
            return None;
        }
        let date = Date(self.0.div_euclid(DAY) as i32).far_civil()?;
        Some((date, self.clock()))
    }

    fn clock(self) -> Clock {
        Clock::after_midnight(self.0.rem_euclid(DAY).cast_unsigned())
    }

    /// The moment at a date of whatever year and a time on the clock; `None` when there is no such
    /// date, or the type does not reach as far.
    #[cold]
    #[must_use]
    pub fn from_far_civil(date: CivilDate, clock: Clock) -> Option<Self> {
        let days = i64::from(Date::from_far_civil(date)?.0);
        // The microseconds of the last day that is reached are not all of them too many.
        let moment = i128::from(days) * i128::from(DAY) + i128::from(Time::from_clock(clock).0);
        let moment = Self(i64::try_from(moment).ok()?);
        (moment != Self::INFINITY && moment != Self::NEG_INFINITY).then_some(moment)
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

    #[test]
    fn microseconds_before_2000_belong_to_the_day_before() {
        let (date, clock) = Timestamp(-1).civil().expect("a moment of 1999");
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
        let year = |moment: Timestamp| moment.far_civil().map(|(date, _)| date.year);
        for (moment, expected) in [(Timestamp::FIRST, 1), (Timestamp::LAST, 9999)] {
            assert_eq!(year(moment), Some(expected));
            assert_eq!(moment.civil(), moment.far_civil());
        }
        let (before, after) = (
            Timestamp(Timestamp::FIRST.0 - 1),
            Timestamp(Timestamp::LAST.0 + 1),
        );
        assert_eq!((before.civil(), after.civil()), (None, None));
        assert_eq!((year(before), year(after)), (Some(0), Some(10_000)));
        for moment in [Timestamp::INFINITY, Timestamp::NEG_INFINITY] {
            assert_eq!((moment.civil(), moment.far_civil()), (None, None));
        }
    }

    #[test]
    fn far_moments_are_found_and_others_are_not() {
        for at in [i64::MIN + 1, -1, 0, i64::MAX - 1] {
            let (date, clock) = Timestamp(at).far_civil().expect("a finite moment");
            assert_eq!(Timestamp::from_far_civil(date, clock), Some(Timestamp(at)));
        }
        let (date, clock) = Timestamp(i64::MAX - 1)
            .far_civil()
            .expect("a finite moment");
        let microsecond = clock.microsecond + 1;
        let later = Clock {
            microsecond,
            ..clock
        };
        assert_eq!(Timestamp::from_far_civil(date, later), None);
    }
}

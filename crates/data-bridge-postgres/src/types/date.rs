//! `date`: days since the first of January 2000.

use bytes::{BufMut, BytesMut};

use super::number::fixed;
use super::{Codec, DecodeError};

/// A date as the server counts it, in days since 2000-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

/// A date of the proleptic Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate {
    /// 1 to 9999 in what the commonest calendars hold; 0 is the year before 1, -1 the one before
    /// that.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// From the first of March of the year 0, which the reckoning starts at, to 2000-01-01.
const DAYS_BEFORE_2000: i32 = 730_425;
/// Four centuries, after which the calendar repeats.
const DAYS_IN_ERA: i32 = 146_097;

impl Date {
    /// Later than all other dates.
    pub const INFINITY: Self = Self(i32::MAX);
    /// Earlier than all other dates.
    pub const NEG_INFINITY: Self = Self(i32::MIN);
    /// The first of January of the year 1.
    pub const FIRST: Self = Self(-730_119);
    /// The last of December of the year 9999.
    pub const LAST: Self = Self(2_921_939);

    /// Reads the bytes of a `date`.
    ///
    /// # Errors
    /// [`DecodeError::Length`] when they are not four.
    #[inline]
    pub fn read(raw: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(i32::from_be_bytes(fixed(Codec::Date, raw)?)))
    }

    /// Writes the bytes of a `date`.
    #[inline]
    pub fn write(self, out: &mut BytesMut) {
        out.put_i32(self.0);
    }

    /// The year, month and day; `None` outside the years 1 to 9999.
    #[inline]
    #[must_use]
    pub fn civil(self) -> Option<CivilDate> {
        (Self::FIRST <= self && self <= Self::LAST)
            .then(|| civil_from_days((self.0 + DAYS_BEFORE_2000).cast_unsigned()))
    }

    /// The year, month and day, however far away; `None` for the infinite dates.
    #[cold]
    #[must_use]
    pub fn far_civil(self) -> Option<CivilDate> {
        if matches!(self, Self::INFINITY | Self::NEG_INFINITY) {
            return None;
        }
        let days = i64::from(self.0) + i64::from(DAYS_BEFORE_2000);
        let era = i64::from(DAYS_IN_ERA);
        let date = civil_from_days(days.rem_euclid(era) as u32);
        let year = date.year + 400 * days.div_euclid(era) as i32;
        Some(CivilDate { year, ..date })
    }

    /// The date of a day in the calendar, of whatever year; `None` when there is no such day, or
    /// the type does not reach as far.
    #[cold]
    #[must_use]
    pub fn from_far_civil(date: CivilDate) -> Option<Self> {
        let year = date.year.rem_euclid(400);
        if !(1..=12).contains(&date.month) {
            return None;
        }
        let within_era = Self::from_civil(CivilDate { year, ..date });
        let eras = i64::from(date.year.div_euclid(400)) * i64::from(DAYS_IN_ERA);
        let found = Self(i32::try_from(eras + i64::from(within_era.0)).ok()?);
        (found.far_civil() == Some(date)).then_some(found)
    }

    /// The date of a day in the calendar. The caller vouches for the ranges of [`CivilDate`]'s
    /// fields.
    #[inline]
    #[must_use]
    pub fn from_civil(CivilDate { year, month, day }: CivilDate) -> Self {
        // The year begins in March here, so that a leap day is its last.
        let (year, month) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let era = year.div_euclid(400);
        let year = year.rem_euclid(400);
        let day_of_year = (153 * i32::from(month) + 2) / 5 + i32::from(day) - 1;
        let day_of_era = year * 365 + year / 4 - year / 100 + day_of_year;
        Self(era * DAYS_IN_ERA + day_of_era - DAYS_BEFORE_2000)
    }
}

/// The calendar's date a number of days after 0000-03-01, by the Euclidean affine functions of Neri
/// and Schneider (2021): multiplications and shifts in place of most divisions.
#[inline]
fn civil_from_days(days: u32) -> CivilDate {
    let quarter_days = 4 * days + 3;
    let century = quarter_days / 146_097;
    let day_of_century = (quarter_days % 146_097) / 4;
    let product = 2_939_745 * u64::from(4 * day_of_century + 3);
    let year_of_century = (product >> 32) as u32;
    let day_of_year = (product as u32) / 2_939_745 / 4;
    let month_and_day = 2_141 * day_of_year + 197_913;
    let month = month_and_day >> 16;
    let day = (month_and_day & 0xffff) / 2_141 + 1;
    let in_next_year = day_of_year >= 306;
    CivilDate {
        year: (100 * century + year_of_century + u32::from(in_next_year)).cast_signed(),
        month: (if in_next_year { month - 12 } else { month }) as u8,
        day: day as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn civil(year: i32, month: u8, day: u8) -> CivilDate {
        CivilDate { year, month, day }
    }

    #[test]
    fn days_are_counted_from_2000() {
        assert_eq!(Date::from_civil(civil(2000, 1, 1)), Date(0));
        assert_eq!(Date::from_civil(civil(1, 1, 1)), Date::FIRST);
        assert_eq!(Date::from_civil(civil(9999, 12, 31)), Date::LAST);
        assert_eq!(Date(59).civil(), Some(civil(2000, 2, 29)));
        assert_eq!(Date(60).civil(), Some(civil(2000, 3, 1)));
    }

    #[test]
    fn every_day_there_is_follows_the_one_before() {
        let mut yesterday = civil(0, 12, 31);
        for days in Date::FIRST.0..=Date::LAST.0 {
            let today = Date(days).civil().expect("a day of the calendar");
            assert_eq!(Date::from_civil(today), Date(days));
            assert!(today > yesterday, "{today:?} after {yesterday:?}");
            yesterday = today;
        }
    }

    #[test]
    fn what_the_calendar_lacks_is_far_or_infinite() {
        for date in [Date::INFINITY, Date::NEG_INFINITY] {
            assert_eq!((date.civil(), date.far_civil()), (None, None));
        }
        let (before, after) = (Date(Date::FIRST.0 - 1), Date(Date::LAST.0 + 1));
        assert_eq!((before.civil(), after.civil()), (None, None));
        assert_eq!(before.far_civil(), Some(civil(0, 12, 31)));
        assert_eq!(after.far_civil(), Some(civil(10_000, 1, 1)));
        // The first and the last date of the server's.
        assert_eq!(Date(-2_451_545).far_civil(), Some(civil(-4713, 11, 24)));
        assert_eq!(
            Date(2_145_031_948).far_civil(),
            Some(civil(5_874_897, 12, 31))
        );
    }

    #[test]
    fn far_dates_are_found_and_others_are_not() {
        for days in [i32::MIN + 1, -2_451_545, -1, 0, 2_145_031_948, i32::MAX - 1] {
            let date = Date(days).far_civil().expect("a finite date");
            assert_eq!(Date::from_far_civil(date), Some(Date(days)));
        }
        for date in [
            civil(10_001, 2, 29),
            civil(0, 0, 1),
            civil(0, 13, 1),
            civil(0, 4, 31),
            civil(0, 4, 0),
            civil(i32::MAX, 1, 1),
            civil(i32::MIN, 1, 1),
        ] {
            assert_eq!(Date::from_far_civil(date), None, "{date:?}");
        }
    }
}

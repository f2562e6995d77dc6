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
    /// 1 to 9999.
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

    /// The year, month and day.
    ///
    /// # Errors
    /// [`DecodeError::Infinite`], or [`DecodeError::Year`] outside the years 1 to 9999.
    #[inline]
    pub fn civil(self) -> Result<CivilDate, DecodeError> {
        if Self::FIRST <= self && self <= Self::LAST {
            return Ok(civil_from_days((self.0 + DAYS_BEFORE_2000).cast_unsigned()));
        }
        Err(match self {
            Self::INFINITY | Self::NEG_INFINITY => DecodeError::Infinite(Codec::Date),
            _ => DecodeError::Year(Codec::Date),
        })
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
        assert_eq!(Date(59).civil(), Ok(civil(2000, 2, 29)));
        assert_eq!(Date(60).civil(), Ok(civil(2000, 3, 1)));
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
    fn what_the_calendar_lacks_is_an_error() {
        assert_eq!(
            Date::INFINITY.civil(),
            Err(DecodeError::Infinite(Codec::Date))
        );
        assert_eq!(
            Date::NEG_INFINITY.civil(),
            Err(DecodeError::Infinite(Codec::Date))
        );
        assert_eq!(
            Date(Date::FIRST.0 - 1).civil(),
            Err(DecodeError::Year(Codec::Date))
        );
        assert_eq!(
            Date(Date::LAST.0 + 1).civil(),
            Err(DecodeError::Year(Codec::Date))
        );
    }
}

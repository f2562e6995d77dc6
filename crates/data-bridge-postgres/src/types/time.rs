//! `time` and `timetz`: microseconds since midnight, the latter with an offset from UTC.

use bytes::{BufMut, BytesMut};

use super::number::fixed;
use super::{Codec, DecodeError, EncodeError};

/// Microseconds in a day.
pub const DAY: i64 = 86_400_000_000;

/// A time of a day as the server counts it, in microseconds since midnight, 24:00:00 included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A time of a day as a clock shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999,999.
    pub microsecond: u32,
}

impl Clock {
    /// The clock this many microseconds after midnight. The caller vouches for less than a [`DAY`].
    #[inline]
    #[must_use]
    pub(crate) fn after_midnight(microseconds: u64) -> Self {
        let seconds = (microseconds / 1_000_000) as u32;
        Self {
            hour: (seconds / 3600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            microsecond: (microseconds % 1_000_000) as u32,
        }
    }
}

impl Time {
    /// 24:00:00.
    pub const END_OF_DAY: Self = Self(DAY);

    /// Reads the bytes of a `time`.
    ///
    /// # Errors
    /// [`DecodeError::Length`] when they are not eight, [`DecodeError::Malformed`] outside a day.
    #[inline]
    pub fn read(raw: &[u8]) -> Result<Self, DecodeError> {
        Self::in_a_day(Codec::Time, i64::from_be_bytes(fixed(Codec::Time, raw)?))
    }

    /// Writes the bytes of a `time`.
    #[inline]
    pub fn write(self, out: &mut BytesMut) {
        out.put_i64(self.0);
    }

    /// The hour, minute, second and microsecond; `None` for 24:00:00, which no clock shows.
    #[inline]
    #[must_use]
    pub fn clock(self) -> Option<Clock> {
        (self.0 < DAY).then(|| Clock::after_midnight(self.0.cast_unsigned()))
    }

    /// The time that a clock shows.
    #[inline]
    #[must_use]
    pub fn from_clock(clock: Clock) -> Self {
        let seconds =
            i64::from(clock.hour) * 3600 + i64::from(clock.minute) * 60 + i64::from(clock.second);
        Self(seconds * 1_000_000 + i64::from(clock.microsecond))
    }

    #[inline]
    fn in_a_day(codec: Codec, microseconds: i64) -> Result<Self, DecodeError> {
        if (0..=DAY).contains(&microseconds) {
            Ok(Self(microseconds))
        } else {
            Err(DecodeError::Malformed {
                codec,
                reason: "the time lies outside a day",
            })
        }
    }
}

/// A time of a day at an offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeTz {
    /// The local time.
    pub time: Time,
    /// Seconds east of UTC, which the wire has as seconds west.
    pub offset: i32,
}

/// The server knows no offset of 16 hours or more.
const OFFSET_LIMIT: i32 = 16 * 3600;

impl TimeTz {
    /// Reads the bytes of a `timetz`.
    ///
    /// # Errors
    /// [`DecodeError::Length`] when they are not twelve, [`DecodeError::Malformed`] outside a day
    /// or for an offset of 16 hours or more.
    pub fn read(raw: &[u8]) -> Result<Self, DecodeError> {
        let codec = Codec::TimeTz;
        let whole = fixed::<12>(codec, raw)?;
        let time = Time::in_a_day(codec, i64::from_be_bytes(fixed(codec, &whole[..8])?))?;
        let west = i32::from_be_bytes(fixed(codec, &whole[8..])?);
        if west.unsigned_abs() >= OFFSET_LIMIT.unsigned_abs() {
            return Err(DecodeError::Malformed {
                codec,
                reason: "the offset from UTC is out of range",
            });
        }
        Ok(Self {
            time,
            offset: -west,
        })
    }

    /// Writes the bytes of a `timetz`.
    ///
    /// # Errors
    /// [`EncodeError::Offset`] for an offset of 16 hours or more.
    pub fn write(self, out: &mut BytesMut) -> Result<(), EncodeError> {
        if self.offset.unsigned_abs() >= OFFSET_LIMIT.unsigned_abs() {
            return Err(EncodeError::Offset);
        }
        self.time.write(out);
        out.put_i32(-self.offset);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: Clock = Clock {
        hour: 13,
        minute: 14,
        second: 15,
        microsecond: 123_456,
    };

    #[test]
    fn a_time_is_microseconds_since_midnight() {
        let time = Time::from_clock(CLOCK);
        assert_eq!(time, Time(47_655_123_456));
        assert_eq!(time.clock(), Some(CLOCK));
        assert_eq!(Time(0).clock().map(|clock| clock.hour), Some(0));
        assert_eq!(Time(DAY - 1).clock().map(|clock| clock.hour), Some(23));
    }

    #[test]
    fn the_end_of_the_day_is_read_but_is_no_clock_time() {
        let midnight = Time::read(&DAY.to_be_bytes()).expect("24:00:00 is a time to the server");
        assert_eq!(midnight, Time::END_OF_DAY);
        assert_eq!(midnight.clock(), None);
        assert!(Time::read(&(DAY + 1).to_be_bytes()).is_err());
        assert!(Time::read(&(-1_i64).to_be_bytes()).is_err());
    }

    #[test]
    fn an_offset_is_east_here_and_west_on_the_wire() {
        let mut out = BytesMut::new();
        let value = TimeTz {
            time: Time(1),
            offset: 3600,
        };
        value.write(&mut out).expect("an offset in range");
        assert_eq!(&out[..], [0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xf1, 0xf0]);
        assert_eq!(TimeTz::read(&out), Ok(value));
        let far = TimeTz {
            time: Time(1),
            offset: -OFFSET_LIMIT,
        };
        assert_eq!(far.write(&mut out), Err(EncodeError::Offset));
        assert!(TimeTz::read(&[0, 0, 0, 0, 0, 0, 0, 1, 0x80, 0, 0, 0]).is_err());
    }
}

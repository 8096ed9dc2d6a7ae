//! Days and times of made-up people.

use base::Instant;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz};

/// The day of `instant` in UTC.
pub(super) fn date(instant: Instant) -> Date {
    Timestamp::from_second(instant.seconds())
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(tz::TimeZone::UTC)
        .date()
}

/// The day `days` before `date`.
pub(super) fn before(date: Date, days: i64) -> Date {
    date.saturating_sub(days.days())
}

/// Hours east of UTC: summer time by month, which is near enough for people who do not exist.
fn offset(date: Date, winter: i8) -> i8 {
    winter + i8::from((4..=10).contains(&date.month()))
}

/// `minute` minutes after local midnight of `date`, as a FHIR dateTime with its offset.
pub(super) fn local(date: Date, minute: i64, winter: i8) -> String {
    let (hour, minute) = (minute / 60 % 24, minute % 60);
    format!(
        "{date}T{hour:02}:{minute:02}:00+{:02}:00",
        offset(date, winter)
    )
}

//! Moments as they stand in entries: RFC 3339 in UTC with microseconds, always 27 characters, so that text order is time order.

use base::Instant;

/// Characters of a moment.
pub const TIME_CHARS: usize = 27;

const MICROS_A_DAY: i64 = 86_400_000_000;

/// Write `value` as `N` decimal digits.
fn digits<const N: usize>(value: u64) -> [u8; N] {
    let mut out = [b'0'; N];
    let mut rest = value;
    for digit in out.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    out
}

/// The moment as text; `None` outside the years 0 to 9999.
///
/// The calendar is the one of "chrono-compatible low-level date algorithms" (Howard Hinnant): days since 0000-03-01 in eras of 400 years.
#[must_use]
pub fn write(at: Instant) -> Option<[u8; TIME_CHARS]> {
    let micros = at.micros();
    let shifted = u64::try_from(micros.div_euclid(MICROS_A_DAY) + 719_468).ok()?;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, next_year) = if month_from_march < 10 {
        (month_from_march + 3, 0)
    } else {
        (month_from_march - 9, 1)
    };
    let year = era * 400 + year_of_era + next_year;
    if year > 9_999 {
        return None;
    }
    let of_day = u64::try_from(micros.rem_euclid(MICROS_A_DAY)).ok()?;
    let (seconds, micros) = (of_day / 1_000_000, of_day % 1_000_000);
    let [y1, y2, y3, y4] = digits(year);
    let [m1, m2] = digits(month);
    let [d1, d2] = digits(day);
    let [h1, h2] = digits(seconds / 3_600);
    let [n1, n2] = digits(seconds / 60 % 60);
    let [s1, s2] = digits(seconds % 60);
    let [f1, f2, f3, f4, f5, f6] = digits(micros);
    Some([
        y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'.',
        f1, f2, f3, f4, f5, f6, b'Z',
    ])
}

/// The moment that a text of [`write`] stands for; `None` for any other text.
#[must_use]
pub fn read(text: &[u8]) -> Option<Instant> {
    let text: &[u8; TIME_CHARS] = text.try_into().ok()?;
    let number = |from: usize, to: usize| -> Option<i64> {
        text.get(from..to)?.iter().try_fold(0, |value, byte| {
            byte.is_ascii_digit()
                .then(|| value * 10 + i64::from(byte - b'0'))
        })
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let micros = number(20, 26)?;
    let (from_march, year) = if month > 2 {
        (month - 3, year)
    } else {
        (month + 9, year - 1)
    };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    let at = Instant::from_micros(
        days * MICROS_A_DAY + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros,
    );
    // What does not come out the same was no moment: a 30th of February, a 61st second, another separator.
    (write(at).as_ref() == Some(text)).then_some(at)
}

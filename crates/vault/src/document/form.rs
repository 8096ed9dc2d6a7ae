//! Whether a scanned value is what the register expects of a field.

use std::borrow::Cow;

use super::error::Reason;
use super::json::unescape;
use super::scan::{Mistake, Scanned, Scanner, Sort, Token};
use crate::register::{Field, Form};

/// Checks one value of `field` (for a list: one item).
pub(super) fn check(scanner: &Scanner<'_>, field: &Field, token: &Token) -> Scanned<()> {
    let form = field.shape.form;
    let wrong = || {
        Err(Mistake::new(
            Reason::WrongType(form.expected()),
            token.range.start,
        ))
    };
    match (form, token.sort) {
        (Form::Any, _)
        | (Form::Object, Sort::Object)
        | (Form::Boolean, Sort::Boolean)
        | (Form::Decimal, Sort::Number) => Ok(()),
        (Form::Integer, Sort::Number) => {
            let number = scanner.slice(token.range.clone());
            if number.contains(['.', 'e', 'E']) {
                wrong()
            } else {
                Ok(())
            }
        }
        (_, Sort::Text { escaped }) if form.is_text() => {
            let raw = scanner.slice(token.range.start + 1..token.range.end - 1);
            if form == Form::Text && field.max.is_none() && field.values.is_empty() {
                return Ok(());
            }
            let text = if escaped {
                unescape(raw)
            } else {
                Cow::Borrowed(raw)
            };
            check_text(field, &text).map_err(|reason| Mistake::new(reason, token.range.start))
        }
        _ => wrong(),
    }
}

fn check_text(field: &Field, text: &str) -> Result<(), Reason> {
    let form = field.shape.form;
    if let Some(max) = field.max
        && text.len() > max
        && text.chars().count() > max
    {
        return Err(Reason::TooLong(max));
    }
    if !field.values.is_empty() && !field.values.iter().any(|value| value == text) {
        return Err(Reason::NotAllowed(field.values.clone()));
    }
    let fits = match form {
        Form::Base64 => is_base64(text),
        Form::Day => is_date(text) && text.len() == 10,
        Form::Date => is_date(text),
        Form::DateTime => is_date(text) || is_instant(text),
        Form::Instant => is_instant(text),
        Form::Time => is_time(text, false),
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(Reason::WrongType(form.expected()))
    }
}

/// RFC 4648, 4; white space is let through, as XML schema's type (and so FHIR's) does.
fn is_base64(text: &str) -> bool {
    let mut letters = 0_usize;
    let mut padding = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => letters += 1,
            b'=' if padding < 2 => padding += 1,
            b' ' | b'\n' | b'\r' | b'\t' => {}
            _ => return false,
        }
    }
    (letters + padding).is_multiple_of(4)
}

/// `2026`, `2026-11` or `2026-11-23`, and there is such a day.
pub(super) fn is_date(text: &str) -> bool {
    super::normalise::Days::of_date(text).is_some()
}

/// A whole date, `T`, a time to the second, and a zone.
pub(super) fn is_instant(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else {
        return false;
    };
    date.len() == 10 && is_date(date) && is_time(time, true)
}

/// `13:45:00`, perhaps with a fraction; and with a zone (`Z`, `+01:00`) where that is asked for. A leap second is a second.
fn is_time(text: &str, zone: bool) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else {
        return false;
    };
    let is_clock = |text: &str, high: [u8; 3]| {
        let parts: Vec<&str> = text.split(':').collect();
        parts.iter().zip(high).all(|(part, high)| {
            part.len() == 2
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse().is_ok_and(|value: u8| value <= high)
        }) && parts.len() == text.len().div_ceil(3)
    };
    if !is_clock(clock, [23, 59, 60]) {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if rest.len() == fraction.len() {
                return false;
            }
            rest
        }
        None => rest,
    };
    match rest.strip_prefix(['+', '-']) {
        Some(offset) => zone && offset.len() == 5 && is_clock(offset, [14, 59, 0]),
        None => rest == if zone { "Z" } else { "" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_real_ones() {
        for good in ["2026", "2026-11", "2024-02-29", "0001-01-01"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "",
            "26",
            "2026-13",
            "2026-02-29",
            "2026-1-1",
            "2026-11-23T",
            "２０２６",
            "+2026",
            "2026-11-31",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
        for good in [
            "2026-11-23T09:30:00Z",
            "2026-11-23T09:30:00.123456789+01:00",
            "2016-12-31T23:59:60-14:00",
        ] {
            assert!(is_instant(good), "{good}");
        }
        for bad in [
            "2026-11-23T09:30Z",
            "2026-11-23T09:30:00",
            "2026-11-23T24:00:00Z",
            "2026-11T09:30:00Z",
            "2026-11-23T09:30:00.Z",
            "T",
        ] {
            assert!(!is_instant(bad), "{bad}");
        }
        assert!(
            is_time("13:45:00", false)
                && is_time("13:45:00.5", false)
                && !is_time("13:45", false)
                && !is_time("13:45:00Z", false)
        );
        assert!(!is_time("13:45:é0", false));
    }

    #[test]
    fn base64_is_whole() {
        assert!(is_base64("") && is_base64("QUJD") && is_base64("QUI=") && is_base64("QQ==\n"));
        assert!(
            !is_base64("QUJ") && !is_base64("Q===") && !is_base64("QU=I") && !is_base64("QUJ%")
        );
    }
}

//! FHIR dates as spans of time: `2024-03` is all of March, and a search says how its span lies to the resource's.

use base::Instant;
use serde_json::Value;

/// A half-open span of time, in microseconds since the epoch. What has no end on one side ends at the limit there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSpan {
    /// The first microsecond in it.
    pub from: i64,
    /// The first microsecond after it.
    pub to: i64,
}

/// How a resource's span has to lie to the search's (FHIR R4, Search, 3.1.1.4.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// Within it. Also when no prefix is given.
    Eq,
    /// Not within it.
    Ne,
    /// Reaches beyond its end.
    Gt,
    /// Begins before it.
    Lt,
    /// Within it or beyond its end.
    Ge,
    /// Within it or before it.
    Le,
    /// Begins after its end.
    Sa,
    /// Ends before its beginning.
    Eb,
    /// Overlaps it, widened by a tenth of its distance from now.
    Ap,
}

impl Prefix {
    /// The prefix at the beginning of `text`, and the rest.
    #[must_use]
    pub fn split(text: &str) -> (Self, &str) {
        let prefix = match text.get(..2) {
            Some("eq") => Self::Eq,
            Some("ne") => Self::Ne,
            Some("gt") => Self::Gt,
            Some("lt") => Self::Lt,
            Some("ge") => Self::Ge,
            Some("le") => Self::Le,
            Some("sa") => Self::Sa,
            Some("eb") => Self::Eb,
            Some("ap") => Self::Ap,
            _ => return (Self::Eq, text),
        };
        (prefix, text.get(2..).unwrap_or_default())
    }

    /// Whether `target` lies to `search` as this prefix asks.
    #[must_use]
    pub fn holds(self, search: TimeSpan, target: TimeSpan, now: Instant) -> bool {
        let within = search.from <= target.from && target.to <= search.to;
        match self {
            Self::Eq => within,
            Self::Ne => !within,
            Self::Gt => target.to > search.to,
            Self::Lt => target.from < search.from,
            Self::Ge => within || target.to > search.to,
            Self::Le => within || target.from < search.from,
            Self::Sa => target.from >= search.to,
            Self::Eb => target.to <= search.from,
            Self::Ap => {
                let distance = now.micros().saturating_sub(search.from).saturating_abs() / 10;
                target.to > search.from.saturating_sub(distance)
                    && target.from < search.to.saturating_add(distance)
            }
        }
    }
}

impl TimeSpan {
    /// The span of a moment: one millisecond, which is the precision that we tell.
    #[must_use]
    pub const fn of_instant(at: Instant) -> Self {
        let from = at.micros().div_euclid(1000) * 1000;
        Self {
            from,
            to: from + 1000,
        }
    }

    /// The span of a FHIR `date`, `dateTime` or `instant`. Without an offset it is taken as UTC.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut parts = date.split('-');
        let year = number(parts.next()?, 4)?;
        let month = parts.next().map(|part| number(part, 2));
        let day = parts.next().map(|part| number(part, 2));
        if parts.next().is_some() {
            return None;
        }
        match (month, day, time) {
            (None, None, None) => Some(Self {
                from: midnight(year, 1, 1)?,
                to: midnight(year + 1, 1, 1)?,
            }),
            (Some(month), None, None) => {
                let month = month?;
                let (next_year, next) = if month == 12 {
                    (year + 1, 1)
                } else {
                    (year, month + 1)
                };
                Some(Self {
                    from: midnight(year, month, 1)?,
                    to: midnight(next_year, next, 1)?,
                })
            }
            (Some(month), Some(day), None) => {
                let from = midnight(year, month?, day?)?;
                Some(Self {
                    from,
                    to: from + DAY,
                })
            }
            (Some(month), Some(day), Some(time)) => {
                let (from, length) = moment(time)?;
                let from = midnight(year, month?, day?)? + from;
                Some(Self {
                    from,
                    to: from + length,
                })
            }
            _ => None,
        }
    }

    /// Every span that a FHIR value holds: a date, a Period, the events of a Timing.
    #[must_use]
    pub fn all_of(value: &Value) -> Vec<Self> {
        match value {
            Value::String(text) => Self::of(text).into_iter().collect(),
            Value::Array(items) => items.iter().flat_map(Self::all_of).collect(),
            Value::Object(object) => {
                if let Some(events) = object.get("event") {
                    return Self::all_of(events);
                }
                let end = |key: &str| object.get(key).and_then(Value::as_str).map(Self::of);
                match (end("start"), end("end")) {
                    (None, None) => Vec::new(),
                    (Some(None), _) | (_, Some(None)) => Vec::new(),
                    (start, end) => vec![Self {
                        from: start.flatten().map_or(i64::MIN, |span| span.from),
                        to: end.flatten().map_or(i64::MAX, |span| span.to),
                    }],
                }
            }
            _ => Vec::new(),
        }
    }
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Microseconds from the epoch to the beginning of a day.
fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    let date = jiff::civil::Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()?;
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = date.since(epoch).ok()?.get_days();
    Some(i64::from(days) * DAY)
}

/// A time of day, as microseconds since midnight UTC and the length of its precision.
fn moment(text: &str) -> Option<(i64, i64)> {
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        Some(at) => text.split_at_checked(at)?,
        None => (text, "Z"),
    };
    let offset = match offset.split_at_checked(1)? {
        ("Z", "") => 0,
        (sign, rest) => {
            let (hours, minutes) = rest.split_once(':')?;
            let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
            if hours > 14 || minutes > 59 {
                return None;
            }
            let offset = hours * HOUR + minutes * MINUTE;
            match sign {
                "+" => offset,
                "-" => -offset,
                _ => return None,
            }
        }
    };
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let second = parts.next().map(|part| number(part, 2));
    if parts.next().is_some() || hour > 23 || minute > 59 {
        return None;
    }
    let at = hour * HOUR + minute * MINUTE - offset;
    let Some(second) = second else {
        return fraction.is_none().then_some((at, MINUTE));
    };
    // A leap second counts as the last one before it.
    let second = second?;
    if second > 60 {
        return None;
    }
    let at = at + second.min(59) * SECOND;
    let Some(fraction) = fraction else {
        return Some((at, SECOND));
    };
    if fraction.is_empty() || fraction.bytes().any(|byte| !byte.is_ascii_digit()) {
        return None;
    }
    let kept = fraction.get(..fraction.len().min(6))?;
    let unit = 10_i64.pow(6 - u32::try_from(kept.len()).ok()?);
    Some((at + kept.parse::<i64>().ok()? * unit, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> TimeSpan {
        TimeSpan::of(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn precision_is_the_length_of_the_span() {
        for (text, length) in [
            ("2024", 366 * DAY),
            ("2023-02", 28 * DAY),
            ("2024-12", 31 * DAY),
            ("2024-12-31", DAY),
            ("2024-12-31T23:59", MINUTE),
            ("2024-12-31T23:59:59Z", SECOND),
            ("2024-12-31T23:59:59.5Z", 100_000),
            ("2024-12-31T23:59:59.123456789+02:00", 1),
        ] {
            let span = span(text);
            assert_eq!(span.to - span.from, length, "{text}");
        }
        assert_eq!(
            span("2024-01-01T02:00:00+02:00"),
            span("2024-01-01T00:00:00Z")
        );
        assert_eq!(span("1969-12-31").to, 0);
        for bad in [
            "",
            "24",
            "2024-13",
            "2024-02-30",
            "2024-1-1",
            "2024-01-01T",
            "2024-01-01T25:00",
            "2024T10:00",
            "2024-01-01T10:00:00.Z",
            "2024-01-01T10:00:00+2",
            "x",
            "2024-01-01-01",
        ] {
            assert_eq!(TimeSpan::of(bad), None, "{bad}");
        }
    }

    #[test]
    fn prefixes_follow_the_specification() {
        let now = Instant::from_micros(span("2024-06").from);
        let holds = |prefix: &str, search: &str, target: &str| {
            let (prefix, rest) = Prefix::split(prefix);
            assert_eq!(rest, "");
            prefix.holds(span(search), span(target), now)
        };
        assert!(holds("eq", "2024-03", "2024-03-05T10:00:00Z"));
        assert!(!holds("eq", "2024-03-05", "2024-03"));
        assert!(holds("ne", "2024-03-05", "2024-03"));
        assert!(holds("gt", "2024-03-05", "2024-03"));
        assert!(!holds("gt", "2024-03-05", "2024-03-05T12:00:00Z"));
        assert!(holds("ge", "2024-03-05", "2024-03-05T12:00:00Z"));
        assert!(holds("lt", "2024-03-05", "2024-03"));
        assert!(!holds("lt", "2024-03-05", "2024-03-05"));
        assert!(holds("le", "2024-03-05", "2024-03-05"));
        assert!(holds("sa", "2024-03", "2024-04-01"));
        assert!(!holds("sa", "2024-03-15", "2024-03"));
        assert!(holds("eb", "2024-03", "2024-02-29"));
        assert!(holds("ap", "2024-03", "2024-04-02"));
        assert!(!holds("ap", "2024-03", "2023-01-02"));
        assert_eq!(Prefix::split("2024").0, Prefix::Eq);
    }

    #[test]
    fn a_period_may_be_open() {
        let value = serde_json::json!({"start": "2024-03"});
        let spans = TimeSpan::all_of(&value);
        assert_eq!(spans[0].from, span("2024-03").from);
        assert_eq!(spans[0].to, i64::MAX);
        assert_eq!(TimeSpan::all_of(&serde_json::json!({"end": "soon"})), []);
        let timing = serde_json::json!({"event": ["2024", "2025-01"]});
        assert_eq!(TimeSpan::all_of(&timing).len(), 2);
    }
}

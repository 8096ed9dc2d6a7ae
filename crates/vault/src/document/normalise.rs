//! One form for all ways to write the same thing, so that equal values have equal places in the blind index.
//!
//! What is searched for and what is stored go through the same functions. A change to any of them makes stored indexes useless,
//! so it raises [`VERSION`], which is part of the index key's label.
//!
//! A date is indexed by the calendar day, month and year it lies in, so that a range becomes a few equal comparisons: the range
//! is covered with as few whole years, months and days as it takes ([`covering`]). Days are coarser than moments: what the index
//! finds is looked at again once it is open.

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Raised whenever a function here gives another result for any input.
pub const VERSION: u8 = 1;

/// Dates before this are found as this one, when a range has no beginning.
const FIRST_YEAR: i16 = 1900;
/// Dates after this are found as this one, when a range has no end.
const LAST_YEAR: i16 = 2100;

/// `text` without regard to case, accents, width and spacing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    if text.is_ascii() {
        for byte in text.bytes() {
            fold_char(char::from(byte), &mut out, &mut gap);
        }
        return out;
    }
    for c in text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .nfkd()
    {
        if !is_combining_mark(c) {
            fold_char(c, &mut out, &mut gap);
        }
    }
    out
}

fn fold_char(c: char, out: &mut String, gap: &mut bool) {
    if c.is_whitespace() || c.is_control() {
        *gap = !out.is_empty();
        return;
    }
    if *gap {
        out.push(' ');
        *gap = false;
    }
    match c.to_ascii_lowercase() {
        // Letters that have no accent to lose, yet are written without it where the keyboard lacks them.
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'ø' => out.push('o'),
        'đ' | 'ð' => out.push('d'),
        'ł' => out.push('l'),
        'ı' => out.push('i'),
        'þ' => out.push_str("th"),
        'ς' => out.push('σ'),
        other => out.push(other),
    }
}

/// The forms under which `text` is found: whole, and word by word if it has several.
pub fn words(text: &str, each: &mut dyn FnMut(&str)) {
    let folded = fold(text);
    if folded.is_empty() {
        return;
    }
    each(&folded);
    if folded.contains([' ', '-']) {
        folded
            .split([' ', '-'])
            .filter(|word| !word.is_empty())
            .for_each(each);
    }
}

/// The forms under which a code is found: alone, and with its system if it has one (`system|code`). Codes are compared as they
/// are written: case matters in most systems.
pub fn token(system: Option<&str>, code: &str, each: &mut dyn FnMut(&str)) {
    with_system(system, code.trim(), each);
}

/// The forms under which a business identifier is found: alone, and with its system if it has one. White space and case do not
/// matter.
pub fn identifier(system: Option<&str>, value: &str, each: &mut dyn FnMut(&str)) {
    let value: String = value
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    with_system(system, &value, each);
}

fn with_system(system: Option<&str>, value: &str, each: &mut dyn FnMut(&str)) {
    if value.is_empty() {
        return;
    }
    each(value);
    let system = system.unwrap_or_default().trim();
    if !system.is_empty() {
        each(&[system, "|", value].concat());
    }
}

/// A reference without what does not change its meaning: the version it names, and the slash at its end.
#[must_use]
pub fn reference(text: &str) -> Cow<'_, str> {
    let text = text.trim().trim_end_matches('/');
    let text = text
        .split_once("/_history/")
        .map_or(text, |(record, _)| record);
    if let Some(uuid) = text.strip_prefix("urn:uuid:") {
        return Cow::Owned(format!("urn:uuid:{}", uuid.to_lowercase()));
    }
    Cow::Borrowed(text)
}

/// Calendar days, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

impl Days {
    /// The days that `2026`, `2026-11` or `2026-11-23` covers.
    #[must_use]
    pub fn of_date(text: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| -> Option<i16> {
            let digits = text.get(range)?;
            digits
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| digits.parse().ok())?
        };
        let month = |at: usize| i8::try_from(number(at..at + 2)?).ok();
        let dash = |at: usize| text.as_bytes().get(at) == Some(&b'-');
        let year = number(0..4)?;
        match text.len() {
            4 => Some(Self {
                first: Date::new(year, 1, 1).ok()?,
                last: Date::new(year, 12, 31).ok()?,
            }),
            7 if dash(4) => {
                let first = Date::new(year, month(5)?, 1).ok()?;
                Some(Self {
                    first,
                    last: first.last_of_month(),
                })
            }
            10 if dash(4) && dash(7) => {
                let day = Date::new(year, month(5)?, month(8)?).ok()?;
                Some(Self {
                    first: day,
                    last: day,
                })
            }
            _ => None,
        }
    }

    /// The days of a date, or of a moment: the day where it was written and the day in UTC, which may be two.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let Some((day, time)) = text.split_once('T') else {
            return Self::of_date(text);
        };
        let local = Self::of_date(day)?;
        let minutes = |hours: Option<&str>, minutes: Option<&str>| -> Option<i32> {
            Some(hours?.parse::<i32>().ok()? * 60 + minutes?.parse::<i32>().ok()?)
        };
        let clock = minutes(time.get(0..2), time.get(3..5))?;
        let zone = match time.rfind(['+', '-']) {
            Some(at) => {
                let offset = minutes(time.get(at + 1..at + 3), time.get(at + 4..at + 6))?;
                if time.as_bytes().get(at) == Some(&b'-') {
                    -offset
                } else {
                    offset
                }
            }
            None => 0,
        };
        match clock - zone {
            before if before < 0 => Some(Self {
                first: local.first.yesterday().unwrap_or(local.first),
                ..local
            }),
            after if after >= 24 * 60 => Some(Self {
                last: local.last.tomorrow().unwrap_or(local.last),
                ..local
            }),
            _ => Some(local),
        }
    }

    /// From the beginning of one to the end of the other; open to a side that is not known. `None` if neither is, or the end comes
    /// before the beginning.
    #[must_use]
    pub fn between(start: Option<Self>, end: Option<Self>) -> Option<Self> {
        let days = match (start, end) {
            (None, None) => return None,
            (Some(start), None) => Self {
                first: start.first,
                last: date(LAST_YEAR, 12, 31).max(start.last),
            },
            (None, Some(end)) => Self {
                first: date(FIRST_YEAR, 1, 1).min(end.first),
                last: end.last,
            },
            (Some(start), Some(end)) => Self {
                first: start.first,
                last: end.last,
            },
        };
        (days.first <= days.last).then_some(days)
    }

    /// Whether they have a day in common.
    #[must_use]
    pub fn overlap(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The whole years, months and days that make it up, the fewest there are.
    fn pieces(self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut day = self.first;
        while day <= self.last {
            let (piece, last) =
                if day.day() == 1 && day.month() == 1 && day.last_of_year() <= self.last {
                    (Piece::Year(day.year()), day.last_of_year())
                } else if day.day() == 1 && day.last_of_month() <= self.last {
                    (Piece::Month(day.year(), day.month()), day.last_of_month())
                } else {
                    (Piece::Day(day), day)
                };
            pieces.push(piece);
            match last.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        pieces
    }

    /// Pieces that hold it and are few: months beyond a month's length, years beyond two years', decades beyond twenty years'.
    fn coarse_pieces(self) -> Vec<Piece> {
        let is_longer = |days: i32| {
            self.first
                .checked_add(days.days())
                .is_ok_and(|end| end < self.last)
        };
        if is_longer(7_305) {
            let decades = self.first.year().div_euclid(10)..=self.last.year().div_euclid(10);
            return decades.map(Piece::Decade).collect();
        }
        if is_longer(731) {
            return Self {
                first: self.first.first_of_year(),
                last: self.last.last_of_year(),
            }
            .pieces();
        }
        if is_longer(31) {
            return Self {
                first: self.first.first_of_month(),
                last: self.last.last_of_month(),
            }
            .pieces();
        }
        self.pieces()
    }
}

/// A whole decade, year, month or day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// By its number: the year without its last digit.
    Decade(i16),
    Year(i16),
    Month(i16, i8),
    Day(Date),
}

impl Piece {
    fn text(self, mark: char) -> String {
        match self {
            Self::Decade(decade) => format!("{mark}{decade:03}x"),
            Self::Year(year) => format!("{mark}{year:04}"),
            Self::Month(year, month) => format!("{mark}{year:04}-{month:02}"),
            Self::Day(day) => format!("{mark}{day}"),
        }
    }

    /// What it lies in.
    fn parent(self) -> Option<Self> {
        match self {
            Self::Decade(_) => None,
            Self::Year(year) => Some(Self::Decade(year.div_euclid(10))),
            Self::Month(year, _) => Some(Self::Year(year)),
            Self::Day(day) => Some(Self::Month(day.year(), day.month())),
        }
    }
}

/// The whole piece is meant.
const WHOLE: char = '=';
const WHOLE_TEXT: &str = "=";
/// Something within the piece is meant.
const WITHIN: char = '/';

/// The texts under which `days` are indexed: the pieces they are made of (`=2026-11-23`), and what those lie in (`/2026-11`,
/// `/2026`). Long spans are rounded outwards, so that no record has more than a few dozen; nothing is found by the decade it lies
/// in, so a point in time has just three.
pub fn buckets(days: Days, each: &mut dyn FnMut(&str)) {
    if days.first == days.last && (FIRST_YEAR..=LAST_YEAR).contains(&days.first.year()) {
        // Nearly every date is one day: no need to think in pieces.
        let text = Piece::Day(days.first).text(WITHIN);
        let whole = text.replacen(WITHIN, WHOLE_TEXT, 1);
        each(&whole);
        each(text.get(..8).unwrap_or_default());
        each(text.get(..5).unwrap_or_default());
        return;
    }
    let outside = |day: Date| !(FIRST_YEAR..=LAST_YEAR).contains(&day.year());
    if outside(days.first) || outside(days.last) {
        // Open ranges are covered only between these years: what lies beyond is found at the edge.
        let edge = if days.first.year() < FIRST_YEAR {
            FIRST_YEAR
        } else {
            LAST_YEAR
        };
        each(&Piece::Year(edge).text(WITHIN));
    }
    let mut known = Vec::new();
    for piece in days.coarse_pieces() {
        each(&piece.text(WHOLE));
        let mut parent = piece.parent();
        while let Some(piece) = parent {
            if known.contains(&piece) || matches!(piece, Piece::Decade(_)) {
                break;
            }
            each(&piece.text(WITHIN));
            known.push(piece);
            parent = piece.parent();
        }
    }
}

/// The texts of which whatever touches `days` has at least one in the index. An end that is not known is open.
#[must_use]
pub fn covering(first: Option<Date>, last: Option<Date>) -> Vec<String> {
    let first = first.unwrap_or_else(|| date(FIRST_YEAR, 1, 1));
    let last = last.unwrap_or_else(|| date(LAST_YEAR, 12, 31));
    let mut texts = Vec::new();
    let mut known = Vec::new();
    for piece in (Days { first, last }).pieces() {
        texts.push(piece.text(WHOLE));
        if !matches!(piece, Piece::Day(_)) {
            texts.push(piece.text(WITHIN));
        }
        let mut parent = piece.parent();
        while let Some(piece) = parent {
            if known.contains(&piece) {
                break;
            }
            texts.push(piece.text(WHOLE));
            known.push(piece);
            parent = piece.parent();
        }
    }
    texts
}

//! Finds payment card numbers, so that none is ever stored.
//!
//! A card number is 12 to 19 digits that begin with a known issuer's range, have a length this issuer uses, and end in a right
//! Luhn digit. It may stand alone or be written in groups (`4242 4242 4242 4242`, `3782-822463-10005`). Health data are full of
//! digits that are no card numbers, and to refuse one of those is as bad as to let a card in; so the place counts as well:
//! digits inside a decimal fraction, an object identifier, a UUID, a hexadecimal text, a longer run, a series of measurements,
//! an account number (IBAN) or a GS1 device code are left alone. Both sides are measured in `docs/concepts/register.md`.
//!
//! Called for every value that comes in, so the common case (no long digits) is a block scan without branches.

mod issuer;
mod place;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use issuer::{DIGITS_MAX, DIGITS_MIN};
use place::{Group, Separator};

/// A payment card number in a text. It says where, never what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The bytes of the text that hold the number, its separators included.
    pub range: Range<usize>,
    /// Whose numbers begin like this one, e.g. `Visa`.
    pub issuer: &'static str,
}

/// Bytes looked at together.
const BLOCK: usize = 16;
/// A card number, however it is grouped, puts at least this many digits into one block. (Worst case: 12 digits cut in half.)
const BLOCK_DIGITS_MIN: u8 = 6;
/// More groups of four digits than this in a row are a series of measurements, not a card or two.
const GROUPS_MAX: usize = 9;

/// The first payment card number in `text`, if there is one.
#[must_use]
pub fn find(text: &str) -> Option<Found> {
    if text.len() < DIGITS_MIN {
        return None;
    }
    let bytes = place::without_uuid(text.as_bytes());
    if bytes.len() < DIGITS_MIN || place::is_moment(bytes) {
        return None;
    }
    if let Some(found) = find_ascii(bytes) {
        return Some(found);
    }
    if text.is_ascii() {
        return None;
    }
    find_folded(text)
}

/// The payment card number in the text of a JSON number, if it is one: `4.242424242424242e15` is one as well.
#[must_use]
pub fn find_in_number(text: &str) -> Option<Found> {
    if text.len() < DIGITS_MIN {
        return None;
    }
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return find(text);
    };
    let exponent: i32 = exponent.parse().ok()?;
    let mantissa = mantissa.trim_start_matches('-');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let length = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let length = usize::try_from(length).ok()?;
    if !(DIGITS_MIN..=DIGITS_MAX).contains(&length) {
        return None;
    }
    let digits: Vec<u8> = whole
        .bytes()
        .chain(fraction.bytes())
        .chain(std::iter::repeat(b'0'))
        .take(length)
        .collect();
    issuer::of(&digits).map(|issuer| Found {
        range: 0..text.len(),
        issuer,
    })
}

/// Looks at ASCII digits only, in groups by any separator.
fn find_ascii(bytes: &[u8]) -> Option<Found> {
    let mut done = 0;
    let mut at = 0;
    while at < bytes.len() {
        let block_end = bytes.len().min(at + BLOCK);
        if block_end > done && is_dense(bytes.get(at..block_end).unwrap_or_default()) {
            match region(bytes, place::back_up(bytes, at, done), block_end) {
                Ok(found) => return Some(found),
                Err(end) => done = end,
            }
        }
        at = block_end;
    }
    None
}

/// Whether a block holds enough digits to be a piece of a card number.
fn is_dense(block: &[u8]) -> bool {
    if block.len() < usize::from(BLOCK_DIGITS_MIN) {
        return false;
    }
    let digits: u8 = match block.as_array::<BLOCK>() {
        // A fixed length lets the compiler count all lanes at once.
        Some(block) => block
            .iter()
            .map(|byte| u8::from(byte.is_ascii_digit()))
            .sum(),
        None => block
            .iter()
            .map(|byte| u8::from(byte.is_ascii_digit()))
            .sum(),
    };
    digits >= BLOCK_DIGITS_MIN
}

/// Looks at the runs of digit groups that begin at or after `from` and before `until`. `Err` says how far it has looked.
fn region(bytes: &[u8], from: usize, until: usize) -> Result<Found, usize> {
    let mut run = Run::new();
    let mut at = from;
    loop {
        while bytes.get(at).is_some_and(|byte| !byte.is_ascii_digit()) && at < until {
            at += 1;
        }
        if !bytes.get(at).is_some_and(u8::is_ascii_digit) {
            return Err(at);
        }
        loop {
            let group = place::group(bytes, at);
            if let Some(found) = single(bytes, group) {
                return Ok(found);
            }
            run.push(group);
            at = group.end;
            let Some((separator, next)) = place::separator(bytes, at) else {
                break;
            };
            let other = run.separator.is_some_and(|known| known != separator);
            if other || group.is_last() {
                if let Some(found) = run.grouped(bytes) {
                    return Ok(found);
                }
                run.clear();
                if !group.is_last() {
                    run.push(group);
                }
            }
            run.separator = Some(separator);
            at = next;
        }
        if let Some(found) = run.grouped(bytes) {
            return Ok(found);
        }
        run.clear();
        if at >= until {
            return Err(at);
        }
    }
}

/// The card number that one unbroken group of digits is, if it is one.
fn single(bytes: &[u8], group: Group) -> Option<Found> {
    let digits = bytes.get(group.start..group.end)?;
    let issuer = issuer::of(digits)?;
    let range = group.start..group.end;
    if place::is_fraction(bytes, group.start)
        || place::is_glued(bytes, &range)
        || place::is_phone(bytes, &range)
        || place::is_trade_item(bytes, &range)
        || place::is_resident(bytes, &range)
        || place::is_seed(bytes, &range)
        || place::is_account(bytes, &range)
    {
        return None;
    }
    Some(Found { range, issuer })
}

/// Groups of digits that follow each other with the same separator between.
struct Run {
    groups: [Group; GROUPS_MAX],
    count: usize,
    /// Digits in all groups together.
    digits: usize,
    separator: Option<Separator>,
}

impl Run {
    const fn new() -> Self {
        Self {
            groups: [Group { start: 0, end: 0 }; GROUPS_MAX],
            count: 0,
            digits: 0,
            separator: None,
        }
    }

    fn push(&mut self, group: Group) {
        if let Some(slot) = self.groups.get_mut(self.count) {
            *slot = group;
        }
        self.count += 1;
        self.digits += group.len();
    }

    const fn clear(&mut self) {
        self.count = 0;
        self.digits = 0;
        self.separator = None;
    }

    /// The first card number written across several of the groups.
    fn grouped(&self, bytes: &[u8]) -> Option<Found> {
        if self.digits < DIGITS_MIN {
            return None;
        }
        let groups = self.groups.get(..self.count)?;
        let separator = self.separator?;
        for first in 0..groups.len() {
            let lengths = groups.get(first..first + 2).unwrap_or_default();
            // What no layout begins with is most of what comes here: dates, UUIDs.
            if !matches!(lengths, [one, two] if matches!((one.len(), two.len()), (4, 4 | 6) | (6, 13) | (8, 8)))
            {
                continue;
            }
            for layout in issuer::LAYOUTS {
                let Some(window) = groups.get(first..first + layout.len()) else {
                    continue;
                };
                let fits = window
                    .iter()
                    .zip(*layout)
                    .all(|(group, length)| group.len() == *length);
                // Dots separate the parts of object identifiers too: only a run that is a card from end to end counts.
                if fits
                    && (separator != Separator::Dot || window.len() == groups.len())
                    && let Some(found) = self.window(bytes, window)
                {
                    return Some(found);
                }
            }
        }
        None
    }

    fn window(&self, bytes: &[u8], window: &[Group]) -> Option<Found> {
        let mut digits = [0; DIGITS_MAX];
        let mut length = 0;
        for group in window {
            for byte in bytes.get(group.start..group.end)? {
                *digits.get_mut(length)? = *byte;
                length += 1;
            }
        }
        let issuer = issuer::of(digits.get(..length)?)?;
        let range = window.first()?.start..window.last()?.end;
        let excused = (self.separator == Some(Separator::Dot)
            && place::is_fraction(bytes, range.start))
            || place::is_glued(bytes, &range)
            || place::is_phone(bytes, &range)
            || place::is_account(bytes, &range);
        (!excused).then_some(Found { range, issuer })
    }
}

/// Looks again with the digits of other scripts (full width, Arabic, Devanagari, ...) written as ASCII.
fn find_folded(text: &str) -> Option<Found> {
    let foreign = text
        .chars()
        .filter(|c| place::ascii_digit(*c).is_some())
        .count();
    if foreign == 0 {
        return None;
    }
    let mut folded = String::with_capacity(text.len());
    let mut origins = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let c = place::ascii_digit(c).unwrap_or(c);
        folded.push(c);
        origins.resize(folded.len(), at);
    }
    origins.push(text.len());
    let found = find_ascii(folded.as_bytes())?;
    Some(Found {
        range: *origins.get(found.range.start)?..*origins.get(found.range.end)?,
        issuer: found.issuer,
    })
}

/// `text` with every card number in it replaced by `[card]`: for what must be shown and may hold one.
#[must_use]
pub fn without_cards(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut clean = String::new();
    while let Some(found) = find(rest) {
        clean.push_str(rest.get(..found.range.start).unwrap_or_default());
        clean.push_str("[card]");
        rest = rest.get(found.range.end..).unwrap_or_default();
    }
    if clean.is_empty() {
        return Cow::Borrowed(text);
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

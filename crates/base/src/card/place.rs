//! Where digits stand in a text, and what that says: a run of groups, a fraction, a phone number, a device code.

use std::ops::Range;

/// One unbroken run of ASCII digits.
#[derive(Clone, Copy)]
pub(super) struct Group {
    /// The first digit.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

impl Group {
    /// How many digits.
    pub(super) const fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether no layout goes on after a group of this length.
    pub(super) const fn is_last(self) -> bool {
        !matches!(self.len(), 4 | 6 | 8)
    }
}

/// What stands between two groups of one number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Space,
    Dash,
    Dot,
}

/// The group of digits that begins at `start`.
pub(super) fn group(bytes: &[u8], start: usize) -> Group {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|byte| !byte.is_ascii_digit());
    Group {
        start,
        end: length.map_or(bytes.len(), |length| start + length),
    }
}

/// One separating character at `at`, and its length.
fn separator_char(bytes: &[u8], at: usize) -> Option<(Separator, usize)> {
    let rest = bytes.get(at..)?;
    match rest {
        [b' ', ..] => Some((Separator::Space, 1)),
        [b'-' | b'_', ..] => Some((Separator::Dash, 1)),
        [b'.', ..] => Some((Separator::Dot, 1)),
        // No-break space; soft hyphen.
        [0xC2, 0xA0, ..] => Some((Separator::Space, 2)),
        [0xC2, 0xAD, ..] => Some((Separator::Dash, 2)),
        // U+2000..U+200B and U+202F, U+205F: spaces of all widths. U+2010..U+2015: hyphens and dashes. U+2212: minus.
        [0xE2, 0x80, 0x80..=0x8B | 0xAF, ..] | [0xE2, 0x81, 0x9F, ..] => {
            Some((Separator::Space, 3))
        }
        [0xE2, 0x80, 0x90..=0x95, ..] | [0xE2, 0x88, 0x92, ..] => Some((Separator::Dash, 3)),
        // U+3000 ideographic space, U+FF0D full-width hyphen, U+FF0E full-width full stop.
        [0xE3, 0x80, 0x80, ..] => Some((Separator::Space, 3)),
        [0xEF, 0xBC, 0x8D, ..] => Some((Separator::Dash, 3)),
        [0xEF, 0xBC, 0x8E, ..] => Some((Separator::Dot, 3)),
        _ => None,
    }
}

/// The separator at `at` (`-`, a space or two, ` - `, ...), if another digit follows; and where that digit is.
pub(super) fn separator(bytes: &[u8], at: usize) -> Option<(Separator, usize)> {
    let (mut kind, length) = separator_char(bytes, at)?;
    let mut next = at + length;
    for _ in 0..2 {
        if bytes.get(next).is_some_and(u8::is_ascii_digit) {
            return Some((kind, next));
        }
        let (other, length) = separator_char(bytes, next)?;
        kind = match (kind, other) {
            (Separator::Space, other) => other,
            (kind, Separator::Space) => kind,
            _ => return None,
        };
        next += length;
    }
    bytes
        .get(next)
        .is_some_and(u8::is_ascii_digit)
        .then_some((kind, next))
}

/// From the middle of something that may be a number back to where it begins, though not before `floor`.
pub(super) fn back_up(bytes: &[u8], at: usize, floor: usize) -> usize {
    let head = bytes.get(floor..at).unwrap_or_default();
    let tail = head
        .iter()
        .rev()
        .take_while(|byte| {
            byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'_' | b'.') || **byte >= 0x80
        })
        .count();
    at - tail
}

/// `bytes` without the UUID that they end in, if they do: `urn:uuid:`, `Patient/` or nothing may stand before it.
pub(super) fn without_uuid(bytes: &[u8]) -> &[u8] {
    let Some((head, uuid)) = bytes.split_last_chunk::<36>() else {
        return bytes;
    };
    let [
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        b'-',
        _,
        _,
        _,
        _,
        b'-',
        _,
        _,
        _,
        _,
        b'-',
        _,
        _,
        _,
        _,
        b'-',
        ..,
    ] = uuid
    else {
        return bytes;
    };
    let hex = uuid
        .iter()
        .map(|byte| u8::from(byte.is_ascii_hexdigit()))
        .sum::<u8>();
    if hex == 32 && !matches!(head, [.., b'0'..=b'9' | b' ' | b'-']) {
        head
    } else {
        bytes
    }
}

/// Whether `bytes` are a date and time as ISO 8601 writes them, and no more.
pub(super) fn is_moment(bytes: &[u8]) -> bool {
    const REST_MAX: usize = 16;
    let Some((moment, rest)) = bytes.split_first_chunk::<19>() else {
        return false;
    };
    let [
        _,
        _,
        _,
        _,
        b'-',
        _,
        _,
        b'-',
        _,
        _,
        b'T',
        _,
        _,
        b':',
        _,
        _,
        b':',
        _,
        _,
    ] = moment
    else {
        return false;
    };
    let digits = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| u8::from(byte.is_ascii_digit()))
            .sum::<u8>()
    };
    rest.len() <= REST_MAX && digits(moment) == 14 && digits(rest) < 12
}

/// Whether the digits at `start` are the fraction of a decimal or a later part of an object identifier: `.` and a digit stand
/// before them.
pub(super) fn is_fraction(bytes: &[u8], start: usize) -> bool {
    matches!(
        bytes.get(..start),
        Some([.., b'0'..=b'9', b'.'] | [.., b'0'..=b'9', b'.', b'-' | b'+'])
    )
}

/// Words that may stand right before a card number without a space.
const WORDS_BEFORE: &[&[u8]] = &[
    b"card",
    b"cards",
    b"cardno",
    b"cardnumber",
    b"cc",
    b"ccn",
    b"pan",
    b"no",
    b"nr",
    b"num",
    b"number",
    b"nummer",
    b"visa",
    b"mastercard",
    b"maestro",
    b"amex",
    b"diners",
    b"discover",
    b"jcb",
    b"mir",
    b"kort",
    b"kortnr",
    b"karte",
    b"kartennummer",
    b"carta",
    b"carte",
    b"numero",
];
/// No known word is as long as this. (How far is looked to either side is bounded everywhere, so that no text can make it slow.)
const WORD_MAX: usize = 16;
/// Words that may stand right after one.
const WORDS_AFTER: &[&[u8]] = &[b"exp", b"cvc", b"cvv", b"cvn"];

/// Whether letters touch the digits: then they are a piece of a serial number, a hash or encoded bytes. Words that announce a
/// card do not count, nor does the format code of a magnetic stripe (`%B`).
pub(super) fn is_glued(bytes: &[u8], range: &Range<usize>) -> bool {
    let before = bytes.get(..range.start).unwrap_or_default();
    let after = bytes.get(range.end..).unwrap_or_default();
    let letters = before
        .iter()
        .rev()
        .take(WORD_MAX)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let word = before.get(before.len() - letters..).unwrap_or_default();
    let announced = WORDS_BEFORE
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
        || matches!(before, [.., b'%', b'B' | b'b']);
    if !word.is_empty() && !announced {
        return true;
    }
    let letters = after
        .iter()
        .take(WORD_MAX)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let word = after.get(..letters).unwrap_or_default();
    !word.is_empty()
        && !WORDS_AFTER
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether the digits are an international phone number: `+`, then at most 15 digits (ITU-T E.164).
pub(super) fn is_phone(bytes: &[u8], range: &Range<usize>) -> bool {
    let digits = bytes
        .get(range.clone())
        .unwrap_or_default()
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .count();
    digits <= 15 && matches!(bytes.get(..range.start), Some([.., b'+']))
}

/// Whether the digits are a trade item or its serial number by GS1 rules: a GTIN-13 with its own right check digit (a bar code
/// of a German or Japanese medicine begins with 4), or a field of a device code, `(01)04012345678901(21)...`.
pub(super) fn is_trade_item(bytes: &[u8], range: &Range<usize>) -> bool {
    let digits = bytes.get(range.clone()).unwrap_or_default();
    let before = bytes.get(..range.start).unwrap_or_default();
    if digits.len() == 13 && passes_gs1(digits) {
        return true;
    }
    if before.ends_with(b"(01)") {
        return digits.len() == 14 && passes_gs1(digits);
    }
    // A device code is short, whatever the text around it.
    let near = before
        .get(before.len().saturating_sub(128)..)
        .unwrap_or_default();
    let is_field = matches!(before, [.., b'(', b'0'..=b'9', b'0'..=b'9', b')']);
    is_field
        && near.windows(18).any(|window| {
            window
                .strip_prefix(b"(01)")
                .is_some_and(|item| item.iter().all(u8::is_ascii_digit) && passes_gs1(item))
        })
}

/// Whether the digits are called a seed. Synthetic patients carry the 64-bit seeds they grew from in their text, and one of
/// fifty such numbers has all a card number has.
pub(super) fn is_seed(bytes: &[u8], range: &Range<usize>) -> bool {
    let before = bytes.get(..range.start).unwrap_or_default();
    let gap = before
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b' ' | b':' | b'=' | b'-'))
        .count();
    let head = before.get(..before.len() - gap).unwrap_or_default();
    let word = head.get(head.len().saturating_sub(4)..).unwrap_or_default();
    word.eq_ignore_ascii_case(b"seed")
}

/// Whether the digits are the number of a resident of China (GB 11643): 18 digits, a day of birth in the middle, and a check
/// digit by ISO 7064 MOD 11-2. Those of two provinces begin like cards.
pub(super) fn is_resident(bytes: &[u8], range: &Range<usize>) -> bool {
    let Some(digits) = bytes.get(range.clone()).and_then(<[u8]>::as_array::<18>) else {
        return false;
    };
    let number = |range: Range<usize>| {
        let part = digits.get(range).unwrap_or_default();
        part.iter()
            .fold(0_u32, |sum, byte| sum * 10 + u32::from(byte & 15))
    };
    let born = (1900..2100).contains(&number(6..10))
        && (1..=12).contains(&number(10..12))
        && (1..=31).contains(&number(12..14));
    let check = digits
        .iter()
        .fold(0_u32, |sum, byte| (sum * 2 + u32::from(byte & 15)) % 11);
    born && check == 1
}

/// The check digit of GS1 General Specifications, 7.9: weights 3 and 1 from the right.
fn passes_gs1(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, byte)| u32::from(byte & 15) * if place & 1 == 1 { 3 } else { 1 })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether the digits are a piece of an IBAN (ISO 13616), which begins with two letters and proves itself by its remainder.
pub(super) fn is_account(bytes: &[u8], range: &Range<usize>) -> bool {
    const CHARS_MAX: usize = 34;
    let before = bytes.get(..range.start).unwrap_or_default();
    let from = before.len().saturating_sub(CHARS_MAX + CHARS_MAX / 4);
    (from..before.len()).any(|start| {
        let head = before.get(start..).unwrap_or_default();
        let starts_word =
            start == 0 || !bytes.get(start - 1).is_some_and(u8::is_ascii_alphanumeric);
        starts_word
            && matches!(
                head,
                [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', ..]
            )
            && iban_covers(bytes.get(start..).unwrap_or_default(), range.end - start)
    })
}

/// Whether `text` begins with a right IBAN that is at least `needed` bytes long.
fn iban_covers(text: &[u8], needed: usize) -> bool {
    let mut chars = Vec::with_capacity(34);
    for (at, byte) in text.iter().enumerate() {
        if at > 2 * 34 {
            return false;
        }
        let ends = !byte.is_ascii_digit() && !byte.is_ascii_uppercase();
        if ends && *byte != b' ' && *byte != b'-' {
            return at >= needed && passes_iban(&chars);
        }
        if at >= needed && ends && passes_iban(&chars) {
            return true;
        }
        if !ends {
            chars.push(*byte);
        }
        if chars.len() > 34 {
            return false;
        }
    }
    text.len() >= needed && passes_iban(&chars)
}

fn passes_iban(chars: &[u8]) -> bool {
    let (Some(head), Some(body)) = (chars.get(..4), chars.get(4..)) else {
        return false;
    };
    if !(15..=34).contains(&chars.len()) {
        return false;
    }
    let remainder = body.iter().chain(head).fold(0_u32, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        _ => (sum * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    remainder == 1
}

/// The first code points (the zeros) of decimal digits in scripts that people type numbers in.
const ZEROS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC,
    0x1D7F6,
];

/// The ASCII digit with the same value, for a decimal digit of another script.
pub(super) fn ascii_digit(c: char) -> Option<char> {
    let code = u32::from(c);
    if code < 0x0660 {
        return None;
    }
    let zero = ZEROS
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

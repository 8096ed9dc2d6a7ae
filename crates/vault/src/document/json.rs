//! Strings of JSON text: escapes resolved, and made again.

use std::borrow::Cow;

/// What `raw`, the inside of a JSON string that was scanned already, stands for.
pub(super) fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('u') => out.push(unicode(&mut chars)),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(other) => out.push(other),
            None => {}
        }
    }
    Cow::Owned(out)
}

/// The character of a `\u` escape, and of the second half of a pair.
fn unicode(chars: &mut std::str::Chars<'_>) -> char {
    let unit = |chars: &mut std::str::Chars<'_>| -> Option<u32> {
        (0..4).try_fold(0, |unit, _| Some(unit << 4 | chars.next()?.to_digit(16)?))
    };
    let Some(first) = unit(chars) else {
        return char::REPLACEMENT_CHARACTER;
    };
    if let Some(c) = char::from_u32(first) {
        return c;
    }
    let mut ahead = chars.clone();
    if ahead.next() == Some('\\')
        && ahead.next() == Some('u')
        && let Some(second @ 0xDC00..=0xDFFF) = unit(&mut ahead)
        && let Some(c) = char::from_u32(0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF))
    {
        *chars = ahead;
        return c;
    }
    char::REPLACEMENT_CHARACTER
}

/// `text` as a JSON string, quotes included.
pub(super) fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\0'..='\x1f' => out.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes()),
            _ => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

/// `text`, valid JSON, without the white space between its tokens, at the end of `out`.
pub(super) fn push_compact(out: &mut Vec<u8>, text: &str) {
    let mut rest = text;
    while let Some(quote) = rest.find('"') {
        let (outside, inside) = rest.split_at(quote);
        out.extend(outside.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        let end = string_end(inside);
        let (string, after) = inside.split_at(end);
        out.extend_from_slice(string.as_bytes());
        rest = after;
    }
    out.extend(rest.bytes().filter(|byte| !byte.is_ascii_whitespace()));
}

/// The length of the JSON string that `text` begins with, quotes included; all of it if it does not end.
pub(super) fn string_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        at += plain(bytes.get(at..).unwrap_or_default());
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            // The byte after a backslash is ASCII in JSON; were it not, stop at a border of characters.
            Some(b'\\') if text.is_char_boundary(at + 2) => at += 2,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

/// How many bytes of a string can be passed at once: those that are no quote, no backslash and no control character.
pub(super) fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let stop = control
            | zero(word ^ (ONES * u64::from(b'"')))
            | zero(word ^ (ONES * u64::from(b'\\')));
        if stop != 0 {
            // The lowest mark is exact; a borrow can only disturb the bytes above it.
            return index * 8 + stop.trailing_zeros() as usize / 8;
        }
    }
    let stop = rest
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    bytes.len() - rest.len() + stop.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_passed_to_its_first_special_byte() {
        let text = b"abcdefghijklmnopqrstuvwxyz\xc3\xa9\x7f\xff";
        for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
            for at in 0..text.len() {
                let mut bytes = text.to_vec();
                bytes[at] = special;
                assert_eq!(plain(&bytes), at);
            }
        }
        assert_eq!(plain(text), text.len());
    }
}

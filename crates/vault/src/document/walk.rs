//! Ways through JSON text that was scanned already. On other text they end early, but they end.

use super::json::{string_end, unescape};

/// The length of the value that `text` begins with.
fn value_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at += string_end(text.get(at..).unwrap_or_default()),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                if depth == 0 {
                    return at;
                }
                depth -= 1;
                at += 1;
            }
            b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\n', '\r', '\t'])
}

/// The members of the object that `text` begins with: the raw name between its quotes, and the raw value.
pub(super) fn members(text: &str) -> Members<'_> {
    Members {
        rest: text.strip_prefix('{').unwrap_or_default(),
    }
}

pub(super) struct Members<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = skip_space(self.rest);
        let rest = skip_space(rest.strip_prefix(',').unwrap_or(rest));
        if !rest.starts_with('"') {
            return None;
        }
        let (name, rest) = rest.split_at(string_end(rest));
        let name = name.get(1..name.len().checked_sub(1)?)?;
        let rest = skip_space(skip_space(rest).strip_prefix(':')?);
        let (value, rest) = rest.split_at(value_end(rest));
        self.rest = rest;
        Some((name, value))
    }
}

/// The items of the array that `text` is, or the one value that it is if it is none.
pub(super) fn items(text: &str) -> Items<'_> {
    match text.strip_prefix('[') {
        Some(rest) => Items { rest, single: None },
        None => Items {
            rest: "",
            single: Some(text),
        },
    }
}

pub(super) struct Items<'a> {
    rest: &'a str,
    single: Option<&'a str>,
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(single) = self.single.take() {
            return Some(single);
        }
        let rest = skip_space(self.rest);
        let rest = skip_space(rest.strip_prefix(',').unwrap_or(rest));
        let (value, rest) = rest.split_at(value_end(rest));
        self.rest = rest;
        (!value.is_empty()).then_some(value)
    }
}

/// The inside of a JSON string, escapes resolved; `None` if `text` is another value.
pub(super) fn text_of(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    Some(unescape(inside))
}

/// Whether the text `string` is where the member `name` of `object` has its value, and another member `sibling` is the text
/// `value`.
pub(super) fn is_value_of(
    object: &str,
    string: &str,
    name: &str,
    sibling: &str,
    value: &str,
) -> bool {
    let mut named = false;
    let mut declared = false;
    for (key, member) in members(object) {
        named |= key == name && std::ptr::eq(member.as_ptr(), string.as_ptr());
        declared |= key == sibling && text_of(member).is_some_and(|text| text == value);
    }
    named && declared
}

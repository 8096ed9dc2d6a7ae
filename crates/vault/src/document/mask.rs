//! What is left of a value for who may not see it whole.

use super::json::push_string;
use super::walk;
use crate::register::Mask;

/// `value` under `mask`, at the end of `out`; `false` if nothing is left of it.
///
/// Only texts and lists of texts leave anything; whatever else is under a mask is absent.
pub(super) fn push_masked(out: &mut Vec<u8>, mask: Mask, value: &str) -> bool {
    if mask == Mask::Absent {
        return false;
    }
    let before = out.len();
    let is_list = value.starts_with('[');
    if is_list {
        out.push(b'[');
    }
    for (index, item) in walk::items(value).enumerate() {
        let Some(text) = walk::text_of(item) else {
            out.truncate(before);
            return false;
        };
        if index > 0 {
            out.push(b',');
        }
        push_string(out, &masked(mask, &text));
    }
    if is_list {
        out.push(b']');
    }
    true
}

fn masked(mask: Mask, text: &str) -> String {
    const STARS: &str = "***";
    match mask {
        Mask::Absent | Mask::Stars => STARS.to_owned(),
        Mask::LastFour => {
            let length = text.chars().count();
            // Of a short text the last four would be most of it.
            let shown = if length >= 8 { 4 } else { 0 };
            STARS
                .chars()
                .chain(text.chars().skip(length - shown))
                .collect()
        }
        Mask::Year => text.chars().take(4).collect(),
        Mask::Initial => match text.chars().find(|c| !c.is_whitespace()) {
            Some(first) => format!("{first}."),
            None => STARS.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn under(mask: Mask, value: &str) -> Option<String> {
        let mut out = Vec::new();
        push_masked(&mut out, mask, value).then(|| String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_mask_leaves_what_it_says() {
        assert_eq!(under(Mask::Stars, "\"Ada\"").as_deref(), Some("\"***\""));
        assert_eq!(
            under(Mask::LastFour, "\"800101-1234\"").as_deref(),
            Some("\"***1234\"")
        );
        assert_eq!(
            under(Mask::LastFour, "\"1234\"").as_deref(),
            Some("\"***\"")
        );
        assert_eq!(
            under(Mask::Year, "\"1980-01-01\"").as_deref(),
            Some("\"1980\"")
        );
        assert_eq!(
            under(Mask::Initial, "[\"Ada\", \"\\u00d6rjan\"]").as_deref(),
            Some("[\"A.\",\"Ö.\"]")
        );
        assert_eq!(under(Mask::Absent, "\"Ada\""), None);
        assert_eq!(under(Mask::Stars, "{\"a\":1}"), None);
        assert_eq!(under(Mask::Stars, "[\"a\",1]"), None);
    }
}

//! Records as a table (RFC 4180), for programs that open one: a text that such a program would run as a formula is shown as text.

use std::borrow::Cow;
use std::collections::HashMap;

use base::{Instant, RecordId};
use serde_json::value::RawValue;

use crate::register::Collection;

/// What stands in the row of a record whose body no program reads as JSON.
const UNREADABLE: &str = "(unreadable here: see records)";

/// The names of the columns, behind the mark by which a spreadsheet knows that it is UTF-8.
pub(super) fn head(collection: &Collection) -> String {
    let mut line = "\u{feff}record,version,written_at".to_owned();
    for field in &collection.fields {
        line.push(',');
        line.push_str(&cell(field.name.as_str()));
    }
    line.push_str("\r\n");
    line
}

/// One record.
pub(super) fn line(
    collection: &Collection,
    record: &RecordId,
    version: u64,
    written_at: Instant,
    body: &[u8],
) -> String {
    let mut line = format!("{},{version},{written_at}", text(record.as_str()));
    // Only its members are told apart: what is in them goes as it was stored.
    let Ok(body) = serde_json::from_slice::<HashMap<String, &RawValue>>(body) else {
        // A row that is empty would say that there is nothing.
        line.push(',');
        line.push_str(UNREADABLE);
        line.extend(std::iter::repeat_n(
            ',',
            collection.fields.len().saturating_sub(1),
        ));
        line.push_str("\r\n");
        return line;
    };
    for field in &collection.fields {
        line.push(',');
        if let Some(value) = body.get(field.name.as_str()) {
            line.push_str(&value_cell(value.get()));
        }
    }
    line.push_str("\r\n");
    line
}

/// A member's JSON text as a cell.
fn value_cell(json: &str) -> Cow<'_, str> {
    match json.as_bytes().first() {
        Some(b'"') => text(&serde_json::from_str::<String>(json).unwrap_or_default())
            .into_owned()
            .into(),
        Some(b'{' | b'[') => cell(json),
        _ if json == "null" => Cow::Borrowed(""),
        // Numbers, true and false.
        _ => Cow::Borrowed(json),
    }
}

/// A text, with an apostrophe before what a spreadsheet would take for a formula.
#[must_use]
pub fn text(it: &str) -> Cow<'_, str> {
    if it.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        cell(&format!("'{it}")).into_owned().into()
    } else {
        cell(it)
    }
}

fn cell(it: &str) -> Cow<'_, str> {
    if it.contains(['"', ',', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", it.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_as_a_formula_and_nothing_breaks_a_line() {
        assert_eq!(text("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(text("@x"), "'@x");
        assert_eq!(text("a\nb"), "\"a\nb\"");
        assert_eq!(text("plain"), "plain");
        assert_eq!(value_cell("\"=1+1\""), "'=1+1");
        assert_eq!(value_cell("[\"a\",1]"), "\"[\"\"a\"\",1]\"");
        assert_eq!(
            (value_cell("null"), value_cell("-1.50")),
            ("".into(), "-1.50".into())
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_says_so() {
        let register = crate::register::Register::shipped().unwrap();
        let collection = register.collection("cycle-day").unwrap();
        let at = Instant::from_micros(0);
        let said = line(collection, &"d-1".parse().unwrap(), 2, at, b"{not json");
        assert!(said.contains(UNREADABLE), "{said}");
        let columns = |text: &str| text.trim_end().matches(',').count();
        assert_eq!(columns(&said), columns(&head(collection)));
        assert!(head(collection).starts_with("\u{feff}record,"));
    }
}

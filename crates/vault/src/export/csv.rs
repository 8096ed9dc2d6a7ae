//! Records as a table (RFC 4180), for programs that open one: a text that such a program would run as a formula is shown as text.

use base::{Instant, RecordId};
use serde_json::Value;

use crate::register::Collection;

/// The names of the columns.
pub(super) fn head(collection: &Collection) -> String {
    let mut line = "record,version,written_at".to_owned();
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
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mut line = format!("{},{version},{written_at}", text(record.as_str()));
    for field in &collection.fields {
        line.push(',');
        match body.get(field.name.as_str()) {
            None | Some(Value::Null) => {}
            Some(Value::String(it)) => line.push_str(&text(it)),
            Some(Value::Bool(it)) => line.push_str(if *it { "true" } else { "false" }),
            Some(Value::Number(it)) => line.push_str(&it.to_string()),
            Some(other) => line.push_str(&cell(&other.to_string())),
        }
    }
    line.push_str("\r\n");
    line
}

/// A text, with an apostrophe before what a spreadsheet would take for a formula.
#[must_use]
pub fn text(it: &str) -> String {
    if it.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        cell(&format!("'{it}"))
    } else {
        cell(it)
    }
}

fn cell(it: &str) -> String {
    if it.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", it.replace('"', "\"\""))
    } else {
        it.to_owned()
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
    }
}

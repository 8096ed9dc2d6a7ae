//! A body of JSON, whole or not at all. What is wrong with one is said with a pointer and without a word of its values.

use base::ErrorKind;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use web::Problem;

/// A pointer is as deep as anything that we take.
const STEPS_MAX: usize = 8;
/// A name in a pointer; what is longer is no name of ours.
const NAME_MAX: usize = 64;

/// Reads a body; `takes` says what the route takes, as a sentence.
///
/// # Errors
/// A problem with `code`, and a JSON pointer (RFC 6901) to the member that is missing, unknown or of another type.
pub(super) fn json<T: DeserializeOwned>(
    bytes: &[u8],
    code: &'static str,
    takes: &str,
) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader);
    let value = read.map_err(|error| wrong(error.path(), error.inner(), code, takes))?;
    match reader.end() {
        Ok(()) => Ok(value),
        Err(error) => Err(not_json(&error, code, takes)),
    }
}

/// The same for a part of a body that was read as JSON before.
///
/// # Errors
/// As [`json`].
pub(super) fn value<T: DeserializeOwned>(
    value: Value,
    code: &'static str,
    takes: &str,
) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| wrong(error.path(), error.inner(), code, takes))
}

fn wrong(path: &Path, error: &serde_json::Error, code: &'static str, takes: &str) -> Problem {
    if !error.is_data() {
        return not_json(error, code, takes);
    }
    let mut pointer = pointer(path);
    // The names of members that should be there are ours; everything else that the library says may quote the body.
    let text = error.to_string();
    let missing = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split_once('`'));
    let why = match missing {
        Some((name, _)) => {
            pointer.push('/');
            pointer.push_str(name);
            format!("`{name}` is missing")
        }
        None if text.starts_with("unknown field") => "a member is unknown here".to_owned(),
        None if text.starts_with("unknown variant") => {
            "a word is none of those that can stand here".to_owned()
        }
        None => "a value is not of the type that is taken here".to_owned(),
    };
    let mut problem = Problem::new(ErrorKind::Invalid, code, format!("{takes} But {why}."));
    problem.pointer = Some(pointer);
    problem
}

fn not_json(error: &serde_json::Error, code: &'static str, takes: &str) -> Problem {
    let (line, column) = (error.line(), error.column());
    let detail = format!("{takes} But it is not JSON (line {line}, column {column}).");
    Problem::new(ErrorKind::Invalid, code, detail)
}

/// As far as the path has names that could be ours.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path.iter().take(STEPS_MAX) {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } | Segment::Enum { variant: key } if is_name(key) => key.clone(),
            _ => break,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    pointer
}

fn is_name(key: &str) -> bool {
    let plain = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'-';
    (1..=NAME_MAX).contains(&key.len()) && key.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read to see what cannot be read")]
    struct Taken {
        days: u32,
        parts: Vec<Part>,
        notice: BTreeMap<String, String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "read to see what cannot be read")]
    struct Part {
        verbs: String,
    }

    fn told(text: &str) -> (Option<String>, String) {
        let problem = json::<Taken>(text.as_bytes(), "test.body", "Send it.").unwrap_err();
        (problem.pointer, problem.detail)
    }

    #[test]
    fn a_pointer_says_where_and_nothing_quotes_the_body() {
        let cases = [
            (
                r#"{"days":1,"parts":[]}"#,
                Some("/notice"),
                "`notice` is missing",
            ),
            (
                r#"{"days":1,"parts":[{"verbs":"r"},{}],"notice":{}}"#,
                Some("/parts/1/verbs"),
                "missing",
            ),
            (
                r#"{"days":"canary","parts":[],"notice":{}}"#,
                Some("/days"),
                "type",
            ),
            (
                r#"{"days":1,"parts":[],"notice":{"sv":17}}"#,
                Some("/notice/sv"),
                "type",
            ),
            (
                r#"{"days":1,"parts":[],"notice":{},"canary wörd":1}"#,
                Some(""),
                "unknown",
            ),
            (r#"{"days":1,"#, None, "not JSON (line 1"),
            (
                r#"{"days":1,"parts":[],"notice":{}} canary"#,
                None,
                "not JSON",
            ),
        ];
        for (text, pointer, why) in cases {
            let (at, detail) = told(text);
            assert_eq!(at.as_deref(), pointer, "{text}: {detail}");
            assert!(detail.contains(why), "{text}: {detail}");
            assert!(!detail.contains("canary"), "{text}: {detail}");
        }
    }
}

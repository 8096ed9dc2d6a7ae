//! Whether two resources say the same: the order of members does not count, everything else does.

use serde_json::Value;

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Digit by digit: `1.0` is not `1.00`, as FHIR holds that decimals carry their precision.
    AsWritten,
    /// By what they amount to: `1.0` is `1.00`, `1e2` is `100`.
    ByValue,
}

/// Whether what came back says what went in. `meta.versionId` and `meta.lastUpdated` are the server's and do not count.
#[must_use]
pub fn semantically_equal(left: &Value, right: &Value) -> bool {
    difference(left, right, Numbers::ByValue).is_none()
}

/// A JSON pointer to the first place where two resources differ, if they do. The server's part of `meta` does not count.
#[must_use]
pub fn difference(left: &Value, right: &Value, numbers: Numbers) -> Option<String> {
    let mut pointer = String::new();
    differ(
        &without_server_meta(left),
        &without_server_meta(right),
        numbers,
        &mut pointer,
    )
    .then_some(pointer)
}

/// `resource` without what a server sets by itself.
fn without_server_meta(resource: &Value) -> Value {
    let mut resource = resource.clone();
    if let Some(object) = resource.as_object_mut()
        && let Some(meta) = object.get_mut("meta").and_then(Value::as_object_mut)
    {
        meta.shift_remove("versionId");
        meta.shift_remove("lastUpdated");
        if meta.is_empty() {
            object.shift_remove("meta");
        }
    }
    resource
}

fn differ(left: &Value, right: &Value, numbers: Numbers, pointer: &mut String) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in left {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                match right.get(key) {
                    Some(other) if !differ(value, other, numbers, pointer) => (),
                    _ => return true,
                }
                pointer.truncate(length);
            }
            if let Some(extra) = right.keys().find(|key| !left.contains_key(*key)) {
                pointer.push('/');
                pointer.push_str(&extra.replace('~', "~0").replace('/', "~1"));
                return true;
            }
            false
        }
        (Value::Array(left), Value::Array(right)) => {
            for (index, (value, other)) in left.iter().zip(right).enumerate() {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&index.to_string());
                if differ(value, other, numbers, pointer) {
                    return true;
                }
                pointer.truncate(length);
            }
            left.len() != right.len()
        }
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.to_string(), right.to_string());
            left != right && (numbers == Numbers::AsWritten || decimal(&left) != decimal(&right))
        }
        _ => left != right,
    }
}

/// A JSON number as (negative, digits without zeros at either end, power of ten).
fn decimal(text: &str) -> (bool, String, i64) {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let kept = digits.trim_end_matches('0');
    let dropped = digits.len() - kept.len();
    let kept = kept.trim_start_matches('0');
    if kept.is_empty() {
        return (false, String::new(), 0);
    }
    let scale = i64::try_from(dropped).unwrap_or(0) - i64::try_from(fraction.len()).unwrap_or(0);
    let exponent = exponent.trim_start_matches('+').parse().unwrap_or(i64::MAX);
    (negative, kept.to_owned(), scale.saturating_add(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) -> Option<String> {
        let parse = |text| serde_json::from_str(text).unwrap();
        difference(&parse(left), &parse(right), Numbers::ByValue)
    }

    #[test]
    fn order_of_members_and_the_servers_meta_do_not_count() {
        assert_eq!(
            same(
                r#"{"a":1,"b":[1,2],"meta":{"versionId":"7"}}"#,
                r#"{"b":[1,2],"a":1}"#
            ),
            None
        );
        assert_eq!(
            same(
                r#"{"meta":{"versionId":"7","profile":["x"]}}"#,
                r#"{"meta":{"profile":["x"],"lastUpdated":"2020"}}"#
            ),
            None
        );
    }

    #[test]
    fn everything_else_counts() {
        assert_eq!(
            same(r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
            Some("/a/0".into())
        );
        assert_eq!(same(r#"{"a":[1]}"#, r#"{"a":[1,2]}"#), Some("/a".into()));
        assert_eq!(
            same(r#"{"a":1}"#, r#"{"a":1,"b/c":2}"#),
            Some("/b~1c".into())
        );
        assert_eq!(same(r#"{"a":1}"#, r#"{"a":"1"}"#), Some("/a".into()));
        assert_eq!(same(r#"{"a":null}"#, "{}"), Some("/a".into()));
    }

    #[test]
    fn numbers_are_equal_by_value_or_as_written() {
        for (left, right) in [
            ("1.0", "1.00"),
            ("1e2", "100"),
            ("0.10", "1E-1"),
            ("-0", "0.0"),
            ("12.50", "125e-1"),
        ] {
            assert_eq!(same(left, right), None, "{left} {right}");
        }
        for (left, right) in [("1", "-1"), ("1", "10"), ("1e2", "1e3"), ("0.1", "0.01")] {
            assert!(same(left, right).is_some(), "{left} {right}");
        }
        let (left, right) = (
            serde_json::from_str("1.0").unwrap(),
            serde_json::from_str("1.00").unwrap(),
        );
        assert!(difference(&left, &right, Numbers::AsWritten).is_some());
    }
}

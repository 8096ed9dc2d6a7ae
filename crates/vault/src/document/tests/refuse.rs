//! Bad input: a code, a pointer, and nothing of the value.

use base::{ErrorKind, Fault};

use super::{SMALL_REGISTER, take};
use crate::document::intake;

/// Each document, the code it is refused with, and where.
fn check(cases: &[(&str, &str, Option<&str>)]) {
    for (json, code, pointer) in cases {
        let error = match take(json) {
            Err(error) => error,
            Ok(_) => panic!("let in: {json}"),
        };
        assert_eq!(
            (error.code(), error.pointer().as_deref()),
            (*code, *pointer),
            "{json}: {}",
            error.public()
        );
        assert!(matches!(
            error.kind(),
            ErrorKind::Invalid | ErrorKind::Refused | ErrorKind::TooLarge
        ));
    }
}

#[test]
fn what_is_no_json_is_refused() {
    check(&[
        ("", "json.syntax", None),
        ("   ", "json.syntax", None),
        ("{", "json.syntax", None),
        ("{}x", "json.syntax", None),
        ("{} {}", "json.syntax", None),
        ("\u{feff}{}", "json.syntax", None),
        ("{,}", "json.syntax", None),
        (r#"{"name":"a",}"#, "json.syntax", None),
        (r#"{"name" "a"}"#, "json.syntax", None),
        (r#"{"name":"a" "born":"1980"}"#, "json.syntax", None),
        (r#"{name:"a"}"#, "json.syntax", None),
        (r#"{'name':'a'}"#, "json.syntax", None),
        (r#"{"name":"a}"#, "json.syntax", None),
        ("{\"name\":\"a\nb\"}", "json.syntax", None),
        ("{\"name\":\"a\0b\"}", "json.syntax", None),
        (r#"{"name":"\x41"}"#, "json.syntax", None),
        (r#"{"name":"\u12"}"#, "json.syntax", None),
        (r#"{"name":"\u12é4"}"#, "json.syntax", None),
        (r#"{"name":"\"#, "json.syntax", None),
        (r#"{"readings":[1,]}"#, "json.syntax", None),
        (r#"{"readings":[,1]}"#, "json.syntax", None),
        (r#"{"readings":[1 2]}"#, "json.syntax", None),
        (r#"{"weight":01}"#, "json.syntax", None),
        (r#"{"weight":-}"#, "json.syntax", None),
        (r#"{"weight":1.}"#, "json.syntax", None),
        (r#"{"weight":.5}"#, "json.syntax", None),
        (r#"{"weight":+1}"#, "json.syntax", None),
        (r#"{"weight":1e}"#, "json.syntax", None),
        (r#"{"weight":0x10}"#, "json.syntax", None),
        (r#"{"weight":NaN}"#, "json.syntax", None),
        (r#"{"weight":-Infinity}"#, "json.syntax", None),
        (r#"{"smoker":True}"#, "json.syntax", None),
        (r#"{"smoker":tru}"#, "json.syntax", None),
        (r#"{"smoker":nul"#, "json.syntax", None),
        ("[]", "record.not_an_object", Some("")),
        ("null", "record.not_an_object", Some("")),
        ("\"a\"", "record.not_an_object", Some("")),
        ("[", "json.syntax", None),
        (r#"{"name":"\ud800"}"#, "json.surrogate", None),
        (r#"{"name":"\udc00"}"#, "json.surrogate", None),
        (r#"{"name":"\ud800\u0041"}"#, "json.surrogate", None),
        (r#"{"name":"\ud800\ud800"}"#, "json.surrogate", None),
    ]);
    let error = intake(super::visit(), b"{\"name\":\"\xff\"}").unwrap_err();
    assert_eq!((error.code(), error.offset()), ("json.not_utf8", 9));
    let error = intake(super::visit(), b"{\"name\":\"\xed\xa0\x80\"}").unwrap_err();
    assert_eq!(error.code(), "json.not_utf8");
}

#[test]
fn what_the_register_does_not_allow_is_refused_with_its_place() {
    check(&[
        (
            r#"{"nickname":"a"}"#,
            "record.unknown_field",
            Some("/nickname"),
        ),
        (r#"{"Name":"a"}"#, "record.unknown_field", Some("/Name")),
        (r#"{"_name":{}}"#, "record.unknown_field", Some("/_name")),
        (r#"{"":1}"#, "record.unknown_field", Some("")),
        (
            r#"{"Jane Doe, born 1980":1}"#,
            "record.unknown_field",
            Some(""),
        ),
        (r#"{"name":1}"#, "record.wrong_type", Some("/name")),
        (r#"{"name":null}"#, "record.wrong_type", Some("/name")),
        (r#"{"name":["a"]}"#, "record.wrong_type", Some("/name")),
        (
            r#"{"name":"123456789"}"#,
            "record.value_too_long",
            Some("/name"),
        ),
        (
            r#"{"status":"over"}"#,
            "record.value_not_allowed",
            Some("/status"),
        ),
        (r#"{"aliases":"a"}"#, "record.wrong_type", Some("/aliases")),
        (
            r#"{"aliases":["a",2]}"#,
            "record.wrong_type",
            Some("/aliases/1"),
        ),
        (
            r#"{"aliases":["a",null]}"#,
            "record.wrong_type",
            Some("/aliases/1"),
        ),
        (
            r#"{"born":"1980-02-30"}"#,
            "record.wrong_type",
            Some("/born"),
        ),
        (r#"{"day":"1980"}"#, "record.wrong_type", Some("/day")),
        (r#"{"at":"2026-11-23"}"#, "record.wrong_type", Some("/at")),
        (
            r#"{"when":"yesterday"}"#,
            "record.wrong_type",
            Some("/when"),
        ),
        (
            r#"{"clock":"25:00:00"}"#,
            "record.wrong_type",
            Some("/clock"),
        ),
        (r#"{"pulse":61.5}"#, "record.wrong_type", Some("/pulse")),
        (r#"{"pulse":6e1}"#, "record.wrong_type", Some("/pulse")),
        (r#"{"pulse":"61"}"#, "record.wrong_type", Some("/pulse")),
        (r#"{"smoker":"no"}"#, "record.wrong_type", Some("/smoker")),
        (
            r#"{"picture":"???"}"#,
            "record.wrong_type",
            Some("/picture"),
        ),
        (
            r#"{"contact":{"name":"a"}}"#,
            "record.wrong_type",
            Some("/contact"),
        ),
        (
            r#"{"contact":[{"name":"a"},"b"]}"#,
            "record.wrong_type",
            Some("/contact/1"),
        ),
        (r#"{"place":[{}]}"#, "record.wrong_type", Some("/place")),
        (r#"{"_status":"x"}"#, "record.wrong_type", Some("/_status")),
    ]);
    let strict = SMALL_REGISTER.collection("strict").unwrap();
    let error = intake(strict, br#"{"b":"x"}"#).unwrap_err();
    assert_eq!(
        (error.code(), error.pointer().as_deref()),
        ("record.missing_field", Some("/a"))
    );
}

#[test]
fn a_name_twice_is_refused_at_any_level_however_it_is_written() {
    check(&[
        (
            r#"{"name":"a","name":"a"}"#,
            "json.duplicate_key",
            Some("/name"),
        ),
        (
            r#"{"name":"a","\u006eame":"b"}"#,
            "json.duplicate_key",
            Some("/name"),
        ),
        (
            r#"{"place":{"a":1,"b":{"c":1,"c":2}}}"#,
            "json.duplicate_key",
            Some("/place/b/c"),
        ),
        (
            r#"{"contact":[{},{"x":[{"y":1,"y":1}]}]}"#,
            "json.duplicate_key",
            Some("/contact/1/x/0/y"),
        ),
        (
            r#"{"more":{"valueAddress":{"city":1,"city":1}}}"#,
            "json.duplicate_key",
            Some("/more/valueAddress/city"),
        ),
    ]);
    // In an object with many members as well.
    let many: Vec<String> = (0..2_000).map(|at| format!("\"m{at}\":{at}")).collect();
    assert!(take(&format!("{{\"more\":{{{}}}}}", many.join(","))).is_ok());
    let twice = format!("{{\"more\":{{{},\"m7\":0}}}}", many.join(","));
    check(&[(&twice, "json.duplicate_key", Some("/more/m7"))]);
}

#[test]
fn limits_hold() {
    let nested = |levels: usize| {
        format!(
            "{{\"more\":{}1{}}}",
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    assert!(take(&nested(base::limits::JSON_DEPTH_MAX)).is_ok());
    let error = take(&nested(base::limits::JSON_DEPTH_MAX + 1)).unwrap_err();
    assert_eq!(error.code(), "json.too_deep");
    assert!(take(&"[".repeat(1_000_000)).is_err());
    assert!(take(&"{\"more\":".repeat(100_000)).is_err());
    let digits = |count: usize| format!("{{\"weight\":1.{}}}", "7".repeat(count - 1));
    assert!(take(&digits(base::limits::NUMBER_DIGITS_MAX)).is_ok());
    check(&[
        (
            &digits(base::limits::NUMBER_DIGITS_MAX + 1),
            "json.number",
            Some("/weight"),
        ),
        (&digits(100_000), "json.number", Some("/weight")),
        (r#"{"weight":1e309}"#, "json.number", Some("/weight")),
        (
            r#"{"weight":1e-99999999999999999999}"#,
            "json.number",
            Some("/weight"),
        ),
        (r#"{"more":[0,1E+400]}"#, "json.number", Some("/more/1")),
    ]);
    let words: Vec<String> = (0..30_000).map(|at| format!("w{at}")).collect();
    let wordy = format!("{{\"contact\":[{{\"name\":\"{}\"}}]}}", words.join(" "));
    check(&[(&wordy, "record.too_many_values", Some(""))]);
    let large = format!(
        "{{\"number\":\"{}\"}}",
        "a".repeat(base::limits::RECORD_BYTES_MAX)
    );
    check(&[(&large, "record.too_large", None)]);
}

#[test]
fn a_card_number_is_refused_wherever_it_stands_and_never_repeated() {
    let card = "4242424242424242";
    let cases = [
        (format!(r#"{{"number":"{card}"}}"#), Some("/number")),
        (
            r#"{"number":"4242 4242 4242 4242"}"#.to_owned(),
            Some("/number"),
        ),
        (
            r#"{"number":"\u0034242-4242-4242-4242"}"#.to_owned(),
            Some("/number"),
        ),
        (format!(r#"{{"more":{card}}}"#), Some("/more")),
        (format!(r#"{{"weight":{card}}}"#), Some("/weight")),
        (
            r#"{"weight":4.242424242424242e15}"#.to_owned(),
            Some("/weight"),
        ),
        (format!(r#"{{"readings":[1,{card}]}}"#), Some("/readings/1")),
        (
            format!(r#"{{"aliases":["a","no {card}!"]}}"#),
            Some("/aliases/1"),
        ),
        (
            format!(r#"{{"contact":[{{"a":1}},{{"b":{{"c":"{card}"}}}}]}}"#),
            Some("/contact/1/b/c"),
        ),
        (
            format!(r#"{{"contact":[{{"name":"{card}"}}]}}"#),
            Some("/contact/0/name"),
        ),
        (format!(r#"{{"secret":"{card}"}}"#), Some("/secret")),
        (
            format!(r#"{{"_status":{{"x":"{card}"}}}}"#),
            Some("/_status/x"),
        ),
        (format!(r#"{{"status":"{card}"}}"#), Some("/status")),
        (format!(r#"{{"place":{{"{card}":1}}}}"#), Some("/place")),
        (format!(r#"{{"{card}":1}}"#), Some("")),
    ];
    for (json, pointer) in cases {
        let error = take(&json).unwrap_err();
        assert_eq!(
            (error.code(), error.pointer().as_deref()),
            ("card.refused", pointer),
            "{json}"
        );
        let said = format!("{error} {error:?} {}", error.public());
        assert!(!said.contains("4242"), "{said}");
    }
}

#[test]
fn a_snomed_code_that_passes_for_a_card_is_a_code_where_it_says_so() {
    // 16 digits, Visa's range, right by Luhn and by Verhoeff: both checks hold for one of a hundred such codes.
    let code = "4500071000119105";
    assert!(base::card::find(code).is_some());
    let declared =
        format!(r#"{{"more":[{{"x":{{}},"code":"{code}","system":"http://snomed.info/sct"}}]}}"#);
    assert!(take(&declared).is_ok(), "{declared}");
    for other in [
        format!(r#"{{"more":{{"code":"{code}"}}}}"#),
        format!(r#"{{"more":{{"code":"{code}","system":"http://example.org"}}}}"#),
        format!(r#"{{"more":{{"display":"{code}","system":"http://snomed.info/sct"}}}}"#),
        format!(r#"{{"more":{{"system":"http://snomed.info/sct","deeper":{{"code":"{code}"}}}}}}"#),
        format!(r#"{{"more":{{"system":"http://snomed.info/sct","code":["{code}"]}}}}"#),
        r#"{"more":{"system":"http://snomed.info/sct","code":"4242424242424242"}}"#.to_owned(),
    ] {
        assert_eq!(take(&other).unwrap_err().code(), "card.refused", "{other}");
    }
}

#[test]
fn no_error_repeats_a_value() {
    let canary = "Wilhelmina-Canary";
    for json in [
        format!(r#"{{"name":"{canary}"}}"#),
        format!(r#"{{"status":"{canary}"}}"#),
        format!(r#"{{"born":"{canary}"}}"#),
        format!(r#"{{"pulse":"{canary}"}}"#),
        format!(r#"{{"Mrs {canary}":1}}"#),
        format!(r#"{{"place":{{"Mrs {canary}":1,"Mrs {canary}":2}}}}"#),
        format!(r#"{{"name":"{canary}"#),
        format!(r#"{{"contact":[{{"{canary} x":{{"a":"\ud800"}}}}]}}"#),
    ] {
        let error = take(&json).unwrap_err();
        let said = format!("{error} {error:?} {:?}", error.pointer());
        assert!(!said.contains("Canary"), "{said}");
    }
}

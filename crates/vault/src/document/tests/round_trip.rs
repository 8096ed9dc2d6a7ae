//! Split and merged again, a document says the same, byte for byte where JSON allows it; and no input brings anything down.

use base::Class::{self, Credential, Health, Internal, Personal};
use proptest::prelude::*;
use serde_json::Value;

use super::{SMALL_REGISTER, seen, take, visit};
use crate::document::normalise::{Days, buckets, covering};
use crate::document::{Sight, intake, merge};

const ALL: [Class; 4] = [Internal, Personal, Health, Credential];

fn is_kept(json: &str) {
    let intake = take(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(seen(&intake, &ALL, &[]), json);
}

#[test]
fn texts_and_numbers_stay_as_they_were_written() {
    for number in [
        "0",
        "-0",
        "1.50",
        "1.0e+5",
        "1E-7",
        "-12.00",
        "123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
    ] {
        is_kept(&format!(
            r#"{{"weight":{number},"readings":[{number},{number}],"more":{number}}}"#
        ));
    }
    for text in [
        r"\u0000",
        r"\u00e9",
        "é",
        r"\/",
        r"\\",
        "\\\"",
        r"\ud83d\ude00",
        "😀",
        "\u{202e}abc",
        "\u{200b}",
        "\u{feff}",
        "﷽",
        "Z̮̞̠͙͔ͅA̰̗̻̘",
        "\u{7f}",
        "\u{2028}",
        "<script>alert(1)</script>",
        "'; DROP TABLE record; --",
        "${jndi:ldap://x}",
        "{{7*7}}",
        "%s%n%x",
        "../../etc/passwd",
        "NULL",
        "undefined",
        "true",
        "\u{fdd0}\u{10ffff}",
        "ﬀ",
        "İ",
        "ß",
    ] {
        is_kept(&format!(
            r#"{{"number":"{text}","more":{{"{text}k":["{text}"]}}}}"#
        ));
    }
}

#[test]
fn only_space_between_tokens_is_lost() {
    let json = "\r\n {\t\"more\" : { \"a\" : [ 1 , 2.50 , \" x , : \\\" { \" ] , \"who\" : [ { } ] } ,\n \"contact\" : [ { \"name\" : \"A B\" , \"x\" : null } ] , \"weight\" : 1.50 }\n";
    let intake = take(json).unwrap();
    let compact = r#"{"more":{"a":[1,2.50," x , : \" { "],"who":[{}]},"contact":[{"name":"A B","x":null}],"weight":1.50}"#;
    assert_eq!(seen(&intake, &ALL, &[]), compact);
}

#[test]
fn companions_and_nulls_of_fhir_go_with_their_field() {
    let json = r#"{"_born":{"extension":[{"url":"u","valueCode":"unknown"}]},"readings":[1,null],"_readings":[null,{"id":"x"}]}"#;
    let intake = take(json).unwrap();
    assert_eq!(seen(&intake, &ALL, &[]), json);
    assert_eq!(
        seen(&intake, &[Health], &[]),
        r#"{"readings":[1,null],"_readings":[null,{"id":"x"}]}"#
    );
}

#[test]
fn the_id_and_the_searchable_values_are_found() {
    let json = r#"{"id":"v-1","status":"done","name":"Ödön  X","contact":[{"name":"Ann-Marie Ek"}],"number":"AB 12","day":"2024-02-29","when":"2024-03-01T00:30:00+02:00"}"#;
    let intake = take(json).unwrap();
    assert_eq!(intake.id(), Some("v-1"));
    let found: Vec<(&str, &str)> = intake
        .found()
        .map(|found| (visit().search[found.parameter].name.as_str(), found.value))
        .collect();
    assert_eq!(
        found,
        [
            ("status", "done"),
            ("name", "ann"),
            ("name", "ann-marie ek"),
            ("name", "ek"),
            ("name", "marie"),
            ("name", "odon"),
            ("name", "odon x"),
            ("name", "x"),
            ("date", "/2024"),
            ("date", "/2024-02"),
            ("date", "/2024-03"),
            ("date", "=2024-02-29"),
            ("date", "=2024-03-01"),
            ("number", "ab12"),
        ]
    );
}

/// Any JSON value, with names that the register has something to say about.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1_000_000_i32..1_000_000).prop_map(|n| Value::from(f64::from(n) / 64.0)),
        "\\PC{0,12}".prop_map(Value::from),
        "[\\x00-\\x1f\"\\\\/a-c\u{e9}\u{1f600}]{0,6}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("who".to_owned()),
        Just("valueAddress".to_owned()),
        Just("name".to_owned()),
        Just("pin".to_owned()),
        Just("kept".to_owned()),
        Just("inner".to_owned()),
        "[a-e~/\"\\\\]{0,3}",
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    prop::collection::vec(("(name|pin|role|x|inner)", value()), 0..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    #[test]
    fn any_document_comes_out_equal(
        more in value(),
        contact in prop::collection::vec(object(), 0..4),
        place in object(),
        readings in prop::collection::vec(any::<i16>(), 0..4),
        pretty in any::<bool>(),
    ) {
        let document = serde_json::json!({ "more": more, "id": "x", "contact": contact, "readings": readings, "place": place });
        let text = if pretty { serde_json::to_string_pretty(&document).unwrap() } else { document.to_string() };
        if let Ok(intake) = take(&text) {
            let merged: Value = serde_json::from_str(&seen(&intake, &ALL, &[])).unwrap();
            prop_assert_eq!(&merged, &document);
            // Whatever is missing, what is left is JSON.
            for clear in [&[Health][..], &[Personal], &[Internal, Health, Credential], &[Personal, Health]] {
                for masked in [&[][..], &ALL] {
                    let part: Value = serde_json::from_str(&seen(&intake, clear, masked)).unwrap();
                    prop_assert!(part.is_object());
                }
            }
        }
    }

    #[test]
    fn hostile_text_is_survived(text in "[\\[\\]{}:,\"\\\\u0-9a-f eE.+tnmw\\-é\u{0}\n]{0,120}") {
        let _ = take(&text);
        let _ = take(&format!("{{\"more\":{text}}}"));
        let _ = take(&format!("{{\"contact\":[{{\"name\":{text}}}]}}"));
        let _ = take(&format!("{{\"number\":\"{text}\"}}"));
    }

    #[test]
    fn hostile_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = intake(visit(), &bytes);
        let _ = merge(visit(), &[(Health, &bytes, Sight::Clear), (Personal, &bytes, Sight::Masked)], None);
        let mut versioned = vec![1];
        versioned.extend(&bytes);
        let _ = merge(visit(), &[(Health, &versioned, Sight::Clear)], None);
    }

    #[test]
    fn altered_parts_are_survived(at in 0_usize..400, to in any::<u8>(), cut in 0_usize..400) {
        let json = r#"{"contact":[{"name":"Ada","pin":"1","x":[1,2]},{"name":"Bo"}],"place":{"inner":{"a":{"who":1}}},"name":"é"}"#;
        let intake = take(json).unwrap();
        let mut parts: Vec<(Class, Vec<u8>)> = intake.parts().map(|(class, payload)| (class, payload.to_vec())).collect();
        let which = at % parts.len();
        let payload = &mut parts[which].1;
        let place = at % payload.len();
        payload[place] = to;
        payload.truncate(cut.max(1));
        let parts: Vec<(Class, &[u8], Sight)> = parts.iter().map(|(class, payload)| (*class, payload.as_slice(), Sight::Clear)).collect();
        let _ = merge(visit(), &parts, None);
    }

    /// The same words on scanners that we did not write: what one takes for JSON, the other does too.
    #[test]
    fn the_scanner_agrees_with_another_on_what_json_is(text in "[\\[\\]{}:,\"\\\\u0-9a-f eE.+tnrulsb\\-]{0,24}") {
        let document = format!("{{\"more\":{text}}}");
        let other: Result<Value, _> = serde_json::from_str(&document);
        match take(&document) {
            Ok(_) => prop_assert!(other.is_ok(), "let in: {document}"),
            Err(error) if error.offset() > 0 && base::Fault::code(&error) == "json.syntax" => prop_assert!(other.is_err(), "refused: {document}: {error}"),
            Err(_) => {}
        }
    }

    #[test]
    fn a_range_finds_every_day_in_it_and_no_other(
        first in 0_i32..40_000, length in 0_i32..3_000, day in -100_i32..43_100, span in prop_oneof![Just(0_i32), 0_i32..40, 0_i32..12_000],
    ) {
        let date = |days: i32| jiff::civil::date(1950, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let texts = covering(Some(date(first)), Some(date(first + length)));
        let range = Days { first: date(first), last: date(first + length) };
        let stored = Days { first: date(first + day.rem_euclid(length + 200) - 100), last: date(first + day.rem_euclid(length + 200) - 100 + span) };
        let mut found = false;
        let mut count = 0;
        buckets(stored, &mut |text| {
            count += 1;
            found |= texts.iter().any(|other| other == text);
        });
        prop_assert!(count <= 60, "{count} texts for {stored:?}");
        if stored.overlap(range) {
            prop_assert!(found, "{stored:?} not found in {range:?}");
        } else if span <= 31 {
            prop_assert!(!found, "{stored:?} found in {range:?}");
        }
    }
}

#[test]
fn an_open_range_finds_what_lies_beyond_all_years() {
    let found = |stored: &str, first: Option<&str>, last: Option<&str>| {
        let day = |text: Option<&str>| text.map(|text| Days::of(text).unwrap().first);
        let texts = covering(day(first), day(last));
        let mut found = false;
        buckets(Days::of(stored).unwrap(), &mut |text| {
            found |= texts.iter().any(|other| other == text)
        });
        found
    };
    assert!(found("1850-03-01", None, Some("2000-01-01")));
    assert!(found("2150-03-01", Some("2000-01-01"), None));
    assert!(!found("1999-12-31", Some("2000-01-01"), None));
    assert!(found("2000", Some("2000-06-01"), Some("2000-06-01")));
    assert!(found("2000-06", Some("2000-06-30"), None));
}

#[test]
fn an_ongoing_period_has_few_texts_and_is_found_later() {
    let days = Days::between(Days::of("2020-03-01T10:00:00Z"), None).unwrap();
    let mut texts = Vec::new();
    buckets(days, &mut |text| texts.push(text.to_owned()));
    assert!(texts.len() < 12, "{texts:?}");
    let later = covering(
        Some(jiff::civil::date(2031, 5, 5)),
        Some(jiff::civil::date(2031, 5, 5)),
    );
    assert!(texts.iter().any(|text| later.contains(text)));
}

#[test]
fn every_collection_of_the_small_register_is_known() {
    assert_eq!(SMALL_REGISTER.collections().len(), 2);
}

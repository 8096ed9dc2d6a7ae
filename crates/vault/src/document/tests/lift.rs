//! Members of another class than their field: sealed apart, put back where they were, masked on their own.

use base::Class::{Credential, Health, Internal, Personal};

use super::{seen, take};

const ALL: [base::Class; 4] = [Internal, Personal, Health, Credential];

#[test]
fn a_lifted_member_goes_back_where_it_was() {
    for json in [
        r#"{"contact":[{"name":"Ada"}]}"#,
        r#"{"contact":[{"name":"Ada","role":"mother"}]}"#,
        r#"{"contact":[{"role":"mother","name":"Ada"}]}"#,
        r#"{"contact":[{"name":"Ada","pin":"1234"}]}"#,
        r#"{"contact":[{"name":"Ada","pin":"1234","role":"mother"}]}"#,
        r#"{"contact":[{"role":"mother","pin":"1234","name":"Ada","since":1}]}"#,
        r#"{"contact":[{"a":1,"name":"Ada","b":2,"pin":"1234","c":{"valueAddress":{"city":"Umeå"}}}]}"#,
        r#"{"contact":[{},{"name":"Ada"},{"name":{"family":"B"},"x":[]},{"y":[{"valueAddress":[1,2]}]}]}"#,
        r#"{"contact":[]}"#,
        r#"{"place":{"inner":{"a":{"who":"A"},"b":{"who":"B","x":1}},"who":"stays"}}"#,
        r#"{"more":{"kept":{"who":"stays"},"other":{"who":"goes","kept":{"who":"goes too"}}}}"#,
        r#"{"more":[[[{"who":"goes"}]],{"valueAddress":1}]}"#,
        r#"{"more":"no object"}"#,
        r#"{"contact":[{"n\u0061me":"Ada","\u0072ole":"x"}]}"#,
    ] {
        let intake = take(json).unwrap_or_else(|error| panic!("{error}: {json}"));
        let expected = json.replace("n\\u0061me", "name");
        assert_eq!(seen(&intake, &ALL, &[]), expected);
    }
}

#[test]
fn what_may_not_be_seen_leaves_no_trace() {
    let json = r#"{"id":"v1","contact":[{"pin":"1234","name":"Ada","role":"mother"},{"name":"Bo"}],"name":"Cy","secret":"s"}"#;
    let intake = take(json).unwrap();
    let no_person = r#"{"id":"v1","contact":[{"role":"mother"},{}]}"#;
    assert_eq!(seen(&intake, &[Internal, Health], &[]), no_person);
    assert_eq!(
        seen(&intake, &[Internal, Health, Credential], &[]),
        r#"{"id":"v1","contact":[{"pin":"1234","role":"mother"},{}],"secret":"s"}"#
    );
    // A lifted member without its field is not shown: there is nowhere to put it.
    assert_eq!(seen(&intake, &[Personal], &[]), r#"{"name":"Cy"}"#);
    assert_eq!(seen(&intake, &[], &[]), "{}");
    for (class, payload) in intake.parts() {
        let text = String::from_utf8_lossy(payload);
        assert_eq!(text.contains("Ada"), class == Personal, "{class}");
        assert_eq!(text.contains("mother"), class == Health, "{class}");
        assert_eq!(text.contains("1234"), class == Credential, "{class}");
    }
}

#[test]
fn masks_are_the_registers() {
    let json = r#"{"name":"Örjan","number":"19800101-1234","aliases":["a","bb"],"born":"1980-01-02","contact":[{"x":1,"name":"Ada","pin":"1"}],"secret":"s"}"#;
    let intake = take(json).unwrap();
    assert_eq!(
        seen(&intake, &[Health], &[Personal, Credential]),
        r#"{"name":"Ö.","number":"***1234","aliases":["***","***"],"born":"1980","contact":[{"x":1,"name":"A."}]}"#
    );
    assert_eq!(seen(&intake, &[], &[Health]), "{}");
}

#[test]
fn a_lift_inside_a_lift_stays_with_the_outer_one() {
    let json = r#"{"contact":[{"name":{"valueAddress":{"city":"X"},"pin":"1"}}]}"#;
    let intake = take(json).unwrap();
    assert_eq!(intake.part(Credential), None);
    assert_eq!(seen(&intake, &ALL, &[]), json);
}

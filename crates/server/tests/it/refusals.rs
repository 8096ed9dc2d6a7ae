//! What must not come in: refused with a pointer, never said back, and nowhere on disk.

use http::Method;
use policy::Role;
use serde_json::Value;

use crate::house::{ACME, Ask, Got, House, holds, on_each_engine};
use crate::records::RECORDS;

static HISTORY: store::Sql = store::Sql::both("SELECT count(*) FROM record_history");
static INDEX: store::Sql = store::Sql::both("SELECT count(*) FROM record_index");
static FILES: store::Sql = store::Sql::both("SELECT count(*) FROM file");
static PERSONS: store::Sql = store::Sql::both("SELECT count(*) FROM person");
static ONCE: store::Sql = store::Sql::both("SELECT count(*) FROM idempotency");

/// Stands in each bad value, so that it can be looked for.
const MARK: &str = "zwetschgenmark";

pub async fn rows(house: &House) -> Vec<i64> {
    let mut rows = Vec::new();
    for table in [&RECORDS, &HISTORY, &INDEX, &FILES, &PERSONS, &ONCE] {
        rows.push(house.number(table).await);
    }
    rows
}

pub fn put<'a>(house: &'a House, record: &str) -> Ask<'a> {
    let path = format!("/v1/persons/{}/records/sheet/{record}", house.person(ACME));
    house
        .ask(Method::PUT, path)
        .by(house.token(ACME, Role::App))
}

async fn put_bytes(house: &House, body: impl Into<axum::body::Body>) -> Got {
    put(house, "bad")
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
}

fn says_nothing_back(got: &Got, what: &str) {
    let headers = format!("{:?}", got.headers);
    assert!(
        !got.text().contains(MARK) && !headers.contains(MARK),
        "{what} is said back: {}",
        got.text()
    );
}

fn nowhere_on_disk(house: &House) {
    if house.is_sqlite() {
        for (path, bytes) in house.raw() {
            assert!(
                !holds(&bytes, MARK.as_bytes()),
                "{} holds what was refused",
                path.display()
            );
        }
    }
}

/// What it is, the body, and the status, code and pointer of its refusal.
type Bad = (
    &'static str,
    Vec<u8>,
    u16,
    &'static str,
    Option<&'static str>,
);

fn nested(levels: usize) -> String {
    format!(
        "{{\"more\":{}\"{MARK}\"{}}}",
        "[".repeat(levels),
        "]".repeat(levels)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_documents_are_refused_with_a_pointer() {
    on_each_engine(async |house| {
        let long = "9".repeat(65);
        let table: Vec<Bad> = vec![
            (
                "an unknown field",
                format!(r#"{{"finding":"a","{MARK}":1}}"#).into(),
                422,
                "record.unknown_field",
                None,
            ),
            (
                "a wrong type",
                format!(r#"{{"pulse":"{MARK}"}}"#).into(),
                422,
                "record.wrong_type",
                Some("/pulse"),
            ),
            (
                "a fraction for an integer",
                br#"{"pulse":60.5}"#.into(),
                422,
                "record.wrong_type",
                Some("/pulse"),
            ),
            (
                "a wrong type in a list",
                format!(r#"{{"flags":["a",{{"{MARK}":1}}]}}"#).into(),
                422,
                "record.wrong_type",
                Some("/flags/1"),
            ),
            (
                "no date",
                format!(r#"{{"born":"{MARK}"}}"#).into(),
                422,
                "record.wrong_type",
                Some("/born"),
            ),
            (
                "a day that is not",
                br#"{"born":"2026-02-30"}"#.into(),
                422,
                "record.wrong_type",
                Some("/born"),
            ),
            (
                "too long",
                format!(r#"{{"phone":"{}{MARK}"}}"#, "x".repeat(40)).into(),
                422,
                "record.value_too_long",
                Some("/phone"),
            ),
            (
                "no object",
                format!(r#"["{MARK}"]"#).into(),
                400,
                "record.not_an_object",
                None,
            ),
            (
                "a text",
                format!(r#""{MARK}""#).into(),
                400,
                "record.not_an_object",
                None,
            ),
            ("nothing", Vec::new(), 400, "json.syntax", None),
            (
                "half",
                format!(r#"{{"finding":"{MARK}"#).into(),
                400,
                "json.syntax",
                None,
            ),
            (
                "more behind it",
                format!(r#"{{"finding":"{MARK}"}} {{}}"#).into(),
                400,
                "json.syntax",
                None,
            ),
            (
                "a trailing comma",
                format!(r#"{{"finding":"{MARK}",}}"#).into(),
                400,
                "json.syntax",
                None,
            ),
            (
                "a comment",
                format!(r#"{{"finding":"{MARK}"}}//x"#).into(),
                400,
                "json.syntax",
                None,
            ),
            ("NaN", br#"{"pulse":NaN}"#.into(), 400, "json.syntax", None),
            (
                "a leading zero",
                br#"{"pulse":061}"#.into(),
                400,
                "json.syntax",
                None,
            ),
            (
                "a byte order mark",
                format!("\u{feff}{{\"finding\":\"{MARK}\"}}").into(),
                400,
                "json.syntax",
                None,
            ),
            (
                "a bare control character",
                format!("{{\"finding\":\"a\u{1}{MARK}\"}}").into(),
                400,
                "json.syntax",
                None,
            ),
            (
                "a bad escape",
                format!(r#"{{"finding":"\x{MARK}"}}"#).into(),
                400,
                "json.syntax",
                None,
            ),
            (
                "a key twice",
                format!(r#"{{"finding":"a","finding":"{MARK}"}}"#).into(),
                400,
                "json.duplicate_key",
                Some("/finding"),
            ),
            (
                "a key twice, escaped",
                format!(r#"{{"finding":"a","f\u0069nding":"{MARK}"}}"#).into(),
                400,
                "json.duplicate_key",
                Some("/finding"),
            ),
            (
                "a key twice, deep",
                format!(r#"{{"more":{{"a":[{{"b":1,"b":"{MARK}"}}]}}}}"#).into(),
                400,
                "json.duplicate_key",
                Some("/more/a/0/b"),
            ),
            (
                "deep nesting",
                nested(64).into(),
                400,
                "json.too_deep",
                None,
            ),
            (
                "very deep nesting",
                nested(200_000).into(),
                400,
                "json.too_deep",
                None,
            ),
            (
                "a number of many digits",
                format!(r#"{{"pulse":{long}}}"#).into(),
                400,
                "json.number",
                Some("/pulse"),
            ),
            (
                "a huge number",
                br#"{"weight":1e400}"#.into(),
                400,
                "json.number",
                Some("/weight"),
            ),
            (
                "a huge exponent",
                br#"{"weight":1e99999999999999999999}"#.into(),
                400,
                "json.number",
                Some("/weight"),
            ),
            (
                "invalid UTF-8",
                [br#"{"finding":""#, MARK.as_bytes(), b"\xff\xfe\"}"].concat(),
                400,
                "json.not_utf8",
                None,
            ),
            (
                "an overlong form",
                b"{\"finding\":\"\xc0\xaf\"}".into(),
                400,
                "json.not_utf8",
                None,
            ),
            (
                "a raw surrogate",
                b"{\"finding\":\"\xed\xa0\x80\"}".into(),
                400,
                "json.not_utf8",
                None,
            ),
            (
                "an unpaired surrogate",
                format!(r#"{{"finding":"{MARK}\ud800"}}"#).into(),
                400,
                "json.surrogate",
                None,
            ),
            (
                "a low surrogate alone",
                format!(r#"{{"finding":"\udc00{MARK}"}}"#).into(),
                400,
                "json.surrogate",
                None,
            ),
            (
                "an unpaired surrogate in a key",
                format!(r#"{{"more":{{"\ud800":"{MARK}"}}}}"#).into(),
                400,
                "json.surrogate",
                None,
            ),
            (
                "a card",
                br#"{"finding":"4242424242424242"}"#.into(),
                422,
                "card.refused",
                Some("/finding"),
            ),
            (
                "a card as a number",
                br#"{"weight":4242424242424242}"#.into(),
                422,
                "card.refused",
                Some("/weight"),
            ),
            (
                "a card in a name",
                br#"{"more":{"4242424242424242":1}}"#.into(),
                422,
                "card.refused",
                None,
            ),
            (
                "a card deep inside",
                br#"{"more":{"a":[1,{"b":"no. 4242-4242-4242-4242."}]}}"#.into(),
                422,
                "card.refused",
                Some("/more/a/1/b"),
            ),
            (
                "a card in escapes",
                br#"{"finding":"\u0034242 4242 4242 4242"}"#.into(),
                422,
                "card.refused",
                Some("/finding"),
            ),
        ];
        let before = rows(&house).await;
        for (what, body, status, code, pointer) in table {
            let got = put_bytes(&house, body).await;
            assert_eq!(
                (got.status, got.code().as_str()),
                (status, code),
                "{what}: {}",
                got.text()
            );
            if let Some(pointer) = pointer {
                assert_eq!(
                    got.pointer().as_deref(),
                    Some(pointer),
                    "{what}: {}",
                    got.text()
                );
            }
            assert_eq!(
                got.header("content-type"),
                Some("application/problem+json"),
                "{what}"
            );
            if what != "an unknown field" {
                says_nothing_back(&got, what);
            }
            // Twice, since four digits stand in a random request id now and then.
            assert!(
                !got.text().replace([' ', '-'], "").contains("42424242"),
                "{what} is said back: {}",
                got.text()
            );
        }
        assert_eq!(rows(&house).await, before, "nothing was stored");
        nowhere_on_disk(&house);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_legal_comes_back_as_it_was() {
    on_each_engine(async |house| {
        let edge = format!(r#"{{"more":{}1{}}}"#, "[".repeat(62), "]".repeat(62));
        for body in [
            r#"{}"#.to_owned(),
            r#"{"finding":""}"#.to_owned(),
            r#"{"finding":"\u0000\u001f\ufeff\uffff"}"#.to_owned(),
            r#"{"finding":"\ud83e\uddec \u202e rtl \u200b"}"#.to_owned(),
            r#"{"finding":"'; DROP TABLE record; -- <script>alert(1)</script> ${jndi:ldap://x} %s%n ../../etc/passwd"}"#.to_owned(),
            r#"{"more":{"":{"__proto__":1,"constructor":null,"$ref":"x"}}}"#.to_owned(),
            r#"{"weight":0.1000,"more":[1e5,1E+5,-0,-0.0,123456789012345678901234567890.123456789]}"#.to_owned(),
            r#"{"more":{"oid":"1.2.840.113619.2.5.1762583153.215519.978957063","uuid":"42424242-4242-4242-a424-242424242424"}}"#.to_owned(),
            edge,
        ] {
            let got = put_bytes(&house, body.clone()).await;
            assert!(got.status < 300, "{body}: {}", got.text());
            let read = house.get(format!("/v1/persons/{}/records/sheet/bad", house.person(ACME))).await;
            let numbers = |text: &str| text.matches("0.1000").count() + text.matches("1E+5").count() + text.matches("-0.0").count();
            assert_eq!(read.json(), serde_json::from_str::<Value>(&body).unwrap(), "{body}");
            assert_eq!(numbers(&read.text()), numbers(&body), "{body}: {}", read.text());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused_early() {
    let house = House::over_sqlite().await;
    let before = rows(&house).await;
    let app = house.token(ACME, Role::App);
    let large = |bytes: usize| format!(r#"{{"finding":"{}"}}"#, "x".repeat(bytes));
    let person = house.person(ACME);
    let got = put_bytes(&house, large(base::limits::RECORD_BYTES_MAX)).await;
    assert_eq!(got.status, 413, "{}", got.text());
    // Without a length, piece by piece.
    let pieces = futures_util::stream::iter(
        (0..100).map(|_| Ok::<_, std::io::Error>(bytes::Bytes::from(vec![b' '; 1 << 20]))),
    );
    let got = put_bytes(&house, axum::body::Body::from_stream(pieces)).await;
    assert_eq!(got.status, 413, "{}", got.text());
    let ask = house.ask(Method::POST, "/v1/persons").by(app);
    assert_eq!(ask.body(vec![b' '; 5000]).send().await.status, 413);
    // What breaks off stores nothing.
    let pieces = || {
        futures_util::stream::iter([
            Ok(bytes::Bytes::from_static(
                b"{\"finding\":\"zwetschgenmark\"",
            )),
            Err(std::io::Error::other("gone")),
        ])
    };
    assert_eq!(
        put_bytes(&house, axum::body::Body::from_stream(pieces()))
            .await
            .status,
        400
    );
    let ask = house
        .ask(Method::POST, format!("/v1/persons/{person}/files"))
        .by(app);
    let got = ask
        .body(axum::body::Body::from_stream(pieces()))
        .send()
        .await;
    assert_eq!(got.status, 400, "{}", got.text());
    for method in [Method::GET, Method::DELETE] {
        let ask = house.ask(method, format!("/v1/persons/{person}")).by(app);
        assert_eq!(
            ask.body("{}").send().await.status,
            400,
            "a body where none belongs"
        );
    }
    for (content_type, status) in [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/merge-patch+json", 201),
    ] {
        let got = put(
            &house,
            content_type
                .split('/')
                .next_back()
                .unwrap()
                .split('+')
                .next()
                .unwrap(),
        );
        let got = got
            .header("content-type", content_type)
            .body("{}")
            .send()
            .await;
        assert!(got.status == status, "{content_type}: {}", got.text());
    }
    let mut after = rows(&house).await;
    after[0] -= 1; // The one with a +json type.
    assert_eq!(after, before);
    nowhere_on_disk(&house);
    let left: Vec<_> = walkdir::WalkDir::new(house.folder().join("data/files"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|it| it.file_type().is_file())
        .collect();
    assert!(
        left.is_empty(),
        "an upload that broke off leaves nothing: {left:?}"
    );
}

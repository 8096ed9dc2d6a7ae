use base::{Actor, ActorKind, SeededRng};
use proptest::prelude::*;

use super::*;
use crate::danger_testing;

fn ctx(id: &str, role: &str) -> Ctx {
    let rng = SeededRng::new(5);
    Ctx {
        tenant: "acme".parse().expect("a tenant"),
        actor: Actor {
            kind: ActorKind::Staff,
            id: id.into(),
            role: role.into(),
            authenticated_by: "token",
            grant: None,
        },
        purpose: Some(Purpose::Treat),
        request: RequestId::random(&rng),
        now: Instant::from_micros(1_763_890_200_000_001),
    }
}

/// An entry with every member.
fn full() -> Entry {
    let rng = SeededRng::new(6);
    let mut entry = Entry::new(
        &ctx("t-1", "clinician"),
        Action::RecordRead,
        Outcome::Failed,
    )
    .expect("words")
    .person(Handle::random(&rng))
    .record(
        &"Patient".parse().expect("a name"),
        RecordHandle::from_bytes([0xab; 16]),
    )
    .file(ObjectId::random(&rng))
    .version(u64::MAX)
    .classes(Class::ALL.into_iter().collect())
    .grant([0xcd; 16])
    .policy(&"clinician-reads".parse().expect("a name"))
    .token(TokenId::random(&rng))
    .check(&"encrypted-at-rest".parse().expect("a name"))
    .count(0)
    .digest([0xef; 32])
    .code("record.unknown_field");
    entry.generation = Some(7);
    entry.clock = Some(Instant::from_micros(0));
    entry
}

#[test]
fn an_entry_is_compact_json_in_one_order() {
    let entry = Entry::new(&ctx("t-1", "clinician"), Action::RecordRead, Outcome::Ok)
        .expect("words")
        .person(Handle::from_bytes([0x11; 16]))
        .record(
            &"Patient".parse().expect("a name"),
            RecordHandle::from_bytes([0xab; 16]),
        )
        .version(3)
        .classes(ClassSet::EMPTY.with(Class::Health).with(Class::Personal));
    let request = ctx("t-1", "clinician").request;
    let wanted = format!(
        concat!(
            r#"{{"v":1,"at":"2025-11-23T09:30:00.000001Z","request":"{}","#,
            r#""actor":{{"kind":"staff","id":"t-1","role":"clinician","by":"token"}},"#,
            r#""action":"record.read","outcome":"ok","person":"11111111-1111-1111-1111-111111111111","#,
            r#""collection":"Patient","record":"abababababababababababababababab","version":3,"#,
            r#""classes":["personal","health"],"purpose":"TREAT"}}"#
        ),
        request
    );
    assert_eq!(String::from_utf8(entry.to_bytes()).expect("text"), wanted);
    assert_eq!(
        entry.finish(&"acme".parse().expect("a tenant")).body,
        wanted.as_bytes()
    );
}

#[test]
fn every_member_reads_back_and_nothing_but_the_canonical_bytes_does() {
    let entry = full();
    let bytes = entry.to_bytes();
    assert_eq!(Entry::parse(&bytes), Ok(entry));
    assert!(bytes.len() < 1_200, "{} bytes", bytes.len());
    let text = String::from_utf8(bytes).expect("text");
    for bad in [
        text.replace("\"v\":1", "\"v\":2"),
        text.replace("\"v\":1,", "\"v\":1, "),
        text.replace("\"count\":0", "\"count\":00"),
        text.replace("\"count\":0", "\"count\":0.0"),
        text.replace("\"count\":0", "\"count\":0,\"note\":\"x\""),
        text.replace("record.read", "record.reads"),
        text.replace("abab", "ABAB"),
        text.replace("2025-11-23", "2025-02-30"),
        text.replace("t-1", "t 1"),
        text.replace("\"outcome\":\"failed\",", ""),
        format!("{text}\n"),
        text.replace(
            "\"kind\":\"staff\",\"id\":\"t-1\"",
            "\"id\":\"t-1\",\"kind\":\"staff\"",
        ),
        text.replace("\"public\",\"internal\"", "\"internal\",\"public\""),
    ] {
        assert_ne!(bad, text);
        assert!(Entry::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn what_could_be_a_person_does_not_get_in() {
    let new = |id: &str, role: &str| Entry::new(&ctx(id, role), Action::Export, Outcome::Ok);
    assert!(new("5e7f2c1a-0000-4000-8000-000000000000", "app").is_ok());
    let long = "x".repeat(65);
    for id in [
        "anna@example.org",
        "Anna Svensson",
        "Åsa",
        "",
        "a\"b",
        "a\nb",
        "+46701234567",
        &long,
    ] {
        assert_eq!(new(id, "app"), Err(EntryError::Word("actor id")), "{id:?}");
        assert_eq!(
            new("t-1", id),
            Err(EntryError::Word("actor role")),
            "{id:?}"
        );
    }
    assert_eq!(
        new("t-1", "app").expect("words").code("not a code").code,
        None
    );
}

#[test]
fn actions_and_outcomes_read_back() {
    for action in Action::ALL {
        assert_eq!(action.as_str().parse(), Ok(*action));
        assert!(Word::new(action.as_str(), "action").is_ok());
    }
    for outcome in [Outcome::Ok, Outcome::Denied, Outcome::Failed] {
        assert_eq!(outcome.as_str().parse(), Ok(outcome));
    }
}

#[test]
fn the_journal_finds_the_time_where_it_is() {
    let bytes = full().to_bytes();
    assert!(bytes.starts_with(HEAD));
    assert_eq!(&bytes[AT], b"2025-11-23T09:30:00.000001Z");
    assert_eq!(bytes[AT.end], b'"');
}

#[test]
fn impossible_times_are_refused() {
    let mut late = ctx("t-1", "app");
    late.now = Instant::from_micros(i64::MAX);
    assert_eq!(
        Entry::new(&late, Action::Export, Outcome::Ok),
        Err(EntryError::Time)
    );
    for bad in [
        "2025-13-01T00:00:00.000000Z",
        "2025-00-01T00:00:00.000000Z",
        "2025-01-01T24:00:00.000000Z",
        "2025-01-01T00:60:00.000000Z",
        "2025-01-01T00:00:60.000000Z",
        "2023-02-29T00:00:00.000000Z",
        "2025-01-01 00:00:00.000000Z",
        "2025-01-01T00:00:00.000000+",
    ] {
        assert_eq!(time::read(bad.as_bytes()), None, "{bad}");
    }
}

proptest! {
    #[test]
    fn a_moment_reads_back_and_prints_as_everywhere(micros in -62_000_000_000_000_000_i64..253_402_300_799_999_999) {
        let at = Instant::from_micros(micros);
        let text = time::write(at).expect("within the years 0 to 9999");
        prop_assert_eq!(time::read(&text), Some(at));
        prop_assert_eq!(String::from_utf8_lossy(&text).into_owned(), at.to_string());
    }

    #[test]
    fn made_up_entries_read_back(seed: u64, number in 0_u64..1_000_000_000) {
        let entry = danger_testing::entry(seed, number);
        let bytes = entry.to_bytes();
        prop_assert_eq!(Entry::parse(&bytes), Ok(entry));
        prop_assert!(bytes.iter().all(|byte| (0x20..0x7f).contains(byte) && *byte != b'\\'));
    }

    #[test]
    fn any_bytes_are_parsed_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Entry::parse(&bytes).is_err());
    }
}

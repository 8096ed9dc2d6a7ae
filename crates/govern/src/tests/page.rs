//! The page: every state in every language, nothing that the strict policy of the pages would stop.

use base::Instant;

use super::NOW;
use crate::ledger::{Mode, Record, Verdict};
use crate::pages::{Site, trust};
use crate::{Catalogue, Kind, Lang, Outcome, Seen, State, Wrong, views};

fn record(check: &str, mode: Mode, verdict: Verdict, minutes_ago: i64) -> Record {
    let mut outcome = Outcome::new();
    outcome.list(
        Seen::Places,
        ["data.sqlite", "data.sqlite-wal", "keys.sqlite", "files/"],
    );
    outcome.number(Seen::BytesSearched, 48_234_496);
    outcome.count(Seen::Markers, 3);
    if verdict == Verdict::DidNotHold {
        outcome.wrong(Wrong::PlainText, "<data.sqlite>");
    }
    let reason = (verdict == Verdict::NotMeasured).then(|| "no answer".to_owned());
    Record {
        check: check.to_owned(),
        mode,
        at: Instant::from_micros(NOW.micros() - minutes_ago * 60_000_000),
        verdict,
        outcome,
        reason,
        log_index: Some(12_345),
        digest: [0xAB; 32],
    }
}

/// One of each state, the rest kept.
fn records(catalogue: &Catalogue) -> Vec<Record> {
    let mut records = Vec::new();
    for promise in catalogue.promises() {
        let Some(check) = &promise.check else {
            continue;
        };
        let (verdict, minutes) = match promise.id.as_str() {
            "cards.none" => (Verdict::DidNotHold, 7),
            "transit.hybrid" => (Verdict::Held, 5 * 60),
            "logs.clean" => continue,
            _ => (Verdict::Held, 4),
        };
        records.push(record(check, Mode::Measure, verdict, minutes));
        if promise.id != "register.present" {
            records.push(record(check, Mode::Drill, Verdict::DidNotHold, 60 * 24 * 9));
        }
        if promise.id == "transit.hybrid" {
            records.push(record(check, Mode::Measure, Verdict::NotMeasured, 2));
        }
    }
    records
}

const SITE: Site<'_> = Site {
    name: "Läkarhuset & Co",
    host: "health.example:8443",
    tenant: "operator",
    log: "health.example/log/operator",
    now: NOW,
};

fn state_of(id: &str, catalogue: &Catalogue, records: &[Record], now: Instant) -> State {
    let views = views(catalogue, records, now);
    views
        .iter()
        .find(|view| view.promise.id == id)
        .expect(id)
        .state
}

#[test]
fn states_follow_from_the_evidence() {
    let catalogue = Catalogue::built_in().expect("the catalogue");
    let all = records(&catalogue);
    let state = |id: &str| state_of(id, &catalogue, &all, NOW);
    assert_eq!(state("rest.records"), State::Kept);
    assert_eq!(state("cards.none"), State::Broken);
    assert_eq!(state("transit.hybrid"), State::Stale);
    assert_eq!(state("logs.clean"), State::Unproven);
    assert_eq!(
        state("register.present"),
        State::Unproven,
        "held, but never seen failing"
    );
    assert_eq!(state("values.first"), State::Unproven);

    let later = Instant::from_micros(NOW.micros() + 27 * 3_600_000_000);
    assert_eq!(
        state_of("rest.records", &catalogue, &all, later),
        State::Stale
    );
    assert_eq!(
        state_of("cards.none", &catalogue, &all, later),
        State::Broken,
        "broken does not heal by waiting"
    );
    let earlier = Instant::from_micros(NOW.micros() - 3_600_000_000);
    assert_eq!(
        state_of("rest.records", &catalogue, &all, earlier),
        State::Stale,
        "measured in the future"
    );
}

#[test]
fn what_came_later_counts_and_an_attempt_does_not() {
    let catalogue = Catalogue::built_in().expect("the catalogue");
    let drill = record("rest.log", Mode::Drill, Verdict::DidNotHold, 99);
    let broken = record("rest.log", Mode::Measure, Verdict::DidNotHold, 9);
    let held = record("rest.log", Mode::Measure, Verdict::Held, 5);
    let nothing = record("rest.log", Mode::Measure, Verdict::NotMeasured, 1);
    let state = |records: &[Record]| state_of("rest.log", &catalogue, records, NOW);
    assert_eq!(
        state(&[drill.clone(), broken.clone(), held.clone()]),
        State::Kept
    );
    assert_eq!(
        state(&[drill.clone(), held.clone(), nothing.clone()]),
        State::Kept
    );
    assert_eq!(state(&[drill.clone(), nothing.clone()]), State::Unproven);
    let undrilled = record("rest.log", Mode::Drill, Verdict::Held, 3);
    assert_eq!(
        state(&[undrilled, held]),
        State::Unproven,
        "a drill that did not fail shows nothing"
    );
    assert_eq!(
        state(&[broken]),
        State::Broken,
        "broken counts without a drill"
    );
}

#[test]
fn the_page_says_it_in_five_languages_and_keeps_to_the_policy() {
    let catalogue = Catalogue::built_in().expect("the catalogue");
    let records = records(&catalogue);
    let views = views(&catalogue, &records, NOW);
    for lang in Lang::ALL {
        let page = trust(lang, &SITE, &views).expect("a page");
        assert!(page.contains(&format!("<html lang=\"{}\">", lang.code())));
        for banned in [
            "<script",
            " style=",
            " onclick",
            "<style",
            "javascript:",
            "http://",
            "https://fonts",
        ] {
            assert!(!page.contains(banned), "{banned}");
        }
        assert_eq!(page.matches("<h1>").count(), 1);
        assert_eq!(page.matches("<article").count(), catalogue.promises().len());
        assert!(
            page.contains("Läkarhuset &#38; Co") && page.contains("&#60;data.sqlite&#62;"),
            "escaping"
        );
        for class in ["kept", "broken", "stale", "unproven", "intent"] {
            assert!(
                page.contains(&format!("class=\"state {class}\"")),
                "{class}"
            );
        }
        for left in [
            "{n}", "{date}", "{index}", "{log}", "{host}", "{tenant}", "{kept}",
        ] {
            assert!(!page.contains(left), "{left} was not filled in");
        }
        for view in &views {
            let sentence = askama_escape(&view.promise.text(lang).sentence);
            assert!(plain(&page).contains(&sentence), "{sentence}");
        }
    }
    let page = trust(Lang::En, &SITE, &views).expect("a page");
    assert!(
        page.contains("18 of the 22 promises that can be measured are kept."),
        "the summary"
    );
    assert!(page.contains("Entry 12,345 of health.example/log/operator"));
    assert!(page.contains("strongroom log prove 12345"));
}

/// With ordinary spaces and hyphens.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
        .replace('\u{2011}', "-")
}

fn askama_escape(text: &str) -> String {
    text.replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

#[test]
fn a_value_is_never_shown_as_kept() {
    let catalogue = Catalogue::built_in().expect("the catalogue");
    for view in views(&catalogue, &records(&catalogue), NOW) {
        if view.promise.kind == Kind::V {
            assert_eq!(view.state, State::Unproven);
        }
    }
}

#[test]
fn every_fact_and_problem_reads_back_from_its_json() {
    let mut outcome = Outcome::new();
    for seen in Seen::ALL {
        outcome.number(seen, u64::MAX);
        outcome.text(seen, "x");
        outcome.list(seen, ["a", "b"]);
    }
    for wrong in Wrong::ALL {
        outcome.wrong(wrong, "here");
    }
    let text = serde_json::to_string(&outcome).expect("JSON");
    assert_eq!(
        serde_json::from_str::<Outcome>(&text).expect("read"),
        outcome
    );
}

/// Not a test of anything: writes the page to look at. `cargo test -p strongroom-govern -- --ignored look`
#[test]
#[ignore = "writes files to look at"]
fn look() {
    let catalogue = Catalogue::built_in().expect("the catalogue");
    let records = records(&catalogue);
    let views = views(&catalogue, &records, NOW);
    let folder = std::env::temp_dir().join("strongroom-look");
    std::fs::create_dir_all(&folder).expect("a folder");
    for lang in Lang::ALL {
        let page = trust(lang, &SITE, &views).expect("a page");
        std::fs::write(folder.join(format!("trust-{}.html", lang.code())), page).expect("written");
    }
}

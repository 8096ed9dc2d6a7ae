//! The ledger on a real database with a real log.

use std::time::Duration;

use audit::Entry;
use base::Instant;

use super::{NOW, ctx, databases};
use crate::ledger::{Mode, Verdict};
use crate::{
    Catalogue, Check, Ledger, Measuring, Outcome, ProbeError, Seen, State, Wrong, run, views,
};

/// Says what it is told to.
struct Told(Result<bool, ()>);

impl Check for Told {
    fn name(&self) -> &'static str {
        crate::checks::REST_LOG
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(async move {
            let held = self
                .0
                .map_err(|()| ProbeError::new("telling", "nothing said"))?;
            let mut outcome = Outcome::new();
            outcome.count(Seen::Markers, 3);
            if !held {
                outcome.wrong(Wrong::PlainText, "db");
            }
            Ok(outcome)
        })
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(async {
            let mut outcome = Outcome::new();
            outcome.wrong(Wrong::PlainText, "drill");
            Ok(outcome)
        })
    }
}

fn at(minutes: i64) -> Instant {
    Instant::from_micros(NOW.micros() + minutes * 60_000_000)
}

#[tokio::test]
async fn results_and_their_entries_are_written_together() {
    for db in databases().await {
        let ledger = Ledger::new(db.db(), "operator".parse().expect("a tenant"));
        let told = [
            (Mode::Drill, Ok(true), Verdict::DidNotHold),
            (Mode::Measure, Ok(false), Verdict::DidNotHold),
            (Mode::Measure, Ok(true), Verdict::Held),
            (Mode::Measure, Err(()), Verdict::NotMeasured),
        ];
        for (minute, (mode, told, verdict)) in (0_u32..).zip(told) {
            let checks: Vec<Box<dyn Check>> = vec![Box::new(Told(told))];
            let records = run(&checks, mode, &ledger, &|| ctx(at(minute.into())))
                .await
                .expect("recorded");
            assert_eq!(records[0].verdict, verdict);
            assert_eq!(
                records[0].log_index,
                Some(u64::from(minute)),
                "{}",
                db.engine
            );
        }
        let latest = ledger.latest().await.expect("read");
        assert_eq!(latest.len(), 4, "{}", db.engine);
        let held = latest
            .iter()
            .find(|record| record.verdict == Verdict::Held)
            .expect("held");
        assert_eq!(
            (held.at, held.log_index, held.outcome.facts.len()),
            (at(2), Some(2), 1)
        );

        let catalogue = Catalogue::built_in().expect("the catalogue");
        let views = views(&catalogue, &latest, at(5));
        let view = views
            .iter()
            .find(|view| view.promise.id == "rest.log")
            .expect("the promise");
        assert_eq!(view.state, State::Kept);
        assert_eq!(
            view.attempted
                .as_ref()
                .and_then(|record| record.reason.as_deref()),
            Some("telling: nothing said")
        );
        let json = serde_json::to_value(view.report()).expect("JSON");
        assert_eq!(
            (&json["id"], &json["kind"], &json["state"]),
            (&"rest.log".into(), &"T".into(), &"kept".into())
        );
        assert_eq!(json["measured_at"], "2026-11-23T05:04:00.000000Z");
        assert_eq!(json["evidence"]["facts"][0]["seen"], "markers");
        assert_eq!(
            (&json["log_index"], &json["last_seen_failing"]),
            (&2.into(), &"2026-11-23T05:02:00.000000Z".into())
        );
    }
}

#[tokio::test]
async fn old_results_go_but_the_latest_of_a_kind_stays() {
    for db in databases().await {
        let ledger = Ledger::new(db.db(), "operator".parse().expect("a tenant"));
        let checks: Vec<Box<dyn Check>> = vec![Box::new(Told(Ok(true)))];
        for minute in 0..5 {
            run(&checks, Mode::Measure, &ledger, &|| ctx(at(minute)))
                .await
                .expect("recorded");
        }
        run(&checks, Mode::Drill, &ledger, &|| ctx(at(0)))
            .await
            .expect("recorded");
        let gone = ledger
            .prune(at(60), Duration::from_secs(58 * 60))
            .await
            .expect("pruned");
        assert_eq!(gone, 2, "{}: minutes 0 and 1", db.engine);
        let gone = ledger
            .prune(at(600), Duration::from_secs(60))
            .await
            .expect("pruned");
        assert_eq!(gone, 2, "{}", db.engine);
        assert_eq!(ledger.latest().await.expect("read").len(), 2);
    }
}

#[tokio::test]
async fn a_clock_that_was_ahead_leaves_no_result_that_is_the_latest_for_ever() {
    for db in databases().await {
        let ledger = Ledger::new(db.db(), "operator".parse().expect("a tenant"));
        let checks: Vec<Box<dyn Check>> = vec![Box::new(Told(Ok(true)))];
        for minute in [1, 600, 2] {
            run(&checks, Mode::Measure, &ledger, &|| ctx(at(minute)))
                .await
                .expect("recorded");
        }
        ledger
            .prune(at(3), Duration::from_secs(3600))
            .await
            .expect("pruned");
        let latest = ledger.latest().await.expect("read");
        assert_eq!(latest.first().map(|record| record.at), Some(at(2)));
    }
}

#[test]
fn the_entry_names_check_result_and_digest() {
    for check in crate::checks::NAMES {
        let name: base::Name = check.replace('.', "-").parse().expect("fits into the log");
        let entry = Entry::new(&ctx(NOW), audit::Action::CheckResult, audit::Outcome::Ok)
            .expect("an entry");
        let bytes = entry.check(&name).digest([7; 32]).to_bytes();
        assert_eq!(Entry::parse(&bytes).expect("parsed").check, Some(name));
    }
}

#[tokio::test]
async fn every_statement_is_understood() {
    for db in databases().await {
        for sql in crate::STATEMENTS {
            db.prepare(sql).await.expect(sql.sqlite);
        }
    }
}

//! Recovery points and drills: in time or late, and how the last ones went.

use std::sync::Arc;

use policy::Authority;
use serde_json::Value;
use web::words::{Told, Tongue};
use web::{Answer, Cell, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, list, moment, text};
use super::page;

pub(super) const PLACE: &str = "/console/continuity";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![page(
        desk,
        PLACE,
        "continuityPage",
        "Recovery points and drills",
        look,
    )]
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let t = asker.t();
    let said = asker.ask("readContinuity", &[], None).await?;
    let columns = [
        "column-run",
        "column-state",
        "column-last",
        "column-lost",
        "column-back",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-continuity"),
        columns.map(|key| t.say(key)).into(),
        t.say("continuity-empty"),
    )
    .lead(t.say("continuity-lead"));
    page = replicated(t, page, &said);
    if said.get("configured").and_then(Value::as_bool) != Some(true) {
        return page.lead(t.say("continuity-none")).answer();
    }
    let seconds = |of: Option<f64>| {
        let Some(of) = of else { return String::new() };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "Seconds to be read by people."
        )]
        let whole = of.ceil().max(0.0) as u64;
        t.say_all("continuity-seconds", &[("n", Told::Count(whole))])
    };
    let behind = said
        .pointer("/stream/behind_seconds")
        .and_then(Value::as_f64);
    let joined = said.pointer("/stream/joined") == Some(&Value::Bool(true));
    page = page.fact(
        t.say("continuity-behind"),
        match behind {
            Some(_) if !joined => t.say("continuity-not-joined"),
            Some(behind) => seconds(Some(behind)),
            None => t.say("continuity-no-stream"),
        },
    );
    let within = said.pointer("/keys/erased_within_reach");
    let within = within.and_then(Value::as_u64).unwrap_or(0);
    let late = said
        .pointer("/keys/late_since")
        .is_some_and(|it| !it.is_null());
    page = page.fact(
        t.say("continuity-reach"),
        if late {
            t.say_all("continuity-reach-late", &[("n", Told::Count(within))])
        } else {
            within.to_string()
        },
    );
    for kind in list(&said, "kinds") {
        let name = t.say(&format!("run-{}", text(kind, "kind").replace('.', "-")));
        let last = list(kind, "runs").first().cloned().unwrap_or_default();
        let late = kind.get("late_since").is_some_and(|it| !it.is_null());
        let state = match (late, text(&last, "state")) {
            (_, "failed") => Cell::State("broken", t.say("run-failed")),
            (true, _) => Cell::State("stale", t.say("run-late")),
            (false, "") => Cell::State("unproven", t.say("run-never")),
            (false, "runs") => Cell::State("intent", t.say("run-runs")),
            (false, "left") => Cell::State("stale", t.say("run-left")),
            (false, _) => Cell::State("kept", t.say("run-held")),
        };
        let when = if text(&last, "begun_at").is_empty() {
            String::new()
        } else {
            moment(t, &last, "begun_at")
        };
        let span = |name: &str| seconds(last.get(name).and_then(Value::as_f64));
        page = page.row(Row {
            name: name.clone(),
            cells: vec![
                Cell::Text(name),
                state,
                Cell::Text(when),
                Cell::Text(span("rpo_seconds")),
                Cell::Text(span("rto_seconds")),
            ],
            acts: Vec::new(),
        });
    }
    page.also(super::destructions::LIST, t.say("place-destructions"))
        .answer()
}

/// What of PostgreSQL's replication people want to know: who receives, how far behind, and what is wrong.
fn replicated(t: Tongue, mut page: TablePage, said: &Value) -> TablePage {
    let Some(replication) = said.get("replication").filter(|it| !it.is_null()) else {
        return page;
    };
    for it in list(replication, "standbys") {
        let sync = matches!(text(it, "sync"), "sync" | "quorum");
        let behind = it.get("behind_bytes").and_then(Value::as_u64).unwrap_or(0);
        let key = if sync {
            "standby-sync"
        } else {
            "standby-async"
        };
        let what = t.say_all(
            key,
            &[
                ("state", text(it, "state").into()),
                ("n", Told::Count(behind)),
            ],
        );
        let name = t.say_with("standby", "name", text(it, "name"));
        page = page.fact(name, what);
    }
    for it in list(replication, "slots") {
        let kept = it
            .get("retained_bytes")
            .and_then(Value::as_u64)
            .unwrap_or(0)
            >> 20;
        let what = t.say_all("slot-keeps", &[("n", Told::Count(kept))]);
        page = page.fact(t.say_with("slot", "name", text(it, "name")), what);
    }
    if list(replication, "standbys").is_empty() {
        page = page.fact(t.say("replication"), t.say("replication-none"));
    }
    for fault in list(replication, "broken").iter().filter_map(Value::as_str) {
        let key = fault.replace(['.', '_'], "-");
        page = page.fact(t.say("replication-broken"), t.say(&key));
    }
    page
}

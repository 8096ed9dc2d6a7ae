//! The records of processing activities.

use std::sync::Arc;

use policy::Authority;
use serde_json::Value;
use web::{Answer, Cell, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, list, moment, text};
use super::page;

const PLACE: &str = "/console/processing";
const TABLE: &str = "/console/processing/csv";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(
            desk,
            PLACE,
            "processingPage",
            "The records of processing activities",
            look,
        ),
        page(
            desk,
            TABLE,
            "processingTable",
            "The same as a table, to keep",
            table,
        ),
    ]
}

/// The texts of a list member, after each other.
fn joined(it: &Value, name: &str) -> String {
    let texts: Vec<_> = list(it, name).iter().filter_map(Value::as_str).collect();
    texts.join(", ")
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let t = asker.t();
    let query = format!("lang={}", t.lang().code());
    let said = asker.ask_for("readProcessing", &[], &query, None).await?;
    let columns = [
        "column-collection",
        "column-purposes",
        "column-basis",
        "column-classes",
        "column-recipients",
        "column-kept-for",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-processing"),
        columns.map(|key| t.say(key)).into(),
        t.say("processing-empty"),
    )
    .lead(t.say("processing-lead"));
    let controller = said.get("controller").cloned().unwrap_or_default();
    for (member, key) in [
        ("name", "processing-controller"),
        ("contact", "processing-contact"),
        ("representative", "processing-representative"),
        ("data_protection_officer", "processing-dpo"),
    ] {
        let value = match text(&controller, member) {
            "" => t.say("processing-missing"),
            value => value.to_owned(),
        };
        page = page.fact(t.say(key), value);
    }
    let or_none = |value: String| {
        if value.is_empty() {
            t.say("processing-none")
        } else {
            value
        }
    };
    let behalf = joined(&said, "on_behalf_of");
    if !behalf.is_empty() {
        page = page.fact(t.say("processing-behalf"), behalf);
    }
    let recipients: Vec<_> = list(&said, "recipients")
        .iter()
        .map(|it| text(it, "name"))
        .collect();
    page = page
        .fact(t.say("column-recipients"), or_none(recipients.join(", ")))
        .fact(
            t.say("processing-transfers"),
            or_none(joined(&said, "transfers")),
        );
    let kept = list(&said, "security")
        .iter()
        .filter(|it| matches!(text(it, "state"), "kept" | "stated"))
        .map(|it| text(it, "text").to_owned());
    let mut kept: Vec<_> = kept.collect();
    if kept.is_empty() {
        kept.push(t.say("processing-none"));
    }
    page = page
        .facts(t.say("processing-security"), kept)
        .fact(t.say("processing-made"), moment(t, &said, "made_at"));
    let in_use = |it: &&Value| it.get("in_use").and_then(Value::as_bool) == Some(true);
    for it in list(&said, "activities").iter().filter(in_use) {
        let title = text(it, "title").to_owned();
        let purposes = list(it, "purposes").iter().filter_map(Value::as_str);
        let purposes: Vec<_> = purposes
            .map(|it| t.say(&format!("purpose-{}", it.to_ascii_lowercase())))
            .collect();
        let basis: Vec<_> = [text(it, "legal_basis"), text(it, "health_basis")]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect();
        page = page.row(Row {
            name: title.clone(),
            cells: vec![
                Cell::Text(title),
                Cell::Text(purposes.join(", ")),
                Cell::Text(basis.join(", ")),
                Cell::Text(joined(it, "data")),
                Cell::Text(or_none(joined(it, "recipients"))),
                Cell::Text(text(it, "kept").to_owned()),
            ],
            acts: Vec::new(),
        });
    }
    page.also(TABLE, t.say("processing-csv"))
        .also("/console/retention", t.say("place-retention"))
        .answer()
}

async fn table(asker: Asker) -> Result<Answer, Problem> {
    let query = format!("format=csv&lang={}", asker.t().lang().code());
    asker.fetch("readProcessing", &query).await
}

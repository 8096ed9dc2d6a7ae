//! Alerts that nobody took note of.

use std::sync::Arc;

use policy::Authority;
use web::{Act, Answer, Cell, Form, Place, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, list, moment, text};
use super::{form, page};

const LIST: &str = "/console/alerts";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(
            desk,
            LIST,
            "alertsPage",
            "Alerts that nobody took note of",
            look,
        ),
        form(
            desk,
            "/console/alerts/{alert}/close",
            "alertClose",
            "Take note of an alert",
            LIST,
            close,
        ),
    ]
}

/// Where there is more about it.
fn more(what: &str, subject: &str) -> String {
    match what {
        "app_reuse" => format!("/console/apps/{subject}"),
        "reviews_overdue" => "/console/reviews".to_owned(),
        "destruction_proposed"
        | "destruction_agreed"
        | "destruction_cancelled"
        | "destruction_done"
        | "keep_shortened" => "/console/continuity/destructions".to_owned(),
        "continuity_late" => "/console/continuity".to_owned(),
        "guardian_appointed" => "/console/guardians".to_owned(),
        "right_due" | "right_overdue" => format!("/console/rights/{subject}"),
        _ => "/console/break-glass".to_owned(),
    }
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let said = asker.ask("listAlerts", &[], None).await?;
    let t = asker.t();
    let columns = ["column-alert", "column-at"].map(|key| t.say(key));
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-alerts"),
        columns.into(),
        t.say("alerts-empty"),
    )
    .lead(t.say("alerts-lead"));
    if said.get("next").is_some_and(|next| !next.is_null()) {
        page = page.lead(t.say("alerts-more"));
    }
    for it in list(&said, "alerts") {
        let what = t.say(&format!("alert-{}", text(it, "what").replace('_', "-")));
        let href = more(text(it, "what"), text(it, "subject"));
        let act = format!("{LIST}/{}/close", text(it, "alert"));
        page = page.row(Row {
            name: what.clone(),
            cells: vec![
                Cell::Link(Place::new(&href, what)),
                Cell::Text(moment(t, it, "at")),
            ],
            acts: vec![Act::change(act, t.say("alert-close"))],
        });
    }
    page.answer()
}

async fn close(asker: Asker, _form: Form) -> Result<Answer, Problem> {
    let alert = asker.call.part_text("alert")?.to_owned();
    match asker.ask("closeAlert", &[("alert", &alert)], None).await {
        Ok(_) => Ok(Answer::see(LIST).notice("alert-closed")),
        // A colleague was faster.
        Err(problem) if problem.kind == base::ErrorKind::NotFound => Ok(Answer::see(LIST)),
        Err(problem) => Err(problem),
    }
}

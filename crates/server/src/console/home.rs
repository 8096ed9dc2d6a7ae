//! Where the console begins: what waits for whom.

use std::sync::Arc;

use policy::Authority;
use policy::access::AccessError;
use serde_json::Value;
use web::words::Told;
use web::{Act, Answer, Cell, Form, Place, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, list, text};
use super::{form, page};
use crate::api::ROLE;

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(desk, "/console", "consoleHome", "What waits for whom", look),
        form(
            desk,
            "/console/role",
            "consoleRole",
            "Act in another of one's roles",
            "/console",
            act_as,
        ),
    ]
}

/// The cookie only chooses: the gate asks each time whether the role counts.
async fn act_as(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let wanted = form.text("role");
    let roles = asker.roles().await?;
    let role = roles
        .iter()
        .find(|role| role.as_str() == wanted)
        .ok_or(AccessError::NotFound)?;
    Ok(Answer::see("/console")
        .cookie(&ROLE.set(role.as_str()))
        .notice("role-chosen"))
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let t = asker.t();
    let count = |key: &str, n: usize| t.say_all(key, &[("n", Told::Count(n as u64))]);
    let mut waiting = Vec::new();
    if asker.finds("/console/alerts") {
        let said = asker.ask("listAlerts", &[], None).await?;
        let open = list(&said, "alerts").len();
        waiting.push((
            "/console/alerts",
            "place-alerts",
            count("waits-alerts", open),
            open,
        ));
    }
    if asker.finds("/console/rights") {
        let said = asker.ask("listRightsRequests", &[], None).await?;
        let open = list(&said, "requests").len();
        waiting.push((
            "/console/rights",
            "place-rights",
            count("waits-rights", open),
            open,
        ));
    }
    if asker.finds("/console/requests") {
        let said = asker.ask("listRoleRequests", &[], None).await?;
        let open = list(&said, "requests")
            .iter()
            .filter(|it| text(it, "state") == "open")
            .count();
        waiting.push((
            "/console/requests",
            "place-requests",
            count("waits-requests", open),
            open,
        ));
    }
    if asker.finds("/console/reviews") {
        let said = asker.ask("accessReviews", &[], None).await?;
        let overdue = said.get("overdue").and_then(Value::as_u64).unwrap_or(0) as usize;
        waiting.push((
            "/console/reviews",
            "place-reviews",
            count("waits-reviews", overdue),
            overdue,
        ));
        let glasses = said
            .get("break_glass_overdue")
            .and_then(Value::as_u64)
            .unwrap_or(0) as usize;
        waiting.push((
            "/console/break-glass",
            "place-break-glass",
            count("waits-glasses", glasses),
            glasses,
        ));
    }
    if asker.finds("/console/apps") {
        let said = asker.ask("listApps", &[], None).await?;
        let review = list(&said, "apps")
            .iter()
            .filter(|it| text(it, "state") == "in_review")
            .count();
        waiting.push((
            "/console/apps",
            "place-apps",
            count("waits-apps", review),
            review,
        ));
    }
    let columns = vec![t.say("column-place"), t.say("column-waits")];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("console"),
        columns,
        t.say("console-empty"),
    )
    .lead(t.say("console-lead"))
    .fact(
        t.say("console-role"),
        t.say(&format!("role-{}", asker.role())),
    );
    for role in asker.roles().await? {
        if role.as_str() != asker.role() {
            let name = t.say(&format!("role-{role}"));
            page = page.button(
                Act::change("/console/role", t.say_with("console-act-as", "role", &name))
                    .with("role", role.as_str()),
            );
        }
    }
    for (href, key, waits, n) in waiting {
        let class = if n == 0 { "kept" } else { "unproven" };
        page = page.row(Row {
            name: t.say(key),
            cells: vec![
                Cell::Link(Place::new(href, t.say(key))),
                Cell::State(class, waits),
            ],
            acts: Vec::new(),
        });
    }
    page.also("/console/requests/new", t.say("request-new"))
        .also("/account", t.say("console-account"))
        .answer()
}

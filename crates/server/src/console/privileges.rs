//! Who holds which role, and the regular reviews.

use std::sync::Arc;

use policy::Authority;
use serde_json::{Value, json};
use web::words::Tongue;
use web::{Act, Answer, Cell, Form, FormPage, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, Names, list, moment, text};
use super::{form, page};

const LIST: &str = "/console/roles";
const REVIEWS: &str = "/console/reviews";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(desk, LIST, "rolesPage", "Who holds which role", look),
        page(
            desk,
            "/console/roles/{assignment}/end",
            "roleEndPage",
            "End a role",
            look_end,
        ),
        form(
            desk,
            "/console/roles/{assignment}/end",
            "roleEnd",
            "End a role",
            LIST,
            end,
        ),
        page(
            desk,
            REVIEWS,
            "reviewsPage",
            "What is to be confirmed",
            look_reviews,
        ),
        form(
            desk,
            "/console/reviews/{assignment}",
            "review",
            "Confirm a role, or let it go",
            REVIEWS,
            review,
        ),
    ]
}

fn state(t: Tongue, it: &Value) -> Cell {
    let state = text(it, "state");
    let class = match state {
        "held" => "kept",
        "waits_for_review" => "stale",
        _ => "intent",
    };
    Cell::State(
        class,
        t.say(&format!("privilege-{}", state.replace('_', "-"))),
    )
}

fn is_live(it: &Value) -> bool {
    matches!(text(it, "state"), "held" | "waits_for_review")
}

async fn assignments(asker: &Asker) -> Result<(Vec<Value>, Names), Problem> {
    let said = asker.ask("listAssignments", &[], None).await?;
    let found = list(&said, "assignments").to_vec();
    let ids = found
        .iter()
        .flat_map(|it| ["account", "approved_by", "granted_by"].map(|name| text(it, name)))
        .filter(|id| !id.is_empty());
    let names = asker.names(ids).await;
    Ok((found, names))
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let (found, names) = assignments(&asker).await?;
    let t = asker.t();
    let columns = [
        "column-name",
        "column-role",
        "column-state",
        "column-since",
        "column-by",
        "column-review",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-roles"),
        columns.map(|key| t.say(key)).into(),
        t.say("roles-empty"),
    )
    .lead(t.say("roles-lead"))
    .button(Act::look("/console/requests/new", t.say("request-new")));
    for it in &found {
        let who = names.of(text(it, "account"));
        let by = match (text(it, "granted_by"), text(it, "approved_by")) {
            ("", _) => t.say("by-installation"),
            (asked, approved) => format!("{} · {}", names.of(asked), names.of(approved)),
        };
        let acts = if is_live(it) {
            vec![Act::look(
                format!("{LIST}/{}/end", text(it, "assignment")),
                t.say("role-end"),
            )]
        } else {
            Vec::new()
        };
        page = page.row(Row {
            name: who.clone(),
            cells: vec![
                Cell::Text(who),
                Cell::Text(t.say(&format!("role-{}", text(it, "role")))),
                state(t, it),
                Cell::Text(moment(t, it, "since")),
                Cell::Text(by),
                Cell::Text(moment(t, it, "review_due_at")),
            ],
            acts,
        });
    }
    page.answer()
}

async fn look_end(asker: Asker) -> Result<Answer, Problem> {
    let (found, names) = assignments(&asker).await?;
    let id = asker.call.part_text("assignment")?;
    let it = found
        .iter()
        .find(|it| text(it, "assignment") == id)
        .ok_or(identity::IdentityError::NotFound("privilege"))?;
    let t = asker.t();
    let (who, role) = (
        names.of(text(it, "account")),
        t.say(&format!("role-{}", text(it, "role"))),
    );
    FormPage::new(
        asker.frame(),
        t.say("role-end-title"),
        format!("{LIST}/{id}/end"),
        t.say("role-end"),
    )
    .destroys()
    .lead(t.say_all(
        "role-end-lead",
        &[("name", (&who).into()), ("role", (&role).into())],
    ))
    .also(LIST, t.say("leave"))
    .answer()
}

async fn end(asker: Asker, _form: Form) -> Result<Answer, Problem> {
    let id = asker.call.part_text("assignment")?.to_owned();
    asker
        .ask("endAssignment", &[("assignment", &id)], None)
        .await?;
    Ok(Answer::see(LIST).notice("role-ended"))
}

async fn look_reviews(asker: Asker) -> Result<Answer, Problem> {
    let said = asker.ask("accessReviews", &[], None).await?;
    let (mut found, names) = assignments(&asker).await?;
    found.retain(is_live);
    found.sort_by(|a, b| text(a, "review_due_at").cmp(text(b, "review_due_at")));
    let t = asker.t();
    let number = |name: &str| said.get(name).and_then(Value::as_u64).unwrap_or(0);
    let columns = [
        "column-name",
        "column-role",
        "column-state",
        "column-review",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-reviews"),
        columns.map(|key| t.say(key)).into(),
        t.say("reviews-empty"),
    )
    .lead(t.say_with("reviews-lead", "days", number("every_days")))
    .fact(t.say("reviews-held"), number("held").to_string())
    .fact(t.say("reviews-overdue"), number("overdue").to_string());
    for it in &found {
        let who = names.of(text(it, "account"));
        let path = format!("{REVIEWS}/{}", text(it, "assignment"));
        let mine = ["account", "granted_by", "approved_by"]
            .iter()
            .any(|name| asker.is_own(text(it, name)));
        let acts = if mine {
            Vec::new()
        } else {
            vec![
                Act::change(path.clone(), t.say("review-keep")).with("keep", "yes"),
                Act::destroy(path, t.say("review-drop")).with("keep", "no"),
            ]
        };
        page = page.row(Row {
            name: who.clone(),
            cells: vec![
                Cell::Text(who),
                Cell::Text(t.say(&format!("role-{}", text(it, "role")))),
                state(t, it),
                Cell::Text(moment(t, it, "review_due_at")),
            ],
            acts,
        });
    }
    page.answer()
}

async fn review(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let id = asker.call.part_text("assignment")?.to_owned();
    let keep = form.text("keep") == "yes";
    asker
        .ask(
            "reviewAssignment",
            &[("assignment", &id)],
            Some(&json!({ "keep": keep })),
        )
        .await?;
    Ok(Answer::see(REVIEWS).notice(if keep {
        "review-kept"
    } else {
        "review-dropped"
    }))
}

//! Recovery points that go before their time: proposed by one, agreed to by another, called off by either.

use std::sync::Arc;

use policy::Authority;
use serde_json::{Value, json};
use web::words::Told;
use web::{Act, Answer, Cell, Choice, Field, Form, FormPage, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, list, moment, text};
use super::requests::key;
use super::{form, page};

pub(super) const LIST: &str = "/console/continuity/destructions";
const NEW: &str = "/console/continuity/destructions/new";
/// Who proposes; of them, all but operators agree.
const PROPOSE: [&str; 4] = ["owner", "administrator", "security", "operator"];
const REASONS: [&str; 5] = ["key_leaked", "must_not_be_kept", "order", "moved", "other"];
/// So many points are named in a list, by so much of their names.
const NAMED_MAX: usize = 6;
const NAMED_CHARS: usize = 8;
/// A name of 64 characters and what is between two of them, a hundred times.
const POINTS_CHARS: usize = 6_600;

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    const ABOUT: &str = "Have recovery points destroyed before their time";
    vec![
        page(
            desk,
            LIST,
            "destructionsPage",
            "Recovery points that go before their time",
            look,
        ),
        page(desk, NEW, "destructionNewPage", ABOUT, look_new),
        form(desk, NEW, "destructionNew", ABOUT, NEW, send),
        form(
            desk,
            "/console/continuity/destructions/{destruction}/agreement",
            "destructionAgree",
            "Agree to a destruction",
            LIST,
            agree,
        ),
        form(
            desk,
            "/console/continuity/destructions/{destruction}/cancel",
            "destructionCancel",
            "Call a destruction off",
            LIST,
            cancel,
        ),
    ]
}

fn state(asker: &Asker, it: &Value) -> Cell {
    let state = text(it, "state");
    let class = match state {
        "proposed" => "unproven",
        "waits" | "begun" => "stale",
        _ => "intent",
    };
    Cell::State(class, asker.t().say(&key("destruction-state", state)))
}

/// What goes: how many, and which, as the command line names them.
fn what(asker: &Asker, points: &[Value]) -> String {
    let t = asker.t();
    if points.is_empty() {
        return t.say("destruction-all");
    }
    let count = Told::Count(points.len() as u64);
    let many = t.say_all("destruction-points-many", &[("n", count)]);
    let names = points.iter().filter_map(Value::as_str);
    let named: Vec<_> = names
        .take(NAMED_MAX)
        .map(|it| it.get(..NAMED_CHARS).unwrap_or(it))
        .collect();
    let more = if points.len() > named.len() {
        " …"
    } else {
        ""
    };
    format!("{many}: {}{more}", named.join(", "))
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let said = asker.ask("listDestructions", &[], None).await?;
    let all = list(&said, "destructions");
    let agreed = all.iter().flat_map(|it| list(it, "agreed"));
    let names = asker.names(agreed.map(|it| text(it, "by"))).await;
    let t = asker.t();
    let columns = [
        "column-thing",
        "column-reason",
        "column-state",
        "column-since",
        "column-agreed",
        "column-due",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-destructions"),
        columns.map(|key| t.say(key)).into(),
        t.say("destructions-empty"),
    )
    .lead(t.say("destructions-lead"));
    let decides = said.get("decides").and_then(Value::as_bool) == Some(true);
    let proposes = decides && PROPOSE.contains(&asker.role());
    if proposes {
        page = page.button(Act::look(NEW, t.say("destruction-new")));
    } else if !decides {
        page = page.lead(t.say("destructions-elsewhere"));
    }
    for it in all {
        let what = what(&asker, list(it, "points"));
        let agreed = list(it, "agreed");
        let own = agreed.iter().any(|it| asker.is_own(text(it, "by")));
        let path = |to: &str| format!("{LIST}/{}/{to}", text(it, "destruction"));
        let state_now = text(it, "state");
        let mut acts = Vec::new();
        if proposes && state_now == "proposed" && !own && asker.role() != "operator" {
            acts.push(Act::destroy(path("agreement"), t.say("destruction-agree")));
        }
        if proposes && matches!(state_now, "proposed" | "waits") {
            acts.push(Act::change(path("cancel"), t.say("destruction-cancel")));
        }
        let by: Vec<_> = agreed.iter().map(|it| names.of(text(it, "by"))).collect();
        let due = if text(it, "due_at").is_empty() {
            String::new()
        } else {
            moment(t, it, "due_at")
        };
        page = page.row(Row {
            name: what.clone(),
            cells: vec![
                Cell::Text(what),
                Cell::Text(t.say(&key("destruction-reason", text(it, "reason")))),
                state(&asker, it),
                Cell::Text(moment(t, it, "proposed_at")),
                Cell::Text(by.join(", ")),
                Cell::Text(due),
            ],
            acts,
        });
    }
    page.also(super::continuity::PLACE, t.say("place-continuity"))
        .answer()
}

async fn look_new(asker: Asker) -> Result<Answer, Problem> {
    show_new(&asker, None, None)
}

fn show_new(asker: &Asker, form: Option<&Form>, wrong: Option<String>) -> Result<Answer, Problem> {
    let t = asker.t();
    let was = |name: &str| form.map_or("", |it| it.trimmed(name)).to_owned();
    let reasons = REASONS.map(|reason| Choice {
        value: reason.to_owned(),
        name: t.say(&key("destruction-reason", reason)),
        hint: None,
    });
    FormPage::new(
        asker.frame(),
        t.say("destruction-new"),
        NEW,
        t.say("destruction-propose"),
    )
    .destroys()
    .lead(t.say("destruction-new-lead"))
    .error(wrong)
    .field(
        Field::lines("points", t.say("destruction-points"), POINTS_CHARS)
            .hint(t.say("destruction-points-hint"))
            .value(&was("points"))
            .optional(),
    )
    .field(Field::one_of("reason", t.say("column-reason"), reasons.into()).value(&was("reason")))
    .also(LIST, t.say("leave"))
    .answer()
}

async fn send(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let points: Vec<&str> = form.text("points").split_whitespace().collect();
    let mut body = json!({ "reason": form.text("reason") });
    if let Some(body) = body.as_object_mut() {
        if points.is_empty() {
            body.insert("all".into(), true.into());
        } else {
            body.insert("points".into(), points.into());
        }
    }
    match asker.ask("proposeDestruction", &[], Some(&body)).await {
        Ok(_) => Ok(Answer::see(LIST).notice("destruction-proposed")),
        Err(problem) if problem.code == "access.body" => {
            let wrong = asker.t().say("mistake-destruction");
            show_new(&asker, Some(&form), Some(wrong))
        }
        Err(problem) => Err(problem),
    }
}

async fn agree(asker: Asker, _form: Form) -> Result<Answer, Problem> {
    carry_out(&asker, "agreeToDestruction", "destruction-agreed").await
}

async fn cancel(asker: Asker, _form: Form) -> Result<Answer, Problem> {
    carry_out(&asker, "cancelDestruction", "destruction-cancelled").await
}

async fn carry_out(asker: &Asker, route: &str, notice: &'static str) -> Result<Answer, Problem> {
    let id = asker.call.part_text("destruction")?.to_owned();
    match asker.ask(route, &[("destruction", &id)], None).await {
        Ok(_) => Ok(Answer::see(LIST).notice(notice)),
        // A colleague was faster.
        Err(problem) if problem.code == "access.decided" => Ok(Answer::see(LIST)),
        Err(problem) => Err(problem),
    }
}

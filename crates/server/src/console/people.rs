//! Accounts: who there is, invited, let in, stopped.

use std::sync::Arc;

use policy::Authority;
use serde_json::{Value, json};
use web::words::Tongue;
use web::{Act, Answer, Cell, Field, Form, FormPage, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, list, moment, text};
use super::{form, page};

const LIST: &str = "/console/people";
const INVITE: &str = "/console/people/invite";

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(desk, LIST, "peoplePage", "Accounts", look),
        page(desk, INVITE, "invitePage", "Invite somebody", look_invite),
        form(desk, INVITE, "invite", "Invite somebody", INVITE, invite),
        form(
            desk,
            "/console/people/{account}/again",
            "inviteAgain",
            "Send an invitation again",
            LIST,
            |asker, _| act(asker, "inviteAccountAgain", "invited"),
        ),
        form(
            desk,
            "/console/people/{account}/stop",
            "stopAccountForm",
            "Stop an account",
            LIST,
            |asker, _| act(asker, "stopAccount", "stopped"),
        ),
        form(
            desk,
            "/console/people/{account}/resume",
            "resumeAccountForm",
            "Let an account in again",
            LIST,
            |asker, _| act(asker, "resumeAccount", "resumed"),
        ),
    ]
}

/// What an account of staff may act as now; a person is a person.
fn roles(t: Tongue, it: &Value) -> String {
    if text(it, "kind") == "person" {
        return t.say("role-person");
    }
    let counts: Vec<String> = list(it, "roles")
        .iter()
        .filter_map(Value::as_str)
        .map(|role| t.say(&format!("role-{role}")))
        .collect();
    if counts.is_empty() {
        return t.say("role-none");
    }
    counts.join(", ")
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let said = asker.ask("listAccounts", &[], None).await?;
    let t = asker.t();
    let columns = [
        "column-name",
        "column-email",
        "column-role",
        "column-state",
        "column-since",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-people"),
        columns.map(|key| t.say(key)).into(),
        t.say("people-empty"),
    )
    .lead(t.say("people-lead"))
    .button(Act::look(INVITE, t.say("invite-somebody")));
    for it in list(&said, "accounts") {
        let (id, state) = (text(it, "account"), text(it, "state"));
        let path = |verb: &str| format!("{LIST}/{id}/{verb}");
        let acts = match state {
            _ if asker.is_own(id) => Vec::new(),
            "invited" => vec![
                Act::change(path("again"), t.say("invite-again")),
                Act::destroy(path("stop"), t.say("account-stop")),
            ],
            "stopped" => vec![Act::change(path("resume"), t.say("account-resume"))],
            "active" => vec![Act::destroy(path("stop"), t.say("account-stop"))],
            _ => vec![Act::destroy(path("stop"), t.say("account-stop"))],
        };
        let class = match state {
            "active" => "kept",
            "stopped" => "broken",
            _ => "unproven",
        };
        page = page.row(Row {
            name: text(it, "name").to_owned(),
            cells: vec![
                Cell::Text(text(it, "name").to_owned()),
                Cell::Text(text(it, "email").to_owned()),
                Cell::Text(roles(t, it)),
                Cell::State(class, t.say(&format!("account-state-{state}"))),
                Cell::Text(moment(t, it, "created_at")),
            ],
            acts,
        });
    }
    page.answer()
}

async fn look_invite(asker: Asker) -> Result<Answer, Problem> {
    show_invite(&asker, "", "", None)
}

fn show_invite(
    asker: &Asker,
    name: &str,
    email: &str,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let t = asker.t();
    FormPage::new(
        asker.frame(),
        t.say("invite-somebody"),
        INVITE,
        t.say("invite-send"),
    )
    .lead(t.say("invite-about"))
    .error(wrong)
    .field(Field::text("name", t.say("column-name")).value(name))
    .field(Field::text("email", t.say("column-email")).value(email))
    .also(LIST, t.say("back-people"))
    .answer()
}

async fn invite(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let (name, email) = (form.trimmed("name"), form.trimmed("email"));
    let t = asker.t();
    let body = json!({ "name": name, "email": email, "language": t.lang().code() });
    match asker.ask("inviteAccount", &[], Some(&body)).await {
        Ok(_) => Ok(Answer::see(LIST).notice("invited")),
        Err(problem) => {
            let key = match problem.code {
                "identity.taken" => "mistake-taken",
                "identity.email" => "mistake-email",
                "identity.name" | "card.refused" => "mistake-name",
                _ => return Err(problem),
            };
            show_invite(&asker, name, email, Some(t.say(key)))
        }
    }
}

async fn act(asker: Asker, id: &'static str, notice: &'static str) -> Result<Answer, Problem> {
    let account = asker.call.part_text("account")?.to_owned();
    asker.ask(id, &[("account", &account)], None).await?;
    Ok(Answer::see(LIST).notice(notice))
}

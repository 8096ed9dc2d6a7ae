//! Apps: registered by one, reviewed by another, stopped.

use std::sync::Arc;

use policy::Authority;
use serde_json::{Value, json};
use web::words::Tongue;
use web::{
    Act, Answer, Cell, Choice, Field, Form, FormPage, Place, Problem, Route, Row, TablePage,
};

use super::desk::{Asker, Desk, list, moment, text};
use super::{form, page};

const LIST: &str = "/console/apps";
const NEW: &str = "/console/apps/new";
const METHODS: [&str; 3] = ["none", "client_secret_basic", "client_secret_post"];

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(desk, LIST, "appsPage", "Apps", look),
        page(desk, NEW, "appNewPage", "Register an app", look_new),
        form(desk, NEW, "appNew", "Register an app", NEW, send),
        page(
            desk,
            "/console/app/{app}",
            "appShowPage",
            "One app",
            look_one,
        ),
        form(
            desk,
            "/console/app/{app}/review",
            "appReview",
            "Review an app",
            LIST,
            review,
        ),
        form(
            desk,
            "/console/app/{app}/secret",
            "appSecret",
            "Renew an app's secret",
            LIST,
            secret,
        ),
        page(
            desk,
            "/console/app/{app}/stop",
            "appStopPage",
            "Stop an app",
            look_stop,
        ),
        form(
            desk,
            "/console/app/{app}/stop",
            "appStop",
            "Stop an app",
            LIST,
            stop,
        ),
    ]
}

fn state(t: Tongue, it: &Value) -> Cell {
    let state = text(it, "state");
    let class = match state {
        "active" => "kept",
        "stopped" => "intent",
        _ => "unproven",
    };
    Cell::State(
        class,
        t.say(&format!("app-state-{}", state.replace('_', "-"))),
    )
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let said = asker.ask("listApps", &[], None).await?;
    let t = asker.t();
    let columns = [
        "column-name",
        "column-state",
        "column-contact",
        "column-since",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-apps"),
        columns.map(|key| t.say(key)).into(),
        t.say("apps-empty"),
    )
    .lead(t.say("apps-lead"))
    .button(Act::look(NEW, t.say("app-new")));
    for it in list(&said, "apps") {
        let name = text(it, "name");
        let path = format!("/console/app/{}", text(it, "client_id"));
        page = page.row(Row {
            name: name.to_owned(),
            cells: vec![
                Cell::Link(Place::new(path, name)),
                state(t, it),
                Cell::Text(text(it, "contact").to_owned()),
                Cell::Text(moment(t, it, "created_at")),
            ],
            acts: Vec::new(),
        });
    }
    page.answer()
}

async fn look_one(asker: Asker) -> Result<Answer, Problem> {
    let id = asker.call.part_text("app")?.to_owned();
    let it = asker.ask("readApp", &[("app", &id)], None).await?;
    let names = asker
        .names([text(&it, "registered_by"), text(&it, "reviewed_by")].into_iter())
        .await;
    let t = asker.t();
    let settings = it.get("settings").cloned().unwrap_or_default();
    let lines = |name: &str| {
        let all: Vec<_> = list(&settings, name)
            .iter()
            .filter_map(Value::as_str)
            .collect();
        if all.is_empty() {
            "–".to_owned()
        } else {
            all.join(" · ")
        }
    };
    let mut page = TablePage::new(
        asker.frame(),
        text(&it, "name").to_owned(),
        Vec::new(),
        String::new(),
    )
    .fact(
        t.say("column-state"),
        t.say(&format!(
            "app-state-{}",
            text(&it, "state").replace('_', "-")
        )),
    )
    .fact(t.say("app-id"), id.clone())
    .fact(t.say("column-contact"), text(&it, "contact").to_owned())
    .fact(t.say("app-redirects"), lines("redirect_uris"))
    .fact(t.say("app-scopes"), lines("scopes"))
    .fact(t.say("app-purposes"), lines("purposes"))
    .fact(
        t.say("app-method"),
        text(&settings, "auth_method").to_owned(),
    )
    .fact(t.say("app-grants"), lines("grant_types"))
    .fact(
        t.say("app-registered-by"),
        names.of(text(&it, "registered_by")),
    );
    if !text(&it, "reviewed_by").is_empty() {
        page = page.fact(t.say("app-reviewed-by"), names.of(text(&it, "reviewed_by")));
    }
    let path = |verb: &str| format!("/console/app/{id}/{verb}");
    let state = text(&it, "state");
    if state == "in_review" {
        if asker.is_own(text(&it, "registered_by")) {
            page = page.lead(t.say("app-own"));
        } else {
            page = page
                .lead(t.say("app-second"))
                .button(
                    Act::change(path("review"), t.say("app-approve")).with("verdict", "approve"),
                )
                .button(
                    Act::destroy(path("review"), t.say("app-refuse")).with("verdict", "refuse"),
                );
        }
    }
    if state != "stopped" {
        if text(&settings, "auth_method").starts_with("client_secret") {
            page = page.button(Act::change(path("secret"), t.say("app-secret-renew")));
        }
        page = page.button(Act::look(path("stop"), t.say("app-stop")));
    }
    page.also(LIST, t.say("back-apps")).answer()
}

async fn look_new(asker: Asker) -> Result<Answer, Problem> {
    show_new(&asker, &Typed::default(), None)
}

#[derive(Default)]
struct Typed<'a> {
    name: &'a str,
    contact: &'a str,
    redirects: &'a str,
    scopes: &'a str,
    purposes: &'a str,
    method: &'a str,
}

fn show_new(asker: &Asker, typed: &Typed<'_>, wrong: Option<String>) -> Result<Answer, Problem> {
    let t = asker.t();
    let methods = METHODS.iter().map(|method| Choice {
        value: (*method).to_owned(),
        name: t.say(&format!("method-{}", method.replace('_', "-"))),
        hint: None,
    });
    FormPage::new(asker.frame(), t.say("app-new"), NEW, t.say("app-register"))
        .lead(t.say("app-new-lead"))
        .error(wrong)
        .field(
            Field::text("name", t.say("column-name"))
                .hint(t.say("app-name-hint"))
                .value(typed.name),
        )
        .field(
            Field::text("contact", t.say("column-contact"))
                .hint(t.say("app-contact-hint"))
                .value(typed.contact),
        )
        .field(
            Field::lines("redirects", t.say("app-redirects"), 4_000)
                .hint(t.say("app-redirects-hint"))
                .value(typed.redirects),
        )
        .field(
            Field::lines("scopes", t.say("app-scopes"), 4_000)
                .hint(t.say("app-scopes-hint"))
                .value(typed.scopes),
        )
        .field(
            Field::text("purposes", t.say("app-purposes"))
                .hint(t.say("app-purposes-hint"))
                .value(typed.purposes),
        )
        .field(Field::one_of("method", t.say("app-method"), methods.collect()).value(typed.method))
        .also(LIST, t.say("back-apps"))
        .answer()
}

async fn send(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let typed = Typed {
        name: form.trimmed("name"),
        contact: form.trimmed("contact"),
        redirects: form.text("redirects"),
        scopes: form.text("scopes"),
        purposes: form.text("purposes"),
        method: form.text("method"),
    };
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let body = json!({
        "name": typed.name,
        "contact": typed.contact,
        "auth_method": typed.method,
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": words(typed.redirects),
        "scopes": words(typed.scopes),
        "purposes": words(&typed.purposes.replace(',', " ")),
    });
    match asker.ask("registerApp", &[], Some(&body)).await {
        Ok(made) => shown_once(&asker, &made),
        Err(problem)
            if matches!(
                problem.kind,
                base::ErrorKind::Invalid | base::ErrorKind::Refused
            ) =>
        {
            let wrong = asker.t().say_with("mistake-app", "why", &problem.detail);
            show_new(&asker, &typed, Some(wrong))
        }
        Err(problem) => Err(problem),
    }
}

/// What was made, with the secret that is shown this once.
fn shown_once(asker: &Asker, made: &Value) -> Result<Answer, Problem> {
    let t = asker.t();
    let mut page = TablePage::new(asker.frame(), t.say("app-made"), Vec::new(), String::new())
        .fact(t.say("app-id"), text(made, "client_id").to_owned());
    let secret = text(made, "client_secret");
    page = if secret.is_empty() {
        page.lead(t.say("app-made-lead"))
    } else {
        page.lead(t.say("app-made-lead"))
            .lead(t.say("app-secret-once"))
            .fact(t.say("app-secret"), secret.to_owned())
    };
    page.also(LIST, t.say("back-apps")).answer()
}

async fn review(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let id = asker.call.part_text("app")?.to_owned();
    let approve = form.text("verdict") == "approve";
    let body = json!({ "verdict": if approve { "approve" } else { "refuse" } });
    asker.ask("reviewApp", &[("app", &id)], Some(&body)).await?;
    Ok(Answer::see(LIST).notice(if approve {
        "app-approved"
    } else {
        "app-refused"
    }))
}

async fn secret(asker: Asker, _form: Form) -> Result<Answer, Problem> {
    let id = asker.call.part_text("app")?.to_owned();
    let made = asker.ask("renewAppSecret", &[("app", &id)], None).await?;
    shown_once(&asker, &made)
}

async fn look_stop(asker: Asker) -> Result<Answer, Problem> {
    let id = asker.call.part_text("app")?.to_owned();
    let it = asker.ask("readApp", &[("app", &id)], None).await?;
    let t = asker.t();
    FormPage::new(
        asker.frame(),
        t.say_with("app-stop-title", "name", text(&it, "name")),
        format!("/console/app/{id}/stop"),
        t.say("app-stop"),
    )
    .destroys()
    .lead(t.say("app-stop-lead"))
    .also(format!("/console/app/{id}"), t.say("leave"))
    .answer()
}

async fn stop(asker: Asker, _form: Form) -> Result<Answer, Problem> {
    let id = asker.call.part_text("app")?.to_owned();
    asker.ask("stopApp", &[("app", &id)], None).await?;
    Ok(Answer::see(LIST).notice("app-stopped"))
}

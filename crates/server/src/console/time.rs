//! What is kept how long and what was destroyed, and legal holds.

use std::sync::Arc;

use policy::Authority;
use serde_json::{Value, json};
use web::format::isolated;
use web::words::Told;
use web::{Act, Answer, Cell, Choice, Field, Form, FormPage, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, list, moment, text};
use super::{form, page};

const RETENTION: &str = "/console/retention";
const HOLDS: &str = "/console/holds";
const NEW: &str = "/console/holds/new";
const SCOPES: [&str; 3] = ["person", "collection", "tenant"];

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    vec![
        page(
            desk,
            RETENTION,
            "retentionPage",
            "What is kept how long, and what was destroyed",
            look,
        ),
        page(desk, HOLDS, "holdsPage", "Legal holds", look_holds),
        page(desk, NEW, "holdNewPage", "Place a legal hold", look_new),
        form(desk, NEW, "holdNew", "Place a legal hold", NEW, send),
        page(
            desk,
            "/console/holds/{hold}/lift",
            "holdLiftPage",
            "Lift a legal hold",
            look_lift,
        ),
        form(
            desk,
            "/console/holds/{hold}/lift",
            "holdLift",
            "Lift a legal hold",
            HOLDS,
            lift,
        ),
    ]
}

fn number(value: Option<&Value>, name: &str) -> u64 {
    let found = value.and_then(|it| it.get(name));
    found.and_then(Value::as_u64).unwrap_or(0)
}

async fn look(asker: Asker) -> Result<Answer, Problem> {
    let said = asker.ask("readRetention", &[], None).await?;
    let t = asker.t();
    let last = list(&said, "runs").first();
    let columns = [
        "column-collection",
        "column-kept-for",
        "column-in-time",
        "column-held",
        "column-destroyed",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-retention"),
        columns.map(|key| t.say(key)).into(),
        t.say("retention-empty"),
    )
    .lead(t.say("retention-lead"));
    if let Some(last) = last {
        page = page.fact(t.say("retention-last"), moment(t, last, "began_at"));
    }
    page = page.fact(
        t.say("place-holds"),
        t.say_all(
            "retention-holds",
            &[("n", Told::Count(number(Some(&said), "holds_in_force")))],
        ),
    );
    let limits = said.get("limits").and_then(Value::as_object);
    for (name, kept) in limits.into_iter().flatten() {
        let kept = kept.as_str().unwrap_or("");
        if kept == "until-erased" {
            continue;
        }
        let found = last.and_then(|it| it.get("found")?.get(name));
        let collection = asker.desk.house.vault.register().collection(name);
        let title = collection.map_or_else(|| t.say("retention-files"), |it| it.title.clone());
        let mut cells = vec![Cell::Text(title.clone()), Cell::Text(kept.to_owned())];
        for member in ["kept", "held", "destroyed"] {
            cells.push(Cell::Text(match last {
                Some(_) => number(found, member).to_string(),
                None => "–".to_owned(),
            }));
        }
        page = page.row(Row {
            name: title,
            cells,
            acts: Vec::new(),
        });
    }
    page.also(HOLDS, t.say("place-holds")).answer()
}

/// On what, in words.
fn on(asker: &Asker, it: &Value) -> String {
    let t = asker.t();
    match text(it, "on") {
        "person" => {
            let person: String = text(it, "person").chars().take(8).collect();
            t.say_with("hold-on-person", "person", &person)
        }
        "collection" => {
            let name = text(it, "collection");
            let collection = asker.desk.house.vault.register().collection(name);
            collection.map_or_else(|| name.to_owned(), |it| it.title.clone())
        }
        _ => t.say("hold-on-tenant"),
    }
}

fn state(asker: &Asker, it: &Value) -> Cell {
    let state = text(it, "state");
    let class = if state == "in_force" {
        "unproven"
    } else {
        "intent"
    };
    let key = format!("hold-state-{}", state.replace('_', "-"));
    Cell::State(class, asker.t().say(&key))
}

async fn look_holds(asker: Asker) -> Result<Answer, Problem> {
    let said = asker.ask("listHolds", &[], None).await?;
    let holds = list(&said, "holds");
    let names = asker
        .names(holds.iter().map(|it| text(it, "placed_by")))
        .await;
    let t = asker.t();
    let columns = [
        "column-thing",
        "column-reason",
        "column-state",
        "column-placed-by",
        "column-since",
        "column-until",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-holds"),
        columns.map(|key| t.say(key)).into(),
        t.say("holds-empty"),
    )
    .lead(t.say("holds-lead"));
    let places = asker.role() == "compliance";
    if places {
        page = page.button(Act::look(NEW, t.say("hold-new")));
    }
    if said.get("next").is_some_and(|next| !next.is_null()) {
        page = page.lead(t.say("holds-more"));
    }
    for it in holds {
        let what = on(&asker, it);
        let acts = if places && text(it, "state") == "in_force" {
            let path = format!("{HOLDS}/{}/lift", text(it, "hold"));
            vec![Act::look(path, t.say("hold-lift"))]
        } else {
            Vec::new()
        };
        let by = match text(it, "placed_by") {
            "installation" => t.say("by-installation"),
            by => names.of(by),
        };
        let until = if text(it, "until").is_empty() {
            t.say("hold-open")
        } else {
            moment(t, it, "until")
        };
        page = page.row(Row {
            name: what.clone(),
            cells: vec![
                Cell::Text(what),
                Cell::Text(isolated(text(it, "reason")).into_owned()),
                state(&asker, it),
                Cell::Text(by),
                Cell::Text(moment(t, it, "placed_at")),
                Cell::Text(until),
            ],
            acts,
        });
    }
    page.also(RETENTION, t.say("place-retention")).answer()
}

async fn look_new(asker: Asker) -> Result<Answer, Problem> {
    show_new(&asker, None, None)
}

/// The form; `wrong` names a field and says what is wrong with it, or says it of the whole (`""`).
fn show_new(
    asker: &Asker,
    form: Option<&Form>,
    wrong: Option<(&str, &str)>,
) -> Result<Answer, Problem> {
    let t = asker.t();
    let wrong_of = |name: &str| wrong.filter(|it| it.0 == name).map(|it| t.say(it.1));
    let was = |name: &str| form.map_or("", |it| it.trimmed(name)).to_owned();
    let scopes = SCOPES.map(|scope| Choice {
        value: scope.to_owned(),
        name: t.say(&format!("hold-scope-{scope}")),
        hint: None,
    });
    let chosen = Some(was("on")).filter(|it| !it.is_empty());
    FormPage::new(asker.frame(), t.say("hold-new"), NEW, t.say("hold-place"))
        .lead(t.say("hold-new-lead"))
        .error(wrong_of(""))
        .field(
            Field::one_of("on", t.say("column-thing"), scopes.into())
                .value(chosen.as_deref().unwrap_or("person"))
                .error(wrong_of("on")),
        )
        .field(
            Field::text("what", t.say("hold-what"))
                .hint(t.say("hold-what-hint"))
                .value(&was("what"))
                .error(wrong_of("what"))
                .optional(),
        )
        .field(
            Field::lines("reason", t.say("column-reason"), 2_000)
                .hint(t.say("hold-reason-hint"))
                .value(&was("reason"))
                .error(wrong_of("reason")),
        )
        .field(
            Field::text("until", t.say("column-until"))
                .hint(t.say("hold-until-hint"))
                .value(&was("until"))
                .error(wrong_of("until"))
                .optional(),
        )
        .also(HOLDS, t.say("leave"))
        .answer()
}

/// The field that is wrong and what to say of it, as far as it can be told before it is asked for.
fn mistake(asker: &Asker, form: &Form) -> Option<(&'static str, &'static str)> {
    let (on, what, until) = (form.text("on"), form.trimmed("what"), form.trimmed("until"));
    let register = asker.desk.house.vault.register();
    let now = jiff::Timestamp::from_microsecond(asker.call.now.micros()).unwrap_or_default();
    let ended = |it: &str| {
        let last = format!("{it}T23:59:59Z").parse::<jiff::Timestamp>();
        last.map_or(true, |last| last <= now)
    };
    if !SCOPES.contains(&on) {
        Some(("on", "mistake-hold-on"))
    } else if on == "person" && what.parse::<base::PersonId>().is_err() {
        Some(("what", "mistake-hold-person"))
    } else if on == "collection" && register.collection(what).is_none() {
        Some(("what", "mistake-hold-collection"))
    } else if on == "tenant" && !what.is_empty() {
        Some(("what", "mistake-hold-empty"))
    } else if form.trimmed("reason").is_empty() {
        Some(("reason", "mistake-hold-reason"))
    } else if !until.is_empty() && ended(until) {
        Some(("until", "mistake-hold-until"))
    } else {
        None
    }
}

async fn send(asker: Asker, form: Form) -> Result<Answer, Problem> {
    if let Some(wrong) = mistake(&asker, &form) {
        return show_new(&asker, Some(&form), Some(wrong));
    }
    let on = form.text("on");
    let mut body = json!({ "on": on, "reason": form.trimmed("reason") });
    if let Some(body) = body.as_object_mut() {
        if matches!(on, "person" | "collection") {
            body.insert(on.to_owned(), form.trimmed("what").into());
        }
        let until = form.trimmed("until");
        if !until.is_empty() {
            // A day ends with it.
            body.insert("until".into(), format!("{until}T23:59:59Z").into());
        }
    }
    match asker.ask("placeHold", &[], Some(&body)).await {
        Ok(_) => Ok(Answer::see(HOLDS).notice("hold-placed")),
        Err(problem) => {
            let wrong = match problem.code {
                "person.not_found" => ("what", "mistake-hold-person"),
                "collection.not_found" => ("what", "mistake-hold-collection"),
                "card.refused" => ("reason", "mistake-hold-reason"),
                "hold.body" => ("", "mistake-hold"),
                _ => return Err(problem),
            };
            show_new(&asker, Some(&form), Some(wrong))
        }
    }
}

async fn look_lift(asker: Asker) -> Result<Answer, Problem> {
    let t = asker.t();
    let hold = asker.call.part_text("hold")?;
    let said = asker.ask("listHolds", &[], None).await?;
    let found = list(&said, "holds");
    let mut page = FormPage::new(
        asker.frame(),
        t.say("hold-lift"),
        format!("{HOLDS}/{hold}/lift"),
        t.say("hold-lift"),
    )
    .destroys();
    if let Some(it) = found.iter().find(|it| text(it, "hold") == hold) {
        let (what, since) = (on(&asker, it), moment(t, it, "placed_at"));
        page = page.lead(t.say_all(
            "hold-lift-what",
            &[
                ("what", what.as_str().into()),
                ("date", since.as_str().into()),
            ],
        ));
    }
    page.lead(t.say("hold-lift-lead"))
        .also(HOLDS, t.say("leave"))
        .answer()
}

async fn lift(asker: Asker, _form: Form) -> Result<Answer, Problem> {
    let hold = asker.call.part_text("hold")?.to_owned();
    match asker.ask("liftHold", &[("hold", &hold)], None).await {
        Ok(_) => Ok(Answer::see(HOLDS).notice("hold-lifted")),
        // A colleague was faster.
        Err(problem) if problem.code == "hold.not_found" => Ok(Answer::see(HOLDS)),
        Err(problem) => Err(problem),
    }
}

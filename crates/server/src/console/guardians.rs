//! Who decides for whom, and until when: the day, guardians, and an account for who comes of age.

use std::sync::Arc;

use policy::Authority;
use serde_json::{Value, json};
use web::{Act, Answer, Cell, Choice, Field, Form, FormPage, Problem, Route, Row, TablePage};

use super::desk::{Asker, Desk, list, moment, text};
use super::{form, page};

const PLACE: &str = "/console/guardians";
const NEW: &str = "/console/guardians/new";
const ONE: &str = "/console/guardians/{minor}";
const DAY: &str = "/console/guardians/{minor}/day";
const APPOINT: &str = "/console/guardians/{minor}/appoint";
const INVITE: &str = "/console/guardians/{minor}/invite";
const DECIDE: &str = "/console/guardians/{minor}/{appointment}/decide";
const REFUSE: &str = "/console/guardians/{minor}/{appointment}/refuse";
const END: &str = "/console/guardians/{minor}/{appointment}/end";
const LIMITS: [&str; 2] = ["all", "read"];
const LANGUAGES: [(&str, &str); 5] = [
    ("sv", "Svenska"),
    ("de", "Deutsch"),
    ("it", "Italiano"),
    ("fr", "Français"),
    ("en", "English"),
];

pub(super) fn routes(desk: &Arc<Desk>) -> Vec<Route<Authority>> {
    const NOTE: &str = "Note from which day on a person decides";
    const GUARD: &str = "Propose a guardian";
    const SECOND: &str = "Appoint a guardian whom somebody else proposed, or refuse";
    const ASK: &str = "Invite a person to an account of their own";
    const STOP: &str = "End a guardian's appointment";
    vec![
        page(
            desk,
            PLACE,
            "guardiansPage",
            "Who decides for whom",
            look_all,
        ),
        page(desk, NEW, "minorNewPage", NOTE, look_new),
        form(desk, NEW, "minorNew", NOTE, NEW, note_new),
        page(
            desk,
            ONE,
            "minorPage",
            "One person, and who decides for them",
            look_one,
        ),
        page(desk, DAY, "minorDayPage", NOTE, look_day),
        form(desk, DAY, "minorDay", NOTE, PLACE, note),
        page(desk, APPOINT, "guardianNewPage", GUARD, look_appoint),
        form(desk, APPOINT, "guardianNew", GUARD, PLACE, propose),
        page(desk, DECIDE, "guardianDecidePage", SECOND, look_decide),
        form(desk, DECIDE, "guardianDecide", SECOND, PLACE, appoint),
        form(desk, REFUSE, "guardianRefuse", SECOND, PLACE, refuse),
        page(desk, INVITE, "minorInvitePage", ASK, look_invite),
        form(desk, INVITE, "minorInvite", ASK, PLACE, invite),
        page(desk, END, "guardianEndPage", STOP, look_end),
        form(desk, END, "guardianEnd", STOP, PLACE, end),
    ]
}

fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

fn of(minor: &str) -> String {
    format!("{PLACE}/{minor}")
}

/// What a form did wrong, where it is the form's: the page says it, in the words of the API.
fn mistake(problem: &Problem) -> Option<String> {
    let known = matches!(
        problem.code,
        "guardian.body"
            | "guardian.of_age"
            | "guardian.second"
            | "policy.own"
            | "person.not_found"
            | "consent.not_found"
            | "consent.over"
            | "consent.body"
            | "http.path"
            | "identity.email"
            | "identity.taken"
            | "identity.label"
    );
    known.then(|| problem.detail.to_string())
}

async fn look_all(asker: Asker) -> Result<Answer, Problem> {
    let said = asker.ask_for("listMinors", &[], "limit=100", None).await?;
    let t = asker.t();
    let columns = [
        "column-person",
        "column-decides",
        "column-guardians",
        "column-waiting",
    ];
    let mut page = TablePage::new(
        asker.frame(),
        t.say("place-guardians"),
        columns.map(|key| t.say(key)).into(),
        t.say("minors-empty"),
    )
    .lead(t.say("minors-lead"));
    if asker.role() == "compliance" {
        page = page.button(Act::look(NEW, t.say("minor-new")));
    }
    if said.get("next").is_some_and(|next| !next.is_null()) {
        page = page.lead(t.say("minors-more"));
    }
    for it in list(&said, "minors") {
        let person = text(it, "person");
        let count = |key: &str| it.get(key).and_then(Value::as_u64).unwrap_or(0).to_string();
        page = page.row(Row {
            name: short(person),
            cells: vec![
                Cell::Text(short(person)),
                Cell::Text(moment(t, it, "decides_at")),
                Cell::Text(count("guardians")),
                Cell::Text(count("proposed")),
            ],
            acts: vec![Act::look(of(person), t.say("minor-look"))],
        });
    }
    page.answer()
}

async fn look_one(asker: Asker) -> Result<Answer, Problem> {
    let minor = asker.call.part_text("minor")?.to_owned();
    let said = asker.ask("readMinor", &[("minor", &minor)], None).await?;
    let t = asker.t();
    let columns = [
        "column-guardian",
        "column-calls",
        "column-evidence",
        "column-state",
        "column-since",
    ];
    let decides_now = said.get("decides_now").and_then(Value::as_bool) == Some(true);
    let decides = if decides_now {
        "minor-decides-now"
    } else {
        "column-decides"
    };
    let account = match text(&said, "own_account") {
        "" => t.say("minor-account-none"),
        state => t.say(&format!("minor-account-{state}")),
    };
    let mut page = TablePage::new(
        asker.frame(),
        t.say_with("minor-title", "person", &short(&minor)),
        columns.map(|key| t.say(key)).into(),
        t.say("guardians-empty"),
    )
    .fact(t.say(decides), moment(t, &said, "decides_at"))
    .fact(t.say("minor-account"), account);
    let sets = asker.role() == "compliance";
    if sets && !decides_now {
        page = page
            .button(Act::look(
                format!("{}/appoint", of(&minor)),
                t.say("guardian-new"),
            ))
            .button(Act::look(
                format!("{}/day", of(&minor)),
                t.say("minor-change"),
            ));
    }
    if sets && text(&said, "own_account") != "active" {
        page = page.button(Act::look(
            format!("{}/invite", of(&minor)),
            t.say("minor-invite"),
        ));
    }
    for it in list(&said, "proposed") {
        let path = format!("{}/{}/decide", of(&minor), text(it, "appointment"));
        page = page.row(Row {
            name: text(it, "name").to_owned(),
            cells: vec![
                Cell::Text(text(it, "name").to_owned()),
                Cell::Text(text(it, "calls").to_owned()),
                Cell::Text(text(it, "evidence").to_owned()),
                Cell::State("unproven", t.say("guardian-state-proposed")),
                Cell::Text(moment(t, it, "proposed_at")),
            ],
            acts: vec![Act::look(path, t.say("guardian-decide"))],
        });
    }
    for it in list(&said, "guardians") {
        let state = text(it, "state");
        let class = if state == "standing" {
            "unproven"
        } else {
            "intent"
        };
        let acts = if sets && state == "standing" {
            let path = format!("{}/{}/end", of(&minor), text(it, "appointment"));
            vec![Act::look(path, t.say("guardian-end"))]
        } else {
            Vec::new()
        };
        page = page.row(Row {
            name: text(it, "name").to_owned(),
            cells: vec![
                Cell::Text(text(it, "name").to_owned()),
                Cell::Text(text(it, "calls").to_owned()),
                Cell::Text(text(it, "evidence").to_owned()),
                Cell::State(class, t.say(&format!("guardian-state-{state}"))),
                Cell::Text(moment(t, it, "appointed_at")),
            ],
            acts,
        });
    }
    page.also(PLACE, t.say("place-guardians")).answer()
}

async fn look_new(asker: Asker) -> Result<Answer, Problem> {
    show_new(&asker, None, None)
}

fn was(form: Option<&Form>, name: &str) -> String {
    form.map_or("", |it| it.trimmed(name)).to_owned()
}

fn said_wrong(asker: &Asker, wrong: Option<String>) -> Option<String> {
    wrong.map(|why| asker.t().say_with("mistake-guardian", "why", &why))
}

fn show_new(asker: &Asker, form: Option<&Form>, wrong: Option<String>) -> Result<Answer, Problem> {
    let t = asker.t();
    FormPage::new(asker.frame(), t.say("minor-new"), NEW, t.say("minor-note"))
        .lead(t.say("minor-new-lead"))
        .error(said_wrong(asker, wrong))
        .field(Field::text("person", t.say("minor-person")).value(&was(form, "person")))
        .field(
            Field::text("day", t.say("minor-day"))
                .hint(t.say("minor-day-hint"))
                .value(&was(form, "day")),
        )
        .also(PLACE, t.say("leave"))
        .answer()
}

async fn note_new(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let minor = form.trimmed("person").to_owned();
    let body = json!({ "decides_on": form.trimmed("day") });
    match asker
        .ask("noteMinor", &[("minor", &minor)], Some(&body))
        .await
    {
        Ok(_) => Ok(Answer::see(&of(&minor)).notice("minor-noted")),
        Err(problem) => match mistake(&problem) {
            Some(why) => show_new(&asker, Some(&form), Some(why)),
            None => Err(problem),
        },
    }
}

async fn look_day(asker: Asker) -> Result<Answer, Problem> {
    show_day(&asker, None, None)
}

fn show_day(asker: &Asker, form: Option<&Form>, wrong: Option<String>) -> Result<Answer, Problem> {
    let t = asker.t();
    let minor = asker.call.part_text("minor")?;
    FormPage::new(
        asker.frame(),
        t.say("minor-change"),
        format!("{}/day", of(minor)),
        t.say("minor-note"),
    )
    .lead(t.say("minor-change-lead"))
    .error(said_wrong(asker, wrong))
    .field(
        Field::text("day", t.say("minor-day"))
            .hint(t.say("minor-day-hint"))
            .value(&was(form, "day")),
    )
    .also(of(minor), t.say("leave"))
    .answer()
}

async fn note(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let minor = asker.call.part_text("minor")?.to_owned();
    let body = json!({ "decides_on": form.trimmed("day") });
    match asker
        .ask("noteMinor", &[("minor", &minor)], Some(&body))
        .await
    {
        Ok(_) => Ok(Answer::see(&of(&minor)).notice("minor-noted")),
        Err(problem) => match mistake(&problem) {
            Some(why) => show_day(&asker, Some(&form), Some(why)),
            None => Err(problem),
        },
    }
}

async fn look_appoint(asker: Asker) -> Result<Answer, Problem> {
    show_appoint(&asker, None, None)
}

fn show_appoint(
    asker: &Asker,
    form: Option<&Form>,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let t = asker.t();
    let minor = asker.call.part_text("minor")?;
    let limits = LIMITS.map(|limit| Choice {
        value: limit.to_owned(),
        name: t.say(&format!("guardian-limit-{limit}")),
        hint: None,
    });
    let chosen = Some(was(form, "limit")).filter(|it| !it.is_empty());
    FormPage::new(
        asker.frame(),
        t.say("guardian-new"),
        format!("{}/appoint", of(minor)),
        t.say("guardian-propose"),
    )
    .lead(t.say("guardian-new-lead"))
    .error(said_wrong(asker, wrong))
    .field(Field::text("email", t.say("guardian-email")).value(&was(form, "email")))
    .field(
        Field::text("name", t.say("guardian-calls"))
            .hint(t.say("guardian-calls-hint"))
            .value(&was(form, "name")),
    )
    .field(
        Field::lines("evidence", t.say("guardian-evidence"), 2_000)
            .hint(t.say("guardian-evidence-hint"))
            .value(&was(form, "evidence")),
    )
    .field(
        Field::one_of("limit", t.say("guardian-limit"), limits.into())
            .value(chosen.as_deref().unwrap_or("all")),
    )
    .also(of(minor), t.say("leave"))
    .answer()
}

async fn propose(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let minor = asker.call.part_text("minor")?.to_owned();
    let mut body = json!({
        "email": form.trimmed("email"),
        "name": form.trimmed("name"),
        "evidence": form.trimmed("evidence"),
    });
    // Less, unless everything was chosen in so many words.
    if form.text("limit") != "all"
        && let Some(body) = body.as_object_mut()
    {
        let terms = json!({ "purposes": ["PATRQT"], "parts": [{ "verbs": "rs" }] });
        body.insert("terms".into(), terms);
    }
    match asker
        .ask("proposeGuardian", &[("minor", &minor)], Some(&body))
        .await
    {
        Ok(_) => Ok(Answer::see(&of(&minor)).notice("guardian-proposed")),
        Err(problem) => match mistake(&problem) {
            Some(why) => show_appoint(&asker, Some(&form), Some(why)),
            None => Err(problem),
        },
    }
}

async fn look_decide(asker: Asker) -> Result<Answer, Problem> {
    show_decide(&asker, None).await
}

/// What was proposed, and by whom; nobody decides on their own proposal, but may take it back.
async fn show_decide(asker: &Asker, wrong: Option<String>) -> Result<Answer, Problem> {
    let t = asker.t();
    let minor = asker.call.part_text("minor")?;
    let appointment = asker.call.part_text("appointment")?;
    let said = asker.ask("readMinor", &[("minor", minor)], None).await?;
    let found = list(&said, "proposed")
        .iter()
        .find(|it| text(it, "appointment") == appointment);
    let Some(it) = found else {
        // A colleague was faster, or it lapsed.
        return Ok(Answer::see(&of(minor)));
    };
    let by = text(it, "proposed_by");
    let names = asker.names([by].into_iter()).await;
    let everything = it
        .pointer("/terms/parts/0/verbs")
        .and_then(Value::as_str)
        .is_some_and(|verbs| verbs.contains('d'));
    let limit = match everything {
        true => t.say("guardian-limit-all"),
        false => t.say("guardian-limit-read"),
    };
    let place = format!("{}/{appointment}", of(minor));
    let refuse = format!("{place}/refuse");
    let page = match asker.is_own(by) {
        true => FormPage::new(
            asker.frame(),
            t.say("guardian-second"),
            refuse,
            t.say("guardian-take-back"),
        )
        .lead(t.say("guardian-second-own")),
        false => FormPage::new(
            asker.frame(),
            t.say("guardian-second"),
            format!("{place}/decide"),
            t.say("guardian-appoint"),
        )
        .lead(t.say("guardian-second-lead"))
        .or(refuse, t.say("guardian-refuse")),
    };
    page.lead(t.say_all(
        "guardian-second-who",
        &[
            ("name", text(it, "name").into()),
            ("calls", text(it, "calls").into()),
            ("limit", limit.as_str().into()),
        ],
    ))
    .lead(t.say_with("guardian-second-shown", "evidence", text(it, "evidence")))
    .lead(t.say_all(
        "guardian-second-by",
        &[
            ("name", names.of(by).as_str().into()),
            ("at", moment(t, it, "proposed_at").as_str().into()),
            ("until", moment(t, it, "until").as_str().into()),
        ],
    ))
    .error(said_wrong(asker, wrong))
    .also(of(minor), t.say("leave"))
    .answer()
}

async fn appoint(asker: Asker, _: Form) -> Result<Answer, Problem> {
    decided(asker, "appointGuardian", "guardian-appointed").await
}

async fn refuse(asker: Asker, _: Form) -> Result<Answer, Problem> {
    decided(asker, "refuseGuardian", "guardian-refused").await
}

async fn decided(asker: Asker, route: &str, notice: &'static str) -> Result<Answer, Problem> {
    let minor = asker.call.part_text("minor")?.to_owned();
    let appointment = asker.call.part_text("appointment")?.to_owned();
    let path = [
        ("minor", minor.as_str()),
        ("appointment", appointment.as_str()),
    ];
    match asker.ask(route, &path, None).await {
        Ok(_) => Ok(Answer::see(&of(&minor)).notice(notice)),
        // A colleague was faster.
        Err(problem) if problem.code == "consent.over" => Ok(Answer::see(&of(&minor))),
        Err(problem) => match mistake(&problem) {
            Some(why) => show_decide(&asker, Some(why)).await,
            None => Err(problem),
        },
    }
}

async fn look_invite(asker: Asker) -> Result<Answer, Problem> {
    show_invite(&asker, None, None)
}

fn show_invite(
    asker: &Asker,
    form: Option<&Form>,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let t = asker.t();
    let minor = asker.call.part_text("minor")?;
    let languages = LANGUAGES.map(|(code, name)| Choice {
        value: code.to_owned(),
        name: name.to_owned(),
        hint: None,
    });
    let chosen = Some(was(form, "language")).filter(|it| !it.is_empty());
    FormPage::new(
        asker.frame(),
        t.say("minor-invite"),
        format!("{}/invite", of(minor)),
        t.say("minor-invite"),
    )
    .lead(t.say("minor-invite-lead"))
    .error(said_wrong(asker, wrong))
    .field(Field::text("email", t.say("minor-invite-email")).value(&was(form, "email")))
    .field(Field::text("name", t.say("minor-invite-name")).value(&was(form, "name")))
    .field(
        Field::one_of("language", t.say("minor-invite-language"), languages.into())
            .value(chosen.as_deref().unwrap_or_else(|| t.lang().code())),
    )
    .also(of(minor), t.say("leave"))
    .answer()
}

async fn invite(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let minor = asker.call.part_text("minor")?.to_owned();
    let body = json!({
        "email": form.trimmed("email"),
        "name": form.trimmed("name"),
        "language": form.text("language"),
    });
    match asker
        .ask("inviteMinor", &[("minor", &minor)], Some(&body))
        .await
    {
        Ok(_) => Ok(Answer::see(&of(&minor)).notice("minor-invited")),
        Err(problem) => match mistake(&problem) {
            Some(why) => show_invite(&asker, Some(&form), Some(why)),
            None => Err(problem),
        },
    }
}

async fn look_end(asker: Asker) -> Result<Answer, Problem> {
    show_end(&asker, None, None)
}

fn show_end(asker: &Asker, form: Option<&Form>, wrong: Option<String>) -> Result<Answer, Problem> {
    let t = asker.t();
    let minor = asker.call.part_text("minor")?;
    let appointment = asker.call.part_text("appointment")?;
    FormPage::new(
        asker.frame(),
        t.say("guardian-end"),
        format!("{}/{appointment}/end", of(minor)),
        t.say("guardian-end"),
    )
    .destroys()
    .lead(t.say("guardian-end-lead"))
    .error(said_wrong(asker, wrong))
    .field(Field::lines("reason", t.say("guardian-end-reason"), 2_000).value(&was(form, "reason")))
    .also(of(minor), t.say("leave"))
    .answer()
}

async fn end(asker: Asker, form: Form) -> Result<Answer, Problem> {
    let minor = asker.call.part_text("minor")?.to_owned();
    let appointment = asker.call.part_text("appointment")?.to_owned();
    let body = json!({ "reason": form.trimmed("reason") });
    let path = [
        ("minor", minor.as_str()),
        ("appointment", appointment.as_str()),
    ];
    match asker.ask("endGuardian", &path, Some(&body)).await {
        Ok(_) => Ok(Answer::see(&of(&minor)).notice("guardian-ended")),
        // A colleague was faster.
        Err(problem) if problem.code == "consent.over" => Ok(Answer::see(&of(&minor))),
        Err(problem) => match mistake(&problem) {
            Some(why) => show_end(&asker, Some(&form), Some(why)),
            None => Err(problem),
        },
    }
}

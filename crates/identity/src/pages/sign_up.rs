//! Making an account for oneself.

use http::StatusCode;
use web::{Answer, Call, Field, Form, FormPage, Message, Problem, Routes, Visit};

use super::{Desk, Pages, WORDS, form, page, said::said};
use crate::{Email, IdentityError, Label, SignUp};

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        page(desk, "/sign-up", "signUpPage", "Make an account", look),
        form(desk, "/sign-up", "signUp", "Make an account", send),
    ]
}

#[derive(Default)]
struct Filled<'a> {
    at: &'a str,
    name: &'a str,
    email: &'a str,
    wrong: Option<String>,
    wrong_at: Option<String>,
    wrong_name: Option<String>,
    wrong_email: Option<String>,
    wrong_password: Option<String>,
}

async fn look(desk: Desk, call: Call<Visit>) -> Result<Answer, Problem> {
    let tenant = desk.tenant(&call)?;
    if let Some(tenant) = &tenant
        && desk.identity.settings().open_sign_up.get(tenant) != Some(&true)
    {
        return closed(&call);
    }
    let at = tenant.as_ref().map_or("", |tenant| tenant.as_str());
    show(
        &desk,
        &call,
        Filled {
            at,
            ..Filled::default()
        },
    )
}

fn closed(call: &Call<Visit>) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    let site = page.site.clone();
    Message::new(
        page,
        t.say("sign-up-title"),
        t.say_with("sign-up-closed", "site", &site),
    )
    .also("/sign-in", t.say("sign-up-have"))
    .answer(StatusCode::OK)
}

fn show(desk: &Pages, call: &Call<Visit>, filled: Filled<'_>) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    let mut form = FormPage::new(
        page,
        t.say("sign-up-title"),
        "/sign-up",
        t.say("sign-up-button"),
    )
    .lead(t.say("sign-up-lead"))
    .error(filled.wrong);
    if desk.is_shared() {
        form = if filled.at.is_empty() || filled.wrong_at.is_some() {
            form.field(
                Field::text("at", t.say("sign-in-organisation"))
                    .hint(t.say("sign-in-organisation-hint"))
                    .value(filled.at)
                    .error(filled.wrong_at),
            )
        } else {
            form.hidden("at", filled.at)
        };
    }
    form.field(
        Field::name("name", t.say("name"))
            .hint(t.say("name-hint"))
            .value(filled.name)
            .error(filled.wrong_name),
    )
    .field(
        Field::email("email", t.say("email"))
            .value(filled.email)
            .error(filled.wrong_email),
    )
    .field(
        Field::password("password", t.say("choose-password"), "new-password")
            .hint(t.say("password-alone-hint"))
            .error(filled.wrong_password),
    )
    .also("/sign-in", t.say("sign-up-have"))
    .answer()
}

async fn send(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let password = form.secret("password");
    let (name, email) = (form.trimmed("name"), form.trimmed("email"));
    let mut filled = Filled {
        at: form.trimmed("at"),
        name,
        email,
        ..Filled::default()
    };
    let tenant = desk.tenant_in(&form);
    let (label, address) = (name.parse::<Label>().ok(), email.parse::<Email>().ok());
    let (Some(tenant), Some(label), Some(address), false) = (
        tenant.clone(),
        label.clone(),
        address.clone(),
        password.expose().is_empty(),
    ) else {
        filled.wrong_at = tenant.is_none().then(|| t.say("mistake-organisation"));
        filled.wrong_name = label.is_none().then(|| t.say("mistake-name"));
        filled.wrong_email = address.is_none().then(|| t.say("mistake-email"));
        filled.wrong_password = password
            .expose()
            .is_empty()
            .then(|| t.say("mistake-password"));
        return show(&desk, &call, filled);
    };
    let caller = desk.caller(&call, tenant)?;
    let new = SignUp {
        email: address,
        name: label,
        language: super::language(call.who.lang()),
        password,
    };
    match desk.identity.sign_up(&caller, &new).await {
        Ok(()) => mail_sent(&call, "mail-sign-up"),
        Err(IdentityError::Closed) => closed(&call),
        Err(error) => {
            let text = said(t, &error);
            match (&error, text) {
                (IdentityError::Weak(_), text @ Some(_)) => filled.wrong_password = text,
                (_, text @ Some(_)) => filled.wrong = text,
                (_, None) => return Err(error.into()),
            }
            show(&desk, &call, filled)
        }
    }
}

/// A mail is on its way, or not: the page is the same.
pub(super) fn mail_sent(call: &Call<Visit>, key: &str) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    Message::new(page, t.say("mail-title"), t.say(key))
        .more(t.say("mail-nothing"))
        .also("/sign-in", t.say("sign-in-title"))
        .answer(StatusCode::OK)
}

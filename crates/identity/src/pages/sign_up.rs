//! Making an account for oneself.

use http::StatusCode;
use web::{Answer, Call, Field, Form, FormPage, Message, Problem, Routes, Visit};

use super::{Desk, Pages, WORDS, form, page, said::said};
use crate::{Email, IdentityError};

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        page(desk, "/sign-up", "signUpPage", "Make an account", look),
        form(desk, "/sign-up", "signUp", "Make an account", send),
    ]
}

#[derive(Default)]
struct Filled<'a> {
    at: &'a str,
    email: &'a str,
    wrong: Option<String>,
    wrong_at: Option<String>,
    wrong_email: Option<String>,
}

async fn look(desk: Desk, call: Call<Visit>) -> Result<Answer, Problem> {
    let tenant = desk.tenant(&call)?;
    if let Some(tenant) = &tenant
        && !desk.identity.is_open(tenant)
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

/// Nobody makes an account here.
pub(super) fn closed(call: &Call<Visit>) -> Result<Answer, Problem> {
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
        Field::email("email", t.say("email"))
            .value(filled.email)
            .error(filled.wrong_email),
    )
    .also("/sign-in", t.say("sign-up-have"))
    .answer()
}

async fn send(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let email = form.trimmed("email");
    let mut filled = Filled {
        at: form.trimmed("at"),
        email,
        ..Filled::default()
    };
    let tenant = desk.tenant_in(&form);
    let address = email.parse::<Email>().ok();
    let (Some(tenant), Some(address)) = (tenant.clone(), address.clone()) else {
        filled.wrong_at = tenant.is_none().then(|| t.say("mistake-organisation"));
        filled.wrong_email = address.is_none().then(|| t.say("mistake-email"));
        return show(&desk, &call, filled);
    };
    let caller = desk.caller(&call, tenant)?;
    let language = super::language(call.who.lang());
    match desk.identity.sign_up(&caller, &address, language).await {
        Ok(()) => mail_sent(&call, "mail-sign-up"),
        Err(IdentityError::Closed) => closed(&call),
        Err(error) => match said(t, &error) {
            Some(text) => {
                filled.wrong = Some(text);
                show(&desk, &call, filled)
            }
            None => Err(error.into()),
        },
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

//! Asking for a link to set a new password.

use web::{Answer, Call, Field, Form, FormPage, Problem, Routes, Visit};

use super::sign_up::mail_sent;
use super::{Desk, Pages, WORDS, form, page, said::said};
use crate::Email;

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        page(
            desk,
            "/forgotten",
            "forgottenPage",
            "Ask for a link to set a new password",
            look,
        ),
        form(
            desk,
            "/forgotten",
            "forgotten",
            "Ask for a link to set a new password",
            send,
        ),
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

fn show(desk: &Pages, call: &Call<Visit>, filled: Filled<'_>) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    let mut form = FormPage::new(
        page,
        t.say("forgotten-title"),
        "/forgotten",
        t.say("forgotten-button"),
    )
    .lead(t.say("forgotten-lead"))
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
    .also("/sign-in", t.say("sign-in-title"))
    .answer()
}

async fn send(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let tenant = desk.tenant_in(&form);
    let email = form.trimmed("email");
    let mut filled = Filled {
        at: form.trimmed("at"),
        email,
        ..Filled::default()
    };
    let address = email.parse::<Email>().ok();
    let (Some(tenant), Some(address)) = (tenant.clone(), address.clone()) else {
        filled.wrong_at = tenant.is_none().then(|| t.say("mistake-organisation"));
        filled.wrong_email = address.is_none().then(|| t.say("mistake-email"));
        return show(&desk, &call, filled);
    };
    let caller = desk.caller(&call, tenant)?;
    match desk.identity.ask_reset(&caller, &address).await {
        Ok(()) => mail_sent(&call, "mail-reset"),
        Err(error) => match said(t, &error) {
            Some(text) => {
                filled.wrong = Some(text);
                show(&desk, &call, filled)
            }
            None => Err(error.into()),
        },
    }
}

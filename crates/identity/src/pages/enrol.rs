//! A sign-in that needs a factor which the account does not have yet: it is added before a session begins.

use web::{Answer, Call, Choice, Field, Form, FormPage, Problem, Routes, Visit};

use super::sign_in::{Kept, over};
use super::visitor::{next_in, next_of, with_next};
use super::{Desk, WORDS, app, factors, form, page};
use crate::{Adder, FactorKind};

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        page(
            desk,
            "/sign-in/enrol",
            "enrolPage",
            "A factor that the account must have",
            look,
        ),
        form(
            desk,
            "/sign-in/enrol",
            "enrol",
            "Begin to add that factor",
            send,
        ),
        form(
            desk,
            "/sign-in/enrol/app",
            "enrolApp",
            "Add an app by its first code",
            app::send_enrol,
        ),
        form(
            desk,
            "/sign-in/enrol/passkey",
            "enrolPasskey",
            "Add a passkey",
            factors::send_enrol,
        ),
    ]
}

async fn look(_desk: Desk, call: Call<Visit>) -> Result<Answer, Problem> {
    let Some(kept) = Kept::read(&call)? else {
        return Ok(over());
    };
    show(&call, &kept, next_of(&call))
}

fn show(call: &Call<Visit>, kept: &Kept<'_>, next: &str) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    let choice = |kind: FactorKind, key: &str| Choice {
        value: kind.as_str().to_owned(),
        name: t.say(key),
        hint: Some(t.say(&format!("{key}-about"))),
    };
    let form = FormPage::new(
        page,
        t.say("enrol-title"),
        "/sign-in/enrol",
        t.say("second-button"),
    )
    .lead(t.say("enrol-lead"))
    .hidden("next", next);
    let form = if kept.may(FactorKind::Totp) {
        let choices = vec![
            choice(FactorKind::Passkey, "enrol-passkey"),
            choice(FactorKind::Totp, "enrol-app"),
        ];
        form.field(
            Field::one_of("by", t.say("enrol-choose"), choices).value(FactorKind::Passkey.as_str()),
        )
    } else {
        form.lead(t.say("enrol-passkey-only"))
            .hidden("by", FactorKind::Passkey.as_str())
    };
    form.also(with_next("/sign-in", next), t.say("second-again"))
        .answer()
}

async fn send(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let next = next_in(&form);
    let Some(kept) = Kept::read(&call)? else {
        return Ok(over());
    };
    let Some(tenant) = desk.tenant_called(kept.tenant) else {
        return Ok(over());
    };
    let caller = desk.caller(&call, tenant)?;
    let adder = Adder::Ticket(kept.ticket);
    let page = call.who.frame(&WORDS);
    if form.text("by") == FactorKind::Totp.as_str() && kept.may(FactorKind::Totp) {
        let began = desk.identity.totp_begin(&caller, adder).await;
        app::began(&desk, page, began, &app::Way::enrol(kept.tenant, next))
    } else {
        let began = desk.identity.passkey_begin(&caller, adder).await;
        factors::began(page, began, &factors::Way::enrol(kept.tenant, next))
    }
}

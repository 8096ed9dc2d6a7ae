//! Changing the password while signed in.

use web::{Answer, Call, Field, Form, FormPage, Problem, Routes, Visit};

use super::account::Has;
use super::visitor::{confirm, own_frame};
use super::{Desk, own_form, own_page, said::said, strength};
use crate::{IdentityError, Kind, SignedIn};

const PATH: &str = "/account/password";

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        own_page(desk, PATH, "passwordPage", "Change the password", look),
        own_form(desk, PATH, "changePassword", "Change the password", send),
    ]
}

async fn look(desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    if who.must_be_fresh(call.now).is_err() {
        return Ok(confirm(PATH));
    }
    show(&desk, &call, &who, None, None).await
}

async fn show(
    desk: &Desk,
    call: &Call<Visit>,
    who: &SignedIn,
    wrong: Option<String>,
    wrong_password: Option<String>,
) -> Result<Answer, Problem> {
    let page = own_frame(call);
    let t = page.t;
    let account = desk.identity.account(&who.tenant, who.account).await?;
    let (factors, _) = desk
        .identity
        .factors(&who.ctx(call.request, call.now), who)
        .await?;
    let alone = account.kind == Kind::Person && Has::of(&factors).none();
    let hint = if alone {
        "password-alone-hint"
    } else {
        "password-second-hint"
    };
    FormPage::new(
        page,
        t.say("password-title"),
        PATH,
        t.say("password-button"),
    )
    .lead(t.say("password-lead"))
    .error(wrong)
    .hidden_username(account.email.as_str())
    .field(
        Field::password("password", t.say("new-password"), "new-password")
            .hint(t.say(hint))
            .strength(strength::path(&who.tenant, alone))
            .error(wrong_password),
    )
    .also("/account", t.say("back-account"))
    .answer()
}

async fn send(desk: Desk, call: Call<Visit>, who: SignedIn, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&super::WORDS);
    let password = form.secret("password");
    if password.expose().is_empty() {
        return show(&desk, &call, &who, None, Some(t.say("mistake-password"))).await;
    }
    let ctx = who.ctx(call.request, call.now);
    match desk.identity.change_password(&ctx, &who, &password).await {
        Ok(_) => Ok(Answer::see("/account").notice("password-changed")),
        Err(IdentityError::Stale) => Ok(confirm(PATH)),
        Err(error) => match (&error, said(t, &error)) {
            (IdentityError::Weak(_), text @ Some(_)) => show(&desk, &call, &who, None, text).await,
            (_, text @ Some(_)) => show(&desk, &call, &who, text, None).await,
            (_, None) => Err(error.into()),
        },
    }
}

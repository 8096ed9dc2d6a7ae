//! Recovery codes: made, and shown once.

use askama::Template;
use http::StatusCode;
use web::{Answer, Call, Form, FormPage, Frame, Problem, Routes, Shown, Visit, show as render};

use super::visitor::{confirm, own_frame};
use super::{Desk, own_form, own_page};
use crate::{IdentityError, SignedIn};

const LIST: &str = "/account/factors";
const PATH: &str = "/account/factors/codes";

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        own_page(desk, PATH, "codesPage", "Make recovery codes", look),
        own_form(
            desk,
            PATH,
            "codesMake",
            "Make recovery codes and show them once",
            send,
        ),
    ]
}

#[derive(Template)]
#[template(path = "codes.html")]
struct Codes {
    page: Frame,
    codes: Vec<String>,
}

async fn look(_desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    if who.must_be_fresh(call.now).is_err() {
        return Ok(confirm(PATH));
    }
    let page = own_frame(&call);
    let t = page.t;
    FormPage::new(
        page,
        t.say("recovery-new-title"),
        PATH,
        t.say("recovery-new-button"),
    )
    .lead(t.say("recovery-new-lead"))
    .also(LIST, t.say("cancel"))
    .answer()
}

async fn send(
    desk: Desk,
    call: Call<Visit>,
    who: SignedIn,
    _form: Form,
) -> Result<Answer, Problem> {
    let ctx = who.ctx(call.request, call.now);
    match desk.identity.make_recovery_codes(&ctx, &who).await {
        Ok((codes, _)) => {
            let page = Codes {
                page: own_frame(&call),
                codes: codes.iter().map(|code| code.expose().clone()).collect(),
            };
            render(StatusCode::OK, &page, Shown::Plain)
        }
        Err(IdentityError::Stale) => Ok(confirm(PATH)),
        // They stand in for another factor, so there must be one.
        Err(IdentityError::Needed(_)) => Ok(Answer::see(LIST)),
        Err(error) => Err(error.into()),
    }
}

//! Proving once more that it is you, before something that matters is changed.

use web::{
    Answer, Call, Field, Form, FormPage, PasskeyAct, PasskeyPage, Problem, Routes, Visit, onward,
};

use super::account::Has;
use super::second::proof;
use super::sign_in::typed;
use super::visitor::{let_in, next_in, next_of, own_frame, with_next};
use super::{Desk, WORDS, own_form, own_page, said::said};
use crate::{FactorKind, IdentityError, Proof, SignedIn};

const PATH: &str = "/account/confirm";
const PASSKEY: &str = "/account/confirm/passkey";

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        own_page(
            desk,
            PATH,
            "confirmPage",
            "Prove once more that it is you",
            look,
        ),
        own_form(
            desk,
            PATH,
            "confirm",
            "Prove once more that it is you",
            send,
        ),
        own_form(
            desk,
            PASSKEY,
            "confirmPasskeyAsk",
            "Ask for a passkey",
            ask_passkey,
        ),
        own_form(
            desk,
            "/account/confirm/passkey/answer",
            "confirmPasskey",
            "Prove it by a passkey",
            send_passkey,
        ),
    ]
}

async fn look(desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    let next = next_of(&call);
    // Some want a proof that was made for them, however fresh the last one is.
    let anew = call.query.first("anew").is_some();
    if !anew && who.must_be_fresh(call.now).is_ok() {
        return Ok(Answer::see(onward(next).unwrap_or("/account")));
    }
    let by = call.query.first("by").unwrap_or("").parse().ok();
    show(&desk, &call, &who, by, next, None).await
}

async fn show(
    desk: &Desk,
    call: &Call<Visit>,
    who: &SignedIn,
    by: Option<FactorKind>,
    next: &str,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let (lines, _) = desk
        .identity
        .factors(&who.ctx(call.request, call.now), who)
        .await?;
    let has = Has::of(&lines);
    let page = own_frame(call);
    let t = page.t;
    let only_passkeys = has.passkeys > 0
        && (has.totp == 0
            || crate::least(who.kind, who.role) == base::Assurance::PhishingResistant);
    let recovery = by == Some(FactorKind::Recovery) && has.recovery > 0;
    if only_passkeys && !recovery {
        let mut form = FormPage::new(page, t.say("confirm-title"), PASSKEY, t.say("passkey-use"))
            .lead(t.say("confirm-lead"))
            .error(wrong)
            .hidden("next", next);
        if has.recovery > 0 {
            form = form.also(by_recovery(next), t.say("second-use-recovery"));
        }
        return form.also("/account", t.say("cancel")).answer();
    }
    let mut form = FormPage::new(page, t.say("confirm-title"), PATH, t.say("confirm-button"))
        .lead(t.say("confirm-lead"))
        .hidden("next", next);
    form = if has.none() {
        form.hidden("by", "password")
            .field(Field::password("password", t.say("password"), "current-password").error(wrong))
    } else if recovery {
        form.hidden("by", FactorKind::Recovery.as_str()).field(
            Field::text("code", t.say("second-recovery"))
                .hint(t.say("second-recovery-hint"))
                .error(wrong),
        )
    } else {
        form.hidden("by", FactorKind::Totp.as_str()).field(
            Field::code("code", t.say("second-code"))
                .hint(t.say("second-code-hint"))
                .error(wrong),
        )
    };
    if has.passkeys > 0 {
        form = form.or(PASSKEY, t.say("passkey-use"));
    }
    if has.recovery > 0 && !recovery {
        form = form.also(by_recovery(next), t.say("second-use-recovery"));
    }
    form.also("/account", t.say("cancel")).answer()
}

fn by_recovery(next: &str) -> String {
    let path = with_next(PATH, next);
    let joint = if next.is_empty() { '?' } else { '&' };
    format!("{path}{joint}by={}", FactorKind::Recovery)
}

async fn send(desk: Desk, call: Call<Visit>, who: SignedIn, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let next = next_in(&form);
    let by = form.text("by").parse().ok();
    let caller = desk.caller(&call, who.tenant.clone())?;
    let done = match by {
        None => match typed(&form, "password") {
            Some(password) => {
                desk.identity
                    .step_up(&caller, &who, Proof::Password(&password))
                    .await
            }
            None => {
                return show(
                    &desk,
                    &call,
                    &who,
                    by,
                    next,
                    Some(t.say("mistake-password")),
                )
                .await;
            }
        },
        Some(kind) => match proof(kind, &form) {
            Some(answer) => {
                desk.identity
                    .step_up(&caller, &who, Proof::Code(&answer))
                    .await
            }
            None => return show(&desk, &call, &who, by, next, Some(t.say("mistake-code"))).await,
        },
    };
    match done {
        Ok((session, _)) => {
            let answer = Answer::see(onward(next).unwrap_or("/account"));
            Ok(let_in(answer, &who.tenant, &session, call.now))
        }
        Err(error) => {
            let wrong = match &error {
                IdentityError::Refused => Some(t.say("confirm-refused")),
                other => said(t, other),
            };
            match wrong {
                Some(_) => show(&desk, &call, &who, by, next, wrong).await,
                None => Err(error.into()),
            }
        }
    }
}

async fn ask_passkey(
    desk: Desk,
    call: Call<Visit>,
    who: SignedIn,
    form: Form,
) -> Result<Answer, Problem> {
    let caller = desk.caller(&call, who.tenant.clone())?;
    let asked = desk.identity.passkey_step_up(&caller, &who).await?;
    let page = own_frame(&call);
    let t = page.t;
    let next = next_in(&form);
    PasskeyPage::new(
        page,
        t.say("confirm-title"),
        PasskeyAct::Use,
        asked.options.to_string(),
        "/account/confirm/passkey/answer",
    )
    .lead(t.say("second-passkey-lead"))
    .hidden("ticket", asked.ticket.text.expose())
    .hidden("next", next)
    .also(with_next(PATH, next), t.say("second-again"))
    .answer()
}

async fn send_passkey(
    desk: Desk,
    call: Call<Visit>,
    who: SignedIn,
    form: Form,
) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let next = next_in(&form);
    let Some(answer) = proof(FactorKind::Passkey, &form) else {
        return show(&desk, &call, &who, None, next, Some(t.say("wrong-passkey"))).await;
    };
    let caller = desk.caller(&call, who.tenant.clone())?;
    let proof = Proof::Passkey(form.text("ticket"), &answer);
    match desk.identity.step_up(&caller, &who, proof).await {
        Ok((session, _)) => {
            let answer = Answer::see(onward(next).unwrap_or("/account"));
            Ok(let_in(answer, &who.tenant, &session, call.now))
        }
        Err(IdentityError::Ticket | IdentityError::Code(_)) => {
            show(&desk, &call, &who, None, next, Some(t.say("wrong-passkey"))).await
        }
        Err(error) => Err(error.into()),
    }
}

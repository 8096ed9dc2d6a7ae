//! A second factor after the password.

use web::{Answer, Call, Field, Form, FormPage, PasskeyAct, PasskeyPage, Problem, Routes, Visit};

use super::sign_in::{Kept, go_on, over, typed};
use super::visitor::{next_in, next_of, with_next};
use super::{Desk, WORDS, form, page, said::said};
use crate::{Answer as Proof, FactorKind, IdentityError};

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        page(
            desk,
            "/sign-in/second",
            "secondFactorPage",
            "The second factor of a sign-in",
            look,
        ),
        form(
            desk,
            "/sign-in/second",
            "secondFactor",
            "Bring a second factor",
            send,
        ),
    ]
}

/// By what: what the address asks for, if the account has it; else the best that it has.
fn by(kept: &Kept<'_>, asked: &str) -> FactorKind {
    let all = [FactorKind::Passkey, FactorKind::Totp, FactorKind::Recovery];
    let mut has = all.into_iter().filter(|kind| kept.may(*kind));
    let best = has.next().unwrap_or(FactorKind::Recovery);
    asked
        .parse()
        .ok()
        .filter(|kind| kept.may(*kind))
        .unwrap_or(best)
}

async fn look(desk: Desk, call: Call<Visit>) -> Result<Answer, Problem> {
    let Some(kept) = Kept::read(&call)? else {
        return Ok(over());
    };
    let by = by(&kept, call.query.first("by").unwrap_or(""));
    show(&desk, &call, &kept, by, next_of(&call), None).await
}

async fn show(
    desk: &Desk,
    call: &Call<Visit>,
    kept: &Kept<'_>,
    by: FactorKind,
    next: &str,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    let way = |kind: FactorKind| {
        let path = with_next("/sign-in/second", next);
        let joint = if next.is_empty() { '?' } else { '&' };
        format!("{path}{joint}by={kind}")
    };
    let others = [
        (FactorKind::Passkey, "second-use-passkey"),
        (FactorKind::Totp, "second-use-app"),
        (FactorKind::Recovery, "second-use-recovery"),
    ];
    let others: Vec<_> = others
        .into_iter()
        .filter(|(kind, _)| *kind != by && kept.may(*kind))
        .map(|(kind, key)| (way(kind), t.say(key)))
        .chain([(with_next("/sign-in", next), t.say("second-again"))])
        .collect();
    if by == FactorKind::Passkey {
        let Some(tenant) = desk.tenant_called(kept.tenant) else {
            return Ok(over());
        };
        let caller = desk.caller(call, tenant)?;
        let options = match desk.identity.passkey_for_ticket(&caller, kept.ticket).await {
            Err(IdentityError::Ticket) => return Ok(over()),
            other => other?,
        };
        let mut page = PasskeyPage::new(
            page,
            t.say("second-title"),
            PasskeyAct::Use,
            options.to_string(),
            "/sign-in/second",
        )
        .lead(wrong.unwrap_or_else(|| t.say("second-passkey-lead")))
        .hidden("by", by.as_str())
        .hidden("next", next);
        for (href, name) in others {
            page = page.also(href, name);
        }
        return page.answer();
    }
    let field = match by {
        FactorKind::Recovery => {
            Field::text("code", t.say("second-recovery")).hint(t.say("second-recovery-hint"))
        }
        _ => Field::code("code", t.say("second-code")).hint(t.say("second-code-hint")),
    };
    let mut form = FormPage::new(
        page,
        t.say("second-title"),
        "/sign-in/second",
        t.say("second-button"),
    )
    .lead(t.say("second-lead"))
    .hidden("by", by.as_str())
    .hidden("next", next)
    .field(field.error(wrong));
    for (href, name) in others {
        form = form.also(href, name);
    }
    form.answer()
}

async fn send(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let next = next_in(&form);
    let Some(kept) = Kept::read(&call)? else {
        return Ok(over());
    };
    let Some(tenant) = desk.tenant_called(kept.tenant) else {
        return Ok(over());
    };
    let by = by(&kept, form.text("by"));
    let Some(proof) = proof(by, &form) else {
        let wrong = Some(t.say("mistake-code"));
        return show(&desk, &call, &kept, by, next, wrong).await;
    };
    let caller = desk.caller(&call, tenant)?;
    match desk
        .identity
        .second_factor(&caller, kept.ticket, &proof)
        .await
    {
        Ok(step) => Ok(go_on(desk.home, &caller, step, next)),
        Err(IdentityError::Ticket) => Ok(over()),
        Err(error) => {
            let wrong = match &error {
                IdentityError::Code(_) if by == FactorKind::Passkey => Some(t.say("wrong-passkey")),
                other => said(t, other),
            };
            match wrong {
                Some(wrong) => show(&desk, &call, &kept, by, next, Some(wrong)).await,
                None => Err(error.into()),
            }
        }
    }
}

/// What a form brings to prove somebody.
pub(super) fn proof(by: FactorKind, form: &Form) -> Option<Proof> {
    match by {
        FactorKind::Totp => typed(form, "code").map(Proof::Totp),
        FactorKind::Recovery => typed(form, "code").map(Proof::Recovery),
        FactorKind::Passkey => {
            let answer = form.text("passkey");
            (!answer.is_empty()).then(|| Proof::Passkey(answer.to_owned()))
        }
    }
}

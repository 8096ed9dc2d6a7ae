//! How strong a password is, said while it is typed: asked by the script beside the field, and answered by the rules that the form will
//! be held to. What was typed is neither kept nor logged.

use http::StatusCode;
use serde_json::json;
use web::{Answer, Call, Form, Problem, Routes, Visit};

use super::said::said;
use super::{Desk, WORDS, form};
use crate::IdentityError;

const PATH: &str = "/password-strength";

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![form(
        desk,
        PATH,
        "passwordStrength",
        "How strong a password is, while it is typed",
        send,
    )]
}

/// Where the script asks. `alone`: the password will be the only factor.
pub(super) fn path(tenant: &base::TenantId, alone: bool) -> String {
    format!(
        "{PATH}?at={tenant}{}",
        if alone { "&alone=yes" } else { "" }
    )
}

/// Nothing hangs on the answer: what counts is judged again, with all that is known of the account, once the form is sent.
async fn send(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let tenant = call.query.first("at").and_then(|it| desk.tenant_called(it));
    let tenant = tenant.ok_or(IdentityError::NotFound("organisation"))?;
    let caller = desk.caller(&call, tenant)?;
    let alone = call.query.first("alone").is_some();
    let words = [form.text("name"), form.text("username")];
    let verdict = desk
        .identity
        .judge_while_typing(&caller, &form.secret("password"), &words, alone)
        .await?;
    let good = verdict.weaknesses.is_empty();
    let says = if good {
        t.say("strength-good")
    } else {
        said(t, &IdentityError::Weak(verdict.weaknesses.clone())).unwrap_or_default()
    };
    let answer = json!({ "score": verdict.score, "good": good, "says": says });
    Ok(Answer::value(StatusCode::OK, &answer))
}

//! Signing in, and signing out.

use base::Secret;
use http::StatusCode;
use http::header::HeaderName;
use serde_json::json;
use web::{
    Answer, Call, Field, Form, FormPage, PasskeyAct, PasskeyPage, Problem, Routes, SESSION, Visit,
    onward,
};

use super::visitor::{TICKET, let_in, next_in, next_of, with_next};
use super::{Desk, Pages, WORDS, form, page, said::said};
use crate::{Caller, Email, FactorKind, IdentityError, Step};

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        page(desk, "/sign-in", "signInPage", "Sign in", look),
        form(desk, "/sign-in", "signIn", "Sign in by a password", send),
        form(
            desk,
            "/sign-in/passkey",
            "signInPasskeyAsk",
            "Ask for a passkey",
            ask_passkey,
        ),
        form(
            desk,
            "/sign-in/passkey/offer",
            "signInPasskeyOffer",
            "What to ask the browser for, so that it offers a passkey by itself",
            offer_passkey,
        ),
        form(
            desk,
            "/sign-in/passkey/answer",
            "signInPasskey",
            "Sign in by a passkey",
            send_passkey,
        ),
        form(desk, "/sign-out", "signOut", "End this session", out),
    ]
}

/// What is in the form.
#[derive(Default)]
struct Filled<'a> {
    at: Option<String>,
    email: &'a str,
    next: &'a str,
    wrong: Option<String>,
    wrong_at: Option<String>,
    wrong_email: Option<String>,
    wrong_password: Option<String>,
}

async fn look(desk: Desk, call: Call<Visit>) -> Result<Answer, Problem> {
    let next = next_of(&call);
    if desk.signed_in(&call).await.is_ok() {
        return Ok(Answer::see(onward(next).unwrap_or(desk.home)));
    }
    let at = desk.tenant(&call)?.map(|tenant| tenant.as_str().to_owned());
    let filled = Filled {
        at,
        next,
        ..Filled::default()
    };
    show(&desk, &call, filled)
}

fn show(desk: &Pages, call: &Call<Visit>, filled: Filled<'_>) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    let mut form = FormPage::new(
        page,
        t.say("sign-in-title"),
        "/sign-in",
        t.say("sign-in-button"),
    )
    .error(filled.wrong)
    .hidden("next", filled.next);
    // Where the organisation is still to be said, nobody knows whose passkey would do.
    let mut known = true;
    if desk.is_shared() {
        let at = filled.at.unwrap_or_default();
        known = !at.is_empty() && filled.wrong_at.is_none();
        form = if at.is_empty() || filled.wrong_at.is_some() {
            form.field(
                Field::text("at", t.say("sign-in-organisation"))
                    .hint(t.say("sign-in-organisation-hint"))
                    .value(&at)
                    .error(filled.wrong_at),
            )
        } else {
            form.hidden("at", at)
        };
    }
    if known {
        form = form.offer_passkey("/sign-in/passkey/offer", "/sign-in/passkey/answer");
    }
    form.field(
        Field::email("email", t.say("email"))
            .with_passkeys()
            .value(filled.email)
            .error(filled.wrong_email),
    )
    .field(
        Field::password("password", t.say("password"), "current-password")
            .error(filled.wrong_password),
    )
    .or("/sign-in/passkey", t.say("passkey-use"))
    .also("/forgotten", t.say("sign-in-forgotten"))
    .also("/sign-up", t.say("sign-in-sign-up"))
    .answer()
}

async fn send(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let (email, password) = (form.trimmed("email"), form.secret("password"));
    let tenant = desk.tenant_in(&form);
    let mut filled = Filled {
        at: Some(form.trimmed("at").to_owned()),
        email,
        next: next_in(&form),
        ..Filled::default()
    };
    let address = email.parse::<Email>().ok();
    let (Some(tenant), Some(address), false) = (
        tenant.clone(),
        address.clone(),
        password.expose().is_empty(),
    ) else {
        filled.wrong_at = tenant.is_none().then(|| t.say("mistake-organisation"));
        filled.wrong_email = address.is_none().then(|| t.say("mistake-email"));
        filled.wrong_password = password
            .expose()
            .is_empty()
            .then(|| t.say("mistake-password"));
        return show(&desk, &call, filled);
    };
    let caller = desk.caller(&call, tenant)?;
    let next = filled.next.to_owned();
    match desk.identity.sign_in(&caller, &address, &password).await {
        Ok(step) => Ok(go_on(desk.home, &caller, step, &next)),
        Err(error) => {
            filled.wrong = Some(match &error {
                IdentityError::Needed(_) => t.say("unverified"),
                other => match said(t, other) {
                    Some(text) => text,
                    None => return Err(error.into()),
                },
            });
            show(&desk, &call, filled)
        }
    }
}

/// The answer to a proof: the next thing to prove, or in.
pub(super) fn go_on(home: &str, caller: &Caller, step: Step, next: &str) -> Answer {
    match step {
        Step::Session(session) => {
            let answer = Answer::see(onward(next).unwrap_or(home));
            let_in(answer, &caller.tenant, &session, caller.now)
        }
        Step::SecondFactor { ticket, kinds } => {
            let kept = Kept {
                tenant: caller.tenant.as_str(),
                ticket: ticket.text.expose(),
                may: &names(&kinds),
            };
            Answer::see(&with_next("/sign-in/second", next)).cookie(&TICKET.set(&kept.text()))
        }
        Step::Enrol { ticket, least } => {
            let may = match least {
                base::Assurance::PhishingResistant => "passkey",
                _ => "passkey-totp",
            };
            let kept = Kept {
                tenant: caller.tenant.as_str(),
                ticket: ticket.text.expose(),
                may,
            };
            Answer::see(&with_next("/sign-in/enrol", next)).cookie(&TICKET.set(&kept.text()))
        }
    }
}

fn names(kinds: &[FactorKind]) -> String {
    let names: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    names.join("-")
}

/// What the ticket's cookie holds: at which tenant, the ticket, and what may be brought next. The last only decides what is
/// shown; what counts, the ticket's row says.
pub(super) struct Kept<'a> {
    pub tenant: &'a str,
    pub ticket: &'a str,
    pub may: &'a str,
}

impl<'a> Kept<'a> {
    pub(super) fn text(&self) -> String {
        format!("{}~{}~{}", self.tenant, self.ticket, self.may)
    }

    pub(super) fn read(call: &'a Call<Visit>) -> Result<Option<Self>, Problem> {
        let Some(text) = call.who.cookie(&TICKET)? else {
            return Ok(None);
        };
        let mut parts = text.splitn(3, '~');
        Ok(match (parts.next(), parts.next(), parts.next()) {
            (Some(tenant), Some(ticket), Some(may)) => Some(Self {
                tenant,
                ticket,
                may,
            }),
            _ => None,
        })
    }

    pub(super) fn may(&self, kind: FactorKind) -> bool {
        self.may.split('-').any(|name| name == kind.as_str())
    }
}

/// A sign-in that took too long, or was tried too often.
pub(super) fn over() -> Answer {
    Answer::see("/sign-in")
        .notice("over")
        .cookie(&TICKET.clear())
}

async fn ask_passkey(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let next = next_in(&form);
    // Passkeys name their owner, but a tenant's accounts are its own.
    let Some(tenant) = desk.tenant_in(&form).or(desk.tenant(&call)?) else {
        let filled = Filled {
            next,
            wrong_at: Some(t.say("mistake-organisation")),
            ..Filled::default()
        };
        return show(&desk, &call, filled);
    };
    let caller = desk.caller(&call, tenant.clone())?;
    let asked = desk.identity.passkey_sign_in_begin(&caller).await?;
    let request = asked.options.to_string();
    PasskeyPage::new(
        call.who.frame(&WORDS),
        t.say("sign-in-title"),
        PasskeyAct::Use,
        request,
        "/sign-in/passkey/answer",
    )
    .lead(t.say("second-passkey-lead"))
    .hidden("ticket", asked.ticket.text.expose())
    .hidden("at", tenant.as_str())
    .hidden("next", next)
    .also(with_next("/sign-in", next), t.say("second-again"))
    .answer()
}

/// Asked by the script, once the page is there: a browser that has a passkey offers it where the address is typed.
async fn offer_passkey(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let Some(tenant) = desk.tenant_in(&form) else {
        return Err(IdentityError::NotFound("organisation").into());
    };
    let caller = desk.caller(&call, tenant)?;
    let (ticket, options) = desk.identity.offer_passkey(&caller).await?;
    let offer = json!({
        "ticket": ticket.text.expose(),
        "request": options,
        "seconds": ticket.ends_at.since(caller.now).as_secs(),
    });
    Ok(Answer::value(StatusCode::OK, &offer))
}

async fn send_passkey(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let next = next_in(&form);
    let Some(tenant) = desk.tenant_in(&form) else {
        return Ok(over());
    };
    let caller = desk.caller(&call, tenant)?;
    let (ticket, answer) = (form.text("ticket"), form.text("passkey"));
    match desk.identity.passkey_sign_in(&caller, ticket, answer).await {
        Ok(step) => Ok(go_on(desk.home, &caller, step, next)),
        Err(IdentityError::Ticket) => Ok(over()),
        Err(error) => {
            let wrong = match &error {
                IdentityError::Code(_) | IdentityError::Refused => Some(t.say("refused-passkey")),
                other => said(t, other),
            };
            if wrong.is_none() {
                return Err(error.into());
            }
            let at = Some(caller.tenant.as_str().to_owned());
            show(
                &desk,
                &call,
                Filled {
                    at,
                    next,
                    wrong,
                    ..Filled::default()
                },
            )
        }
    }
}

async fn out(desk: Desk, call: Call<Visit>, _form: Form) -> Result<Answer, Problem> {
    // A session that is over already is as good as one that ends now.
    if let Ok(who) = desk.signed_in(&call).await {
        let ctx = who.ctx(call.request, call.now);
        desk.identity.end_session(&ctx, &who, who.session).await?;
    }
    Ok(Answer::see("/sign-in")
        .notice("signed-out")
        .cookie(&SESSION.clear())
        .header_text(HeaderName::from_static("clear-site-data"), "\"cache\""))
}

/// A secret that was typed, if there is one.
pub(super) fn typed(form: &Form, name: &str) -> Option<Secret<String>> {
    (!form.trimmed(name).is_empty()).then(|| form.secret(name))
}

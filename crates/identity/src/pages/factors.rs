//! What an account is signed in to with: the list, passkeys, and taking one away.

use askama::Template;
use base::Instant;
use http::StatusCode;
use web::words::{Told, Tongue};
use web::{
    Answer, Call, Field, Form, FormPage, Frame, PasskeyAct, PasskeyPage, Problem, Routes, Shown,
    Visit, show as render,
};

use super::account::Has;
use super::sign_in::{Kept, go_on, over};
use super::visitor::{TICKET, confirm, let_in, next_in, own_frame};
use super::{Desk, WORDS, own_form, own_page, said::said};
use crate::{
    Adder, FactorId, FactorKind, FactorLine, IdentityError, Kind, Label, PasskeyTicket, SignedIn,
    Step,
};

const LIST: &str = "/account/factors";
const PASSKEY: &str = "/account/factors/passkey";

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        own_page(
            desk,
            LIST,
            "factorsPage",
            "What an account is signed in to with",
            look,
        ),
        own_page(desk, PASSKEY, "passkeyPage", "Add a passkey", look_passkey),
        own_form(
            desk,
            PASSKEY,
            "passkeyAsk",
            "Ask for a new passkey",
            ask_passkey,
        ),
        own_form(
            desk,
            "/account/factors/passkey/answer",
            "passkeyAdd",
            "Add a passkey",
            send_passkey,
        ),
        own_page(
            desk,
            "/account/factor/{factor}/remove",
            "factorRemovePage",
            "Take a factor away",
            look_remove,
        ),
        own_form(
            desk,
            "/account/factor/{factor}/remove",
            "factorRemove",
            "Take a factor away",
            remove,
        ),
    ]
}

/// One factor as the list shows it.
struct Shows {
    name: String,
    known: String,
    remove: String,
}

#[derive(Template)]
#[template(path = "factors.html")]
struct List {
    page: Frame,
    apps: Vec<Shows>,
    passkeys: Vec<Shows>,
    recovery: Option<String>,
    may_have_recovery: bool,
}

fn name_of(t: Tongue, line: &FactorLine) -> String {
    let unnamed = match line.kind {
        FactorKind::Passkey => "passkey-unnamed",
        _ => "app-unnamed",
    };
    line.name
        .as_ref()
        .map_or_else(|| t.say(unnamed), |name| name.as_str().to_owned())
}

fn shows(t: Tongue, line: &FactorLine) -> Shows {
    let moment = |at: Instant| t.moment(at);
    let used = match line.used_at {
        Some(at) => t.say_with("used", "date", &moment(at)),
        None => t.say("never-used"),
    };
    Shows {
        name: name_of(t, line),
        known: format!(
            "{} · {used}",
            t.say_with("since", "date", &moment(line.created_at))
        ),
        remove: format!("/account/factor/{}/remove", line.id),
    }
}

async fn look(desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    let (lines, _) = desk
        .identity
        .factors(&who.ctx(call.request, call.now), &who)
        .await?;
    let page = own_frame(&call);
    let t = page.t;
    let has = Has::of(&lines);
    let of = |kind| -> Vec<Shows> {
        lines
            .iter()
            .filter(|line| line.kind == kind)
            .map(|line| shows(t, line))
            .collect()
    };
    let list = List {
        apps: of(FactorKind::Totp),
        passkeys: of(FactorKind::Passkey),
        recovery: (has.recovery_ever > 0)
            .then(|| t.say_all("recovery-left", &[("n", Told::Count(has.recovery))])),
        may_have_recovery: !has.none(),
        page,
    };
    render(StatusCode::OK, &list, Shown::Plain)
}

/// How a passkey is being added: from the account, or while signing in.
pub(super) struct Way<'a> {
    action: &'static str,
    back: String,
    tenant: &'a str,
    next: &'a str,
    name: &'a str,
}

impl<'a> Way<'a> {
    pub(super) fn enrol(tenant: &'a str, next: &'a str) -> Self {
        Self {
            action: "/sign-in/enrol/passkey",
            back: super::visitor::with_next("/sign-in/enrol", next),
            tenant,
            next,
            name: "",
        }
    }

    fn own(name: &'a str) -> Self {
        Self {
            action: "/account/factors/passkey/answer",
            back: LIST.to_owned(),
            tenant: "",
            next: "",
            name,
        }
    }
}

/// The page on which the browser makes the passkey.
pub(super) fn began(
    page: Frame,
    began: Result<PasskeyTicket, IdentityError>,
    way: &Way<'_>,
) -> Result<Answer, Problem> {
    let t = page.t;
    let began = match began {
        Err(IdentityError::Ticket) => return Ok(over()),
        Err(IdentityError::Stale) => return Ok(confirm(PASSKEY)),
        other => other?,
    };
    let ticket = began.ticket.text.expose();
    let answer = PasskeyPage::new(
        page,
        t.say("passkey-add-title"),
        PasskeyAct::Create,
        began.options.to_string(),
        way.action,
    )
    .lead(t.say("passkey-add-lead"))
    .hidden("ticket", ticket.as_str())
    .hidden("name", way.name)
    .hidden("next", way.next)
    .also(way.back.as_str(), t.say("cancel"))
    .answer()?;
    // Who begins with a passkey may go back and take an app: the ticket that counts is the newest.
    Ok(if way.tenant.is_empty() {
        answer
    } else {
        let kept = Kept {
            tenant: way.tenant,
            ticket,
            may: "passkey-totp",
        };
        answer.cookie(&TICKET.set(&kept.text()))
    })
}

async fn look_passkey(_desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    if who.must_be_fresh(call.now).is_err() {
        return Ok(confirm(PASSKEY));
    }
    show_passkey(&call, None)
}

fn show_passkey(call: &Call<Visit>, wrong: Option<String>) -> Result<Answer, Problem> {
    let page = own_frame(call);
    let t = page.t;
    FormPage::new(
        page,
        t.say("passkey-add-title"),
        PASSKEY,
        t.say("passkey-add-button"),
    )
    .lead(t.say("passkey-add-lead"))
    .error(wrong)
    .field(Field::text("name", t.say("passkey-name")).optional())
    .also(LIST, t.say("back-factors"))
    .answer()
}

async fn ask_passkey(
    desk: Desk,
    call: Call<Visit>,
    who: SignedIn,
    form: Form,
) -> Result<Answer, Problem> {
    let caller = desk.caller(&call, who.tenant.clone())?;
    let asked = desk
        .identity
        .passkey_begin(&caller, Adder::Session(&who))
        .await;
    if let Err(error @ IdentityError::TooMany(_)) = &asked {
        return show_passkey(&call, said(call.who.tongue(&WORDS), error));
    }
    began(own_frame(&call), asked, &Way::own(form.trimmed("name")))
}

async fn send_passkey(
    desk: Desk,
    call: Call<Visit>,
    who: SignedIn,
    form: Form,
) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let caller = desk.caller(&call, who.tenant.clone())?;
    let name: Option<Label> = form.trimmed("name").parse().ok();
    let added = desk
        .identity
        .passkey_finish(
            &caller,
            form.text("ticket"),
            form.text("passkey"),
            name.as_ref(),
        )
        .await;
    match added {
        Ok(added) => Ok(added_own(&call, &who, added.step, "passkey-added")),
        Err(IdentityError::Ticket) => Ok(Answer::see(LIST).notice("over")),
        Err(IdentityError::Code(_)) => show_passkey(&call, Some(t.say("wrong-passkey"))),
        Err(error) => match said(t, &error) {
            text @ Some(_) => show_passkey(&call, text),
            None => Err(error.into()),
        },
    }
}

/// A factor was added to the account of who is in: back to the list, under the session's new secret.
pub(super) fn added_own(call: &Call<Visit>, who: &SignedIn, step: Step, notice: &str) -> Answer {
    let answer = Answer::see(LIST).notice(notice);
    match step {
        Step::Session(session) => let_in(answer, &who.tenant, &session, call.now),
        Step::SecondFactor { .. } | Step::Enrol { .. } => answer,
    }
}

/// A passkey that was made while signing in.
pub(super) async fn send_enrol(
    desk: Desk,
    call: Call<Visit>,
    form: Form,
) -> Result<Answer, Problem> {
    let Some(kept) = Kept::read(&call)? else {
        return Ok(over());
    };
    let Some(tenant) = desk.tenant_called(kept.tenant) else {
        return Ok(over());
    };
    let caller = desk.caller(&call, tenant)?;
    let added = desk
        .identity
        .passkey_finish(&caller, form.text("ticket"), form.text("passkey"), None)
        .await;
    match added {
        Ok(added) => {
            Ok(go_on(desk.home, &caller, added.step, next_in(&form)).notice("passkey-added"))
        }
        // A passkey that did not hold is tried again, from the beginning of this step.
        Err(IdentityError::Code(_)) => Ok(Answer::see(&super::visitor::with_next(
            "/sign-in/enrol",
            next_in(&form),
        ))),
        Err(IdentityError::Ticket) => Ok(over()),
        Err(error) => Err(error.into()),
    }
}

async fn find(
    desk: &Desk,
    call: &Call<Visit>,
    who: &SignedIn,
) -> Result<(FactorLine, Has), Problem> {
    let id: FactorId = call.part("factor")?;
    let (lines, _) = desk
        .identity
        .factors(&who.ctx(call.request, call.now), who)
        .await?;
    let has = Has::of(&lines);
    let line = lines
        .into_iter()
        .find(|line| line.id == id)
        .ok_or(IdentityError::NotFound("factor"))?;
    Ok((line, has))
}

async fn look_remove(desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    let (line, has) = find(&desk, &call, &who).await?;
    if who.must_be_fresh(call.now).is_err() {
        return Ok(confirm(call.who.path()));
    }
    show_remove(&call, &who, &line, &has, None)
}

fn show_remove(
    call: &Call<Visit>,
    who: &SignedIn,
    line: &FactorLine,
    has: &Has,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let page = own_frame(call);
    let t = page.t;
    let what = match line.kind {
        FactorKind::Passkey => "remove-passkey",
        _ => "remove-app",
    };
    let path = format!("/account/factor/{}/remove", line.id);
    let name = name_of(t, line);
    let mut form = FormPage::new(
        page,
        t.say_with("remove-title", "name", &name),
        path,
        t.say("remove"),
    )
    .destroys()
    .lead(t.say(what))
    .error(wrong);
    if has.totp + has.passkeys == 1 && who.kind == Kind::Person {
        form = form.lead(t.say("remove-last"));
    }
    form.also(LIST, t.say("cancel")).answer()
}

async fn remove(
    desk: Desk,
    call: Call<Visit>,
    who: SignedIn,
    _form: Form,
) -> Result<Answer, Problem> {
    let (line, has) = find(&desk, &call, &who).await?;
    let ctx = who.ctx(call.request, call.now);
    match desk.identity.remove_factor(&ctx, &who, line.id).await {
        Ok(_) => Ok(Answer::see(LIST).notice("factor-removed")),
        Err(IdentityError::Stale) => Ok(confirm(call.who.path())),
        Err(IdentityError::Needed(_)) => {
            let wrong = call.who.tongue(&WORDS).say("remove-needed");
            show_remove(&call, &who, &line, &has, Some(wrong))
        }
        Err(error) => Err(error.into()),
    }
}

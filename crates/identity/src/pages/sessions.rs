//! Where an account is signed in: the list, names, and ending one.

use askama::Template;
use base::SessionId;
use http::StatusCode;
use web::{
    Answer, Call, Field, Form, FormPage, Frame, Problem, Routes, SESSION, Shown, Visit,
    show as render,
};

use super::visitor::own_frame;
use super::{Desk, WORDS, own_form, own_page};
use crate::{IdentityError, Label, SessionLine, SignedIn};

const LIST: &str = "/account/sessions";

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        own_page(
            desk,
            LIST,
            "sessionsPage",
            "Where an account is signed in",
            look,
        ),
        own_form(
            desk,
            "/account/sessions/others",
            "sessionsEndOthers",
            "End all other sessions",
            end_others,
        ),
        own_form(
            desk,
            "/account/session/{session}/end",
            "sessionEnd",
            "End a session",
            end,
        ),
        own_page(
            desk,
            "/account/session/{session}/name",
            "sessionNamePage",
            "Name a session",
            look_name,
        ),
        own_form(
            desk,
            "/account/session/{session}/name",
            "sessionName",
            "Name a session",
            name,
        ),
    ]
}

struct Shows {
    id: SessionId,
    name: String,
    how: String,
    known: String,
    this: bool,
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct List {
    page: Frame,
    sessions: Vec<Shows>,
}

async fn lines(
    desk: &Desk,
    call: &Call<Visit>,
    who: &SignedIn,
) -> Result<Vec<SessionLine>, Problem> {
    let (lines, _) = desk
        .identity
        .sessions(&who.ctx(call.request, call.now), who)
        .await?;
    Ok(lines)
}

async fn look(desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    let mut lines = lines(&desk, &call, &who).await?;
    lines.sort_by_key(|line| (!line.this, std::cmp::Reverse(line.seen_at)));
    let page = own_frame(&call);
    let t = page.t;
    let how = |line: &SessionLine| {
        t.say(match line.assurance {
            base::Assurance::Single => "session-by-single",
            base::Assurance::TwoFactor => "session-by-two-factor",
            base::Assurance::PhishingResistant => "session-by-phishing-resistant",
        })
    };
    let sessions = lines.iter().map(|line| Shows {
        id: line.id,
        name: line
            .name
            .as_ref()
            .map_or_else(|| t.say("session-unnamed"), |name| name.as_str().to_owned()),
        how: how(line),
        known: format!(
            "{} · {}",
            t.say_with("session-since", "date", &t.moment(line.created_at)),
            t.say_with("session-seen", "date", &t.moment(line.seen_at)),
        ),
        this: line.this,
    });
    let list = List {
        sessions: sessions.collect(),
        page,
    };
    render(StatusCode::OK, &list, Shown::Plain)
}

async fn end_others(
    desk: Desk,
    call: Call<Visit>,
    who: SignedIn,
    _form: Form,
) -> Result<Answer, Problem> {
    let ctx = who.ctx(call.request, call.now);
    desk.identity.end_other_sessions(&ctx, &who).await?;
    Ok(Answer::see(LIST).notice("sessions-ended"))
}

async fn end(desk: Desk, call: Call<Visit>, who: SignedIn, _form: Form) -> Result<Answer, Problem> {
    let session: SessionId = call.part("session")?;
    let ctx = who.ctx(call.request, call.now);
    match desk.identity.end_session(&ctx, &who, session).await {
        // Over already: that is what was asked for.
        Ok(_) | Err(IdentityError::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    if session == who.session {
        return Ok(Answer::see("/sign-in")
            .notice("signed-out")
            .cookie(&SESSION.clear()));
    }
    Ok(Answer::see(LIST).notice("session-ended"))
}

async fn look_name(desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    let session: SessionId = call.part("session")?;
    let lines = lines(&desk, &call, &who).await?;
    let line = lines
        .iter()
        .find(|line| line.id == session)
        .ok_or(IdentityError::NotFound("session"))?;
    let name = line.name.as_ref().map_or("", Label::as_str);
    show_name(&call, session, name, None)
}

fn show_name(
    call: &Call<Visit>,
    session: SessionId,
    name: &str,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let page = own_frame(call);
    let t = page.t;
    let path = format!("/account/session/{session}/name");
    FormPage::new(
        page,
        t.say("session-name-title"),
        path,
        t.say("session-name-button"),
    )
    .field(
        Field::text("name", t.say("session-name-label"))
            .hint(t.say("session-name-hint"))
            .value(name)
            .error(wrong),
    )
    .also(LIST, t.say("back-sessions"))
    .answer()
}

async fn name(desk: Desk, call: Call<Visit>, who: SignedIn, form: Form) -> Result<Answer, Problem> {
    let session: SessionId = call.part("session")?;
    let typed = form.trimmed("name");
    let Ok(label) = typed.parse::<Label>() else {
        let wrong = call.who.tongue(&WORDS).say("mistake-name");
        return show_name(&call, session, typed, Some(wrong));
    };
    let ctx = who.ctx(call.request, call.now);
    desk.identity
        .name_session(&ctx, &who, session, &label)
        .await?;
    Ok(Answer::see(LIST).notice("session-named"))
}

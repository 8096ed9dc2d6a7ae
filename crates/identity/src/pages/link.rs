//! What a link in a mail leads to. Looking at it uses nothing up: mail programs follow links by themselves.

use base::TenantId;
use http::StatusCode;
use web::{Answer, Call, Field, Form, FormPage, Message, Problem, Routes, Visit};

use super::{Desk, WORDS, form, page, said::said};
use crate::{Account, IdentityError, Kind, Label, LinkKind};

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    let path = "/account/{tenant}/{kind}/{link}";
    vec![
        page(
            desk,
            path,
            "linkPage",
            "What a link in a mail leads to",
            look,
        ),
        form(desk, path, "link", "Use a link from a mail", send),
    ]
}

/// A link that is good for something.
struct Followed<'a> {
    tenant: TenantId,
    kind: LinkKind,
    text: &'a str,
    account: Account,
}

async fn follow<'a>(desk: &Desk, call: &'a Call<Visit>) -> Result<Followed<'a>, IdentityError> {
    let part = |name| call.part_text(name).map_err(|_| IdentityError::Link);
    let tenant = desk
        .tenant_called(part("tenant")?)
        .ok_or(IdentityError::Link)?;
    let kind: LinkKind = part("kind")?.parse().map_err(|()| IdentityError::Link)?;
    let text = part("link")?;
    let id = desk.identity.link(&tenant, kind, text, call.now).await?;
    let account = desk.identity.account(&tenant, id).await?;
    Ok(Followed {
        tenant,
        kind,
        text,
        account,
    })
}

fn gone(call: &Call<Visit>) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    Message::new(page, t.say("link-title"), t.say("link-gone"))
        .more(t.say("link-next"))
        .also("/forgotten", t.say("forgotten-button"))
        .also("/sign-in", t.say("sign-in-title"))
        .answer(StatusCode::GONE)
}

async fn look(desk: Desk, call: Call<Visit>) -> Result<Answer, Problem> {
    match follow(&desk, &call).await {
        Ok(followed) => show(&call, &followed, None, None),
        Err(IdentityError::Link | IdentityError::NotFound(_)) => gone(&call),
        Err(error) => Err(error.into()),
    }
}

fn show(
    call: &Call<Visit>,
    followed: &Followed<'_>,
    wrong: Option<String>,
    wrong_password: Option<String>,
) -> Result<Answer, Problem> {
    let page = call.who.frame(&WORDS);
    let t = page.t;
    let name = match followed.kind {
        LinkKind::Verify => "verify",
        LinkKind::Invite => "invite",
        LinkKind::Reset => "reset",
    };
    let said = |part: &str| t.say(&format!("{name}-{part}"));
    let mut form = FormPage::new(page, said("title"), call.who.path(), said("button"))
        .lead(said("lead"))
        .error(wrong);
    if followed.kind == LinkKind::Invite {
        form = form.field(
            Field::name("name", t.say("name"))
                .hint(t.say("name-hint"))
                .value(followed.account.name.as_str()),
        );
    }
    if followed.kind != LinkKind::Verify {
        let key = match followed.account.kind {
            Kind::Staff => "password-second-hint",
            Kind::Person => "password-alone-hint",
        };
        form = form
            // So that a password keeper knows whose it is.
            .hidden_username(followed.account.email.as_str())
            .field(
                Field::password("password", t.say("choose-password"), "new-password")
                    .hint(t.say(key))
                    .error(wrong_password),
            );
    }
    form.answer()
}

async fn send(desk: Desk, call: Call<Visit>, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let followed = match follow(&desk, &call).await {
        Ok(followed) => followed,
        Err(IdentityError::Link | IdentityError::NotFound(_)) => return gone(&call),
        Err(error) => return Err(error.into()),
    };
    let caller = desk.caller(&call, followed.tenant.clone())?;
    let password = form.secret("password");
    if followed.kind != LinkKind::Verify && password.expose().is_empty() {
        return show(&call, &followed, None, Some(t.say("mistake-password")));
    }
    let (done, notice) = match followed.kind {
        LinkKind::Verify => (
            desk.identity.verify(&caller, followed.text).await,
            "verified",
        ),
        LinkKind::Invite => {
            let name: Option<Label> = form.trimmed("name").parse().ok();
            let done = desk
                .identity
                .accept(&caller, followed.text, name.as_ref(), &password)
                .await;
            (done, "welcome")
        }
        LinkKind::Reset => {
            let done = desk
                .identity
                .reset_password(&caller, followed.text, &password)
                .await;
            (done, "password-set")
        }
    };
    match done {
        Ok(_) => Ok(Answer::see(&format!("/sign-in?at={}", followed.tenant)).notice(notice)),
        Err(IdentityError::Link) => gone(&call),
        Err(error) => {
            let text = said(t, &error);
            match (&error, text) {
                (IdentityError::Weak(_), text @ Some(_)) => show(&call, &followed, None, text),
                (_, text @ Some(_)) => show(&call, &followed, text, None),
                (_, None) => Err(error.into()),
            }
        }
    }
}

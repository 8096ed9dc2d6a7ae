//! What a link in a mail leads to. Looking at it uses nothing up: mail programs follow links by themselves.

use base::TenantId;
use http::StatusCode;
use web::{Answer, Call, Field, Form, FormPage, Message, Problem, Routes, Visit};

use super::sign_up::closed;
use super::{Desk, WORDS, form, page, said::said, strength};
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
        Ok(followed) => show(&call, &followed, Wrong::default(), None),
        Err(IdentityError::Link | IdentityError::NotFound(_)) => gone(&call),
        Err(error) => Err(error.into()),
    }
}

/// What is wrong with what was sent.
#[derive(Default)]
struct Wrong {
    whole: Option<String>,
    name: Option<String>,
    password: Option<String>,
}

fn show(
    call: &Call<Visit>,
    followed: &Followed<'_>,
    wrong: Wrong,
    typed: Option<&str>,
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
        .error(wrong.whole);
    if followed.kind != LinkKind::Reset {
        // Who signed up has said no name yet.
        let known = match followed.kind {
            LinkKind::Invite => followed.account.name.as_str(),
            _ => "",
        };
        form = form.field(
            Field::name("name", t.say("name"))
                .hint(t.say("name-hint"))
                .value(typed.unwrap_or(known))
                .error(wrong.name),
        );
    }
    let (hint, alone) = match followed.account.kind {
        Kind::Staff => ("password-second-hint", false),
        Kind::Person => ("password-alone-hint", true),
    };
    form
        // So that a password keeper knows whose it is.
        .hidden_username(followed.account.email.as_str())
        .field(
            Field::password("password", t.say("choose-password"), "new-password")
                .hint(t.say(hint))
                .strength(strength::path(&followed.tenant, alone))
                .error(wrong.password),
        )
        .answer()
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
    let typed = form.trimmed("name");
    let name: Option<Label> = typed.parse().ok();
    let wrong = Wrong {
        whole: None,
        name: (followed.kind != LinkKind::Reset && name.is_none()).then(|| t.say("mistake-name")),
        password: password
            .expose()
            .is_empty()
            .then(|| t.say("mistake-password")),
    };
    if wrong.name.is_some() || wrong.password.is_some() {
        return show(&call, &followed, wrong, Some(typed));
    }
    let (identity, text) = (&desk.identity, followed.text);
    let (done, notice) = match (followed.kind, &name) {
        (LinkKind::Verify, Some(name)) => (
            identity.verify(&caller, text, name, &password).await,
            "verified",
        ),
        (LinkKind::Invite, name) => (
            identity
                .accept(&caller, text, name.as_ref(), &password)
                .await,
            "welcome",
        ),
        (LinkKind::Reset | LinkKind::Verify, _) => (
            identity.reset_password(&caller, text, &password).await,
            "password-set",
        ),
    };
    match done {
        Ok(_) => Ok(Answer::see(&format!("/sign-in?at={}", followed.tenant)).notice(notice)),
        Err(IdentityError::Link) => gone(&call),
        Err(IdentityError::Closed) => closed(&call),
        Err(error) => {
            let mut wrong = Wrong::default();
            match (&error, said(t, &error)) {
                (IdentityError::Weak(_), text @ Some(_)) => wrong.password = text,
                (_, text @ Some(_)) => wrong.whole = text,
                (_, None) => return Err(error.into()),
            }
            show(&call, &followed, wrong, Some(typed))
        }
    }
}

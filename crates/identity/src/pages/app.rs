//! Adding an app that shows codes: its key as a picture and as text, and the first code that shows that it has it.

use askama::Template;
use http::StatusCode;
use web::{
    Answer, Call, Field, Form, FormPage, Frame, Problem, Routes, Shown, Visit, show as render,
};

use super::factors::added_own;
use super::sign_in::{Kept, go_on, over, typed};
use super::visitor::{TICKET, confirm, next_in, own_frame, with_next};
use super::{Desk, WORDS, own_form, own_page, qr, said::said};
use crate::{Adder, IdentityError, Label, SignedIn, TotpSecret};

const LIST: &str = "/account/factors";
const PATH: &str = "/account/factors/app";
const FINISH: &str = "/account/factors/app/code";

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![
        own_page(desk, PATH, "appPage", "Add an app", look),
        own_form(desk, PATH, "appBegin", "Show the key for an app", begin),
        own_form(desk, FINISH, "appAdd", "Add an app by its first code", send),
    ]
}

/// The page with the key. It goes along in the form, so that a wrong code does not make another key; what counts, the server
/// remembers.
#[derive(Template)]
#[template(path = "app.html")]
struct KeyPage {
    page: Frame,
    picture: String,
    key: String,
    address: String,
    ticket: String,
    action: &'static str,
    name: String,
    next: String,
    code: Field,
    back: String,
    error: Option<String>,
}

impl KeyPage {
    fn mistakes(&self) -> Vec<(&'static str, &str)> {
        self.code.mistake().into_iter().collect()
    }
}

/// How an app is being added: from the account, or while signing in.
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
            action: "/sign-in/enrol/app",
            back: with_next("/sign-in/enrol", next),
            tenant,
            next,
            name: "",
        }
    }

    fn own(name: &'a str) -> Self {
        Self {
            action: FINISH,
            back: LIST.to_owned(),
            tenant: "",
            next: "",
            name,
        }
    }
}

/// The page with a key that was just made.
pub(super) fn began(
    _desk: &Desk,
    page: Frame,
    began: Result<TotpSecret, IdentityError>,
    way: &Way<'_>,
) -> Result<Answer, Problem> {
    let began = match began {
        Err(IdentityError::Ticket) => return Ok(over()),
        Err(IdentityError::Stale) => return Ok(confirm(PATH)),
        other => other?,
    };
    let ticket = began.ticket.text.expose();
    let answer = show(page, began.address.expose(), ticket, way, None)?;
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

/// The key within an address for apps, in groups that are easy to type.
fn key_of(address: &str) -> Option<String> {
    let (_, rest) = address
        .strip_prefix("otpauth://totp/")?
        .split_once("?secret=")?;
    let key = rest.split('&').next()?;
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let mut grouped = String::with_capacity(key.len() * 5 / 4);
    for (at, letter) in key.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(letter);
    }
    Some(grouped)
}

fn show(
    mut page: Frame,
    address: &str,
    ticket: &str,
    way: &Way<'_>,
    wrong: Option<String>,
) -> Result<Answer, Problem> {
    let t = page.t;
    let picture = key_of(address).zip(qr::svg(address, &t.say("totp-qr")));
    let Some((key, picture)) = picture else {
        return Ok(Answer::see(&way.back));
    };
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    page.mistaken = wrong.is_some();
    let key_page = KeyPage {
        picture,
        key,
        address: address.to_owned(),
        ticket: ticket.to_owned(),
        action: way.action,
        name: way.name.to_owned(),
        next: way.next.to_owned(),
        code: Field::code("code", t.say("totp-enter"))
            .hint(t.say("second-code-hint"))
            .error(wrong),
        back: way.back.clone(),
        error: None,
        page,
    };
    render(status, &key_page, Shown::Plain)
}

async fn look(_desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    if who.must_be_fresh(call.now).is_err() {
        return Ok(confirm(PATH));
    }
    show_begin(&call, None)
}

fn show_begin(call: &Call<Visit>, wrong: Option<String>) -> Result<Answer, Problem> {
    let page = own_frame(call);
    let t = page.t;
    FormPage::new(page, t.say("totp-title"), PATH, t.say("second-button"))
        .lead(t.say("app-lead"))
        .error(wrong)
        .field(Field::text("name", t.say("totp-name")).optional())
        .also(LIST, t.say("back-factors"))
        .answer()
}

async fn begin(
    desk: Desk,
    call: Call<Visit>,
    who: SignedIn,
    form: Form,
) -> Result<Answer, Problem> {
    let caller = desk.caller(&call, who.tenant.clone())?;
    let asked = desk
        .identity
        .totp_begin(&caller, Adder::Session(&who))
        .await;
    if let Err(error @ IdentityError::TooMany(_)) = &asked {
        return show_begin(&call, said(call.who.tongue(&WORDS), error));
    }
    began(
        &desk,
        own_frame(&call),
        asked,
        &Way::own(form.trimmed("name")),
    )
}

async fn send(desk: Desk, call: Call<Visit>, who: SignedIn, form: Form) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let way = Way::own(form.trimmed("name"));
    let (ticket, address) = (form.text("ticket"), form.text("address"));
    let Some(code) = typed(&form, "code") else {
        return show(
            own_frame(&call),
            address,
            ticket,
            &way,
            Some(t.say("mistake-code")),
        );
    };
    let caller = desk.caller(&call, who.tenant.clone())?;
    let name: Option<Label> = form.trimmed("name").parse().ok();
    match desk
        .identity
        .totp_finish(&caller, ticket, code.expose(), name.as_ref())
        .await
    {
        Ok(added) => Ok(added_own(&call, &who, added.step, "app-added")),
        Err(IdentityError::Ticket) => Ok(Answer::see(LIST).notice("over")),
        Err(error) => match said(t, &error) {
            text @ Some(_) => show(own_frame(&call), address, ticket, &way, text),
            None => Err(error.into()),
        },
    }
}

/// An app that was added while signing in.
pub(super) async fn send_enrol(
    desk: Desk,
    call: Call<Visit>,
    form: Form,
) -> Result<Answer, Problem> {
    let t = call.who.tongue(&WORDS);
    let Some(kept) = Kept::read(&call)? else {
        return Ok(over());
    };
    let Some(tenant) = desk.tenant_called(kept.tenant) else {
        return Ok(over());
    };
    let next = next_in(&form);
    let way = Way::enrol(kept.tenant, next);
    let (ticket, address) = (form.text("ticket"), form.text("address"));
    let page = call.who.frame(&WORDS);
    let Some(code) = typed(&form, "code") else {
        return show(page, address, ticket, &way, Some(t.say("mistake-code")));
    };
    let caller = desk.caller(&call, tenant)?;
    match desk
        .identity
        .totp_finish(&caller, ticket, code.expose(), None)
        .await
    {
        Ok(added) => Ok(go_on(desk.home, &caller, added.step, next).notice("app-added")),
        Err(IdentityError::Ticket) => Ok(over()),
        Err(error) => match said(t, &error) {
            text @ Some(_) => show(page, address, ticket, &way, text),
            None => Err(error.into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_its_address_only() {
        let address = "otpauth://totp/a:b?secret=ABCDEFGH23&issuer=a";
        assert_eq!(key_of(address).as_deref(), Some("ABCD EFGH 23"));
        for other in [
            "",
            "https://evil.test?secret=A",
            "otpauth://totp/a?secret=<b>",
            "otpauth://totp/a",
        ] {
            assert_eq!(key_of(other), None, "{other}");
        }
    }
}

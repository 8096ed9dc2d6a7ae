//! Who is at the door: which tenant's, from where, on which device, signed in or not.

use base::{Instant, Secret, TenantId};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use web::{
    Answer, Call, Cookie, Form, Frame, Place, Problem, SESSION, SameSite, Visit, onward, unsigned,
};

use super::{Pages, WORDS};
use crate::{Caller, IdentityError, Label, NewSession, SignedIn};

/// What stands between two steps of a sign-in.
pub(super) const TICKET: Cookie = Cookie::new("__Host-ticket", SameSite::Strict).lasting(600);
/// A device on which somebody signed in.
pub const DEVICE: Cookie = Cookie::new("__Host-device", SameSite::Lax);
/// At which tenant somebody signed in last.
const AT: Cookie = Cookie::new("__Host-at", SameSite::Lax).lasting(365 * 24 * 3_600);

/// What an address within a query needs.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?');

/// `path` with where to go after it.
pub(super) fn with_next(path: &str, next: &str) -> String {
    if next.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?next={}", utf8_percent_encode(next, QUERY))
    }
}

/// Where to go after this, from the query of a page.
pub(super) fn next_of(call: &Call<Visit>) -> &str {
    call.query.first("next").and_then(onward).unwrap_or("")
}

/// Where to go after this, from the field of a form.
pub(super) fn next_in(form: &Form) -> &str {
    onward(form.text("next")).unwrap_or("")
}

/// Prove once more that it is you, then go on at `next`.
pub(super) fn confirm(next: &str) -> Answer {
    Answer::see(&with_next("/account/confirm", next))
}

impl Pages {
    /// The only tenant, or the one that a link or an earlier visit names.
    pub(super) fn tenant(&self, call: &Call<Visit>) -> Result<Option<TenantId>, Problem> {
        if let [only] = &*self.tenants {
            return Ok(Some(only.clone()));
        }
        let kept = call.who.cookie(&AT)?;
        Ok(call
            .query
            .first("at")
            .and_then(|name| self.tenant_called(name))
            .or_else(|| kept.and_then(|name| self.tenant_called(name))))
    }

    /// The tenant that a form names, or the only one.
    pub(super) fn tenant_in(&self, form: &Form) -> Option<TenantId> {
        match &*self.tenants {
            [only] => Some(only.clone()),
            _ => self.tenant_called(form.trimmed("at")),
        }
    }

    pub(super) fn tenant_called(&self, name: &str) -> Option<TenantId> {
        self.tenants
            .iter()
            .find(|tenant| tenant.as_str() == name)
            .cloned()
    }

    /// Whether somebody has to be asked which tenant.
    pub(super) fn is_shared(&self) -> bool {
        self.tenants.len() != 1
    }

    /// Where a call comes from.
    pub(super) fn caller(&self, call: &Call<Visit>, tenant: TenantId) -> Result<Caller, Problem> {
        let device = call.who.cookie(&DEVICE)?;
        Ok(Caller {
            tenant,
            address: call.peer,
            device: device.map(|device| Secret::new(device.to_owned())),
            agent: agent(call),
            request: call.request,
            now: call.now,
        })
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// 401: nobody.
    pub(super) async fn signed_in(&self, call: &Call<Visit>) -> Result<SignedIn, Problem> {
        let text = call.who.session().ok_or_else(unsigned)?;
        match self.identity.session(text, call.now).await {
            Err(IdentityError::Session) => Err(unsigned()),
            other => Ok(other?),
        }
    }
}

/// The shell of a page that somebody is signed in on.
pub(super) fn own_frame(call: &Call<Visit>) -> Frame {
    let frame = call.who.frame(&WORDS);
    let t = frame.t;
    let here = call.who.path().split('?').next().unwrap_or_default();
    let menu = [
        ("/account", "account"),
        ("/account/factors", "factors"),
        ("/account/sessions", "sessions"),
        ("/account/apps", "apps"),
    ];
    let menu = menu.map(|(href, key)| Place {
        here: href == here,
        ..Place::new(href, t.say(key))
    });
    frame.signed_in(menu.into())
}

/// With the session in its cookie, the device in its, and the ticket gone.
pub(super) fn let_in(
    answer: Answer,
    tenant: &TenantId,
    session: &NewSession,
    now: Instant,
) -> Answer {
    let lives = session.ends_at.since(now).as_secs();
    let answer = answer
        .cookie(&SESSION.lasting(lives).set(session.text.expose()))
        .cookie(&TICKET.clear())
        .cookie(&AT.set(tenant.as_str()));
    match &session.device {
        Some(device) => {
            let device_cookie = DEVICE.lasting(session.device_lives.as_secs());
            answer.cookie(&device_cookie.set(device.expose()))
        }
        None => answer,
    }
}

/// What somebody may recognise a browser by: its make and its system, nothing finer.
fn agent(call: &Call<Visit>) -> Option<Label> {
    let text = call.headers.get(http::header::USER_AGENT)?.to_str().ok()?;
    let first = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(sign, _)| text.contains(sign))
            .map(|(_, name)| *name)
    };
    // The order matters: most call themselves by older names as well.
    let browser = first(&[
        ("Edg/", "Edge"),
        ("EdgA/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ])?;
    let system = first(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    let name = match system {
        Some(system) => format!("{browser}, {system}"),
        None => browser.to_owned(),
    };
    name.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_on_is_carried_whole() {
        let next = "/oauth2/authorize?client_id=a&scope=b+c%20d";
        let path = with_next("/sign-in", next);
        let (_, query) = path.split_once('?').unwrap();
        let query = web::Query::parse(query).unwrap();
        assert_eq!(query.first("next"), Some(next));
        assert_eq!(with_next("/sign-in", ""), "/sign-in");
    }
}

//! The account as a whole: what stands, and where to change it.

use askama::Template;
use http::StatusCode;
use web::words::{Told, Tongue};
use web::{Answer, Call, Frame, Problem, Routes, Shown, Visit, show};

use super::visitor::own_frame;
use super::{Desk, own_page};
use crate::{FactorKind, FactorLine, Kind, SignedIn};

pub(super) fn routes<W: Send + 'static>(desk: &Desk) -> Routes<W> {
    vec![own_page(
        desk,
        "/account",
        "accountPage",
        "An account's overview",
        look,
    )]
}

/// One line: what it is, how it stands, where it is changed.
struct Line {
    name: String,
    state: String,
    /// A word for a link, and where it leads.
    change: (String, &'static str),
}

#[derive(Template)]
#[template(path = "account.html")]
struct Overview {
    page: Frame,
    name: String,
    lead: String,
    due: Option<(String, &'static str, String)>,
    lines: Vec<Line>,
    /// Whether there are pages of their own to go to: staff have the console.
    portal: bool,
}

/// What an account has, counted.
pub(super) struct Has {
    pub totp: u64,
    pub passkeys: u64,
    pub recovery: u64,
    pub recovery_ever: u64,
}

impl Has {
    pub(super) fn of(lines: &[FactorLine]) -> Self {
        let count = |kind, unused_only: bool| {
            lines
                .iter()
                .filter(|line| line.kind == kind && !(unused_only && line.used_at.is_some()))
                .count() as u64
        };
        Self {
            totp: count(FactorKind::Totp, false),
            passkeys: count(FactorKind::Passkey, false),
            recovery: count(FactorKind::Recovery, true),
            recovery_ever: count(FactorKind::Recovery, false),
        }
    }

    pub(super) const fn none(&self) -> bool {
        self.totp + self.passkeys == 0
    }
}

async fn look(desk: Desk, call: Call<Visit>, who: SignedIn) -> Result<Answer, Problem> {
    let ctx = who.ctx(call.request, call.now);
    let account = desk.identity.account(&who.tenant, who.account).await?;
    let (factors, _) = desk.identity.factors(&ctx, &who).await?;
    let (sessions, _) = desk.identity.sessions(&ctx, &who).await?;
    let has = Has::of(&factors);
    let page = own_frame(&call);
    let t = page.t;
    let overview = Overview {
        name: account.name.as_str().to_owned(),
        lead: t.say_with("account-lead", "email", account.email.as_str()),
        due: due(t, &has, account.kind),
        lines: lines(t, &has, sessions.len() as u64),
        portal: account.kind == Kind::Person,
        page,
    };
    show(StatusCode::OK, &overview, Shown::Plain)
}

fn due(t: Tongue, has: &Has, kind: Kind) -> Option<(String, &'static str, String)> {
    if has.none() && kind == Kind::Person {
        return Some((
            t.say("account-weak"),
            "/account/factors",
            t.say("account-look"),
        ));
    }
    (!has.none() && has.recovery == 0).then(|| {
        (
            t.say("account-no-recovery"),
            "/account/factors/codes",
            t.say("recovery-make"),
        )
    })
}

fn lines(t: Tongue, has: &Has, sessions: u64) -> Vec<Line> {
    let count = |key: &str, n: u64| t.say_all(key, &[("n", Told::Count(n))]);
    let line = |name: &str, state: String, href| Line {
        name: t.say(name),
        state,
        change: (t.say("account-look"), href),
    };
    let app = t.say(if has.totp > 0 {
        "account-on"
    } else {
        "account-off"
    });
    let mut lines = vec![
        Line {
            name: t.say("account-password"),
            state: "••••••••".to_owned(),
            change: (t.say("account-password-change"), "/account/password"),
        },
        line("account-app", app, "/account/factors"),
        line(
            "account-passkeys",
            count("account-passkeys-n", has.passkeys),
            "/account/factors",
        ),
    ];
    if !has.none() {
        let left = match has.recovery_ever {
            0 => t.say("account-recovery-none"),
            _ => count("account-recovery-n", has.recovery),
        };
        lines.push(line("account-recovery", left, "/account/factors"));
    }
    lines.push(line(
        "account-sessions",
        count("account-sessions-n", sessions),
        "/account/sessions",
    ));
    lines
}

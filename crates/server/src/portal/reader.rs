//! The person who reads, and the API through which the portal works.

use std::sync::Arc;

use base::{GrantId, PersonId};
use policy::{Authority, Guarding};
use serde_json::Value;
use web::words::Tongue;
use web::{Answer, Call, Form, Frame, Place, Problem, Visit};

use super::WORDS;
use crate::api::ACTING_FOR;
use crate::desk::{Ask, Desk, authority};

/// A person who is signed in, and what they called for.
pub(super) struct Reader {
    pub desk: Arc<Desk>,
    pub call: Call<Visit>,
    /// Whose data.
    pub person: PersonId,
    /// The account that reads.
    pub account: String,
    /// Whether it acts for somebody else.
    pub stands_in: bool,
    /// How far, as their guardian.
    pub guarding: Option<Guarding>,
    /// What a guardian calls the person.
    calls: Option<String>,
}

/// Places of the portal: address and name.
const PLACES: [(&str, &str); 8] = [
    ("/portal", "portal-home"),
    ("/portal/data", "portal-data"),
    ("/portal/looks", "portal-looks"),
    ("/portal/sharing", "portal-sharing"),
    ("/portal/rights", "portal-rights"),
    ("/portal/take", "portal-take"),
    ("/portal/delete", "portal-delete"),
    ("/account", "portal-security"),
];

/// What a guardian calls the person of an appointment.
async fn named(
    desk: &Desk,
    who: &Authority,
    person: PersonId,
    appointment: GrantId,
) -> Result<Option<String>, Problem> {
    let consents = &desk.house.consents;
    let grant = consents.grant(who.tenant(), person, appointment).await?;
    let words = consents.guardian_words(who.tenant(), &grant).await?;
    Ok(words.map(|it| it.name))
}

/// Whom the reader chose to act for, whether or not they may.
fn acted_for(call: &Call<Visit>) -> Result<Option<PersonId>, Problem> {
    let chosen = ACTING_FOR.read(&call.headers)?;
    Ok(chosen.and_then(|it| it.parse().ok()))
}

impl Reader {
    /// Let in whoever is signed in and is somebody that data are kept about; staff are shown to their console.
    ///
    /// # Errors
    /// 401: nobody is signed in.
    pub(super) async fn let_in(
        desk: Arc<Desk>,
        call: Call<Visit>,
    ) -> Result<Result<Self, Answer>, Problem> {
        let who = authority(&desk.house, &call).await?;
        let Some(person) = who.person() else {
            return Ok(Err(Answer::see("/console")));
        };
        // Whom they acted for, they act for no more: the day came, or it was ended. They hear it, rather than land on pages of their own.
        if who.grant().is_none() && acted_for(&call)?.is_some_and(|it| it != person) {
            return Ok(Err(Answer::see("/portal")
                .cookie(&ACTING_FOR.clear())
                .notice("acting-over")));
        }
        let guarding = who.guarding();
        let calls = match who.grant().filter(|_| guarding.is_some()) {
            Some(grant) => named(&desk, &who, person, grant).await?,
            None => None,
        };
        Ok(Ok(Self {
            guarding,
            calls,
            account: who.account().map(|it| it.to_string()).unwrap_or_default(),
            stands_in: who.grant().is_some(),
            desk,
            call,
            person,
        }))
    }

    /// The words, in the reader's language.
    pub(super) fn t(&self) -> Tongue {
        self.call.who.tongue(&WORDS)
    }

    /// The shell of a page of the portal.
    pub(super) fn frame(&self) -> Frame {
        let mut frame = self.call.who.frame(&WORDS);
        frame.token = self.call.who.token_about(&self.person.to_string());
        let t = frame.t;
        let path = self.call.who.path().split('?').next().unwrap_or_default();
        let menu = PLACES
            .into_iter()
            .chain(self.stands_in.then_some(("/portal/for", "portal-for")))
            .filter(|(href, _)| self.reaches(href))
            .map(|(href, key)| Place {
                here: path == href || (href != "/portal" && path.starts_with(&format!("{href}/"))),
                ..Place::new(href, t.say(key))
            });
        let banner = self.calls.as_ref();
        let banner = banner.map(|name| t.say_with("home-guardian", "name", name));
        frame.signed_in(menu.collect()).banner(banner)
    }

    /// Whether a form came from a page about the same person.
    pub(super) fn is_of_its_page(&self, form: &Form) -> bool {
        self.call.who.is_about(form, &self.person.to_string())
    }

    /// Whether there is something for who reads at a place of the portal.
    pub(super) fn reaches(&self, href: &str) -> bool {
        if !self.stands_in || matches!(href, "/portal" | "/portal/data" | "/portal/for") {
            return true;
        }
        // The person's own account is the person's alone.
        self.guarding.is_some_and(|it| match href {
            "/portal/looks" | "/portal/sharing" => true,
            "/portal/take" => it.takes,
            "/portal/delete" => it.deletes,
            "/portal/rights" => it.takes && it.deletes,
            _ => false,
        })
    }

    /// A part of the address.
    pub(super) fn part(&self, name: &str) -> Result<&str, Problem> {
        self.call.part_text(name)
    }

    /// Where people reach the service.
    pub(super) fn address(&self) -> String {
        let config = &self.desk.house.config;
        config.accounts.address(config)
    }

    /// What stands behind the question mark.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.call.query.first(name).filter(|it| !it.is_empty())
    }

    /// Carry out a route of the API about this person, for the purpose that a person reads for.
    ///
    /// # Errors
    /// What the route refuses with.
    pub(super) async fn ask(
        &self,
        id: &str,
        path: &[(&str, &str)],
        query: &str,
        body: Option<&Value>,
    ) -> Result<Value, Problem> {
        let who = authority(&self.desk.house, &self.call).await?;
        let person = self.person.to_string();
        let mut whole = vec![("person", person.as_str())];
        whole.extend_from_slice(path);
        let ask = Ask {
            id,
            path: &whole,
            query,
            purpose: Some("PATRQT"),
            body,
        };
        self.desk.carry_out(who, &self.call, ask).await
    }
}

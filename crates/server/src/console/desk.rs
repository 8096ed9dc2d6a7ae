//! Who asks, and the API through which the console works.

use std::collections::HashMap;
use std::sync::Arc;

use base::{AccountId, ErrorKind};
use serde_json::Value;
use vault::contract::ContractEnd;
use web::words::Tongue;
use web::{Answer, Call, Frame, Place, Problem, Visit};

use super::WORDS;
pub(super) use crate::desk::{Ask, Desk, authority, day, list, moment, text, wants_fresh_proof};

/// Somebody of the staff who is signed in, and what they called for.
pub(super) struct Asker {
    pub desk: Arc<Desk>,
    pub call: Call<Visit>,
    role: String,
    account: Option<String>,
    /// The end of the contract, where one is noted.
    end: Option<ContractEnd>,
}

/// Places of the console: address, name, and who finds something there.
const PLACES: [(&str, &str, &[&str]); 13] = [
    (
        "/console/alerts",
        "alerts",
        &["owner", "security", "compliance"],
    ),
    ("/console/rights", "rights", &["compliance"]),
    ("/console/people", "people", &["owner", "administrator"]),
    (
        "/console/apps",
        "apps",
        &["owner", "administrator", "developer", "security"],
    ),
    (
        "/console/roles",
        "roles",
        &["owner", "administrator", "security", "compliance"],
    ),
    (
        "/console/requests",
        "requests",
        &["owner", "administrator", "security", "compliance"],
    ),
    (
        "/console/reviews",
        "reviews",
        &["owner", "administrator", "security", "compliance"],
    ),
    (
        "/console/break-glass",
        "break-glass",
        &[
            "owner",
            "administrator",
            "security",
            "compliance",
            "clinician",
        ],
    ),
    (
        "/console/retention",
        "retention",
        &["owner", "administrator", "security", "compliance"],
    ),
    (
        "/console/holds",
        "holds",
        &["owner", "administrator", "security", "compliance"],
    ),
    (
        "/console/guardians",
        "guardians",
        &["owner", "administrator", "security", "compliance"],
    ),
    (
        "/console/processing",
        "processing",
        &["owner", "administrator", "security", "compliance"],
    ),
    (
        "/console/continuity",
        "continuity",
        &[
            "owner",
            "administrator",
            "security",
            "compliance",
            "operator",
        ],
    ),
];

impl Asker {
    /// Let in whoever is signed in and belongs to the staff.
    ///
    /// # Errors
    /// 401: nobody is signed in. 403: a person's own account has no console.
    pub(super) async fn let_in(desk: Arc<Desk>, call: Call<Visit>) -> Result<Self, Problem> {
        let authority = authority(&desk.house, &call).await?;
        let role = authority.role().as_str().to_owned();
        if matches!(role.as_str(), "person" | "app" | "system") {
            return Err(Problem::new(
                ErrorKind::Forbidden,
                "console.staff",
                "The console is for staff.",
            ));
        }
        let session = call.who.session().unwrap_or("");
        let account = desk
            .house
            .identity
            .session(session, call.now)
            .await
            .ok()
            .map(|who| who.account.to_string());
        let end = desk.house.vault.contract_end(authority.tenant()).await?;
        Ok(Self {
            desk,
            call,
            role,
            account,
            end,
        })
    }

    /// The role that they act in.
    pub(super) fn role(&self) -> &str {
        &self.role
    }

    /// The roles that count for them now.
    ///
    /// # Errors
    /// Storage failures.
    pub(super) async fn roles(&self) -> Result<Vec<policy::Role>, Problem> {
        let who = authority(&self.desk.house, &self.call).await?;
        let Some(account) = who.account() else {
            return Ok(Vec::new());
        };
        Ok(self.desk.house.access.roles(who.tenant(), account).await?)
    }

    /// The words, in the reader's language.
    pub(super) fn t(&self) -> Tongue {
        self.call.who.tongue(&WORDS)
    }

    /// Whether this is the reader's own account.
    pub(super) fn is_own(&self, account: &str) -> bool {
        self.account.as_deref() == Some(account)
    }

    /// Their own account.
    pub(super) fn account(&self) -> &str {
        self.account.as_deref().unwrap_or("")
    }

    /// The address that was asked for.
    pub(super) fn here(&self) -> String {
        self.call.who.path().to_owned()
    }

    /// Places where this role finds something.
    pub(super) fn places(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        PLACES
            .into_iter()
            .filter(|(_, _, roles)| roles.contains(&self.role.as_str()))
            .map(|(href, key, _)| (href, key))
    }

    /// Whether this role finds something at `href`.
    pub(super) fn finds(&self, href: &str) -> bool {
        self.places().any(|(place, _)| place == href)
    }

    /// The shell of a page of the console.
    pub(super) fn frame(&self) -> Frame {
        let frame = self.call.who.frame(&WORDS);
        let t = frame.t;
        let path = self.call.who.path().split('?').next().unwrap_or_default();
        let home = Place {
            here: path == "/console",
            ..Place::new("/console", t.say("console"))
        };
        let places = self.places().map(|(href, key)| Place {
            here: path == href,
            ..Place::new(href, t.say(&format!("place-{key}")))
        });
        let places = [home].into_iter().chain(places).collect();
        frame
            .signed_in(vec![Place::new("/account", t.say("console-account"))])
            .banner(self.end.as_ref().map(|end| self.countdown(end)))
            .console(places)
    }

    fn countdown(&self, end: &ContractEnd) -> String {
        let t = self.t();
        let (ends, goes) = (t.moment(end.ends_at), t.moment(end.goes_at));
        match crate::contract::days_left(end, self.call.now) {
            None => t.say_with("contract-ends", "at", ends.as_str()),
            Some(0) => t.say("contract-over"),
            Some(days) => t.say_all(
                "contract-ended",
                &[("days", days.into()), ("at", goes.as_str().into())],
            ),
        }
    }

    /// Carry out the API's route `id` and give back what it says.
    ///
    /// # Errors
    /// What the route refuses with.
    pub(super) async fn ask(
        &self,
        id: &str,
        path: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, Problem> {
        self.ask_for(id, path, "", body).await
    }

    /// The same, with what stands behind the question mark.
    ///
    /// # Errors
    /// What the route refuses with.
    pub(super) async fn ask_for(
        &self,
        id: &str,
        path: &[(&str, &str)],
        query: &str,
        body: Option<&Value>,
    ) -> Result<Value, Problem> {
        let who = authority(&self.desk.house, &self.call).await?;
        let ask = Ask {
            id,
            path,
            query,
            body,
            ..Ask::default()
        };
        self.desk.carry_out(who, &self.call, ask).await
    }

    /// What the API's route `id` gives out to be kept.
    ///
    /// # Errors
    /// What the route refuses with.
    pub(super) async fn fetch(&self, id: &str, query: &str) -> Result<Answer, Problem> {
        let who = authority(&self.desk.house, &self.call).await?;
        let ask = Ask {
            id,
            query,
            ..Ask::default()
        };
        self.desk.hand_on(who, &self.call, ask).await
    }

    /// What accounts are called, as far as they are there.
    pub(super) async fn names<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Names {
        let mut names = HashMap::new();
        let Ok(who) = authority(&self.desk.house, &self.call).await else {
            return Names(names);
        };
        for id in ids {
            if names.contains_key(id) {
                continue;
            }
            let Ok(account) = id.parse::<AccountId>() else {
                continue;
            };
            if let Ok(account) = self
                .desk
                .house
                .identity
                .account(who.tenant(), account)
                .await
            {
                names.insert(id.to_owned(), account.name.as_str().to_owned());
            }
        }
        Names(names)
    }
}

/// What accounts are called.
pub(super) struct Names(HashMap<String, String>);

impl Names {
    /// The account's name; else the beginning of its id.
    pub(super) fn of(&self, id: &str) -> String {
        self.0
            .get(id)
            .cloned()
            .unwrap_or_else(|| id.chars().take(8).collect())
    }
}

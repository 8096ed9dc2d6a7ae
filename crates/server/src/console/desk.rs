//! Who asks, and the API through which the console works.

use std::collections::HashMap;
use std::sync::Arc;

use base::{AccountId, ErrorKind, Instant};
use bytes::Bytes;
use http::{HeaderMap, Request};
use policy::Authority;
use serde_json::Value;
use web::words::Tongue;
use web::{Call, Frame, Gate, Payload, Place, Problem, Query, Routes, SESSION, Visit};

use super::WORDS;
use crate::api::{House, ROLE, TokenGate};

/// The API's routes by their names, and the house.
pub(super) struct Desk {
    pub house: House,
    api: Routes<Authority>,
}

impl Desk {
    pub(super) fn new(house: &House, api: Routes<Authority>) -> Self {
        Self {
            house: Arc::clone(house),
            api,
        }
    }
}

/// Somebody of the staff who is signed in, and what they called for.
pub(super) struct Asker {
    pub desk: Arc<Desk>,
    pub call: Call<Visit>,
    role: String,
    account: Option<String>,
}

/// Places of the console: address, name, and who finds something there.
const PLACES: [(&str, &str, &[&str]); 7] = [
    ("/console/alerts", "alerts", &["owner", "security"]),
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
        Ok(Self {
            desk,
            call,
            role,
            account,
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
            .console(places)
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
        let lost = || {
            let mut problem = Problem::new(
                ErrorKind::Internal,
                "http.route",
                "Something went wrong on our side.",
            );
            problem.internal = format!("the console asks for the route {id}");
            problem
        };
        let route = self
            .desk
            .api
            .iter()
            .find(|route| route.doc().id == id)
            .ok_or_else(lost)?;
        let who = authority(&self.desk.house, &self.call).await?;
        let call = Call {
            who,
            request: self.call.request,
            now: self.call.now,
            method: route.method().clone(),
            path: path
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            query: Query::parse("")?,
            raw_query: String::new(),
            host: self.call.host.clone(),
            peer: self.call.peer,
            headers: HeaderMap::new(),
            payload: match body {
                Some(body) => Payload::Bytes(Bytes::from(body.to_string())),
                None => Payload::None,
            },
        };
        let logged = route.carry_out(call).await.ok_or_else(lost)??;
        Ok(logged.said().await.unwrap_or(Value::Null))
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

/// Who asks, as the gate lets them in.
async fn authority(house: &House, call: &Call<Visit>) -> Result<Authority, Problem> {
    let session = call.who.session().ok_or_else(web::unsigned)?;
    let mut cookies = format!("{}={session}", SESSION.name());
    if let Some(role) = ROLE.read(&call.headers)? {
        cookies.push_str(&format!("; {}={role}", ROLE.name()));
    }
    let request = Request::builder()
        .uri("/")
        .header("cookie", cookies)
        .header("sec-fetch-site", "same-origin")
        .body(())
        .map_err(|_| web::unsigned())?;
    TokenGate(Arc::clone(house))
        .admit(&request.into_parts().0)
        .await
}

/// Whether policy asks for a fresh, or a stronger, proof.
pub(super) fn wants_fresh_proof(problem: &Problem) -> bool {
    matches!(
        problem.code,
        "identity.stale" | "policy.stale" | "policy.fresh" | "policy.not_fresh"
    )
}

/// A text member of what the API says; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}

/// A list member of what the API says.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A moment, as the API writes it, the way the reader's language does.
pub(super) fn moment(t: Tongue, value: &Value, name: &str) -> String {
    let text = text(value, name);
    text.parse::<jiff::Timestamp>().map_or_else(
        |_| "–".to_owned(),
        |at| t.moment(Instant::from_micros(at.as_microsecond())),
    )
}

//! The API's routes as pages carry them out: as who is signed in, so that policy decides and the log writes exactly as for a program.

use std::sync::Arc;

use base::{ErrorKind, Instant};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use policy::Authority;
use serde_json::Value;
use web::words::Tongue;
use web::{Answer, Call, Cookie, Gate, Logged, Payload, Problem, Query, Routes, SESSION, Visit};

use crate::api::{ACTING_FOR, House, ROLE, TokenGate};

/// The API's routes by their names, and the house.
pub(crate) struct Desk {
    pub(crate) house: House,
    api: Routes<Authority>,
}

/// One call of a route.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ask<'a> {
    /// The route's name.
    pub id: &'a str,
    /// The parts of its address.
    pub path: &'a [(&'a str, &'a str)],
    /// What stands behind the question mark.
    pub query: &'a str,
    /// What the caller reads for.
    pub purpose: Option<&'static str>,
    /// The body.
    pub body: Option<&'a Value>,
}

impl Desk {
    pub(crate) fn new(house: &House, api: Routes<Authority>) -> Self {
        Self {
            house: Arc::clone(house),
            api,
        }
    }

    /// Carry out a route as `who`, who called for a page, and give back what it says.
    ///
    /// # Errors
    /// What the route refuses with.
    pub(crate) async fn carry_out(
        &self,
        who: Authority,
        page: &Call<Visit>,
        ask: Ask<'_>,
    ) -> Result<Value, Problem> {
        let logged = self.call(who, page, ask).await?;
        Ok(logged.said().await.unwrap_or(Value::Null))
    }

    /// A file, as the API gives it out: to be saved, under its name.
    ///
    /// # Errors
    /// What the route refuses with.
    pub(crate) async fn hand_on(
        &self,
        who: Authority,
        page: &Call<Visit>,
        ask: Ask<'_>,
    ) -> Result<Answer, Problem> {
        Ok(self.call(who, page, ask).await?.answer())
    }

    async fn call(
        &self,
        who: Authority,
        page: &Call<Visit>,
        ask: Ask<'_>,
    ) -> Result<Logged, Problem> {
        let lost = || {
            let mut problem = Problem::new(
                ErrorKind::Internal,
                "http.route",
                "Something went wrong on our side.",
            );
            problem.internal = format!("a page asks for the route {}", ask.id);
            problem
        };
        let route = self.api.iter().find(|route| route.doc().id == ask.id);
        let route = route.ok_or_else(lost)?;
        let mut headers = HeaderMap::new();
        if let Some(purpose) = ask.purpose {
            headers.insert(
                HeaderName::from_static("purpose-of-use"),
                HeaderValue::from_static(purpose),
            );
        }
        let call = Call {
            who,
            request: page.request,
            now: page.now,
            method: route.method().clone(),
            path: ask
                .path
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            query: Query::parse(ask.query)?,
            raw_query: ask.query.to_owned(),
            host: page.host.clone(),
            peer: page.peer,
            headers,
            payload: match ask.body {
                Some(body) => Payload::Bytes(Bytes::from(body.to_string())),
                None => Payload::None,
            },
        };
        route.carry_out(call).await.ok_or_else(lost)?
    }
}

/// Who asks, as the gate lets them in.
///
/// # Errors
/// 401: nobody is signed in.
pub(crate) async fn authority(house: &House, call: &Call<Visit>) -> Result<Authority, Problem> {
    let session = call.who.session().ok_or_else(web::unsigned)?;
    let mut cookies = format!("{}={session}", SESSION.name());
    for chosen in [&ROLE, &ACTING_FOR] {
        if let Some(value) = Cookie::read(chosen, &call.headers)? {
            cookies.push_str(&format!("; {}={value}", chosen.name()));
        }
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
pub(crate) fn wants_fresh_proof(problem: &Problem) -> bool {
    matches!(
        problem.code,
        "identity.stale" | "policy.stale" | "policy.fresh" | "policy.not_fresh"
    )
}

/// A text member of what the API says; empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("")
}

/// A list member of what the API says.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A moment, as the API writes it, the way the reader's language does.
pub(crate) fn moment(t: Tongue, value: &Value, name: &str) -> String {
    let text = text(value, name);
    text.parse::<jiff::Timestamp>().map_or_else(
        |_| "–".to_owned(),
        |at| t.moment(Instant::from_micros(at.as_microsecond())),
    )
}

/// A day, as the API writes it, the way the reader's language does.
pub(crate) fn day(t: Tongue, text: &str) -> String {
    text.parse()
        .map_or_else(|_| text.to_owned(), |day: jiff::civil::Date| t.day(day))
}

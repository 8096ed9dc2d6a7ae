//! Somebody who is signed in and looks at each of their pages.

use std::time::Instant;

use hyper::{Method, Request};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::plant::Planted;
use super::{Cast, Plan, Times};
use crate::Outcome;
use crate::client::{Answer, Client, Payload};

/// A browser, as far as the pages notice: cookies, and where a form comes from.
pub(super) struct Visitor {
    client: Client,
    cookies: Vec<(String, String)>,
}

impl Visitor {
    pub(super) async fn new(cast: &Cast) -> Outcome<Self> {
        let mut target = cast.own.clone();
        // A browser brings no token.
        target.token = String::new();
        Ok(Self {
            client: Cast::client(&target).await?,
            cookies: Vec::new(),
        })
    }

    async fn send(
        &mut self,
        request: hyper::http::request::Builder,
        body: Payload,
    ) -> Outcome<Answer> {
        let jar: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", jar.join("; "))
            .body(body)?;
        let answer = self.client.ask(request).await?;
        for set in answer.headers.get_all("set-cookie") {
            let pair = set.to_str()?.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            self.cookies.retain(|(other, _)| other != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        Ok(answer)
    }

    /// Look at a page.
    pub(super) async fn look(&mut self, path: &str) -> Outcome<Answer> {
        let request = Request::builder().method(Method::GET).uri(path);
        self.send(request, Payload::default()).await
    }

    /// Fill in the form of the page at `path`, and send it there.
    pub(super) async fn press(&mut self, path: &str, fields: &[(&str, &str)]) -> Outcome<Answer> {
        let page = self.look(path).await?;
        let page = String::from_utf8_lossy(&page.body).into_owned();
        let token = page
            .split("name=\"form_token\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .ok_or_else(|| format!("{path} has no form"))?;
        let mut body = format!("form_token={token}");
        for (name, value) in fields {
            body.push_str(&format!(
                "&{name}={}",
                utf8_percent_encode(value, NON_ALPHANUMERIC)
            ));
        }
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request, Payload::once(body)).await
    }

    async fn signed_in(cast: &Cast) -> Outcome<Self> {
        let word = |name: &str| {
            let pointer = format!("/accounts/person/{name}");
            let found = cast.ready.pointer(&pointer).and_then(Value::as_str);
            found.ok_or("the ready file has no account of a person")
        };
        let mut visitor = Self::new(cast).await?;
        let fields = [("email", word("email")?), ("password", word("password")?)];
        let answer = visitor.press("/sign-in", &fields).await?;
        if answer.status != 303 {
            return Err(format!("signing in: {}", answer.beginning()).into());
        }
        Ok(visitor)
    }
}

/// Each page of the person, again and again.
pub(super) async fn pages(
    cast: &Cast,
    plan: Plan,
    planted: &Planted,
    tell: &mut dyn FnMut(&Value),
) -> Outcome {
    let mut visitor = Visitor::signed_in(cast).await?;
    let mut paths: Vec<String> = [
        "/portal",
        "/portal/data",
        "/portal/files",
        "/portal/looks",
        "/portal/looks?show=others",
        "/portal/looks?show=opened",
        "/portal/looks?show=refused",
        "/portal/looks?before=20000",
        "/portal/sharing",
        "/portal/take",
        "/portal/delete",
        "/account",
    ]
    .map(str::to_owned)
    .into();
    for (kind, record) in &planted.kinds {
        paths.push(format!("/portal/data/{kind}"));
        paths.push(format!("/portal/data/{kind}/{record}"));
    }
    let mut note = Some(planted.note.clone());
    for path in paths {
        let mut times = Times::new()?;
        for _ in 0..plan.looks {
            let asked = Instant::now();
            let answer = visitor.look(&path).await?;
            times.saw(asked.elapsed());
            if answer.status != 200 {
                times.complain(answer.beginning());
            }
        }
        tell(&times.row(&format!("page {path}"), &cast.own, note.take())?);
    }
    Ok(())
}

//! The pages through a router, as a browser without a script sees them: it keeps cookies, follows redirects, and sends what a page's
//! form holds.

mod asking;
mod attacks;
mod flows;
mod walk;
mod words;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::Request;
use http::request::Parts as Head;
use http_body_util::BodyExt;
use tower::ServiceExt;
use web::{App, Doc, Gate, Metrics, Problem, Route, Routes, Site};

use super::*;
use crate::oauth::{Consent, Texts, Want};
use crate::pages::{Pages, Stop, consent, routes, stop};

struct Nobody;

impl Gate for Nobody {
    type Who = Infallible;

    fn admit<'a>(
        &'a self,
        _: &'a Head,
    ) -> Pin<Box<dyn Future<Output = Result<Infallible, Problem>> + Send + 'a>> {
        Box::pin(async { Err(web::unsigned()) })
    }
}

/// A question that holds everything that one can.
fn asked() -> Consent {
    let data = |reads, changes, title: Option<&str>| Want::Data {
        reads,
        changes,
        title: title.map(str::to_owned),
    };
    Consent {
        client: base::AppId::from_bytes([7; 16]),
        app: "Moon & <Diary>".to_owned(),
        contact: "help@moon.example".to_owned(),
        wants: vec![
            (Want::Know, None),
            (Want::Record, None),
            (data(true, false, Some("Cycle days")), None),
            (data(false, true, Some("Sleep")), Some(1)),
            (data(true, true, None), None),
        ],
        purposes: vec![base::Purpose::Patrqt, base::Purpose::Treat],
        stays: true,
        goes_to: "moon.example".to_owned(),
        request: "r1".to_owned(),
        token: "t1".to_owned(),
        texts: Texts::new(),
        form_action: "https://moon.example".to_owned(),
    }
}

fn table(house: &House, tenants: &[&str]) -> Routes<Infallible> {
    let identity = House::identity(&house.db, &house.clock, &house.rng, settings());
    let mut all = routes(Pages {
        identity: Arc::new(identity),
        oauth: house.oauth(),
        home: "/account",
        tenants: tenants.iter().map(|it| it.parse().unwrap()).collect(),
    });
    all.extend(web::assets());
    all.push(Route::page(
        "/consent",
        Doc::page("consent", ""),
        |call| async move { consent(&call.who, &asked()) },
    ));
    for (path, why) in [
        ("/stop/wrong", Stop::Wrong),
        ("/stop/over", Stop::Over),
        ("/stop/signed-out", Stop::SignedOut),
    ] {
        all.push(Route::page(
            path,
            Doc::page("stop", ""),
            move |call| async move {
                let word = "invalid_request";
                stop(
                    &call.who,
                    http::StatusCode::BAD_REQUEST,
                    why,
                    word,
                    "`a` <b>",
                )
            },
        ));
    }
    all
}

fn router(house: &House, tenants: &[&str]) -> Router {
    let app = App {
        gate: Arc::new(Nobody),
        clock: Arc::clone(&house.clock) as _,
        rng: Arc::clone(&house.rng) as _,
        metrics: Arc::new(Metrics::new()),
        site: Arc::new(Site {
            name: "Care & Co".to_owned(),
            form_key: SymmetricKey::from_bytes([9; 32]),
        }),
    };
    app.router(table(house, tenants))
}

/// A browser without a script.
#[derive(Clone)]
struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    lang: &'static str,
    path: String,
    status: u16,
    headers: http::HeaderMap,
    text: String,
}

impl Browser {
    fn new(router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookies: BTreeMap::new(),
            lang: "en",
            path: String::new(),
            status: 0,
            headers: http::HeaderMap::new(),
            text: String::new(),
        }
    }

    async fn ask(&mut self, request: http::request::Builder, body: String) {
        let jar: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request: Request<Body> = request
            .header("host", "records.example")
            .header("accept", "text/html")
            .header("accept-language", self.lang)
            .header(
                "user-agent",
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            )
            .header("cookie", jar.join("; "))
            .body(body.into())
            .unwrap();
        let (head, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        for set in head.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite="] {
                assert!(set.contains(attribute), "{set}");
            }
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{set}");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        self.status = head.status.as_u16();
        self.headers = head.headers;
        let bytes = body.collect().await.unwrap().to_bytes();
        self.text = String::from_utf8(bytes.to_vec()).unwrap();
    }

    /// Go to a page, and on from there.
    async fn go(&mut self, path: &str) -> &mut Self {
        let mut next = path.to_owned();
        for _ in 0..5 {
            self.path.clone_from(&next);
            let request = Request::get(&next).header("sec-fetch-site", "same-origin");
            self.ask(request, String::new()).await;
            match self.headers.get("location") {
                Some(location) if self.status == 303 => {
                    next = location.to_str().unwrap().to_owned();
                }
                _ => return self,
            }
        }
        panic!("round in circles at {next}");
    }

    /// Send the page's form that goes to `action`, with these fields filled in, and go on from there.
    async fn send(&mut self, action: &str, fields: &[(&str, &str)]) -> &mut Self {
        let mut filled = self.form(action);
        for (name, value) in fields {
            let there = self.text.contains(&format!("name=\"{name}\""));
            assert!(there, "{action} has no field {name}: {}", self.text);
            filled.insert((*name).to_owned(), (*value).to_owned());
        }
        self.post(action, &filled).await;
        if self.status == 303 {
            let next = self.headers["location"].to_str().unwrap().to_owned();
            self.go(&next).await;
        }
        self
    }

    async fn post(&mut self, action: &str, fields: &BTreeMap<String, String>) {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let body: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let request = Request::post(action)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        action.clone_into(&mut self.path);
        self.ask(request, body.join("&")).await;
    }

    /// The hidden values of the form that goes to `action`.
    fn form(&self, action: &str) -> BTreeMap<String, String> {
        let start = format!("action=\"{action}\"");
        let (_, rest) = self
            .text
            .split_once(&start)
            .unwrap_or_else(|| panic!("{} has no form to {action}: {}", self.path, self.text));
        let form = rest.split("</form>").next().unwrap();
        form.split("<input ")
            .filter(|input| input.starts_with("type=\"hidden\""))
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect()
    }

    fn sees(&self, text: &str) -> &Self {
        let seen = unescaped(&self.text);
        assert!(
            seen.contains(text),
            "{} ({}) does not say {text}: {}",
            self.path,
            self.status,
            self.text
        );
        self
    }

    fn title(&self) -> String {
        let (_, rest) = self.text.split_once("<h1>").unwrap();
        unescaped(rest.split("</h1>").next().unwrap())
    }

    /// Sign in by a password.
    async fn sign_in(&mut self, email: &str, password: &str) -> &mut Self {
        self.go("/sign-in").await;
        self.send("/sign-in", &[("email", email), ("password", password)])
            .await
    }

    fn session(&self) -> Option<&str> {
        self.cookies.get("__Host-session").map(String::as_str)
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let start = format!("{name}=\"");
    let (_, rest) = tag
        .split_once(&start)
        .unwrap_or_else(|| panic!("no {name}: {tag}"));
    unescaped(rest.split('"').next().unwrap())
}

fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

/// The key that an app's page shows, and what the app makes of it now.
fn app_code(house: &House, page: &str) -> String {
    let (_, rest) = page.split_once("<span class=\"key\">").unwrap();
    let key = rest.split('<').next().unwrap().replace(' ', "");
    crypt::otp::code(&factors::decode(&key), house.now().seconds() / 30)
}

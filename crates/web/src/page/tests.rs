//! The kit through a router: what a browser is told, and which forms count.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use base::{ErrorKind, FixedClock, Instant, SeededRng};
use crypt::SymmetricKey;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;
use crate::words::Words;
use crate::{Answer, App, Doc, Gate, Lang, Metrics, Problem, Route, assets};

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(&[]));

struct Nobody;

impl Gate for Nobody {
    type Who = Infallible;

    fn admit<'a>(
        &'a self,
        _request: &'a Parts,
    ) -> Pin<Box<dyn Future<Output = Result<Infallible, Problem>> + Send + 'a>> {
        Box::pin(async { Err(unsigned()) })
    }
}

struct House {
    router: Router,
    sent: Arc<AtomicUsize>,
}

fn house() -> House {
    house_with_key(7)
}

fn sample(page: Frame, error: Option<String>) -> FormPage {
    FormPage::new(page, "A title".to_owned(), "/sample", "Send".to_owned())
        .lead("A <sentence>.".to_owned())
        .field(
            Field::email("email", "Address".to_owned())
                .hint("A hint".to_owned())
                .value("a\"b")
                .error(error),
        )
        .field(
            Field::password("password", "Password".to_owned(), "current-password").value("hunter2"),
        )
        .field(Field::one_of(
            "one",
            "One of".to_owned(),
            vec![Choice {
                value: "a".to_owned(),
                name: "A".to_owned(),
                hint: None,
            }],
        ))
        .field(Field::tick("tick", "Tick".to_owned()))
        .field(Field::lines("lines", "Lines".to_owned(), 500).optional())
}

fn house_with_key(key: u8) -> House {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let mut routes = vec![
        Route::page("/sample", Doc::page("sample", ""), |call| async move {
            sample(call.who.frame(&WORDS), None).answer()
        }),
        Route::form("/sample", Doc::page("sendSample", ""), move |call, form| {
            count.fetch_add(1, Ordering::Relaxed);
            async move {
                if form.trimmed("email").is_empty() {
                    let wrong = Some("Write an address.".to_owned());
                    return sample(call.who.frame(&WORDS), wrong).answer();
                }
                Ok(Answer::see("/sample")
                    .notice("done")
                    .cookie(&SESSION.set("a-new-session")))
            }
        }),
        Route::page("/closed", Doc::page("closed", ""), |_| async {
            Err(unsigned())
        }),
        Route::page("/key", Doc::page("key", ""), |call| async move {
            let page = call.who.frame(&WORDS);
            PasskeyPage::new(
                page,
                "Key".to_owned(),
                PasskeyAct::Use,
                "{\"rpId\":\"a\"}".to_owned(),
                "/sample",
            )
            .hidden("ticket", "t")
            .answer()
            .map(|answer| answer.leads_to("https://app.test:8443"))
        }),
        Route::page("/broken", Doc::page("broken", ""), |_| async {
            let mut problem = Problem::new(ErrorKind::Internal, "http.panic", "Broken.");
            problem.internal = "what nobody may read".to_owned();
            Err(problem)
        }),
    ];
    routes.extend(assets());
    let app = App {
        gate: Arc::new(Nobody),
        clock: Arc::new(FixedClock::at(Instant::from_micros(1_795_410_120_000_000))),
        rng: Arc::new(SeededRng::new(u64::from(key))),
        metrics: Arc::new(Metrics::new()),
        site: Arc::new(Site {
            name: "Care & Co".to_owned(),
            form_key: SymmetricKey::from_bytes([key; 32]),
        }),
    };
    House {
        router: app.router(routes),
        sent,
    }
}

struct Got {
    status: u16,
    response: Response<()>,
    text: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.response
            .headers()
            .get(name)
            .map_or("", |it| it.to_str().unwrap())
    }

    fn cookies(&self) -> Vec<String> {
        let set = self.response.headers().get_all("set-cookie");
        set.iter()
            .map(|it| it.to_str().unwrap().to_owned())
            .collect()
    }

    fn cookie(&self, name: &str) -> Option<String> {
        let start = format!("{name}=");
        let found = self
            .cookies()
            .into_iter()
            .rev()
            .find(|it| it.starts_with(&start))?;
        Some(found.split(';').next().unwrap().to_owned())
    }

    fn token(&self) -> String {
        let (_, rest) = self
            .text
            .split_once("name=\"form_token\" value=\"")
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

impl House {
    async fn ask(&self, request: http::request::Builder, body: String) -> Got {
        let request: Request<Body> = request
            .header("host", "care.test")
            .body(body.into())
            .unwrap();
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Got {
            status: parts.status.as_u16(),
            response: Response::from_parts(parts, ()),
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    async fn look(&self, path: &str, cookies: &str) -> Got {
        let request = Request::get(path).header("accept", "text/html");
        self.ask(request.header("cookie", cookies), String::new())
            .await
    }

    async fn send(&self, cookies: &str, from: &str, body: String) -> Got {
        let request = Request::post("/sample")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", from)
            .header("cookie", cookies);
        self.ask(request, body).await
    }

    fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn a_page_is_closed_to_everything_but_itself() {
    let house = house();
    for path in ["/sample", "/closed-not-there", "/broken"] {
        let got = house.look(path, "").await;
        let policy = got.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {part}: {policy}");
        }
        assert!(!policy.contains("script-src"), "{path}: no script runs");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(got.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(
            got.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(
            got.header("cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(got.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(got.header("cache-control"), "no-store", "{path}");
        assert!(
            got.header("permissions-policy").contains("camera=()"),
            "{path}"
        );
        assert!(
            !got.text.contains("style=") && !got.text.contains(" onclick"),
            "{path}"
        );
    }
    let key = house.look("/key", "").await;
    let policy = key.header("content-security-policy");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(
        policy.contains("form-action 'self' https://app.test:8443;"),
        "{policy}"
    );
    assert!(
        key.text
            .contains("<script src=\"/assets/passkey.js\" defer></script>")
    );
}

#[tokio::test]
async fn cookies_are_closed_and_set_once() {
    let house = house();
    let first = house.look("/sample", "").await;
    let cookies = first.cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    for attribute in [
        "__Host-visit=",
        "; Path=/",
        "; Secure",
        "; HttpOnly",
        "; SameSite=Lax",
    ] {
        assert!(cookies[0].contains(attribute), "{cookies:?}");
    }
    let again = house
        .look("/sample", &first.cookie("__Host-visit").unwrap())
        .await;
    assert_eq!(again.cookies(), Vec::<String>::new());
    assert_eq!(again.token(), first.token());
    let twice = house
        .look("/sample", "__Host-visit=a; __Host-visit=b")
        .await;
    assert_eq!(twice.status, 400);
}

#[tokio::test]
async fn a_form_counts_only_from_our_page_in_the_same_visit_and_session() {
    let house = house();
    let page = house.look("/sample", "").await;
    let visit = page.cookie("__Host-visit").unwrap();
    let body = |token: &str| format!("form_token={token}&email=a%40b.test");
    let own = body(&page.token());

    let taken = house.send(&visit, "same-origin", own.clone()).await;
    assert_eq!((taken.status, house.sent()), (303, 1), "{}", taken.text);
    assert_eq!(taken.header("location"), "/sample");

    let other = house.look("/sample", "").await;
    let signed_in = format!("{visit}; __Host-session=somebody");
    let in_session = house.look("/sample", &signed_in).await;
    let elsewhere = house_with_key(8).look("/sample", &visit).await;
    assert_ne!(in_session.token(), page.token());
    for (what, cookies, from, body) in [
        ("no token", &*visit, "same-origin", "email=a".to_owned()),
        ("an empty token", &visit, "same-origin", body("")),
        ("a wrong token", &visit, "same-origin", body("AAAA")),
        (
            "another visit's",
            &visit,
            "same-origin",
            body(&other.token()),
        ),
        (
            "another house's",
            &visit,
            "same-origin",
            body(&elsewhere.token()),
        ),
        ("no cookie", "", "same-origin", own.clone()),
        (
            "from before somebody signed in",
            &signed_in,
            "same-origin",
            own.clone(),
        ),
        (
            "of a session that ended",
            &visit,
            "same-origin",
            body(&in_session.token()),
        ),
        (
            "another session's",
            &format!("{visit}; __Host-session=other"),
            "same-origin",
            body(&in_session.token()),
        ),
        ("from elsewhere", &visit, "cross-site", own.clone()),
        ("from a sister site", &visit, "same-site", own.clone()),
    ] {
        let got = house.send(cookies, from, body).await;
        assert_eq!((got.status, house.sent()), (403, 1), "{what}: {}", got.text);
        assert!(got.text.contains("http.form_foreign"), "{what}");
    }
    let twice = format!("{own}&form_token={}", page.token());
    assert_eq!(house.send(&visit, "same-origin", twice).await.status, 400);
    let large = format!("{own}&x={}", "x".repeat(FORM_BYTES_MAX));
    assert_eq!(house.send(&visit, "same-origin", large).await.status, 413);
    let json = Request::post("/sample")
        .header("content-type", "text/plain")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", &visit);
    assert_eq!(house.ask(json, own.clone()).await.status, 403);
    let silent = Request::post("/sample")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", &visit);
    assert_eq!(
        house.ask(silent, own).await.status,
        403,
        "a browser that says nothing"
    );
    assert_eq!(house.sent(), 1);
}

#[tokio::test]
async fn a_mistake_is_told_where_it_is_and_nothing_typed_in_secret_comes_back() {
    let house = house();
    let page = house.look("/sample", "").await;
    let visit = page.cookie("__Host-visit").unwrap();
    let body = format!("form_token={}&email=", page.token());
    let got = house.send(&visit, "same-origin", body).await;
    assert_eq!(got.status, 422);
    for part in [
        "<title>Mistake – A title – Care &#38; Co</title>",
        "<a href=\"#email\">Write an address.</a>",
        "aria-describedby=\"email-hint email-error\" aria-invalid=\"true\"",
        "value=\"a&#34;b\"",
        "A &#60;sentence&#62;.",
    ] {
        assert!(got.text.contains(part), "{part}: {}", got.text);
    }
    assert!(!got.text.contains("hunter2"));
}

#[tokio::test]
async fn the_next_page_says_once_what_was_done() {
    let house = house();
    let page = house.look("/sample", "").await;
    let visit = page.cookie("__Host-visit").unwrap();
    let body = format!("form_token={}&email=a", page.token());
    let taken = house.send(&visit, "same-origin", body).await;
    assert_eq!(
        taken.cookie("__Host-session").as_deref(),
        Some("__Host-session=a-new-session")
    );
    let notice = taken.cookie("__Host-notice").unwrap();
    assert_eq!(notice, "__Host-notice=done");
    let next = house.look("/sample", &format!("{visit}; {notice}")).await;
    assert_eq!(
        next.cookie("__Host-notice").as_deref(),
        Some("__Host-notice=")
    );
    assert!(
        !next.text.contains("class=\"notice\""),
        "a message that is not there is not shown"
    );
}

#[tokio::test]
async fn who_is_not_signed_in_is_asked_to_and_comes_back() {
    let house = house();
    let got = house.look("/closed?x=1", "").await;
    assert_eq!(got.status, 303);
    assert_eq!(got.header("location"), "/sign-in?next=%2Fclosed%3Fx%3D1");
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_the_readers_language() {
    let house = house();
    for lang in Lang::ALL {
        let kept = format!("__Host-lang={}", lang.code());
        for path in ["/broken", "/nothing/there"] {
            let got = house.look(path, &kept).await;
            assert!(matches!(got.status, 404 | 500));
            assert!(
                got.text
                    .contains(&format!("<html lang=\"{}\">", lang.code())),
                "{}",
                got.text
            );
            assert!(!got.text.contains("what nobody may read"));
            assert!(
                !got.text.contains("error-"),
                "a message is missing: {}",
                got.text
            );
        }
    }
    let linked = house.look("/sample?lang=it", "__Host-lang=sv").await;
    assert!(linked.text.contains("<html lang=\"it\">"));
    assert_eq!(
        linked.cookie("__Host-lang").as_deref(),
        Some("__Host-lang=it")
    );
    let api = house.ask(Request::get("/nothing"), String::new()).await;
    assert_eq!(api.header("content-type"), "application/problem+json");
    let api = house.look("/v1/nothing", "").await;
    assert_eq!(api.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn the_language_is_chosen_by_a_form() {
    let house = house();
    let page = house.look("/sample?x=1", "").await;
    assert!(page.text.contains("name=\"back\" value=\"/sample?x=1\""));
    let visit = page.cookie("__Host-visit").unwrap();
    for (lang, back, cookie, location) in [
        ("de", "%2Fsample", Some("__Host-lang=de"), "/sample"),
        ("xx", "%2Fsample", None, "/sample"),
        ("fr", "https%3A%2F%2Fevil.test", Some("__Host-lang=fr"), "/"),
    ] {
        let request = Request::post("/language")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", &visit);
        let body = format!("form_token={}&lang={lang}&back={back}", page.token());
        let got = house.ask(request, body).await;
        assert_eq!((got.status, got.header("location")), (303, location));
        assert_eq!(got.cookie("__Host-lang").as_deref(), cookie);
    }
}

//! Who fails to prove which app it is: counted, slowed, in the log; and never in the way of the app itself.

use http::Method;
use serde_json::Value;

use crate::api::{ACME, BACK, Client, House, on_each_engine, settings};
use crate::client::jwt_settings;
use crate::tools::{Wallet, basic, challenge, request, with};

const HERE: (&str, &str) = ("x-from", "198.51.100.7");
const THERE: (&str, &str) = ("x-from", "198.51.100.8");

fn impostor(app: &Client) -> String {
    let secret = "x".repeat(app.secret.len());
    basic(&Client { id: app.id, secret })
}

async fn ask(
    house: &House,
    path: &str,
    authorization: &str,
    from: (&str, &str),
) -> (u16, Option<u64>) {
    let form = [("grant_type", "client_credentials"), ("token", "sra_x")];
    let headers = [("authorization", authorization), from];
    let got = house.post(path, &form, &headers).await;
    let wait = got.headers.get("retry-after");
    let wait = wait.map(|it| it.to_str().unwrap().parse().unwrap());
    if got.status != 200 {
        assert_eq!(got.error(), "invalid_client", "{}", got.text);
    }
    (got.status, wait)
}

fn denied(entries: &[Value]) -> usize {
    let of = |it: &&Value| it["outcome"] == "denied" && it["code"] == "oauth.invalid_client";
    entries.iter().filter(of).count()
}

#[tokio::test]
async fn whoever_fails_waits_and_the_app_does_not() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let (right, wrong) = (basic(&app), impostor(&app));
        let token = "/oauth2/token";
        let before = house.log_size(ACME).await;
        for _ in 0..10 {
            assert_eq!(ask(&house, token, &wrong, HERE).await, (401, None));
        }
        let (status, wait) = ask(&house, token, &wrong, HERE).await;
        assert_eq!(status, 429);
        assert!((1..=2).contains(&wait.unwrap()));
        assert_eq!(denied(&house.entries(ACME, before).await), 10, "each once");

        // The app is let in from there all the same, and others are not slowed.
        assert_eq!(ask(&house, token, &right, HERE).await.0, 200);
        assert_eq!(ask(&house, token, &right, THERE).await.0, 200);
        assert_eq!(ask(&house, token, &wrong, THERE).await.0, 401);

        // The pause doubles, up to a quarter of an hour.
        let mut longest = 0;
        for _ in 0..12 {
            house.pass(longest + 2);
            assert_eq!(ask(&house, token, &wrong, HERE).await.0, 401);
            let (status, wait) = ask(&house, token, &wrong, HERE).await;
            assert_eq!(status, 429);
            assert!(wait.unwrap() >= longest);
            longest = wait.unwrap();
        }
        assert_eq!(longest, 901);
        assert_eq!(ask(&house, token, &right, HERE).await.0, 200);
    })
    .await;
}

#[tokio::test]
async fn every_endpoint_counts_for_all() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let wrong = impostor(&app);
        let paths = [
            ("/oauth2/token", "oauth.token"),
            ("/oauth2/introspect", "oauth.introspect"),
            ("/oauth2/revoke", "oauth.revoke"),
            ("/oauth2/par", "oauth.authorize"),
        ];
        for (path, action) in paths {
            for _ in 0..2 {
                assert_eq!(ask(&house, path, &wrong, HERE).await, (401, None), "{path}");
                let last = house.last(ACME).await;
                assert_eq!(last, (action.to_owned(), "denied".to_owned()));
            }
        }
        for (path, _) in &paths[..2] {
            assert_eq!(ask(&house, path, &wrong, HERE).await.0, 401);
        }
        for (path, _) in paths {
            assert_eq!(ask(&house, path, &wrong, HERE).await.0, 429, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn many_names_from_one_address_are_one_guesser() {
    on_each_engine(async |house| {
        let before = house.log_size("operator").await;
        let mut refused = 0;
        for number in 0..60 {
            let id = format!("00000000-0000-4000-8000-0000000000{number:02}");
            let authorization = format!(
                "Basic {}",
                base64::Engine::encode(
                    &base64::engine::general_purpose::STANDARD,
                    format!("{id}:x")
                )
            );
            let (status, _) = ask(&house, "/oauth2/token", &authorization, HERE).await;
            refused += usize::from(status == 401);
        }
        assert_eq!(refused, 50);
        let entries = house.entries("operator", before).await;
        assert_eq!(denied(&entries), 50, "in the installation's own log");
        assert!(entries.iter().all(|it| it.get("subject").is_none()));
        // Nothing that names nobody is slowed elsewhere.
        let app = house.app(&settings()).await;
        assert_eq!(
            ask(&house, "/oauth2/token", &basic(&app), HERE).await.0,
            200
        );
    })
    .await;
}

#[tokio::test]
async fn a_request_that_names_no_app_is_in_the_log() {
    on_each_engine(async |house| {
        for path in [
            "/oauth2/authorize?client_id=00000000-0000-4000-8000-000000000000",
            "/oauth2/authorize?client_id=thistle",
            "/oauth2/authorize",
        ] {
            let got = house.ask(Method::GET, path, &[HERE], String::new()).await;
            assert_eq!(got.status, 400, "{}", got.text);
            let last = house.last("operator").await;
            assert_eq!(last, ("oauth.authorize".to_owned(), "denied".to_owned()));
        }
        let before = house.log_size("operator").await;
        for _ in 0..60 {
            let path = "/oauth2/authorize?client_id=thistle";
            let got = house.ask(Method::GET, path, &[HERE], String::new()).await;
            assert_eq!(got.status, 400);
        }
        let filled = house.log_size("operator").await - before;
        assert!(filled < 50, "nobody fills the log: {filled}");
    })
    .await;
}

/// Every attack that is refused stands in the log of the app's tenant, with why.
#[tokio::test]
async fn each_refused_attack_is_in_the_log() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let wallet = Wallet::new();
        let by_key = house.app(&jwt_settings(&wallet)).await;
        house.sign_in(ACME, "ada");
        let since = async |before: u64| {
            let entries = house.entries(ACME, before).await;
            let of = |it: &Value| {
                let text = |name: &str| it[name].as_str().unwrap_or("").to_owned();
                (text("action"), text("outcome"), text("code"))
            };
            entries.iter().map(of).collect::<Vec<_>>()
        };
        let denied = |action: &str, code: &str| {
            let text = |text: &str| text.to_owned();
            vec![(text(action), text("denied"), text(code))]
        };
        let size = async || house.log_size(ACME).await;

        let before = size().await;
        let elsewhere = with(&app, &[("redirect_uri", "https://evil.test/cb")]);
        assert_eq!(house.arrive(&elsewhere, Some("ada")).await.status, 400);
        let expected = denied("oauth.authorize", "oauth.invalid_request");
        assert_eq!(since(before).await, expected, "another redirect_uri");

        let before = size().await;
        for changes in [
            [("code_challenge_method", "plain")],
            [("code_challenge", "")],
        ] {
            let got = house.arrive(&with(&app, &changes), Some("ada")).await;
            assert!(got.back().contains_key("error"));
        }
        let one = denied("oauth.authorize", "oauth.invalid_request");
        let expected = [one.clone(), one].concat();
        assert_eq!(since(before).await, expected, "PKCE is not talked down");

        let code = house.code(&request(&app), "ada").await;
        let before = size().await;
        let verifier = "y".repeat(43);
        let changes = [("code_verifier", verifier.as_str())];
        let got = house.exchange_with(&app, &code, &changes, &[]).await;
        assert_eq!(got.error(), "invalid_grant");
        let expected = denied("oauth.token", "oauth.invalid_grant");
        assert_eq!(since(before).await, expected, "another verifier");

        assert_eq!(house.exchange(&app, &code).await.status, 200);
        let before = size().await;
        assert_eq!(house.exchange(&app, &code).await.error(), "invalid_grant");
        let mut all = since(before).await;
        assert_eq!(all.remove(0).0, "oauth.reuse");
        assert_eq!(all, expected, "a code that comes again");

        // One assertion, at each endpoint, and again at each.
        let assertion = wallet.assertion(&by_key, house.seconds());
        let form = [
            ("grant_type", "client_credentials"),
            ("token", "sra_x"),
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("scope", "openid"),
            ("code_challenge", &challenge()),
            ("code_challenge_method", "S256"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &assertion),
        ];
        assert_eq!(house.post("/oauth2/token", &form, &[]).await.status, 200);
        for (path, action) in [
            ("/oauth2/token", "oauth.token"),
            ("/oauth2/introspect", "oauth.introspect"),
            ("/oauth2/revoke", "oauth.revoke"),
            ("/oauth2/par", "oauth.authorize"),
        ] {
            let before = size().await;
            let got = house.post(path, &form, &[]).await;
            assert!(matches!(got.status, 400 | 401), "{path}: {}", got.text);
            let all = since(before).await;
            assert_eq!(all.len(), 1, "{path}: {all:?}");
            assert_eq!((all[0].0.as_str(), all[0].1.as_str()), (action, "denied"));
        }

        // A proof that comes again.
        let proof = wallet.proof("/oauth2/token", house.seconds());
        let form = [("grant_type", "client_credentials")];
        let authorization = basic(&app);
        let headers = [("authorization", authorization.as_str()), ("dpop", &proof)];
        let got = house.post("/oauth2/token", &form, &headers).await;
        assert_eq!(got.status, 200, "{}", got.text);
        let before = size().await;
        let got = house.post("/oauth2/token", &form, &headers).await;
        assert_eq!(got.status, 400, "{}", got.text);
        assert_eq!(since(before).await[0].1, "denied");
    })
    .await;
}

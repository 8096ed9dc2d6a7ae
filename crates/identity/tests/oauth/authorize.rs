//! The authorization endpoint and the person's answer.

use base64::Engine as _;

use identity::oauth::AppSettings;

use crate::api::{ACME, BACK, House, ISSUER, OTHER, on_each_engine, settings};
use crate::tools::{STATE, challenge, request, with};

#[tokio::test]
async fn a_person_is_asked_in_plain_words_and_says_yes() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let page = house.arrive(&request(&app), Some("ada")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        for words in [
            "Lantern &#60;Diary&#62;",
            "read everything that is kept about you",
            "to care for you",
            "while you are away",
            "app.test",
            "hello@app.test",
        ] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(
            policy.contains("form-action 'self' https://app.test;"),
            "{policy}"
        );
        assert_eq!(page.header("cache-control"), "no-store");

        let said = house.say(&page, "allow", "ada").await;
        let back = said.back();
        assert!(said.header("location").starts_with(&format!("{BACK}&")));
        assert_eq!(back["from"], "strongroom");
        assert_eq!(back["state"], STATE);
        assert_eq!(back["iss"], ISSUER);
        assert_eq!(back["code"].len(), 43);
        assert_eq!(
            house.last(ACME).await,
            ("oauth.authorize".into(), "ok".into())
        );

        let again = house.say(&page, "allow", "ada").await;
        assert_eq!(again.status, 400, "a question is answered once");
    })
    .await;
}

#[tokio::test]
async fn no_is_as_easy_as_yes() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let page = house.arrive(&request(&app), Some("ada")).await;
        let back = house.say(&page, "refuse", "ada").await.back();
        assert_eq!(back["error"], "access_denied");
        assert_eq!(back["state"], STATE);
        assert_eq!(back["iss"], ISSUER);
        assert!(!back.contains_key("code"));
        assert_eq!(
            house.last(ACME).await,
            ("oauth.authorize".into(), "denied".into())
        );
        let page = house.arrive(&request(&app), Some("ada")).await;
        assert_eq!(page.status, 200, "and is not remembered as a yes");
    })
    .await;
}

#[tokio::test]
async fn who_is_not_signed_in_signs_in_and_comes_back() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let got = house.arrive(&request(&app), None).await;
        let next = got.back()["next"].clone();
        assert!(got.header("location").starts_with("/sign-in?next="));
        assert!(
            next.starts_with(&format!("/oauth2/authorize?client_id={}", app.id)),
            "{next}"
        );
        house.pass(300);
        house.sign_in(ACME, "ada");
        let page = house.get(&next, &[("x-account", "ada")]).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(
            house
                .say(&page, "allow", "ada")
                .await
                .back()
                .contains_key("code")
        );
        let again = house.get(&next, &[("x-account", "ada")]).await;
        assert_eq!(again.status, 400, "it was answered");
    })
    .await;
}

#[tokio::test]
async fn an_app_that_proves_itself_is_remembered_and_one_that_cannot_is_not() {
    on_each_engine(async |house| {
        house.sign_in(ACME, "ada");
        let known = house.app(&settings()).await;
        house.code(&request(&known), "ada").await;
        let back = house.arrive(&request(&known), Some("ada")).await.back();
        assert!(back.contains_key("code"), "{back:?}");
        let more = with(
            &known,
            &[("scope", "openid patient/*.rs patient/cycle-day.cruds")],
        );
        assert_eq!(
            house.arrive(&more, Some("ada")).await.status,
            200,
            "more than before is asked for"
        );
        let asked = with(&known, &[("prompt", "consent")]);
        assert_eq!(house.arrive(&asked, Some("ada")).await.status, 200);
        house.sign_in(ACME, "bo");
        assert_eq!(house.arrive(&request(&known), Some("bo")).await.status, 200);

        let public = house.app(&public()).await;
        house.code(&request(&public), "ada").await;
        assert_eq!(
            house.arrive(&request(&public), Some("ada")).await.status,
            200
        );
    })
    .await;
}

fn public() -> AppSettings {
    crate::api::public()
}

#[tokio::test]
async fn prompt_none_shows_no_page() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let quiet = with(&app, &[("prompt", "none")]);
        let back = house.arrive(&quiet, None).await.back();
        assert_eq!(back["error"], "login_required");
        house.sign_in(ACME, "ada");
        let back = house.arrive(&quiet, Some("ada")).await.back();
        assert_eq!(back["error"], "consent_required");
        house.code(&request(&app), "ada").await;
        let back = house.arrive(&quiet, Some("ada")).await.back();
        assert!(back.contains_key("code"), "{back:?}");
        house.pass(100);
        let back = with(&app, &[("prompt", "none"), ("max_age", "10")]);
        let back = house.arrive(&back, Some("ada")).await.back();
        assert_eq!(back["error"], "login_required");
        let both = with(&app, &[("prompt", "none login")]);
        let back = house.arrive(&both, Some("ada")).await.back();
        assert_eq!(back["error"], "invalid_request");
    })
    .await;
}

#[tokio::test]
async fn a_fresh_sign_in_can_be_asked_for() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        house.code(&request(&app), "ada").await;
        house.pass(20);
        for (change, anew) in [
            (("max_age", "10000"), false),
            (("max_age", "1"), true),
            (("max_age", "0"), true),
            (("prompt", "login"), true),
        ] {
            let got = house.arrive(&with(&app, &[change]), Some("ada")).await;
            let signs_in = got.header("location").starts_with("/account/confirm");
            assert_eq!(signs_in, anew, "{change:?}: {}", got.header("location"));
            if anew {
                assert!(got.header("location").ends_with("&anew=1"));
                let next = got.back()["next"].clone();
                let again = house.get(&next, &[("x-account", "ada")]).await;
                assert!(
                    again.header("location").starts_with("/account/confirm"),
                    "the old session is not enough"
                );
                house.pass(2);
                house.sign_in(ACME, "ada");
                let back = house.get(&next, &[("x-account", "ada")]).await.back();
                assert!(back.contains_key("code"), "{change:?}: {back:?}");
                house.pass(20);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_by_post() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let params = request(&app);
        let form: Vec<_> = params
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let sent = house
            .post("/oauth2/authorize", &form, &[("x-account", "ada")])
            .await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        // The question has an address of its own, and may be loaded again.
        for _ in 0..2 {
            let page = house
                .get(sent.header("location"), &[("x-account", "ada")])
                .await;
            assert_eq!(page.status, 200, "{}", page.text);
            assert!(!page.hidden("token").is_empty());
        }
    })
    .await;
}

/// Whatever is wrong with the app or its address is shown on a page of ours: nobody is sent to an address that is not the app's.
#[tokio::test]
async fn nobody_is_sent_where_the_app_did_not_say() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let other = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        for redirect in [
            "",
            "https://app.test/cb",
            "https://app.test/cb?from=strongroom&",
            "https://app.test/cb?from=strongroom#x",
            "https://app.test/CB?from=strongroom",
            "https://app.test:443/cb?from=strongroom",
            "https://app.test.evil.test/cb?from=strongroom",
            "https://app.test@evil.test/cb?from=strongroom",
            "https://app.test/cb/../evil?from=strongroom",
            "https://app.test/cb%2f?from=strongroom",
            "http://app.test/cb?from=strongroom",
            "https://evil.test/",
            "//app.test/cb?from=strongroom",
            "javascript:alert(1)",
            "data:text/html,x",
        ] {
            let got = house
                .arrive(&with(&app, &[("redirect_uri", redirect)]), Some("ada"))
                .await;
            assert_eq!(got.status, 400, "{redirect}: {}", got.header("location"));
            assert!(got.header("location").is_empty(), "{redirect}");
            // The address that was asked for stands in the field that a change of language comes back by, and nothing leads there.
            for attribute in ["href=\"", "action=\"", "src=\""] {
                for (at, _) in got.text.match_indices(attribute) {
                    let value = &got.text[at + attribute.len()..];
                    let ours = value.starts_with(['/', '#']) && !value.starts_with("//");
                    assert!(ours, "{redirect}: {}", &got.text[at..at + 40]);
                }
            }
        }
        let mut twice = request(&app);
        twice.push(("redirect_uri".into(), "https://evil.test/".into()));
        assert_eq!(house.arrive(&twice, Some("ada")).await.status, 400);
        let mut twice = request(&app);
        twice.push(("client_id".into(), other.id.to_string()));
        assert_eq!(house.arrive(&twice, Some("ada")).await.status, 400);
        for id in ["", "x", "00000000-0000-4000-8000-000000000000"] {
            let got = house
                .arrive(&with(&app, &[("client_id", id)]), Some("ada"))
                .await;
            assert_eq!(got.status, 400, "{id}");
        }
        house
            .oauth
            .stop_app(&house.staff(ACME, "dev"), app.id)
            .await
            .unwrap();
        house.pass(2);
        assert_eq!(house.arrive(&request(&app), Some("ada")).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_told_to_the_app() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let long = "x".repeat(5_000);
        for (name, value, error) in [
            ("response_type", "", "invalid_request"),
            ("response_type", "token", "unsupported_response_type"),
            (
                "response_type",
                "code id_token",
                "unsupported_response_type",
            ),
            ("response_mode", "fragment", "invalid_request"),
            ("response_mode", "form_post", "invalid_request"),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge", "short", "invalid_request"),
            (
                "code_challenge",
                &format!("{}=", &challenge()[..42]),
                "invalid_request",
            ),
            ("code_challenge_method", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("code_challenge_method", "s256", "invalid_request"),
            ("scope", "", "invalid_scope"),
            ("scope", "nothing we know", "invalid_scope"),
            ("scope", "openid system/*.rs", "invalid_scope"),
            ("scope", "openid patient/*.cruds", "invalid_scope"),
            ("scope", "patient/*.rs purpose/HRESCH", "invalid_scope"),
            (
                "request",
                "eyJhbGciOiJub25lIn0.e30.",
                "request_not_supported",
            ),
            ("registration", "{}", "registration_not_supported"),
            ("max_age", "-1", "invalid_request"),
            ("max_age", "soon", "invalid_request"),
            ("nonce", &long, "invalid_request"),
        ] {
            let got = house
                .arrive(&with(&app, &[(name, value)]), Some("ada"))
                .await;
            let back = got.back();
            assert_eq!(back["error"], error, "{name}={value}");
            assert_eq!(back["state"], STATE, "{name}={value}");
            assert_eq!(back["iss"], ISSUER, "{name}={value}");
            assert_eq!(
                house.last(ACME).await,
                ("oauth.authorize".into(), "denied".into()),
                "{name}={value}"
            );
        }
        let mut twice = request(&app);
        twice.push(("nonce".into(), "another".into()));
        assert_eq!(
            house.arrive(&twice, Some("ada")).await.back()["error"],
            "invalid_request"
        );
        let mut twice = request(&app);
        twice.push(("state".into(), "another".into()));
        let back = house.arrive(&twice, Some("ada")).await.back();
        assert_eq!(back["error"], "invalid_request");
        assert!(!back.contains_key("state"), "which of the two?");
    })
    .await;
}

#[tokio::test]
async fn what_is_unknown_or_long_or_missing_but_harmless_is_no_mistake() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let long = "s".repeat(1_000);
        for change in [
            ("state", ""),
            ("state", long.as_str()),
            ("nonce", ""),
            (
                "nonce",
                "nonce-of-64-characters-nonce-of-64-characters-nonce-of-64-charac",
            ),
            ("surprise", "yes"),
            ("display", "page"),
            ("ui_locales", "se"),
            ("claims_locales", "se"),
            ("acr_values", "1 2"),
            ("login_hint", "ada@home.test"),
            ("id_token_hint", "eyJ"),
            ("scope", "patient/*.rs email address openid"),
        ] {
            let got = house.arrive(&with(&app, &[change]), Some("ada")).await;
            let fine = got.status == 200 || got.back().contains_key("code");
            assert!(fine, "{change:?}: {} {}", got.status, got.text);
            if got.status == 200 {
                let back = house.say(&got, "allow", "ada").await.back();
                let state = back.get("state").map(String::as_str);
                let sent = match change {
                    ("state", "") => None,
                    ("state", long) => Some(long),
                    _ => Some(STATE),
                };
                assert_eq!(state, sent, "{change:?}");
            }
        }
    })
    .await;
}

/// The page's answer counts only from the session that it was shown to.
#[tokio::test]
async fn nobody_answers_for_somebody_else() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        house.sign_in(ACME, "mallory");
        let page = house.arrive(&request(&app), Some("mallory")).await;
        let lured = house.say(&page, "allow", "ada").await;
        assert_eq!(lured.status, 403, "{}", lured.text);
        assert_eq!(
            house.last(ACME).await,
            ("oauth.authorize".into(), "denied".into())
        );
        house.change("mallory", |account| account.session = b"another".to_vec());
        let other_session = house.say(&page, "allow", "mallory").await;
        assert_eq!(other_session.status, 403, "{}", other_session.text);
        for token in ["", "x", &page.hidden("token")[1..]] {
            let form = [
                ("request", page.hidden("request")),
                ("token", token.to_owned()),
                ("answer", "allow".to_owned()),
            ];
            let form: Vec<_> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let got = house
                .post("/oauth2/consent", &form, &[("x-account", "mallory")])
                .await;
            assert_eq!(got.status, 403, "{token}");
        }
        let nobody = house.post("/oauth2/consent", &[], &[]).await;
        assert_eq!(nobody.status, 400);
    })
    .await;
}

#[tokio::test]
async fn the_other_tenants_people_are_nobody_here() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(OTHER, "olga");
        let size = house.log_size(OTHER).await;
        let got = house.arrive(&request(&app), Some("olga")).await;
        assert_eq!(got.status, 403, "{}", got.text);
        assert_eq!(house.log_size(OTHER).await, size);

        house.sign_in(ACME, "ada");
        let page = house.arrive(&request(&app), Some("ada")).await;
        let said = house.say(&page, "allow", "olga").await;
        assert_eq!(said.status, 403, "{}", said.text);
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_nobodys_gives_nobodys_data() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "clerk");
        house.change("clerk", |account| {
            account.person = None;
            account.staff = true;
        });
        let back = house.arrive(&request(&app), Some("clerk")).await.back();
        assert_eq!(back["error"], "access_denied");
        let page = house
            .arrive(&with(&app, &[("scope", "openid")]), Some("clerk"))
            .await;
        assert_eq!(page.status, 200, "signing in is about the account alone");
    })
    .await;
}

/// A challenge in base64 with padding, or with other characters, is none.
#[test]
fn the_challenge_of_the_tests_is_one() {
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(challenge())
        .unwrap();
    assert_eq!(bytes.len(), 32);
}

/// What waits for an answer is sealed, and so are codes: whoever reads the database learns neither.
#[tokio::test]
async fn what_waits_lies_sealed() {
    on_each_engine(async |house: House| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let code = house.code(&request(&app), "ada").await;
        house
            .arrive(&with(&app, &[("login_hint", "ada@home.test")]), None)
            .await;
        let Some(folder) = house.db.folder() else {
            return;
        };
        for entry in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            let holds = |needle: &str| {
                bytes
                    .windows(needle.len())
                    .any(|it| it == needle.as_bytes())
            };
            for secret in [
                code.as_str(),
                &app.secret,
                STATE,
                "n-0S6_WzA2Mj",
                "ada@home.test",
                "hello@app.test",
                "Lantern",
            ] {
                assert!(!holds(secret), "{secret} lies in clear");
            }
            // The search can find: what is not secret is there.
        }
        let all: Vec<u8> = std::fs::read_dir(folder)
            .unwrap()
            .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .collect();
        assert!(all.windows(19).any(|it| it == b"client_secret_basic"));
    })
    .await;
}

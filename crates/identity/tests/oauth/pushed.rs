//! Pushed requests (RFC 9126) and the strict profile (FAPI 2.0).

use identity::oauth::{AppSettings, Profile};

use crate::api::{ACME, Client, Got, House, OTHER, on_each_engine, settings};
use crate::client::jwt_settings;
use crate::tools::{STATE, VERIFIER, Wallet, basic, request, with};

const KIND: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);

async fn push(house: &House, client: &Client, params: &[(String, String)]) -> Got {
    let form: Vec<_> = params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    house
        .post("/oauth2/par", &form, &[("authorization", &basic(client))])
        .await
}

fn uri(client: &Client, got: &Got) -> Vec<(String, String)> {
    assert_eq!(got.status, 201, "{}", got.text);
    assert_eq!(got.json()["expires_in"], 60);
    assert_eq!(got.header("cache-control"), "no-store");
    vec![
        ("client_id".into(), client.id.to_string()),
        ("request_uri".into(), got.field("request_uri")),
    ]
}

#[tokio::test]
async fn a_pushed_request_is_answered_once() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let pushed = push(&house, &app, &request(&app)).await;
        let params = uri(&app, &pushed);
        // Looking at it twice before the answer is no second use.
        assert_eq!(house.arrive(&params, None).await.status, 303);
        house.pass(120);
        let page = house.arrive(&params, Some("ada")).await;
        assert_eq!(page.status, 200, "who came in time has time: {}", page.text);
        let back = house.say(&page, "allow", "ada").await.back();
        assert_eq!(back["state"], STATE);
        let code = &back["code"];
        assert_eq!(house.exchange(&app, code).await.status, 200);
        let again = house.arrive(&params, Some("ada")).await;
        assert_eq!(again.status, 400, "{}", again.text);
    })
    .await;
}

#[tokio::test]
async fn a_pushed_request_is_one_apps_and_short_lived() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let stranger = house.app(&settings()).await;
        let elsewhere = house.app_of(OTHER, &settings()).await;
        house.sign_in(ACME, "ada");
        let pushed = push(&house, &app, &request(&app)).await;
        let uri = pushed.field("request_uri");
        for who in [&stranger, &elsewhere] {
            let params = vec![
                ("client_id".to_owned(), who.id.to_string()),
                ("request_uri".to_owned(), uri.clone()),
            ];
            assert_eq!(house.arrive(&params, Some("ada")).await.status, 400);
        }
        for uri in [
            "x",
            "urn:ietf:params:oauth:request_uri:",
            "https://app.test/r",
        ] {
            let params = vec![
                ("client_id".to_owned(), app.id.to_string()),
                ("request_uri".to_owned(), uri.to_owned()),
            ];
            assert_eq!(
                house.arrive(&params, Some("ada")).await.status,
                400,
                "{uri}"
            );
        }
        house.pass(60);
        let params = vec![
            ("client_id".to_owned(), app.id.to_string()),
            ("request_uri".to_owned(), uri),
        ];
        assert_eq!(
            house.arrive(&params, Some("ada")).await.status,
            400,
            "too old"
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_request_is_refused_where_it_is_pushed() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        for (name, value, error) in [
            ("redirect_uri", "https://evil.test/", "invalid_request"),
            ("redirect_uri", "", "invalid_request"),
            (
                "request_uri",
                "urn:ietf:params:oauth:request_uri:x",
                "invalid_request",
            ),
            ("response_type", "token", "unsupported_response_type"),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("scope", "patient/*.cruds", "invalid_scope"),
            ("request", "eyJ", "request_not_supported"),
            (
                "client_id",
                "00000000-0000-4000-8000-000000000000",
                "invalid_request",
            ),
        ] {
            let got = push(&house, &app, &with(&app, &[(name, value)])).await;
            assert_eq!(
                (got.status, got.error().as_str()),
                (400, error),
                "{name}={value}"
            );
        }
        let mut twice = request(&app);
        twice.push(("state".into(), "again".into()));
        assert_eq!(push(&house, &app, &twice).await.error(), "invalid_request");
        assert_eq!(house.get("/oauth2/par", &[]).await.status, 405);
        let nobody = house.post("/oauth2/par", &[("client_id", "x")], &[]).await;
        assert_eq!(
            (nobody.status, nobody.error()),
            (401, "invalid_client".into())
        );
    })
    .await;
}

/// A whole way of FAPI 2.0: pushed, signed, bound; and each part left out.
#[tokio::test]
async fn the_strict_profile_takes_nothing_less() {
    on_each_engine(async |house| {
        let (identity, wallet) = (Wallet::new(), Wallet::new());
        let strict = AppSettings {
            profile: Profile::Strict,
            ..jwt_settings(&identity)
        };
        let app = house.app(&strict).await;
        house.sign_in(ACME, "ada");
        let bare = house.arrive(&request(&app), Some("ada")).await.back();
        assert_eq!(bare["error"], "invalid_request", "not pushed");
        let prove = |path: &str, nonce: Option<&str>| {
            let mut claims = Wallet::proof_claims("POST", path, house.seconds());
            if let Some(nonce) = nonce {
                claims["nonce"] = nonce.into();
            }
            wallet.jws(&wallet.proof_head(), &claims)
        };
        let ask = async |path: &str, form: &[(&str, &str)], proof: Option<&str>| {
            let assertion = identity.assertion(&app, house.seconds());
            let mut all = vec![KIND, ("client_assertion", assertion.as_str())];
            all.extend_from_slice(form);
            let headers: Vec<_> = proof.iter().map(|proof| ("dpop", *proof)).collect();
            house.post(path, &all, &headers).await
        };
        let params = request(&app);
        let form: Vec<_> = params
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();

        let got = ask("/oauth2/par", &form, Some(&prove("/oauth2/par", None))).await;
        assert_eq!(got.error(), "use_dpop_nonce");
        let nonce = got.header("dpop-nonce").to_owned();
        let elsewhere = prove("/oauth2/token", Some(&nonce));
        let got = ask("/oauth2/par", &form, Some(&elsewhere)).await;
        assert_eq!(got.error(), "invalid_dpop_proof");
        let mut other = form.clone();
        let jkt = Wallet::new().jkt();
        other.push(("dpop_jkt", &jkt));
        let got = ask(
            "/oauth2/par",
            &other,
            Some(&prove("/oauth2/par", Some(&nonce))),
        )
        .await;
        assert_eq!(got.error(), "invalid_dpop_proof", "another key than named");
        let pushed = ask(
            "/oauth2/par",
            &form,
            Some(&prove("/oauth2/par", Some(&nonce))),
        )
        .await;
        let page = house.arrive(&uri(&app, &pushed), Some("ada")).await;
        let code = house.say(&page, "allow", "ada").await.back()["code"].clone();

        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", crate::api::BACK),
            ("code_verifier", VERIFIER),
        ];
        let got = ask("/oauth2/token", &form, None).await;
        assert_eq!(got.error(), "invalid_dpop_proof", "not bound");
        let thief = Wallet::new();
        let mut claims = Wallet::proof_claims("POST", "/oauth2/token", house.seconds());
        claims["nonce"] = nonce.as_str().into();
        let stolen = thief.jws(&thief.proof_head(), &claims);
        let got = ask("/oauth2/token", &form, Some(&stolen)).await;
        assert_eq!(
            got.error(),
            "invalid_dpop_proof",
            "another key than pushed with"
        );
        let got = ask(
            "/oauth2/token",
            &form,
            Some(&prove("/oauth2/token", Some(&nonce))),
        )
        .await;
        assert_eq!(got.status, 200, "{}", got.text);
        assert_eq!(got.json()["token_type"], "DPoP");

        // No rotation: the same token, as often as needed, and nothing that looks like theft.
        let first = got.field("refresh_token");
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", first.as_str()),
        ];
        for _ in 0..3 {
            let got = ask(
                "/oauth2/token",
                &form,
                Some(&prove("/oauth2/token", Some(&nonce))),
            )
            .await;
            assert_eq!(got.status, 200, "{}", got.text);
            assert_eq!(got.field("refresh_token"), first);
        }
    })
    .await;
}

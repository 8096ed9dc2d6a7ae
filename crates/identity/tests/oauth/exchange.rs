//! A code for tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::oauth::jose::{Jws, PublicKey};
use identity::oauth::{AppSettings, GrantType, TokenForm};
use serde_json::Value;

use crate::api::{ACME, BACK, ISSUER, OTHER, on_each_engine, public, settings};
use crate::tools::{VERIFIER, request, with};

#[tokio::test]
async fn a_code_gives_tokens_once() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        house.pass(5);
        let code = house.code(&request(&app), "ada").await;
        let got = house.exchange(&app, &code).await;
        assert_eq!(got.status, 200, "{}", got.text);
        assert_eq!(got.header("cache-control"), "no-store");
        assert_eq!(got.header("pragma"), "no-cache");
        let body = got.json();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 900);
        assert_eq!(body["scope"], "openid offline_access patient/*.rs");
        assert!(body["person"].is_string());
        assert!(got.field("access_token").starts_with("sra_"));
        assert!(got.field("refresh_token").starts_with("srr_"));
        assert_eq!(house.last(ACME).await, ("oauth.token".into(), "ok".into()));
        assert!(house.lets_in(&got.field("access_token")).await);

        let again = house.exchange(&app, &code).await;
        assert_eq!((again.status, again.error()), (400, "invalid_grant".into()));
        let entries = house.entries(ACME, 0).await;
        let reuse = entries.iter().filter(|it| it["action"] == "oauth.reuse");
        assert_eq!(reuse.count(), 1, "the log knows");
        let open = store::jobs::State::Open;
        let jobs = store::jobs::list(&house.db, &ACME.parse().unwrap(), open, None, 9).await;
        let jobs = jobs.unwrap();
        assert_eq!(jobs.len(), 1, "and so do those whom it concerns");
        assert_eq!(jobs[0].kind, identity::oauth::REUSE_JOB);
        let told: identity::oauth::Reused = serde_json::from_slice(&jobs[0].payload).unwrap();
        assert_eq!(told.app, app.id);
        assert!(
            !house.lets_in(&got.field("access_token")).await,
            "what came of it has ended"
        );
        let refreshed = house.refresh(&app, &got.field("refresh_token")).await;
        assert_eq!(refreshed.error(), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_code_that_comes_again_later_still_ends_what_came_of_it() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let code = house.code(&request(&app), "ada").await;
        let got = house.exchange(&app, &code).await;
        house.pass(30);
        assert!(house.lets_in(&got.field("access_token")).await);
        house.pass(600);
        house.oauth.tick().await.unwrap();
        assert_eq!(house.exchange(&app, &code).await.error(), "invalid_grant");
        assert!(!house.lets_in(&got.field("access_token")).await);
    })
    .await;
}

#[tokio::test]
async fn an_old_code_is_none() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let code = house.code(&request(&app), "ada").await;
        house.pass(59);
        let other = house.code(&request(&app), "ada").await;
        assert_eq!(house.exchange(&app, &code).await.status, 200);
        house.pass(60);
        let got = house.exchange(&app, &other).await;
        assert_eq!((got.status, got.error()), (400, "invalid_grant".into()));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_for_one_app_one_address_and_one_verifier() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let stranger = house.app(&settings()).await;
        let elsewhere = house.app_of(OTHER, &settings()).await;
        house.sign_in(ACME, "ada");
        let code = house.code(&request(&app), "ada").await;
        for who in [&stranger, &elsewhere] {
            let got = house.exchange(who, &code).await;
            assert_eq!((got.status, got.error()), (400, "invalid_grant".into()));
        }
        let other = format!("{VERIFIER}x");
        let long = "v".repeat(129);
        for (name, value) in [
            ("redirect_uri", ""),
            ("redirect_uri", "https://app.test/cb"),
            ("redirect_uri", "https://evil.test/"),
            ("code_verifier", ""),
            ("code_verifier", other.as_str()),
            ("code_verifier", &VERIFIER[..42]),
            ("code_verifier", long.as_str()),
        ] {
            let got = house
                .exchange_with(&app, &code, &[(name, value)], &[])
                .await;
            assert_eq!(got.error(), "invalid_grant", "{name}={value}: {}", got.text);
        }
        for code in ["", "x", &code[1..]] {
            let got = house
                .exchange_with(&app, code, &[("code", code)], &[])
                .await;
            assert!(
                matches!(got.error().as_str(), "invalid_grant" | "invalid_request"),
                "{}",
                got.text
            );
        }
        // None of this used it up.
        assert_eq!(house.exchange(&app, &code).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn parameters_come_once_as_a_form_by_post() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let code = house.code(&request(&app), "ada").await;
        let basic = crate::tools::basic(&app);
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code", code.as_str()),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        let twice = house
            .post("/oauth2/token", &form, &[("authorization", &basic)])
            .await;
        assert_eq!(
            (twice.status, twice.error()),
            (400, "invalid_request".into())
        );
        let json = house
            .ask(
                http::Method::POST,
                "/oauth2/token",
                &[
                    ("content-type", "application/json"),
                    ("authorization", &basic),
                ],
                "{}".to_owned(),
            )
            .await;
        assert_eq!((json.status, json.error()), (400, "invalid_request".into()));
        let got = house.get("/oauth2/token", &[]).await;
        assert_eq!(got.status, 405);
        for (way, error) in [
            ("password", "unsupported_grant_type"),
            ("implicit", "unsupported_grant_type"),
            ("", "invalid_request"),
        ] {
            let got = house
                .exchange_with(&app, &code, &[("grant_type", way)], &[])
                .await;
            assert_eq!(got.error(), error, "{way}");
        }
        let only_own = AppSettings {
            grant_types: vec![GrantType::ClientCredentials],
            redirect_uris: vec![],
            scopes: "system/*.rs".to_owned(),
            ..settings()
        };
        let only_own = house.app(&only_own).await;
        let got = house.exchange(&only_own, &code).await;
        assert_eq!(got.error(), "unauthorized_client");
    })
    .await;
}

#[tokio::test]
async fn an_id_token_says_who_signed_in_to_this_app_alone() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let other = house.app(&settings()).await;
        let account = house.sign_in(ACME, "ada");
        house.pass(7);
        let got = house.tokens(&app, "ada").await;
        let text = got.field("id_token");
        let jws = Jws::parse(&text).unwrap();
        let jwks = house.get("/.well-known/jwks.json", &[]).await.json();
        let keys = jwks["keys"].as_array().unwrap();
        let jwk = keys
            .iter()
            .find(|jwk| jwk["kid"].as_str() == jws.head("kid"))
            .unwrap();
        assert_eq!(jws.head("alg"), Some("ES256"));
        let claims = jws.verified(&PublicKey::of_jwk(jwk).unwrap()).unwrap();
        assert_eq!(claims["iss"], ISSUER);
        assert_eq!(claims["aud"], app.id.to_string());
        assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
        assert_eq!(claims["auth_time"], account.auth_time.seconds());
        assert_eq!(claims["iat"], house.seconds());
        assert_eq!(claims["exp"], house.seconds() + 900);
        assert_eq!(claims["acr"], "two_factor");
        let hash = crypt::hash::sha256(&[got.field("access_token").as_bytes()]);
        assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(&hash[..16]));
        let sub = claims["sub"].as_str().unwrap();
        assert!(!sub.contains(&account.account.to_string()));

        let bearer = format!("Bearer {}", got.field("access_token"));
        let info = house
            .get("/oauth2/userinfo", &[("authorization", &bearer)])
            .await;
        assert_eq!((info.status, info.field("sub").as_str()), (200, sub));
        let info = house
            .post("/oauth2/userinfo", &[], &[("authorization", &bearer)])
            .await;
        assert_eq!(info.field("sub"), sub);
        let form = [("access_token", got.field("access_token"))];
        let form: Vec<_> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let info = house.post("/oauth2/userinfo", &form, &[]).await;
        assert_eq!(info.field("sub"), sub);
        let again = house.tokens(&app, "ada").await;
        let text = again.field("id_token");
        assert_eq!(Jws::parse(&text).unwrap().unverified("sub"), Some(sub));
        let elsewhere = house.tokens(&other, "ada").await;
        let text = elsewhere.field("id_token");
        assert_ne!(
            Jws::parse(&text).unwrap().unverified("sub"),
            Some(sub),
            "two apps cannot compare whom they know"
        );

        for headers in [&[][..], &[("authorization", "Bearer sra_x")][..]] {
            let info = house.get("/oauth2/userinfo", headers).await;
            assert_eq!(info.status, 401);
            assert!(info.header("www-authenticate").starts_with("Bearer error="));
        }
    })
    .await;
}

#[tokio::test]
async fn without_openid_nobody_is_named_and_without_offline_access_nothing_stays() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let params = with(&app, &[("scope", "patient/*.rs"), ("nonce", "")]);
        let code = house.code(&params, "ada").await;
        let got = house.exchange(&app, &code).await;
        assert_eq!(got.json()["id_token"], Value::Null);
        assert_eq!(got.json()["refresh_token"], Value::Null);
        let bearer = format!("Bearer {}", got.field("access_token"));
        let info = house
            .get("/oauth2/userinfo", &[("authorization", &bearer)])
            .await;
        assert_eq!(
            (info.status, info.error()),
            (403, "insufficient_scope".into())
        );
    })
    .await;
}

#[tokio::test]
async fn an_app_without_a_secret_has_its_verifier() {
    on_each_engine(async |house| {
        let app = house.app(&public()).await;
        house.sign_in(ACME, "ada");
        let got = house.tokens(&app, "ada").await;
        assert!(house.lets_in(&got.field("access_token")).await);
        let refreshed = house.refresh(&app, &got.field("refresh_token")).await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    })
    .await;
}

#[tokio::test]
async fn a_signed_access_token_is_for_resource_servers_and_ends_like_any_other() {
    on_each_engine(async |house| {
        let jwt = AppSettings {
            access_tokens: TokenForm::Jwt,
            ..settings()
        };
        let app = house.app(&jwt).await;
        house.sign_in(ACME, "ada");
        let got = house.tokens(&app, "ada").await;
        let text = got.field("access_token");
        let jws = Jws::parse(&text).unwrap();
        assert_eq!(jws.head("typ"), Some("at+jwt"));
        let jwks = house.get("/oauth2/jwks", &[]).await.json();
        let jwk = &jwks["keys"].as_array().unwrap();
        let jwk = jwk
            .iter()
            .find(|jwk| jwk["kid"].as_str() == jws.head("kid"));
        let claims = jws.verified(&PublicKey::of_jwk(jwk.unwrap()).unwrap());
        let claims = claims.unwrap();
        assert_eq!(claims["client_id"], app.id.to_string());
        assert_eq!(claims["scope"], "openid offline_access patient/*.rs");
        assert_eq!(claims["iss"], ISSUER);
        assert!(house.lets_in(&text).await);
        // The same claims, signed by nobody, by somebody else, or altered.
        let (signed, signature) = text.rsplit_once('.').unwrap();
        let (_, payload) = signed.split_once('.').unwrap();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
        for forged in [
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{signed}."),
        ] {
            assert!(!house.lets_in(&forged).await, "{forged}");
        }
        let refresh = [("token", got.field("refresh_token"))];
        let refresh: Vec<_> = refresh.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let basic = crate::tools::basic(&app);
        house
            .post("/oauth2/revoke", &refresh, &[("authorization", &basic)])
            .await;
        assert!(
            !house.lets_in(&text).await,
            "revoked at once, though signed"
        );
    })
    .await;
}

#[tokio::test]
async fn an_app_that_was_launched_for_a_person_hears_the_id_of_their_patient() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let launch = "openid offline_access launch/patient patient/*.rs";
        for (scope, patient) in [
            (launch, Some("marigold")),
            ("openid offline_access patient/*.rs", None),
        ] {
            let code = house.code(&with(&app, &[("scope", scope)]), "ada").await;
            let got = house.exchange(&app, &code).await;
            assert_eq!(got.status, 200, "{}", got.text);
            assert_eq!(got.json()["patient"].as_str(), patient, "{scope}");
            let got = house.refresh(&app, &got.field("refresh_token")).await;
            assert_eq!(
                got.json()["patient"].as_str(),
                patient,
                "{scope}, refreshed"
            );
        }
    })
    .await;
}

//! Tokens that are bound to a key: proofs that hold, and every one that does not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::oauth::{AppSettings, Proof, Scheme};
use serde_json::{Value, json};

use crate::api::{ACME, House, ISSUER, on_each_engine, public, settings};
use crate::tools::{Wallet, moment, request, with};

fn ath(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(crypt::hash::sha256(&[token.as_bytes()]))
}

/// Show a token with a proof for `GET /v1/persons`.
async fn shown(house: &House, token: &str, proof: &str) -> Result<(), String> {
    let now = base::Clock::now(&*house.clock);
    let scheme = Scheme::Dpop(Some(Proof {
        text: proof,
        method: "GET",
        path: "/v1/persons",
    }));
    let admitted = house.oauth.admit(token, scheme, moment(now)).await;
    admitted
        .map(|who| assert_eq!(who.actor().authenticated_by, "dpop"))
        .map_err(|error| error.word().to_owned())
}

fn claims(house: &House, token: &str) -> Value {
    let mut claims = Wallet::proof_claims("GET", "/v1/persons", house.seconds());
    claims["ath"] = ath(token).into();
    claims
}

#[tokio::test]
async fn a_bound_token_is_nothing_without_its_key() {
    on_each_engine(async |house| {
        for app in [settings(), public()] {
            let app = house.app(&app).await;
            let (wallet, thief) = (Wallet::new(), Wallet::new());
            house.sign_in(ACME, "ada");
            let code = house.code(&request(&app), "ada").await;
            let proof = wallet.proof("/oauth2/token", house.seconds());
            let got = house
                .exchange_with(&app, &code, &[], &[("dpop", &proof)])
                .await;
            assert_eq!(got.status, 200, "{}", got.text);
            assert_eq!(got.json()["token_type"], "DPoP");
            assert!(!got.header("dpop-nonce").is_empty());
            let token = got.field("access_token");
            let good = wallet.jws(&wallet.proof_head(), &claims(&house, &token));
            assert_eq!(shown(&house, &token, &good).await, Ok(()));
            assert_eq!(
                shown(&house, &token, &good).await,
                Err("invalid_dpop_proof".into()),
                "each once"
            );
            assert!(!house.lets_in(&token).await, "not as Bearer");
            let now = base::Clock::now(&*house.clock);
            let bare = house
                .oauth
                .admit(&token, Scheme::Dpop(None), moment(now))
                .await;
            assert!(bare.is_err());
            let stolen = thief.jws(&thief.proof_head(), &claims(&house, &token));
            assert_eq!(
                shown(&house, &token, &stolen).await,
                Err("invalid_token".into())
            );
        }
        // And a token that is bound to nothing is none with a proof.
        let app = house.app(&settings()).await;
        let wallet = Wallet::new();
        let token = house.tokens(&app, "ada").await.field("access_token");
        let proof = wallet.jws(&wallet.proof_head(), &claims(&house, &token));
        assert_eq!(
            shown(&house, &token, &proof).await,
            Err("invalid_token".into())
        );
    })
    .await;
}

#[tokio::test]
async fn a_proof_is_for_one_method_address_token_and_minute() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let wallet = Wallet::new();
        house.sign_in(ACME, "ada");
        let code = house.code(&request(&app), "ada").await;
        let proof = wallet.proof("/oauth2/token", house.seconds());
        let got = house
            .exchange_with(&app, &code, &[], &[("dpop", &proof)])
            .await;
        let token = got.field("access_token");
        let now = house.seconds();
        let head = wallet.proof_head();
        let changed = |name: &str, value: Value| {
            let mut claims = claims(&house, &token);
            claims[name] = value;
            wallet.jws(&head, &claims)
        };
        let without = |name: &str| {
            let mut claims = claims(&house, &token);
            claims.as_object_mut().unwrap().remove(name);
            wallet.jws(&head, &claims)
        };
        let headed = |change: fn(&mut Value)| {
            let mut head = head.clone();
            change(&mut head);
            wallet.jws(&head, &claims(&house, &token))
        };
        for (what, proof) in [
            ("another method", changed("htm", json!("POST"))),
            ("a method in small letters", changed("htm", json!("get"))),
            ("no method", without("htm")),
            (
                "another path",
                changed("htu", json!(format!("{ISSUER}/v1/keys"))),
            ),
            (
                "another host",
                changed("htu", json!("https://evil.test/v1/persons")),
            ),
            (
                "another scheme",
                changed("htu", json!("http://records.test/v1/persons")),
            ),
            ("a path alone", changed("htu", json!("/v1/persons"))),
            ("no address", without("htu")),
            ("no iat", without("iat")),
            (
                "iat a minute and a second old",
                changed("iat", json!(now - 61)),
            ),
            ("iat far to come", changed("iat", json!(now + 31))),
            ("iat a text", changed("iat", json!("now"))),
            ("exp past", changed("exp", json!(now - 1))),
            ("exp a text", changed("exp", json!("never"))),
            ("nbf to come", changed("nbf", json!(now + 3_600))),
            ("no jti", without("jti")),
            ("an empty jti", changed("jti", json!(""))),
            ("a long jti", changed("jti", json!("x".repeat(257)))),
            ("no ath", without("ath")),
            ("another ath", changed("ath", json!(ath("sra_another")))),
            ("typ JWT", headed(|head| head["typ"] = json!("JWT"))),
            ("alg none", headed(|head| head["alg"] = json!("none"))),
            ("alg HS256", headed(|head| head["alg"] = json!("HS256"))),
            (
                "alg of another kind",
                headed(|head| head["alg"] = json!("ES384")),
            ),
            (
                "no key",
                headed(|head| {
                    head.as_object_mut().unwrap().remove("jwk");
                }),
            ),
            (
                "a secret key",
                headed(|head| head["jwk"]["d"] = json!("AAAA")),
            ),
            (
                "a shared key",
                headed(|head| head["jwk"] = json!({ "kty": "oct", "k": "AAAA" })),
            ),
            (
                "no point",
                headed(|head| head["jwk"]["x"] = json!("A".repeat(43))),
            ),
            ("no proof", String::new()),
            ("garbage", "a.b.c".to_owned()),
        ] {
            assert_eq!(
                shown(&house, &token, &proof).await,
                Err("invalid_dpop_proof".into()),
                "{what}"
            );
        }
        for (what, proof) in [
            ("ten seconds behind", changed("iat", json!(now - 10))),
            ("ten seconds ahead", changed("iat", json!(now + 10))),
            ("exp to come", changed("exp", json!(now + 60))),
            ("nbf ten seconds ahead", changed("nbf", json!(now + 10))),
            (
                "the port that goes without saying",
                changed("htu", json!("https://RECORDS.test:443/v1/persons")),
            ),
            (
                "with a query",
                changed("htu", json!(format!("{ISSUER}/v1/persons?limit=1#x"))),
            ),
        ] {
            assert_eq!(shown(&house, &token, &proof).await, Ok(()), "{what}");
        }
    })
    .await;
}

/// A proof that does not hold costs neither code nor refresh token.
#[tokio::test]
async fn the_proof_is_checked_before_anything_is_used_up() {
    on_each_engine(async |house| {
        let bound = AppSettings {
            dpop_bound: true,
            ..public()
        };
        let app = house.app(&bound).await;
        let wallet = Wallet::new();
        house.sign_in(ACME, "ada");
        let code = house.code(&request(&app), "ada").await;
        let got = house.exchange(&app, &code).await;
        assert_eq!(got.error(), "invalid_dpop_proof", "this app's are bound");
        let wrong = wallet.proof("/oauth2/par", house.seconds());
        let got = house
            .exchange_with(&app, &code, &[], &[("dpop", &wrong)])
            .await;
        assert_eq!(
            (got.status, got.error()),
            (400, "invalid_dpop_proof".into())
        );
        let proof = wallet.proof("/oauth2/token", house.seconds());
        let twice = [("dpop", proof.as_str()), ("dpop", proof.as_str())];
        let got = house.exchange_with(&app, &code, &[], &twice).await;
        assert_eq!(got.error(), "invalid_dpop_proof", "two proofs");
        let got = house
            .exchange_with(&app, &code, &[], &[("dpop", &proof)])
            .await;
        assert_eq!(got.status, 200, "{}", got.text);

        let refresh = got.field("refresh_token");
        let thief = Wallet::new();
        let stolen = thief.proof("/oauth2/token", house.seconds());
        let tried = house
            .refresh_with(&app, &refresh, &[], &[("dpop", &stolen)])
            .await;
        assert_eq!(
            tried.error(),
            "invalid_dpop_proof",
            "bound to the first key"
        );
        let reused = house
            .refresh_with(&app, &refresh, &[], &[("dpop", &proof)])
            .await;
        assert_ne!(reused.status, 200, "each proof once, on every node");
        let fresh = wallet.proof("/oauth2/token", house.seconds());
        let got = house
            .refresh_with(&app, &refresh, &[], &[("dpop", &fresh)])
            .await;
        assert_eq!(got.status, 200, "{}", got.text);
    })
    .await;
}

#[tokio::test]
async fn a_code_can_be_bound_to_a_key_beforehand() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let (wallet, thief) = (Wallet::new(), Wallet::new());
        house.sign_in(ACME, "ada");
        let params = with(&app, &[("dpop_jkt", &wallet.jkt())]);
        let code = house.code(&params, "ada").await;
        let got = house.exchange(&app, &code).await;
        assert_eq!(got.error(), "invalid_dpop_proof", "without a proof");
        let stolen = thief.proof("/oauth2/token", house.seconds());
        let got = house
            .exchange_with(&app, &code, &[], &[("dpop", &stolen)])
            .await;
        assert_eq!(got.error(), "invalid_dpop_proof", "another key");
        let proof = wallet.proof("/oauth2/token", house.seconds());
        let got = house
            .exchange_with(&app, &code, &[], &[("dpop", &proof)])
            .await;
        assert_eq!(got.status, 200, "{}", got.text);
    })
    .await;
}

#[tokio::test]
async fn a_nonce_is_ours_and_fresh() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let wallet = Wallet::new();
        house.sign_in(ACME, "ada");
        let code = house.code(&request(&app), "ada").await;
        let with_nonce = |nonce: &str| {
            let mut claims = Wallet::proof_claims("POST", "/oauth2/token", house.seconds());
            claims["nonce"] = nonce.into();
            wallet.jws(&wallet.proof_head(), &claims)
        };
        let made_up = with_nonce("made up");
        let got = house
            .exchange_with(&app, &code, &[], &[("dpop", &made_up)])
            .await;
        assert_eq!((got.status, got.error()), (400, "use_dpop_nonce".into()));
        let nonce = got.header("dpop-nonce").to_owned();
        house.pass(10);
        let good = with_nonce(&nonce);
        let got = house
            .exchange_with(&app, &code, &[], &[("dpop", &good)])
            .await;
        assert_eq!(got.status, 200, "{}", got.text);
        house.pass(700);
        let old = with_nonce(&nonce);
        let refresh = got.field("refresh_token");
        let got = house
            .refresh_with(&app, &refresh, &[], &[("dpop", &old)])
            .await;
        assert_eq!(got.error(), "use_dpop_nonce");
    })
    .await;
}

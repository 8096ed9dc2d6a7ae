//! Which app is it: each way, and each way to get it wrong.

use identity::oauth::{AppSettings, AuthMethod, GrantType};
use serde_json::json;

use crate::api::{ACME, Client, House, ISSUER, OTHER, on_each_engine, public, settings};
use crate::tools::{Wallet, basic};

const OWN: (&str, &str) = ("grant_type", "client_credentials");
const KIND: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);

fn post_settings() -> AppSettings {
    AppSettings {
        auth_method: AuthMethod::ClientSecretPost,
        ..settings()
    }
}

pub fn jwt_settings(wallet: &Wallet) -> AppSettings {
    AppSettings {
        auth_method: AuthMethod::PrivateKeyJwt,
        jwks: Some(json!({ "keys": [wallet.jwk()] })),
        ..settings()
    }
}

#[tokio::test]
async fn an_app_acts_for_itself() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let got = house
            .post("/oauth2/token", &[OWN], &[("authorization", &basic(&app))])
            .await;
        assert_eq!(got.status, 200, "{}", got.text);
        let body = got.json();
        assert_eq!(body["scope"], "system/*.cruds");
        assert!(body.get("refresh_token").is_none() && body.get("id_token").is_none());
        assert!(house.lets_in(&got.field("access_token")).await);
        assert_eq!(house.last(ACME).await, ("oauth.token".into(), "ok".into()));
        let narrow = [OWN, ("scope", "system/Observation.r")];
        let got = house
            .post("/oauth2/token", &narrow, &[("authorization", &basic(&app))])
            .await;
        assert_eq!(got.json()["scope"], "system/Observation.r");
        for scope in ["patient/*.rs", "nothing", "system/*.rs purpose/HRESCH"] {
            let form = [OWN, ("scope", scope)];
            let got = house
                .post("/oauth2/token", &form, &[("authorization", &basic(&app))])
                .await;
            assert_eq!(got.error(), "invalid_scope", "{scope}: {}", got.text);
        }
    })
    .await;
}

async fn refused(house: &House, form: &[(&str, &str)], headers: &[(&str, &str)], what: &str) {
    let mut all = vec![OWN];
    all.extend_from_slice(form);
    let got = house.post("/oauth2/token", &all, headers).await;
    let word = got.error();
    assert!(
        matches!(
            (got.status, word.as_str()),
            (401, "invalid_client") | (400, "invalid_request")
        ),
        "{what}: {} {}",
        got.status,
        got.text
    );
    if got.status == 401 && !headers.is_empty() {
        assert!(
            got.header("www-authenticate").starts_with("Basic"),
            "{what}"
        );
    }
}

#[tokio::test]
async fn exactly_the_registered_way_is_taken() {
    on_each_engine(async |house| {
        let by_header = house.app(&settings()).await;
        let by_form = house.app(&post_settings()).await;
        let open = house.app(&public()).await;
        let wallet = Wallet::new();
        let by_key = house.app(&jwt_settings(&wallet)).await;
        let id = |app: &Client| app.id.to_string();

        let form = [
            OWN,
            ("client_id", &id(&by_form)),
            ("client_secret", &by_form.secret),
        ];
        assert_eq!(house.post("/oauth2/token", &form, &[]).await.status, 200);

        let (header_id, form_id, key_id) = (id(&by_header), id(&by_form), id(&by_key));
        let wrong = Client {
            id: by_header.id,
            secret: by_form.secret.clone(),
        };
        let assertion = wallet.assertion(&by_key, house.seconds());
        refused(&house, &[], &[], "nobody").await;
        refused(
            &house,
            &[("client_id", &header_id)],
            &[],
            "without its secret",
        )
        .await;
        refused(
            &house,
            &[("client_id", &key_id)],
            &[],
            "without its assertion",
        )
        .await;
        refused(
            &house,
            &[
                ("client_id", &header_id),
                ("client_secret", &by_header.secret),
            ],
            &[],
            "the secret in the form",
        )
        .await;
        refused(
            &house,
            &[],
            &[("authorization", &basic(&by_form))],
            "the secret in the header",
        )
        .await;
        refused(
            &house,
            &[],
            &[("authorization", &basic(&wrong))],
            "another app's secret",
        )
        .await;
        refused(
            &house,
            &[("client_id", &form_id)],
            &[("authorization", &basic(&by_header))],
            "two names",
        )
        .await;
        refused(
            &house,
            &[
                ("client_id", &header_id),
                ("client_secret", &by_header.secret),
            ],
            &[("authorization", &basic(&by_header))],
            "two ways",
        )
        .await;
        refused(
            &house,
            &[KIND, ("client_assertion", &assertion)],
            &[("authorization", &basic(&by_header))],
            "two ways, one signed",
        )
        .await;
        refused(
            &house,
            &[("client_assertion", &assertion)],
            &[],
            "an assertion of no kind",
        )
        .await;
        for header in ["Basic", "Basic !!!", "Bearer x", "Basic eA==", ""] {
            refused(&house, &[], &[("authorization", header)], header).await;
        }
        let open_id = id(&open);
        let got = house
            .post("/oauth2/token", &[OWN, ("client_id", &open_id)], &[])
            .await;
        assert_eq!(got.error(), "unauthorized_client");
        let got = house
            .post(
                "/oauth2/introspect",
                &[("token", "x"), ("client_id", &open_id)],
                &[],
            )
            .await;
        assert_eq!((got.status, got.error()), (401, "invalid_client".into()));
        assert_eq!(
            house.last(ACME).await,
            ("oauth.introspect".into(), "denied".into())
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_secret_stands_in_the_log_of_whose_app_it_is() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let wrong = Client {
            secret: "x".repeat(43),
            ..app.clone()
        };
        let size = house.log_size(OTHER).await;
        refused(&house, &[], &[("authorization", &basic(&wrong))], "wrong").await;
        assert_eq!(
            house.last(ACME).await,
            ("oauth.token".into(), "denied".into())
        );
        assert_eq!(house.log_size(OTHER).await, size);
    })
    .await;
}

#[tokio::test]
async fn a_signed_assertion_is_for_us_alone_once_and_soon() {
    on_each_engine(async |house| {
        let wallet = Wallet::new();
        let other = Wallet::new();
        let app = house.app(&jwt_settings(&wallet)).await;
        let another = house.app(&jwt_settings(&other)).await;
        let now = house.seconds();
        let head = json!({ "alg": "ES256" });
        let ask = async |assertion: &str| {
            let form = [OWN, KIND, ("client_assertion", assertion)];
            house.post("/oauth2/token", &form, &[]).await
        };
        let good = wallet.assertion(&app, now);
        assert_eq!(ask(&good).await.status, 200);
        let again = ask(&good).await;
        assert_eq!(
            (again.status, again.error()),
            (401, "invalid_client".into()),
            "each once"
        );

        let claims = || Wallet::assertion_claims(&app, now);
        let changed = |name: &str, value: serde_json::Value| {
            let mut claims = claims();
            claims[name] = value;
            claims
        };
        let without = |name: &str| {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            claims
        };
        for (what, claims) in [
            (
                "aud is the token endpoint",
                changed("aud", json!(format!("{ISSUER}/oauth2/token"))),
            ),
            (
                "aud is the PAR endpoint",
                changed("aud", json!(format!("{ISSUER}/oauth2/par"))),
            ),
            ("aud is a list", changed("aud", json!([ISSUER]))),
            (
                "aud is a list of two",
                changed("aud", json!([ISSUER, "https://evil.test"])),
            ),
            (
                "aud has a slash",
                changed("aud", json!(format!("{ISSUER}/"))),
            ),
            ("aud is missing", without("aud")),
            (
                "iss is another's",
                changed("iss", json!(another.id.to_string())),
            ),
            ("iss is missing", without("iss")),
            ("sub is missing", without("sub")),
            ("exp is missing", without("exp")),
            ("exp is a text", changed("exp", json!("soon"))),
            ("exp is past", changed("exp", json!(now - 31))),
            ("exp is far", changed("exp", json!(now + 3_700))),
            ("nbf is to come", changed("nbf", json!(now + 120))),
            ("iat is to come", changed("iat", json!(now + 120))),
            ("jti is missing", without("jti")),
            ("jti is long", changed("jti", json!("x".repeat(300)))),
        ] {
            let got = ask(&wallet.jws(&head, &claims)).await;
            assert_eq!(
                (got.status, got.error()),
                (401, "invalid_client".into()),
                "{what}: {}",
                got.text
            );
        }
        let got = ask(&other.jws(&head, &claims())).await;
        assert_eq!(got.error(), "invalid_client", "another app's key");
        let got = ask(&wallet.jws(&json!({ "alg": "ES256", "kid": "none such" }), &claims())).await;
        assert_eq!(got.error(), "invalid_client", "an unknown key");
        let mut claims_of_other = claims();
        claims_of_other["sub"] = json!(another.id.to_string());
        claims_of_other["iss"] = json!(another.id.to_string());
        let got = ask(&wallet.jws(&head, &claims_of_other)).await;
        assert_eq!(got.error(), "invalid_client", "about another app");
        assert_eq!(
            ask(&wallet.assertion(&app, now)).await.status,
            200,
            "a right one still is"
        );
        let slow = Wallet::assertion_claims(&app, now - 70);
        assert_eq!(
            ask(&wallet.jws(&head, &slow)).await.status,
            200,
            "ten seconds late"
        );
    })
    .await;
}

/// The head names an algorithm; the key decides. A public key is never taken for a shared secret.
#[tokio::test]
async fn no_algorithm_is_confused() {
    on_each_engine(async |house| {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let wallet = Wallet::new();
        let app = house.app(&jwt_settings(&wallet)).await;
        let now = house.seconds();
        let claims = Wallet::assertion_claims(&app, now);
        let jwk = wallet.jwk().to_string();
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let hmac = |head: &serde_json::Value, key: &[u8]| {
            let text = format!("{}.{}", part(head), part(&claims));
            let mut padded = [0; 32];
            let digest = crypt::hash::sha256(&[key]);
            padded.copy_from_slice(&digest);
            let key = crypt::SymmetricKey::from_bytes(padded);
            let mac = crypt::mac::hmac_sha256(&key, &[text.as_bytes()]);
            format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac))
        };
        let mut all = vec![
            (
                "none",
                format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims)),
            ),
            (
                "None",
                format!("{}.{}.", part(&json!({ "alg": "None" })), part(&claims)),
            ),
            ("HS256", hmac(&json!({ "alg": "HS256" }), jwk.as_bytes())),
            (
                "HS256 as ES256",
                hmac(&json!({ "alg": "ES256" }), jwk.as_bytes()),
            ),
        ];
        for alg in [
            "none", "HS256", "RS256", "PS256", "EdDSA", "ES384", "es256", "",
        ] {
            all.push((alg, wallet.jws(&json!({ "alg": alg }), &claims)));
        }
        all.push(("no alg", wallet.jws(&json!({}), &claims)));
        all.push((
            "crit",
            wallet.jws(&json!({ "alg": "ES256", "crit": ["x"], "x": 1 }), &claims),
        ));
        all.push((
            "b64",
            wallet.jws(&json!({ "alg": "ES256", "b64": false }), &claims),
        ));
        // A key that the sender brings along proves nothing about who it is.
        let mallory = Wallet::new();
        let head = json!({ "alg": "ES256", "jwk": mallory.jwk() });
        all.push(("its own key", mallory.jws(&head, &claims)));
        for (what, assertion) in all {
            let form = [OWN, KIND, ("client_assertion", assertion.as_str())];
            let got = house.post("/oauth2/token", &form, &[]).await;
            assert_eq!(
                (got.status, got.error()),
                (401, "invalid_client".into()),
                "{what}: {}",
                got.text
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_app_in_review_refused_or_stopped_gets_nothing() {
    on_each_engine(async |house| {
        let dev = house.staff(ACME, "dev");
        let new = identity::oauth::NewApp {
            about: identity::oauth::About {
                name: "Lantern".into(),
                contact: String::new(),
            },
            settings: AppSettings {
                grant_types: vec![GrantType::ClientCredentials],
                redirect_uris: vec![],
                scopes: "system/*.rs".into(),
                ..settings()
            },
        };
        let made = house.oauth.register_app(&dev, &new).await.unwrap();
        let app = Client {
            id: made.app,
            secret: made.secret.unwrap().expose().clone(),
        };
        let ask = async || {
            house
                .post("/oauth2/token", &[OWN], &[("authorization", &basic(&app))])
                .await
        };
        assert_eq!(ask().await.error(), "invalid_client", "in review");
        let reviewer = house.staff(ACME, "reviewer");
        house
            .oauth
            .review_app(&reviewer, app.id, identity::oauth::Verdict::Approve)
            .await
            .unwrap();
        let got = ask().await;
        assert_eq!(got.status, 200);
        house.oauth.stop_app(&dev, app.id).await.unwrap();
        assert_eq!(ask().await.error(), "invalid_client", "stopped");
        assert!(!house.lets_in(&got.field("access_token")).await);
        let refused = house.oauth.register_app(&dev, &new).await.unwrap();
        house
            .oauth
            .review_app(&reviewer, refused.app, identity::oauth::Verdict::Refuse)
            .await
            .unwrap();
        let app = Client {
            id: refused.app,
            secret: refused.secret.unwrap().expose().clone(),
        };
        let got = house
            .post("/oauth2/token", &[OWN], &[("authorization", &basic(&app))])
            .await;
        assert_eq!(got.error(), "invalid_client", "refused");
    })
    .await;
}

//! Attacks by their names in RFC 9700 and BCP 195: mix-up, PKCE downgrade, confusion of algorithms. Each is refused, and the refusal stands in the
//! log of whose app it is. Others are tried where what they attack is tested; docs/reference/conformance.md lists all.

use serde_json::json;

use crate::api::{ACME, House, ISSUER, OTHER, on_each_engine, public, settings};
use crate::client::jwt_settings;
use crate::tools::{STATE, VERIFIER, Wallet, challenge, request, with};

/// What the log of ACME has said since `from`: one refusal at least, and nothing but refusals.
async fn refused_since(house: &House, from: u64, action: &str, what: &str) {
    let entries = house.entries(ACME, from).await;
    assert!(!entries.is_empty(), "{what}: nothing in the log");
    for entry in entries {
        assert_eq!(entry["action"], action, "{what}: {entry}");
        assert_eq!(entry["outcome"], "denied", "{what}: {entry}");
        assert!(entry["code"].as_str().is_some(), "{what}: {entry}");
    }
}

/// An app that speaks to two servers is led to believe that our answer came from the other one. It tells by `iss` (RFC 9207), which every
/// answer names; and a code that is carried to another app, tenant or address is none there.
#[tokio::test]
async fn a_mix_up_is_told_by_the_issuer_and_gives_no_code_to_another_app() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let attacker = house.app(&settings()).await;
        let elsewhere = house.app_of(OTHER, &settings()).await;
        house.sign_in(ACME, "ada");

        let described = house
            .get("/.well-known/oauth-authorization-server", &[])
            .await
            .json();
        assert_eq!(described["issuer"], ISSUER);
        assert_eq!(
            described["authorization_response_iss_parameter_supported"],
            true
        );

        // Each kind of answer: a yes, a no, a mistake, nobody there.
        let page = house.arrive(&request(&app), Some("ada")).await;
        let yes = house.say(&page, "allow", "ada").await.back();
        let page = house
            .arrive(&with(&app, &[("prompt", "consent")]), Some("ada"))
            .await;
        let no = house.say(&page, "refuse", "ada").await.back();
        let wrong = with(&app, &[("response_type", "token")]);
        let wrong = house.arrive(&wrong, Some("ada")).await.back();
        let nobody = house
            .arrive(&with(&app, &[("prompt", "none")]), None)
            .await
            .back();
        for (what, back) in [
            ("yes", &yes),
            ("no", &no),
            ("wrong", &wrong),
            ("nobody", &nobody),
        ] {
            assert_eq!(back["iss"], ISSUER, "{what}");
            assert_eq!(back["state"], STATE, "{what}");
        }

        // The attacker's own client, at our token endpoint, with the code that was meant for another.
        let code = yes["code"].clone();
        for (what, who, tenant) in [
            ("same tenant", &attacker, ACME),
            ("other tenant", &elsewhere, OTHER),
        ] {
            let from = house.log_size(tenant).await;
            let got = house.exchange(who, &code).await;
            assert_eq!(
                (got.status, got.error()),
                (400, "invalid_grant".into()),
                "{what}"
            );
            assert!(
                house.log_size(tenant).await > from,
                "{what}: nothing in the log"
            );
            assert_eq!(
                house.last(tenant).await,
                ("oauth.token".into(), "denied".into()),
                "{what}"
            );
        }
        // The right app, led to fetch it from another address than the code was sent to.
        let from = house.log_size(ACME).await;
        let got = house
            .exchange_with(
                &app,
                &code,
                &[("redirect_uri", "https://evil.test/cb")],
                &[],
            )
            .await;
        assert_eq!(got.error(), "invalid_grant");
        refused_since(&house, from, "oauth.token", "another address").await;
        // None of this took it from whom it was for.
        assert_eq!(house.exchange(&app, &code).await.status, 200);
    })
    .await;
}

/// A request is stripped of its challenge on the way, or made to send it in clear; or a stolen code is brought without the verifier, or with
/// the challenge in its place. For apps with a secret as for those without.
#[tokio::test]
async fn pkce_is_not_downgraded() {
    on_each_engine(async |house| {
        for (kind, app) in [
            ("secret", house.app(&settings()).await),
            ("none", house.app(&public()).await),
        ] {
            house.sign_in(ACME, "ada");
            for (what, changes) in [
                (
                    "no challenge",
                    vec![("code_challenge", ""), ("code_challenge_method", "")],
                ),
                ("a method alone", vec![("code_challenge", "")]),
                (
                    "no method, which means plain",
                    vec![("code_challenge_method", "")],
                ),
                (
                    "plain",
                    vec![
                        ("code_challenge", VERIFIER),
                        ("code_challenge_method", "plain"),
                    ],
                ),
                (
                    "plain, in capitals",
                    vec![("code_challenge_method", "PLAIN")],
                ),
                ("an unknown one", vec![("code_challenge_method", "S512")]),
            ] {
                let from = house.log_size(ACME).await;
                let got = house.arrive(&with(&app, &changes), Some("ada")).await;
                assert_eq!(got.back()["error"], "invalid_request", "{kind}, {what}");
                assert!(!got.back().contains_key("code"), "{kind}, {what}");
                refused_since(&house, from, "oauth.authorize", what).await;
            }
            let code = house.code(&request(&app), "ada").await;
            let challenge = challenge();
            for (what, verifier) in [
                ("no verifier", ""),
                ("the challenge as verifier", challenge.as_str()),
                (
                    "another verifier",
                    "another-verifier-of-more-than-forty-three-characters",
                ),
            ] {
                let from = house.log_size(ACME).await;
                let got = house
                    .exchange_with(&app, &code, &[("code_verifier", verifier)], &[])
                    .await;
                assert_eq!(
                    (got.status, got.error()),
                    (400, "invalid_grant".into()),
                    "{kind}, {what}: {}",
                    got.text
                );
                refused_since(&house, from, "oauth.token", what).await;
            }
            assert_eq!(house.exchange(&app, &code).await.status, 200, "{kind}");
        }
    })
    .await;
}

/// What `client::no_algorithm_is_confused` tries stands in the log of whose app it claims to be.
#[tokio::test]
async fn a_confused_algorithm_stands_in_the_log() {
    on_each_engine(async |house| {
        let wallet = Wallet::new();
        let app = house.app(&jwt_settings(&wallet)).await;
        for alg in ["none", "HS256", "RS256"] {
            let claims = Wallet::assertion_claims(&app, house.seconds());
            let assertion = wallet.jws(&json!({ "alg": alg }), &claims);
            let form = [
                ("grant_type", "client_credentials"),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ),
                ("client_assertion", assertion.as_str()),
            ];
            let from = house.log_size(ACME).await;
            let got = house.post("/oauth2/token", &form, &[]).await;
            assert_eq!(got.error(), "invalid_client", "{alg}: {}", got.text);
            refused_since(&house, from, "oauth.token", alg).await;
        }
    })
    .await;
}

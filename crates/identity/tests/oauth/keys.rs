//! The keys that sign tokens take turns, and what we say of ourselves.

use std::collections::HashSet;

use identity::oauth::jose::{Jws, PublicKey};
use serde_json::Value;

use crate::api::{ACME, House, ISSUER, on_each_engine, settings};

async fn kids(house: &House) -> HashSet<String> {
    let jwks = house.get("/.well-known/jwks.json", &[]).await.json();
    let keys = jwks["keys"].as_array().unwrap().clone();
    for jwk in &keys {
        assert!(jwk.get("d").is_none(), "public halves alone");
        assert!(PublicKey::of_jwk(jwk).is_some());
    }
    keys.iter()
        .map(|jwk| jwk["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_key_is_shown_before_it_signs_and_after() {
    const MONTH: u64 = 30 * 24 * 3600;
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let mut shown = kids(&house).await;
        assert_eq!(shown.len(), 2, "the present and the next");
        let mut signed_by = HashSet::new();
        for turn in 0..4 {
            let token = house.tokens(&app, "ada").await.field("id_token");
            let kid = Jws::parse(&token).unwrap().head("kid").unwrap().to_owned();
            assert!(shown.contains(&kid), "it was shown before: turn {turn}");
            assert!(signed_by.insert(kid.clone()), "another than before");
            house.oauth.tick().await.unwrap();
            assert_eq!(kids(&house).await, shown, "not before its time");
            house.pass(MONTH);
            house.oauth.tick().await.unwrap();
            shown = kids(&house).await;
            assert_eq!(shown.len(), 3);
            assert!(shown.contains(&kid), "what it signed can still be verified");
        }
        let entries = house.entries("operator", 0).await;
        let turns = entries
            .iter()
            .filter(|it| it["action"] == "signing_key.rotate");
        assert_eq!(turns.count(), 5, "the first, and four turns");
    })
    .await;
}

#[tokio::test]
async fn private_halves_lie_sealed() {
    on_each_engine(async |house| {
        kids(&house).await;
        static KEYS: store::Sql = store::Sql::both("SELECT sealed FROM signing_key");
        // A PKCS#8 P-256 key names its curve.
        let curve = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        for row in house.db.rows(&KEYS, vec![]).await.unwrap() {
            let sealed = row.bytes(0).unwrap();
            assert!(sealed.len() > 100);
            assert!(!sealed.windows(8).any(|it| it == curve));
        }
    })
    .await;
}

#[tokio::test]
async fn what_we_say_of_ourselves_is_true() {
    on_each_engine(async |house| {
        for path in [
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
            "/.well-known/smart-configuration",
        ] {
            let got = house.get(path, &[]).await;
            assert_eq!(got.status, 200);
            assert_eq!(got.header("content-type"), "application/json");
            assert_eq!(got.header("access-control-allow-origin"), "*");
            let told = got.json();
            assert_eq!(told["issuer"], ISSUER);
            assert_eq!(
                told["code_challenge_methods_supported"],
                serde_json::json!(["S256"])
            );
            assert_eq!(told["authorization_response_iss_parameter_supported"], true);
            let endpoints = told.as_object().unwrap().iter();
            let endpoints: Vec<_> = endpoints
                .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
                .filter_map(|(_, value)| value.as_str())
                .collect();
            assert!(endpoints.len() >= 6);
            for endpoint in endpoints {
                let path = endpoint.strip_prefix(ISSUER).unwrap();
                let got = house.get(path, &[]).await;
                assert_ne!(got.status, 404, "{path}");
            }
        }
        let openid = house
            .get("/.well-known/openid-configuration", &[])
            .await
            .json();
        assert_eq!(
            openid["id_token_signing_alg_values_supported"],
            serde_json::json!(["ES256"])
        );
        assert_eq!(
            openid["subject_types_supported"],
            serde_json::json!(["pairwise"])
        );
        let smart = house
            .get("/.well-known/smart-configuration", &[])
            .await
            .json();
        let can = smart["capabilities"].as_array().unwrap();
        assert!(can.contains(&Value::from("launch-standalone")));
    })
    .await;
}

//! What we can do, for programs that ask: RFC 8414, OpenID Connect Discovery, SMART App Launch 2.

use serde_json::{Value, json};

use super::jose::{ALGORITHMS, add};
use super::model::{AuthMethod, GrantType};

fn ways() -> Vec<&'static str> {
    AuthMethod::ALL.map(AuthMethod::as_str).to_vec()
}

/// Ways of an app that proves itself.
fn proven_ways() -> Vec<&'static str> {
    ways()
        .into_iter()
        .filter(|way| *way != AuthMethod::None.as_str())
        .collect()
}

/// The metadata of RFC 8414, with what RFC 9126, 9207 and 9449 add.
#[must_use]
pub fn oauth(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth2/authorize"),
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "pushed_authorization_request_endpoint": format!("{issuer}/oauth2/par"),
        "introspection_endpoint": format!("{issuer}/oauth2/introspect"),
        "revocation_endpoint": format!("{issuer}/oauth2/revoke"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "service_documentation": format!("{issuer}/v1/docs"),
        "scopes_supported": ["openid", "offline_access", "launch/patient", "patient/*.rs", "patient/*.cruds", "system/*.rs", "system/*.cruds"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ways(),
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": proven_ways(),
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": ways(),
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "dpop_signing_alg_values_supported": ALGORITHMS,
        "authorization_response_iss_parameter_supported": true,
        "require_pushed_authorization_requests": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
    })
}

/// The metadata of OpenID Connect Discovery.
#[must_use]
pub fn openid(issuer: &str) -> Value {
    let mut all = oauth(issuer);
    add(
        &mut all,
        "userinfo_endpoint",
        format!("{issuer}/oauth2/userinfo"),
    );
    add(&mut all, "subject_types_supported", json!(["pairwise"]));
    add(
        &mut all,
        "id_token_signing_alg_values_supported",
        json!(["ES256"]),
    );
    add(&mut all, "claim_types_supported", json!(["normal"]));
    add(
        &mut all,
        "claims_supported",
        json!([
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "acr",
            "at_hash"
        ]),
    );
    add(
        &mut all,
        "acr_values_supported",
        json!(base::Assurance::ALL.map(base::Assurance::as_str)),
    );
    add(
        &mut all,
        "prompt_values_supported",
        json!(["none", "login", "consent"]),
    );
    all
}

/// The metadata of SMART App Launch 2.
#[must_use]
pub fn smart(issuer: &str) -> Value {
    let mut all = oauth(issuer);
    add(
        &mut all,
        "capabilities",
        json!([
            "launch-standalone",
            "authorize-post",
            "client-public",
            "client-confidential-symmetric",
            "client-confidential-asymmetric",
            "sso-openid-connect",
            "permission-offline",
            "permission-patient",
            "permission-v1",
            "permission-v2",
        ]),
    );
    all
}

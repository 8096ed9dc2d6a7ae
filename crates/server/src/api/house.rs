//! `/v1/keys`, `/v1/register`, `/trust`: what the keepers of the house may see.

use audit::{Action, Entry, Outcome};
use http::{Method, StatusCode};
use policy::{Authority, KeysOf, Verb};
use serde_json::json;
use web::{Answer, Call, Doc, Limit, Logged, Problem, Route, Routes};

use super::{House, allow, circumstances};

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (keys, register) = (house.clone(), house.clone());
    vec![
        Route::logged(
            Method::GET,
            "/v1/keys",
            Limit::NoBody,
            Doc {
                id: "keyStatus",
                group: "House",
                summary: "The state of the key tree",
                about: "Counts, generations and how far re-wrapping is. Never key material. For the roles `security` and `operator`.",
                params: vec![],
                body: None,
                answers: &[(200, "The state")],
            },
            move |call| key_status(keys.clone(), call),
        ),
        Route::open(
            Method::GET,
            "/v1/register",
            Limit::NoBody,
            Doc {
                id: "register",
                group: "House",
                summary: "The data register",
                about: "Every collection and field with its class, retention and what may be searched. It holds nothing about anybody.",
                params: vec![],
                body: None,
                answers: &[(200, "The register")],
            },
            move |_call| {
                let house = register.clone();
                async move {
                    Ok(Answer::value(
                        StatusCode::OK,
                        &house.vault.register().to_json(),
                    ))
                }
            },
        ),
    ]
}

async fn key_status(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = KeysOf {
        tenant: call.who.tenant().clone(),
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, Action::KeyList, thing).await?;
    let status = house.keys.status().await?;
    let body = json!({
        "environment": house.config.environment,
        "backend": status.backend,
        "persons": status.persons,
        "persons_destroyed": status.persons_destroyed,
        "keys_wrapped": status.wrapped,
        "keys_behind": status.behind,
        "rewrapped_percent": status.rewrapped_percent(),
    });
    let entry = Entry::new(&ctx, Action::KeyList, Outcome::Ok).map_err(vault::VaultError::from)?;
    let index = super::log::append(&house, &ctx, allowed.rule(), entry).await?;
    Ok(Answer::value(StatusCode::OK, &body).logged(index))
}

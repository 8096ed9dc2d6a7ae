//! A second instance, served on this machine from a restored point: a client signs in and reads, over TLS.

use std::time::Duration;

use audit::{Action, Entry, Outcome};
use base::Secret;
use policy::{NewToken, Role, Scope};
use store::WriteSet;

use super::restore::Practice;
use crate::{Failure, Installation, Serving, probes};

/// The token that signs in lives so long.
const TOKEN_LIVES: Duration = Duration::from_mins(5);
const PATIENCE: Duration = Duration::from_secs(30);

/// Serve it, sign in, and read.
pub(super) async fn serve(practice: &Practice) -> Result<(), Failure> {
    let restored = Installation::open(practice.config.clone()).await?;
    let token = sign_in(&restored, practice).await?;
    let serving = Serving::begin_idle(restored).await?;
    let outcome = ask(&serving, practice, &token).await;
    serving.end().await;
    outcome
}

async fn sign_in(restored: &Installation, practice: &Practice) -> Result<Secret<String>, Failure> {
    let canary = &practice.living;
    let new = NewToken {
        tenant: canary.tenant.clone(),
        role: Role::Person,
        person: Some(canary.person),
        scope: Scope::default(),
        label: "drill".to_owned(),
        lives: TOKEN_LIVES,
    };
    let (ctx, _) = restored.local(&canary.tenant, "drill");
    let (id, token, set): (_, _, WriteSet) = restored.tokens.create(&new, WriteSet::new());
    let entry = Entry::new(&ctx, Action::TokenCreate, Outcome::Ok)?.token(id);
    restored
        .db
        .commit(set.log(entry.finish(&canary.tenant)))
        .await?;
    Ok(token)
}

async fn ask(
    serving: &Serving,
    practice: &Practice,
    token: &Secret<String>,
) -> Result<(), Failure> {
    let failed = |what: String| Failure::coded("drill.not_served", what);
    let (client, base) = probes::client(&practice.config, serving.address, PATIENCE)?;
    let url = format!("{base}{}", practice.living.path());
    let answer = client
        .get(url)
        .bearer_auth(token.expose())
        .header("purpose-of-use", "PATRQT")
        .send()
        .await
        .map_err(|error| failed(format!("the restored instance did not answer: {error}")))?;
    let status = answer.status();
    if !status.is_success() {
        return Err(failed(format!("the restored instance answered {status}")));
    }
    let body = answer
        .bytes()
        .await
        .map_err(|error| failed(format!("the restored instance broke off: {error}")))?;
    let says = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
    if says(&body).is_some() && says(&body) == says(&practice.living.document) {
        Ok(())
    } else {
        Err(Failure::coded(
            "drill.differs",
            "a record came back otherwise than it was",
        ))
    }
}

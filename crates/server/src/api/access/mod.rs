//! `/v1/access`: who holds which privilege, who asks for one, who decides; reviews; access in an emergency; and the rules.

mod destructions;
mod emergency;
mod glass;
mod privileges;
mod requests;
mod wire;

use std::str::FromStr;

use audit::{Action, Entry, Outcome};
use base::{AccountId, Ctx, ErrorKind, Fault, PrivilegeId};
use bytes::Bytes;
use http::StatusCode;
use policy::access::AccessError;
use policy::{Allowed, Authority, Denied};
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::WriteSet;
use web::{Answer, Call, Logged, Param, Problem, Routes};

use super::House;
use crate::secrets::KeySecrets;

pub use emergency::emergency;

/// Bytes of a body; a note is the longest thing in it.
const BODY_MAX: usize = 8 * 1024;
/// Characters of a note.
const NOTE_MAX: usize = 2_000;

const GROUP: &str = "Access";

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let mut routes = requests::routes(house);
    routes.extend(privileges::routes(house));
    routes.extend(glass::routes(house));
    routes.extend(destructions::routes(house));
    routes
}

const fn id_param(name: &'static str) -> Param {
    Param::path(name, "Its id")
}

/// The account that is signed in. Policy lets nobody change access without one.
pub(super) fn account(call: &Call<Authority>) -> Result<AccountId, Problem> {
    call.who.account().ok_or_else(|| Denied::Account.into())
}

fn body<T: DeserializeOwned>(bytes: &Bytes, takes: &str) -> Result<T, Problem> {
    super::body::json(bytes, "access.body", &format!("Send {takes}."))
}

fn id(call: &Call<Authority>, name: &str) -> Result<PrivilegeId, Problem> {
    call.part::<PrivilegeId>(name)
}

/// A text of a closed list or an id, out of a body.
fn word<T: FromStr>(text: &str, name: &str) -> Result<T, Problem> {
    text.parse().map_err(|_| {
        let mut problem = Problem::new(
            ErrorKind::Invalid,
            "access.body",
            format!("`{name}` is none that there is. The description at /v1/docs lists them."),
        );
        problem.pointer = Some(format!("/{name}"));
        problem
    })
}

/// A note, sealed for its own place; too long a one, or one with a card number, is refused.
fn seal(
    house: &House,
    ctx: &Ctx,
    place: &str,
    id: PrivilegeId,
    note: Option<&str>,
) -> Result<Option<Vec<u8>>, Problem> {
    let Some(note) = note.filter(|note| !note.is_empty()) else {
        return Ok(None);
    };
    if note.chars().count() > NOTE_MAX {
        return Err(Problem::new(
            ErrorKind::TooLarge,
            "access.body",
            format!("`note` has {NOTE_MAX} characters at most."),
        ));
    }
    if base::card::find(note).is_some() {
        return Err(vault::VaultError::Card("`note`").into());
    }
    let sealed = identity::Secrets::seal(
        &secrets(house),
        &ctx.tenant,
        &[place, &id.to_string()],
        note.as_bytes(),
    );
    Ok(Some(sealed?))
}

/// A note, opened.
fn open(
    house: &House,
    ctx: &Ctx,
    place: &str,
    id: PrivilegeId,
    sealed: Option<&[u8]>,
) -> Result<Value, Problem> {
    let Some(sealed) = sealed else {
        return Ok(Value::Null);
    };
    let place = [place, &id.to_string()];
    let plain = identity::Secrets::open(&secrets(house), &ctx.tenant, &place, sealed)?;
    Ok(String::from_utf8_lossy(&plain).into())
}

fn secrets(house: &House) -> KeySecrets {
    KeySecrets {
        keys: std::sync::Arc::clone(&house.keys),
        environment: house.config.environment.clone(),
        rng: std::sync::Arc::clone(&house.rng),
    }
}

/// The entry of something that policy allowed, about `subject`.
fn entry<T>(
    ctx: &Ctx,
    allowed: &Allowed<T>,
    action: Action,
    outcome: Outcome,
    subject: Option<PrivilegeId>,
) -> Result<Entry, Problem> {
    let mut entry = Entry::new(ctx, action, outcome).map_err(vault::VaultError::from)?;
    if let Ok(rule) = allowed.rule().parse() {
        entry = entry.policy(&rule);
    }
    Ok(match subject {
        Some(id) => entry.subject(*id.as_bytes()),
        None => entry,
    })
}

/// Commit rows and entry together, and answer. What the rows' guards refuse is an entry of its own.
async fn commit<T>(
    house: &House,
    ctx: &Ctx,
    allowed: &Allowed<T>,
    action: Action,
    done: Entry,
    set: Result<WriteSet, AccessError>,
) -> Result<u64, Problem> {
    let committed = match set {
        Ok(set) => {
            let set = set.log(done.finish(&ctx.tenant));
            house.db.commit(set).await.map_err(AccessError::from)
        }
        Err(error) => Err(error),
    };
    match committed {
        // The tenant's own entry is the last one.
        Ok(committed) => Ok(committed.log_indexes.last().copied().unwrap_or(0)),
        Err(error) => {
            let subject = done.subject.map(PrivilegeId::from_bytes);
            let mut failed = entry(ctx, allowed, action, Outcome::Failed, subject)?;
            failed.person = done.person;
            let failed = failed.code(error.code());
            house
                .db
                .commit(WriteSet::new().log(failed.finish(&ctx.tenant)))
                .await?;
            Err(error.into())
        }
    }
}

/// A look: an entry without rows.
async fn looked<T>(
    house: &House,
    ctx: &Ctx,
    allowed: &Allowed<T>,
    action: Action,
    subject: Option<PrivilegeId>,
    body: &Value,
) -> Result<Logged, Problem> {
    let entry = entry(ctx, allowed, action, Outcome::Ok, subject)?;
    let set = WriteSet::new().log(entry.finish(&ctx.tenant));
    let committed = house.db.commit(set).await?;
    let index = committed.log_indexes.first().copied().unwrap_or(0);
    Ok(Answer::value(StatusCode::OK, body).logged(index))
}

/// What was looked for; a look at what is not there is an entry too.
async fn there<T, F>(
    house: &House,
    ctx: &Ctx,
    allowed: &Allowed<T>,
    action: Action,
    found: Result<F, AccessError>,
) -> Result<F, Problem> {
    match found {
        Ok(found) => Ok(found),
        Err(error) => {
            let failed = entry(ctx, allowed, action, Outcome::Failed, None)?.code(error.code());
            house
                .db
                .commit(WriteSet::new().log(failed.finish(&ctx.tenant)))
                .await?;
            Err(error.into())
        }
    }
}

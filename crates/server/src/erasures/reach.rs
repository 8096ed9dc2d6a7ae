//! When somebody erased is beyond everybody's reach: certified as a promise where a backup of the keys may still hold theirs, and certified
//! anew, as what happened, once none does.

use audit::jws;
use base::{Instant, ObjectId, TenantId};
use serde_json::{Value, json};
use store::{Sql, WriteSet};

use super::TYPE;
use crate::{Failure, Installation, backup};

/// Certificates that are signed anew in one go.
const BATCH: i64 = 200;

pub(super) static OPEN: Sql = Sql::both(
    "SELECT tenant, erasure, certificate FROM erasure WHERE gone IS NOT NULL AND gone <= $1 ORDER BY gone LIMIT $2",
);
/// Whoever comes second finds it done.
pub(super) static CONFIRM: Sql = Sql::both(
    "UPDATE erasure SET certificate = coalesce($3, certificate), gone = NULL WHERE tenant = $1 AND erasure = $2 AND gone IS NOT NULL",
);

/// What a certificate says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// It was so when this was signed, since this moment at the latest.
    Since(Instant),
    /// It is to be so by then.
    By(Instant),
}

impl Beyond {
    /// What the body of a certificate says; those of before do not say it.
    #[must_use]
    pub fn of(body: &Value) -> Option<Self> {
        let said = body.get("beyond_reach")?;
        let by: jiff::Timestamp = said.get("by")?.as_str()?.parse().ok()?;
        let by = Instant::from_micros(by.as_microsecond());
        Some(if said.get("done")?.as_bool()? {
            Self::Since(by)
        } else {
            Self::By(by)
        })
    }
}

/// What the body of a certificate says of it, for whoever checks it.
#[must_use]
pub fn in_words(body: &Value) -> String {
    match Beyond::of(body) {
        None => "not said".to_owned(),
        Some(Beyond::Since(at)) => format!("since {at}"),
        Some(Beyond::By(at)) => {
            format!(
                "by {at} at the latest; the service's page /erased then gives one that says since when"
            )
        }
    }
}

/// Sign anew what was promised and has come true: nobody can bring them back any more. How many.
///
/// # Errors
/// Storage failures. Can be repeated.
pub async fn confirm(house: &Installation) -> Result<usize, Failure> {
    if house.config.backup.is_none() {
        return Ok(0);
    }
    let reach = backup::reach(house).await?;
    if reach.living.is_empty() {
        // The first one may be on its way.
        return Ok(0);
    }
    let beyond = i64::try_from(reach.beyond()).unwrap_or(i64::MAX);
    let rows = house
        .db
        .rows(&OPEN, vec![beyond.into(), BATCH.into()])
        .await?;
    let now = house.clock.now();
    for row in &rows {
        let damaged = || Failure::text("a certificate cannot be read");
        let tenant: TenantId = row.text(0)?.parse().map_err(|_| damaged())?;
        let erasure = ObjectId::from_slice(row.bytes(1)?).ok_or_else(damaged)?;
        let anew = anew(house, &tenant, row.text(2)?, now)?;
        let params = vec![(&tenant).into(), erasure.into(), anew.into()];
        house
            .db
            .commit(WriteSet::new().run(&CONFIRM, params))
            .await?;
    }
    Ok(rows.len())
}

/// The same certificate with what is so now. `None` where it is none that was signed here: then it stays.
fn anew(
    house: &Installation,
    tenant: &TenantId,
    text: &str,
    now: Instant,
) -> Result<Option<String>, Failure> {
    let failed = |error: String| Failure::text(error);
    let keys = house.log.verifiers(tenant);
    let keys = keys.map_err(|error| failed(error.to_string()))?;
    let public: Vec<_> = keys.iter().map(|it| *it.public()).collect();
    let Some(mut body) = jws::verify(text, TYPE, &public) else {
        return Ok(None);
    };
    if let Some(body) = body.as_object_mut() {
        body.insert("beyond_reach".into(), backup::said(now, true, &[]));
        body.insert("confirmed_at".into(), json!(now.to_string()));
    }
    let key = audit::LogKeys::signer(&*house.keys, tenant);
    let key = key.map_err(|error| failed(error.to_string()))?;
    Ok(Some(jws::sign(&key, TYPE, &body)))
}

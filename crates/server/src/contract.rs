//! The end of a tenant's contract, carried out: keys first, then everything else, then a signed statement that proves it.
//!
//! Invariant: the certificate says what was searched and found after it was destroyed, never before.

use audit::{Action, Entry, Outcome, jws};
use base::TenantId;
use policy::{ContractOf, Verb, decide};
use serde_json::{Value, json};
use store::{Sql, WriteSet};
use vault::contract::{ContractEnd, Stage};
use vault::{Vault, VaultError};

use crate::config::Database;
use crate::{Failure, Installation, backup};

/// The version of the certificate's form (`docs/formats/contract-end.md`).
pub const FORMAT: &str = "strongroom-contract-end/1";
/// The type of its JWS.
pub const TYPE: &str = "contract-end-certificate+jws";

/// A table, and which of a tenant's rows go.
struct Place {
    table: &'static str,
    count: Sql,
    delete: Sql,
}

macro_rules! place {
    ($table:literal) => {
        place!($table, "true")
    };
    ($table:literal, $which:literal) => {
        Place {
            table: $table,
            count: Sql::both(concat!(
                "SELECT count(*) FROM ",
                $table,
                " WHERE tenant = $1 AND (",
                $which,
                ")"
            )),
            delete: Sql::both(concat!(
                "DELETE FROM ",
                $table,
                " WHERE tenant = $1 AND (",
                $which,
                ")"
            )),
        }
    };
}

/// Where nothing may be left, in the order in which it goes: what leads in first.
static PLACES: &[Place] = &[
    place!("token"),
    place!("session"),
    place!("ticket"),
    place!("link"),
    place!("device"),
    place!("password"),
    place!("factor"),
    place!("guess"),
    place!("letter"),
    place!("oauth_token"),
    place!("oauth_family"),
    place!("oauth_code"),
    place!("oauth_request"),
    place!("oauth_grant"),
    // Secrets of apps stand under the app alone.
    Place {
        table: "app_secret",
        count: Sql::both(
            "SELECT count(*) FROM app_secret WHERE app IN (SELECT app FROM app WHERE tenant = $1)",
        ),
        delete: Sql::both(
            "DELETE FROM app_secret WHERE app IN (SELECT app FROM app WHERE tenant = $1)",
        ),
    },
    place!("app"),
    place!("role_assignment"),
    place!("privilege_request"),
    place!("break_glass"),
    place!("account"),
    place!("record"),
    place!("record_history"),
    place!("record_index"),
    place!("file"),
    place!("idempotency"),
    place!("export"),
    place!("transfer"),
    place!("bulk_part"),
    place!("bulk_export"),
    place!("consent_event"),
    place!("consent_grant"),
    place!("consent_asking"),
    place!("consent_request"),
    place!("consent_limit"),
    place!("consent_no"),
    place!("consent_guardian"),
    place!("consent_proposal"),
    place!("consent_minor"),
    place!("rights_event"),
    place!("rights_request"),
    place!("legal_hold"),
    place!("retention_tally"),
    place!("retention_run"),
    place!("key_floor"),
    place!("person_external"),
    place!("person"),
    place!("erasure", "certificate IS NULL"),
    place!("job"),
];

/// What counts and empties each place, for the tests that look at every statement.
pub fn places() -> impl Iterator<Item = &'static Sql> {
    let gone = PLACES.iter().flat_map(|it| [&it.count, &it.delete]);
    gone.chain(KEPT.iter().map(|(place, _)| &place.count))
}

/// What stays, and why.
static KEPT: &[(Place, &str)] = &[
    (
        place!("erasure", "certificate IS NOT NULL"),
        "so that people still find the proof of their own deletion; it names nobody",
    ),
    (place!("log_head"), LOG),
    (place!("log_chunk"), LOG),
    (place!("log_node"), LOG),
    (place!("log_index"), LOG),
    (
        place!("tenant"),
        "so that the name is never given to somebody else",
    ),
    (
        place!("contract_end"),
        "the end itself, and its certificate",
    ),
];
const LOG: &str = "the log, which holds no personal data";

/// Every statement, for the test that prepares each on both engines.
pub fn statements() -> impl Iterator<Item = &'static Sql> {
    let all = PLACES.iter().chain(KEPT.iter().map(|(place, _)| place));
    all.flat_map(|it| [&it.count, &it.delete])
}

/// Destroy what is due. Can be repeated; what was cut short goes on.
///
/// # Errors
/// Storage failures.
pub async fn carry_out(house: &Installation) -> Result<(), Failure> {
    for tenant in house.vault.contracts_over(house.clock.now()).await? {
        if let Err(error) = one(house, &tenant).await {
            tracing::error!(%tenant, %error, "the end of a contract was not carried out; it is tried again");
        }
    }
    Ok(())
}

async fn one(house: &Installation, tenant: &TenantId) -> Result<(), Failure> {
    let (ctx, authority) = house.local(tenant, "contract-end");
    let thing = ContractOf {
        tenant: tenant.clone(),
    };
    let allowed = decide(&ctx, &authority, Verb::Delete, thing)?;
    house.vault.begin_destruction(&ctx, &allowed).await?;
    let end = house.vault.contract_end(tenant).await?;
    let end = end.ok_or(VaultError::NoEnd)?;

    // From here on nothing opens any more, whatever else is cut short.
    let keys = house.keys.destroy_tenant(tenant).await?;
    let gone_at = house.clock.now();
    let mut gone = Vec::new();
    for place in PLACES {
        gone.push((place.table, count(house, tenant, place).await?));
    }
    // What may be much goes in portions: others write in between.
    house.vault.destroy_every_person(tenant).await?;
    house.vault.destroy_every_file(tenant).await?;
    for place in PLACES {
        let set = WriteSet::new().run(&place.delete, vec![tenant.into()]);
        house.db.commit(set).await?;
    }
    let overwritten = overwrite(house).await;

    let mut searched = Vec::new();
    let mut left = house.keys.left_of_tenant(tenant).await?;
    searched.push(json!({ "place": "keys", "count": left }));
    for place in PLACES {
        let count = count(house, tenant, place).await?;
        left += count;
        searched.push(json!({ "place": place.table, "count": count }));
    }
    let mut kept = vec![json!({
        "place": "keys of the log",
        "why": "so that the log can still be read and verified; nothing else was ever sealed under them",
    })];
    for (place, why) in KEPT {
        let count = count(house, tenant, place).await?;
        if count > 0 {
            kept.push(json!({ "place": place.table, "count": count, "why": why }));
        }
    }
    let rows = |table: &str| gone.iter().find(|it| it.0 == table).map_or(0, |it| it.1);
    let entry = Entry::new(&ctx, Action::ContractDestroy, Outcome::Ok)?.count(rows("person"));
    let entry = match allowed.rule().parse() {
        Ok(rule) => entry.policy(&rule),
        Err(_) => entry,
    };
    let committed = house
        .db
        .commit(WriteSet::new().log(entry.finish(tenant)))
        .await?;
    let index = committed.log_indexes.last().copied();
    let index = index.ok_or(VaultError::Damaged("commit without an entry"))?;
    let (logged, proof) = house.log.prove(tenant, index).await?;
    let body = json!({
        "format": FORMAT,
        "tenant": tenant.as_str(),
        "ended_at": end.ends_at.to_string(),
        "kept_until": end.goes_at.to_string(),
        "certified_at": house.clock.now().to_string(),
        "destroyed": {
            "keys": keys,
            "persons": rows("person"),
            "records": rows("record"),
            "earlier_versions": rows("record_history"),
            "files": rows("file"),
            "accounts": rows("account"),
        },
        "beyond_reach": backup::beyond_reach(house, gone_at).await?.0,
        "nothing_left": left == 0,
        "searched": searched,
        "kept": kept,
        "overwritten": overwritten,
        "log": {
            "index": index,
            "leaf_hash": hex::encode(logged.leaf_hash),
            "proof": proof.to_string(),
        },
    });
    if left > 0 {
        return Err(Failure::text("something of the tenant is left"));
    }
    let key = audit::LogKeys::signer(&*house.keys, tenant)
        .map_err(|error| Failure::text(error.to_string()))?;
    let certificate = jws::sign(&key, TYPE, &body);
    let set = Vault::destroyed(tenant, &certificate, house.clock.now());
    house.db.commit(set).await?;
    Ok(())
}

async fn count(
    house: &Installation,
    tenant: &TenantId,
    place: &'static Place,
) -> Result<u64, Failure> {
    let row = house.db.row(&place.count, vec![tenant.into()]).await?;
    let count = row.map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Have what was deleted overwritten, where the database can.
async fn overwrite(house: &Installation) -> bool {
    matches!(house.config.data, Database::Sqlite { .. }) && house.db.scrub().await.is_ok()
}

/// What a certificate says, if it holds: one of the log's `keys` signed it, and the proof in it leads from an entry that says so to a head
/// that one of them signed.
///
/// # Errors
/// What does not hold, in words.
pub fn check(text: &str, keys: &[audit::note::LogKey]) -> Result<Value, &'static str> {
    let public: Vec<_> = keys.iter().map(|it| *it.public()).collect();
    let body = jws::verify(text.trim(), TYPE, &public).ok_or("none of the keys signed it")?;
    if body.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err("its form is none that is known here");
    }
    let proof = body.pointer("/log/proof").and_then(Value::as_str);
    let proof: audit::note::LogProof = proof
        .unwrap_or("")
        .parse()
        .map_err(|_| "there is no proof in it")?;
    let entry = proof.extra.clone().unwrap_or_default();
    proof
        .verify(&entry, keys)
        .map_err(|_| "the proof in it does not hold")?;
    let entry = Entry::parse(&entry).map_err(|_| "the proof in it is about no entry")?;
    if entry.action != Action::ContractDestroy || entry.outcome != Outcome::Ok {
        return Err("the proof in it is about something else");
    }
    Ok(body)
}

/// Days that are left until everything goes, rounded up; `None` before the end of the contract.
#[must_use]
pub fn days_left(end: &ContractEnd, now: base::Instant) -> Option<u64> {
    let day = 24 * 60 * 60;
    (end.stage != Stage::Noted || now >= end.ends_at)
        .then(|| end.goes_at.since(now).as_secs().div_ceil(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who adds a table has to say here what the end of a contract does to it.
    #[test]
    fn every_table_is_searched() {
        // What belongs to no tenant: evidence of checks, keys that sign tokens, digests that were seen, the point that was
        // restored, what ran by the clock, what is destroyed before its time and how long it is kept.
        let nobodys = [
            "evidence",
            "signing_key",
            "oauth_seen",
            "restored",
            "continuity_run",
            "continuity_destruction",
            "continuity_keep",
            "continuity_beat",
            "continuity_node",
        ];
        let mut seen = 0;
        for migration in store::migrations::DATA {
            for made in migration.sql.split("CREATE TABLE ").skip(1) {
                let table = made.split('(').next().unwrap_or("").trim();
                let all = PLACES.iter().chain(KEPT.iter().map(|(place, _)| place));
                let known = all.into_iter().any(|place| place.table == table);
                assert!(
                    known || nobodys.contains(&table),
                    "the end of a contract forgets {table}"
                );
                seen += 1;
            }
        }
        assert!(seen > 40, "the search for tables finds them: {seen}");
    }

    /// The vector that is committed: made again bit for bit, and verified.
    #[test]
    fn the_committed_certificate_is_made_again() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/formats/vectors/contract-end.json"
        );
        let key = crypt::sign::Ed25519Key::from_seed(&[11; 32]);
        let body = json!({
            "format": FORMAT,
            "tenant": "acme",
            "ended_at": "2027-01-01T00:00:00.000000Z",
            "kept_until": "2027-01-31T00:00:00.000000Z",
            "certified_at": "2027-01-31T00:10:00.000000Z",
            "destroyed": { "keys": 9, "persons": 2, "records": 5, "earlier_versions": 1, "files": 1, "accounts": 3 },
            "nothing_left": true,
            "searched": [{ "place": "keys", "count": 0 }, { "place": "record", "count": 0 }],
            "kept": [{ "place": "log_head", "count": 1, "why": LOG }],
            "overwritten": true,
            "log": { "index": 40, "leaf_hash": hex::encode([5; 32]), "proof": "c2sp.org/tlog-proof@v1 ..." },
        });
        let signed = jws::sign(&key, TYPE, &body);
        let made = json!({ "seed": hex::encode([11; 32]), "public": hex::encode(key.public()), "body": body, "signed": signed });
        if std::env::var_os("VECTORS_UPDATE").is_some() {
            std::fs::write(path, format!("{made:#}\n")).unwrap();
        }
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(made, kept);
        let signed = kept["signed"].as_str().unwrap();
        assert_eq!(jws::verify(signed, TYPE, &[key.public()]), Some(body));
        assert_eq!(
            jws::verify(signed, "erasure-certificate+jws", &[key.public()]),
            None
        );
    }
}

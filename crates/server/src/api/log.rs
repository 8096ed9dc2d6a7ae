//! `/log/...` for anybody (hash tiles and checkpoints only) and `/v1/log` for the security engineer.

use audit::merkle::TilePath;
use audit::note::LogProof;
use audit::{Action, AuditError, Entry, Outcome};
use base::{ErrorKind, TenantId, limits};
use http::header::{CACHE_CONTROL, HeaderValue};
use http::{Method, StatusCode};
use policy::{Authority, LogOf, Verb};
use serde_json::{Value, json};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, allow, circumstances};

const TENANT: Param = Param::path("tenant", "Whose log; `operator` is the installation's own");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (checkpoint, keys, tile) = (house.clone(), house.clone(), house.clone());
    let (entries, prove) = (house.clone(), house.clone());
    vec![
        Route::open(
            Method::GET,
            "/log/{tenant}/checkpoint",
            Limit::NoBody,
            Doc {
                id: "logCheckpoint",
                group: "Log",
                summary: "The signed head of a log (C2SP tlog-checkpoint)",
                about: "",
                params: vec![TENANT],
                body: None,
                answers: &[(200, "A signed note")],
            },
            move |call| checkpoint_of(checkpoint.clone(), call),
        ),
        Route::open(
            Method::GET,
            "/log/{tenant}/vkeys",
            Limit::NoBody,
            Doc {
                id: "logKeys",
                group: "Log",
                summary: "The public keys that sign this log, newest first (C2SP vkey, one a line)",
                about: "",
                params: vec![TENANT],
                body: None,
                answers: &[(200, "Text")],
            },
            move |call| vkeys_of(keys.clone(), call),
        ),
        Route::open(
            Method::GET,
            "/log/{tenant}/tile/{*path}",
            Limit::NoBody,
            Doc {
                id: "logTile",
                group: "Log",
                summary: "A tile of hashes (C2SP tlog-tiles)",
                about: "Entries are not served: who looked at whom is nobody else's business. `/v1/log/{index}/proof` proves a single one.",
                params: vec![TENANT, Param::path("path", "`<level>/<index>[.p/<width>]`")],
                body: None,
                answers: &[(200, "8,192 bytes, or fewer for a partial tile")],
            },
            move |call| tile_of(tile.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/log",
            Limit::NoBody,
            Doc {
                id: "readLog",
                group: "Log",
                summary: "Read entries of the tenant's log",
                about: "For the role `security`. Reading the log stands in the log.",
                params: vec![
                    Param::query("from", "Index of the first entry (the newest ones)"),
                    Param::query("limit", "Entries on a page, 1 to 1000 (50)"),
                ],
                body: None,
                answers: &[(200, "Entries, with index and leaf hash")],
            },
            move |call| read_log(entries.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/log/{index}/proof",
            Limit::NoBody,
            Doc {
                id: "proveEntry",
                group: "Log",
                summary: "A proof of one entry (C2SP tlog-proof)",
                about: "Anybody can check it with the log's public key, without us.",
                params: vec![Param::path("index", "The entry's index")],
                body: None,
                answers: &[(200, "A .tlog-proof file with the entry inside")],
            },
            move |call| prove_entry(prove.clone(), call),
        ),
    ]
}

/// A tenant that is configured here; others do not exist.
fn tenant_of(house: &House, call: &Call<()>) -> Result<TenantId, Problem> {
    let tenant: TenantId = call.part("tenant")?;
    if house.tenants().contains(&tenant) {
        Ok(tenant)
    } else {
        Err(Problem::new(
            ErrorKind::NotFound,
            "log.not_found",
            "There is no log of that name here.",
        ))
    }
}

async fn checkpoint_of(house: House, call: Call<()>) -> Result<Answer, Problem> {
    let tenant = tenant_of(&house, &call)?;
    let text = house.log.checkpoint(&tenant).await?;
    Ok(
        Answer::with_type(StatusCode::OK, "text/plain; charset=utf-8", text)
            .header(CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    )
}

async fn vkeys_of(house: House, call: Call<()>) -> Result<Answer, Problem> {
    let tenant = tenant_of(&house, &call)?;
    let mut text = String::new();
    for key in house.log.verifiers(&tenant)? {
        text.push_str(&key.to_string());
        text.push('\n');
    }
    Ok(Answer::with_type(
        StatusCode::OK,
        "text/plain; charset=utf-8",
        text,
    ))
}

async fn tile_of(house: House, call: Call<()>) -> Result<Answer, Problem> {
    let tenant = tenant_of(&house, &call)?;
    let path = format!("tile/{}", call.part_text("path")?);
    let missing = || {
        Problem::new(
            ErrorKind::NotFound,
            "log.not_found",
            "There is no such tile.",
        )
    };
    let Some(TilePath::Hashes(tile)) = TilePath::parse(&path) else {
        return Err(missing());
    };
    match house.log.tile(&tenant, tile).await {
        Ok(bytes) => Ok(
            Answer::with_type(StatusCode::OK, "application/octet-stream", bytes).header(
                CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=31536000, immutable"),
            ),
        ),
        Err(AuditError::Range { .. }) => Err(missing()),
        Err(error) => Err(error.into()),
    }
}

async fn read_log(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let tenant = call.who.tenant().clone();
    let thing = LogOf {
        tenant: tenant.clone(),
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, Action::LogRead, thing).await?;
    let limit = call
        .query
        .number("limit", 1..=limits::PAGE_ITEMS_MAX)?
        .unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let size = house.log.size(&tenant).await?;
    let from = match call.query.number("from", 0..=usize::MAX)? {
        Some(from) => from as u64,
        None => size.saturating_sub(limit as u64),
    };
    let to = (from.saturating_add(limit as u64)).min(size);
    let mut entries = Vec::new();
    for logged in house.log.entries(&tenant, from, limit as u64).await? {
        entries.push(line(&logged)?);
    }
    let entry = Entry::new(&ctx, Action::LogRead, Outcome::Ok)
        .map_err(vault::VaultError::from)?
        .count(entries.len() as u64);
    let index = append(&house, &ctx, allowed.rule(), entry).await?;
    let next = (to < size).then_some(to);
    Ok(Answer::value(
        StatusCode::OK,
        &json!({ "size": size, "entries": entries, "next": next }),
    )
    .logged(index))
}

async fn prove_entry(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let tenant = call.who.tenant().clone();
    let thing = LogOf {
        tenant: tenant.clone(),
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, Action::LogProve, thing).await?;
    let (_, proof) = proved(&house, &tenant, &call).await?;
    let entry = Entry::new(&ctx, Action::LogProve, Outcome::Ok).map_err(vault::VaultError::from)?;
    let logged = append(&house, &ctx, allowed.rule(), entry).await?;
    Ok(Answer::with_type(
        StatusCode::OK,
        "text/plain; charset=utf-8",
        proof.to_string(),
    )
    .logged(logged))
}

/// An entry in a list: its place, its leaf, what it says.
pub(super) fn line(logged: &audit::Logged) -> Result<Value, Problem> {
    let body: Value = serde_json::from_slice(&logged.body)
        .map_err(|_| vault::VaultError::Damaged("log entry"))?;
    Ok(json!({ "index": logged.index, "leaf_hash": hex::encode(logged.leaf_hash), "entry": body }))
}

pub(super) fn no_entry() -> Problem {
    Problem::new(
        ErrorKind::NotFound,
        "log.not_found",
        "There is no such entry.",
    )
}

/// The entry that a call's address names, and its proof.
pub(super) async fn proved(
    house: &House,
    tenant: &TenantId,
    call: &Call<Authority>,
) -> Result<(audit::Logged, LogProof), Problem> {
    let index = call.part_text("index")?;
    let index: u64 = index.parse().map_err(|_| no_entry())?;
    match house.log.prove(tenant, index).await {
        Err(AuditError::Range { .. }) => Err(no_entry()),
        other => Ok(other?),
    }
}

/// Append an entry that records an operation without data of its own.
pub(super) async fn append(
    house: &House,
    ctx: &base::Ctx,
    rule: &str,
    entry: Entry,
) -> Result<u64, Problem> {
    let entry = match rule.parse() {
        Ok(rule) => entry.policy(&rule),
        Err(_) => entry,
    };
    let set = house.in_stead(ctx).await?;
    let committed = house.db.commit(set.log(entry.finish(&ctx.tenant))).await?;
    Ok(committed.log_indexes.first().copied().unwrap_or(0))
}

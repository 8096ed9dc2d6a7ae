//! Deleting everything about a person: asked for, waited for, done, and certified so that a third party can check it.
//!
//! Invariant: a certificate says what was found and done after it was, never before; what is left of a request names nobody.

use audit::{Action, Entry, Outcome, jws};
use base::{Ctx, Instant, PersonId, Secret, TenantId};
use policy::{Allowed, PersonAt, Verb, decide};
use serde_json::{Value, json};
use store::jobs::JobId;
use store::{Sql, Statement, StoreError, WriteSet};
use vault::people::Erased;
use vault::{Vault, VaultError};

use crate::{Failure, Installation, leftovers, removal};

/// The version of a certificate's form (`docs/formats/erasure-certificate.md`).
pub const FORMAT: &str = "strongroom-erasure/1";
/// The type of its JWS.
pub const TYPE: &str = "erasure-certificate+jws";
/// Requests that are carried out in one go.
const BATCH: u32 = 50;

static INSERT: Sql = Sql::both(
    "INSERT INTO erasure (tenant, erasure, person, digest, state, asked_at, due_at) VALUES ($1, $2, $3, $4, 'waiting', $5, $6)",
);
static OF_PERSON: Sql = Sql::both(
    "SELECT erasure, state, asked_at, due_at FROM erasure WHERE tenant = $1 AND person = $2 ORDER BY asked_at DESC, erasure LIMIT 50",
);
static CALL_OFF: Sql = Sql::both(
    "UPDATE erasure SET state = 'called_off', done_at = $4 WHERE tenant = $1 AND person = $2 AND erasure = $3 AND state = 'waiting'",
);
static DUE: Sql = Sql::both(
    "SELECT tenant, erasure, person FROM erasure WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at LIMIT $2",
);
static UNNAME: Sql = Sql::both(
    "UPDATE erasure SET person = NULL, state = CASE WHEN state = 'waiting' THEN 'done' ELSE state END, done_at = coalesce(done_at, $3) \
     WHERE tenant = $1 AND person = $2",
);
static CERTIFY: Sql = Sql::both(
    "UPDATE erasure SET certificate = $3 WHERE tenant = $1 AND erasure = $2 AND certificate IS NULL",
);
static BY_DIGEST: Sql = Sql::both(
    "SELECT state, asked_at, due_at, done_at, certificate FROM erasure WHERE digest = $1",
);

/// Every statement, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[
    &INSERT, &OF_PERSON, &CALL_OFF, &DUE, &UNNAME, &CERTIFY, &BY_DIGEST,
];

/// A request as the person sees it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which.
    pub erasure: base::ObjectId,
    /// `waiting`, `done` or `called_off`.
    pub state: String,
    /// When it was asked for.
    pub asked_at: Instant,
    /// When it is carried out.
    pub due_at: Instant,
}

/// What stands behind a link.
#[derive(Clone, Debug)]
pub struct Standing {
    /// `waiting`, `done` or `called_off`.
    pub state: String,
    /// When it was asked for.
    pub asked_at: Instant,
    /// When it is, or was to be, carried out.
    pub due_at: Instant,
    /// When it was.
    pub done_at: Option<Instant>,
    /// The certificate.
    pub certificate: Option<String>,
}

/// The write that takes a person's name off every request, for whoever erases them.
pub(crate) fn unname(tenant: &TenantId, person: PersonId, now: Instant, set: WriteSet) -> WriteSet {
    set.run(&UNNAME, vec![tenant.into(), person.into(), now.into()])
}

impl Installation {
    /// Ask that everything about a person be deleted at `due_at`. Gives the request, the secret of the link to the certificate (once), and
    /// the index of the entry.
    ///
    /// # Errors
    /// [`VaultError::Contended`] when one waits already; storage failures.
    pub async fn ask_erasure(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        due_at: Instant,
    ) -> Result<(Asked, Secret<String>, u64), VaultError> {
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        let handle = self.vault.handle(&ctx.tenant, person).await?;
        let secret = crypt::token::generate(&*self.rng);
        let asked = Asked {
            erasure: base::ObjectId::random(&*self.rng),
            state: "waiting".to_owned(),
            asked_at: ctx.now,
            due_at,
        };
        let entry = Entry::new(ctx, Action::PersonEraseAsk, Outcome::Ok)?.person(handle);
        let set = WriteSet::new()
            .with(Vault::is_there(&ctx.tenant, person))
            .run(
                &INSERT,
                vec![
                    (&ctx.tenant).into(),
                    asked.erasure.into(),
                    person.into(),
                    crypt::token::digest(secret.expose()).into(),
                    asked.asked_at.into(),
                    asked.due_at.into(),
                ],
            )
            .log(entry.finish(&ctx.tenant));
        match self.db.commit(set).await {
            Ok(committed) => {
                let index = committed.log_indexes.last().copied().unwrap_or(0);
                Ok((asked, secret, index))
            }
            Err(StoreError::Duplicate) => Err(VaultError::Contended),
            Err(StoreError::Guard(vault::GUARD_PERSON)) => Err(VaultError::NoPerson),
            Err(error) => Err(error.into()),
        }
    }

    /// What a person asked to have deleted, newest first.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn erasures(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Vec<Asked>, VaultError> {
        let rows = self
            .db
            .rows(&OF_PERSON, vec![tenant.into(), person.into()])
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Asked {
                    erasure: base::ObjectId::from_slice(row.bytes(0)?)
                        .ok_or(VaultError::Damaged("erasure"))?,
                    state: row.text(1)?.to_owned(),
                    asked_at: Instant::from_micros(row.int(2)?),
                    due_at: Instant::from_micros(row.int(3)?),
                })
            })
            .collect()
    }

    /// Somebody changed their mind.
    ///
    /// # Errors
    /// [`VaultError::NoErasure`] when none of this id waits; storage failures.
    pub async fn call_off_erasure(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        erasure: base::ObjectId,
    ) -> Result<u64, VaultError> {
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        let handle = self.vault.handle(&ctx.tenant, person).await?;
        let entry = Entry::new(ctx, Action::PersonEraseCallOff, Outcome::Ok)?.person(handle);
        let set = WriteSet::new()
            .with(Vault::is_there(&ctx.tenant, person))
            .run_expecting(
                &CALL_OFF,
                vec![
                    (&ctx.tenant).into(),
                    person.into(),
                    erasure.into(),
                    ctx.now.into(),
                ],
                1,
                "erasure.waiting",
            )
            .log(entry.finish(&ctx.tenant));
        match self.db.commit(set).await {
            Ok(committed) => Ok(committed.log_indexes.last().copied().unwrap_or(0)),
            Err(StoreError::Guard("erasure.waiting")) => Err(VaultError::NoErasure),
            Err(StoreError::Guard(vault::GUARD_PERSON)) => Err(VaultError::NoPerson),
            Err(error) => Err(error.into()),
        }
    }

    /// What stands behind the link with this secret.
    ///
    /// # Errors
    /// [`VaultError::NoErasure`]; storage failures.
    pub async fn erasure_behind(&self, secret: &str) -> Result<Standing, VaultError> {
        let digest = crypt::token::digest(secret);
        let row = self.db.row(&BY_DIGEST, vec![digest.into()]).await?;
        let row = row.ok_or(VaultError::NoErasure)?;
        Ok(Standing {
            state: row.text(0)?.to_owned(),
            asked_at: Instant::from_micros(row.int(1)?),
            due_at: Instant::from_micros(row.int(2)?),
            done_at: if row.is_null(3) {
                None
            } else {
                Some(Instant::from_micros(row.int(3)?))
            },
            certificate: if row.is_null(4) {
                None
            } else {
                Some(row.text(4)?.to_owned())
            },
        })
    }

    /// Erase a person, wait until nothing of them is left, and certify what was found and done.
    ///
    /// # Errors
    /// As [`Installation::erase_person`]; storage and key failures after it: the person is erased then, and only the certificate missing.
    pub async fn erase_certified(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        asked_at: Instant,
    ) -> Result<(Erased, String), Failure> {
        let tenant = &ctx.tenant;
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        let (mut erased, rest) = self.erase_person::<Failure>(ctx, allowed, None).await?;
        removal::to_the_end(self, tenant, person, &mut erased).await?;
        let certificate =
            removal::certified(self, tenant, person, &erased, asked_at, &rest).await?;
        removal::close(self, tenant, person, &erased, &rest).await?;
        Ok((erased, certificate))
    }

    pub(crate) async fn certify(
        &self,
        tenant: &TenantId,
        person: PersonId,
        erased: &Erased,
        asked_at: Instant,
        by: JobId,
    ) -> Result<String, Failure> {
        let left = leftovers::search_but_for(self, tenant, person, Some(by)).await?;
        let left = left.ok_or_else(|| Failure::text("the person is not erased"))?;
        let (logged, proof) = self.log.prove(tenant, erased.log_index).await?;
        let found = |it: &leftovers::Found| json!({ "place": it.place, "count": it.count });
        let kept: Vec<Value> = left
            .kept
            .iter()
            .filter(|it| it.found.count > 0)
            .map(|it| json!({ "place": it.found.place, "count": it.found.count, "why": it.why }))
            .collect();
        let body = json!({
            "format": FORMAT,
            "tenant": tenant.as_str(),
            "handle": erased.handle,
            "asked_at": asked_at.to_string(),
            "certified_at": self.clock.now().to_string(),
            "destroyed": { "keys": "every key of the person", "records": erased.records, "files": erased.files },
            "keys_gone": left.keys_gone,
            "nothing_left": left.is_clean(),
            "searched": left.searched.iter().map(found).collect::<Vec<_>>(),
            "kept": kept,
            "log": {
                "index": erased.log_index,
                "leaf_hash": hex::encode(logged.leaf_hash),
                "proof": proof.to_string(),
            },
        });
        let key = audit::LogKeys::signer(&*self.keys, tenant)
            .map_err(|error| Failure::text(error.to_string()))?;
        Ok(jws::sign(&key, TYPE, &body))
    }
}

/// Carry out what is due. Can be repeated; each is carried out once, on one node.
///
/// # Errors
/// Storage failures.
pub async fn carry_out(house: &Installation) -> Result<usize, Failure> {
    let now = house.clock.now();
    let rows = house.db.rows(&DUE, vec![now.into(), BATCH.into()]).await?;
    let mut done = 0;
    for row in &rows {
        let damaged = || Failure::text("a request to erase cannot be read");
        let tenant: TenantId = row.text(0)?.parse().map_err(|_| damaged())?;
        let erasure = base::ObjectId::from_slice(row.bytes(1)?).ok_or_else(damaged)?;
        let person = PersonId::from_slice(row.bytes(2)?).ok_or_else(damaged)?;
        match one(house, &tenant, erasure, person).await {
            Ok(()) => done += 1,
            Err(error) => {
                tracing::error!(%error, "an erasure that was due failed; it is tried again");
            }
        }
    }
    Ok(done)
}

/// The write that keeps a certificate; the first one counts.
pub(crate) fn keep(tenant: &TenantId, erasure: base::ObjectId, certificate: &str) -> Statement {
    let params = vec![tenant.into(), erasure.into(), certificate.into()];
    Statement::new(&CERTIFY, params)
}

/// Carry out one request. Where much is kept, the keys are destroyed when this returns, and the queue does the rest and certifies it.
///
/// # Errors
/// As [`Installation::erase_person`].
pub(crate) async fn one(
    house: &Installation,
    tenant: &TenantId,
    erasure: base::ObjectId,
    person: PersonId,
) -> Result<(), Failure> {
    let (ctx, authority) = house.local(tenant, "erasure");
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: Some(person),
    };
    let asked = house.erasures(tenant, person).await?;
    let asked_at = asked
        .iter()
        .find(|it| it.erasure == erasure)
        .map_or(ctx.now, |it| it.asked_at);
    let allowed = decide(&ctx, &authority, Verb::Delete, thing)?;
    let asked = removal::Asked { erasure, asked_at };
    let (erased, rest) = house
        .erase_person::<Failure>(&ctx, &allowed, Some(asked))
        .await?;
    if erased.removed {
        removal::close(house, tenant, person, &erased, &rest).await?;
    }
    Ok(())
}

/// What a certificate says, if it holds: one of the log's `keys` signed it, and the proof in it leads from the entry of the erasure to a
/// head that one of them signed.
///
/// # Errors
/// What does not hold, in words.
pub fn check(text: &str, keys: &[audit::note::LogKey]) -> Result<Value, &'static str> {
    let public: Vec<_> = keys.iter().map(|it| *it.public()).collect();
    let body = jws::verify(text.trim(), TYPE, &public).ok_or("none of the keys signed it")?;
    if body.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err("its form is none that is known here");
    }
    let proof = body
        .pointer("/log/proof")
        .and_then(Value::as_str)
        .unwrap_or("");
    let proof: audit::note::LogProof = proof.parse().map_err(|_| "there is no proof in it")?;
    let entry = proof.extra.clone().unwrap_or_default();
    proof
        .verify(&entry, keys)
        .map_err(|_| "the proof in it does not hold")?;
    let entry = Entry::parse(&entry).map_err(|_| "the proof in it is about no entry")?;
    let handle = entry.person.map(|it| it.to_string());
    if entry.action != Action::PersonErase
        || body.get("handle").and_then(Value::as_str) != handle.as_deref()
    {
        return Err("the proof in it is about something else");
    }
    Ok(body)
}

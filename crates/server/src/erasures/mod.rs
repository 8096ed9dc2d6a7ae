//! Deleting everything about a person, or a part of it: asked for, waited for, done, and certified so that a third party can check it.
//!
//! Invariant: a certificate says what was found and done after it was, never before; what is left of a request names nobody.

mod part;
mod reach;

use audit::{Action, Entry, Outcome, jws};
use base::{Ctx, Instant, PersonId, Secret, TenantId};
use policy::{Allowed, PersonAt, Verb, decide};
use serde_json::{Value, json};
use store::jobs::JobId;
use store::{Sql, Statement, StoreError, WriteSet};
use vault::people::Erased;
use vault::{Vault, VaultError};

pub use part::{FORMAT as PART_FORMAT, Of, Part, Plan, STAYS};
pub use reach::{Beyond, confirm, in_words};

use crate::{Failure, Installation, backup, leftovers, removal};

/// The version of a certificate's form (`docs/formats/erasure-certificate.md`).
pub const FORMAT: &str = "strongroom-erasure/1";
/// The type of its JWS.
pub const TYPE: &str = "erasure-certificate+jws";
/// Requests that are carried out in one go.
const BATCH: u32 = 50;

static INSERT: Sql = Sql::both(
    "INSERT INTO erasure (tenant, erasure, person, digest, state, asked_at, due_at, part, guardian) VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8)",
);
static OF_PERSON: Sql = Sql::both(
    "SELECT erasure, state, asked_at, due_at, part, guardian FROM erasure WHERE tenant = $1 AND person = $2 ORDER BY asked_at DESC, erasure LIMIT 50",
);
static CALL_OFF: Sql = Sql::both(
    "UPDATE erasure SET state = 'called_off', done_at = $4 WHERE tenant = $1 AND person = $2 AND erasure = $3 AND state = 'waiting'",
);
/// Whoever asked for it as a guardian is one still.
static STILL_ASKED: Sql = Sql::both(
    "SELECT 1 FROM erasure e WHERE tenant = $1 AND erasure = $2 AND (guardian IS NULL OR EXISTS (SELECT 1 FROM consent_guardian n \
     WHERE n.tenant = e.tenant AND n.person = e.person AND n.appointment = e.guardian AND n.ended_at IS NULL))",
);
static DUE: Sql = Sql::both(concat!(
    "SELECT tenant, erasure, person, part FROM erasure e WHERE state = 'waiting' AND due_at <= $1 ",
    // What a legal hold stops waits until it is lifted, and keeps no other waiting. The commit that erases asks again.
    "AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.tenant = e.tenant AND h.lifted_at IS NULL AND (h.until IS NULL OR h.until > $1) ",
    "AND (h.scope = 'tenant' OR h.person = e.person OR (h.scope = 'collection' AND (",
    "e.part = 'kind/' || h.collection OR e.part LIKE 'record/' || h.collection || '/%' OR (e.part = '' AND EXISTS (",
    "SELECT 1 FROM record r WHERE r.tenant = e.tenant AND r.person = e.person AND r.collection = h.collection)))))) ",
    "ORDER BY due_at LIMIT $2",
));
static UNNAME: Sql = Sql::both(
    "UPDATE erasure SET person = NULL, state = CASE WHEN state = 'waiting' THEN 'done' ELSE state END, done_at = coalesce(done_at, $3) \
     WHERE tenant = $1 AND person = $2",
);
static CERTIFY: Sql = Sql::both(
    "UPDATE erasure SET certificate = $3, gone = $4 WHERE tenant = $1 AND erasure = $2 AND certificate IS NULL",
);
static BY_DIGEST: Sql = Sql::both(
    "SELECT state, asked_at, due_at, done_at, certificate, part FROM erasure WHERE digest = $1",
);

/// Every statement, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[
    &INSERT,
    &OF_PERSON,
    &CALL_OFF,
    &STILL_ASKED,
    &DUE,
    &UNNAME,
    &CERTIFY,
    &BY_DIGEST,
    &part::PART_DONE,
    &reach::OPEN,
    &reach::CONFIRM,
];

/// A request as the person sees it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which.
    pub erasure: base::ObjectId,
    /// Of what.
    pub part: Part,
    /// `waiting`, `done` or `called_off`.
    pub state: String,
    /// When it was asked for.
    pub asked_at: Instant,
    /// When it is carried out.
    pub due_at: Instant,
    /// The guardian's appointment that it was asked for under.
    pub guardian: Option<base::GrantId>,
}

/// What stands behind a link.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Of what.
    pub part: Part,
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
    /// Ask that everything about a person, or a part of it, be deleted at `due_at`. Gives the request, the secret of the link to the certificate (once), and
    /// the index of the entry.
    ///
    /// # Errors
    /// [`VaultError::ErasureWaits`] when one waits already; [`VaultError::MustStay`] when a law wants something kept that would go;
    /// [`VaultError::NoRecord`], [`VaultError::NoFile`]; storage failures.
    pub async fn ask_erasure(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        part: Part,
        due_at: Instant,
    ) -> Result<(Asked, Secret<String>, u64), VaultError> {
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        let handle = self.vault.handle(&ctx.tenant, person).await?;
        self.may_go(&ctx.tenant, person, &part, ctx.now).await?;
        let secret = crypt::token::generate(&*self.rng);
        let asked = Asked {
            erasure: base::ObjectId::random(&*self.rng),
            part,
            state: "waiting".to_owned(),
            asked_at: ctx.now,
            due_at,
            guardian: ctx
                .actor
                .grant
                .filter(|_| ctx.actor.kind == base::ActorKind::Person),
        };
        let action = match asked.part {
            Part::Everything => Action::PersonEraseAsk,
            _ => Action::PartEraseAsk,
        };
        let entry = Entry::new(ctx, action, Outcome::Ok)?.person(handle);
        let entry = match &asked.part {
            Part::Records(part) => match part.record {
                Some(record) => entry.record(&part.collection, record),
                None => entry.collection(&part.collection),
            },
            Part::File(file) => entry.file(*file),
            Part::Everything | Part::Files => entry,
        };
        let mut set = self.in_stead(ctx).await?;
        if asked.guardian.is_some() {
            // Whoever else decides for the person may call it off.
            let told = crate::notices::Told::ErasureAsked;
            let key = asked.erasure.to_string();
            let jobs = crate::notices::Jobs::of(self);
            set = set.with(jobs.tell_person(&ctx.tenant, person, told, &key, ctx.now));
        }
        let set = set
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
                    asked.part.to_string().into(),
                    asked.guardian.into(),
                ],
            )
            .log(entry.finish(&ctx.tenant));
        match self.db.commit(set).await {
            Ok(committed) => {
                let index = committed.log_indexes.last().copied().unwrap_or(0);
                Ok((asked, secret, index))
            }
            Err(StoreError::Duplicate) => Err(VaultError::ErasureWaits),
            Err(StoreError::Guard(vault::GUARD_PERSON)) => Err(VaultError::NoPerson),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether nothing of a part is bound by a law; of a whole kind, that something is not.
    pub(crate) async fn may_go(
        &self,
        tenant: &TenantId,
        person: PersonId,
        part: &Part,
        now: Instant,
    ) -> Result<(), VaultError> {
        let until = match part {
            Part::Everything => {
                let held = self.vault.held_by_law(tenant, person, now).await?;
                held.iter().filter_map(|it| it.1.until).max()
            }
            part => {
                let plan = self.plan_part(tenant, person, part, now).await?;
                let kept = plan.records.kept.until;
                kept.filter(|_| plan.records.records == 0)
            }
        };
        until.map_or(Ok(()), |until| Err(VaultError::MustStay(until)))
    }

    /// Whether a legal hold stops it for now.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn is_held(
        &self,
        tenant: &TenantId,
        person: PersonId,
        part: &Part,
        now: Instant,
    ) -> Result<bool, VaultError> {
        let collection = match part {
            Part::Everything => return self.vault.is_held(tenant, person, now).await,
            Part::Records(part) => Some(&part.collection),
            Part::Files | Part::File(_) => None,
        };
        self.vault
            .is_part_held(tenant, person, collection, now)
            .await
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
                    part: row
                        .text(4)?
                        .parse()
                        .map_err(|()| VaultError::Damaged("erasure"))?,
                    guardian: if row.is_null(5) {
                        None
                    } else {
                        base::GrantId::from_slice(row.bytes(5)?)
                    },
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
        let set = self
            .in_stead(ctx)
            .await?
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
            part: row
                .text(5)?
                .parse()
                .map_err(|()| VaultError::Damaged("erasure"))?,
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
        Ok((erased, certificate.text))
    }

    pub(crate) async fn certify(
        &self,
        tenant: &TenantId,
        person: PersonId,
        erased: &Erased,
        asked_at: Instant,
        by: JobId,
    ) -> Result<Certificate, Failure> {
        let left = leftovers::search_but_for(self, tenant, person, Some(by)).await?;
        let left = left.ok_or_else(|| Failure::text("the person is not erased"))?;
        let (logged, proof) = self.log.prove(tenant, erased.log_index).await?;
        let gone_at = self.keys.gone_at(tenant, person).await?;
        // Where the key store does not say that they are, `keys_gone` is false, and nothing is promised.
        let (beyond_reach, open) = match gone_at {
            Some(gone_at) => backup::beyond_reach(self, gone_at).await?,
            None => (Value::Null, None),
        };
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
            "beyond_reach": beyond_reach,
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
        Ok(Certificate {
            text: jws::sign(&key, TYPE, &body),
            open,
        })
    }
}

/// A certificate that was just signed.
pub(crate) struct Certificate {
    /// The JWS.
    pub text: String,
    /// How many must be beyond reach for the person to be, where that is still to come.
    pub open: Option<u64>,
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
        let part: Part = row.text(3)?.parse().map_err(|()| damaged())?;
        match one(house, &tenant, erasure, person, &part).await {
            Ok(()) => done += 1,
            Err(error) => {
                tracing::error!(%error, "an erasure that was due failed; it is tried again");
            }
        }
    }
    Ok(done)
}

/// What makes a commit fail that carries out what a guardian asked for who is none any more.
pub(crate) fn still_asked(tenant: &TenantId, erasure: base::ObjectId) -> Statement {
    let params = vec![tenant.into(), erasure.into()];
    Statement::new(&STILL_ASKED, params).expecting(1, "erasure.guardian")
}

/// The write that keeps a certificate; the first one counts.
pub(crate) fn keep(
    tenant: &TenantId,
    erasure: base::ObjectId,
    certificate: &Certificate,
) -> Statement {
    let open = certificate.open;
    let params = vec![
        tenant.into(),
        erasure.into(),
        certificate.text.as_str().into(),
        open.map(|open| i64::try_from(open).unwrap_or(i64::MAX))
            .into(),
    ];
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
    part: &Part,
) -> Result<(), Failure> {
    let (ctx, authority) = house.local(tenant, "erasure");
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: Some(person),
    };
    let asked = house.erasures(tenant, person).await?;
    let request = asked.iter().find(|it| it.erasure == erasure);
    let guardian = request.and_then(|it| it.guardian);
    let asked_at = request.map_or(ctx.now, |it| it.asked_at);
    let asked = removal::Asked { erasure, asked_at };
    let allowed = decide(&ctx, &authority, Verb::Delete, thing)?;
    // What a guardian asked for is nobody's wish any more once they decide no more.
    if let Some(appointment) = guardian {
        let found = house.consents.grant(tenant, person, appointment).await;
        if !found.is_ok_and(|it| it.stands(ctx.now)) {
            house.call_off_erasure(&ctx, &allowed, erasure).await?;
            return Ok(());
        }
    }
    if *part != Part::Everything {
        return Box::pin(part::one(house, &ctx, &allowed, asked, part)).await;
    }
    // It may have come to be bound since it was asked for.
    house.may_go(tenant, person, part, ctx.now).await?;
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
    let deeds: &[Action] = match body.get("format").and_then(Value::as_str) {
        Some(FORMAT) => &[Action::PersonErase],
        Some(PART_FORMAT) => &[Action::RecordErase, Action::FileDelete],
        _ => return Err("its form is none that is known here"),
    };
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
    if !deeds.contains(&entry.action)
        || body.get("handle").and_then(Value::as_str) != handle.as_deref()
    {
        return Err("the proof in it is about something else");
    }
    let named = |name: &str| body.pointer(name).and_then(Value::as_str);
    let collection = entry.collection.as_ref().map(base::Name::as_str);
    let record = entry.record.map(|it| hex::encode(it.as_bytes()));
    let file = entry.file.map(|it| it.to_string());
    let same = match entry.action {
        Action::RecordErase => {
            named("/of/collection") == collection && named("/of/record_handle") == record.as_deref()
        }
        Action::FileDelete => {
            body.pointer("/of/files") == Some(&Value::Bool(true))
                || named("/of/file") == file.as_deref()
        }
        _ => true,
    };
    if !same {
        return Err("the proof in it is about something else");
    }
    Ok(body)
}

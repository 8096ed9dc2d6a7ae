//! The gate of a restored installation: nobody is served until what was erased and taken back since its recovery point is so again.
//!
//! Three sources say what that is, each of which may be the one that survived: the newer log, the ledger that lies outside of every backup, and
//! the key store's own memory of whose keys are destroyed.
//!
//! Invariant: an installation whose database waits at the gate does not open ([`Installation::open`]), for any command.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use audit::anchor::Anchor;
use audit::carry::carry_forward;
use audit::verify::{Depth, Known};
use audit::{Action, Entry, Outcome};
use base::{GrantId, Handle, Instant, ObjectId, PersonId, TenantId, TokenId};
use continuity::ledger::Deed;
use continuity::{Manifest, nodes};
use futures_util::future::try_join_all;
use policy::{PersonAt, Verb, decide};
use store::{Db, Sql, WriteSet};

use crate::{Failure, Installation, backup};

/// Entries read at a time.
const PAGE: u64 = 1_000;
/// Accounts and grants that are ended at once.
const AT_ONCE: usize = 64;

static WAITING: Sql = Sql::both("SELECT point, taken_at FROM restored WHERE opened_at IS NULL");
static WAIT: Sql = Sql::both(
    "INSERT INTO restored (point, digest, taken_at, restored_at, opened_at) VALUES ($1, $2, $3, $4, NULL)",
);
static PASS: Sql =
    Sql::both("UPDATE restored SET opened_at = $2 WHERE point = $1 AND opened_at IS NULL");
/// Somebody signed out since, and their session would be there again.
static END_SESSIONS: Sql = Sql::both("DELETE FROM session");
static FORGET: Sql = Sql::both("DELETE FROM restored WHERE point = $1");

/// Every statement, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[&WAITING, &WAIT, &PASS, &END_SESSIONS, &FORGET];

/// The point that a database waits for, if it waits.
///
/// # Errors
/// Storage failures.
pub async fn waits(db: &Db) -> Result<Option<ObjectId>, Failure> {
    let Some(row) = db.row(&WAITING, vec![]).await? else {
        return Ok(None);
    };
    let point = ObjectId::from_slice(row.bytes(0)?);
    point
        .map(Some)
        .ok_or_else(|| Failure::text("the row of a restored recovery point cannot be read"))
}

/// What an installation says that waits.
pub(crate) fn refusal(point: ObjectId) -> Failure {
    Failure::text(format!(
        "this database was restored from recovery point {point}, and what was erased and withdrawn since was not repeated\nhint: `strongroom restore` does that at its end; restore again into another folder, and see what it says"
    ))
}

/// Shut the gate: from here on nothing opens the installation but [`pass`].
///
/// # Errors
/// Storage failures.
pub async fn shut(
    db: &Db,
    manifest: &Manifest,
    digest: [u8; 32],
    taken_at: Instant,
    now: Instant,
) -> Result<(), Failure> {
    let set = WriteSet::new().run(&FORGET, vec![manifest.id.into()]).run(
        &WAIT,
        vec![
            manifest.id.into(),
            digest.into(),
            taken_at.into(),
            now.into(),
        ],
    );
    db.commit(set).await?;
    Ok(())
}

/// What was repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Entries by which the logs were brought forward.
    pub carried: u64,
    /// Entries that others remember and that nobody has.
    pub lost: u64,
    /// Persons erased again.
    pub erased: u64,
    /// Grants withdrawn again.
    pub withdrawn: u64,
    /// Tokens ended again.
    pub revoked: u64,
    /// How long it took.
    pub took: Duration,
}

/// What is to be repeated at one tenant.
#[derive(Default)]
struct Deeds {
    handles: HashSet<Handle>,
    grants: HashSet<GrantId>,
    tokens: HashSet<TokenId>,
}

impl Deeds {
    fn add(&mut self, deed: Deed) {
        match deed {
            Deed::Erase(handle) => drop(self.handles.insert(handle)),
            Deed::Withdraw(grant) => drop(self.grants.insert(grant)),
            Deed::Revoke(token) => drop(self.tokens.insert(token)),
        }
    }

    /// What an entry of the log says was done for good.
    fn add_entry(&mut self, entry: &Entry) {
        if entry.outcome != Outcome::Ok {
            return;
        }
        match entry.action {
            Action::PersonErase => self.handles.extend(entry.person),
            // Of a grant that was narrowed, the log does not say to what: it goes whole, and the person is asked anew.
            Action::ConsentWithdraw | Action::ConsentNarrow | Action::ConsentEnd => {
                self.grants.extend(entry.grant.map(GrantId::from_bytes));
            }
            Action::TokenRevoke => self.tokens.extend(entry.token),
            _ => {}
        }
    }
}

/// Whether every log stands where the point's manifest says.
///
/// # Errors
/// [`Failure`] where one does not; the gate stays shut.
pub async fn stands(house: &Installation, manifest: &Manifest) -> Result<(), Failure> {
    for tenant in house.tenants() {
        let head = house.log.head(&tenant).await?;
        let found = head.map(|head| (head.size, hex::encode(head.root)));
        if found != stood(manifest, &tenant).map(|log| (log.size, log.root.clone())) {
            return Err(Failure::text(format!(
                "the log of {tenant} stands elsewhere than the recovery point's manifest says; the gate stays shut"
            )));
        }
    }
    Ok(())
}

/// How long each log is before anybody looks: what is appended here is in no other copy.
///
/// # Errors
/// Storage failures.
pub async fn sizes(house: &Installation) -> Result<HashMap<TenantId, u64>, Failure> {
    let mut sizes = HashMap::new();
    for tenant in house.tenants() {
        if let Some(head) = house.log.head(&tenant).await? {
            sizes.insert(tenant, head.size);
        }
    }
    Ok(sizes)
}

/// Where a log stood at a point.
fn stood<'a>(manifest: &'a Manifest, tenant: &TenantId) -> Option<&'a continuity::Log> {
    let mut logs = manifest.logs.iter();
    logs.find(|log| log.tenant == tenant.as_str())
}

/// Repeat what was erased and taken back since the point, log the result, and open the gate. `sizes`: [`sizes`] of what came back. `newer` is a newer copy of the database, where
/// there is one: its logs go on where those of the point end.
///
/// # Errors
/// [`Failure`]: the gate stays shut.
pub async fn pass(
    house: &Installation,
    manifest: &Manifest,
    sizes: &HashMap<TenantId, u64>,
    newer: Option<&Path>,
) -> Result<Passed, Failure> {
    let begun = std::time::Instant::now();
    let mut passed = Passed::default();
    let ledger = backup::ledger(house)?.read()?;
    let mut all = Vec::new();
    for tenant in house.tenants() {
        let stood = stood(manifest, &tenant);
        let (carried, lost) = forward(house, &tenant, sizes.get(&tenant).copied(), newer).await?;
        passed.carried += carried;
        passed.lost += lost;
        let mut deeds = since(house, &tenant, stood.map_or(0, |log| log.size)).await?;
        for line in ledger.iter().filter(|line| line.tenant == tenant) {
            deeds.add(line.deed);
        }
        all.push((tenant, deeds));
    }
    for (tenant, deeds) in &all {
        passed.erased += erase(house, tenant, deeds).await?;
        passed.withdrawn += withdraw(house, tenant, deeds).await?;
        passed.revoked += revoke(house, tenant, deeds).await?;
    }
    let operator = backup::operator()?;
    let (ctx, _) = house.local(&operator, "restore");
    let entry = Entry::new(&ctx, Action::BackupRestore, Outcome::Ok)?
        .subject(*manifest.id.as_bytes())
        .count(passed.erased + passed.withdrawn + passed.revoked);
    let set = WriteSet::new()
        .run_expecting(
            &PASS,
            vec![manifest.id.into(), ctx.now.into()],
            1,
            "restored",
        )
        .run(&END_SESSIONS, vec![])
        .log(entry.finish(&operator));
    house.db.commit(nodes::forget_all(set)).await?;
    passed.took = begun.elapsed();
    Ok(passed)
}

/// Bring one log forward, verify it, and have the key store remember where it stands now. What is lost for good is said in the log.
async fn forward(
    house: &Installation,
    tenant: &TenantId,
    restored: Option<u64>,
    newer: Option<&Path>,
) -> Result<(u64, u64), Failure> {
    let before = house.log.head(tenant).await?;
    let carried = match newer {
        Some(newer) => carry_forward(&house.db, newer, tenant).await?,
        None => 0,
    };
    let Some(head) = house.log.head(tenant).await? else {
        return Ok((carried, 0));
    };
    let now = Anchor::of(tenant, &head);
    // What others remember beyond what came back is another continuation than what was appended here.
    let came_back = match restored {
        Some(size) if carried == 0 => size.min(head.size),
        _ => head.size,
    };
    let remembered = house.anchors.recall(tenant).await?;
    let ahead = remembered.iter().filter(|it| it.size > came_back);
    let lost = ahead.map(|it| it.size - came_back).max().unwrap_or(0);
    let behind = remembered.into_iter().filter(|it| it.size <= came_back);
    let known = Known {
        keys: house.log.verifiers(tenant)?,
        anchors: before
            .iter()
            .map(|head| Anchor::of(tenant, head))
            .chain(behind)
            .collect(),
    };
    let report = house.log.verify(tenant, &known, Depth::Entries).await?;
    if !report.ok {
        return Err(Failure::text(format!(
            "the log of {tenant} does not hold after it was brought forward; the gate stays shut"
        )));
    }
    if lost > 0 {
        house.keys.remember_less(&now).await?;
        let (ctx, _) = house.local(tenant, "restore");
        let entry = Entry::new(&ctx, Action::LogLoss, Outcome::Ok)?.count(lost);
        let set = WriteSet::new().log(entry.finish(tenant));
        house.db.commit(set).await?;
    }
    Ok((carried, lost))
}

/// What the log says from entry `from` on.
async fn since(house: &Installation, tenant: &TenantId, from: u64) -> Result<Deeds, Failure> {
    let mut deeds = Deeds::default();
    let mut from = from;
    loop {
        let entries = house.log.entries(tenant, from, PAGE).await?;
        if entries.is_empty() {
            return Ok(deeds);
        }
        from += entries.len() as u64;
        for logged in &entries {
            deeds.add_entry(&logged.entry()?);
        }
    }
}

async fn erase(house: &Installation, tenant: &TenantId, deeds: &Deeds) -> Result<u64, Failure> {
    let gone: HashSet<PersonId> = house.keys.gone(tenant).await?.into_iter().collect();
    let persons = house
        .vault
        .still_there(tenant, &deeds.handles, &gone)
        .await?;
    if persons.is_empty() {
        return Ok(0);
    }
    let (ctx, authority) = house.local(tenant, "restore");
    for page in persons.chunks(AT_ONCE) {
        let forgotten = page
            .iter()
            .map(|person| house.identity.forget_person(&ctx, *person));
        try_join_all(forgotten).await.map(drop)?;
    }
    let mut allowed = Vec::with_capacity(persons.len());
    for person in &persons {
        let thing = PersonAt {
            tenant: tenant.clone(),
            person: Some(*person),
        };
        allowed.push(decide(&ctx, &authority, Verb::Delete, thing)?);
    }
    let also = |person| house.ends_with(&ctx, person);
    Ok(house.vault.erase_again(&ctx, &allowed, also).await?)
}

async fn withdraw(house: &Installation, tenant: &TenantId, deeds: &Deeds) -> Result<u64, Failure> {
    let (ctx, _) = house.local(tenant, "restore");
    let mut withdrawn = 0;
    for grant in &deeds.grants {
        // Its person may have been erased just now, and it with them.
        if let Some(grant) = house.consents.grant_of_id(tenant, *grant).await?
            && grant.stands(ctx.now)
        {
            house
                .withdraw_grant(&ctx, "system-house", &grant, None)
                .await?;
            withdrawn += 1;
        }
    }
    Ok(withdrawn)
}

async fn revoke(house: &Installation, tenant: &TenantId, deeds: &Deeds) -> Result<u64, Failure> {
    let (ctx, _) = house.local(tenant, "restore");
    let mut revoked = 0;
    for token in &deeds.tokens {
        let entry = Entry::new(&ctx, Action::TokenRevoke, Outcome::Ok)?.token(*token);
        let set = house
            .tokens
            .revoke(tenant, *token, WriteSet::new())
            .log(entry.finish(tenant));
        match house.db.commit(set).await {
            Ok(_) => revoked += 1,
            // Made after the point, or ended before it.
            Err(store::StoreError::Guard(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(revoked)
}

//! The end of a tenant's contract: from a day on nothing new is stored, and a while later everything goes.
//!
//! Invariant: what stores something new asks, in the commit that stores it, whether the contract has ended.

use std::time::Duration;

use audit::{Action, Outcome};
use base::{Ctx, Instant, PersonId, TenantId};
use policy::{Allowed, ContractOf};
use store::{Statement, StoreError, WriteSet};

use crate::vault::{GUARD_HELD, only_index};
use crate::{Vault, VaultError, sql};

/// How long everything can still be read, taken along and erased.
pub const KEPT_FOR: Duration = Duration::from_hours(24 * 30);
/// The name of the guard that what is new fails once the contract has ended.
pub const GUARD_ENDED: &str = "contract.stands";
const GUARD_NOTED: &str = "contract.noted";

/// How the end of a contract stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is noted, and can be taken back.
    Noted,
    /// What there was is being destroyed.
    Destroying,
    /// Nothing is left but the log.
    Destroyed,
}

impl Stage {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Noted => "noted",
            Self::Destroying => "destroying",
            Self::Destroyed => "destroyed",
        }
    }
}

/// The end of a contract.
#[derive(Clone, Debug)]
pub struct ContractEnd {
    /// How it stands.
    pub stage: Stage,
    /// From here on nothing new is stored.
    pub ends_at: Instant,
    /// From here on everything goes.
    pub goes_at: Instant,
    /// When it was noted.
    pub noted_at: Instant,
    /// When everything was gone.
    pub destroyed_at: Option<Instant>,
    /// The proof of it.
    pub certificate: Option<String>,
}

impl Vault {
    /// What makes a commit fail, with the guard [`GUARD_ENDED`], that stores something new after the end of the contract.
    #[must_use]
    pub fn takes_new(tenant: &TenantId, now: Instant) -> Statement {
        Statement::new(&sql::CONTRACT_STANDS, vec![tenant.into(), now.into()])
            .expecting(1, GUARD_ENDED)
    }

    /// The end of a tenant's contract, where one is noted.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn contract_end(&self, tenant: &TenantId) -> Result<Option<ContractEnd>, VaultError> {
        let row = self
            .db()
            .row(&sql::CONTRACT_FIND, vec![tenant.into()])
            .await?;
        let Some(row) = row else { return Ok(None) };
        let stage = match row.text(0)? {
            "noted" => Stage::Noted,
            "destroying" => Stage::Destroying,
            "destroyed" => Stage::Destroyed,
            _ => return Err(VaultError::Damaged("contract")),
        };
        let destroyed_at = if row.is_null(4) {
            None
        } else {
            Some(Instant::from_micros(row.int(4)?))
        };
        let certificate = if row.is_null(5) {
            None
        } else {
            Some(row.text(5)?.to_owned())
        };
        Ok(Some(ContractEnd {
            stage,
            ends_at: Instant::from_micros(row.int(1)?),
            goes_at: Instant::from_micros(row.int(2)?),
            noted_at: Instant::from_micros(row.int(3)?),
            destroyed_at,
            certificate,
        }))
    }

    /// Note that the contract ends at `ends_at`, which is not past.
    ///
    /// # Errors
    /// [`VaultError::EndBody`], [`VaultError::EndNoted`]; storage failures.
    pub async fn end_contract(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<ContractOf>,
        ends_at: Instant,
    ) -> Result<u64, VaultError> {
        if ends_at < ctx.now {
            return Err(VaultError::EndBody);
        }
        let tenant = &ctx.tenant;
        let entry = self.entry(ctx, allowed, Action::ContractEnd, Outcome::Ok)?;
        let set = WriteSet::new()
            .run(
                &sql::CONTRACT_NOTE,
                vec![
                    tenant.into(),
                    ends_at.into(),
                    ends_at.after(KEPT_FOR).into(),
                    ctx.now.into(),
                ],
            )
            .log(entry.finish(tenant));
        match self.commit(set).await {
            Err(VaultError::Store(StoreError::Duplicate)) => Err(VaultError::EndNoted),
            other => only_index(&other?),
        }
    }

    /// The contract goes on after all.
    ///
    /// # Errors
    /// [`VaultError::NoEnd`] when none is noted, or the destruction has begun; storage failures.
    pub async fn keep_contract(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<ContractOf>,
    ) -> Result<u64, VaultError> {
        let tenant = &ctx.tenant;
        let entry = self.entry(ctx, allowed, Action::ContractKeep, Outcome::Ok)?;
        let set = WriteSet::new()
            .run_expecting(&sql::CONTRACT_KEEP, vec![tenant.into()], 1, GUARD_NOTED)
            .log(entry.finish(tenant));
        match self.commit(set).await {
            Err(VaultError::Store(StoreError::Guard(GUARD_NOTED))) => Err(VaultError::NoEnd),
            other => only_index(&other?),
        }
    }

    /// Tenants of whom everything goes now. What a legal hold stops is not among them.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn contracts_over(&self, now: Instant) -> Result<Vec<TenantId>, VaultError> {
        let rows = self
            .db()
            .rows(&sql::CONTRACTS_OVER, vec![now.into()])
            .await?;
        let damaged = |_| VaultError::Damaged("contract");
        rows.iter()
            .map(|row| row.text(0)?.parse().map_err(damaged))
            .collect()
    }

    /// Everything goes: from this commit on nobody is there any more, on every node. Done once; who goes on after a crash finds it done.
    ///
    /// # Errors
    /// [`VaultError::Held`] while any legal hold is in force; [`VaultError::NoEnd`] before its time; storage failures.
    pub async fn begin_destruction(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<ContractOf>,
    ) -> Result<(), VaultError> {
        let tenant = &ctx.tenant;
        let end = self.contract_end(tenant).await?.ok_or(VaultError::NoEnd)?;
        if end.stage == Stage::Destroying {
            return Ok(());
        }
        let entry = self.entry(ctx, allowed, Action::ContractDestroy, Outcome::Ok)?;
        let set = WriteSet::new()
            .run_expecting(
                &sql::CONTRACT_BEGIN,
                vec![tenant.into(), ctx.now.into()],
                1,
                GUARD_NOTED,
            )
            .run_expecting(
                &sql::HOLD_NONE,
                vec![tenant.into(), ctx.now.into()],
                1,
                GUARD_HELD,
            )
            .run(
                &sql::CONTRACT_COMMONS,
                vec![tenant.into(), PersonId::COMMONS.into()],
            )
            .run(&sql::CONTRACT_PERSONS, vec![tenant.into()])
            .log(entry.finish(tenant));
        match self.commit(set).await {
            Err(VaultError::Store(StoreError::Guard(GUARD_NOTED))) => Err(VaultError::NoEnd),
            other => other.map(drop),
        }
    }

    /// What was kept of every person, portion by portion.
    ///
    /// # Errors
    /// Storage failures. It can be repeated.
    pub async fn destroy_every_person(&self, tenant: &TenantId) -> Result<(), VaultError> {
        loop {
            let rows = self
                .db()
                .rows(&sql::CONTRACT_ERASING, vec![tenant.into()])
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                let person = PersonId::from_slice(row.bytes(0)?);
                let person = person.ok_or(VaultError::Damaged("person row"))?;
                while !self.erase_more(tenant, person).await? {}
            }
        }
    }

    /// The objects of a tenant's files that are left, page by page: deletes them, then the rows that name them.
    ///
    /// # Errors
    /// Storage failures. It can be repeated.
    pub async fn destroy_every_file(&self, tenant: &TenantId) -> Result<(), VaultError> {
        loop {
            let rows = self
                .db()
                .rows(&sql::CONTRACT_FILES, vec![tenant.into()])
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            let mut set = WriteSet::new();
            for row in &rows {
                let object = crate::files::lies(row)?;
                self.objects().delete(object).await?;
                let file = row.bytes(0)?.to_vec();
                let person = row.bytes(2)?.to_vec();
                set = set.run(
                    &sql::CONTRACT_FILE,
                    vec![tenant.into(), person.into(), file.into()],
                );
            }
            self.commit(set).await?;
        }
    }

    /// The write that says that nothing is left, with the proof of it.
    #[must_use]
    pub fn destroyed(tenant: &TenantId, certificate: &str, now: Instant) -> WriteSet {
        let params = vec![tenant.into(), now.into(), certificate.into()];
        WriteSet::new().run_expecting(&sql::CONTRACT_DONE, params, 1, GUARD_NOTED)
    }
}

//! Transfers to other providers that a person asked for: waiting, sent, failed, called off. They stay, so that the person sees who has what.

use std::collections::BTreeMap;
use std::time::Duration;

use audit::{Action, Outcome};
use base::{Ctx, Instant, Name, ObjectId, PersonId, TenantId};
use policy::{Allowed, ExportOf};
use serde::Serialize;
use store::{Row, StoreError, Value, WriteSet};

use super::send::Sent;
use crate::vault::only_index;
use crate::{Vault, VaultError, sql};

/// A person has so many on their way at most.
const WAITING_MAX: usize = 3;
/// And asks for so many a day at most.
const A_DAY: usize = 5;
const DAY: Duration = Duration::from_hours(24);
/// The guard that fails when it does not wait any more.
const GUARD_WAITING: &str = "transfer.waiting";

/// How one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// It is on its way, or about to be.
    Waiting,
    /// What could be sent is there.
    Sent,
    /// It could not be brought to an end; a part may be there.
    Failed,
    /// The person called it off; a part may be there.
    Stopped,
}

/// A transfer.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Which.
    pub transfer: ObjectId,
    /// To whom: a name of the configuration.
    pub provider: Name,
    /// What they were called when it was asked for.
    pub title: String,
    /// SHA-256 of their address then: what the log says.
    pub address: [u8; 32],
    /// How it stands.
    pub state: TransferState,
    /// When it was asked for.
    pub asked_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Resources that are there, so far.
    pub sent: u64,
    /// Resources that are not, by type.
    pub left: BTreeMap<String, u64>,
}

/// To whom a person wants their resources sent.
#[derive(Clone, Debug)]
pub struct To {
    /// The provider's name in the configuration.
    pub provider: Name,
    /// What people call them.
    pub title: String,
    /// SHA-256 of their address.
    pub address: [u8; 32],
}

impl Transfer {
    fn read(row: &Row) -> Result<Self, VaultError> {
        let damaged = || VaultError::Damaged("transfer row");
        let state = match row.text(1)? {
            "waiting" => TransferState::Waiting,
            "sent" => TransferState::Sent,
            "failed" => TransferState::Failed,
            "stopped" => TransferState::Stopped,
            _ => return Err(damaged()),
        };
        let ended_at = if row.is_null(6) {
            None
        } else {
            Some(Instant::from_micros(row.int(6)?))
        };
        Ok(Self {
            transfer: ObjectId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
            state,
            provider: row.text(2)?.parse().map_err(|_| damaged())?,
            title: row.text(3)?.to_owned(),
            address: row.bytes(4)?.try_into().map_err(|_| damaged())?,
            asked_at: Instant::from_micros(row.int(5)?),
            ended_at,
            sent: u64::try_from(row.int(7)?).map_err(|_| damaged())?,
            left: serde_json::from_str(row.text(8)?).map_err(|_| damaged())?,
        })
    }
}

impl Vault {
    /// Ask for one: the writes to commit together with the job that sends it, its entry among them.
    ///
    /// # Errors
    /// [`VaultError::TooManyTransfers`]; storage failures.
    pub async fn ask_transfer(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<ExportOf>,
        to: To,
    ) -> Result<(Transfer, WriteSet), VaultError> {
        let person = allowed.thing().person;
        let kept = self.transfers(&ctx.tenant, person).await?;
        let wait = kept.iter().filter(|it| it.state == TransferState::Waiting);
        let lately = kept.iter().filter(|it| it.asked_at > ctx.now.before(DAY));
        if wait.count() >= WAITING_MAX || lately.count() >= A_DAY {
            return Err(VaultError::TooManyTransfers);
        }
        let made = Transfer {
            transfer: ObjectId::random(self.rng()),
            provider: to.provider,
            title: to.title,
            address: to.address,
            state: TransferState::Waiting,
            asked_at: ctx.now,
            ended_at: None,
            sent: 0,
            left: BTreeMap::new(),
        };
        let params = vec![
            (&ctx.tenant).into(),
            person.into(),
            made.transfer.into(),
            (&made.provider).into(),
            made.title.as_str().into(),
            made.address.to_vec().into(),
            made.asked_at.into(),
        ];
        let handle = self.handle(&ctx.tenant, person).await?;
        let entry = self
            .entry(ctx, allowed, Action::ExportSend, Outcome::Ok)?
            .person(handle)
            .subject(*made.transfer.as_bytes())
            .digest(made.address);
        let set = self
            .guarded(&ctx.tenant, person)
            .run(&sql::TRANSFER_INSERT, params)
            .log(entry.finish(&ctx.tenant));
        Ok((made, set))
    }

    /// A person's transfers, newest first.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn transfers(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Vec<Transfer>, VaultError> {
        let params = vec![tenant.into(), person.into()];
        let rows = self.db().rows(&sql::TRANSFER_LIST, params).await?;
        rows.iter().map(Transfer::read).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`VaultError::NoTransfer`]; storage failures.
    pub async fn transfer(
        &self,
        tenant: &TenantId,
        person: PersonId,
        transfer: ObjectId,
    ) -> Result<Transfer, VaultError> {
        let params = vec![tenant.into(), person.into(), transfer.into()];
        let row = self.db().row(&sql::TRANSFER_FIND, params).await?;
        row.as_ref()
            .map_or(Err(VaultError::NoTransfer), Transfer::read)
    }

    /// The write that notes how far it is; it fails where the transfer does not wait any more.
    pub(super) fn going_on(
        &self,
        tenant: &TenantId,
        person: PersonId,
        transfer: ObjectId,
        sent: u64,
    ) -> WriteSet {
        let params = vec![tenant.into(), person.into(), transfer.into(), number(sent)];
        self.guarded(tenant, person)
            .run_expecting(&sql::TRANSFER_GOES_ON, params, 1, GUARD_WAITING)
    }

    /// The write that says how it ended; it does nothing where it does not wait any more.
    #[must_use]
    pub fn transfer_ended(
        tenant: &TenantId,
        person: PersonId,
        transfer: ObjectId,
        now: Instant,
        sent: Option<&Sent>,
    ) -> WriteSet {
        let mut params = vec![tenant.into(), person.into(), transfer.into(), now.into()];
        let Some(sent) = sent else {
            return WriteSet::new().run(&sql::TRANSFER_FAILED, params);
        };
        let left = serde_json::to_string(&sent.left).unwrap_or_else(|_| "{}".to_owned());
        params.extend([number(sent.sent), left.into()]);
        WriteSet::new().run(&sql::TRANSFER_SENT, params)
    }

    /// Call one off: what is there stays there, and nothing more is sent.
    ///
    /// # Errors
    /// [`VaultError::NoTransfer`] when it does not wait any more; storage failures.
    pub async fn stop_transfer(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<ExportOf>,
        transfer: &Transfer,
    ) -> Result<u64, VaultError> {
        let person = allowed.thing().person;
        let handle = self.handle(&ctx.tenant, person).await?;
        let entry = self
            .entry(ctx, allowed, Action::ExportStop, Outcome::Ok)?
            .person(handle)
            .subject(*transfer.transfer.as_bytes())
            .digest(transfer.address);
        let params = vec![
            (&ctx.tenant).into(),
            person.into(),
            transfer.transfer.into(),
            ctx.now.into(),
        ];
        let set = self
            .guarded(&ctx.tenant, person)
            .run_expecting(&sql::TRANSFER_STOP, params, 1, GUARD_WAITING)
            .log(entry.finish(&ctx.tenant));
        only_index(&self.commit(set).await.map_err(called_off)?)
    }
}

/// What a commit fails with that only holds while a transfer waits.
pub(super) fn called_off(error: VaultError) -> VaultError {
    match error {
        VaultError::Store(StoreError::Guard(GUARD_WAITING)) => VaultError::NoTransfer,
        error => error,
    }
}

fn number(it: u64) -> Value {
    Value::Int(i64::try_from(it).unwrap_or(i64::MAX))
}

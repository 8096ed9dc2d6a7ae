//! Asking for a privilege, and the second person's answer.

use std::time::Duration;

use base::{AccountId, Ctx, PrivilegeId, TenantId};
use store::{Row, StoreError, WriteSet};

use super::assignments::{NewAssignment, not_together};
use super::{Access, AccessError, DAY, LIST_MAX, Reason, Request, State, sql};
use crate::{Allowed, PrivilegeAt, Role};

/// A privilege is given for ten years at most.
const LASTS_MAX: Duration = Duration::from_secs(DAY.as_secs() * 3_653);

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// For whom.
    pub account: AccountId,
    /// Why.
    pub reason: Reason,
    /// More about it, sealed for the place `["privilege_request.note", id]`.
    pub note: Option<Vec<u8>>,
    /// How long it is wanted; without, until it is ended.
    pub lasts: Option<Duration>,
    /// Who asks.
    pub asked_by: AccountId,
}

impl Access {
    /// A fresh id for a request, a privilege or a break-glass: what belongs to it is sealed for that id.
    #[must_use]
    pub fn new_id(&self) -> PrivilegeId {
        PrivilegeId::random(&*self.rng)
    }

    /// Ask for the privilege of `allowed`, as `id`.
    ///
    /// # Errors
    /// [`AccessError`]: the role is not given to accounts, the account has it or one that does not go with it.
    pub async fn ask(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PrivilegeAt>,
        id: PrivilegeId,
        new: NewRequest,
    ) -> Result<WriteSet, AccessError> {
        let role = allowed.thing().role;
        if !role.is_staff() {
            return Err(AccessError::NotGiven(role));
        }
        if new.lasts.is_some_and(|lasts| lasts > LASTS_MAX) {
            return Err(AccessError::TooLong);
        }
        let tenant = &ctx.tenant;
        for held in self.live_of(tenant, new.account).await? {
            check_together(held.role, role)?;
        }
        for open in self.open_requests_of(tenant, new.account).await? {
            check_together(open.role, role)?;
        }
        Ok(WriteSet::new().run(
            &sql::ASK,
            vec![
                tenant.into(),
                id.into(),
                new.account.into(),
                role.as_str().into(),
                new.reason.as_str().into(),
                new.note.into(),
                new.asked_by.into(),
                ctx.now.into(),
                new.lasts.map(|lasts| ctx.now.after(lasts)).into(),
            ],
        ))
    }

    /// Say yes to a request: the privilege begins in the same commit.
    ///
    /// # Errors
    /// [`AccessError`]: it was decided, or the account has got a role that does not go with it.
    pub fn approve(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PrivilegeAt>,
        request: &Request,
        by: AccountId,
    ) -> Result<(PrivilegeId, WriteSet), AccessError> {
        self.is_of(allowed, request)?;
        let set = WriteSet::new()
            .run_expecting(&sql::HOLD_TENANT, vec![(&ctx.tenant).into()], 1, "tenant")
            .run_expecting(
                &sql::DECIDE,
                vec![
                    (&ctx.tenant).into(),
                    request.id.into(),
                    State::Approved.as_str().into(),
                    by.into(),
                    ctx.now.into(),
                ],
                1,
                "access.open_request",
            );
        let new = NewAssignment {
            account: request.account,
            role: request.role,
            ends_at: request.ends_at,
            granted_by: Some(request.asked_by),
            approved_by: Some(by),
        };
        Ok(self.assign(ctx, new, set))
    }

    /// Say no to a request.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] when policy was asked about another one.
    pub fn refuse(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PrivilegeAt>,
        request: &Request,
        by: AccountId,
    ) -> Result<WriteSet, AccessError> {
        self.is_of(allowed, request)?;
        Ok(WriteSet::new().run_expecting(
            &sql::DECIDE,
            vec![
                (&ctx.tenant).into(),
                request.id.into(),
                State::Refused.as_str().into(),
                by.into(),
                ctx.now.into(),
            ],
            1,
            "access.open_request",
        ))
    }

    /// One request.
    ///
    /// # Errors
    /// [`AccessError::NotFound`]; storage failures.
    pub async fn request(
        &self,
        tenant: &TenantId,
        id: PrivilegeId,
    ) -> Result<Request, AccessError> {
        let row = self
            .db
            .row(&sql::REQUEST, vec![tenant.into(), id.into()])
            .await?;
        Ok(read(&row.ok_or(AccessError::NotFound)?)?)
    }

    /// The newest requests.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn requests(&self, tenant: &TenantId) -> Result<Vec<Request>, AccessError> {
        let rows = self
            .db
            .rows(&sql::REQUESTS, vec![tenant.into(), LIST_MAX.into()])
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    async fn open_requests_of(
        &self,
        tenant: &TenantId,
        account: AccountId,
    ) -> Result<Vec<Request>, AccessError> {
        let rows = self
            .db
            .rows(&sql::OPEN_REQUESTS_OF, vec![tenant.into(), account.into()])
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Policy was asked about this very request: its role and everybody who has a part in it.
    fn is_of(&self, allowed: &Allowed<PrivilegeAt>, request: &Request) -> Result<(), AccessError> {
        let thing = allowed.thing();
        let whole = thing.role == request.role
            && thing.parties.contains(&request.account)
            && thing.parties.contains(&request.asked_by);
        if whole {
            Ok(())
        } else {
            Err(AccessError::NotFound)
        }
    }
}

/// Whether one account may hold both.
pub(super) fn check_together(held: Role, wanted: Role) -> Result<(), AccessError> {
    if held == wanted {
        return Err(AccessError::Held);
    }
    if not_together(wanted).contains(&held) {
        return Err(AccessError::Conflict(held, wanted));
    }
    Ok(())
}

fn read(row: &Row) -> Result<Request, StoreError> {
    let damaged = || StoreError::Damaged("a request for a privilege".into());
    Ok(Request {
        id: PrivilegeId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
        account: AccountId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
        role: row.text(2)?.parse().map_err(|_| damaged())?,
        reason: row.text(3)?.parse().map_err(|()| damaged())?,
        note: super::assignments::bytes(row, 4)?,
        asked_by: AccountId::from_slice(row.bytes(5)?).ok_or_else(damaged)?,
        asked_at: base::Instant::from_micros(row.int(6)?),
        ends_at: super::assignments::instant(row, 7)?,
        state: row.text(8)?.parse().map_err(|()| damaged())?,
        decided_by: super::assignments::account(row, 9)?,
        decided_at: super::assignments::instant(row, 10)?,
    })
}

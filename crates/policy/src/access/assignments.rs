//! Holding a privilege: appointed, confirmed in reviews, ended.

use base::{AccountId, Ctx, Instant, PrivilegeId, TenantId};
use store::{Row, StoreError, Value, WriteSet};

use super::requests::check_together;
use super::{Access, AccessError, Assignment, Ended, LIST_MAX, sql};
use crate::{Allowed, PrivilegeAt, Role};

/// What begins.
pub(super) struct NewAssignment {
    pub account: AccountId,
    pub role: Role,
    pub ends_at: Option<Instant>,
    pub granted_by: Option<AccountId>,
    pub approved_by: Option<AccountId>,
}

/// How a tenant's privileges stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Privileges that count.
    pub held: u64,
    /// Privileges whose review is overdue, so that they do not count.
    pub overdue: u64,
    /// When the next review is due.
    pub next_due_at: Option<Instant>,
    /// Emergencies that were opened, ever.
    pub glasses: u64,
    /// Emergencies whose review is overdue.
    pub glasses_overdue: u64,
}

impl Access {
    /// Appoint an account without a second person: for Strongroom itself (policy lets nobody else), where whoever holds the
    /// machine makes the first owners.
    ///
    /// # Errors
    /// [`AccessError`]: the role is not given to accounts, or does not go with another one.
    pub async fn appoint(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PrivilegeAt>,
        account: AccountId,
    ) -> Result<(PrivilegeId, WriteSet), AccessError> {
        let role = allowed.thing().role;
        if ctx.actor.kind != base::ActorKind::System {
            return Err(AccessError::NotFound);
        }
        if !role.is_staff() {
            return Err(AccessError::NotGiven(role));
        }
        for held in self.live_of(&ctx.tenant, account).await? {
            check_together(held.role, role)?;
        }
        let set = WriteSet::new().run_expecting(
            &sql::HOLD_TENANT,
            vec![(&ctx.tenant).into()],
            1,
            "tenant",
        );
        let new = NewAssignment {
            account,
            role,
            ends_at: None,
            granted_by: None,
            approved_by: None,
        };
        Ok(self.assign(ctx, new, set))
    }

    /// The writes that begin a privilege, behind what `set` has.
    pub(super) fn assign(
        &self,
        ctx: &Ctx,
        new: NewAssignment,
        set: WriteSet,
    ) -> (PrivilegeId, WriteSet) {
        let id = self.new_id();
        let tenant = &ctx.tenant;
        let mut others: Vec<Value> = vec![tenant.into(), new.account.into()];
        let apart = not_together(new.role);
        for at in 0..5 {
            let role = apart.get(at).copied().unwrap_or(new.role);
            others.push(role.as_str().into());
        }
        let set = set
            .run_expecting(&sql::NONE_LIKE, others, 0, "access.conflict")
            .run(
                &sql::ASSIGN,
                vec![
                    tenant.into(),
                    id.into(),
                    new.account.into(),
                    new.role.as_str().into(),
                    ctx.now.into(),
                    new.ends_at.into(),
                    new.granted_by.into(),
                    new.approved_by.into(),
                    ctx.now.after(self.settings.review_every).into(),
                ],
            );
        (id, set)
    }

    /// Confirm a privilege in a review: it counts for another period.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] when policy was asked about another one.
    pub fn confirm(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PrivilegeAt>,
        assignment: &Assignment,
        by: AccountId,
    ) -> Result<WriteSet, AccessError> {
        is_of(allowed, assignment)?;
        Ok(WriteSet::new().run_expecting(
            &sql::CONFIRM,
            vec![
                (&ctx.tenant).into(),
                assignment.id.into(),
                by.into(),
                ctx.now.after(self.settings.review_every).into(),
                ctx.now.into(),
                assignment.review_due_at.into(),
            ],
            1,
            "access.live",
        ))
    }

    /// End a privilege, at once.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] when policy was asked about another one.
    pub fn end(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PrivilegeAt>,
        assignment: &Assignment,
        why: Ended,
    ) -> Result<WriteSet, AccessError> {
        is_of(allowed, assignment)?;
        Ok(WriteSet::new().run_expecting(
            &sql::END,
            vec![
                (&ctx.tenant).into(),
                assignment.id.into(),
                ctx.now.into(),
                why.as_str().into(),
            ],
            1,
            "access.live",
        ))
    }

    /// Privileges that ran out, or that nobody confirmed for too long: each with why it ends now.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn fallen(
        &self,
        tenant: &TenantId,
        now: Instant,
    ) -> Result<Vec<(Assignment, Ended)>, AccessError> {
        let live = self.live(tenant).await?;
        let why = |it: &Assignment| {
            if it.ends_at.is_some_and(|end| end <= now) {
                return Some(Ended::Expired);
            }
            let last = it.review_due_at.after(self.settings.falls_away_after);
            (last <= now).then_some(Ended::Overdue)
        };
        Ok(live
            .into_iter()
            .filter_map(|it| why(&it).map(|why| (it, why)))
            .collect())
    }

    /// The roles that count for an account now: what its session may act as.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn roles(
        &self,
        tenant: &TenantId,
        account: AccountId,
    ) -> Result<Vec<Role>, AccessError> {
        let now = self.clock.now();
        let live = self.live_of(tenant, account).await?;
        Ok(live
            .into_iter()
            .filter(|it| it.counts(now))
            .map(|it| it.role)
            .collect())
    }

    /// The accounts that hold `role` now, so that it counts.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn holders(
        &self,
        tenant: &TenantId,
        role: Role,
        now: Instant,
    ) -> Result<Vec<AccountId>, AccessError> {
        let params = vec![
            tenant.into(),
            role.as_str().into(),
            now.into(),
            LIST_MAX.into(),
        ];
        let rows = self.db.rows(&sql::HOLDERS, params).await?;
        let read = |row: &Row| {
            AccountId::from_slice(row.bytes(0)?)
                .ok_or_else(|| StoreError::Damaged("an account's id".into()))
        };
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// One privilege.
    ///
    /// # Errors
    /// [`AccessError::NotFound`]; storage failures.
    pub async fn assignment(
        &self,
        tenant: &TenantId,
        id: PrivilegeId,
    ) -> Result<Assignment, AccessError> {
        let row = self
            .db
            .row(&sql::ASSIGNMENT, vec![tenant.into(), id.into()])
            .await?;
        Ok(read(&row.ok_or(AccessError::NotFound)?)?)
    }

    /// Privileges, those that live first, by when their review is due.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn assignments(&self, tenant: &TenantId) -> Result<Vec<Assignment>, AccessError> {
        let rows = self
            .db
            .rows(&sql::ASSIGNMENTS, vec![tenant.into(), LIST_MAX.into()])
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Privileges that have not ended, by when their review is due.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn live(&self, tenant: &TenantId) -> Result<Vec<Assignment>, AccessError> {
        let rows = self
            .db
            .rows(&sql::LIVE, vec![tenant.into(), LIST_MAX.into()])
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Privileges of an account that have not ended.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn live_of(
        &self,
        tenant: &TenantId,
        account: AccountId,
    ) -> Result<Vec<Assignment>, AccessError> {
        let rows = self
            .db
            .rows(&sql::LIVE_OF, vec![tenant.into(), account.into()])
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// How a tenant's privileges stand at `now`.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn standing(&self, tenant: &TenantId, now: Instant) -> Result<Standing, AccessError> {
        let live = self.live(tenant).await?;
        let count =
            |which: &dyn Fn(&Assignment) -> bool| live.iter().filter(|it| which(it)).count() as u64;
        let row = self
            .db
            .row(&sql::COUNT_GLASS, vec![tenant.into(), now.into()])
            .await?;
        let number = |at| -> Result<u64, StoreError> {
            match &row {
                Some(row) if !row.is_null(at) => Ok(u64::try_from(row.int(at)?).unwrap_or(0)),
                _ => Ok(0),
            }
        };
        Ok(Standing {
            held: count(&|it| it.counts(now)),
            overdue: count(&|it| it.is_overdue(now)),
            next_due_at: live
                .iter()
                .filter(|it| it.counts(now))
                .map(|it| it.review_due_at)
                .min(),
            glasses: number(0)?,
            glasses_overdue: number(1)?,
        })
    }
}

/// Policy was asked about this very privilege, and about its holder.
fn is_of(allowed: &Allowed<PrivilegeAt>, assignment: &Assignment) -> Result<(), AccessError> {
    let thing = allowed.thing();
    if thing.role == assignment.role && thing.parties.contains(&assignment.account) {
        Ok(())
    } else {
        Err(AccessError::NotFound)
    }
}

/// Roles that one account does not hold beside this one.
pub(super) fn not_together(role: Role) -> Vec<Role> {
    Role::STAFF
        .into_iter()
        .filter(|other| role.conflicts_with(*other))
        .collect()
}

fn read(row: &Row) -> Result<Assignment, StoreError> {
    let damaged = || StoreError::Damaged("a privilege".into());
    Ok(Assignment {
        id: PrivilegeId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
        account: AccountId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
        role: row.text(2)?.parse().map_err(|_| damaged())?,
        since: Instant::from_micros(row.int(3)?),
        ends_at: instant(row, 4)?,
        granted_by: account(row, 5)?,
        approved_by: account(row, 6)?,
        review_due_at: Instant::from_micros(row.int(7)?),
        reviewed_by: account(row, 8)?,
        reviewed_at: instant(row, 9)?,
        ended_at: instant(row, 10)?,
        ended_why: if row.is_null(11) {
            None
        } else {
            Some(row.text(11)?.parse().map_err(|()| damaged())?)
        },
    })
}

pub(super) fn instant(row: &Row, at: usize) -> Result<Option<Instant>, StoreError> {
    if row.is_null(at) {
        return Ok(None);
    }
    Ok(Some(Instant::from_micros(row.int(at)?)))
}

pub(super) fn bytes(row: &Row, at: usize) -> Result<Option<Vec<u8>>, StoreError> {
    if row.is_null(at) {
        return Ok(None);
    }
    Ok(Some(row.bytes(at)?.to_vec()))
}

pub(super) fn account(row: &Row, at: usize) -> Result<Option<AccountId>, StoreError> {
    if row.is_null(at) {
        return Ok(None);
    }
    AccountId::from_slice(row.bytes(at)?)
        .map(Some)
        .ok_or_else(|| StoreError::Damaged("an account's id".into()))
}

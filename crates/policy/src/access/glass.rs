//! Breaking the glass: one person's data, for one stated reason, for a short time.

use std::time::Duration;

use base::{AccountId, Ctx, Instant, PersonId, PrivilegeId, TenantId};
use store::{Row, StoreError, WriteSet};

use super::assignments::{account, bytes, instant};
use super::{
    About, Access, AccessError, GLASS_MAX, GlassReason, LIST_MAX, Notice, Notices, Verdict, sql,
};
use crate::{Allowed, BreakGlassAt, Role};

/// What is opened.
#[derive(Clone, Debug)]
pub struct NewGlass {
    /// Who opens it.
    pub account: AccountId,
    /// As what: a clinician opens at once, others wait for a second person.
    pub role: Role,
    /// Why.
    pub reason: GlassReason,
    /// More about it, sealed for the place `["break_glass.note", id]`.
    pub note: Option<Vec<u8>>,
    /// How long it is needed.
    pub lasts: Duration,
}

/// One emergency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glass {
    /// Its id.
    pub id: PrivilegeId,
    /// Who opens it.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// Whose data.
    pub person: PersonId,
    /// Why.
    pub reason: GlassReason,
    /// More about it, sealed.
    pub note: Option<Vec<u8>>,
    /// When it was asked for.
    pub asked_at: Instant,
    /// How long it is needed.
    pub lasts: Duration,
    /// When it was opened; not yet while it waits for a second person.
    pub opened_at: Option<Instant>,
    /// Until when it is open.
    pub until: Option<Instant>,
    /// The second person.
    pub second_by: Option<AccountId>,
    /// When it must be reviewed.
    pub review_due_at: Instant,
    /// Who reviewed it.
    pub reviewed_by: Option<AccountId>,
    /// When.
    pub reviewed_at: Option<Instant>,
    /// What the review found.
    pub verdict: Option<Verdict>,
}

impl Glass {
    /// Everybody who has a part in it.
    #[must_use]
    pub fn parties(&self) -> Vec<AccountId> {
        std::iter::once(self.account)
            .chain(self.second_by)
            .collect()
    }
}

impl Access {
    /// Open one person's data, or ask a second person to. The person, security engineers and owners are told in the same
    /// commit. Says whether it is open.
    ///
    /// # Errors
    /// [`AccessError`]: too long, another one open, the review of an earlier one overdue.
    pub async fn break_glass(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<BreakGlassAt>,
        id: PrivilegeId,
        new: NewGlass,
        notices: &dyn Notices,
    ) -> Result<(bool, WriteSet), AccessError> {
        let Some(person) = allowed.thing().person else {
            return Err(AccessError::NotFound);
        };
        if new.lasts > GLASS_MAX {
            return Err(AccessError::TooLong);
        }
        let tenant = &ctx.tenant;
        let opens = new.role == Role::Clinician;
        let who = || vec![tenant.into(), new.account.into(), ctx.now.into()];
        let mut open = who();
        open.push(before(ctx.now, GLASS_MAX).into());
        // Said in the commit too; here it is said more clearly.
        if self.db.row(&sql::ANY_OVERDUE, who()).await?.is_some() {
            return Err(AccessError::Overdue);
        }
        if self.db.row(&sql::ANY_OPEN, open.clone()).await?.is_some() {
            return Err(AccessError::Open);
        }
        let set = WriteSet::new()
            .run_expecting(&sql::HOLD_TENANT, vec![tenant.into()], 1, "tenant")
            .run_expecting(&sql::ANY_OVERDUE, who(), 0, "access.overdue")
            .run_expecting(&sql::ANY_OPEN, open, 0, "access.one_glass")
            .run(
                &sql::BREAK,
                vec![
                    tenant.into(),
                    id.into(),
                    new.account.into(),
                    new.role.as_str().into(),
                    person.into(),
                    new.reason.as_str().into(),
                    new.note.into(),
                    ctx.now.into(),
                    micros(new.lasts).into(),
                    opens.then_some(ctx.now).into(),
                    opens.then(|| ctx.now.after(new.lasts)).into(),
                    ctx.now.after(self.settings.glass_review_within).into(),
                ],
            );
        let set = if opens {
            tell_opened(ctx, person, id, notices, set)
        } else {
            let asked = About::GlassAsked(id);
            tell(
                ctx,
                &[
                    Notice::Role(Role::Owner, asked),
                    Notice::Role(Role::Security, asked),
                ],
                notices,
                set,
            )
        };
        Ok((opens, set))
    }

    /// The second person agrees: it is open from now.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] when policy was asked about another one.
    pub fn second(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<BreakGlassAt>,
        glass: &Glass,
        by: AccountId,
        notices: &dyn Notices,
    ) -> Result<WriteSet, AccessError> {
        is_of(allowed, glass)?;
        let set = WriteSet::new().run_expecting(
            &sql::SECOND,
            vec![
                (&ctx.tenant).into(),
                glass.id.into(),
                by.into(),
                ctx.now.into(),
                ctx.now.after(glass.lasts.min(GLASS_MAX)).into(),
                ctx.now.after(self.settings.glass_review_within).into(),
                before(ctx.now, GLASS_MAX).into(),
            ],
            1,
            "access.waiting",
        );
        Ok(tell_opened(ctx, glass.person, glass.id, notices, set))
    }

    /// A third person reviews it. What is still open is closed.
    ///
    /// # Errors
    /// [`AccessError::NotFound`] when policy was asked about another one.
    pub fn review_glass(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<BreakGlassAt>,
        glass: &Glass,
        by: AccountId,
        verdict: Verdict,
    ) -> Result<WriteSet, AccessError> {
        is_of(allowed, glass)?;
        Ok(WriteSet::new().run_expecting(
            &sql::REVIEW_GLASS,
            vec![
                (&ctx.tenant).into(),
                glass.id.into(),
                by.into(),
                ctx.now.into(),
                verdict.as_str().into(),
            ],
            1,
            "access.waiting",
        ))
    }

    /// Whoever opened it closes it before its time.
    #[must_use]
    pub fn close_glass(&self, ctx: &Ctx, id: PrivilegeId, by: AccountId) -> WriteSet {
        WriteSet::new().run_expecting(
            &sql::CLOSE,
            vec![(&ctx.tenant).into(), id.into(), by.into(), ctx.now.into()],
            1,
            "access.waiting",
        )
    }

    /// The person whose data an account, acting as `role`, has open in an emergency, and until when.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn open_glass(
        &self,
        tenant: &TenantId,
        account: AccountId,
        role: Role,
        now: Instant,
    ) -> Result<Option<(PersonId, Instant)>, AccessError> {
        let params = vec![
            tenant.into(),
            account.into(),
            role.as_str().into(),
            now.into(),
        ];
        let Some(row) = self.db.row(&sql::OPEN_OF, params).await? else {
            return Ok(None);
        };
        let person = PersonId::from_slice(row.bytes(0)?)
            .ok_or_else(|| StoreError::Damaged("a break-glass".into()))?;
        Ok(Some((person, Instant::from_micros(row.int(1)?))))
    }

    /// One break-glass.
    ///
    /// # Errors
    /// [`AccessError::NotFound`]; storage failures.
    pub async fn glass(&self, tenant: &TenantId, id: PrivilegeId) -> Result<Glass, AccessError> {
        let row = self
            .db
            .row(&sql::GLASS, vec![tenant.into(), id.into()])
            .await?;
        Ok(read(&row.ok_or(AccessError::NotFound)?)?)
    }

    /// The newest ones.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn glasses(&self, tenant: &TenantId) -> Result<Vec<Glass>, AccessError> {
        let rows = self
            .db
            .rows(&sql::GLASSES, vec![tenant.into(), LIST_MAX.into()])
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Those whose review is overdue, the oldest first.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn glasses_overdue(
        &self,
        tenant: &TenantId,
        now: Instant,
    ) -> Result<Vec<Glass>, AccessError> {
        let params = vec![tenant.into(), now.into(), LIST_MAX.into()];
        let rows = self.db.rows(&sql::GLASSES_OVERDUE, params).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }
}

fn tell_opened(
    ctx: &Ctx,
    person: PersonId,
    id: PrivilegeId,
    notices: &dyn Notices,
    set: WriteSet,
) -> WriteSet {
    let opened = About::GlassOpened(id);
    let to = [
        Notice::Person(person, opened),
        Notice::Role(Role::Security, opened),
        Notice::Role(Role::Owner, opened),
    ];
    tell(ctx, &to, notices, set)
}

fn tell(ctx: &Ctx, to: &[Notice], notices: &dyn Notices, set: WriteSet) -> WriteSet {
    to.iter()
        .flat_map(|notice| notices.tell(&ctx.tenant, *notice, ctx.now))
        .fold(set, WriteSet::with)
}

fn is_of(allowed: &Allowed<BreakGlassAt>, glass: &Glass) -> Result<(), AccessError> {
    let thing = allowed.thing();
    let whole = thing.person == Some(glass.person)
        && glass
            .parties()
            .iter()
            .all(|party| thing.parties.contains(party));
    if whole {
        Ok(())
    } else {
        Err(AccessError::NotFound)
    }
}

fn micros(lasts: Duration) -> i64 {
    i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX)
}

fn before(now: Instant, span: Duration) -> Instant {
    Instant::from_micros(now.micros().saturating_sub(micros(span)))
}

fn read(row: &Row) -> Result<Glass, StoreError> {
    let damaged = || StoreError::Damaged("a break-glass".into());
    let lasts = u64::try_from(row.int(7)?).map_err(|_| damaged())?;
    Ok(Glass {
        id: PrivilegeId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
        account: AccountId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
        role: row.text(2)?.parse().map_err(|_| damaged())?,
        person: PersonId::from_slice(row.bytes(3)?).ok_or_else(damaged)?,
        reason: row.text(4)?.parse().map_err(|()| damaged())?,
        note: bytes(row, 5)?,
        asked_at: Instant::from_micros(row.int(6)?),
        lasts: Duration::from_micros(lasts),
        opened_at: instant(row, 8)?,
        until: instant(row, 9)?,
        second_by: account(row, 10)?,
        review_due_at: Instant::from_micros(row.int(11)?),
        reviewed_by: account(row, 12)?,
        reviewed_at: instant(row, 13)?,
        verdict: if row.is_null(14) {
            None
        } else {
            Some(row.text(14)?.parse().map_err(|()| damaged())?)
        },
    })
}

//! What time does: grants run out, people are reminded, questions lapse; and what goes with a person.

use base::{Ctx, GrantId, Instant, PersonId, TenantId};
use store::{Row, WriteSet};

use crate::grants::NewEvent;
use crate::{ConsentError, Consents, Event, Grant, sql};

/// How many are looked at in one go.
const BATCH: u32 = 200;

/// A grant whose time is over, or nearly.
#[derive(Clone, Debug)]
pub struct Due {
    /// At which tenant.
    pub tenant: TenantId,
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub grant: GrantId,
    /// Until when.
    pub until: Instant,
}

impl Due {
    fn read(row: &Row) -> Result<Self, ConsentError> {
        let damaged = || ConsentError::Damaged("grant");
        Ok(Self {
            tenant: row.text(0)?.parse().map_err(|_| damaged())?,
            person: PersonId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
            grant: GrantId::from_slice(row.bytes(2)?).ok_or_else(damaged)?,
            until: Instant::from_micros(row.int(4)?),
        })
    }
}

impl Consents {
    /// Grants whose time is over and of which nobody has written so down. They let nothing be done any more as it is.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn due(&self, now: Instant) -> Result<Vec<Due>, ConsentError> {
        let rows = self
            .db
            .rows(&sql::GRANTS_DUE, vec![now.into(), BATCH.into()])
            .await?;
        rows.iter().map(Due::read).collect()
    }

    /// The writes that note that a grant ran out.
    ///
    /// # Errors
    /// Key failures.
    pub fn expire(&self, ctx: &Ctx, grant: &Grant) -> Result<WriteSet, ConsentError> {
        self.ended(ctx, grant, Event::Expired)
    }

    /// The writes that end a grant because whom it was given to is no more.
    ///
    /// # Errors
    /// Key failures.
    pub fn end(&self, ctx: &Ctx, grant: &Grant) -> Result<WriteSet, ConsentError> {
        self.ended(ctx, grant, Event::Ended)
    }

    fn ended(&self, ctx: &Ctx, grant: &Grant, what: Event) -> Result<WriteSet, ConsentError> {
        let event = NewEvent {
            grant,
            what,
            receipt: None,
        };
        self.end_writes(ctx, &event, WriteSet::new())
    }

    /// Grants that end soon, and of which the person was not told yet.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn to_remind(&self, now: Instant) -> Result<Vec<Due>, ConsentError> {
        let soon = now.after(self.settings.remind);
        let params = vec![now.into(), soon.into(), BATCH.into()];
        let rows = self.db.rows(&sql::GRANTS_TO_REMIND, params).await?;
        rows.iter().map(Due::read).collect()
    }

    /// The write that notes that the person was told; it holds once.
    #[must_use]
    pub fn reminded(&self, due: &Due, now: Instant) -> WriteSet {
        WriteSet::new().run_expecting(
            &sql::GRANT_REMINDED,
            vec![
                (&due.tenant).into(),
                due.person.into(),
                due.grant.into(),
                now.into(),
            ],
            1,
            "consent.reminded",
        )
    }

    /// Let questions lapse that nobody answered.
    #[must_use]
    pub fn lapse(&self, now: Instant) -> WriteSet {
        WriteSet::new().run(&sql::ASKINGS_LAPSE, vec![now.into()])
    }

    /// What goes with a person: everything they were asked, granted and got receipts for.
    #[must_use]
    pub fn forget(tenant: &TenantId, person: PersonId, set: WriteSet) -> WriteSet {
        let params = || vec![tenant.into(), person.into()];
        set.run(&sql::FORGET_ASKINGS, params())
            .run(&sql::FORGET_LIMITS, params())
            .run(&sql::FORGET_EVENTS, params())
            .run(&sql::FORGET_GRANTS, params())
            .run(&sql::FORGET_NOES, params())
            .run(&sql::FORGET_GUARDIANS, params())
            .run(&sql::FORGET_PROPOSALS, params())
            .run(&sql::FORGET_MINOR, params())
    }
}

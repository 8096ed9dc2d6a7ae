//! What people let be done: listed, narrowed, withdrawn.

use base::{AccountId, Ctx, GrantId, Handle, Instant, PersonId, TenantId};
use crypt::Secrets;
use store::{Row, WriteSet};

use crate::ask::{place_after, words};
use crate::guardian::Decider;
use crate::receipt::Receipt;
use crate::request::{instant, version_of};
use crate::{ConsentError, Consents, Guarded, Party, RequestId, Shown, Terms, sql};

/// Grants on one page.
pub const PAGE_MAX: u32 = 100;

words! {
    /// How a grant stands.
    GrantState {
        /// It lets things be done, until its time is over.
        Active = "active",
        /// The person took it back.
        Withdrawn = "withdrawn",
        /// Its time was over.
        Expired = "expired",
        /// A newer answer took its place.
        Replaced = "replaced",
        /// Whom it was given to is no more: the app was stopped, the account closed.
        Ended = "ended",
        /// A guardian gave it who decides no more: it lets nothing be done before somebody who decides now has confirmed it. Never stored.
        Unconfirmed = "unconfirmed",
    }
}

words! {
    /// What happened to a grant.
    Event {
        /// The person said yes.
        Given = "given",
        /// The person took part of it back.
        Narrowed = "narrowed",
        /// The person took it back.
        Withdrawn = "withdrawn",
        /// Its time was over.
        Expired = "expired",
        /// A newer answer took its place.
        Replaced = "replaced",
        /// Whom it was given to is no more.
        Ended = "ended",
    }
}

impl Event {
    const fn state(self) -> GrantState {
        match self {
            Self::Given | Self::Narrowed => GrantState::Active,
            Self::Withdrawn => GrantState::Withdrawn,
            Self::Expired => GrantState::Expired,
            Self::Replaced => GrantState::Replaced,
            Self::Ended => GrantState::Ended,
        }
    }
}

/// What a person lets somebody do.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Which.
    pub grant: GrantId,
    /// Whose data.
    pub person: PersonId,
    /// Who may.
    pub grantee: Party,
    /// What.
    pub terms: Terms,
    /// Goes up with every change.
    pub epoch: i64,
    /// How it stands, apart from its time.
    pub state: GrantState,
    /// Who said yes.
    pub given_by: Option<AccountId>,
    /// When.
    pub given_at: Instant,
    /// Until when.
    pub until: Instant,
    /// When it last changed.
    pub changed_at: Instant,
    /// What was answered, and in which version; none for a proxy.
    pub request: Option<(RequestId, u32)>,
    /// Whether the grantee acts as the person does, within the terms.
    pub proxy: bool,
    /// Under which guardian's appointment it was given, and how far that reaches; `None` where the person decided.
    pub guarded: Option<Guarded>,
}

impl Grant {
    pub(crate) fn read(
        secrets: &dyn Secrets,
        tenant: &TenantId,
        row: &Row,
    ) -> Result<Self, ConsentError> {
        let damaged = || ConsentError::Damaged("grant");
        let request = if row.is_null(11) {
            None
        } else {
            Some((RequestId::read(row.bytes(11)?)?, version_of(row.int(12)?)?))
        };
        let given_by = if row.is_null(7) {
            None
        } else {
            Some(AccountId::from_slice(row.bytes(7)?).ok_or_else(damaged)?)
        };
        let person = PersonId::from_slice(row.bytes(1)?).ok_or_else(damaged)?;
        Ok(Self {
            grant: GrantId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
            person,
            grantee: Party::read(row.text(2)?, row.bytes(3)?)?,
            terms: Terms::of_json(row.text(4)?)?,
            epoch: row.int(5)?,
            state: GrantState::read(row.text(6)?)?,
            given_by,
            given_at: Instant::from_micros(row.int(8)?),
            until: Instant::from_micros(row.int(9)?),
            changed_at: Instant::from_micros(row.int(10)?),
            request,
            proxy: row.int(13)? != 0,
            guarded: Guarded::read(secrets, tenant, person, row, 14)?,
        })
    }

    /// Whether it lets things be done at `now`.
    #[must_use]
    pub fn stands(&self, now: Instant) -> bool {
        self.state == GrantState::Active && now < self.until && self.counts(now)
    }

    /// Whether whoever gave it decides at `now`: the person does, a guardian until they do.
    fn counts(&self, now: Instant) -> bool {
        self.guarded.as_ref().is_none_or(|it| it.counts(now))
    }

    /// Whether it was given by a guardian who decides no more, and waits for somebody who does.
    #[must_use]
    pub fn is_unconfirmed(&self, now: Instant) -> bool {
        self.state_at(now) == GrantState::Unconfirmed
    }

    /// Whether it is a guardian's appointment.
    #[must_use]
    pub fn appoints_guardian(&self) -> bool {
        self.guarded
            .as_ref()
            .is_some_and(|it| it.appointment == self.grant)
    }

    /// How it stands at `now`: what ran out is expired, whether or not somebody has written so down.
    #[must_use]
    pub fn state_at(&self, now: Instant) -> GrantState {
        match self.state {
            GrantState::Active if now >= self.until => GrantState::Expired,
            GrantState::Active if !self.counts(now) && self.proxy => GrantState::Ended,
            GrantState::Active if !self.counts(now) => GrantState::Unconfirmed,
            state => state,
        }
    }
}

/// One thing that happened to a grant.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The epoch that began with it.
    pub epoch: i64,
    /// What.
    pub what: Event,
    /// When.
    pub at: Instant,
    /// The signed receipt, where the person did it.
    pub receipt: Option<String>,
}

/// Whom a person lets act for them.
#[derive(Clone, Debug)]
pub struct NewProxy {
    /// Who acts.
    pub account: AccountId,
    /// What they may do.
    pub terms: Terms,
    /// Until when.
    pub until: Instant,
}

pub(crate) struct NewEvent<'a> {
    pub(crate) grant: &'a Grant,
    pub(crate) what: Event,
    pub(crate) receipt: Option<&'a str>,
}

impl Consents {
    /// One grant of a person.
    ///
    /// # Errors
    /// [`ConsentError::NotFound`]; storage failures.
    pub async fn grant(
        &self,
        tenant: &TenantId,
        person: PersonId,
        grant: GrantId,
    ) -> Result<Grant, ConsentError> {
        let params = vec![tenant.into(), person.into(), grant.into()];
        let row = self.db.row(&sql::GRANT_FIND, params).await?;
        self.read_grant(tenant, &row.ok_or(ConsentError::NotFound("grant"))?)
    }

    /// The grant of an id, whoever's it is.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn grant_of_id(
        &self,
        tenant: &TenantId,
        grant: GrantId,
    ) -> Result<Option<Grant>, ConsentError> {
        let params = vec![tenant.into(), grant.into()];
        let row = self.db.row(&sql::GRANT_OF_ID, params).await?;
        row.as_ref()
            .map(|row| self.read_grant(tenant, row))
            .transpose()
    }

    /// What a person grants and granted, newest first, behind `after`.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn grants(
        &self,
        tenant: &TenantId,
        person: PersonId,
        after: Option<(Instant, GrantId)>,
        limit: u32,
    ) -> Result<Vec<Grant>, ConsentError> {
        let (at, id) = place_after(after.map(|(at, id)| (at, *id.as_bytes())));
        let params = vec![
            tenant.into(),
            person.into(),
            at,
            id,
            limit.min(PAGE_MAX + 1).into(),
        ];
        let rows = self.db.rows(&sql::GRANTS_OF, params).await?;
        rows.iter()
            .map(|row| self.read_grant(tenant, row))
            .collect()
    }

    pub(crate) fn read_grant(&self, tenant: &TenantId, row: &Row) -> Result<Grant, ConsentError> {
        Grant::read(&*self.secrets, tenant, row)
    }

    /// For whom an account acts at `now`: the grants that make it a proxy, or a guardian.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn acts_for(
        &self,
        tenant: &TenantId,
        account: AccountId,
        now: Instant,
    ) -> Result<Vec<Grant>, ConsentError> {
        let params = vec![tenant.into(), account.into(), now.into()];
        let rows = self.db.rows(&sql::GRANTS_TO, params).await?;
        let grants = rows.iter().map(|row| self.read_grant(tenant, row));
        // A guardian whose time is over acts for nobody, whatever the row says.
        grants
            .filter(|it| it.as_ref().map_or(true, |it| it.stands(now)))
            .collect()
    }

    /// What happened to a grant, oldest first, with the receipts.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn events(
        &self,
        tenant: &TenantId,
        grant: &Grant,
    ) -> Result<Vec<Happened>, ConsentError> {
        let params = vec![tenant.into(), grant.person.into(), grant.grant.into()];
        let rows = self.db.rows(&sql::EVENTS, params).await?;
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let epoch = row.int(0)?;
            let receipt = if row.is_null(3) {
                None
            } else {
                let place = place(grant.grant, epoch);
                let refs = crate::request::place_refs(&place);
                let plain = self.secrets.open(tenant, &refs, row.bytes(3)?)?;
                let text = std::str::from_utf8(&plain);
                Some(
                    text.map_err(|_| ConsentError::Damaged("receipt"))?
                        .to_owned(),
                )
            };
            events.push(Happened {
                epoch,
                what: Event::read(row.text(1)?)?,
                at: instant(row, 2)?.ok_or(ConsentError::Damaged("event"))?,
                receipt,
            });
        }
        Ok(events)
    }

    /// Take part of a grant back: `terms` and `until` must lie within what there is.
    ///
    /// # Errors
    /// [`ConsentError::Wider`], [`ConsentError::Over`]; storage and key failures.
    pub fn narrow(
        &self,
        ctx: &Ctx,
        grant: &Grant,
        terms: Terms,
        until: Instant,
        shown: Option<&Shown>,
        handle: Handle,
    ) -> Result<(Grant, String, WriteSet), ConsentError> {
        terms.check().map_err(|it| it.under("terms"))?;
        if grant.appoints_guardian() {
            return Err(ConsentError::Appointment);
        }
        if !grant.stands(ctx.now) {
            return Err(ConsentError::Over);
        }
        if !terms.within(&grant.terms) || until > grant.until || until <= ctx.now {
            return Err(ConsentError::Wider);
        }
        let after = Grant {
            terms,
            until,
            epoch: grant.epoch + 1,
            changed_at: ctx.now,
            ..grant.clone()
        };
        let receipt = self.sign_receipt(
            ctx,
            &Receipt {
                tenant: &ctx.tenant,
                handle,
                grant: &after,
                event: Event::Narrowed,
                offered: None,
                shown,
                now: ctx.now,
            },
        )?;
        let set = WriteSet::new().run_expecting(
            &sql::GRANT_NARROW,
            vec![
                (&ctx.tenant).into(),
                grant.person.into(),
                grant.grant.into(),
                grant.epoch.into(),
                after.terms.to_json().into(),
                until.into(),
                ctx.now.into(),
            ],
            1,
            "consent.narrow",
        );
        let event = NewEvent {
            grant,
            what: Event::Narrowed,
            receipt: Some(&receipt),
        };
        let set = self.event(ctx, &event, after.epoch, set)?;
        Ok((after, receipt, set))
    }

    /// Take a grant back. From the commit on, nothing is opened by it.
    ///
    /// # Errors
    /// [`ConsentError::Over`]; key failures.
    pub fn withdraw(
        &self,
        ctx: &Ctx,
        grant: &Grant,
        shown: Option<&Shown>,
        handle: Handle,
    ) -> Result<(String, WriteSet), ConsentError> {
        if grant.appoints_guardian() {
            return Err(ConsentError::Appointment);
        }
        if grant.state != GrantState::Active {
            return Err(ConsentError::Over);
        }
        let after = Grant {
            state: GrantState::Withdrawn,
            epoch: grant.epoch + 1,
            changed_at: ctx.now,
            ..grant.clone()
        };
        let receipt = self.sign_receipt(
            ctx,
            &Receipt {
                tenant: &ctx.tenant,
                handle,
                grant: &after,
                event: Event::Withdrawn,
                offered: None,
                shown,
                now: ctx.now,
            },
        )?;
        let event = NewEvent {
            grant,
            what: Event::Withdrawn,
            receipt: Some(&receipt),
        };
        let set = self.end_writes(ctx, &event, WriteSet::new())?;
        Ok((receipt, set))
    }

    /// Let somebody act for a person, within `new`.
    ///
    /// # Errors
    /// [`ConsentError::Terms`], [`ConsentError::Wider`] when it is to last longer than grants do; key failures.
    pub async fn appoint(
        &self,
        ctx: &Ctx,
        person: PersonId,
        by: Option<AccountId>,
        new: &NewProxy,
        handle: Handle,
    ) -> Result<(Grant, String, WriteSet), ConsentError> {
        new.terms.check().map_err(|it| it.under("terms"))?;
        let latest = ctx.now.after(self.settings.grant_max);
        if new.until <= ctx.now || new.until > latest || by == Some(new.account) {
            return Err(ConsentError::Wider);
        }
        // Whoever stands in appoints nobody, and who does not decide yet nobody either.
        let Decider::Own(own) = self.decider(ctx, person, by, true).await? else {
            return Err(ConsentError::Limits);
        };
        let grant = Grant {
            grant: GrantId::random(&*self.rng),
            person,
            grantee: Party::Account(new.account),
            terms: new.terms.clone(),
            epoch: 1,
            state: GrantState::Active,
            given_by: by,
            given_at: ctx.now,
            until: new.until,
            changed_at: ctx.now,
            request: None,
            proxy: true,
            guarded: None,
        };
        let receipt = self.sign_receipt(
            ctx,
            &Receipt {
                tenant: &ctx.tenant,
                handle,
                grant: &grant,
                event: Event::Given,
                offered: None,
                shown: None,
                now: ctx.now,
            },
        )?;
        let set = WriteSet::new().with(own);
        let set = self.insert(ctx, &grant, Some(&receipt), set)?;
        Ok((grant, receipt, set))
    }

    /// The writes that end a grant, guarded by its epoch.
    pub(crate) fn end_writes(
        &self,
        ctx: &Ctx,
        event: &NewEvent<'_>,
        set: WriteSet,
    ) -> Result<WriteSet, ConsentError> {
        let grant = event.grant;
        let set = set.run_expecting(
            &sql::GRANT_END,
            vec![
                (&ctx.tenant).into(),
                grant.person.into(),
                grant.grant.into(),
                grant.epoch.into(),
                event.what.state().as_str().into(),
                ctx.now.into(),
            ],
            1,
            "consent.end",
        );
        self.event(ctx, event, grant.epoch + 1, set)
    }

    pub(crate) fn event(
        &self,
        ctx: &Ctx,
        event: &NewEvent<'_>,
        epoch: i64,
        set: WriteSet,
    ) -> Result<WriteSet, ConsentError> {
        let place = place(event.grant.grant, epoch);
        let refs = crate::request::place_refs(&place);
        let receipt = event
            .receipt
            .map(|text| self.secrets.seal(&ctx.tenant, &refs, text.as_bytes()))
            .transpose()?;
        Ok(set.run(
            &sql::EVENT_INSERT,
            vec![
                (&ctx.tenant).into(),
                event.grant.person.into(),
                event.grant.grant.into(),
                epoch.into(),
                event.what.as_str().into(),
                ctx.now.into(),
                receipt.into(),
            ],
        ))
    }
}

fn place(grant: GrantId, epoch: i64) -> [String; 3] {
    [
        "consent.receipt".into(),
        grant.to_string(),
        epoch.to_string(),
    ]
}

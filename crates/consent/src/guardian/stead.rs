//! Who acts in somebody's stead, who decides, and what guardians said no to.

use base::{AccountId, Ctx, PersonId};
use store::{Statement, Value, WriteSet};

use super::{Guarded, as_seen};
use crate::{ConsentError, Consents, Grant, Party, RequestId, Terms, sql};

/// Somebody who acts for a person, as it was seen when they were asked about.
#[derive(Clone, Debug)]
pub struct InStead {
    /// The grant that they act by.
    pub grant: Grant,
    minor: i64,
}

impl InStead {
    /// Whether it is a guardian.
    #[must_use]
    pub fn is_guardian(&self) -> bool {
        self.grant.appoints_guardian()
    }

    /// What makes a commit fail, with the guard [`crate::GUARD`], if they do not act for the person any more.
    #[must_use]
    pub fn guard(&self, ctx: &Ctx) -> Statement {
        let params = vec![
            (&ctx.tenant).into(),
            self.grant.person.into(),
            self.grant.grant.into(),
            self.grant.epoch.into(),
            ctx.now.into(),
            self.minor.into(),
        ];
        Statement::new(&sql::STANDS, params).expecting(1, crate::GUARD)
    }

    /// The write that keeps a guardian's no to a request: no other grants more of it than `left`.
    pub(crate) fn no(
        &self,
        ctx: &Ctx,
        request: RequestId,
        left: Option<&Terms>,
        set: WriteSet,
    ) -> WriteSet {
        if !self.is_guardian() {
            return set;
        }
        let params = vec![
            (&ctx.tenant).into(),
            self.grant.person.into(),
            request.into(),
            self.grant.grantee.value(),
            left.map_or(Value::Null, |it| it.to_json().into()),
            ctx.now.into(),
        ];
        set.run(&sql::NO_SAY, params)
    }
}

/// Who decides.
pub(crate) enum Decider {
    /// The person, and what keeps it so in the commit.
    Own(Statement),
    /// A guardian.
    Guardian(Box<InStead>),
}

impl Decider {
    pub(crate) fn guarded(&self) -> Option<Guarded> {
        match self {
            Self::Own(_) => None,
            Self::Guardian(stead) => stead.grant.guarded.clone(),
        }
    }
}

impl Consents {
    /// Who acts for somebody else in `ctx`: the grant that they act by, which stands. `None` for who acts for themselves, and for apps.
    ///
    /// # Errors
    /// [`ConsentError::NoGrant`] when it does not stand; storage and key failures.
    pub async fn in_stead(&self, ctx: &Ctx) -> Result<Option<InStead>, ConsentError> {
        let Some(grant) = ctx
            .actor
            .grant
            .filter(|_| ctx.actor.kind == base::ActorKind::Person)
        else {
            return Ok(None);
        };
        let grant = self.grant_of_id(&ctx.tenant, grant).await?;
        let grant = grant.filter(|it| it.proxy && it.stands(ctx.now));
        Ok(Some(stands_in(grant.ok_or(ConsentError::NoGrant)?)))
    }

    /// Who decides for a person, and whether they may say yes.
    pub(crate) async fn decider(
        &self,
        ctx: &Ctx,
        person: PersonId,
        by: Option<AccountId>,
        says_yes: bool,
    ) -> Result<Decider, ConsentError> {
        if let Some(stead) = self.in_stead(ctx).await? {
            if !stead.is_guardian() || stead.grant.person != person {
                return Err(ConsentError::Limits);
            }
            return Ok(Decider::Guardian(Box::new(stead)));
        }
        // An app's question at a sign-in is answered by an account, which may be a guardian's.
        if let Some(account) = by {
            let acts = self.acts_for(&ctx.tenant, account, ctx.now).await?;
            let appointment = acts
                .into_iter()
                .find(|it| it.person == person && it.appoints_guardian());
            if let Some(appointment) = appointment {
                return Ok(Decider::Guardian(Box::new(stands_in(appointment))));
            }
        }
        let minor = self.minor(&ctx.tenant, person).await?;
        if says_yes && minor.as_ref().is_some_and(|it| it.is_under_age(ctx.now)) {
            return Err(ConsentError::Minor);
        }
        let version = minor.map_or(0, |it| it.version);
        Ok(Decider::Own(as_seen(ctx, person, version)))
    }

    /// The writes that go with a yes, by whom it is: a guardian gives no more than they may do, and nothing that another said no to.
    pub(crate) async fn decided(
        &self,
        ctx: &Ctx,
        decider: &Decider,
        grant: &Grant,
        set: WriteSet,
    ) -> Result<WriteSet, ConsentError> {
        let stead = match decider {
            Decider::Own(own) => return Ok(set.with(own.clone())),
            Decider::Guardian(stead) => stead,
        };
        let own = &stead.grant.terms;
        let given = Terms {
            purposes: own.purposes.clone(),
            parts: grant.terms.parts.clone(),
        };
        if !given.within(own) {
            return Err(ConsentError::Limits);
        }
        let set = set.with(stead.guard(ctx));
        let Some((request, _)) = grant.request else {
            return Ok(set);
        };
        let key =
            || -> Vec<Value> { vec![(&ctx.tenant).into(), grant.person.into(), request.into()] };
        let mut seen = 0;
        for row in &self.db.rows(&sql::NOES, key()).await? {
            seen += row.int(2)?;
            let theirs = Party::read("account", row.bytes(0)?)?;
            if theirs == stead.grant.grantee || row.int(3)? == 0 {
                continue;
            }
            let left = if row.is_null(1) {
                None
            } else {
                Some(Terms::of_json(row.text(1)?)?)
            };
            if !left.is_some_and(|left| grant.terms.within(&left)) {
                return Err(ConsentError::OtherNo);
            }
        }
        let mut as_seen = key();
        as_seen.push(seen.into());
        let mut taken_back = key();
        taken_back.push(stead.grant.grantee.value());
        Ok(set
            .run_expecting(&sql::NOES_AS_SEEN, as_seen, 1, "consent.noes")
            .run(&sql::NO_TAKE_BACK, taken_back))
    }

    /// The write that keeps what a guardian took back of what was granted: `left`, or nothing. For whoever narrows or withdraws in `ctx`.
    ///
    /// # Errors
    /// As [`Consents::in_stead`].
    pub async fn taken_back(
        &self,
        ctx: &Ctx,
        grant: &Grant,
        left: Option<&Terms>,
        set: WriteSet,
    ) -> Result<WriteSet, ConsentError> {
        let Some((request, _)) = grant.request else {
            return Ok(set);
        };
        Ok(match self.in_stead(ctx).await? {
            Some(stead) => stead.no(ctx, request, left, set),
            None => set,
        })
    }
}

fn stands_in(grant: Grant) -> InStead {
    let minor = grant.guarded.as_ref().map_or(0, |it| it.version);
    InStead { grant, minor }
}

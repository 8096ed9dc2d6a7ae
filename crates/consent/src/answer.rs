//! A person answers: yes to all or to some, no, or later.

use base::{AccountId, Assurance, Ctx, GrantId, Handle, Instant};
use store::WriteSet;

use crate::grants::{GrantState, NewEvent};
use crate::guardian::Decider;
use crate::receipt::{self, Receipt};
use crate::{
    Asking, AskingState, ConsentError, Consents, Event, Grant, Offered, Terms, days, in_days, sql,
};

/// What a person says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes, to these parts (by their place in the request), for so many days.
    Grant {
        /// Which parts.
        parts: Vec<usize>,
        /// For how long; what was asked at most.
        days: u32,
    },
    /// No.
    Refuse,
    /// Later.
    Defer,
}

/// What was in front of the person when they answered.
#[derive(Clone, Debug)]
pub struct Shown {
    /// In which language.
    pub lang: String,
    /// SHA-256 of the text, as UTF-8.
    pub text: [u8; 32],
    /// Who answered: the person's own account, or a proxy's; none for a token.
    pub by: Option<AccountId>,
    /// How strongly they had proven who they are.
    pub assurance: Option<Assurance>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Answered {
    /// A grant, with its receipt.
    Granted(Box<Grant>, String),
    /// Nobody asks again for a while.
    Refused,
    /// Shown again from then on.
    Deferred(Instant),
}

impl Consents {
    /// Answer an asking. `as_grant` is the id of what may come of it, where another area knows it by one already.
    ///
    /// # Errors
    /// [`ConsentError::Over`] when it was answered or ran out; [`ConsentError::Wider`]; storage and key failures.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is another thing that a receipt says"
    )]
    pub async fn answer(
        &self,
        ctx: &Ctx,
        asking: &Asking,
        offered: &Offered,
        answer: &Answer,
        shown: &Shown,
        handle: Handle,
        as_grant: Option<GrantId>,
    ) -> Result<(Answered, WriteSet), ConsentError> {
        if !asking.waits(ctx.now) {
            return Err(ConsentError::Over);
        }
        let key = |more: Vec<store::Value>| {
            let mut params = vec![
                (&ctx.tenant).into(),
                asking.person.into(),
                asking.asking.into(),
            ];
            params.extend(more);
            params
        };
        let says_yes = matches!(answer, Answer::Grant { .. });
        let decider = self.decider(ctx, asking.person, shown.by, says_yes).await?;
        let (parts, lasts) = match answer {
            Answer::Defer => {
                let again = ctx.now.after(self.settings.defer);
                let params = key(vec![ctx.now.into(), again.into()]);
                let set =
                    WriteSet::new().run_expecting(&sql::ASKING_DEFER, params, 1, "consent.asking");
                return Ok((Answered::Deferred(again), set));
            }
            Answer::Refuse => {
                let params = key(vec![
                    AskingState::Refused.as_str().into(),
                    ctx.now.into(),
                    store::Value::Null,
                ]);
                let set =
                    WriteSet::new().run_expecting(&sql::ASKING_ANSWER, params, 1, "consent.asking");
                let set = match &decider {
                    Decider::Own(_) => set,
                    Decider::Guardian(stead) => stead.no(ctx, offered.request, None, set),
                };
                return Ok((Answered::Refused, set));
            }
            Answer::Grant { parts, days } => (parts, *days),
        };
        let terms = chosen(offered, parts)?;
        let most = offered
            .offer
            .days
            .min(u32::try_from(days(self.settings.grant_max)).unwrap_or(u32::MAX));
        if lasts == 0 || lasts > offered.offer.days {
            return Err(ConsentError::Wider);
        }
        let grant = Grant {
            grant: as_grant.unwrap_or_else(|| GrantId::random(&*self.rng)),
            person: asking.person,
            grantee: offered.asker,
            terms,
            epoch: 1,
            state: GrantState::Active,
            given_by: shown.by,
            given_at: ctx.now,
            until: in_days(ctx.now, lasts.min(most)),
            changed_at: ctx.now,
            request: Some((offered.request, offered.version)),
            proxy: false,
            guarded: decider.guarded(),
        };
        let signed = self.sign_receipt(
            ctx,
            &Receipt {
                tenant: &ctx.tenant,
                handle,
                grant: &grant,
                event: Event::Given,
                offered: Some(offered),
                shown: Some(shown),
                now: ctx.now,
            },
        )?;
        let params = key(vec![
            AskingState::Granted.as_str().into(),
            ctx.now.into(),
            grant.grant.into(),
        ]);
        let purposes = grant.terms.purposes.iter().copied();
        let set = self.decided(ctx, &decider, &grant, WriteSet::new()).await?;
        let set = Self::not_objected(ctx, asking.person, purposes, set).run_expecting(
            &sql::ASKING_ANSWER,
            params,
            1,
            "consent.asking",
        );
        let set = self.replace(ctx, &grant, asking, set).await?;
        let set = self.insert(ctx, &grant, Some(&signed), set)?;
        Ok((Answered::Granted(Box::new(grant), signed), set))
    }

    /// Say yes to a grant that a guardian gave who decides no more: to all of it, or to `terms` within it. A new grant takes its place.
    ///
    /// # Errors
    /// [`ConsentError::Over`] when it waits for no yes; [`ConsentError::Wider`]; [`ConsentError::Minor`]; storage and key failures.
    pub async fn confirm(
        &self,
        ctx: &Ctx,
        old: &Grant,
        offered: &Offered,
        terms: Terms,
        shown: &Shown,
        handle: Handle,
    ) -> Result<(Grant, String, WriteSet), ConsentError> {
        terms.check().map_err(|it| it.under("terms"))?;
        if !old.is_unconfirmed(ctx.now) {
            return Err(ConsentError::Over);
        }
        if !terms.within(&old.terms) {
            return Err(ConsentError::Wider);
        }
        let decider = self.decider(ctx, old.person, shown.by, true).await?;
        let grant = Grant {
            grant: GrantId::random(&*self.rng),
            terms,
            epoch: 1,
            given_by: shown.by,
            given_at: ctx.now,
            changed_at: ctx.now,
            guarded: decider.guarded(),
            ..old.clone()
        };
        let signed = self.sign_receipt(
            ctx,
            &Receipt {
                tenant: &ctx.tenant,
                handle,
                grant: &grant,
                event: Event::Given,
                offered: Some(offered),
                shown: Some(shown),
                now: ctx.now,
            },
        )?;
        let purposes = grant.terms.purposes.iter().copied();
        let set = self.decided(ctx, &decider, &grant, WriteSet::new()).await?;
        let set = Self::not_objected(ctx, old.person, purposes, set);
        let event = NewEvent {
            grant: old,
            what: Event::Replaced,
            receipt: None,
        };
        let set = self.end_writes(ctx, &event, set)?;
        let set = self.insert(ctx, &grant, Some(&signed), set)?;
        Ok((grant, signed, set))
    }

    /// A new answer to the same request takes the place of the one before. What apps hold by OAuth stays as it is: one by one they
    /// are bound to their tokens.
    async fn replace(
        &self,
        ctx: &Ctx,
        grant: &Grant,
        asking: &Asking,
        mut set: WriteSet,
    ) -> Result<WriteSet, ConsentError> {
        if asking.way == crate::Way::Oauth {
            return Ok(set);
        }
        for old in self
            .grants(&ctx.tenant, grant.person, None, crate::grants::PAGE_MAX)
            .await?
        {
            let same = old.request.map(|(request, _)| request) == Some(asking.request);
            let there = old.stands(ctx.now) || old.is_unconfirmed(ctx.now);
            if same && old.grantee == grant.grantee && there {
                let event = NewEvent {
                    grant: &old,
                    what: Event::Replaced,
                    receipt: None,
                };
                set = self.end_writes(ctx, &event, set)?;
            }
        }
        Ok(set)
    }

    pub(crate) fn insert(
        &self,
        ctx: &Ctx,
        grant: &Grant,
        receipt: Option<&str>,
        set: WriteSet,
    ) -> Result<WriteSet, ConsentError> {
        let (request, version) = grant.request.unzip();
        let set = set.run(
            &sql::GRANT_INSERT,
            vec![
                (&ctx.tenant).into(),
                grant.person.into(),
                grant.grant.into(),
                grant.grantee.kind().into(),
                grant.grantee.value(),
                grant.terms.to_json().into(),
                grant.given_by.into(),
                grant.given_at.into(),
                grant.until.into(),
                request.into(),
                version.into(),
                u8::from(grant.proxy).into(),
                grant.guarded.as_ref().map(|it| it.appointment).into(),
            ],
        );
        let event = NewEvent {
            grant,
            what: Event::Given,
            receipt,
        };
        self.event(ctx, &event, grant.epoch, set)
    }

    pub(crate) fn sign_receipt(
        &self,
        ctx: &Ctx,
        receipt: &Receipt<'_>,
    ) -> Result<String, ConsentError> {
        let body = receipt::body(receipt);
        Ok(audit::jws::sign(
            &*self.keys.signer(&ctx.tenant)?,
            receipt::TYPE,
            &body,
        ))
    }
}

/// The terms that the chosen parts of a request come to.
fn chosen(offered: &Offered, parts: &[usize]) -> Result<Terms, ConsentError> {
    let offer = &offered.offer;
    let mut chosen = Terms {
        purposes: offer.purposes.clone(),
        parts: Vec::with_capacity(parts.len()),
    };
    for (at, part) in offer.parts.iter().enumerate() {
        if parts.contains(&at) {
            chosen.parts.push(part.part());
        }
    }
    let known = parts.iter().all(|at| *at < offer.parts.len());
    let whole = offer.essential().within(&chosen) && chosen.within(&offer.terms());
    if known && whole && !chosen.parts.is_empty() {
        Ok(chosen)
    } else {
        Err(ConsentError::Wider)
    }
}

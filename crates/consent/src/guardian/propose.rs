//! A guardian takes two of the staff: one proposes, another appoints. Until then nobody may do anything by it.

use std::time::Duration;

use base::{AccountId, Ctx, GrantId, Handle, Instant, PersonId};
use serde::{Deserialize, Serialize};
use store::WriteSet;

use super::appoint::{GUARDIANS_MAX, place_of_words};
use super::{GuardianWords, NewGuardian, as_seen};
use crate::{ConsentError, Consents, DAY, Grant, Party, Terms, sql};

/// A proposal that nobody decided on lapses after it.
pub const PROPOSAL: Duration = DAY.saturating_mul(14);
const OFFER: &str = "consent.proposal";

/// What was proposed, as it is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offer {
    account: AccountId,
    terms: Terms,
    words: GuardianWords,
}

/// A guardian whom somebody of the staff proposed.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The id that the appointment will have.
    pub appointment: GrantId,
    /// Whose guardian.
    pub person: PersonId,
    /// Who, what they may do, and what stands behind it.
    pub new: NewGuardian,
    /// Who proposed it.
    pub proposed_by: AccountId,
    /// When.
    pub proposed_at: Instant,
    /// When it lapses.
    pub until: Instant,
}

impl Consents {
    /// Propose a guardian of a person of whom the day was noted. `by` is who does; whether the account may be one is for the caller to have
    /// asked.
    ///
    /// # Errors
    /// [`ConsentError::Guardian`], [`ConsentError::Terms`], [`ConsentError::OfAge`]; storage and key failures.
    pub async fn propose_guardian(
        &self,
        ctx: &Ctx,
        person: PersonId,
        new: NewGuardian,
        by: AccountId,
    ) -> Result<(Proposal, WriteSet), ConsentError> {
        let new = new.checked()?;
        let minor = self.may_be_guarded(ctx, person, new.account).await?;
        let waiting = self.proposals(ctx, person).await?;
        if waiting.iter().any(|it| it.new.account == new.account) {
            return Err(ConsentError::Guardian(
                "This account is proposed already, and waits for a second person.",
            ));
        }
        if waiting.len() >= GUARDIANS_MAX {
            return Err(ConsentError::Guardian(
                "Eight are proposed already. Decide on one of them first.",
            ));
        }
        let proposal = Proposal {
            appointment: GrantId::random(&*self.rng),
            person,
            new,
            proposed_by: by,
            proposed_at: ctx.now,
            until: ctx.now.after(PROPOSAL),
        };
        let plain = serde_json::to_vec(&Offer {
            account: proposal.new.account,
            terms: proposal.new.terms.clone(),
            words: proposal.new.words.clone(),
        })
        .unwrap_or_default();
        let place = place_of_words(OFFER, person, proposal.appointment);
        let refs = crate::request::place_refs(&place);
        let sealed = self.secrets.seal(&ctx.tenant, &refs, &plain)?;
        let set = WriteSet::new()
            .with(as_seen(ctx, person, minor.version))
            .run(
                &sql::PROPOSAL_INSERT,
                vec![
                    (&ctx.tenant).into(),
                    person.into(),
                    proposal.appointment.into(),
                    sealed.into(),
                    by.to_string().into(),
                    ctx.now.into(),
                    proposal.until.into(),
                ],
            );
        Ok((proposal, set))
    }

    /// What waits for a second person, newest first.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn proposals(
        &self,
        ctx: &Ctx,
        person: PersonId,
    ) -> Result<Vec<Proposal>, ConsentError> {
        let damaged = || ConsentError::Damaged("guardian");
        let params = vec![(&ctx.tenant).into(), person.into(), ctx.now.into()];
        let rows = self.db.rows(&sql::PROPOSALS_OF, params).await?;
        rows.iter()
            .map(|row| {
                let appointment = GrantId::from_slice(row.bytes(0)?).ok_or_else(damaged)?;
                let place = place_of_words(OFFER, person, appointment);
                let refs = crate::request::place_refs(&place);
                let plain = self.secrets.open(&ctx.tenant, &refs, row.bytes(1)?)?;
                let offer: Offer = serde_json::from_slice(&plain).map_err(|_| damaged())?;
                Ok(Proposal {
                    appointment,
                    person,
                    new: NewGuardian {
                        account: offer.account,
                        terms: offer.terms,
                        words: offer.words,
                    },
                    proposed_by: row.text(2)?.parse().map_err(|_| damaged())?,
                    proposed_at: Instant::from_micros(row.int(3)?),
                    until: Instant::from_micros(row.int(4)?),
                })
            })
            .collect()
    }

    /// One that waits.
    ///
    /// # Errors
    /// [`ConsentError::NotFound`]; storage and key failures.
    pub async fn proposal(
        &self,
        ctx: &Ctx,
        person: PersonId,
        appointment: GrantId,
    ) -> Result<Proposal, ConsentError> {
        let waiting = self.proposals(ctx, person).await?;
        let found = waiting.into_iter().find(|it| it.appointment == appointment);
        found.ok_or(ConsentError::NotFound("proposal that waits"))
    }

    /// Appoint whom somebody else proposed. `by` is who does it.
    ///
    /// # Errors
    /// [`ConsentError::SamePerson`]; as [`Consents::propose_guardian`]: everything is asked anew.
    pub async fn appoint_guardian(
        &self,
        ctx: &Ctx,
        proposal: &Proposal,
        by: AccountId,
        handle: Handle,
    ) -> Result<(Grant, WriteSet), ConsentError> {
        if proposal.proposed_by == by {
            return Err(ConsentError::SamePerson);
        }
        let minor = self
            .may_be_guarded(ctx, proposal.person, proposal.new.account)
            .await;
        let minor = match minor {
            // Somebody else appointed them meanwhile: then it is gone, and there is nothing wrong with what was asked.
            Err(refused @ ConsentError::Guardian(_)) => {
                self.proposal(ctx, proposal.person, proposal.appointment)
                    .await?;
                return Err(refused);
            }
            minor => minor?,
        };
        self.appointed(ctx, proposal, &minor, by, handle)
    }

    /// Take a proposal back, or refuse it. Whoever proposed it may, and so may others.
    #[must_use]
    pub fn drop_proposal(ctx: &Ctx, proposal: &Proposal, set: WriteSet) -> WriteSet {
        set.run_expecting(
            &sql::PROPOSAL_TAKE,
            vec![
                (&ctx.tenant).into(),
                proposal.person.into(),
                proposal.appointment.into(),
                ctx.now.into(),
            ],
            1,
            "consent.guardian",
        )
    }

    /// Take away what lapsed.
    #[must_use]
    pub fn lapse_proposals(now: Instant) -> WriteSet {
        WriteSet::new().run(&sql::PROPOSALS_LAPSE, vec![now.into()])
    }

    /// Whether this account may become the person's guardian: the day is noted and ahead, and it is none yet.
    async fn may_be_guarded(
        &self,
        ctx: &Ctx,
        person: PersonId,
        account: AccountId,
    ) -> Result<super::Minor, ConsentError> {
        let minor = self.minor(&ctx.tenant, person).await?;
        let minor = minor.ok_or(ConsentError::Guardian(
            "Note first from which day on the person decides.",
        ))?;
        if !minor.is_under_age(ctx.now) {
            return Err(ConsentError::OfAge);
        }
        let there = self.guardians(&ctx.tenant, person).await?;
        let standing = || there.iter().filter(|it| it.appointment.stands(ctx.now));
        if standing().any(|it| it.appointment.grantee == Party::Account(account)) {
            return Err(ConsentError::Guardian(
                "This account is a guardian of the person already. End that first.",
            ));
        }
        if standing().count() >= GUARDIANS_MAX {
            return Err(ConsentError::Guardian(
                "A person has eight guardians at most.",
            ));
        }
        Ok(minor)
    }
}

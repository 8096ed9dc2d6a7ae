//! Guardians, as the whole house sees them: the day is noted, they are appointed and ended, each in one commit with its entry; and the
//! letters that go out before the day, and on it.

use audit::Action;
use base::{AccountId, Ctx, ErrorKind, Fault, GrantId, Instant, PersonId};
use consent::{ConsentError, Consents, Grant, Minor, NewGuardian, Proposal, Shown, Stage, Terms};
use identity::oauth::Oauth;
use identity::{Invited, NewAccount};
use policy::Role;
use policy::access::{About, Notice};
use store::WriteSet;
use vault::{Vault, VaultError};

use super::{SharingError, about, entry, failed, version};
use crate::notices::{Jobs, SECONDS, Told, WATCH, telling};
use crate::{Failure, Installation};

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum GuardianFault {
    /// Consent, or the vault.
    #[error(transparent)]
    Sharing(#[from] SharingError),
    /// The account.
    #[error(transparent)]
    Identity(#[from] identity::IdentityError),
}

impl From<ConsentError> for GuardianFault {
    fn from(error: ConsentError) -> Self {
        Self::Sharing(error.into())
    }
}

impl From<VaultError> for GuardianFault {
    fn from(error: VaultError) -> Self {
        Self::Sharing(error.into())
    }
}

impl GuardianFault {
    fn fault(&self) -> &dyn Fault {
        match self {
            Self::Sharing(error) => error,
            Self::Identity(error) => error,
        }
    }
}

impl Fault for GuardianFault {
    fn kind(&self) -> ErrorKind {
        self.fault().kind()
    }

    fn code(&self) -> &'static str {
        self.fault().code()
    }

    fn retry_after(&self) -> Option<std::time::Duration> {
        self.fault().retry_after()
    }

    fn pointer(&self) -> Option<String> {
        self.fault().pointer()
    }

    fn public(&self) -> String {
        self.fault().public()
    }
}

impl Installation {
    /// The beginning of what somebody writes who may act for somebody else: it fails once they do not any more.
    pub(crate) async fn in_stead(&self, ctx: &Ctx) -> Result<WriteSet, VaultError> {
        match self.consents.in_stead(ctx).await {
            Ok(Some(stead)) => Ok(WriteSet::new().with(stead.guard(ctx))),
            Ok(None) => Ok(WriteSet::new()),
            Err(ConsentError::NoGrant) => Err(VaultError::NoGrant),
            Err(ConsentError::Store(error)) => Err(error.into()),
            Err(_) => Err(VaultError::Damaged("grant")),
        }
    }

    /// The day of a person that one was noted for.
    ///
    /// # Errors
    /// No such person, none noted; storage and key failures.
    pub async fn minor(&self, ctx: &Ctx, person: PersonId) -> Result<Minor, GuardianFault> {
        let minor = self.consents.minor(&ctx.tenant, person).await?;
        Ok(minor.ok_or(ConsentError::NotFound("day noted for this person"))?)
    }

    /// Note from when on a person decides for themself.
    ///
    /// # Errors
    /// As [`consent::Consents::set_minor`]; no such person.
    pub async fn note_day(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        person: PersonId,
        decides_at: Instant,
        by: &str,
    ) -> Result<u64, GuardianFault> {
        let handle = self.person(ctx, person).await?;
        // Somebody must not be made a minor by whoever wants to decide for them: a day comes before an account, or never.
        if self.consents.minor(&ctx.tenant, person).await?.is_none()
            && self.has_own(ctx, person).await?
        {
            return Err(ConsentError::Guardian(
                "The person has an account of their own and decides for themself. A day is noted before somebody gets an account.",
            )
            .into());
        }
        let set = self
            .consents
            .set_minor(ctx, person, decides_at, by)
            .await?
            .with(Vault::is_there(&ctx.tenant, person))
            .with(Vault::takes_new(&ctx.tenant, ctx.now));
        let entry = about(ctx, rule, Action::GuardianDay, handle)?;
        Ok(self.write(ctx, set, &entry).await?)
    }

    /// Propose a guardian: the account of another person. Nobody may do anything by it until a second one of the staff appoints them.
    ///
    /// # Errors
    /// As [`consent::Consents::propose_guardian`]; no such person, or account of another.
    pub async fn propose_guardian(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        person: PersonId,
        new: NewGuardian,
        by: AccountId,
    ) -> Result<(Proposal, u64), GuardianFault> {
        let handle = self.person(ctx, person).await?;
        self.knows(&new.terms).map_err(|it| it.under("terms"))?;
        self.may_guard(ctx, person, new.account).await?;
        let (proposal, set) = self.consents.propose_guardian(ctx, person, new, by).await?;
        let set = set
            .with(Vault::is_there(&ctx.tenant, person))
            .with(Vault::takes_new(&ctx.tenant, ctx.now));
        let seconds = SECONDS.map(|role| Notice::Role(role, About::GuardianProposed));
        let set = telling(self, &ctx.tenant, &seconds, ctx.now, set);
        let entry = about(ctx, rule, Action::GuardianPropose, handle)?
            .grant(*proposal.appointment.as_bytes());
        let index = self.write(ctx, set, &entry).await?;
        Ok((proposal, index))
    }

    /// Appoint a guardian whom somebody else proposed.
    ///
    /// # Errors
    /// As [`consent::Consents::appoint_guardian`]; no such person, proposal, or account of another.
    pub async fn appoint_guardian(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        proposal: &Proposal,
        by: AccountId,
    ) -> Result<(Grant, u64), GuardianFault> {
        let person = proposal.person;
        let handle = self.person(ctx, person).await?;
        let new = &proposal.new;
        self.knows(&new.terms).map_err(|it| it.under("terms"))?;
        self.may_guard(ctx, person, new.account).await?;
        let (grant, set) = self
            .consents
            .appoint_guardian(ctx, proposal, by, handle)
            .await?;
        let set = set
            .with(Vault::is_there(&ctx.tenant, person))
            .with(Vault::takes_new(&ctx.tenant, ctx.now));
        // It opens somebody's data to somebody else: whoever watches hears of it.
        let watchers = WATCH.map(|role| Notice::Role(role, About::GuardianAppointed));
        let set = telling(self, &ctx.tenant, &watchers, ctx.now, set);
        let entry = about(ctx, rule, Action::GuardianAppoint, handle)?
            .grant(*grant.grant.as_bytes())
            .version(1);
        let index = self.write(ctx, set, &entry).await?;
        Ok((grant, index))
    }

    /// Refuse what was proposed, or take it back.
    ///
    /// # Errors
    /// No such person or proposal; somebody was faster.
    pub async fn refuse_guardian(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        proposal: &Proposal,
    ) -> Result<u64, GuardianFault> {
        let handle = self.person(ctx, proposal.person).await?;
        let set = Consents::drop_proposal(ctx, proposal, WriteSet::new())
            .with(Vault::is_there(&ctx.tenant, proposal.person));
        let entry = about(ctx, rule, Action::GuardianRefuse, handle)?
            .grant(*proposal.appointment.as_bytes());
        Ok(self.write(ctx, set, &entry).await?)
    }

    /// Only people guard people, each with an account of their own that may sign in; nobody themselves, and nobody who is a minor still.
    async fn may_guard(
        &self,
        ctx: &Ctx,
        person: PersonId,
        account: AccountId,
    ) -> Result<(), GuardianFault> {
        let none = || ConsentError::NotFound("account of another person");
        let account = match self.identity.account(&ctx.tenant, account).await {
            Ok(account) => account,
            Err(identity::IdentityError::NotFound(_)) => return Err(none().into()),
            Err(error) => return Err(error.into()),
        };
        let other = account.person.filter(|it| *it != person);
        let other = other.filter(|_| account.state == identity::State::Active);
        let minor = self
            .consents
            .minor(&ctx.tenant, other.ok_or_else(none)?)
            .await?;
        if minor.is_some_and(|it| it.is_under_age(ctx.now)) {
            return Err(none().into());
        }
        Ok(())
    }

    /// Whether the person has an account that may sign in.
    async fn has_own(&self, ctx: &Ctx, person: PersonId) -> Result<bool, GuardianFault> {
        let Some(account) = self.identity.account_of(&ctx.tenant, person).await? else {
            return Ok(false);
        };
        match self.identity.account(&ctx.tenant, account).await {
            Ok(account) => Ok(account.state == identity::State::Active),
            Err(identity::IdentityError::NotFound(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn person(&self, ctx: &Ctx, person: PersonId) -> Result<base::Handle, VaultError> {
        if person == PersonId::COMMONS {
            return Err(VaultError::NoPerson);
        }
        self.vault.handle(&ctx.tenant, person).await
    }

    /// End a guardian's appointment.
    ///
    /// # Errors
    /// As [`consent::Consents::end_guardian`].
    pub async fn end_guardian(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        person: PersonId,
        appointment: GrantId,
        by: &str,
        reason: &str,
    ) -> Result<u64, GuardianFault> {
        let handle = self.person(ctx, person).await?;
        let set = self
            .consents
            .end_guardian(ctx, person, appointment, by, reason)
            .await?
            .with(Vault::is_there(&ctx.tenant, person));
        let entry = about(ctx, rule, Action::GuardianEnd, handle)?.grant(*appointment.as_bytes());
        Ok(self.write(ctx, set, &entry).await?)
    }

    /// That somebody looked at who decides for whom.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn looked_at_guardians(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        person: Option<PersonId>,
        count: usize,
    ) -> Result<u64, GuardianFault> {
        let mut entry = entry(ctx, rule, Action::GuardianList)?.count(count as u64);
        let mut set = WriteSet::new();
        if let Some(person) = person {
            entry = entry.person(self.vault.handle(&ctx.tenant, person).await?);
            set = set.with(Vault::is_there(&ctx.tenant, person));
        }
        Ok(self.write(ctx, set, &entry).await?)
    }

    /// Invite a person of whom a day was noted to an account of their own, at their own address.
    ///
    /// # Errors
    /// As [`identity::Identity::invite_person`]; no day was noted.
    pub async fn invite_minor(
        &self,
        ctx: &Ctx,
        person: PersonId,
        new: &NewAccount,
    ) -> Result<Invited, GuardianFault> {
        self.minor(ctx, person).await?;
        Ok(self.identity.invite_person(ctx, new).await?)
    }

    /// Somebody who decides now says yes to what a guardian gave: a new grant, and what is bound to the old one ends.
    ///
    /// # Errors
    /// As [`consent::Consents::confirm`].
    pub async fn confirm_grant(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        old: &Grant,
        terms: Terms,
        shown: &Shown,
    ) -> Result<(Grant, String, u64), SharingError> {
        let (request, asked) = old.request.ok_or(ConsentError::Over)?;
        let offered = self
            .consents
            .offered_at(&ctx.tenant, request, asked)
            .await?;
        let handle = self.vault.handle(&ctx.tenant, old.person).await?;
        let (grant, receipt, set) = self
            .consents
            .confirm(ctx, old, &offered, terms, shown, handle)
            .await?;
        let set = Oauth::end_grant(&ctx.tenant, old.grant, ctx.now, set);
        let entry = about(ctx, rule, Action::ConsentAnswer, handle)?
            .subject(*request.as_bytes())
            .grant(*grant.grant.as_bytes())
            .version(version(&grant));
        let set = set.with(Vault::is_there(&ctx.tenant, old.person));
        let index = self.write(ctx, set, &entry).await?;
        self.oauth.forget_grant(old.grant);
        Ok((grant, receipt, index))
    }
}

/// Tell people that they decide for themselves soon, and when the day has come; and staff, where somebody has no account to do it with. Can
/// be repeated. Nothing of what ends on the day waits for this.
///
/// # Errors
/// Storage and key failures.
pub async fn keep_days(house: &Installation) -> Result<(), Failure> {
    let now = house.clock.now();
    house.db.commit(Consents::lapse_proposals(now)).await?;
    for it in house.consents.to_tell(now).await.map_err(failed)? {
        let jobs = Jobs::of(house);
        let key = format!("{}/{}/{}", it.person, it.version, it.stage as u8);
        let told = match it.stage {
            Stage::Near | Stage::Nearer => Told::AgeSoon,
            Stage::Come => Told::AgeCome,
        };
        let mut set = house.consents.told(&it);
        set = set.with(jobs.tell_person(&it.tenant, it.person, told, &key, now));
        let account = house.identity.account_of(&it.tenant, it.person).await?;
        if account.is_none() {
            let (role, what) = (Role::Compliance, "age_no_account");
            set = set.with(jobs.tell_role(&it.tenant, role, what, &key, now));
        }
        match house.db.commit(set).await {
            // Another node told them, or the day was changed.
            Ok(_) | Err(store::StoreError::Guard(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

//! What people let whom do, as the whole house sees it: `consent` keeps it, `identity` binds tokens to it, the vault asks for it. Here
//! they are brought together, each time in one commit.

mod answers;
mod guardians;
mod text;

use std::time::Duration;

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, Fault, GrantId, Handle, Instant, PersonId};
use consent::{
    Answer, Answered, Asking, ConsentError, Grant, GrantState, NewProxy, Offered, Party, Shown,
    Terms, Way,
};
use continuity::ledger::Deed;
use identity::oauth::Oauth;
use store::WriteSet;
use vault::{Vault, VaultError};

use crate::notices::Jobs;
use crate::{Failure, Installation};

pub use answers::KeptAnswers;
pub use guardians::{GuardianFault, keep_days};
pub(crate) use text::part as part_in_words;
pub use text::{SOURCES, texts};

/// A withdrawal that meets narrowings is tried so often.
const WITHDRAWALS_MAX: u32 = 8;

/// What can go wrong in between.
#[derive(Debug, thiserror::Error)]
pub enum SharingError {
    /// Consent.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// The vault: the person, storage.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<audit::entry::EntryError> for SharingError {
    fn from(error: audit::entry::EntryError) -> Self {
        Self::Vault(error.into())
    }
}

impl From<store::StoreError> for SharingError {
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::Guard(vault::GUARD_PERSON) => Self::Vault(VaultError::NoPerson),
            store::StoreError::Guard(vault::contract::GUARD_ENDED) => {
                Self::Vault(VaultError::Ended)
            }
            // What was to be written stands there already: a grant's next event, or its answer.
            store::StoreError::Duplicate => Self::Consent(ConsentError::Over),
            error => Self::Consent(error.into()),
        }
    }
}

impl SharingError {
    fn fault(&self) -> &dyn Fault {
        match self {
            Self::Consent(error) => error,
            Self::Vault(error) => error,
        }
    }
}

impl Fault for SharingError {
    fn kind(&self) -> ErrorKind {
        self.fault().kind()
    }

    fn code(&self) -> &'static str {
        self.fault().code()
    }

    fn retry_after(&self) -> Option<Duration> {
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
    /// Publish a request. Gives the index of the entry in the log with it.
    ///
    /// # Errors
    /// As [`consent::Consents::publish`].
    pub async fn publish_request(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        asker: Party,
        request: Option<consent::RequestId>,
        offer: consent::Offer,
    ) -> Result<(Offered, u64), SharingError> {
        self.knows(&offer.terms())?;
        let (offered, set) = self.consents.publish(ctx, asker, request, offer).await?;
        let entry = entry(ctx, rule, Action::ConsentPublish)?
            .subject(*offered.request.as_bytes())
            .version(u64::from(offered.version));
        let set = set.with(Vault::takes_new(&ctx.tenant, ctx.now));
        Ok((offered, self.write(ctx, set, &entry).await?))
    }

    /// Whether the register has all that terms name.
    fn knows(&self, terms: &Terms) -> Result<(), ConsentError> {
        let register = self.vault.register();
        for (at, part) in terms.parts.iter().enumerate() {
            let Some(name) = &part.collection else {
                continue;
            };
            let Some(collection) = register.collection(name.as_str()) else {
                return Err(ConsentError::terms(
                    format!("/parts/{at}/collection"),
                    "A part names a collection that the register does not know; `strongroom register show` lists them.",
                ));
            };
            let known =
                |field: &String| collection.fields.iter().any(|it| it.name.as_str() == field);
            if part
                .fields
                .as_ref()
                .is_some_and(|fields| !fields.iter().all(known))
            {
                return Err(ConsentError::terms(
                    format!("/parts/{at}/fields"),
                    "A part names a field that the register does not know; `strongroom register show` lists them.",
                ));
            }
        }
        Ok(())
    }

    /// Ask a person what `offered` asks. By letter, they are told of it.
    ///
    /// # Errors
    /// As [`consent::Consents::ask`]; no such person.
    pub async fn ask_person(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        offered: &Offered,
        person: PersonId,
        way: Way,
    ) -> Result<(Asking, u64), SharingError> {
        let handle = self.vault.handle(&ctx.tenant, person).await?;
        let (asking, mut set) = self.consents.ask(ctx, offered, person, way).await?;
        if way == Way::Mail {
            if !self.gets_letters(ctx, person).await? {
                let why = "No letter reaches this person: they have no account with an address. Put the question into the inbox, or give them the link.";
                return Err(ConsentError::terms("/way", why).into());
            }
            let about = crate::notices::Told::Asked;
            set = set.with(Jobs::of(self).tell_person(
                &ctx.tenant,
                person,
                about,
                &asking.asking.to_string(),
                ctx.now,
            ));
        }
        let entry = about(ctx, rule, Action::ConsentAsk, handle)?
            .subject(*offered.request.as_bytes())
            .version(u64::from(offered.version));
        let set = set.with(Vault::is_there(&ctx.tenant, person));
        let index = match self.write(ctx, set, &entry).await {
            // One open question of one asker, and it was another's a moment ago.
            Err(SharingError::Consent(ConsentError::Over)) => {
                Err(ConsentError::Pace(Duration::from_hours(24)).into())
            }
            done => done,
        }?;
        Ok((asking, index))
    }

    /// Whether a letter about a person reaches anybody: them, or a guardian.
    async fn gets_letters(&self, ctx: &Ctx, person: PersonId) -> Result<bool, SharingError> {
        // Where it cannot be asked now, the letter is tried again until it can.
        let account = self.identity.account_of(&ctx.tenant, person).await;
        if !matches!(account, Ok(None)) {
            return Ok(true);
        }
        let guardians = &self.consents;
        let guardians = guardians.guardian_accounts(&ctx.tenant, person, ctx.now);
        Ok(!guardians.await?.is_empty())
    }

    /// Answer a question.
    ///
    /// # Errors
    /// As [`consent::Consents::answer`].
    pub async fn answer_question(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        asking: &Asking,
        offered: &Offered,
        answer: &Answer,
        shown: &Shown,
    ) -> Result<(Answered, u64), SharingError> {
        let handle = self.vault.handle(&ctx.tenant, asking.person).await?;
        let (answered, set) = self
            .consents
            .answer(ctx, asking, offered, answer, shown, handle, None)
            .await?;
        let mut entry = about(ctx, rule, Action::ConsentAnswer, handle)?
            .subject(*offered.request.as_bytes())
            .version(u64::from(offered.version));
        match &answered {
            Answered::Granted(grant, _) => entry = entry.grant(*grant.grant.as_bytes()),
            Answered::Refused => entry.outcome = Outcome::Denied,
            Answered::Deferred(_) => {}
        }
        let set = set.with(Vault::is_there(&ctx.tenant, asking.person));
        Ok((answered, self.write(ctx, set, &entry).await?))
    }

    /// Take part of a grant back.
    ///
    /// # Errors
    /// As [`consent::Consents::narrow`].
    pub async fn narrow_grant(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        grant: &Grant,
        terms: Terms,
        until: Instant,
        shown: Option<&Shown>,
    ) -> Result<(Grant, String, u64), SharingError> {
        let handle = self.vault.handle(&ctx.tenant, grant.person).await?;
        let (after, receipt, set) = self
            .consents
            .narrow(ctx, grant, terms, until, shown, handle)?;
        let left = Some(&after.terms);
        let set = self.consents.taken_back(ctx, grant, left, set).await?;
        let entry = about(ctx, rule, Action::ConsentNarrow, handle)?
            .grant(*grant.grant.as_bytes())
            .version(version(&after));
        let set = set.with(Vault::is_there(&ctx.tenant, grant.person));
        let index = self.write(ctx, set, &entry).await?;
        Ok((after, receipt, index))
    }

    /// Take a grant back: nothing is opened by it any more, and its tokens end.
    ///
    /// # Errors
    /// As [`consent::Consents::withdraw`].
    pub async fn withdraw_grant(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        grant: &Grant,
        shown: Option<&Shown>,
    ) -> Result<(String, u64), SharingError> {
        let mut grant = grant.clone();
        let mut tries = 1;
        loop {
            let done = self.withdraw_as_seen(ctx, rule, &grant, shown).await;
            // It was narrowed meanwhile: what was to end, ends. What was withdrawn or ran out meanwhile, is over.
            let Err(SharingError::Consent(ConsentError::Over)) = done else {
                return done;
            };
            grant = self
                .consents
                .grant(&ctx.tenant, grant.person, grant.grant)
                .await?;
            if grant.state != GrantState::Active || tries >= WITHDRAWALS_MAX {
                return done;
            }
            tries += 1;
        }
    }

    async fn withdraw_as_seen(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        grant: &Grant,
        shown: Option<&Shown>,
    ) -> Result<(String, u64), SharingError> {
        let handle = self.vault.handle(&ctx.tenant, grant.person).await?;
        let (receipt, set) = self.consents.withdraw(ctx, grant, shown, handle)?;
        let set = self.consents.taken_back(ctx, grant, None, set).await?;
        let set = Oauth::end_grant(&ctx.tenant, grant.grant, ctx.now, set);
        let entry = about(ctx, rule, Action::ConsentWithdraw, handle)?
            .grant(*grant.grant.as_bytes())
            .version(version(grant) + 1);
        let set = set.with(Vault::is_there(&ctx.tenant, grant.person));
        // A withdrawal never waits for another machine: where the ledger cannot be written, the log says it alone.
        if let Err(error) = crate::backup::remember(self, &ctx.tenant, Deed::Withdraw(grant.grant))
        {
            tracing::error!(%error, "a withdrawal is not in the ledger; a restore knows it from the log only");
        }
        let index = self.write(ctx, set, &entry).await?;
        self.oauth.forget_grant(grant.grant);
        Ok((receipt, index))
    }

    /// Let somebody act for a person.
    ///
    /// # Errors
    /// As [`consent::Consents::appoint`].
    pub async fn appoint_proxy(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        person: PersonId,
        by: Option<base::AccountId>,
        new: &NewProxy,
    ) -> Result<(Grant, String, u64), SharingError> {
        self.knows(&new.terms).map_err(|it| it.under("terms"))?;
        let handle = self.vault.handle(&ctx.tenant, person).await?;
        let (grant, receipt, set) = self.consents.appoint(ctx, person, by, new, handle).await?;
        let entry = about(ctx, rule, Action::ConsentAnswer, handle)?
            .grant(*grant.grant.as_bytes())
            .version(1);
        let set = set.with(Vault::is_there(&ctx.tenant, person));
        let index = self.write(ctx, set, &entry).await?;
        Ok((grant, receipt, index))
    }

    /// That somebody looked at questions or grants.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn looked_at_grants(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        person: Option<PersonId>,
        count: usize,
    ) -> Result<u64, SharingError> {
        let mut entry = entry(ctx, rule, Action::ConsentList)?.count(count as u64);
        let mut set = WriteSet::new();
        if let Some(person) = person {
            entry = entry.person(self.vault.handle(&ctx.tenant, person).await?);
            set = set.with(Vault::is_there(&ctx.tenant, person));
        }
        self.write(ctx, set, &entry).await
    }

    /// Close a request.
    ///
    /// # Errors
    /// As [`consent::Consents::close`].
    pub async fn close_request(
        &self,
        ctx: &Ctx,
        rule: &'static str,
        asker: Party,
        request: consent::RequestId,
    ) -> Result<u64, SharingError> {
        let set = self.consents.close(ctx, asker, request).await?;
        let entry = entry(ctx, rule, Action::ConsentPublish)?.subject(*request.as_bytes());
        self.write(ctx, set, &entry).await
    }

    async fn write(&self, ctx: &Ctx, set: WriteSet, entry: &Entry) -> Result<u64, SharingError> {
        // Whoever acts for somebody does so still when it is written down.
        let set = match self.consents.in_stead(ctx).await? {
            Some(stead) => set.with(stead.guard(ctx)),
            None => set,
        };
        let committed = self.db.commit(set.log(entry.finish(&ctx.tenant))).await?;
        let index = committed.log_indexes.last().copied();
        Ok(index.ok_or(VaultError::Damaged("commit without an entry"))?)
    }
}

fn entry(ctx: &Ctx, rule: &'static str, action: Action) -> Result<Entry, SharingError> {
    let entry = Entry::new(ctx, action, Outcome::Ok)?;
    Ok(match rule.parse() {
        Ok(rule) => entry.policy(&rule),
        Err(_) => entry,
    })
}

fn about(
    ctx: &Ctx,
    rule: &'static str,
    action: Action,
    handle: Handle,
) -> Result<Entry, SharingError> {
    Ok(entry(ctx, rule, action)?.person(handle))
}

fn version(grant: &Grant) -> u64 {
    u64::try_from(grant.epoch).unwrap_or(0)
}

/// What time does: grants run out, people are told before they do, questions lapse. Can be repeated.
///
/// # Errors
/// Storage failures.
pub async fn keep(house: &Installation) -> Result<(), Failure> {
    let now = house.clock.now();
    for due in house.consents.due(now).await.map_err(failed)? {
        if let Err(error) = expire(house, &due.tenant, due.person, due.grant).await {
            tracing::warn!(%error, "a grant that ran out was not noted as such; it lets nothing be done all the same");
        }
    }
    for due in house.consents.to_remind(now).await.map_err(failed)? {
        let set = house.consents.reminded(&due, now);
        let told = crate::notices::Told::GrantEnds;
        let key = due.grant.to_string();
        let job = Jobs::of(house).tell_person(&due.tenant, due.person, told, &key, now);
        match house.db.commit(set.with(job)).await {
            // Another node told them.
            Ok(_) | Err(store::StoreError::Guard(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    house.db.commit(house.consents.lapse(now)).await?;
    keep_days(house).await
}

async fn expire(
    house: &Installation,
    tenant: &base::TenantId,
    person: PersonId,
    grant: GrantId,
) -> Result<(), SharingError> {
    let (ctx, _) = house.local(tenant, "consent");
    let ctx = Ctx {
        purpose: None,
        ..ctx
    };
    let grant = house.consents.grant(tenant, person, grant).await?;
    let handle = house.vault.handle(tenant, person).await?;
    let set = house.consents.expire(&ctx, &grant)?;
    let set = Oauth::end_grant(tenant, grant.grant, ctx.now, set);
    let entry = about(&ctx, "system-house", Action::ConsentEnd, handle)?
        .grant(*grant.grant.as_bytes())
        .version(version(&grant) + 1);
    let set = set.with(Vault::is_there(tenant, person));
    house.write(&ctx, set, &entry).await?;
    house.oauth.forget_grant(grant.grant);
    Ok(())
}

fn failed(error: ConsentError) -> Failure {
    Failure::text(error.to_string())
}

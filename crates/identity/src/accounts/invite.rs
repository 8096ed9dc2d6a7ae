//! Somebody is invited: an account that waits for its owner.

use std::collections::BTreeSet;

use audit::Action;
use base::{AccountId, Ctx, PersonId, Secret};
use policy::Role;
use store::{StoreError, WriteSet};

use crate::identity::{Identity, of};
use crate::links::LinkKind;
use crate::mail::Reason;
use crate::model::State;
use crate::oauth::Oauth;
use crate::{Account, Email, IdentityError, Kind, Label, Language, sql};

/// Who is invited.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Whose sort.
    pub kind: Kind,
    /// Acting as.
    pub role: Role,
    /// The person whose account it will be; for the kind `person`.
    pub person: Option<PersonId>,
    /// Where the invitation goes.
    pub email: Email,
    /// What they are called until they say otherwise.
    pub name: Label,
    /// In which language.
    pub language: Language,
}

impl NewAccount {
    pub(crate) fn makes_sense(&self) -> Result<(), IdentityError> {
        let is_person = self.kind == Kind::Person;
        if is_person == (self.role == Role::Person) && is_person == self.person.is_some() {
            Ok(())
        } else {
            Err(IdentityError::Invalid(
                "a person's account has the role `person` and names the person; staff's has neither",
            ))
        }
    }
}

const GUARD_REPLACE: &str = "account.replace";

/// What came of it.
#[derive(Debug)]
pub struct Invited {
    /// The account.
    pub account: AccountId,
    /// The link's secret half, which goes by mail as well.
    pub link: Secret<String>,
    /// Where the log says so.
    pub log_index: u64,
}

impl Identity {
    /// Invite somebody. What `ctx`'s actor may do is for the caller to have asked.
    ///
    /// # Errors
    /// [`IdentityError::Taken`], [`IdentityError::Invalid`]; storage failures.
    pub async fn invite(&self, ctx: &Ctx, new: &NewAccount) -> Result<Invited, IdentityError> {
        new.makes_sense()?;
        let account = self.blank(new, State::Invited, ctx.now);
        let set = self.insert_account(ctx, &account, WriteSet::new())?;
        self.send_invitation(ctx, &account, set).await
    }

    /// Invite a person to an account of their own. One that nobody may sign in to gives way: an invitation that was not answered, an account
    /// that was stopped, and whatever somebody began with this address and never proved. So nobody stands in another's way.
    ///
    /// # Errors
    /// [`IdentityError::Taken`] when the person, or the address, has an account that may sign in; storage failures.
    pub async fn invite_person(
        &self,
        ctx: &Ctx,
        new: &NewAccount,
    ) -> Result<Invited, IdentityError> {
        new.makes_sense()?;
        let tenant = &ctx.tenant;
        let person = new.person.ok_or(IdentityError::Invalid("a person"))?;
        let mut gone = BTreeSet::new();
        if let Some(there) = self.account_of(tenant, person).await? {
            gone.insert(there);
        }
        let typed = self.account_by_email(tenant, &new.email).await?;
        if let Some(there) = typed.filter(|it| it.state == State::Unverified) {
            gone.insert(there.id);
        }
        let mut set = WriteSet::new();
        for there in gone {
            let params = || of(tenant, there, Vec::new());
            set = set.run_expecting(&sql::ACCOUNT_REPLACE, params(), 1, GUARD_REPLACE);
            for rest in super::forget::RESTS {
                set = set.run(rest, params());
            }
            set = Oauth::end_grants_of(tenant, there, ctx.now, set);
            set = set.log(self.done(ctx, Action::AccountDelete, there)?);
        }
        let account = self.blank(new, State::Invited, ctx.now);
        let set = self.insert_account(ctx, &account, set)?;
        match self.send_invitation(ctx, &account, set).await {
            Err(IdentityError::Store(StoreError::Guard(GUARD_REPLACE))) => {
                Err(IdentityError::Taken)
            }
            other => other,
        }
    }

    /// Invite somebody again who has not answered: a new link, which ends the old one.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; storage failures.
    pub async fn invite_again(
        &self,
        ctx: &Ctx,
        account: AccountId,
    ) -> Result<Invited, IdentityError> {
        let account = self.account(&ctx.tenant, account).await?;
        if account.state != State::Invited {
            return Err(IdentityError::NotFound("invitation"));
        }
        self.send_invitation(ctx, &account, WriteSet::new()).await
    }

    async fn send_invitation(
        &self,
        ctx: &Ctx,
        account: &Account,
        set: WriteSet,
    ) -> Result<Invited, IdentityError> {
        let (link, set) = self.new_link(&ctx.tenant, LinkKind::Invite, account.id, ctx.now, set);
        let set = self
            .write_to(
                &ctx.tenant,
                account,
                Reason::Invite,
                Some(&link),
                ctx.now,
                set,
            )?
            .log(self.done(ctx, Action::Invite, account.id)?);
        let log_index = self.commit_new(set).await?;
        Ok(Invited {
            account: account.id,
            link,
            log_index,
        })
    }

    pub(crate) fn blank(&self, new: &NewAccount, state: State, now: base::Instant) -> Account {
        Account {
            id: AccountId::random(&*self.rng),
            kind: new.kind,
            person: new.person,
            role: new.role,
            state,
            email: new.email.clone(),
            name: new.name.clone(),
            language: new.language,
            created_at: now,
        }
    }

    /// The rows of a new account. It fails when the person is not there.
    pub(crate) fn insert_account(
        &self,
        ctx: &Ctx,
        account: &Account,
        set: WriteSet,
    ) -> Result<WriteSet, IdentityError> {
        let tenant = &ctx.tenant;
        let id = account.id.to_string();
        let set = match account.person {
            None => set,
            Some(person) => set.with(self.people.is_there(tenant, person)),
        };
        let more = vec![
            account.kind.as_str().into(),
            account.person.into(),
            account.role.as_str().into(),
            account.state.as_str().into(),
            self.seal(
                tenant,
                &["account", "email", &id],
                account.email.as_str().as_bytes(),
            )?
            .into(),
            self.email_digest(tenant, &account.email)?.into(),
            self.seal_name(tenant, account.id, &account.name)?.into(),
            account.language.as_str().into(),
            account.created_at.into(),
        ];
        Ok(set.run_expecting(
            &sql::ACCOUNT_INSERT,
            of(tenant, account.id, more),
            1,
            "account.insert",
        ))
    }

    pub(crate) fn seal_name(
        &self,
        tenant: &base::TenantId,
        account: AccountId,
        name: &Label,
    ) -> Result<Vec<u8>, IdentityError> {
        self.seal(
            tenant,
            &["account", "name", &account.to_string()],
            name.as_str().as_bytes(),
        )
    }

    /// Commit a new account.
    pub(crate) async fn commit_new(&self, set: WriteSet) -> Result<u64, IdentityError> {
        match self.commit(set).await {
            Err(IdentityError::Store(StoreError::Duplicate)) => Err(IdentityError::Taken),
            Err(IdentityError::Store(StoreError::Guard(guard))) if guard == self.people.guard() => {
                Err(IdentityError::NotFound("person"))
            }
            other => other,
        }
    }
}

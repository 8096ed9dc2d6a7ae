//! Somebody makes an account for themselves, where the tenant lets everybody.

use audit::{Action, Outcome};
use base::{PersonId, Secret};
use policy::Role;
use store::{StoreError, WriteSet};

use super::NewAccount;
use crate::guess::What;
use crate::identity::{Identity, of};
use crate::links::{GUARD_LINK, LinkKind};
use crate::mail::Reason;
use crate::model::State;
use crate::{Account, Caller, Email, IdentityError, Kind, Label, Language, sql};

/// What somebody says of themselves.
#[derive(Debug)]
pub struct SignUp {
    /// Where mail goes.
    pub email: Email,
    /// What they call themselves.
    pub name: Label,
    /// In which language.
    pub language: Language,
    /// How they will prove themselves.
    pub password: Secret<String>,
}

impl Identity {
    /// Make an account. The answer is the same whether there is one with this address or not; the mail is not.
    ///
    /// # Errors
    /// [`IdentityError::Closed`], [`IdentityError::Weak`], [`IdentityError::Wait`], [`IdentityError::Busy`].
    pub async fn sign_up(&self, caller: &Caller, new: &SignUp) -> Result<(), IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        if !self
            .settings
            .open_sign_up
            .get(tenant)
            .copied()
            .unwrap_or(false)
        {
            return Err(IdentityError::Closed);
        }
        let typed = new.email.canonical();
        let tries = self.tries(caller, What::Mail, typed.as_bytes(), false)?;
        self.count_try(&tries, now).await?;
        let there = self.account_by_email(tenant, &new.email).await?;
        let nobody = NewAccount {
            kind: Kind::Person,
            role: Role::Person,
            // The person is made once the address is proven.
            person: None::<PersonId>,
            email: new.email.clone(),
            name: new.name.clone(),
            language: new.language,
        };
        let account = self.blank(&nobody, State::Unverified, now);
        // Judged and hashed for an account that is there, too: it takes as long.
        let words = [new.name.as_str(), new.email.as_str()];
        let taken = self
            .take_password(tenant, account.id, &new.password, &words, true)
            .await?;
        let ctx = caller.as_nobody();
        let set = match there {
            // A mail to who is there already says so; nothing of theirs changes.
            Some(there) => {
                let entry =
                    self.entry(&ctx, Action::AccountCreate, Outcome::Denied, Some(there.id))?;
                let set = match there.state {
                    State::Active => self.write_to(
                        tenant,
                        &there,
                        Reason::SignedUpAgain,
                        None,
                        now,
                        WriteSet::new(),
                    )?,
                    State::Unverified => {
                        let (link, set) =
                            self.new_link(tenant, LinkKind::Verify, there.id, now, WriteSet::new());
                        self.write_to(tenant, &there, Reason::Verify, Some(&link), now, set)?
                    }
                    State::Invited | State::Stopped => WriteSet::new(),
                };
                set.log(entry.code("identity.taken").finish(tenant))
            }
            None => {
                let set = self.insert_account(&ctx, &account, WriteSet::new())?;
                let set = taken.set(tenant, account.id, now, set);
                let (link, set) = self.new_link(tenant, LinkKind::Verify, account.id, now, set);
                self.write_to(tenant, &account, Reason::Verify, Some(&link), now, set)?
                    .log(self.done(&ctx, Action::AccountCreate, account.id)?)
            }
        };
        match self.commit(set).await {
            // Twice at the same moment: one of them was first, and its mail is on its way.
            Ok(_) | Err(IdentityError::Store(StoreError::Duplicate)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Show by the link that the address is one's own. The person is made now, and not for everybody who types an address.
    ///
    /// # Errors
    /// [`IdentityError::Link`]; storage failures.
    pub async fn verify(&self, caller: &Caller, link: &str) -> Result<Account, IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        let id = self.link(tenant, LinkKind::Verify, link, now).await?;
        let mut account = self.account(tenant, id).await?;
        let ctx = caller.ctx(account.actor("link"));
        let set = Self::take_link(tenant, LinkKind::Verify, link, now, WriteSet::new());
        let person = match account.person {
            Some(person) => person,
            None => self.people.make(&ctx).await?,
        };
        let set = set
            .with(self.people.is_there(tenant, person))
            .run_expecting(
                &sql::ACCOUNT_BEGIN,
                of(tenant, id, vec![person.into()]),
                1,
                GUARD_LINK,
            )
            .log(self.done(&ctx, Action::AccountChange, id)?);
        self.commit_link(set).await?;
        account.state = State::Active;
        account.person = Some(person);
        Ok(account)
    }
}

//! Somebody makes an account for themselves, where the tenant lets everybody.
//!
//! The password is chosen behind the link that goes to the address, not before: who signs up with another's address would
//! otherwise leave a password of their own on the account that the other then confirms.

use audit::{Action, Outcome};
use base::{PersonId, Secret};
use policy::Role;
use store::WriteSet;

use super::NewAccount;
use crate::guess::What;
use crate::identity::{Identity, of};
use crate::links::{GUARD_LINK, LinkKind};
use crate::mail::{Reason, Wish};
use crate::model::State;
use crate::{Account, Caller, Email, IdentityError, Kind, Label, Language, sql};

/// What an account is called whose owner has not said yet.
const UNNAMED: &str = "-";

impl Identity {
    /// Ask for an account. The answer, and the work until it, is the same whether there is one with this address or not; the mail
    /// is not.
    ///
    /// # Errors
    /// [`IdentityError::Closed`], [`IdentityError::Wait`]; storage failures.
    pub async fn sign_up(
        &self,
        caller: &Caller,
        email: &Email,
        language: Language,
    ) -> Result<(), IdentityError> {
        if !self.is_open(&caller.tenant) {
            return Err(IdentityError::Closed);
        }
        let typed = email.canonical();
        let tries = self.tries(caller, What::Mail, typed.as_bytes(), false)?;
        self.count_try(&tries, caller.now).await?;
        self.ask_later(caller, Wish::SignUp(language), email).await
    }

    /// What is written for who wants an account, behind what `set` has.
    pub(crate) async fn sign_up_writes(
        &self,
        caller: &Caller,
        email: &Email,
        language: Language,
        set: WriteSet,
    ) -> Result<WriteSet, IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        let ctx = caller.as_nobody();
        // A mail to who is there already says so; nothing of theirs changes.
        if let Some(there) = self.account_by_email(tenant, email).await? {
            let entry = self.entry(&ctx, Action::AccountCreate, Outcome::Denied, Some(there.id))?;
            let set = self.write_again(caller, &there, set)?;
            return Ok(set.log(entry.code("identity.taken").finish(tenant)));
        }
        let new = NewAccount {
            kind: Kind::Person,
            role: Role::Person,
            // The person is made once the address is proven.
            person: None::<PersonId>,
            email: email.clone(),
            name: UNNAMED.parse()?,
            language,
        };
        let account = self.blank(&new, State::Unverified, now);
        let set = self.insert_account(&ctx, &account, set)?;
        let (link, set) = self.new_link(tenant, LinkKind::Verify, account.id, now, set);
        let set = self.write_to(tenant, &account, Reason::Verify, Some(&link), now, set)?;
        Ok(set.log(self.done(&ctx, Action::AccountCreate, account.id)?))
    }

    /// Whether anybody may make an account at this tenant.
    #[must_use]
    pub fn is_open(&self, tenant: &base::TenantId) -> bool {
        self.settings
            .open_sign_up
            .get(tenant)
            .copied()
            .unwrap_or(false)
    }

    /// What somebody gets to read who signs up once more.
    fn write_again(
        &self,
        caller: &Caller,
        there: &Account,
        set: WriteSet,
    ) -> Result<WriteSet, IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        match there.state {
            State::Active => self.write_to(tenant, there, Reason::SignedUpAgain, None, now, set),
            State::Unverified => {
                let (link, set) = self.new_link(tenant, LinkKind::Verify, there.id, now, set);
                self.write_to(tenant, there, Reason::Verify, Some(&link), now, set)
            }
            State::Invited | State::Stopped => Ok(set),
        }
    }

    /// Show by the link that the address is one's own, and choose a name and a password. The person is made now, and not for
    /// everybody who types an address. Signing in comes after.
    ///
    /// # Errors
    /// [`IdentityError::Link`], [`IdentityError::Weak`], [`IdentityError::Busy`], [`IdentityError::Closed`] where nobody new is taken any more;
    /// storage failures.
    pub async fn verify(
        &self,
        caller: &Caller,
        link: &str,
        name: &Label,
        password: &Secret<String>,
    ) -> Result<Account, IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        let id = self.link(tenant, LinkKind::Verify, link, now).await?;
        let mut account = self.account(tenant, id).await?;
        if account.state != State::Unverified {
            return Err(IdentityError::Link);
        }
        account.name = name.clone();
        let taken = self.take_password_of(&account, caller, password).await?;
        let ctx = caller.ctx(account.actor("link"));
        let set = Self::take_link(tenant, LinkKind::Verify, link, now, WriteSet::new());
        let person = self.people.make(&ctx).await?;
        let more = vec![
            person.into(),
            self.seal_name(tenant, id, &account.name)?.into(),
        ];
        let set = set
            .with(self.people.is_there(tenant, person))
            .run_expecting(&sql::ACCOUNT_BEGIN, of(tenant, id, more), 1, GUARD_LINK);
        let set =
            taken
                .set(tenant, id, now, set)
                .log(self.done(&ctx, Action::AccountChange, id)?);
        self.commit_link(set).await?;
        account.state = State::Active;
        account.person = Some(person);
        Ok(account)
    }
}

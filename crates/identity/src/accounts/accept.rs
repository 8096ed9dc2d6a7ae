//! An invitation is accepted: the account gets a password and begins.

use audit::Action;
use base::Secret;
use store::{StoreError, WriteSet};

use crate::identity::{Identity, of};
use crate::links::{GUARD_LINK, LinkKind};
use crate::model::State;
use crate::{Account, Caller, IdentityError, Kind, Label, sql};

impl Identity {
    /// Accept an invitation. Signing in comes after.
    ///
    /// # Errors
    /// [`IdentityError::Link`], [`IdentityError::Weak`], [`IdentityError::Busy`]; storage failures.
    pub async fn accept(
        &self,
        caller: &Caller,
        link: &str,
        name: Option<&Label>,
        password: &Secret<String>,
    ) -> Result<Account, IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        let id = self.link(tenant, LinkKind::Invite, link, now).await?;
        let mut account = self.account(tenant, id).await?;
        if account.state != State::Invited {
            return Err(IdentityError::Link);
        }
        if let Some(name) = name {
            account.name = name.clone();
        }
        let taken = self.take_password_of(&account, caller, password).await?;
        let set = Self::take_link(tenant, LinkKind::Invite, link, now, WriteSet::new());
        let set = set
            .run_expecting(
                &sql::ACCOUNT_STATE,
                of(
                    tenant,
                    id,
                    vec![
                        State::Active.as_str().into(),
                        State::Invited.as_str().into(),
                    ],
                ),
                1,
                GUARD_LINK,
            )
            .run(
                &sql::ACCOUNT_NAME,
                of(
                    tenant,
                    id,
                    vec![
                        self.seal_name(tenant, id, &account.name)?.into(),
                        account.language.as_str().into(),
                    ],
                ),
            );
        let ctx = caller.ctx(account.actor("link"));
        let set =
            taken
                .set(tenant, id, now, set)
                .log(self.done(&ctx, Action::AccountCreate, id)?);
        self.commit_link(set).await?;
        account.state = State::Active;
        Ok(account)
    }

    /// Judge and hash a password for an account as it stands: staff have a second factor, whether they have it yet or not.
    pub(crate) async fn take_password_of(
        &self,
        account: &Account,
        caller: &Caller,
        password: &Secret<String>,
    ) -> Result<crate::password::Taken, IdentityError> {
        let alone = match account.kind {
            Kind::Staff => false,
            Kind::Person => self
                .second_factors(account, &caller.tenant)
                .await?
                .is_empty(),
        };
        let words = [account.name.as_str(), account.email.as_str()];
        self.take_password(&caller.tenant, account.id, password, &words, alone)
            .await
    }

    /// Commit what a link led to.
    pub(crate) async fn commit_link(&self, set: WriteSet) -> Result<u64, IdentityError> {
        match self.commit(set).await {
            Err(IdentityError::Store(StoreError::Guard(GUARD_LINK))) => Err(IdentityError::Link),
            other => other,
        }
    }
}

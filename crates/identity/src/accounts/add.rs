//! An account is made with a password that somebody else chose: for the first one of an installation, and for trying things out.

use audit::Action;
use base::{AccountId, Ctx, Secret};
use store::WriteSet;

use super::NewAccount;
use crate::identity::Identity;
use crate::model::State;
use crate::{IdentityError, Kind};

impl Identity {
    /// Make an account that may sign in at once.
    ///
    /// # Errors
    /// [`IdentityError::Taken`], [`IdentityError::Weak`], [`IdentityError::NotFound`] for the person; storage failures.
    pub async fn add(
        &self,
        ctx: &Ctx,
        new: &NewAccount,
        password: &Secret<String>,
    ) -> Result<AccountId, IdentityError> {
        new.makes_sense()?;
        let account = self.blank(new, State::Active, ctx.now);
        let words = [account.name.as_str(), account.email.as_str()];
        let alone = account.kind == Kind::Person;
        let taken = self
            .take_password(&ctx.tenant, account.id, password, &words, alone)
            .await?;
        let set = self.insert_account(ctx, &account, WriteSet::new())?;
        let set = taken
            .set(&ctx.tenant, account.id, ctx.now, set)
            .log(self.done(ctx, Action::AccountCreate, account.id)?);
        self.commit_new(set).await?;
        Ok(account.id)
    }
}

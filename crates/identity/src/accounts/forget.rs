//! An account goes, with everything that is about it.

use audit::Action;
use base::{AccountId, Ctx, PersonId};
use store::{Sql, WriteSet};

use crate::identity::{Identity, of};
use crate::oauth::Oauth;
use crate::{IdentityError, sql};

/// What goes with an account.
pub(super) static RESTS: [&Sql; 7] = [
    &sql::PASSWORD_DELETE,
    &sql::FACTORS_DELETE,
    &sql::SESSIONS_DELETE,
    &sql::TICKETS_DELETE,
    &sql::LINKS_DELETE,
    &sql::DEVICES_DELETE,
    &sql::LETTERS_DELETE,
];

impl Identity {
    /// Delete an account: whoever it was has to be invited anew.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; storage failures.
    pub async fn forget(&self, ctx: &Ctx, account: AccountId) -> Result<u64, IdentityError> {
        let params = || of(&ctx.tenant, account, Vec::new());
        let mut set =
            WriteSet::new().run_expecting(&sql::ACCOUNT_DELETE, params(), 1, "account.there");
        for rest in RESTS {
            set = set.run(rest, params());
        }
        // What the account let apps do ends with it.
        let set = Oauth::end_grants_of(&ctx.tenant, account, ctx.now, set);
        let set = set.log(self.done(ctx, Action::AccountDelete, account)?);
        let index = self.commit_there(set, "account").await?;
        self.forget_sessions(account);
        Ok(index)
    }

    /// Delete the account of a person who is erased, if they have one.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn forget_person(&self, ctx: &Ctx, person: PersonId) -> Result<(), IdentityError> {
        let Some(account) = self.account_of(&ctx.tenant, person).await? else {
            return Ok(());
        };
        match self.forget(ctx, account).await {
            Ok(_) | Err(IdentityError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

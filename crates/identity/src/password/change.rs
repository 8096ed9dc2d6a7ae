//! Somebody who is in sets another password.

use audit::Action;
use base::{Ctx, Secret};
use store::WriteSet;

use crate::identity::{Identity, of};
use crate::sessions::SignedIn;
use crate::{IdentityError, Kind, sql};

impl Identity {
    /// Set another password. Needs a fresh proof; all other sessions end, and the owner is told.
    ///
    /// # Errors
    /// [`IdentityError::Stale`], [`IdentityError::Weak`], [`IdentityError::Busy`]; storage failures.
    pub async fn change_password(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        password: &Secret<String>,
    ) -> Result<u64, IdentityError> {
        who.must_be_fresh(ctx.now)?;
        let tenant = &who.tenant;
        let account = self.account(tenant, who.account).await?;
        let alone =
            account.kind == Kind::Person && self.second_factors(&account, tenant).await?.is_empty();
        let words = [account.name.as_str(), account.email.as_str()];
        let taken = self
            .take_password(tenant, account.id, password, &words, alone)
            .await?;
        let set = taken.beside_a_factor(tenant, &account, WriteSet::new());
        let set = taken
            .set(tenant, account.id, ctx.now, set)
            .run(
                &sql::SESSIONS_END_OTHERS,
                of(tenant, account.id, vec![who.session.into(), ctx.now.into()]),
            )
            .run(&sql::TICKETS_DELETE, of(tenant, account.id, Vec::new()));
        let set = self
            .tell_owner(tenant, &account, Action::PasswordChange, ctx.now, set)?
            .log(self.done(ctx, Action::PasswordChange, account.id)?);
        let index = self.commit(set).await?;
        self.forget_sessions(account.id);
        Ok(index)
    }
}

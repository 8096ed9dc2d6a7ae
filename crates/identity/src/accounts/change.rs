//! An account is stopped, let in again, renamed.

use audit::Action;
use base::{AccountId, Ctx};
use store::WriteSet;

use crate::identity::{Identity, of};
use crate::model::State;
use crate::oauth::Oauth;
use crate::sessions::SignedIn;
use crate::{IdentityError, Label, Language, sql};

impl Identity {
    /// Stop an account: it signs in no more, and its sessions end now.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; storage failures.
    pub async fn stop(&self, ctx: &Ctx, account: AccountId) -> Result<u64, IdentityError> {
        let set = self
            .state_writes(ctx, account, State::Active, State::Stopped)?
            .run(
                &sql::SESSIONS_END,
                of(&ctx.tenant, account, vec![ctx.now.into()]),
            )
            .run(&sql::TICKETS_DELETE, of(&ctx.tenant, account, Vec::new()))
            .run(&sql::LINKS_DELETE, of(&ctx.tenant, account, Vec::new()));
        // Nor does any app act for them; once they are back, they are asked again.
        let set = Oauth::end_grants_of(&ctx.tenant, account, ctx.now, set);
        let index = self.commit_there(set, "account that may sign in").await?;
        self.forget_sessions(account);
        Ok(index)
    }

    /// Let a stopped account in again.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; storage failures.
    pub async fn resume(&self, ctx: &Ctx, account: AccountId) -> Result<u64, IdentityError> {
        let set = self.state_writes(ctx, account, State::Stopped, State::Active)?;
        self.commit_there(set, "account that was stopped").await
    }

    fn state_writes(
        &self,
        ctx: &Ctx,
        account: AccountId,
        from: State,
        to: State,
    ) -> Result<WriteSet, IdentityError> {
        let params = of(
            &ctx.tenant,
            account,
            vec![to.as_str().into(), from.as_str().into()],
        );
        Ok(WriteSet::new()
            .run_expecting(&sql::ACCOUNT_STATE, params, 1, "account.state")
            .log(self.done(ctx, Action::AccountChange, account)?))
    }

    /// Call oneself something else, in another language.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn rename(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        name: &Label,
        language: Language,
    ) -> Result<u64, IdentityError> {
        let params = of(
            &who.tenant,
            who.account,
            vec![
                self.seal_name(&who.tenant, who.account, name)?.into(),
                language.as_str().into(),
            ],
        );
        let set = WriteSet::new()
            .run_expecting(&sql::ACCOUNT_NAME, params, 1, "account.there")
            .log(self.done(ctx, Action::AccountChange, who.account)?);
        self.commit_there(set, "account").await
    }
}

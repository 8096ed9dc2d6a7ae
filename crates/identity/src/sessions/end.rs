//! A session ends.

use audit::Action;
use base::{Ctx, SessionId};
use store::WriteSet;

use super::SignedIn;
use crate::identity::{Identity, of};
use crate::{IdentityError, sql};

impl Identity {
    /// End one of the account's sessions: this one (signing out), or another.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; storage failures.
    pub async fn end_session(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        session: SessionId,
    ) -> Result<u64, IdentityError> {
        let params = of(
            &who.tenant,
            who.account,
            vec![session.into(), ctx.now.into()],
        );
        let set = WriteSet::new()
            .run_expecting(&sql::SESSION_END, params, 1, "session.there")
            .log(self.done(ctx, Action::SessionEnd, who.account)?);
        let index = self.commit_there(set, "session").await?;
        self.forget_session(session);
        Ok(index)
    }

    /// End all of the account's sessions but this one.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn end_other_sessions(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
    ) -> Result<u64, IdentityError> {
        let params = of(
            &who.tenant,
            who.account,
            vec![who.session.into(), ctx.now.into()],
        );
        let set = WriteSet::new()
            .run(&sql::SESSIONS_END_OTHERS, params)
            .log(self.done(ctx, Action::SessionEnd, who.account)?);
        let index = self.commit(set).await?;
        self.forget_sessions(who.account);
        Ok(index)
    }
}

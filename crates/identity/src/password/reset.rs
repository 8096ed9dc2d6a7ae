//! A forgotten password is set anew, by a link that goes to the account's address. It replaces the password and nothing else: a
//! second factor that was due stays due.

use audit::{Action, Outcome};
use base::{AccountId, Ctx, Secret};
use store::WriteSet;

use crate::guess::What;
use crate::identity::{Identity, of};
use crate::links::{GUARD_LINK, LinkKind};
use crate::mail::{Reason, Wish};
use crate::model::State;
use crate::{Account, Caller, Email, IdentityError, sql};

impl Identity {
    /// Ask for a link. The answer, and the work until it, is the same whether the account is there or not.
    ///
    /// # Errors
    /// [`IdentityError::Wait`]; storage failures.
    pub async fn ask_reset(&self, caller: &Caller, email: &Email) -> Result<(), IdentityError> {
        let typed = email.canonical();
        let tries = self.tries(caller, What::Mail, typed.as_bytes(), false)?;
        self.count_try(&tries, caller.now).await?;
        self.ask_later(caller, Wish::Reset, email).await
    }

    /// What is written for who forgot the password of `account`, behind what `set` has.
    pub(crate) fn reset_asked(
        &self,
        caller: &Caller,
        account: Option<Account>,
        set: WriteSet,
    ) -> Result<WriteSet, IdentityError> {
        let account = account.filter(|account| account.state == State::Active);
        let ctx = caller.as_nobody();
        let found = account.as_ref().map(|account| account.id);
        let entry = self
            .entry(&ctx, Action::PasswordReset, Outcome::Ok, found)?
            .finish(&caller.tenant);
        let set = match &account {
            None => set,
            Some(account) => self.reset_writes(&ctx, account, set)?.1,
        };
        Ok(set.log(entry))
    }

    /// A link to set a new password, made by who keeps accounts, for one who cannot get mail.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; storage failures.
    pub async fn reset_link(
        &self,
        ctx: &Ctx,
        account: AccountId,
    ) -> Result<Secret<String>, IdentityError> {
        let account = self.account(&ctx.tenant, account).await?;
        if account.state != State::Active {
            return Err(IdentityError::NotFound("account that may sign in"));
        }
        let (link, set) = self.reset_writes(ctx, &account, WriteSet::new())?;
        let set = set.log(self.done(ctx, Action::PasswordReset, account.id)?);
        self.commit(set).await?;
        Ok(link)
    }

    fn reset_writes(
        &self,
        ctx: &Ctx,
        account: &Account,
        set: WriteSet,
    ) -> Result<(Secret<String>, WriteSet), IdentityError> {
        let (link, set) = self.new_link(&ctx.tenant, LinkKind::Reset, account.id, ctx.now, set);
        let set = self.write_to(
            &ctx.tenant,
            account,
            Reason::Reset,
            Some(&link),
            ctx.now,
            set,
        )?;
        Ok((link, set))
    }

    /// Set a new password by a link. All sessions end; signing in comes after, with whatever else the account asks for. The row of
    /// guesses ends too: the owner is back.
    ///
    /// # Errors
    /// [`IdentityError::Link`], [`IdentityError::Weak`], [`IdentityError::Busy`]; storage failures.
    pub async fn reset_password(
        &self,
        caller: &Caller,
        link: &str,
        password: &Secret<String>,
    ) -> Result<Account, IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        let id = self.link(tenant, LinkKind::Reset, link, now).await?;
        let account = self.account(tenant, id).await?;
        let taken = self.take_password_of(&account, caller, password).await?;
        let typed = account.email.canonical();
        let tries = self.tries(caller, What::Password, typed.as_bytes(), false)?;
        let set = taken.beside_a_factor(tenant, &account, WriteSet::new());
        let set = Self::take_link(tenant, LinkKind::Reset, link, now, set);
        let set = taken
            .set(tenant, id, now, tries.forgive(set))
            .run_expecting(
                &sql::ACCOUNT_ACTIVE,
                of(tenant, id, Vec::new()),
                1,
                GUARD_LINK,
            )
            .run(&sql::SESSIONS_END, of(tenant, id, vec![now.into()]))
            .run(&sql::TICKETS_DELETE, of(tenant, id, Vec::new()));
        let ctx = caller.ctx(account.actor("link"));
        let set = self
            .tell_owner(tenant, &account, Action::PasswordChange, now, set)?
            .log(self.done(&ctx, Action::PasswordChange, id)?);
        self.commit_link(set).await?;
        self.forget_sessions(id);
        Ok(account)
    }
}

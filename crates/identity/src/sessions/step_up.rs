//! A session is given a fresh proof, for ten minutes in which it may change what matters.

use audit::{Action, Outcome};
use base::Secret;
use store::WriteSet;

use super::{NewSession, SignedIn};
use crate::factors::Answer;
use crate::guess::What;
use crate::identity::Identity;
use crate::password::prepared;
use crate::tickets::TicketKind;
use crate::{Caller, IdentityError};

/// What a session's owner brings.
#[derive(Debug)]
pub enum Proof<'a> {
    /// The password; enough only where there is no second factor.
    Password(&'a Secret<String>),
    /// A code.
    Code(&'a Answer),
    /// A passkey, and the ticket that its challenge came with.
    Passkey(&'a str, &'a Answer),
}

impl Identity {
    /// Prove once more that it is you. The session goes on under a new secret.
    ///
    /// # Errors
    /// [`IdentityError::Code`], [`IdentityError::Refused`], [`IdentityError::Wait`], [`IdentityError::Session`]; storage failures.
    pub async fn step_up(
        &self,
        caller: &Caller,
        who: &SignedIn,
        proof: Proof<'_>,
    ) -> Result<(NewSession, u64), IdentityError> {
        let tenant = &who.tenant;
        let account = self.account(tenant, who.account).await?;
        let known = self.knows_device(caller, account.id).await?;
        let ctx = who.ctx(caller.request, caller.now);
        let (gives, set) = match proof {
            Proof::Password(password) => {
                if !self.second_factors(&account, tenant).await?.is_empty() {
                    return Err(IdentityError::Needed("its second factor here"));
                }
                let typed = account.email.canonical();
                let tries = self.tries(caller, What::Password, typed.as_bytes(), known)?;
                self.count_try(&tries, caller.now).await?;
                let kept = self.kept_password(tenant, account.id).await?;
                let checked = self
                    .hashers
                    .check(prepared(password.expose()), kept.map(|kept| kept.hash))
                    .await?;
                if !checked.holds {
                    return Err(self
                        .refuse_step_up(&ctx, who, IdentityError::Refused)
                        .await?);
                }
                (who.assurance, tries.forgive(WriteSet::new()))
            }
            Proof::Code(answer) => {
                let tries = self.count_code(caller, account.id).await?;
                let Some((kind, set)) = self.use_factor(caller, &account, None, answer).await?
                else {
                    let error = IdentityError::Code("step-up");
                    return Err(self.refuse_step_up(&ctx, who, error).await?);
                };
                (kind.gives(), tries.forgive(set))
            }
            Proof::Passkey(ticket, answer) => {
                let held = self
                    .ticket(tenant, caller.now, ticket, &[TicketKind::StepUp])
                    .await?;
                if held.session != Some(who.session) {
                    return Err(IdentityError::Ticket);
                }
                let used = self
                    .use_factor(caller, &account, Some(&held), answer)
                    .await?;
                let Some((kind, set)) = used else {
                    return Err(self
                        .wrong_answer(caller, &held, Action::SessionStepUp, "step-up")
                        .await?);
                };
                (kind.gives(), held.take(set))
            }
        };
        let assurance = who.assurance.max(gives);
        // A session of one factor that a code was brought to has two.
        let (session, set) = self.renew_session(caller, account.id, who.session, assurance, set)?;
        let set = set.log(self.done(&ctx, Action::SessionStepUp, account.id)?);
        let index = self.commit_step(set).await?;
        self.forget_session(who.session);
        Ok((session, index))
    }

    async fn refuse_step_up(
        &self,
        ctx: &base::Ctx,
        who: &SignedIn,
        error: IdentityError,
    ) -> Result<IdentityError, IdentityError> {
        let entry = self
            .entry(
                ctx,
                Action::SessionStepUp,
                Outcome::Denied,
                Some(who.account),
            )?
            .code(base::Fault::code(&error));
        self.commit(WriteSet::new().log(entry.finish(&who.tenant)))
            .await?;
        Ok(error)
    }
}

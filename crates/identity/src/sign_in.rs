//! Signing in: a password, and whatever else the account asks for. A session begins when all of it is proven.

use audit::{Action, Outcome};
use base::{AccountId, Assurance, Secret};
use policy::Role;
use store::{LogEntry, StoreError, WriteSet};

use crate::factors::FactorKind;
use crate::guess::{Tries, What};
use crate::identity::{Identity, of};
use crate::model::State;
use crate::password::prepared;
use crate::sessions::NewSession;
use crate::tickets::{NewTicket, Ticket, TicketKind};
use crate::{Account, Caller, Email, IdentityError, Kind, sql};

/// The password was changed between proving it and going on.
const GUARD_PASSWORD: &str = "password.is";
/// The account was stopped meanwhile.
const GUARD_ACTIVE: &str = "account.active";
/// Somebody else brought the same ticket first.
pub(crate) const GUARD_TICKET: &str = "ticket.take";
/// A factor that was used meanwhile is used no second time.
pub(crate) const GUARD_USE: &str = "factor.use";
/// The session ended meanwhile.
pub(crate) const GUARD_SESSION: &str = "session.live";

/// What comes after a proof.
#[derive(Debug)]
pub enum Step {
    /// All is proven.
    Session(NewSession),
    /// A second factor is due: any of these.
    SecondFactor {
        /// To bring along.
        ticket: Ticket,
        /// What the account has.
        kinds: Vec<FactorKind>,
    },
    /// The account must have a factor that it does not have yet.
    Enrol {
        /// To bring along.
        ticket: Ticket,
        /// What the factor must give.
        least: Assurance,
    },
}

/// How strongly an account must prove itself before it has a session.
#[must_use]
pub const fn least(kind: Kind, role: Role) -> Assurance {
    match (kind, role) {
        (Kind::Person, _) => Assurance::Single,
        (Kind::Staff, Role::Clinician | Role::App) => Assurance::TwoFactor,
        // Whoever can touch keys, the log, policy or others' access; and whoever is added later, until somebody says otherwise.
        (Kind::Staff, _) => Assurance::PhishingResistant,
    }
}

impl Account {
    /// How strongly it must prove itself.
    #[must_use]
    pub const fn least(&self) -> Assurance {
        least(self.kind, self.role)
    }
}

impl Identity {
    /// Sign in with an address and a password.
    ///
    /// The answer, and the time it takes, are the same whether the account is there or not.
    ///
    /// # Errors
    /// [`IdentityError::Refused`], [`IdentityError::Wait`], [`IdentityError::Guarded`], [`IdentityError::Busy`]; storage failures.
    pub async fn sign_in(
        &self,
        caller: &Caller,
        email: &Email,
        password: &Secret<String>,
    ) -> Result<Step, IdentityError> {
        let account = self.account_by_email(&caller.tenant, email).await?;
        // The same questions to the database for an account that is not there.
        let id = account
            .as_ref()
            .map_or(AccountId::from_bytes([0; 16]), |account| account.id);
        let known = self.knows_device(caller, id).await?;
        let typed = email.canonical();
        let tries = self.tries(caller, What::Password, typed.as_bytes(), known)?;
        self.count_try(&tries, caller.now).await?;
        let kept = self.kept_password(&caller.tenant, id).await?;
        let (hash, mut sealed) = match kept {
            Some(kept) => (Some(kept.hash), kept.sealed),
            None => (None, Vec::new()),
        };
        let checked = self
            .hashers
            .check(prepared(password.expose()), hash)
            .await?;
        let Some(account) =
            account.filter(|account| checked.holds && account.state == State::Active)
        else {
            return Err(self.turn_away(caller, id, "password").await?);
        };
        if checked.outdated {
            match self.hash_again(caller, id, password, &sealed).await {
                Ok(newer) => sealed = newer,
                // The old hash is still good; the next sign-in tries again.
                Err(IdentityError::Busy | IdentityError::Store(StoreError::Guard(_))) => {}
                Err(error) => return Err(error),
            }
        }
        let set = tries.forgive(WriteSet::new()).run_expecting(
            &sql::PASSWORD_IS,
            of(&caller.tenant, id, vec![sealed.into()]),
            1,
            GUARD_PASSWORD,
        );
        self.after_first(caller, &account, Assurance::Single, set)
            .await
    }

    /// What comes after the first factor was proven.
    async fn after_first(
        &self,
        caller: &Caller,
        account: &Account,
        proven: Assurance,
        set: WriteSet,
    ) -> Result<Step, IdentityError> {
        let kinds = self.second_factors(account, &caller.tenant).await?;
        if kinds.is_empty() {
            return self.go_on(caller, account, proven, "password", set).await;
        }
        let new = NewTicket {
            kind: TicketKind::SecondFactor,
            account: Some(account.id),
            session: None,
            state: None,
        };
        let (ticket, set) = self.new_ticket(&caller.tenant, caller.now, &new, set)?;
        self.commit_step(set.log(self.half_way(caller, account)?))
            .await?;
        Ok(Step::SecondFactor { ticket, kinds })
    }

    /// A session, if what was proven is enough; else a ticket to add what is missing.
    pub(crate) async fn go_on(
        &self,
        caller: &Caller,
        account: &Account,
        proven: Assurance,
        by: &'static str,
        set: WriteSet,
    ) -> Result<Step, IdentityError> {
        let gone_on = self.go_on_at(caller, account, proven, by, set).await?;
        Ok(gone_on.0)
    }

    /// The same, and where the log says so.
    pub(crate) async fn go_on_at(
        &self,
        caller: &Caller,
        account: &Account,
        proven: Assurance,
        by: &'static str,
        set: WriteSet,
    ) -> Result<(Step, u64), IdentityError> {
        let set = set.run_expecting(
            &sql::ACCOUNT_ACTIVE,
            of(&caller.tenant, account.id, Vec::new()),
            1,
            GUARD_ACTIVE,
        );
        if proven < account.least() {
            let new = NewTicket {
                kind: TicketKind::Enrol,
                account: Some(account.id),
                session: None,
                state: None,
            };
            let (ticket, set) = self.new_ticket(&caller.tenant, caller.now, &new, set)?;
            let index = self
                .commit_step(set.log(self.half_way(caller, account)?))
                .await?;
            let least = account.least();
            return Ok((Step::Enrol { ticket, least }, index));
        }
        let (session, set) = self.new_session(caller, account, proven, set)?;
        let ctx = caller.ctx(account.actor(by));
        let set = set.log(self.done(&ctx, Action::SessionStart, account.id)?);
        let index = self.commit_step(set).await?;
        Ok((Step::Session(session), index))
    }

    /// No session yet, though what was brought so far is right: worth a line when somebody else brought it.
    fn half_way(&self, caller: &Caller, account: &Account) -> Result<LogEntry, IdentityError> {
        let ctx = caller.as_nobody();
        let entry = self.entry(
            &ctx,
            Action::SessionStart,
            Outcome::Denied,
            Some(account.id),
        )?;
        Ok(entry.code("identity.more").finish(&caller.tenant))
    }

    /// Commit a step; what changed underneath since the proof makes it one that failed.
    pub(crate) async fn commit_step(&self, set: WriteSet) -> Result<u64, IdentityError> {
        let guard = match self.commit(set).await {
            Err(IdentityError::Store(StoreError::Guard(guard))) => guard,
            other => return other,
        };
        Err(match guard {
            GUARD_PASSWORD | GUARD_ACTIVE => IdentityError::Refused,
            GUARD_TICKET => IdentityError::Ticket,
            GUARD_USE => IdentityError::Code("used before"),
            GUARD_SESSION => IdentityError::Session,
            other => StoreError::Guard(other).into(),
        })
    }

    /// The no, after it stands in the log.
    async fn turn_away(
        &self,
        caller: &Caller,
        account: AccountId,
        by: &'static str,
    ) -> Result<IdentityError, IdentityError> {
        let there = account != AccountId::from_bytes([0; 16]);
        let refused = IdentityError::Refused;
        let entry = self
            .entry(
                &caller.as_nobody(),
                Action::SessionStart,
                Outcome::Denied,
                there.then_some(account),
            )?
            .code(base::Fault::code(&refused));
        tracing::debug!(by, "a sign-in was refused");
        self.commit(WriteSet::new().log(entry.finish(&caller.tenant)))
            .await?;
        Ok(refused)
    }

    /// A wrong answer to a ticket stands in the log, and on the ticket.
    pub(crate) async fn wrong_answer(
        &self,
        caller: &Caller,
        held: &crate::tickets::Held,
        action: Action,
        why: &'static str,
    ) -> Result<IdentityError, IdentityError> {
        let error = IdentityError::Code(why);
        let entry = self
            .entry(&caller.as_nobody(), action, Outcome::Denied, held.account)?
            .code(base::Fault::code(&error));
        let set = held.fail(WriteSet::new()).log(entry.finish(&caller.tenant));
        self.commit(set).await?;
        Ok(error)
    }

    /// Count a try at a second factor.
    pub(crate) async fn count_code(
        &self,
        caller: &Caller,
        account: AccountId,
    ) -> Result<Tries, IdentityError> {
        let known = self.knows_device(caller, account).await?;
        let tries = self.tries(caller, What::Code, account.as_bytes(), known)?;
        self.count_try(&tries, caller.now).await?;
        Ok(tries)
    }
}

//! Proving a second factor, adding one, and who may.

use audit::{Action, Outcome};
use base::{AccountId, Assurance, Secret, SessionId};
use crypt::otp;
use store::WriteSet;

use super::totp::{digits, from_base32};
use super::{FACTORS_MAX, FactorId, FactorKind};
use crate::identity::{Identity, of};
use crate::sessions::{NewSession, SignedIn};
use crate::sign_in::{GUARD_SESSION, GUARD_USE, Step};
use crate::tickets::{Held, TicketKind};
use crate::{Account, Caller, IdentityError, Label, sql};

/// What somebody brings to prove themselves.
#[derive(Debug)]
pub enum Answer {
    /// A code by time.
    Totp(Secret<String>),
    /// A recovery code.
    Recovery(Secret<String>),
    /// What the browser made of a passkey, as JSON.
    Passkey(String),
}

/// Who adds a factor.
#[derive(Clone, Copy, Debug)]
pub enum Adder<'a> {
    /// Somebody who is in, and has proven it freshly.
    Session(&'a SignedIn),
    /// Somebody who is not in until they have one.
    Ticket(&'a str),
}

/// A factor was added.
#[derive(Debug)]
pub struct Added {
    /// Which.
    pub factor: FactorId,
    /// What comes next: the session, under a new secret, or another step.
    pub step: Step,
    /// Where the log says so.
    pub log_index: u64,
}

/// A factor to be added.
pub(super) struct NewFactor<'a> {
    pub kind: FactorKind,
    pub secret: &'a [u8],
    pub digest: Option<[u8; 32]>,
    pub name: Option<&'a Label>,
    pub last: i64,
}

/// Somebody who may add a factor.
pub(super) struct Adding {
    pub account: Account,
    pub session: Option<SessionId>,
    held: Option<Held>,
}

impl Adding {
    /// Use up what they came with.
    pub fn take(&self, set: WriteSet) -> WriteSet {
        match &self.held {
            Some(held) => held.take(set),
            None => set,
        }
    }
}

impl Identity {
    /// Bring a second factor after the password.
    ///
    /// # Errors
    /// [`IdentityError::Code`], [`IdentityError::Ticket`], [`IdentityError::Wait`]; storage failures.
    pub async fn second_factor(
        &self,
        caller: &Caller,
        ticket: &str,
        answer: &Answer,
    ) -> Result<Step, IdentityError> {
        let kinds = [TicketKind::SecondFactor];
        let held = self
            .ticket(&caller.tenant, caller.now, ticket, &kinds)
            .await?;
        let account = self.account(&caller.tenant, held.owner()?).await?;
        let tries = self.count_code(caller, account.id).await?;
        let Some((kind, set)) = self
            .use_factor(caller, &account, Some(&held), answer)
            .await?
        else {
            return Err(self
                .wrong_answer(caller, &held, Action::SessionStart, "second factor")
                .await?);
        };
        let set = held.take(tries.forgive(set));
        self.go_on(caller, &account, kind.gives(), kind.as_str(), set)
            .await
    }

    /// Whether `answer` proves one of the account's factors, and the writes that use it up.
    pub(crate) async fn use_factor(
        &self,
        caller: &Caller,
        account: &Account,
        held: Option<&Held>,
        answer: &Answer,
    ) -> Result<Option<(FactorKind, WriteSet)>, IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        let allowed = self.second_factors(account, tenant).await?;
        let kept = self.kept_factors(tenant, account.id).await?;
        let set = WriteSet::new();
        match answer {
            Answer::Totp(code) if allowed.contains(&FactorKind::Totp) => {
                let code = digits(code.expose());
                for factor in kept.iter().filter(|it| it.line.kind == FactorKind::Totp) {
                    let secret = self.open_factor(tenant, account.id, factor)?;
                    if let Some(step) =
                        otp::matching_step(&secret, &code, now.seconds(), factor.last)
                    {
                        let more = vec![factor.line.id.into(), step.into(), now.into()];
                        let params = of(tenant, account.id, more);
                        let set = set.run_expecting(&sql::FACTOR_STEP, params, 1, GUARD_USE);
                        return Ok(Some((FactorKind::Totp, set)));
                    }
                }
                Ok(None)
            }
            Answer::Recovery(code) if allowed.contains(&FactorKind::Recovery) => {
                let Some(bytes) = from_base32(code.expose()) else {
                    return Ok(None);
                };
                let digest = crypt::hash::sha256(&[&bytes]);
                let there = kept.iter().any(|it| {
                    it.line.kind == FactorKind::Recovery
                        && it.line.used_at.is_none()
                        && it
                            .digest
                            .as_deref()
                            .is_some_and(|stored| crypt::mac::same(stored, &digest))
                });
                if !there {
                    return Ok(None);
                }
                let more = vec![
                    FactorKind::Recovery.as_str().into(),
                    digest.into(),
                    now.into(),
                ];
                let params = of(tenant, account.id, more);
                let set = set.run_expecting(&sql::FACTOR_SPEND, params, 1, GUARD_USE);
                Ok(Some((FactorKind::Recovery, set)))
            }
            Answer::Passkey(response) if allowed.contains(&FactorKind::Passkey) => {
                let Some(held) = held else { return Ok(None) };
                let used = self.use_passkey(tenant, account.id, &kept, held, response)?;
                Ok(used.map(|(factor, counter)| {
                    let more = vec![factor.into(), counter.into(), now.into()];
                    let params = of(tenant, account.id, more);
                    let set = set.run_expecting(&sql::FACTOR_COUNTER, params, 1, GUARD_USE);
                    (FactorKind::Passkey, set)
                }))
            }
            _ => Ok(None),
        }
    }

    /// Who may add a factor: a fresh session, or a sign-in that needs one.
    pub(super) async fn adding(
        &self,
        caller: &Caller,
        by: Adder<'_>,
    ) -> Result<Adding, IdentityError> {
        let (id, session, held) = match by {
            Adder::Session(who) => {
                who.must_be_fresh(caller.now)?;
                (who.account, Some(who.session), None)
            }
            Adder::Ticket(text) => {
                // Who has begun with one sort may go back and take another.
                let kinds = [TicketKind::Enrol, TicketKind::Totp, TicketKind::PasskeyAdd];
                let held = self
                    .ticket(&caller.tenant, caller.now, text, &kinds)
                    .await?;
                if held.session.is_some() {
                    return Err(IdentityError::Ticket);
                }
                (held.owner()?, None, Some(held))
            }
        };
        let account = self.account(&caller.tenant, id).await?;
        let kept = self.kept_factors(&caller.tenant, id).await?;
        let factors = kept
            .iter()
            .filter(|it| it.line.kind != FactorKind::Recovery);
        if factors.count() >= FACTORS_MAX {
            return Err(IdentityError::TooMany("factors"));
        }
        Ok(Adding {
            account,
            session,
            held,
        })
    }

    /// That a factor was begun; it is added when it has proven itself.
    pub(super) async fn commit_begun(
        &self,
        caller: &Caller,
        adding: &Adding,
        set: WriteSet,
    ) -> Result<u64, IdentityError> {
        let by = if adding.session.is_some() {
            "session"
        } else {
            "password"
        };
        let ctx = caller.ctx(adding.account.actor(by));
        let entry = self
            .entry(
                &ctx,
                Action::FactorAdd,
                Outcome::Denied,
                Some(adding.account.id),
            )?
            .code("identity.more");
        self.commit_step(set.log(entry.finish(&caller.tenant)))
            .await
    }

    /// The rows of a new factor, its owner's notice, and what comes next.
    pub(super) async fn add_factor(
        &self,
        caller: &Caller,
        held: &Held,
        new: &NewFactor<'_>,
        set: WriteSet,
    ) -> Result<Added, IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        let account = self.account(tenant, held.owner()?).await?;
        let factor = FactorId::random(&*self.rng);
        let (id, owner) = (factor.to_string(), account.id.to_string());
        let name = new
            .name
            .map(|name| self.seal(tenant, &["factor.name", &id], name.as_str().as_bytes()))
            .transpose()?;
        let more = vec![
            factor.into(),
            new.kind.as_str().into(),
            self.seal(tenant, &["factor", &owner, &id], new.secret)?
                .into(),
            new.digest.map(|digest| digest.to_vec()).into(),
            name.into(),
            new.last.into(),
            now.into(),
        ];
        let set = held.take(set).run_expecting(
            &sql::FACTOR_INSERT,
            of(tenant, account.id, more),
            1,
            "factor.insert",
        );
        let set = self.tell_owner(tenant, &account, Action::FactorAdd, now, set)?;
        let by = if held.session.is_some() {
            "session"
        } else {
            "password"
        };
        let ctx = caller.ctx(account.actor(by));
        let set = set.log(self.done(&ctx, Action::FactorAdd, account.id)?);
        let (step, log_index) = match held.session {
            None => {
                self.go_on_at(caller, &account, new.kind.gives(), new.kind.as_str(), set)
                    .await?
            }
            Some(session) => {
                let (renewed, set) =
                    self.renew_session(caller, account.id, session, new.kind.gives(), set)?;
                // Other sessions were begun by less than is asked for from now on.
                let params = of(tenant, account.id, vec![session.into(), now.into()]);
                let set = set.run(&sql::SESSIONS_END_OTHERS, params);
                let log_index = self.commit_step(set).await?;
                self.forget_sessions(account.id);
                (Step::Session(renewed), log_index)
            }
        };
        Ok(Added {
            factor,
            step,
            log_index,
        })
    }

    /// The same session under a new secret, since what it may do has grown.
    pub(crate) fn renew_session(
        &self,
        caller: &Caller,
        account: AccountId,
        session: SessionId,
        assurance: Assurance,
        set: WriteSet,
    ) -> Result<(NewSession, WriteSet), IdentityError> {
        let now = caller.now;
        let lifetimes = &self.settings.lifetimes;
        let lives = lifetimes.session(assurance);
        let (text, hash) = crate::bearer::SESSION.issue(session.as_bytes(), &*self.rng);
        let ends_at = now.after(lives.whole);
        let more = vec![
            session.into(),
            hash.into(),
            assurance.as_str().into(),
            now.after(lifetimes.fresh).into(),
            now.after(lives.idle).into(),
            ends_at.into(),
            now.into(),
        ];
        let set = set.run_expecting(
            &sql::SESSION_RENEW,
            of(&caller.tenant, account, more),
            1,
            GUARD_SESSION,
        );
        let session = NewSession {
            id: session,
            text,
            assurance,
            ends_at,
            device: None,
            device_lives: lifetimes.device,
        };
        Ok((session, set))
    }
}

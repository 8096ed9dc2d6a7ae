//! A letter is written: sealed, with the job that will send it.

use audit::Action;
use base::{Instant, Secret, TenantId};
use serde::{Deserialize, Serialize};
use store::WriteSet;
use store::jobs::{Dedupe, JobId, NewJob, enqueue};

use super::News;
use crate::identity::Identity;
use crate::{Account, IdentityError, sql};

/// The kind of job that sends a letter.
pub const JOB: &str = "identity.mail";
/// Tries before a letter stays where it is: about a day, with the queue's pauses.
const ATTEMPTS_MAX: u32 = 30;

/// Why somebody is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Show that the address is yours.
    Verify,
    /// Somebody tried to sign up with your address, and you have an account.
    SignedUpAgain,
    /// You are invited.
    Invite,
    /// Set a new password.
    Reset,
    /// Your password was changed.
    PasswordChanged,
    /// A factor was added.
    FactorAdded,
    /// A factor was removed.
    FactorRemoved,
    /// New recovery codes replaced the old ones.
    RecoveryMade,
    /// Something happened that concerns them.
    News(News),
}

/// What lies sealed until the letter is sent.
#[derive(Serialize, Deserialize)]
pub(crate) struct Draft {
    pub reason: Reason,
    /// The link's secret half, where it holds a link.
    pub link: Option<String>,
    pub at: i64,
}

impl Identity {
    /// Write to `account`, in the commit `set`.
    pub(crate) fn write_to(
        &self,
        tenant: &TenantId,
        account: &Account,
        reason: Reason,
        link: Option<&Secret<String>>,
        now: Instant,
        set: WriteSet,
    ) -> Result<WriteSet, IdentityError> {
        let job = JobId::random(&*self.rng);
        let draft = Draft {
            reason,
            link: link.map(|link| link.expose().clone()),
            at: now.micros(),
        };
        let text = zeroize::Zeroizing::new(
            serde_json::to_vec(&draft)
                .map_err(|error| IdentityError::Internal(error.to_string()))?,
        );
        let sealed = self.seal(tenant, &place(&name(job.as_bytes())), &text)?;
        let new = NewJob {
            tenant: tenant.clone(),
            kind: JOB,
            payload: job.as_bytes().to_vec(),
            dedupe: Dedupe::Never,
            due_at: now,
            attempts_max: ATTEMPTS_MAX,
        };
        Ok(set
            .run_expecting(
                &sql::LETTER_INSERT,
                vec![
                    tenant.into(),
                    (*job.as_bytes()).into(),
                    account.id.into(),
                    sealed.into(),
                    now.into(),
                ],
                1,
                "letter.insert",
            )
            .with(enqueue(job, new, now)))
    }

    /// Tell the owner of a change that somebody else may have made in their name.
    pub(crate) fn tell_owner(
        &self,
        tenant: &TenantId,
        account: &Account,
        change: Action,
        now: Instant,
        set: WriteSet,
    ) -> Result<WriteSet, IdentityError> {
        let reason = match change {
            Action::FactorAdd => Reason::FactorAdded,
            Action::FactorRemove => Reason::FactorRemoved,
            _ => Reason::PasswordChanged,
        };
        self.write_to(tenant, account, reason, None, now, set)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(link) = &mut self.link {
            zeroize::Zeroize::zeroize(link);
        }
    }
}

pub(crate) fn name(letter: &[u8]) -> String {
    letter.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn place(name: &str) -> [&str; 2] {
    ["letter", name]
}

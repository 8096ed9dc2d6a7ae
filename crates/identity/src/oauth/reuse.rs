//! What was used before came again: who is to be told of it. A job, in the commit that ends the family.

use base::{AccountId, AppId, Instant, Rng, TenantId};
use serde::{Deserialize, Serialize};
use store::Statement;
use store::jobs::{Dedupe, JobId, NewJob, enqueue};

use super::OauthError;
use super::model::App;
use super::token::Granted;

/// The kind of these jobs; their payload is a [`Reused`].
pub const REUSE_JOB: &str = "oauth.reuse";
/// Tries before a job waits for a person: about half a day, with the queue's pauses.
const ATTEMPTS_MAX: u32 = 20;

/// Whom it concerns that a code or a refresh token came twice. Ids only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reused {
    /// The app that showed it.
    pub app: AppId,
    /// Who had given the app access.
    pub account: AccountId,
    /// Who registered the app, if that was somebody with an account.
    pub registrant: Option<AccountId>,
    /// When it came again, in microseconds.
    at: i64,
}

impl Reused {
    pub(super) fn of(app: &App, granted: &Granted, now: Instant) -> Self {
        Self {
            app: app.id,
            account: granted.account,
            registrant: app.registered_by.parse().ok(),
            at: now.micros(),
        }
    }

    /// When it came again.
    #[must_use]
    pub const fn at(&self) -> Instant {
        Instant::from_micros(self.at)
    }

    /// One job for a family, however often its tokens come again.
    pub(super) fn job(
        self,
        family: [u8; 16],
        tenant: &TenantId,
        rng: &dyn Rng,
    ) -> Result<Statement, OauthError> {
        let now = self.at();
        let payload = serde_json::to_vec(&self).map_err(|_| OauthError::Damaged("job"))?;
        let job = NewJob {
            tenant: tenant.clone(),
            kind: REUSE_JOB,
            payload,
            dedupe: Dedupe::Once(format!("{:032x}", u128::from_be_bytes(family))),
            due_at: now,
            attempts_max: ATTEMPTS_MAX,
        };
        Ok(enqueue(JobId::random(rng), job, now))
    }
}

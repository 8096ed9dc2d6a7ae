//! Alerts: what those who answer for a tenant must have seen. Each waits until one of them takes note of it.
//!
//! An alert is a job that no worker takes: it is raised in the commit that hands its news on, once for each key, and is forgotten with
//! other jobs that are done, 30 days after somebody took note. What happened stands in the log for good.

use base::{Instant, PrivilegeId, Rng, TenantId};
use serde::{Deserialize, Serialize};
use store::jobs::{self, Dedupe, JobId, NEVER, NewJob};
use store::{Db, Statement, StoreError};

/// The kind of these jobs.
const KIND: &str = "alert";
/// Alerts on one page.
pub const PAGE: u32 = 50;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Somebody opened a person's data in an emergency.
    GlassOpened,
    /// Nobody reviewed an emergency in time.
    GlassOverdue,
    /// Roles were not reviewed in time.
    ReviewsOverdue,
    /// An app showed a code or a refresh token twice.
    AppReuse,
    /// A request of a data subject is to be answered soon.
    RightDue,
    /// A request of a data subject was not answered in time.
    RightOverdue,
    /// A recovery point or a drill is late, or failed.
    ContinuityLate,
    /// Somebody was let decide for a person.
    GuardianAppointed,
    /// Recovery points are to be destroyed before their time, if another one agrees.
    DestructionProposed,
    /// Two agreed to that.
    DestructionAgreed,
    /// It was called off.
    DestructionCancelled,
    /// It was done.
    DestructionDone,
    /// Recovery points are to be kept for fewer days.
    KeepShortened,
}

impl What {
    /// The alert that a message about access is, if it is one.
    pub(crate) fn of(about: &str) -> Option<Self> {
        Some(match about {
            "glass_opened" => Self::GlassOpened,
            "glass_overdue" => Self::GlassOverdue,
            "reviews_overdue" => Self::ReviewsOverdue,
            "right_due" => Self::RightDue,
            "right_overdue" => Self::RightOverdue,
            "continuity_late" => Self::ContinuityLate,
            "guardian_appointed" => Self::GuardianAppointed,
            "destruction_proposed" => Self::DestructionProposed,
            "destruction_agreed" => Self::DestructionAgreed,
            "destruction_cancelled" => Self::DestructionCancelled,
            "destruction_done" => Self::DestructionDone,
            "keep_shortened" => Self::KeepShortened,
            _ => return None,
        })
    }

    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GlassOpened => "glass_opened",
            Self::GlassOverdue => "glass_overdue",
            Self::ReviewsOverdue => "reviews_overdue",
            Self::AppReuse => "app_reuse",
            Self::RightDue => "right_due",
            Self::RightOverdue => "right_overdue",
            Self::ContinuityLate => "continuity_late",
            Self::GuardianAppointed => "guardian_appointed",
            Self::DestructionProposed => "destruction_proposed",
            Self::DestructionAgreed => "destruction_agreed",
            Self::DestructionCancelled => "destruction_cancelled",
            Self::DestructionDone => "destruction_done",
            Self::KeepShortened => "keep_shortened",
        }
    }
}

/// What lies in the job. Ids only.
#[derive(Serialize, Deserialize)]
struct Payload {
    what: What,
    subject: Option<String>,
    at: i64,
}

/// An alert that nobody took note of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its id.
    pub id: PrivilegeId,
    /// What is wrong.
    pub what: What,
    /// The emergency, the app or the request that it is about.
    pub subject: Option<String>,
    /// Since when.
    pub at: Instant,
}

/// Raise one; another of the same key is the same alert.
pub(crate) fn raise(
    tenant: &TenantId,
    what: What,
    subject: Option<String>,
    key: &str,
    at: Instant,
    rng: &dyn Rng,
) -> Statement {
    let payload = Payload {
        what,
        subject,
        at: at.micros(),
    };
    let job = NewJob {
        tenant: tenant.clone(),
        kind: KIND,
        // Names, an id and a number: nothing that cannot be written.
        payload: serde_json::to_vec(&payload).unwrap_or_default(),
        dedupe: Dedupe::Once(format!("{}/{key}", what.as_str())),
        due_at: NEVER,
        attempts_max: 1,
    };
    jobs::enqueue(JobId::random(rng), job, at)
}

/// Those that nobody took note of, the newest first, behind the first `skip`.
///
/// # Errors
/// Storage failures.
pub async fn open(
    db: &Db,
    tenant: &TenantId,
    skip: u32,
    limit: u32,
) -> Result<Vec<Alert>, StoreError> {
    let waiting = jobs::waiting(db, tenant, KIND, skip, limit).await?;
    waiting
        .iter()
        .map(|job| {
            let damaged = || StoreError::Damaged("an alert".to_owned());
            let payload: Payload = serde_json::from_slice(&job.payload).map_err(|_| damaged())?;
            Ok(Alert {
                id: PrivilegeId::from_slice(job.id.as_bytes()).ok_or_else(damaged)?,
                what: payload.what,
                subject: payload.subject,
                at: Instant::from_micros(payload.at),
            })
        })
        .collect()
}

/// Somebody took note of it.
#[must_use]
pub(crate) fn close(tenant: &TenantId, id: PrivilegeId, now: Instant) -> Statement {
    jobs::settle(tenant, KIND, JobId::from_bytes(*id.as_bytes()), now)
}

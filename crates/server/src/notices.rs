//! Messages about access go into the job queue, in the commit that gives them their reason; the queue's worker hands them on as
//! letters.
//!
//! A job says whom it is for and what it is about, by ids; who reads it is found when it is carried out. The letters and the end
//! of the job are one commit, so that each reader gets each message once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base::{AccountId, Instant, PersonId, Rng, TenantId};
use identity::mail::{News, Stead};
use identity::oauth::Reused;
use policy::Role;
use policy::access::{Notice, Notices};
use serde::{Deserialize, Serialize};
use store::jobs::{self, Claimed, Dedupe, JobId, NewJob, complete};
use store::{Statement, WriteSet};

use crate::alerts::{What, raise};
use crate::{Failure, Installation};

/// The kind of these jobs.
pub const KIND: &str = "access.notice";
/// A message that could not be handed over so often waits for a person.
const ATTEMPTS_MAX: u32 = 20;
/// Who is told of what happens at a tenant: who watches, and who answers for it.
pub(crate) const WATCH: [Role; 2] = [Role::Security, Role::Owner];
/// Who is told that a guardian waits for a second person.
pub(crate) const SECONDS: [Role; 3] = [Role::Compliance, Role::Security, Role::Owner];

/// [`Notices`] over the job queue.
pub struct Jobs {
    rng: Arc<dyn Rng>,
}

/// What a person is told of what they share, or asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Somebody asks.
    Asked,
    /// A grant ends soon.
    GrantEnds,
    /// A request under a right came.
    RightsConfirmed,
    /// It takes longer.
    RightsExtended,
    /// It was answered, refused, or what came of it was lifted.
    RightsAnswered,
    /// A guardian asked that something be deleted.
    ErasureAsked,
    /// They decide for themself soon.
    AgeSoon,
    /// They decide for themself now.
    AgeCome,
}

impl Told {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "consent_asked",
            Self::GrantEnds => "grant_ends",
            Self::RightsConfirmed => "rights_confirmed",
            Self::RightsExtended => "rights_extended",
            Self::RightsAnswered => "rights_answered",
            Self::ErasureAsked => "erasure_asked",
            Self::AgeSoon => "age_soon",
            Self::AgeCome => "age_come",
        }
    }
}

/// To whom.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum To {
    Person(PersonId),
    Account(AccountId),
    Role(Role),
}

/// What a job says.
#[derive(Serialize, Deserialize)]
struct Payload {
    to: To,
    what: String,
    id: Option<String>,
    /// When it happened, in microseconds.
    at: i64,
}

impl Jobs {
    /// The queue of an installation.
    #[must_use]
    pub fn of(installation: &Installation) -> Self {
        Self {
            rng: Arc::clone(&installation.rng),
        }
    }

    /// The same message once for `key`, whoever sends it how often.
    pub(crate) fn tell_once(
        &self,
        tenant: &TenantId,
        key: String,
        notice: Notice,
        now: Instant,
    ) -> Statement {
        self.job(tenant, Dedupe::Once(key), notice, now)
    }

    /// Tell a person something about what they share or asked for, once for `id`.
    pub(crate) fn tell_person(
        &self,
        tenant: &TenantId,
        person: PersonId,
        told: Told,
        id: &str,
        now: Instant,
    ) -> Statement {
        let payload = Payload {
            to: To::Person(person),
            what: told.as_str().to_owned(),
            id: Some(id.to_owned()),
            at: now.micros(),
        };
        let dedupe = Dedupe::Once(format!("{}/{id}", told.as_str()));
        self.enqueue(tenant, dedupe, &payload, now)
    }

    /// Tell whoever holds a role something, once for `key`. It names nobody.
    pub(crate) fn tell_role(
        &self,
        tenant: &TenantId,
        role: Role,
        what: &'static str,
        key: &str,
        now: Instant,
    ) -> Statement {
        let payload = Payload {
            to: To::Role(role),
            what: what.to_owned(),
            id: None,
            at: now.micros(),
        };
        let dedupe = Dedupe::Once(format!("{what}/{key}/{role}"));
        self.enqueue(tenant, dedupe, &payload, now)
    }

    fn job(&self, tenant: &TenantId, dedupe: Dedupe, notice: Notice, now: Instant) -> Statement {
        let (to, about) = match notice {
            Notice::Person(person, about) => (To::Person(person), about),
            Notice::Account(account, about) => (To::Account(account), about),
            Notice::Role(role, about) => (To::Role(role), about),
        };
        let payload = Payload {
            to,
            what: about.as_str().to_owned(),
            id: about.id().map(|id| id.to_string()),
            at: now.micros(),
        };
        self.enqueue(tenant, dedupe, &payload, now)
    }

    fn enqueue(
        &self,
        tenant: &TenantId,
        dedupe: Dedupe,
        payload: &Payload,
        now: Instant,
    ) -> Statement {
        let job = NewJob {
            tenant: tenant.clone(),
            kind: KIND,
            // Ids, names and a number: nothing that cannot be written.
            payload: serde_json::to_vec(payload).unwrap_or_default(),
            dedupe,
            due_at: now,
            attempts_max: ATTEMPTS_MAX,
        };
        jobs::enqueue(JobId::random(&*self.rng), job, now)
    }
}

impl Notices for Jobs {
    fn tell(&self, tenant: &TenantId, notice: Notice, now: Instant) -> Vec<Statement> {
        vec![self.job(tenant, Dedupe::Never, notice, now)]
    }
}

/// `set` with a message to each of `notices`.
pub(crate) fn telling(
    house: &Installation,
    tenant: &TenantId,
    notices: &[Notice],
    now: Instant,
    set: WriteSet,
) -> WriteSet {
    let jobs = Jobs::of(house);
    notices
        .iter()
        .flat_map(|notice| jobs.tell(tenant, *notice, now))
        .fold(set, WriteSet::with)
}

/// Hand on a job of the kind [`KIND`].
///
/// # Errors
/// Storage failures, and a payload that cannot be read.
pub async fn hand_on(house: &Installation, job: &Claimed) -> Result<(), Failure> {
    let tenant = &job.job.tenant;
    let unreadable = || Failure::text("a job of the kind access.notice cannot be read");
    let payload: Payload = serde_json::from_slice(&job.job.payload).map_err(|_| unreadable())?;
    let to_person = matches!(payload.to, To::Person(_));
    let news = news(&payload.what, to_person).ok_or_else(unreadable)?;
    let alert = match &payload.to {
        To::Role(_) => What::of(&payload.what),
        To::Person(_) | To::Account(_) => None,
    };
    let mut in_stead = Vec::new();
    let readers = match payload.to {
        To::Person(person) => {
            let failed = |error: consent::ConsentError| Failure::text(error.to_string());
            let minor = house.consents.minor(tenant, person).await.map_err(failed)?;
            let now = match minor {
                // On the day itself: who decided until a moment ago is told as well.
                Some(minor) if payload.what == Told::AgeCome.as_str() => {
                    minor.decides_at.before(Duration::from_secs(1))
                }
                _ => house.clock.now(),
            };
            let guardians = house.consents.guardian_accounts(tenant, person, now).await;
            in_stead = guardians.map_err(|error| Failure::text(error.to_string()))?;
            let own = house.identity.account_of(tenant, person).await?;
            own.into_iter().collect()
        }
        To::Account(account) => BTreeSet::from([account]),
        To::Role(role) => who_is(house, tenant, role).await?,
    };
    let at = Instant::from_micros(payload.at);
    let set = match alert {
        None => WriteSet::new(),
        Some(what) => {
            // What has no id is one a day.
            let day = at.seconds().div_euclid(24 * 3_600).to_string();
            let key = payload.id.clone().unwrap_or(day);
            WriteSet::new().with(raise(tenant, what, payload.id, &key, at, &*house.rng))
        }
    };
    // Whoever decides for the person is told that there is something, and no more.
    let in_stead = in_stead
        .into_iter()
        .map(|to| (to, News::Stead(Stead::InStead)));
    let readers = readers.into_iter().map(|to| (to, news)).chain(in_stead);
    deliver(house, job, readers, at, set).await
}

/// Hand on that a code or a refresh token of an app came twice: to whoever had given it access, to who registered it, and to
/// who watches.
///
/// # Errors
/// Storage failures, and a payload that cannot be read.
pub async fn hand_on_reuse(house: &Installation, job: &Claimed) -> Result<(), Failure> {
    let tenant = &job.job.tenant;
    let reused: Reused = serde_json::from_slice(&job.job.payload)
        .map_err(|_| Failure::text("a job of the kind oauth.reuse cannot be read"))?;
    let mut staff: BTreeSet<AccountId> = reused.registrant.into_iter().collect();
    for role in WATCH {
        staff.extend(who_is(house, tenant, role).await?);
    }
    staff.remove(&reused.account);
    let readers = staff.into_iter().map(|to| (to, News::AppReuse));
    let readers = readers.chain([(reused.account, News::YourAppReuse)]);
    let (at, app) = (reused.at(), reused.app.to_string());
    let key = format!("{:032x}", u128::from_be_bytes(*job.job.id.as_bytes()));
    let alert = raise(tenant, What::AppReuse, Some(app), &key, at, &*house.rng);
    deliver(house, job, readers, at, WriteSet::new().with(alert)).await
}

/// The letters and the end of the job, in one commit.
async fn deliver(
    house: &Installation,
    job: &Claimed,
    readers: impl Iterator<Item = (AccountId, News)>,
    at: Instant,
    mut set: WriteSet,
) -> Result<(), Failure> {
    for (account, news) in readers {
        let tenant = &job.job.tenant;
        set = house.identity.tell(tenant, account, news, at, set).await?;
    }
    let set = set.with(complete(job, house.clock.now()));
    house.db.commit(set).await?;
    Ok(())
}

/// Whoever holds `role`, and it counts.
async fn who_is(
    house: &Installation,
    tenant: &TenantId,
    role: Role,
) -> Result<BTreeSet<AccountId>, Failure> {
    let now = house.clock.now();
    let holders = house.access.holders(tenant, role, now).await?;
    Ok(holders.into_iter().collect())
}

fn news(what: &str, to_person: bool) -> Option<News> {
    Some(match what {
        "glass_opened" if to_person => News::YourGlassOpened,
        "glass_opened" => News::GlassOpened,
        "glass_asked" => News::GlassAsked,
        "glass_overdue" => News::GlassOverdue,
        "role_asked" => News::RoleAsked,
        "role_given" => News::RoleGiven,
        "request_granted" => News::RequestGranted,
        "request_refused" => News::RequestRefused,
        "role_ended" => News::RoleEnded,
        "role_overdue" => News::YourRoleOverdue,
        "reviews_due" => News::ReviewsDue,
        "reviews_overdue" => News::ReviewsOverdue,
        "consent_asked" => News::Asked,
        "grant_ends" => News::GrantEnds,
        "rights_confirmed" => News::RightsConfirmed,
        "rights_extended" => News::RightsExtended,
        "rights_answered" => News::RightsAnswered,
        "erasure_asked" => News::Stead(Stead::ErasureAsked),
        "age_soon" => News::Stead(Stead::AgeSoon),
        "age_come" => News::Stead(Stead::AgeCome),
        "age_no_account" => News::Stead(Stead::NoAccount),
        "right_due" => News::RightDue,
        "right_overdue" => News::RightOverdue,
        "continuity_late" => News::ContinuityLate,
        "guardian_proposed" => News::GuardianProposed,
        "guardian_appointed" => News::GuardianAppointed,
        "destruction_proposed"
        | "destruction_agreed"
        | "destruction_cancelled"
        | "destruction_done"
        | "keep_shortened" => News::Destruction,
        _ => return None,
    })
}

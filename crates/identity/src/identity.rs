//! What every verb shares: the database, the secrets, the settings.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{AccountId, Clock, Ctx, PersonId, Rng, SessionId, TenantId};
use parking_lot::Mutex;
use store::{Committed, Db, LogEntry, Row, Statement, Value, WriteSet};

use crate::password::{Breached, Hashers, Typing};
use crate::sessions::Believed;
use crate::{Account, Email, IdentityError, Secrets, Settings, sql};

/// Sessions that are remembered in memory.
const BELIEVED_MAX: usize = 10_000;

/// What accounts need of people's data. Declared here, wired in `server` to the vault.
pub trait People: Send + Sync + 'static {
    /// Make a person for somebody who signs up; [`IdentityError::Closed`] where nobody new is taken any more.
    fn make<'a>(
        &'a self,
        ctx: &'a Ctx,
    ) -> Pin<Box<dyn Future<Output = Result<PersonId, IdentityError>> + Send + 'a>>;

    /// What makes a commit fail when the person is not there (any more).
    fn is_there(&self, tenant: &TenantId, person: PersonId) -> Statement;

    /// The name of that failure.
    fn guard(&self) -> &'static str;
}

/// What [`Identity`] is made of.
pub struct Parts {
    /// The data.
    pub db: Db,
    /// What seals.
    pub secrets: Arc<dyn Secrets>,
    /// Whose data the accounts of persons lead to.
    pub people: Arc<dyn People>,
    /// For what happens by itself; calls bring their own time.
    pub clock: Arc<dyn Clock>,
    /// For ids, secrets, salts.
    pub rng: Arc<dyn Rng>,
    /// What the installation decides.
    pub settings: Settings,
}

/// Accounts, and how they prove themselves.
pub struct Identity {
    pub(crate) db: Db,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) people: Arc<dyn People>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) hashers: Arc<Hashers>,
    pub(crate) typing: Typing,
    pub(crate) breached: Option<Arc<Breached>>,
    pub(crate) believed: Mutex<lru::LruCache<SessionId, Believed>>,
}

impl Identity {
    /// Accounts kept in `parts.db`.
    ///
    /// # Errors
    /// When the list of leaked passwords cannot be read, or the cost of hashing is out of bounds.
    pub fn new(parts: Parts) -> Result<Self, IdentityError> {
        let passwords = &parts.settings.passwords;
        let breached = match &passwords.breached_file {
            None => None,
            Some(path) => Some(Arc::new(Breached::open(path).map_err(|error| {
                IdentityError::Internal(format!("{}: {error}", path.display()))
            })?)),
        };
        let hashers = Hashers::start(
            passwords.threads,
            passwords.waiting_max,
            passwords.cost,
            Arc::clone(&parts.rng),
        )?;
        let capacity =
            std::num::NonZeroUsize::new(BELIEVED_MAX).unwrap_or(std::num::NonZeroUsize::MIN);
        Ok(Self {
            db: parts.db,
            secrets: parts.secrets,
            people: parts.people,
            clock: parts.clock,
            rng: parts.rng,
            settings: Arc::new(parts.settings),
            hashers: Arc::new(hashers),
            typing: Typing::default(),
            breached,
            believed: Mutex::new(lru::LruCache::new(capacity)),
        })
    }

    /// What the installation decided.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The digest that an address is found by.
    pub(crate) fn email_digest(
        &self,
        tenant: &TenantId,
        email: &Email,
    ) -> Result<[u8; 32], IdentityError> {
        Ok(self
            .secrets
            .digest(tenant, "account.email", email.canonical().as_bytes())?)
    }

    /// An account by its id.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; storage failures.
    pub async fn account(
        &self,
        tenant: &TenantId,
        id: AccountId,
    ) -> Result<Account, IdentityError> {
        self.db
            .row(&sql::ACCOUNT_FIND, vec![tenant.into(), id.into()])
            .await?
            .map(|row| self.read_account(tenant, &row))
            .transpose()?
            .ok_or(IdentityError::NotFound("account"))
    }

    /// Whether there is such an account of staff, invited or active: one that a role may be given to.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn is_staff(&self, tenant: &TenantId, id: AccountId) -> Result<bool, IdentityError> {
        let row = self
            .db
            .row(&sql::ACCOUNT_STAFF, vec![tenant.into(), id.into()])
            .await?;
        Ok(row.is_some())
    }

    /// An account by its address. Whoever asks may know whether there is one.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn account_by_email(
        &self,
        tenant: &TenantId,
        email: &Email,
    ) -> Result<Option<Account>, IdentityError> {
        let digest = self.email_digest(tenant, email)?;
        self.db
            .row(&sql::ACCOUNT_BY_EMAIL, vec![tenant.into(), digest.into()])
            .await?
            .map(|row| self.read_account(tenant, &row))
            .transpose()
    }

    pub(crate) fn read_account(
        &self,
        tenant: &TenantId,
        row: &Row,
    ) -> Result<Account, IdentityError> {
        let damaged = || IdentityError::damaged("an account's row");
        let id = AccountId::from_slice(row.bytes(0)?).ok_or_else(damaged)?;
        let text = |field: &str, at: usize| -> Result<String, IdentityError> {
            let plain = self.open(tenant, &["account", field, &id.to_string()], row.bytes(at)?)?;
            std::str::from_utf8(&plain)
                .map(str::to_owned)
                .map_err(|_| damaged())
        };
        let person = if row.is_null(2) {
            None
        } else {
            Some(PersonId::from_slice(row.bytes(2)?).ok_or_else(damaged)?)
        };
        Ok(Account {
            id,
            kind: row.text(1)?.parse().map_err(|()| damaged())?,
            person,
            role: row.text(3)?.parse().map_err(|_| damaged())?,
            state: row.text(4)?.parse().map_err(|()| damaged())?,
            email: text("email", 5)?.parse()?,
            name: text("name", 6)?.parse()?,
            language: row.text(7)?.parse().map_err(|()| damaged())?,
            created_at: base::Instant::from_micros(row.int(8)?),
        })
    }

    pub(crate) fn seal(
        &self,
        tenant: &TenantId,
        place: &[&str],
        plain: &[u8],
    ) -> Result<Vec<u8>, IdentityError> {
        Ok(self.secrets.seal(tenant, place, plain)?)
    }

    pub(crate) fn open(
        &self,
        tenant: &TenantId,
        place: &[&str],
        sealed: &[u8],
    ) -> Result<crypt::Plain, IdentityError> {
        Ok(self.secrets.open(tenant, place, sealed)?)
    }

    pub(crate) fn entry(
        &self,
        ctx: &Ctx,
        action: Action,
        outcome: Outcome,
        subject: Option<AccountId>,
    ) -> Result<Entry, IdentityError> {
        let entry = Entry::new(ctx, action, outcome)?;
        Ok(match subject {
            Some(id) => entry.subject(*id.as_bytes()),
            None => entry,
        })
    }

    /// An entry that says who did what well to which account.
    pub(crate) fn done(
        &self,
        ctx: &Ctx,
        action: Action,
        subject: AccountId,
    ) -> Result<LogEntry, IdentityError> {
        Ok(self
            .entry(ctx, action, Outcome::Ok, Some(subject))?
            .finish(&ctx.tenant))
    }

    /// Commit, and say where the one entry stands in the log.
    pub(crate) async fn commit(&self, set: WriteSet) -> Result<u64, IdentityError> {
        match self.db.commit(set).await {
            Err(store::StoreError::Guard(GUARD_FACTOR)) => Err(IdentityError::Needed(
                "a longer password, now that there is no second factor",
            )),
            other => only_index(&other?),
        }
    }
}

/// A short password stands beside a second factor only.
pub(crate) const GUARD_FACTOR: &str = "factor.beside";

pub(crate) fn only_index(committed: &Committed) -> Result<u64, IdentityError> {
    committed
        .log_indexes
        .first()
        .copied()
        .ok_or_else(|| IdentityError::Internal("a commit left no entry".to_owned()))
}

/// The parameters that begin with an account.
pub(crate) fn of(tenant: &TenantId, account: AccountId, more: Vec<Value>) -> Vec<Value> {
    let mut params: Vec<Value> = vec![tenant.into(), account.into()];
    params.extend(more);
    params
}

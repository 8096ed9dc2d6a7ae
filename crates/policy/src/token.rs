//! Bearer tokens: `srt_<id>_<secret>`, made by `strongroom token create`, bound to one tenant, hashed at rest, expiring.
//!
//! The secret is 256 random bits, so one SHA-256 is enough at rest: there is nothing to guess (a password would need Argon2).

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Instant, PersonId, Rng, Secret, TenantId, TokenId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use store::{Db, Sql, StoreError, Value, WriteSet};

use crate::{Authority, Role, Scope, TokenError};

/// A verified token is believed for this long without asking the database again: the longest a revocation can take.
const BELIEVED_FOR: Duration = Duration::from_secs(1);
/// Verified tokens kept in memory.
const CACHE_ENTRIES: usize = 10_000;
const PREFIX: &str = "srt_";

static INSERT: Sql = Sql::both(
    "INSERT INTO token (id, tenant, hash, role, person, scope, label, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
static FIND: Sql = Sql::both(
    "SELECT tenant, hash, role, person, scope, expires_at, revoked_at FROM token WHERE id = $1",
);
static REVOKE: Sql = Sql::both(
    "UPDATE token SET revoked_at = $3 WHERE id = $1 AND tenant = $2 AND revoked_at IS NULL",
);
static LIST: Sql = Sql::both(
    "SELECT id, role, label, created_at, expires_at, revoked_at FROM token WHERE tenant = $1 ORDER BY created_at DESC, id LIMIT $2",
);

static END_ABOUT: Sql = Sql::both(
    "UPDATE token SET revoked_at = $3 WHERE tenant = $1 AND person = $2 AND revoked_at IS NULL",
);

/// Every statement, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[&INSERT, &FIND, &REVOKE, &END_ABOUT, &LIST];

/// What a new token shall be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Whose.
    pub tenant: TenantId,
    /// Acting as.
    pub role: Role,
    /// About whom, for the role `person`.
    pub person: Option<PersonId>,
    /// How far it reaches.
    pub scope: Scope,
    /// What it is for, as staff will read it in the list. Not a person's name.
    pub label: String,
    /// How long it lives.
    pub lives: Duration,
}

/// One line of the list of tokens.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its public name.
    pub id: TokenId,
    /// Acting as.
    pub role: String,
    /// What it is for.
    pub label: String,
    /// Since when.
    pub created_at: Instant,
    /// Until when.
    pub expires_at: Instant,
    /// Ended early.
    pub revoked_at: Option<Instant>,
}

struct Believed {
    hash: [u8; 32],
    authority: Authority,
    expires_at: Instant,
    /// Since when, and until when: a clock that is set back believes nothing for longer.
    since: Instant,
    until: Instant,
}

/// Makes, verifies, lists and revokes tokens.
pub struct Tokens {
    db: Db,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    believed: Mutex<lru::LruCache<TokenId, Believed>>,
}

impl Tokens {
    /// Tokens kept in `db`.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        let capacity = NonZeroUsize::new(CACHE_ENTRIES).unwrap_or(NonZeroUsize::MIN);
        Self {
            db,
            clock,
            rng,
            believed: Mutex::new(lru::LruCache::new(capacity)),
        }
    }

    /// A new token: its id, the text to hand over (once), and the writes to commit together with their entry in the log.
    #[must_use]
    pub fn create(&self, new: &NewToken, set: WriteSet) -> (TokenId, Secret<String>, WriteSet) {
        let id = TokenId::random(&*self.rng);
        let mut secret = [0; 32];
        self.rng.fill(&mut secret);
        let text = format!(
            "{PREFIX}{}_{}",
            URL_SAFE_NO_PAD.encode(id.as_bytes()),
            URL_SAFE_NO_PAD.encode(secret)
        );
        let hash = crypt::hash::sha256(&[&secret]);
        let now = self.clock.now();
        let scope = if new.scope == Scope::default() {
            None
        } else {
            serde_json::to_string(&new.scope).ok()
        };
        let set = set.run_expecting(
            &INSERT,
            vec![
                id.into(),
                (&new.tenant).into(),
                hash.into(),
                new.role.as_str().into(),
                new.person.into(),
                scope.into(),
                new.label.as_str().into(),
                now.into(),
                now.after(new.lives).into(),
            ],
            1,
            "token.insert",
        );
        (id, Secret::new(text), set)
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// [`TokenError::Unknown`] for anything that is not a live token; storage failures as they are.
    pub async fn verify(&self, text: &str) -> Result<Authority, TokenError> {
        let (id, secret) = parse(text).ok_or(TokenError::Unknown)?;
        let hash = crypt::hash::sha256(&[&secret]);
        let now = self.clock.now();
        if let Some(believed) = self.believed.lock().get(&id)
            && crypt::mac::same(&believed.hash, &hash)
            && now >= believed.since
            && now < believed.until
            && now < believed.expires_at
        {
            return Ok(believed.authority.clone());
        }
        let row = self
            .db
            .row(&FIND, vec![id.into()])
            .await?
            .ok_or(TokenError::Unknown)?;
        let stored: [u8; 32] = row
            .bytes(1)?
            .try_into()
            .map_err(|_| StoreError::Damaged("token hash".into()))?;
        let expires_at = Instant::from_micros(row.int(5)?);
        if !crypt::mac::same(&stored, &hash) || !row.is_null(6) || now >= expires_at {
            return Err(TokenError::Unknown);
        }
        let damaged = || StoreError::Damaged("token row".into());
        let tenant = row.text(0)?.parse().map_err(|_| damaged())?;
        let role = row.text(2)?.parse().map_err(|_| damaged())?;
        let person = if row.is_null(3) {
            None
        } else {
            Some(PersonId::from_slice(row.bytes(3)?).ok_or_else(damaged)?)
        };
        let scope = if row.is_null(4) {
            Scope::default()
        } else {
            serde_json::from_str(row.text(4)?).map_err(|_| damaged())?
        };
        let authority = Authority::token(tenant, id, role, person, scope);
        self.believed.lock().put(
            id,
            Believed {
                hash,
                authority: authority.clone(),
                expires_at,
                since: now,
                until: now.after(BELIEVED_FOR),
            },
        );
        Ok(authority)
    }

    /// The writes that end every token about one person, for whoever erases the person. A node that believes such a token a
    /// moment longer finds nobody behind it.
    #[must_use]
    pub fn end_about(&self, tenant: &TenantId, person: PersonId, set: WriteSet) -> WriteSet {
        let now = self.clock.now();
        self.believed.lock().clear();
        set.run(&END_ABOUT, vec![tenant.into(), person.into(), now.into()])
    }

    /// The writes that end a token at once; commit them together with their entry in the log.
    #[must_use]
    pub fn revoke(&self, tenant: &TenantId, id: TokenId, set: WriteSet) -> WriteSet {
        self.believed.lock().pop(&id);
        let now = self.clock.now();
        set.run_expecting(
            &REVOKE,
            vec![id.into(), tenant.into(), now.into()],
            1,
            "token.revoke",
        )
    }

    /// The newest `limit` tokens of a tenant.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn list(&self, tenant: &TenantId, limit: u32) -> Result<Vec<TokenRow>, StoreError> {
        let rows = self
            .db
            .rows(&LIST, vec![tenant.into(), Value::from(limit)])
            .await?;
        rows.iter()
            .map(|row| {
                Ok(TokenRow {
                    id: TokenId::from_slice(row.bytes(0)?)
                        .ok_or_else(|| StoreError::Damaged("token id".into()))?,
                    role: row.text(1)?.to_owned(),
                    label: row.text(2)?.to_owned(),
                    created_at: Instant::from_micros(row.int(3)?),
                    expires_at: Instant::from_micros(row.int(4)?),
                    revoked_at: if row.is_null(5) {
                        None
                    } else {
                        Some(Instant::from_micros(row.int(5)?))
                    },
                })
            })
            .collect()
    }
}

fn parse(text: &str) -> Option<(TokenId, [u8; 32])> {
    let rest = text.strip_prefix(PREFIX)?;
    // 16 bytes are 22 characters, 32 bytes are 43.
    if !rest.is_ascii() || rest.len() != 22 + 1 + 43 {
        return None;
    }
    let (id, secret) = (rest.get(..22)?, rest.get(23..)?);
    if rest.as_bytes().get(22) != Some(&b'_') {
        return None;
    }
    let mut id_bytes = [0; 16];
    let mut secret_bytes = [0; 32];
    URL_SAFE_NO_PAD.decode_slice(id, &mut id_bytes).ok()?;
    URL_SAFE_NO_PAD
        .decode_slice(secret, &mut secret_bytes)
        .ok()?;
    Some((TokenId::from_bytes(id_bytes), secret_bytes))
}

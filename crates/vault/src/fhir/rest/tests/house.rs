//! A vault for one test, and callers of every sort.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base::{Clock, Ctx, FixedClock, Instant, Purpose, RequestId, Rng, SeededRng, TenantId};
use crypt::SymmetricKey;
use keys::seal::{Seal, SealError};
use keys::{CacheLimits, Keys, Settings};
use policy::{Authority, NewToken, Role, Scope, Tokens};
use serde_json::Value;
use store::danger_testing::{TestDb, sqlite};
use store::objects::{LocalObjects, Objects};
use store::{Db, WriteSet};

use crate::fhir::import::{Note, Outcome, Prepared, Sink, SinkError, Sources, Tally, Watch, run};
use crate::fhir::rest::{Answer, Rest, VaultSink, Wishes};
use crate::register::Register;
use crate::{Parts, Vault};

/// 2026-11-23T09:30:00.123Z.
pub const NOW: Instant = Instant::from_micros(1_795_426_200_123_456);

/// A vault with what it stands on.
pub struct House {
    pub vault: Vault,
    pub clock: Arc<FixedClock>,
    pub db: Db,
    rng: Arc<dyn Rng>,
    tenant: TenantId,
    tokens: Tokens,
    _databases: [TestDb; 2],
    _files: tempfile::TempDir,
}

/// A caller.
pub struct Caller {
    pub ctx: Ctx,
    pub authority: Authority,
}

/// A seal that keeps nothing out.
struct NoSeal;

impl Seal for NoSeal {
    fn name(&self) -> &'static str {
        "none"
    }

    fn code(&self) -> u8 {
        200
    }

    fn make(&self, _: &dyn Rng) -> Result<(Vec<u8>, SymmetricKey), SealError> {
        Ok((Vec::new(), SymmetricKey::from_bytes([7; 32])))
    }

    fn find(&self, _: &[u8]) -> Result<SymmetricKey, SealError> {
        Ok(SymmetricKey::from_bytes([7; 32]))
    }
}

/// Nobody here has a guardian: what they gave rests on a sealed day, and none is opened.
struct NoSecrets;

fn none() -> crypt::SecretsError {
    crypt::SecretsError {
        kind: base::ErrorKind::Internal,
        code: "test.secrets",
        internal: "nothing is sealed here".to_owned(),
    }
}

impl crypt::Secrets for NoSecrets {
    fn seal(&self, _: &TenantId, _: &[&str], _: &[u8]) -> Result<Vec<u8>, crypt::SecretsError> {
        Err(none())
    }

    fn open(
        &self,
        _: &TenantId,
        _: &[&str],
        _: &[u8],
    ) -> Result<crypt::Plain, crypt::SecretsError> {
        Err(none())
    }

    fn digest(
        &self,
        _: &TenantId,
        _: &'static str,
        _: &[u8],
    ) -> Result<[u8; 32], crypt::SecretsError> {
        Err(none())
    }
}

/// The packs, read once.
fn register() -> Arc<Register> {
    static REGISTER: OnceLock<Arc<Register>> = OnceLock::new();
    let read = || Arc::new(Register::shipped().unwrap_or_else(|bad| panic!("{bad}")));
    Arc::clone(REGISTER.get_or_init(read))
}

impl House {
    pub async fn new() -> Self {
        let clock = Arc::new(FixedClock::at(NOW));
        let rng: Arc<dyn Rng> = Arc::new(SeededRng::new(5));
        let tenant: TenantId = "acme".parse().unwrap();
        let environment: base::Environment = "test".parse().unwrap();
        let keys_db = sqlite(store::migrations::KEYS, None).await.unwrap();
        let settings = Settings {
            environment: environment.clone(),
            region: "eu".parse().unwrap(),
            cache: CacheLimits::default(),
        };
        let keys = Keys::init(
            keys_db.db(),
            Arc::new(NoSeal),
            settings,
            Arc::clone(&clock) as _,
            Arc::clone(&rng),
        )
        .await
        .unwrap();
        let keys = Arc::new(keys);
        keys.open_tenant(&tenant).await.unwrap();
        let logs = audit::Installation {
            host: "test.example".into(),
            environment: environment.clone(),
        };
        let journal = audit::LogJournal::new(logs, Arc::clone(&keys) as _, Arc::clone(&rng));
        let data = sqlite(store::migrations::DATA, Some(Arc::new(journal)))
            .await
            .unwrap();
        let files = tempfile::tempdir().unwrap();
        let objects = LocalObjects::open(files.path().to_owned()).await.unwrap();
        let objects: Arc<dyn Objects> = Arc::new(objects);
        let vault = Vault::new(Parts {
            by_consent: std::collections::BTreeSet::new(),
            notes_unsent: true,
            secrets: Arc::new(NoSecrets),
            db: data.db(),
            keys,
            register: register(),
            objects,
            environment,
            rng: Arc::clone(&rng),
        });
        let tokens = Tokens::new(data.db(), Arc::clone(&clock) as _, Arc::clone(&rng));
        let house = Self {
            vault,
            clock,
            db: data.db(),
            rng,
            tenant,
            tokens,
            _databases: [keys_db, data],
            _files: files,
        };
        let system = house.system();
        let region = "eu".parse().unwrap();
        house.vault.open_tenant(&system.ctx, &region).await.unwrap();
        house
    }

    fn caller(&self, authority: Authority, purpose: Option<Purpose>) -> Caller {
        let ctx = Ctx {
            tenant: self.tenant.clone(),
            actor: authority.actor(),
            purpose,
            request: RequestId::random(&*self.rng),
            now: self.clock.now(),
        };
        Caller { ctx, authority }
    }

    /// Strongroom itself.
    pub fn system(&self) -> Caller {
        let authority = Authority::system(self.tenant.clone(), "import");
        self.caller(authority, Some(Purpose::Sysdev))
    }

    /// A token's holder.
    pub async fn token(
        &self,
        role: Role,
        person: Option<base::PersonId>,
        purpose: Option<Purpose>,
    ) -> Caller {
        let new = NewToken {
            tenant: self.tenant.clone(),
            role,
            person,
            scope: Scope::default(),
            label: "test".into(),
            lives: Duration::from_hours(1),
        };
        let (_, text, set) = self.tokens.create(&new, WriteSet::new());
        self.db.commit(set).await.unwrap();
        let authority = self.tokens.verify(text.expose()).await.unwrap();
        self.caller(authority, purpose)
    }

    /// A program that treats.
    pub async fn app(&self) -> Caller {
        self.token(Role::App, None, Some(Purpose::Treat)).await
    }

    pub fn rest<'a>(&'a self, caller: &'a Caller) -> Rest<'a> {
        Rest {
            vault: &self.vault,
            ctx: &caller.ctx,
            authority: &caller.authority,
            base: "https://test.example/fhir",
        }
    }

    /// Import files.
    pub async fn import(&self, paths: &[std::path::PathBuf]) -> (Tally, Vec<Note>) {
        let Caller { ctx, authority } = self.system();
        let sink = VaultSink::new(
            self.vault.clone(),
            ctx,
            authority,
            Arc::clone(&self.clock) as _,
        );
        let mut notes = Notes::default();
        let sources = Sources::find(paths).unwrap();
        let tally = run(sources, &sink, &mut notes).await.unwrap();
        (tally, notes.0)
    }

    /// How many entries the log has.
    pub async fn log_size(&self) -> i64 {
        static SIZE: store::Sql = store::Sql::both("SELECT size FROM log_head WHERE tenant = $1");
        let row = self
            .db
            .row(&SIZE, vec![(&self.tenant).into()])
            .await
            .unwrap();
        row.map_or(0, |row| row.int(0).unwrap())
    }
}

#[derive(Default)]
struct Notes(Vec<Note>);

impl Watch for Notes {
    fn progress(&mut self, _: &Tally) {}

    fn note(&mut self, note: &Note) {
        self.0.push(note.clone());
    }
}

/// Takes everything and keeps nothing.
struct Nowhere;

impl Sink for Nowhere {
    async fn put_all(&self, batch: &[Prepared]) -> Result<Vec<Outcome>, SinkError> {
        Ok(vec![Outcome::Created; batch.len()])
    }
}

/// Read and cut files, and store nothing.
pub async fn prepare_only(paths: &[std::path::PathBuf]) -> Tally {
    let sources = Sources::find(paths).unwrap();
    run(sources, &Nowhere, &mut Notes::default()).await.unwrap()
}

/// No wish at all.
pub fn plainly() -> Wishes {
    Wishes::default()
}

/// The body of an answer, as JSON.
pub fn json(answer: &Answer) -> Value {
    serde_json::from_slice(answer.body.as_deref().unwrap()).unwrap()
}

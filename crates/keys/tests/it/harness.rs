//! A key store for a test: fresh, with a clock that stands still.
//!
//! `for store in stores().await` runs a test on each engine; `store.keys().await` opens (the first time: makes) the tree;
//! `store.node().await` opens it as another process would, with a writer of its own.

use std::sync::Arc;
use std::time::Duration;

use base::{Class, ClassSet, FixedClock, Instant, PersonId, TenantId};
use crypt::SystemRng;
use keys::seal::KeyFile;
use keys::{CacheLimits, Keys, KeysError, Seal, Settings};
use store::danger_testing::{TestDb, each_engine};
use store::{Db, Row, Sql, Value, WriteSet};
use tempfile::TempDir;

pub const CLASSES: [Class; 3] = [Class::Internal, Class::Personal, Class::Health];

pub struct Store {
    pub db: TestDb,
    pub clock: Arc<FixedClock>,
    pub backend: Arc<dyn Seal>,
    pub secrets: TempDir,
}

pub async fn stores() -> Vec<Store> {
    let found = each_engine(store::migrations::KEYS, None).await.unwrap();
    found.into_iter().map(Store::new).collect()
}

/// For what is about SQLite's files.
pub async fn sqlite() -> Store {
    let db = store::danger_testing::sqlite(store::migrations::KEYS, None);
    Store::new(db.await.unwrap())
}

impl Store {
    fn new(db: TestDb) -> Self {
        let secrets = tempfile::tempdir().unwrap();
        let backend = KeyFile::create(&secrets.path().join("root.key"), &SystemRng).unwrap();
        Self {
            db,
            clock: Arc::new(FixedClock::at(Instant::from_micros(1_763_890_200_000_000))),
            backend: Arc::new(backend),
            secrets,
        }
    }

    pub async fn keys(&self) -> Keys {
        let keys = self
            .open(Arc::clone(&self.backend), settings())
            .await
            .unwrap();
        keys.open_tenant(&tenant()).await.unwrap();
        keys
    }

    pub async fn node(&self) -> Keys {
        let keys = self.node_with(settings()).await;
        keys.open_tenant(&tenant()).await.unwrap();
        keys
    }

    /// A node that has no tenant open yet.
    pub async fn node_with(&self, settings: Settings) -> Keys {
        let db = Db::open(self.db.config(), store::migrations::KEYS, None);
        self.open_on(db.await.unwrap(), Arc::clone(&self.backend), settings)
            .await
            .unwrap()
    }

    pub async fn open(
        &self,
        backend: Arc<dyn Seal>,
        settings: Settings,
    ) -> Result<Keys, KeysError> {
        self.open_on(self.db.db(), backend, settings).await
    }

    async fn open_on(
        &self,
        db: Db,
        backend: Arc<dyn Seal>,
        settings: Settings,
    ) -> Result<Keys, KeysError> {
        let clock = Arc::clone(&self.clock) as Arc<dyn base::Clock>;
        Keys::open_or_init(db, backend, settings, clock, Arc::new(SystemRng)).await
    }

    pub async fn rows(&self, sql: &'static Sql, params: Vec<Value>) -> Vec<Row> {
        self.db.rows(sql, params).await.unwrap()
    }

    /// Change the database behind everybody's back. Must touch exactly `rows` rows.
    pub async fn tamper(&self, sql: &'static Sql, params: Vec<Value>, rows: u64) {
        let set = WriteSet::new().run_expecting(sql, params, rows, "tamper");
        self.db.commit(set).await.unwrap();
    }

    /// All bytes of the database's files (SQLite).
    pub fn files(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(self.db.folder().unwrap()).unwrap() {
            all.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        all
    }
}

pub fn settings() -> Settings {
    Settings {
        environment: "test".parse().unwrap(),
        region: "eu".parse().unwrap(),
        cache: CacheLimits::default(),
    }
}

pub fn cache(persons: usize, idle: u64, fresh: u64) -> Settings {
    let cache = CacheLimits {
        persons,
        idle: Duration::from_secs(idle),
        fresh: Duration::from_secs(fresh),
    };
    Settings {
        cache,
        ..settings()
    }
}

pub fn tenant() -> TenantId {
    "acme-health".parse().unwrap()
}

pub fn person() -> PersonId {
    PersonId::random(&SystemRng)
}

pub fn classes() -> ClassSet {
    CLASSES.into_iter().collect()
}

/// Persons with keys of three classes each.
pub async fn people(keys: &Keys, count: usize) -> Vec<PersonId> {
    let people: Vec<_> = (0..count).map(|_| person()).collect();
    let wants: Vec<_> = people.iter().map(|person| (*person, classes())).collect();
    for ring in keys.ensure_many(&tenant(), &wants).await.unwrap() {
        ring.unwrap();
    }
    people
}

/// The bytes of all keys of `people`, class by class, as `keys` reads them from the database.
pub async fn key_bytes(keys: &Keys, people: &[PersonId]) -> Vec<[u8; 32]> {
    keys.forget_all();
    let mut all = Vec::new();
    for ring in keys.rings(&tenant(), people).await.unwrap() {
        let ring = ring.unwrap();
        for class in CLASSES {
            all.push(*ring.newest(class).unwrap().key.danger_bytes());
        }
    }
    all
}

pub static WRAPPED_OF: Sql = Sql::both(
    "SELECT wrapped, class, generation, parent FROM person_key WHERE tenant = $1 AND person = $2 ORDER BY class, generation",
);

/// The wrapped keys of a person as they are stored.
pub async fn wrapped(store: &Store, person: PersonId) -> Vec<Vec<u8>> {
    let rows = store.rows(&WRAPPED_OF, vec![(&tenant()).into(), person.into()]);
    rows.await
        .iter()
        .map(|row| row.bytes(0).unwrap().to_vec())
        .collect()
}

//! Points made of a real database and real files, restored, and spoilt.

mod apart;
mod buckets;
mod engines;
mod generations;
mod keyed;
mod rows;
mod sent_files;
mod spoilt;
mod stock;
mod stream;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::danger_testing::SeededKeys;
use audit::{LogJournal, LogKeys};
use base::{
    Actor, ActorKind, Clock, Ctx, Environment, FixedClock, Instant, ObjectId, PersonId, RequestId,
    Rng, TenantId,
};
use bytes::Bytes;
use crypt::SystemRng;
use store::danger_testing::TestDb;
use store::objects::{LocalObjects, Objects};
use store::{Sql, WriteSet};
use tempfile::TempDir;

use crate::generations::{KeyParts, Places};
use crate::{
    Checked, ContinuityError, Depth, Made, Parts, Piece, Repository, RepositoryKey, Restored,
    Silent, Storage, Watch,
};

static ADD_FILE: Sql = Sql::both(
    "INSERT INTO file (tenant, person, file, sealed_len, written_at, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
);
static DELETE_FILE: Sql = Sql::both("DELETE FROM file WHERE file = $1");

/// A repository in `folder` whose keys are known, and so is that of the hour of `at`.
pub(crate) fn fixed(folder: &Path, at: Instant) -> Repository {
    let key = RepositoryKey::new(&[5; 32], &environment("production")).unwrap();
    let apart = crate::Apart::at(folder);
    std::fs::create_dir_all(apart.folder()).unwrap();
    let begins = crate::apart::hour_of(at) * 3_600_000_000;
    let path = apart.folder().join(format!("{begins:020}.hour"));
    std::fs::write(path, [6; 32]).unwrap();
    Repository::new(Storage::folder(folder).unwrap(), key, apart)
}

/// An installation as far as continuity sees it.
struct House {
    db: TestDb,
    key_store: TestDb,
    objects: Arc<LocalObjects>,
    keys: SeededKeys,
    clock: Arc<FixedClock>,
    rng: Arc<dyn Rng>,
    folder: PathBuf,
    /// Where the repository lies, if not in the folder.
    bucket: Option<Storage>,
    _temporary: Option<TempDir>,
}

fn environment(name: &str) -> Environment {
    name.parse().unwrap()
}

fn journal() -> Arc<dyn store::Journal> {
    let logs = audit::Installation {
        host: "records.example".into(),
        environment: environment("test"),
    };
    Arc::new(LogJournal::new(
        logs,
        Arc::new(SeededKeys::new(7)),
        Arc::new(SystemRng),
    ))
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        Self {
            _temporary: Some(folder),
            ..Self::at(path).await
        }
    }

    /// In a folder that stays.
    async fn at(folder: PathBuf) -> Self {
        let journal = Some(journal());
        let db = store::danger_testing::sqlite(store::migrations::DATA, journal).await;
        let key_store = store::danger_testing::sqlite(store::migrations::KEYS, None).await;
        Self::over(folder, db.unwrap(), key_store.unwrap()).await
    }

    /// Over these databases.
    async fn over(folder: PathBuf, db: TestDb, key_store: TestDb) -> Self {
        Self {
            db,
            key_store,
            objects: Arc::new(LocalObjects::open(folder.join("files")).await.unwrap()),
            keys: SeededKeys::new(7),
            clock: Arc::new(FixedClock::at(Instant::from_micros(1_790_000_000_000_000))),
            rng: Arc::new(SystemRng),
            folder,
            bucket: None,
            _temporary: None,
        }
    }

    fn place(&self) -> PathBuf {
        self.folder.join("repository")
    }

    /// Where a stream notes how far it is.
    fn state(&self) -> PathBuf {
        self.folder.join("stream.json")
    }

    fn scratch(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    fn repository_of(&self, name: &str, byte: u8) -> Repository {
        let key = RepositoryKey::new(&[byte; 32], &environment(name)).unwrap();
        let apart = crate::Apart::at(&self.places().epochs);
        Repository::new(self.storage(), key, apart)
    }

    fn storage(&self) -> Storage {
        match &self.bucket {
            Some(bucket) => bucket.clone(),
            None => Storage::folder(&self.place()).unwrap(),
        }
    }

    fn repository(&self) -> Repository {
        self.repository_of("test", 1)
    }

    /// A file of `bytes` bytes, as the vault would have put it.
    async fn add(&self, bytes: usize) -> ObjectId {
        let id = ObjectId::random(&*self.rng);
        let mut content = vec![0; bytes];
        self.rng.fill(&mut content);
        let mut writer = self.objects.create(id).await.unwrap();
        writer.write(Bytes::from(content)).await.unwrap();
        writer.finish().await.unwrap();
        let tenant: TenantId = "acme".parse().unwrap();
        let person = PersonId::random(&*self.rng);
        let set = WriteSet::new().run(
            &ADD_FILE,
            vec![
                (&tenant).into(),
                person.into(),
                id.into(),
                (bytes as i64).into(),
                self.clock.now().into(),
                vec![1_u8; 40].into(),
            ],
        );
        self.db.commit(set).await.unwrap();
        id
    }

    fn ctx(&self) -> Ctx {
        Ctx {
            tenant: "operator".parse().unwrap(),
            actor: Actor {
                kind: ActorKind::System,
                id: "backup".into(),
                role: "system".into(),
                authenticated_by: "local",
                grant: None,
            },
            purpose: None,
            request: RequestId::random(&*self.rng),
            now: self.clock.now(),
        }
    }

    fn parts(&self, configuration: &str) -> Parts {
        Parts {
            db: self.db.db(),
            objects: Arc::clone(&self.objects) as _,
            environment: environment("test"),
            origin: "records.example".into(),
            program: "0.1.0".into(),
            keys: (self.key_parts(), self.places()),
            signer: self.keys.signer(&"operator".parse().unwrap()).unwrap(),
            rng: Arc::clone(&self.rng),
            scratch: self.scratch(),
            stream: Some(self.state()),
            clock: Arc::clone(&self.clock) as _,
            configuration: vec![Piece {
                path: "strongroom.toml".into(),
                bytes: configuration.as_bytes().to_vec(),
            }],
        }
    }

    fn key_parts(&self) -> KeyParts {
        KeyParts {
            db: self.key_store.db(),
            environment: environment("test"),
            rng: Arc::clone(&self.rng),
        }
    }

    fn places(&self) -> Places {
        Places {
            folder: self.folder.join("generations"),
            epochs: self.folder.join("epochs"),
        }
    }

    async fn make(&self) -> Result<Made, ContinuityError> {
        self.clock.pass(std::time::Duration::from_secs(60));
        let watch: Arc<dyn Watch> = Arc::new(Silent);
        crate::make(
            &self.repository(),
            &self.parts("a = 1\n"),
            &self.ctx(),
            &watch,
        )
        .await
    }

    fn trusted(&self) -> Vec<audit::jws::Key> {
        self.keys.verifiers(&"operator".parse().unwrap()).unwrap()
    }

    async fn check(&self, name: &str, depth: Depth) -> Result<Checked, ContinuityError> {
        let trust = (self.trusted(), environment("test"));
        crate::check(
            &self.repository(),
            name,
            trust,
            depth,
            &self.scratch(),
            Arc::new(Silent),
        )
        .await
    }

    async fn restore(&self, name: &str, to: &Path) -> Result<Restored, ContinuityError> {
        let trust = (self.trusted(), environment("test"));
        crate::restore(&self.repository(), name, trust, to, Arc::new(Silent)).await
    }

    fn object_path(&self, id: ObjectId) -> PathBuf {
        self.folder.join(crate::source::path_of(id))
    }
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    let engines = store::danger_testing::each_engine(store::migrations::DATA, None);
    for db in engines.await.unwrap() {
        for sql in crate::STATEMENTS {
            db.prepare(sql).await.unwrap();
        }
    }
    let engines = store::danger_testing::each_engine(store::migrations::KEYS, None);
    for db in engines.await.unwrap() {
        for sql in crate::KEY_STATEMENTS {
            db.prepare(sql).await.unwrap();
        }
    }
}

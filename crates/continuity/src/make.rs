//! Making a recovery point: the database first, sealed in blocks, then what it names, then the manifest; the snapshot last of all.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{Clock, Ctx, Environment, Fault, Instant, ObjectId, Rng, TenantId};
use crypt::hash::{Sha256, sha256};
use crypt::sign::Ed25519Key;
use parking_lot::Mutex;
use rustic_core::jiff::tz::TimeZone;
use rustic_core::{BackupOptions, SnapshotOptions};
use store::objects::Objects as ObjectStorage;
use store::snapshot::{Question, Snapshot};
use store::{Db, Row, StoreError, Value, WriteSet};

use crate::apart::Opens;
use crate::generations::{self, Generation, KeyParts, Places};
use crate::manifest::{
    FORMAT, KeysAt, Log, Lying, Manifest, NAME, ObjectTree, Part, Sealed, StreamAt,
};
use crate::progress::Watch;
use crate::repository::{Access, LABEL, Line, Repository, SEALED, blocking, line};
use crate::scratch::Scratch;
use crate::source::{From, Object, Plain, Reading, Source, timestamp};
use crate::{ContinuityError, blocks, rows, sent_files, sql};

/// Files that go away while they are read (somebody deletes them) make us begin again so often.
const ATTEMPTS_MAX: u32 = 3;
/// Configuration in one point.
const CONFIGURATION_BYTES_MAX: usize = 16 << 20;
/// Where the database's files lie in a point.
pub(crate) const DATABASE: &str = "database";
/// Where its blocks lie in a point, and the list of them.
const BLOCKS: &str = "database/blocks";
const LIST: &str = "database/blocks.list";
/// Where the blocks lie while they are stored.
const SEALING: &str = "sealed";
/// Where the configuration lies in a point.
pub(crate) const CONFIGURATION: &str = "config";

/// A file of the configuration.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its path beneath `config/`, without `.` and `..`.
    pub path: PathBuf,
    /// What stands in it. Never a secret: those come as files of their own, which are not taken along.
    pub bytes: Vec<u8>,
}

/// What a point is made of, and who answers for it.
pub struct Parts {
    /// The data.
    pub db: Db,
    /// The files.
    pub objects: Arc<dyn ObjectStorage>,
    /// Bound into the point.
    pub environment: Environment,
    /// The name of the logs.
    pub origin: String,
    /// The program's version.
    pub program: String,
    /// The key store, and where its backups lie.
    pub keys: (KeyParts, Places),
    /// The key that signs the operator's log.
    pub signer: Arc<Ed25519Key>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// A folder for the copy of the database, on a disk with room for it.
    pub scratch: PathBuf,
    /// Where a stream notes how far it is, if there is one.
    pub stream: Option<PathBuf>,
    /// When it is.
    pub clock: Arc<dyn Clock>,
    /// The configuration.
    pub configuration: Vec<Piece>,
}

/// A point that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// As a list shows it.
    pub line: Line,
    /// What belongs to it.
    pub manifest: Manifest,
    /// SHA-256 of the signed manifest, as the log's entry says it.
    pub digest: [u8; 32],
    /// The entry's index in the operator's log.
    pub log_index: u64,
}

/// Make a point of what there is, and log it in the log of `ctx`'s tenant. A failure is logged as well.
///
/// # Errors
/// [`ContinuityError`]; the points that there are stay as they were.
pub async fn make(
    repository: &Repository,
    parts: &Parts,
    ctx: &Ctx,
    watch: &Arc<dyn Watch>,
) -> Result<Made, ContinuityError> {
    match attempts(repository, parts, ctx, watch).await {
        Ok(made) => Ok(made),
        Err(error) => {
            let entry = Entry::new(ctx, Action::BackupCreate, Outcome::Failed);
            let entry = entry.map_err(|error| ContinuityError::Record(error.to_string()))?;
            let set = WriteSet::new().log(entry.code(error.code()).finish(&ctx.tenant));
            if let Err(unlogged) = parts.db.commit(set).await {
                tracing::error!(error = %unlogged, "a backup that failed was not logged");
            }
            Err(error)
        }
    }
}

async fn attempts(
    repository: &Repository,
    parts: &Parts,
    ctx: &Ctx,
    watch: &Arc<dyn Watch>,
) -> Result<Made, ContinuityError> {
    repository.begin().await?;
    let scratch = Scratch::take(&parts.scratch).await?;
    watch.begins("copying the database");
    let taken = Taken::take(repository, parts, &scratch.inside("data")?, ctx.now).await?;
    // After the data: a key is there before what is sealed under it, so these keys open all of it.
    watch.begins("copying the keys");
    let (key_parts, places) = &parts.keys;
    let keys = generations::write(places, key_parts, &scratch.keys()?, ctx.now).await?;
    scratch.wipe_keys()?;
    watch.begins("sealing");
    let id = ObjectId::random(&*parts.rng);
    let sealed = seal(repository, parts, &taken, id, scratch.inside(SEALING)?).await?;
    let (line, manifest, text) =
        match stored(repository, parts, (&taken, &sealed, keys), watch).await {
            Ok(stored) => stored,
            Err(error) => {
                // It opens nothing.
                forget(repository, id);
                return Err(error);
            }
        };
    let made = record(parts, ctx, line, manifest, &text).await?;
    // Whoever sends finds what is noted still, and sends it once too often.
    if let Err(error) = taken.unsent.settle(&parts.db).await {
        tracing::warn!(%error, "files that the point has are noted as waiting still");
    }
    Ok(made)
}

fn forget(repository: &Repository, id: ObjectId) {
    let apart = repository.apart();
    let forgotten = apart.all().and_then(|all| {
        let mut of_it = all.iter().filter(|it| it.opens == Opens::Point(id));
        of_it.try_for_each(|it| apart.destroy(it))
    });
    if let Err(error) = forgotten {
        tracing::warn!(%error, "the key of a recovery point that was not made stays until its time is over");
    }
}

/// Store it, anew where files were deleted meanwhile.
async fn stored(
    repository: &Repository,
    parts: &Parts,
    (taken, sealed, keys): (&Taken, &SealedDatabase, Generation),
    watch: &Arc<dyn Watch>,
) -> Result<(Line, Manifest, String), ContinuityError> {
    let mut deleted = BTreeSet::new();
    let mut attempt = 0;
    loop {
        attempt += 1;
        watch.begins("storing");
        let reading = Arc::new(Reading::default());
        let of = (taken, sealed, keys);
        let stored = store(repository, parts, of, &deleted, &reading, watch).await;
        let missing = reading.missing();
        match stored {
            Ok(stored) => return Ok(stored),
            Err(error) if missing.is_empty() || attempt >= ATTEMPTS_MAX => {
                let broken = reading.broken();
                return Err(match error {
                    ContinuityError::Repository(_) if broken > 0 => ContinuityError::Unread(broken),
                    error => error,
                });
            }
            Err(_) => {
                for id in missing {
                    if names(&parts.db, id).await? {
                        return Err(ContinuityError::Unread(reading.broken()));
                    }
                    deleted.insert(id);
                }
            }
        }
    }
}

/// Whether the database names an object.
///
/// # Errors
/// Storage failures.
pub async fn names(db: &Db, id: ObjectId) -> Result<bool, ContinuityError> {
    let row = db.row(&sql::STANDS, vec![Value::from(id)]).await?;
    Ok(row.is_some())
}

/// What was read of the database, at one moment.
struct Taken {
    at: Instant,
    snapshot: Snapshot,
    objects: Vec<Object>,
    logs: Vec<Log>,
    stream: Option<StreamAt>,
    unsent: sent_files::Taken,
}

impl Taken {
    async fn take(
        repository: &Repository,
        parts: &Parts,
        scratch: &Path,
        at: Instant,
    ) -> Result<Self, ContinuityError> {
        // Before the database is read: what was sent until now is in it.
        let going = match &parts.stream {
            Some(state) => rows::going(repository, &parts.db, state).await?,
            None => None,
        };
        let unsent = Gathered::default();
        // Data that are about to be migrated may not know what waits.
        let also = match &parts.stream {
            Some(_) => vec![unsent.ask(&sql::UNSENT_ALL, sent_files::Taken::read)],
            None => Vec::new(),
        };
        let (snapshot, objects, logs) = copy(&parts.db, scratch.to_owned(), also).await?;
        // And what is sent from now on is of a later moment than it.
        let stream = going.map(|(chain, next)| StreamAt {
            chain,
            next,
            position: snapshot.position,
            whole_at: parts.clock.now().micros(),
        });
        Ok(Self {
            at,
            snapshot,
            objects,
            logs,
            stream,
            unsent: sent_files::Taken::together(unsent.all()?),
        })
    }
}

/// Copy the database into `folder`, and read from the copy which objects it names, where its logs stand, and what is `also` asked.
pub(crate) async fn copy(
    db: &Db,
    folder: PathBuf,
    also: Vec<Question>,
) -> Result<(Snapshot, Vec<Object>, Vec<Log>), ContinuityError> {
    let (objects, logs) = (Gathered::default(), Gathered::default());
    let mut questions = vec![
        objects.ask(&sql::OBJECTS, object),
        logs.ask(&sql::LOGS, log),
    ];
    questions.extend(also);
    let snapshot = db.snapshot(folder, questions).await?;
    Ok((snapshot, objects.all()?, logs.all()?))
}

/// The database's files, sealed under a key of the point's own.
struct SealedDatabase {
    id: ObjectId,
    files: Vec<Part>,
    what: Sealed,
    /// Where the blocks lie.
    blocks: PathBuf,
    list: Vec<u8>,
}

/// Seal the copy of the database into `folder`, and remove the copy.
async fn seal(
    repository: &Repository,
    parts: &Parts,
    taken: &Taken,
    id: ObjectId,
    folder: PathBuf,
) -> Result<SealedDatabase, ContinuityError> {
    let apart = repository.apart().clone();
    let environment = parts.environment.clone();
    let rng = Arc::clone(&parts.rng);
    let (kind, at, copies) = (taken.snapshot.kind, taken.at, taken.snapshot.parts.clone());
    blocking(move || {
        let blocks = folder.join("blocks");
        let sealed = blocks::seal(kind, &copies, &apart.converging(at, &*rng)?, &blocks)?;
        let named = copies.iter().zip(sealed.files);
        let files = named.map(|(path, digest)| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            part(&format!("{DATABASE}/{name}"), digest)
        });
        let files = files.collect();
        for copy in &copies {
            std::fs::remove_file(copy).map_err(|error| ContinuityError::file(copy, error))?;
        }
        let key = apart.make_point((at, id), &*rng)?;
        let list = blocks::seal_list(&key, (environment.as_str(), id), &sealed.list, &*rng)?;
        let what = Sealed {
            blocks: Lying {
                path: BLOCKS.to_owned(),
                bytes: sealed.bytes,
            },
            list: Lying {
                path: LIST.to_owned(),
                bytes: list.len() as u64,
            },
        };
        Ok(SealedDatabase {
            id,
            files,
            what,
            blocks,
            list,
        })
    })
    .await
}

fn part(path: &str, (bytes, sha256): (u64, String)) -> Part {
    Part {
        path: path.to_owned(),
        bytes,
        sha256,
    }
}

/// Length and SHA-256 of a file.
pub(crate) fn digest(path: &Path) -> Result<(u64, String), ContinuityError> {
    let failed = |error| ContinuityError::file(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let count = std::io::Read::read(&mut file, &mut piece).map_err(failed)?;
        if count == 0 {
            return Ok((bytes, hex::encode(hash.finish())));
        }
        bytes += count as u64;
        hash.update(piece.get(..count).unwrap_or_default());
    }
}

/// Rows of a question, as values of our own. What does not fit is an error at the end, not a row less.
struct Gathered<T>(Arc<Mutex<Result<Vec<T>, StoreError>>>);

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Ok(Vec::new()))))
    }
}

impl<T: Send + 'static> Gathered<T> {
    fn ask(&self, sql: &'static store::Sql, read: fn(&Row) -> Result<T, StoreError>) -> Question {
        let to = Arc::clone(&self.0);
        Question::new(sql, move |row| {
            let mut to = to.lock();
            match (read(&row), &mut *to) {
                (Ok(value), Ok(all)) => all.push(value),
                (Err(error), to) => *to = Err(error),
                (Ok(_), Err(_)) => {}
            }
            to.is_ok()
        })
    }

    fn all(self) -> Result<Vec<T>, StoreError> {
        std::mem::replace(&mut *self.0.lock(), Ok(Vec::new()))
    }
}

pub(crate) fn object(row: &Row) -> Result<Object, StoreError> {
    let at = usize::from(!row.is_null(1));
    let damaged = || StoreError::Damaged("a file's row does not hold together".into());
    Ok(Object {
        id: ObjectId::from_slice(row.bytes(at)?).ok_or_else(damaged)?,
        bytes: u64::try_from(row.int(2)?).map_err(|_| damaged())?,
        written_at: Instant::from_micros(row.int(3)?),
    })
}

pub(crate) fn log(row: &Row) -> Result<Log, StoreError> {
    let damaged = || StoreError::Damaged("a log's head does not hold together".into());
    let tenant: TenantId = row.text(0)?.parse().map_err(|_| damaged())?;
    Ok(Log {
        tenant: tenant.as_str().to_owned(),
        size: u64::try_from(row.int(1)?).map_err(|_| damaged())?,
        root: hex::encode(row.bytes(2)?),
    })
}

/// Store everything; the signed manifest is one of the files.
async fn store(
    repository: &Repository,
    parts: &Parts,
    (taken, sealed, keys): (&Taken, &SealedDatabase, Generation),
    deleted: &BTreeSet<ObjectId>,
    reading: &Arc<Reading>,
    watch: &Arc<dyn Watch>,
) -> Result<(Line, Manifest, String), ContinuityError> {
    let mut objects = taken.objects.clone();
    objects.retain(|object| !deleted.contains(&object.id));
    objects.sort_unstable();
    let mut tree = ObjectTree::default();
    for object in &objects {
        tree.push(object.id, object.bytes);
    }
    let mut plain = vec![
        Plain {
            path: BLOCKS.into(),
            bytes: sealed.what.blocks.bytes,
            from: From::Disk(sealed.blocks.clone()),
        },
        in_memory(LIST.into(), &sealed.list),
    ];
    let configuration = configuration(&parts.configuration, &mut plain)?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        id: sealed.id,
        environment: parts.environment.as_str().to_owned(),
        origin: parts.origin.clone(),
        taken_at: taken.at.to_string(),
        program: parts.program.clone(),
        engine: taken.snapshot.kind.as_str().to_owned(),
        schema: taken.snapshot.schema,
        database: sealed.files.clone(),
        sealed: Some(sealed.what.clone()),
        configuration,
        objects: tree.finish(deleted.iter().copied().collect()),
        logs: taken.logs.clone(),
        keys: KeysAt {
            generation: keys.number,
        },
        stream: taken.stream.clone(),
    };
    let text = manifest.sign(&parts.signer)?;
    plain.push(in_memory(NAME.into(), text.as_bytes()));
    let files = plain.len() + objects.len();

    let source = Source::new(
        plain,
        objects,
        taken.at,
        Arc::clone(&parts.objects),
        Arc::clone(reading),
    );
    let options = SnapshotOptions::default()
        .host(parts.origin.clone())
        .label(LABEL.to_owned())
        .description(manifest.id.to_string())
        .add_tags(SEALED)?
        .command("strongroom backup".to_owned())
        .time(timestamp(taken.at).to_zoned(TimeZone::UTC));
    let (this, reading, watch) = (repository.clone(), Arc::clone(reading), Arc::clone(watch));
    let line = blocking(move || {
        let opened = this.open(Access::Write, reading, watch)?.to_indexed_ids()?;
        let snapshot = options.to_snapshot()?;
        let root = [PathBuf::from("strongroom")];
        let snapshot = opened.archive(&BackupOptions::default(), &source, snapshot, &root)?;
        Ok(line(&snapshot))
    })
    .await?;
    if line.files != files as u64 {
        return Err(ContinuityError::Broken(
            "the repository took another number of files",
        ));
    }
    Ok((line, manifest, text))
}

fn configuration(pieces: &[Piece], plain: &mut Vec<Plain>) -> Result<Vec<Part>, ContinuityError> {
    let bytes: usize = pieces.iter().map(|piece| piece.bytes.len()).sum();
    if bytes > CONFIGURATION_BYTES_MAX {
        return Err(ContinuityError::Broken(
            "the configuration has more than 16 MiB",
        ));
    }
    let mut all = Vec::new();
    for piece in pieces {
        let path = Path::new(CONFIGURATION).join(&piece.path);
        all.push(Part {
            path: path.display().to_string(),
            bytes: piece.bytes.len() as u64,
            sha256: hex::encode(sha256(&[&piece.bytes])),
        });
        plain.push(in_memory(path, &piece.bytes));
    }
    Ok(all)
}

fn in_memory(path: PathBuf, bytes: &[u8]) -> Plain {
    Plain {
        path,
        bytes: bytes.len() as u64,
        from: From::Memory(bytes.into()),
    }
}

async fn record(
    parts: &Parts,
    ctx: &Ctx,
    line: Line,
    manifest: Manifest,
    text: &str,
) -> Result<Made, ContinuityError> {
    let digest = sha256(&[text.as_bytes()]);
    let failed = |error: String| ContinuityError::Record(error);
    let entry = Entry::new(ctx, Action::BackupCreate, Outcome::Ok)
        .map_err(|error| failed(error.to_string()))?
        .subject(*manifest.id.as_bytes())
        .digest(digest)
        .count(manifest.objects.count);
    let set = WriteSet::new().log(entry.finish(&ctx.tenant));
    let committed = parts.db.commit(set).await;
    let committed = committed.map_err(|error| failed(error.to_string()))?;
    let index = committed.log_indexes.first().copied();
    Ok(Made {
        line,
        manifest,
        digest,
        log_index: index.ok_or_else(|| failed("a commit without an entry".to_owned()))?,
    })
}

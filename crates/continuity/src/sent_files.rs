//! Files that came between two points: each leaves the machine before the piece of the stream that names it, as it lies, sealed
//! (`docs/formats/sent-file.md`).
//!
//! Invariant: a file is noted as sent only once every byte of it lies there, and its mark behind them.
//! Invariant: the stream waits for files for a few seconds, and never longer: what people write meanwhile is worth as much.

mod bring;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base::{Instant, ObjectId, PersonId, Rng, TenantId};
use crypt::hash::Sha256;
use crypt::{Context, sealed};
use futures_util::TryStreamExt;
use object_store::path::Path as Name;
use object_store::{ObjectMeta, PutMode, PutOptions, PutPayload};
use serde::{Deserialize, Serialize};
use store::objects::{ObjectReader, Objects};
use store::{Db, Row, StoreError, Value, WriteSet};
use tokio::time::Instant as Moment;

use crate::pieces::failed;
use crate::repository::{Access, Repository};
use crate::{ContinuityError, sql};
pub use bring::{Brought, bring};

/// The version of the form.
pub const FORMAT: &str = "strongroom-sent-file/1";
/// Where files lie in the repository's place, beside restic's folders.
pub(crate) const FOLDER: &str = "stream-files";
/// How a mark's name begins; the moment follows.
const END: &str = "end-";
/// All pieces of a file but the last, in bytes: what is held in memory.
const PIECE_BYTES: usize = 8 << 20;
/// A mark is no longer than this.
const END_BYTES_MAX: u64 = 1 << 12;
/// How long one look at what waits may take. What is not through then goes on with the next look.
const LOOK: Duration = Duration::from_secs(3);
/// Where it failed, it is tried again after this long.
const REST: Duration = Duration::from_secs(30);
/// So many that wait are looked at together.
const WAITING_MAX: u32 = 256;

/// What stands in a mark, inside the seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    format: String,
    object: String,
    at: i64,
    bytes: u64,
    piece_bytes: u64,
    sha256: String,
}

fn context(environment: &str, id: ObjectId) -> Context {
    Context::new("sent file")
        .text(environment)
        .bytes(id.as_bytes())
}

fn folder(id: ObjectId) -> Name {
    Name::from_iter([FOLDER, &id.to_string()])
}

fn piece_name(id: ObjectId, number: u64) -> Name {
    Name::from_iter([FOLDER, &id.to_string(), &format!("{number:06}")])
}

fn end_name(id: ObjectId, at: Instant) -> Name {
    let end = format!("{END}{:020}", at.micros());
    Name::from_iter([FOLDER, &id.to_string(), &end])
}

/// The moment in a mark's name.
fn ended_at(name: &Name) -> Option<Instant> {
    let at = name.filename()?.strip_prefix(END)?.parse().ok()?;
    Some(Instant::from_micros(at))
}

/// Everything that lies there of an object.
async fn lying(repository: &Repository, id: ObjectId) -> Result<Vec<ObjectMeta>, ContinuityError> {
    let all = repository.store().list(Some(&folder(id)));
    all.try_collect().await.map_err(failed)
}

/// Put what is not there yet. What is there already under the name was put by somebody who could not note it any more.
async fn put(repository: &Repository, name: &Name, bytes: Vec<u8>) -> Result<(), ContinuityError> {
    let options = PutOptions {
        mode: PutMode::Create,
        ..PutOptions::default()
    };
    let payload = PutPayload::from(bytes);
    match repository.store().put_opts(name, payload, options).await {
        Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// A file that waits.
#[derive(Clone, Debug)]
struct Waits {
    tenant: TenantId,
    person: PersonId,
    file: ObjectId,
    /// Where its bytes lie.
    object: ObjectId,
    bytes: u64,
}

impl Waits {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let damaged = || StoreError::Damaged("a file's row does not hold together".into());
        let id = |at: usize| ObjectId::from_slice(row.bytes(at)?).ok_or_else(damaged);
        let object = if row.is_null(3) { id(2)? } else { id(3)? };
        Ok(Self {
            tenant: row.text(0)?.parse().map_err(|_| damaged())?,
            person: PersonId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
            file: id(2)?,
            object,
            bytes: u64::try_from(row.int(4)?).map_err(|_| damaged())?,
        })
    }

    /// Have it wait no longer, if its bytes still lie there.
    fn settled(&self, set: WriteSet) -> WriteSet {
        let params: Vec<Value> = vec![
            (&self.tenant).into(),
            self.person.into(),
            self.file.into(),
            self.object.into(),
        ];
        set.run(&sql::SENT, params)
    }
}

/// Files that wait to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: u64,
    /// Their length together, in bytes.
    pub bytes: u64,
    /// Since when the first of them waits.
    pub since: Option<Instant>,
}

/// How many files wait.
///
/// # Errors
/// [`ContinuityError::Store`].
pub async fn waiting(db: &Db) -> Result<Waiting, ContinuityError> {
    let Some(row) = db.row(&sql::WAITING, vec![]).await? else {
        return Ok(Waiting::default());
    };
    let number = |at: usize| row.int(at).map(|it| u64::try_from(it).unwrap_or(0));
    Ok(Waiting {
        count: number(0)?,
        bytes: number(1)?,
        since: if row.is_null(2) {
            None
        } else {
            Some(Instant::from_micros(row.int(2)?))
        },
    })
}

/// Whether a file stands in `db` that should lie in a backup: it waits no longer.
///
/// # Errors
/// [`ContinuityError::Store`].
pub async fn stands_sent(db: &Db, id: ObjectId) -> Result<bool, ContinuityError> {
    let row = db.row(&sql::STANDS_SENT, vec![Value::from(id)]).await?;
    Ok(row.is_some())
}

/// What a point has, it has: of the files that waited when it was read, those wait no longer.
pub(crate) struct Taken(Vec<Waits>);

impl Taken {
    pub(crate) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self(vec![Waits::read(row)?]))
    }

    pub(crate) fn together(all: Vec<Self>) -> Self {
        Self(all.into_iter().flat_map(|it| it.0).collect())
    }

    pub(crate) async fn settle(&self, db: &Db) -> Result<(), ContinuityError> {
        for some in self.0.chunks(WAITING_MAX as usize) {
            let set = some.iter().fold(WriteSet::new(), |set, it| it.settled(set));
            db.commit(set).await?;
        }
        Ok(())
    }
}

/// A file on its way.
struct Copying {
    reader: Arc<dyn ObjectReader>,
    object: ObjectId,
    /// Numbers of the pieces that lie there.
    there: BTreeSet<u64>,
    next: u64,
    hash: Sha256,
}

/// Whose fault it is that a file did not go.
enum Trouble {
    Source(StoreError),
    Repository(ContinuityError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Source(error)
    }
}

impl From<ContinuityError> for Trouble {
    fn from(error: ContinuityError) -> Self {
        Self::Repository(error)
    }
}

/// Sends files.
pub struct FileStream {
    repository: Repository,
    db: Db,
    objects: Arc<dyn Objects>,
    rng: Arc<dyn Rng>,
    /// A large one, between two looks.
    copying: Option<Copying>,
    /// Those that are damaged or gone, and when somebody looks at them again.
    aside: BTreeMap<ObjectId, Moment>,
    rests_until: Option<Moment>,
}

impl fmt::Debug for FileStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileStream").field(&self.repository).finish()
    }
}

impl FileStream {
    /// Send what waits in `db`, and lies in `objects`.
    #[must_use]
    pub const fn new(
        repository: Repository,
        db: Db,
        objects: Arc<dyn Objects>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        Self {
            repository,
            db,
            objects,
            rng,
            copying: None,
            aside: BTreeMap::new(),
            rests_until: None,
        }
    }

    /// Send every file that waits at this moment; those that take longer than a few seconds go on with the next call. What fails is said, and
    /// tried again later: it holds nothing up.
    pub(crate) async fn send(&mut self, now: Instant) {
        let begun = Moment::now();
        if self.rests_until.is_some_and(|until| begun < until) {
            return;
        }
        self.rests_until = None;
        self.aside.retain(|_, until| begun < *until);
        if let Err(error) = self.look(now, begun + LOOK).await {
            tracing::error!(%error, "a file that was uploaded lately has not left this machine; it is tried again");
            self.rests_until = Some(Moment::now() + REST);
        }
    }

    async fn look(&mut self, now: Instant, until: Moment) -> Result<(), ContinuityError> {
        loop {
            let rows = self.db.rows(&sql::UNSENT, vec![WAITING_MAX.into()]).await?;
            let waits = rows.iter().map(Waits::read);
            let mut waits = waits.collect::<Result<Vec<_>, _>>()?;
            let whole = waits.len() < WAITING_MAX as usize;
            waits.retain(|it| !self.aside.contains_key(&it.object));
            // Small ones first: a large one holds none of them up.
            waits.sort_by_key(|it| it.bytes > PIECE_BYTES as u64);
            let mut set = WriteSet::new();
            let (mut sent, mut outcome) = (0, Ok(()));
            for it in &waits {
                if Moment::now() >= until {
                    break;
                }
                match self.copy(it, now, until).await {
                    Ok(true) => {
                        set = it.settled(set);
                        sent += 1;
                    }
                    Ok(false) => break,
                    // Where they lie is away: the next one would not be read either.
                    Err(Trouble::Source(error @ StoreError::Unavailable(_))) => {
                        outcome = Err(error.into());
                        break;
                    }
                    Err(Trouble::Source(error)) => {
                        tracing::error!(%error, object = %it.object, "a file that waits to be sent cannot be read");
                        self.aside.insert(it.object, Moment::now() + REST);
                    }
                    Err(Trouble::Repository(error)) => {
                        outcome = Err(error);
                        break;
                    }
                }
            }
            if sent > 0 {
                self.db.commit(set).await?;
            }
            outcome?;
            if whole || sent == 0 || Moment::now() >= until {
                return Ok(());
            }
        }
    }

    /// Send a file, or more of it: whether it lies there whole.
    async fn copy(&mut self, it: &Waits, now: Instant, until: Moment) -> Result<bool, Trouble> {
        let mut copying = match self.copying.take_if(|copying| copying.object == it.object) {
            Some(copying) => copying,
            None => match self.begin(it).await? {
                Some(copying) => copying,
                // It lies there, or nobody names it any more.
                None => return Ok(true),
            },
        };
        let bytes = copying.reader.len();
        let pieces = bytes.div_ceil(PIECE_BYTES as u64).max(1);
        let mut piece = Vec::new();
        while copying.next <= pieces {
            if copying.next > 1 && Moment::now() >= until {
                self.copying = Some(copying);
                return Ok(false);
            }
            let from = (copying.next - 1) * PIECE_BYTES as u64;
            let take = usize::try_from(bytes - from).map_or(PIECE_BYTES, |it| it.min(PIECE_BYTES));
            copying.reader.read_at(from, &mut piece, take).await?;
            copying.hash.update(&piece);
            if !copying.there.contains(&copying.next) {
                let name = piece_name(it.object, copying.next);
                put(&self.repository, &name, std::mem::take(&mut piece)).await?;
            }
            copying.next += 1;
        }
        let end = End {
            format: FORMAT.to_owned(),
            object: it.object.to_string(),
            at: now.micros(),
            bytes,
            piece_bytes: PIECE_BYTES as u64,
            sha256: hex::encode(copying.hash.finish()),
        };
        let sealed = seal(&self.repository, it.object, &end, &*self.rng)?;
        put(&self.repository, &end_name(it.object, now), sealed).await?;
        Ok(true)
    }

    async fn begin(&self, it: &Waits) -> Result<Option<Copying>, Trouble> {
        let lying = lying(&self.repository, it.object).await?;
        if lying.iter().any(|meta| ended_at(&meta.location).is_some()) {
            return Ok(None);
        }
        let Some(reader) = self.objects.open(it.object).await? else {
            if crate::names(&self.db, it.object).await? {
                let why = "the database names it, and it is not there";
                return Err(Trouble::Source(StoreError::Damaged(why.into())));
            }
            return Ok(None);
        };
        let there = lying.iter().filter_map(|meta| {
            let number: u64 = meta.location.filename()?.parse().ok()?;
            Some(number)
        });
        Ok(Some(Copying {
            reader,
            object: it.object,
            there: there.collect(),
            next: 1,
            hash: Sha256::new(),
        }))
    }
}

fn seal(
    repository: &Repository,
    id: ObjectId,
    end: &End,
    rng: &dyn Rng,
) -> Result<Vec<u8>, ContinuityError> {
    let text = serde_json::to_vec(end)
        .map_err(|_| ContinuityError::Internal("a mark cannot be written"))?;
    let place = context(repository.key().environment(), id);
    Ok(sealed::seal(&repository.key().stream(), &place, &text, rng))
}

/// Remove files that were sent before `before`; how many, and their bytes.
pub(crate) async fn prune(
    repository: &Repository,
    access: Access,
    before: Instant,
) -> Result<(u64, u64), ContinuityError> {
    if access != Access::Prune {
        return Err(ContinuityError::Internal("only the pruner removes"));
    }
    let mut objects: BTreeMap<String, Vec<ObjectMeta>> = BTreeMap::new();
    let mut all = repository.store().list(Some(&Name::from(FOLDER)));
    while let Some(meta) = all.try_next().await.map_err(failed)? {
        if let Some(object) = meta.location.parts().nth(1) {
            let object = object.as_ref().to_owned();
            objects.entry(object).or_default().push(meta);
        }
    }
    let (mut count, mut bytes) = (0, 0);
    for mut lying in objects.into_values() {
        let marked = lying.iter().filter_map(|meta| ended_at(&meta.location));
        // Without a mark it was cut short: then the storage says when.
        let stored = lying.iter().map(|meta| meta.last_modified);
        let stored = stored.max().map_or(0, |at| at.timestamp_micros());
        if marked.max().unwrap_or(Instant::from_micros(stored)) >= before {
            continue;
        }
        // The mark first: what is left without one is nothing.
        lying.sort_by_key(|meta| ended_at(&meta.location).is_none());
        for meta in lying {
            let removed = repository.storage().remove(&meta.location).await;
            removed.map_err(|error| ContinuityError::Repository(error.to_string()))?;
            bytes += meta.size;
        }
        count += 1;
    }
    Ok((count, bytes))
}

#[cfg(test)]
mod tests {
    use base::SeededRng;
    use serde_json::{Value, json};

    use super::*;
    use crate::{RepositoryKey, Storage};

    /// The vector that is committed: made again bit for bit, and opened.
    #[test]
    fn the_committed_mark_is_made_again() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/formats/vectors/sent-file.json"
        );
        let folder = tempfile::tempdir().unwrap();
        let environment = "production".parse().unwrap();
        let key = RepositoryKey::new(&[5; 32], &environment).unwrap();
        let apart = crate::Apart::at(folder.path());
        let repository = Repository::new(Storage::folder(folder.path()).unwrap(), key, apart);
        let object = ObjectId::from_bytes([7; 16]);
        let at = Instant::from_micros(1_800_000_001_000_000);
        let bytes = [9_u8; 3];
        let end = End {
            format: FORMAT.to_owned(),
            object: object.to_string(),
            at: at.micros(),
            bytes: 3,
            piece_bytes: PIECE_BYTES as u64,
            sha256: hex::encode(crypt::hash::sha256(&[&bytes])),
        };
        let sealed = seal(&repository, object, &end, &SeededRng::new(4)).unwrap();
        let made = json!({
            "repository_key": hex::encode([5; 32]),
            "environment": "production",
            "object": object.to_string(),
            "bytes": hex::encode(bytes),
            "pieces": [piece_name(object, 1).to_string()],
            "mark": end_name(object, at).to_string(),
            "seed": 4,
            "plain": serde_json::to_string(&end).unwrap(),
            "sealed": hex::encode(&sealed),
        });
        if std::env::var_os("VECTORS_UPDATE").is_some() {
            std::fs::write(path, format!("{made:#}\n")).unwrap();
        }
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(made, kept);
        let sealed = hex::decode(kept["sealed"].as_str().unwrap()).unwrap();
        let key = repository.key().stream();
        let opened = sealed::open(&key, &context("production", object), &sealed).unwrap();
        assert_eq!(serde_json::from_slice::<End>(&opened).unwrap(), end);
        // Of another object, or of another environment, it does not open.
        let other = ObjectId::from_bytes([8; 16]);
        for place in [context("production", other), context("test", object)] {
            assert!(sealed::open(&key, &place, &sealed).is_err());
        }
    }
}

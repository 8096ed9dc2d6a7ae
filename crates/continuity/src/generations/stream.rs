//! Between two generations: what is committed to the key store lies beside the newest one a second later, sealed under its epoch key, and
//! goes with it. Without this, data of persons who came since would come back without their keys.
//!
//! Invariant: pieces are sealed under the epoch key of a generation that was read after everything before them was followed.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Environment, Instant, Rng};
use crypt::{SymmetricKey, kdf, sealed};
use store::Db;
use store::follow::{Follower, Pages};

use super::rows::PIECE;
use super::{Epochs, Generation, Places, living, make_folder};
use crate::ContinuityError;
use crate::pieces::{context, name_of, parse_name};
use crate::repository::blocking;
use crate::stream::{Looked, read, write, write_over};

/// What the key of the pieces is derived from the epoch key for.
const LABEL: &str = "key stream";
/// Pages that are kept in memory for the next generation. With more, a new generation is due.
const KEPT_BYTES_MAX: usize = 256 << 20;
const BROKEN: ContinuityError =
    ContinuityError::Broken("a piece behind the backup of the keys is not what was written");

/// Whether all that was committed lies beside a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It does.
    Whole,
    /// Only a generation that is made from now on can be gone on from.
    NeedsGeneration,
}

/// Follows the key store.
pub struct KeyStream {
    follower: Follower,
    places: Places,
    environment: Environment,
    rng: Arc<dyn Rng>,
    /// Since when everything that was committed is known.
    since: Option<Instant>,
    /// The generation that pieces go to, and the number of the next one.
    to: Option<(Generation, u64)>,
    /// Every page that was committed since the last generation was noticed, as it was last.
    changed: BTreeMap<u32, Vec<u8>>,
    /// The same for the time between the two that were noticed last: the next one may have been read before this one was noticed.
    before: BTreeMap<u32, Vec<u8>>,
    page_bytes: u32,
    database_pages: u32,
}

impl std::fmt::Debug for KeyStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KeyStream").field(&self.to).finish()
    }
}

impl KeyStream {
    /// Follow the key store `db` from now on. `None`: it is none of SQLite.
    ///
    /// # Errors
    /// [`ContinuityError::Store`].
    pub async fn begin(
        db: &Db,
        places: Places,
        environment: Environment,
        rng: Arc<dyn Rng>,
    ) -> Result<Option<Self>, ContinuityError> {
        let Some(follower) = db.follow(None).await? else {
            return Ok(None);
        };
        Ok(Some(Self {
            follower,
            places,
            environment,
            rng,
            since: None,
            to: None,
            changed: BTreeMap::new(),
            before: BTreeMap::new(),
            page_bytes: 0,
            database_pages: 0,
        }))
    }

    /// Put what was committed beside the newest generation; `now` is the moment before it is read.
    ///
    /// # Errors
    /// [`ContinuityError`]; nothing is lost, it goes with the next one.
    pub async fn send(&mut self, now: Instant) -> Result<Kept, ContinuityError> {
        // Looked for before the pages are read: what is put beside a generation was read after it, so that nobody is in its pieces who was
        // erased before it.
        let newest = self.newest().await?;
        let drained = self.follower.drain().await?;
        if !drained.joins {
            // What was committed before is known to nobody: a generation that is read from now on has it.
            self.changed.clear();
            self.before.clear();
            (self.since, self.to) = (Some(now), None);
        }
        let mut fresh = BTreeMap::new();
        if let Some(pages) = drained.pages {
            (self.page_bytes, self.database_pages) = (pages.page_bytes, pages.database_pages);
            fresh = pages.pages;
        }
        let newest = newest.filter(|it| self.since.is_some_and(|since| it.taken_at() >= since));
        let known = self.to.map(|(generation, _)| generation);
        if newest.is_some() && newest != known {
            // A new generation: everything since the one before it, which is more than it lacks.
            self.changed.extend(fresh);
            self.to = newest.map(|it| (it, 1));
            let since = std::mem::take(&mut self.changed);
            let mut all = std::mem::replace(&mut self.before, since.clone());
            all.extend(since);
            return self.put(all, now).await;
        }
        if self.to.is_none() {
            self.changed.extend(fresh);
            return Ok(Kept::NeedsGeneration);
        }
        // Whether it can be put or not, the next generation gets it.
        for (page, bytes) in &fresh {
            self.changed.insert(*page, bytes.clone());
        }
        self.put(fresh, now).await
    }

    async fn newest(&self) -> Result<Option<Generation>, ContinuityError> {
        let places = self.places.clone();
        blocking(move || {
            let there = places.folder.is_dir() && places.epochs.is_dir();
            Ok(if there {
                living(&places)?.into_iter().next()
            } else {
                None
            })
        })
        .await
    }

    async fn put(
        &mut self,
        pages: BTreeMap<u32, Vec<u8>>,
        now: Instant,
    ) -> Result<Kept, ContinuityError> {
        let Some((generation, number)) = self.to else {
            return Ok(Kept::NeedsGeneration);
        };
        if !pages.is_empty() {
            let piece = Pages {
                page_bytes: self.page_bytes,
                database_pages: self.database_pages,
                pages,
            };
            let (places, environment) = (self.places.clone(), self.environment.clone());
            let rng = Arc::clone(&self.rng);
            let put = blocking(move || {
                let at = (generation, number, now);
                let plain = write(&chain(generation), number, Looked::at_once(now), &piece)?;
                let plain = zeroize::Zeroizing::new(plain);
                seal(&places, &environment, at, &plain, &*rng)
            });
            if let Err(error) = put.await {
                // This one has a gap now: none but a newer one is gone on from.
                (self.since, self.to) = (Some(now), None);
                return Err(error);
            }
            self.to = Some((generation, number + 1));
        }
        let bytes = self.changed.len() * self.page_bytes as usize;
        Ok(if bytes > KEPT_BYTES_MAX {
            Kept::NeedsGeneration
        } else {
            Kept::Whole
        })
    }
}

/// Where the pieces of a generation lie.
fn folder_of(places: &Places, generation: Generation) -> PathBuf {
    places
        .folder
        .join(format!("{:08}.stream", generation.number))
}

/// The generation's number in a folder's name.
pub(super) fn number_of(name: &str) -> Option<u64> {
    name.strip_suffix(".stream")?.parse().ok()
}

pub(super) fn chain(generation: Generation) -> String {
    format!("keys-{:08}", generation.number)
}

fn key_of(epoch: &SymmetricKey) -> SymmetricKey {
    kdf::derive(epoch, LABEL, &[])
}

/// Put a piece beside a generation, under its epoch key.
pub(super) fn seal(
    places: &Places,
    environment: &Environment,
    (generation, number, at): (Generation, u64, Instant),
    plain: &[u8],
    rng: &dyn Rng,
) -> Result<(), ContinuityError> {
    let key = key_of(&Epochs::at(&places.epochs)?.key(generation.number)?);
    let place = context(environment.as_str(), &chain(generation), number);
    let sealed = sealed::seal(&key, &place, plain, rng);
    let folder = folder_of(places, generation);
    make_folder(&folder)?;
    let path = folder.join(name_of(number, at));
    let failed = |error| ContinuityError::file(&path, error);
    let beside = path.with_extension("part");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(failed)?;
    file.write_all(&sealed).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&beside, &path).map_err(failed)?;
    File::open(&folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

/// Open the pieces beside a generation, in their order, and hand each to `each`. How many there are.
fn open(
    places: &Places,
    environment: &Environment,
    generation: Generation,
    epoch: &SymmetricKey,
    mut each: impl FnMut(u64, Instant, &[u8]) -> Result<(), ContinuityError>,
) -> Result<u64, ContinuityError> {
    let folder = folder_of(places, generation);
    let failed = |error| ContinuityError::file(&folder, error);
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(failed)?,
    };
    let mut there = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if let Some((number, at)) = name.to_str().and_then(parse_name) {
            there.push((number, at, entry.path()));
        }
    }
    there.sort_unstable();
    let key = key_of(epoch);
    let chain = chain(generation);
    let mut last = 0;
    for (number, at, path) in there {
        // Two of one number are the same, put once more after a failure.
        if number > last + 1 {
            return Err(ContinuityError::Broken(
                "a piece behind the backup of the keys is missing",
            ));
        }
        last = number;
        let bytes = std::fs::read(&path).map_err(|error| ContinuityError::file(&path, error))?;
        let place = context(environment.as_str(), &chain, number);
        let plain = sealed::open(&key, &place, &bytes).map_err(|_| BROKEN)?;
        each(number, at, &plain)?;
    }
    Ok(last)
}

/// Take the key store at `file`, as `generation` had it, to what was committed last. How many pieces that took.
pub(super) fn forward(
    places: &Places,
    environment: &Environment,
    generation: Generation,
    epoch: &SymmetricKey,
    file: &Path,
) -> Result<u64, ContinuityError> {
    open(
        places,
        environment,
        generation,
        epoch,
        |number, at, plain| {
            let (head, pages) = read(plain)?;
            if head.number != number || head.at != at.micros() {
                return Err(BROKEN);
            }
            write_over(file, &head, &pages)
        },
    )
}

/// Put the pieces of a key store of PostgreSQL, unsealed, into the folder `to`, until they are repeated.
pub(super) fn lay_out(
    places: &Places,
    environment: &Environment,
    generation: Generation,
    epoch: &SymmetricKey,
    to: &Path,
) -> Result<u64, ContinuityError> {
    open(
        places,
        environment,
        generation,
        epoch,
        |number, at, plain| {
            let path = to.join(format!("{}.{PIECE}", name_of(number, at)));
            let failed = |error| ContinuityError::file(&path, error);
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .map_err(failed)?;
            file.write_all(plain).map_err(failed)
        },
    )
}

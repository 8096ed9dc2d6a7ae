//! The third place: keys that die before what they open is removed. A point's, those of the hours in which something was sent, and the secret by
//! which blocks are sealed (`docs/decisions/031-points-gone-by-key.md`).
//!
//! Invariant: a key is on the disk before anything is sealed under it, and is never replaced.
//! Invariant: what is destroyed is overwritten first.

use std::fmt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base::{Instant, ObjectId, Rng};
use crypt::SymmetricKey;
use parking_lot::Mutex;

use crate::{ContinuityError, keyfile};

/// Where they lie, beside epoch keys and the ledger.
const FOLDER: &str = "points";
const HOUR_MICROS: i64 = 3_600_000_000;
/// So long equal blocks are sealed alike. Then everything is stored once more, and nobody can try guesses on what was stored before.
pub(crate) const CONVERGES_FOR: Duration = Duration::from_hours(24 * 30);

/// What a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opens {
    /// The point of this id, read at the key's moment.
    Point(ObjectId),
    /// What was sent in the hour that begins at the key's moment.
    Hour,
    /// Nothing: it makes the keys of blocks.
    Blocks,
}

/// A key that is there.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) opens: Opens,
    pub(crate) at: Instant,
    path: PathBuf,
}

impl Kept {
    /// When the time that it stands for is over.
    pub(crate) fn until(&self) -> Instant {
        match self.opens {
            Opens::Hour => self.at.after(Duration::from_hours(1)),
            Opens::Point(_) | Opens::Blocks => self.at,
        }
    }

    fn parse(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let (name, kind) = name.rsplit_once('.')?;
        let (at, opens) = match kind {
            "point" => {
                let (at, id) = name.split_once('-')?;
                (at, Opens::Point(id.parse().ok()?))
            }
            "hour" => (name, Opens::Hour),
            "blocks" => (name, Opens::Blocks),
            _ => return None,
        };
        let at = Instant::from_micros(at.parse().ok()?);
        Some(Self { opens, at, path })
    }
}

/// The third place.
#[derive(Clone)]
pub struct Apart {
    folder: PathBuf,
    /// The key of the hour that was asked for last.
    hour: Arc<Mutex<Option<(i64, SymmetricKey)>>>,
}

impl fmt::Debug for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Apart").field(&self.folder).finish()
    }
}

/// The number of the hour that a moment is in, counted from 1970.
pub(crate) const fn hour_of(at: Instant) -> i64 {
    at.micros().div_euclid(HOUR_MICROS)
}

impl Apart {
    /// The place in which epoch keys lie.
    #[must_use]
    pub fn at(place: &Path) -> Self {
        Self {
            folder: place.join(FOLDER),
            hour: Arc::default(),
        }
    }

    /// Where the keys lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether keys can be looked for.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.folder.is_dir()
    }

    /// Every key. Where the place is not there, there are none.
    pub(crate) fn all(&self) -> Result<Vec<Kept>, ContinuityError> {
        let failed = |error| ContinuityError::file(&self.folder, error);
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut all = Vec::new();
        for entry in entries {
            all.extend(Kept::parse(entry.map_err(failed)?.path()));
        }
        Ok(all)
    }

    /// How old the points and hours are at `now` whose keys are there.
    ///
    /// # Errors
    /// [`ContinuityError::File`] where the place cannot be read.
    pub fn ages(&self, now: Instant) -> Result<Vec<Duration>, ContinuityError> {
        let all = self.all()?.into_iter();
        let opening = all.filter(|it| it.opens != Opens::Blocks);
        Ok(opening.map(|it| now.since(it.until())).collect())
    }

    fn make_folder(&self) -> Result<(), ContinuityError> {
        let made = std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder);
        made.map_err(|error| ContinuityError::file(&self.folder, error))
    }

    fn make(&self, name: String, rng: &dyn Rng) -> Result<SymmetricKey, ContinuityError> {
        self.make_folder()?;
        let path = self.folder.join(name);
        keyfile::make(&path, rng).map_err(|error| ContinuityError::file(&path, error))
    }

    /// A key for a new point.
    pub(crate) fn make_point(
        &self,
        (at, id): (Instant, ObjectId),
        rng: &dyn Rng,
    ) -> Result<SymmetricKey, ContinuityError> {
        self.make(format!("{:020}-{id}.point", at.micros()), rng)
    }

    /// The key of a point.
    ///
    /// # Errors
    /// [`ContinuityError::KeyGone`].
    pub(crate) fn point(&self, id: ObjectId) -> Result<SymmetricKey, ContinuityError> {
        let mut all = self.all()?.into_iter();
        let kept = all
            .find(|it| it.opens == Opens::Point(id))
            .ok_or_else(|| ContinuityError::KeyGone(format!("recovery point {id}")))?;
        keyfile::read(&kept.path)
    }

    /// The key of the hour that `at` is in; made, where there is none and `rng` says so.
    ///
    /// # Errors
    /// [`ContinuityError::KeyGone`].
    pub(crate) fn hour(
        &self,
        at: Instant,
        rng: Option<&dyn Rng>,
    ) -> Result<SymmetricKey, ContinuityError> {
        let hour = hour_of(at);
        let mut last = self.hour.lock();
        if let Some((known, key)) = &*last
            && *known == hour
        {
            return Ok(key.duplicate());
        }
        let begins = Instant::from_micros(hour.saturating_mul(HOUR_MICROS));
        let name = format!("{:020}.hour", begins.micros());
        let path = self.folder.join(&name);
        let key = match (path.is_file(), rng) {
            (true, _) => keyfile::read(&path)?,
            (false, None) => {
                let what = format!("what was sent in the hour of {begins}");
                return Err(ContinuityError::KeyGone(what));
            }
            (false, Some(rng)) => match self.make(name, rng) {
                // Another node was faster.
                Err(ContinuityError::File { error, .. })
                    if error.kind() == std::io::ErrorKind::AlreadyExists =>
                {
                    keyfile::read(&path)?
                }
                made => made?,
            },
        };
        *last = Some((hour, key.duplicate()));
        Ok(key)
    }

    /// The secret by which blocks are sealed at `now`. One that is over goes.
    pub(crate) fn converging(
        &self,
        now: Instant,
        rng: &dyn Rng,
    ) -> Result<SymmetricKey, ContinuityError> {
        let all = self.all()?;
        let blocks = || all.iter().filter(|it| it.opens == Opens::Blocks);
        let newest = blocks().max_by_key(|it| it.at);
        let key = match newest.filter(|it| now.since(it.at) < CONVERGES_FOR) {
            Some(newest) => keyfile::read(&newest.path)?,
            None => self.make(format!("{:020}.blocks", now.micros()), rng)?,
        };
        for over in blocks().filter(|it| now.since(it.at) >= CONVERGES_FOR) {
            self.destroy(over)?;
        }
        Ok(key)
    }

    /// Destroy a key.
    pub(crate) fn destroy(&self, kept: &Kept) -> Result<(), ContinuityError> {
        if kept.opens == Opens::Hour {
            *self.hour.lock() = None;
        }
        match keyfile::destroy(&kept.path) {
            // Somebody else did.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            done => done.map_err(|error| ContinuityError::file(&kept.path, error)),
        }
    }

    /// Remove what was left behind by somebody who was interrupted while making a key, longer ago than an hour.
    pub(crate) fn sweep(&self) -> Result<(), ContinuityError> {
        let failed = |error| ContinuityError::file(&self.folder, error);
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let unfinished = path.extension().is_some_and(|it| it == keyfile::UNFINISHED);
            let modified = entry.metadata().and_then(|it| it.modified());
            let age = modified.ok().and_then(|it| it.elapsed().ok());
            if unfinished && age.is_some_and(|age| age > Duration::from_hours(1)) {
                keyfile::destroy(&path).map_err(failed)?;
            }
        }
        Ok(())
    }
}

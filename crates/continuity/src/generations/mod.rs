//! Backups of the key store: the last two generations, each under an epoch key that is destroyed with it
//! (`docs/decisions/021-key-epochs.md`).
//!
//! Invariant: a generation is read back whole before an older one is destroyed.
//! Invariant: a generation that holds keys of somebody who was erased since is destroyed as soon as there is a newer one.

mod epochs;
mod rows;
mod sealed;
mod stream;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Environment, Instant, Rng};
use crypt::SymmetricKey;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use store::Db;
use store::snapshot::{Kind, Question, SQLITE_PART, check_sqlite};

use crate::make::digest;
use crate::manifest::Part;
use crate::repository::blocking;
use crate::scratch::Scratch;
use crate::{ContinuityError, sql};
use epochs::Epochs;
pub use rows::{KeyRows, forward};
pub use stream::{Kept, KeyStream};

/// The version of the form (`docs/formats/key-generation.md`).
pub const FORMAT: &str = "strongroom-key-generation/1";
/// How many are kept.
const KEPT: usize = 2;

/// Where generations and their epoch keys lie: apart from one another.
#[derive(Clone, Debug)]
pub struct Places {
    /// The sealed generations.
    pub folder: PathBuf,
    /// Their epoch keys: a place that survives the machine, and where what is overwritten is gone.
    pub epochs: PathBuf,
}

/// What a generation is made of.
#[derive(Clone)]
pub struct KeyParts {
    /// The key store.
    pub db: Db,
    /// Bound into the generation.
    pub environment: Environment,
    /// Chance.
    pub rng: Arc<dyn Rng>,
}

/// What stands at the head of a generation, inside the seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    number: u64,
    environment: String,
    taken_at: i64,
    engine: String,
    schema: u32,
    gone: u64,
    parts: Vec<Part>,
}

/// A generation that can be opened: its seal and its epoch key are both there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Generation {
    /// Counted from 1.
    pub number: u64,
    /// The moment before it was read, in microseconds: what was destroyed until then is not in it.
    pub taken_at: i64,
}

impl Generation {
    /// When it was read.
    #[must_use]
    pub const fn taken_at(&self) -> Instant {
        Instant::from_micros(self.taken_at)
    }

    fn name(&self) -> String {
        format!("{:08}-{}.sealed", self.number, self.taken_at)
    }

    fn parse(name: &str) -> Option<Self> {
        let (number, taken_at) = name.strip_suffix(".sealed")?.split_once('-')?;
        let generation = Self {
            number: number.parse().ok()?,
            taken_at: taken_at.parse().ok()?,
        };
        (generation.name() == name).then_some(generation)
    }
}

/// A generation that lies in a folder now.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Which one.
    pub generation: Generation,
    /// The engine that wrote the files.
    pub kind: Kind,
    /// The number of the key store's last migration.
    pub schema: u32,
    /// The folder with the key store's files; those of PostgreSQL still have to be filled in, and then gone on with by [`forward`].
    pub folder: PathBuf,
}

/// The generations that can be opened, the newest first.
///
/// # Errors
/// [`ContinuityError::File`].
pub fn living(places: &Places) -> Result<Vec<Generation>, ContinuityError> {
    let epochs = Epochs::at(&places.epochs)?;
    let mut found: Vec<Generation> = names(&places.folder)?
        .iter()
        .filter_map(|name| Generation::parse(name))
        .filter(|generation| epochs.has(generation.number))
        .collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    Ok(found)
}

/// The generations that can be opened, the newest first, each with how many persons' keys were destroyed when it was read: who is not among
/// those may be in it. Whoever was erased is told by counts, which no clock changes.
///
/// # Errors
/// [`ContinuityError::File`].
pub async fn told(
    places: &Places,
    environment: &Environment,
) -> Result<Vec<(Generation, u64)>, ContinuityError> {
    let (places, environment) = (places.clone(), environment.clone());
    blocking(move || {
        if !places.folder.is_dir() || !places.epochs.is_dir() {
            return Ok(Vec::new());
        }
        let epochs = Epochs::at(&places.epochs)?;
        let mut told = Vec::new();
        for generation in living(&places)? {
            let context = sealed::context(&environment, generation.number);
            let path = places.folder.join(generation.name());
            let head = epochs
                .key(generation.number)
                .and_then(|key| sealed::head(&path, &key, &context));
            match head {
                Ok(head) => told.push((generation, head.gone)),
                // Destroyed since we looked.
                Err(_) if !epochs.has(generation.number) => {}
                // What does not open for us may hold everybody.
                Err(_) => told.push((generation, 0)),
            }
        }
        Ok(told)
    })
    .await
}

fn names(folder: &Path) -> Result<Vec<String>, ContinuityError> {
    let failed = |error| ContinuityError::file(folder, error);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        names.extend(
            entry
                .map_err(failed)?
                .file_name()
                .to_str()
                .map(str::to_owned),
        );
    }
    Ok(names)
}

/// Until when what was destroyed in the key store is beyond everybody's reach: no generation that can be opened is older. `None` where
/// there is none at all.
#[must_use]
pub fn beyond_reach_until(living: &[Generation]) -> Option<Instant> {
    living.iter().map(Generation::taken_at).min()
}

/// Write a generation of the key store as it is at `now`, and destroy what is older: all but one, or all, if somebody was erased since.
/// `scratch` is a folder with room for a copy.
///
/// # Errors
/// [`ContinuityError`]; older generations then stay.
pub async fn keep(
    places: &Places,
    parts: &KeyParts,
    scratch: &Path,
    now: Instant,
) -> Result<Generation, ContinuityError> {
    let scratch = Scratch::take(scratch).await?;
    write(places, parts, &scratch.keys()?, now).await
}

/// [`keep`], in an empty folder that is taken already.
pub(crate) async fn write(
    places: &Places,
    parts: &KeyParts,
    scratch: &Path,
    now: Instant,
) -> Result<Generation, ContinuityError> {
    for folder in [&places.folder, &places.epochs] {
        make_folder(folder)?;
    }
    let before: Vec<u64> = living(places)?.iter().map(|it| it.number).collect();
    let gone = Arc::new(Mutex::new(None));
    let to = Arc::clone(&gone);
    let question = Question::new(&sql::GONE, move |row| {
        *to.lock() = row.int(0).ok().and_then(|count| u64::try_from(count).ok());
        true
    });
    let snapshot = parts
        .db
        .snapshot(scratch.to_owned(), vec![question])
        .await?;
    let gone = gone
        .lock()
        .ok_or(ContinuityError::Internal("nobody counted"))?;
    let (places, parts) = (places.clone(), parts.clone());
    blocking(move || {
        let epochs = Epochs::at(&places.epochs)?;
        let older = living(&places)?;
        // Another node read it later than we did, and was done sooner: ours would bring somebody back.
        let overtaken = |it: &&Generation| {
            !before.contains(&it.number) && told_by(&places, &epochs, &parts, **it) > Some(gone)
        };
        if let Some(newer) = older.iter().find(overtaken) {
            return Ok(*newer);
        }
        let last = names(&places.folder)?
            .iter()
            .filter_map(|name| Generation::parse(name))
            .map(|generation| generation.number)
            .chain(epochs.numbers()?)
            .max();
        let generation = Generation {
            number: last.unwrap_or(0) + 1,
            taken_at: now.micros(),
        };
        let mut named = Vec::new();
        for file in &snapshot.parts {
            let (bytes, sha256) = digest(file)?;
            let path = file.file_name().unwrap_or_default();
            named.push(Part {
                path: path.to_string_lossy().into_owned(),
                bytes,
                sha256,
            });
        }
        let head = Head {
            format: FORMAT.to_owned(),
            number: generation.number,
            environment: parts.environment.as_str().to_owned(),
            taken_at: generation.taken_at,
            engine: snapshot.kind.as_str().to_owned(),
            schema: snapshot.schema,
            gone,
            parts: named,
        };
        // The key first: a seal whose key was lost in between is only a file too many.
        let key = epochs.make(generation.number, &*parts.rng)?;
        let context = sealed::context(&parts.environment, generation.number);
        let path = places.folder.join(generation.name());
        sealed::write(&path, &key, &context, &head, &snapshot.parts, &*parts.rng)?;
        if sealed::read(&path, &key, &context, None)? != head {
            return Err(ContinuityError::Broken(
                "a generation of the keys is not what was written",
            ));
        }
        let spoilt = |it: &Generation| holds_gone(&places, &epochs, &parts, *it, gone);
        let keep = older.first().copied().filter(|it| !spoilt(it));
        let keep: Vec<u64> = keep
            .iter()
            .take(KEPT - 1)
            .map(|it| it.number)
            .chain([generation.number])
            .collect();
        destroy_others(&places, &epochs, &keep)?;
        Ok(generation)
    })
    .await
}

/// How many were erased when a generation was read; `None` where it does not say so.
fn told_by(places: &Places, epochs: &Epochs, parts: &KeyParts, it: Generation) -> Option<u64> {
    let context = sealed::context(&parts.environment, it.number);
    let key = epochs.key(it.number).ok()?;
    let head = sealed::head(&places.folder.join(it.name()), &key, &context);
    head.ok().map(|head| head.gone)
}

/// Whether an older generation may hold keys of somebody who was erased since. One that does not open may.
fn holds_gone(
    places: &Places,
    epochs: &Epochs,
    parts: &KeyParts,
    older: Generation,
    gone: u64,
) -> bool {
    let context = sealed::context(&parts.environment, older.number);
    let read = epochs
        .key(older.number)
        .and_then(|key| sealed::read(&places.folder.join(older.name()), &key, &context, None));
    read.map_or(true, |head| head.gone != gone)
}

/// Destroy every epoch key but those of `keep`, and then what they sealed.
fn destroy_others(places: &Places, epochs: &Epochs, keep: &[u64]) -> Result<(), ContinuityError> {
    for number in epochs.numbers()? {
        if !keep.contains(&number) {
            epochs.destroy(number)?;
        }
    }
    for name in names(&places.folder)? {
        let path = places.folder.join(&name);
        if stream::number_of(&name).is_some_and(|number| !keep.contains(&number)) {
            if let Err(error) = std::fs::remove_dir_all(&path) {
                tracing::warn!(%error, "what lay beside an old generation of the keys could not be removed; its epoch key is destroyed");
            }
            continue;
        }
        let generation = Generation::parse(&name);
        let ours = generation.is_some() || name.ends_with(".part");
        if ours && generation.is_none_or(|it| !keep.contains(&it.number)) {
            // Where it may not be removed it stays, and opens with nothing.
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, "an old generation of the keys could not be removed; its epoch key is destroyed");
            }
        }
    }
    Ok(())
}

/// Put the newest generation that opens, `at_least` this one, into the folder `to`, which is empty.
///
/// # Errors
/// [`ContinuityError::NoKeys`] where there is none, [`ContinuityError::Broken`] where it is not what it was.
pub async fn open(
    places: &Places,
    environment: &Environment,
    at_least: u64,
    to: &Path,
) -> Result<Opened, ContinuityError> {
    let (places, environment, to) = (places.clone(), environment.clone(), to.to_owned());
    let folder = to.clone();
    let (generation, kind, schema) = blocking(move || {
        let newest = living(&places)?.into_iter().next();
        let generation = newest
            .filter(|it| it.number >= at_least)
            .ok_or(ContinuityError::NoKeys(at_least))?;
        let key: SymmetricKey = Epochs::at(&places.epochs)?.key(generation.number)?;
        let context = sealed::context(&environment, generation.number);
        let path = places.folder.join(generation.name());
        let head = sealed::read(&path, &key, &context, Some(&to))?;
        if head.taken_at != generation.taken_at {
            return Err(ContinuityError::Broken(
                "a generation of the keys has another's name",
            ));
        }
        let kind = Kind::parse(&head.engine).ok_or(ContinuityError::Broken(
            "the keys are of an engine that is not known here",
        ))?;
        match kind {
            Kind::Sqlite => {
                let file = to.join(SQLITE_PART);
                stream::forward(&places, &environment, generation, &key, &file)?
            }
            Kind::Postgres => stream::lay_out(&places, &environment, generation, &key, &to)?,
        };
        Ok((generation, kind, head.schema))
    })
    .await?;
    if kind == Kind::Sqlite {
        check_sqlite(&folder.join(SQLITE_PART)).await?;
    }
    Ok(Opened {
        generation,
        kind,
        schema,
        folder,
    })
}

fn make_folder(folder: &Path) -> Result<(), ContinuityError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder);
    made.map_err(|error| ContinuityError::file(folder, error))
}

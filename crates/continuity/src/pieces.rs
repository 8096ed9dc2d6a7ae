//! Pieces of a stream: where they lie, what they are called, how they are sealed, and how far this machine is with them.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base::{Instant, Rng};
use crypt::{Context, Plain, sealed};
use futures_util::TryStreamExt;
use object_store::path::Path as Name;
use object_store::{ObjectStoreExt, PutMode, PutOptions, PutPayload};
use serde::{Deserialize, Serialize};

use crate::repository::Repository;
use crate::{ContinuityError, apart};

/// Where pieces lie in the repository's place, beside restic's folders.
pub(crate) const FOLDER: &str = "stream";
/// A piece that does not open, or says something else than its name.
pub(crate) const BROKEN: ContinuityError =
    ContinuityError::Broken("a piece of the stream is not what was written");
/// A number that is not there.
pub(crate) const MISSING: ContinuityError =
    ContinuityError::Broken("a piece of the stream is missing");

/// How far it is, on this machine: beside the database, never in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) chain: String,
    pub(crate) next: u64,
    pub(crate) position: String,
    /// The moment of the last piece.
    pub(crate) at: i64,
    /// When it was last looked whether there is something to send, and all of it was sent.
    pub(crate) alive_at: i64,
    /// A recovery point goes on with the chain: what is sent can be restored.
    #[serde(default)]
    pub(crate) joined: bool,
}

impl State {
    pub(crate) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    pub(crate) const fn alive_at(&self) -> Instant {
        Instant::from_micros(self.alive_at)
    }

    /// Note that a point goes on with the chain.
    pub(crate) fn join(state: Option<&mut Self>, path: &Path) -> Result<(), ContinuityError> {
        let Some(state) = state else { return Ok(()) };
        state.joined = true;
        state.write(path)
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), ContinuityError> {
        let failed = |error| ContinuityError::file(path, error);
        let text = serde_json::to_vec(self)
            .map_err(|_| ContinuityError::Internal("the stream's state cannot be written"))?;
        let beside = path.with_extension("part");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)
            .map_err(failed)?;
        file.write_all(&text).map_err(failed)?;
        // Not synced: what a crash takes of it is sent once more.
        std::fs::rename(&beside, path).map_err(failed)
    }
}

/// The name of a piece.
pub(crate) fn name(chain: &str, number: u64, at: Instant) -> Name {
    Name::from_iter([FOLDER, chain, &name_of(number, at)])
}

/// The same without where it lies.
pub(crate) fn name_of(number: u64, at: Instant) -> String {
    format!("{number:012}-{:020}", at.micros())
}

/// The number and the moment that a name says.
pub(crate) fn parse(name: &Name) -> Option<(u64, Instant)> {
    parse_name(name.filename()?)
}

/// The same of a name without where it lies.
pub(crate) fn parse_name(name: &str) -> Option<(u64, Instant)> {
    let (number, at) = name.split_once('-')?;
    Some((number.parse().ok()?, Instant::from_micros(at.parse().ok()?)))
}

pub(crate) fn context(environment: &str, chain: &str, number: u64) -> Context {
    Context::new("stream")
        .text(environment)
        .text(chain)
        .int(number)
}

pub(crate) fn failed(error: object_store::Error) -> ContinuityError {
    ContinuityError::Repository(error.to_string())
}

/// What a piece begins with that is sealed under the key of an hour; the hour's number follows. One of before is a sealed box alone, whose first
/// byte is another.
const OF_HOUR: u8 = 2;
const HOUR_BYTES: usize = 1 + 8;

/// A piece as it is stored: sealed for its place, under the key of the hour that `at` is in.
pub(crate) fn seal(
    repository: &Repository,
    (chain, number, at): (&str, u64, Instant),
    plain: &[u8],
    rng: &dyn Rng,
) -> Result<Vec<u8>, ContinuityError> {
    let hour = repository.apart().hour(at, Some(rng))?;
    let place = context(repository.key().environment(), chain, number);
    let mut stored = vec![OF_HOUR];
    stored.extend_from_slice(&apart::hour_of(at).to_be_bytes());
    let key = repository.key().stream_in(&hour);
    stored.append(&mut sealed::seal(&key, &place, plain, rng));
    Ok(stored)
}

/// What is in a piece.
pub(crate) fn unseal(
    repository: &Repository,
    (chain, number, at): (&str, u64, Instant),
    stored: &[u8],
) -> Result<Plain, ContinuityError> {
    let place = context(repository.key().environment(), chain, number);
    if stored.first() != Some(&OF_HOUR) {
        return sealed::open(&repository.key().stream(), &place, stored).map_err(|_| BROKEN);
    }
    let (head, sealed) = stored.split_first_chunk::<HOUR_BYTES>().ok_or(BROKEN)?;
    if head.get(1..) != Some(&apart::hour_of(at).to_be_bytes()[..]) {
        return Err(BROKEN);
    }
    let hour = repository.apart().hour(at, None)?;
    sealed::open(&repository.key().stream_in(&hour), &place, sealed).map_err(|_| BROKEN)
}

/// Seal a piece and put it where none of this name is. How many bytes that were; `None`: there is one.
pub(crate) async fn put(
    repository: &Repository,
    (chain, number, at): (&str, u64, Instant),
    plain: &[u8],
    rng: &dyn Rng,
) -> Result<Option<usize>, ContinuityError> {
    let options = PutOptions {
        mode: PutMode::Create,
        ..PutOptions::default()
    };
    let sealed = seal(repository, (chain, number, at), plain, rng)?;
    let bytes = sealed.len();
    let name = name(chain, number, at);
    let payload = PutPayload::from(sealed);
    match repository.store().put_opts(&name, payload, options).await {
        Ok(_) => Ok(Some(bytes)),
        Err(object_store::Error::AlreadyExists { .. }) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// A piece as it lies there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lying {
    pub(crate) number: u64,
    pub(crate) at: Instant,
    pub(crate) name: Name,
}

/// The pieces of a chain from `next` on, in their order.
pub(crate) async fn from(
    repository: &Repository,
    chain: &str,
    next: u64,
) -> Result<Vec<Lying>, ContinuityError> {
    let prefix = Name::from_iter([FOLDER, chain]);
    // Names are in order of the numbers, and `-` is before any digit.
    let before = Name::from_iter([FOLDER, chain, &format!("{next:012}")]);
    let mut there = Vec::new();
    let mut all = repository.store().list_with_offset(Some(&prefix), &before);
    while let Some(meta) = all.try_next().await.map_err(failed)? {
        if let Some((number, at)) = parse(&meta.location)
            && number >= next
        {
            there.push(Lying {
                number,
                at,
                name: meta.location,
            });
        }
    }
    there.sort_unstable();
    Ok(there)
}

/// What is in a piece, unsealed.
pub(crate) async fn open(
    repository: &Repository,
    chain: &str,
    piece: &Lying,
) -> Result<Plain, ContinuityError> {
    let got = repository.store().get(&piece.name).await.map_err(failed)?;
    let bytes = got.bytes().await.map_err(failed)?;
    unseal(repository, (chain, piece.number, piece.at), &bytes)
}

/// How a stream stands on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The chain.
    pub chain: String,
    /// The number of the piece that comes next.
    pub next: u64,
    /// The moment of the last piece.
    pub sent_at: Instant,
    /// When all that there was had been sent; a few seconds old while somebody sends.
    pub alive_at: Instant,
    /// Whether a recovery point goes on with the chain. Until one does, nothing of what is sent can be restored.
    pub joined: bool,
}

impl Standing {
    /// When the chain was begun.
    #[must_use]
    pub fn begun_at(&self) -> Option<Instant> {
        let (at, _) = self.chain.split_once('-')?;
        Some(Instant::from_micros(at.parse().ok()?))
    }
}

/// How the stream stands that notes it in the file `state`; `None`: nobody ever sent.
#[must_use]
pub fn standing(state: &Path) -> Option<Standing> {
    let state = State::read(state)?;
    Some(Standing {
        sent_at: Instant::from_micros(state.at),
        alive_at: state.alive_at(),
        chain: state.chain,
        next: state.next,
        joined: state.joined,
    })
}

//! Between two points: what is committed to a SQLite database leaves the machine at most a second later, sealed, and takes a restored point
//! forward to any moment since (`docs/formats/stream.md`).
//!
//! Invariant: a chain has no gap. Where something may be missing a new chain begins, and a restore stops before it.
//! Invariant: a chain goes on from a point only if it holds every page that was committed since the point was read.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Instant, Rng};
use futures_util::TryStreamExt;
use object_store::path::Path as Name;
use serde::{Deserialize, Serialize};
use store::Db;
use store::follow::{Drained, Follower, Pages, Position};

use crate::manifest::StreamAt;
use crate::pieces::{self, BROKEN, FOLDER, Lying, MISSING, State, failed, name, parse};
pub use crate::pieces::{Standing, standing};
use crate::progress::Silent;
use crate::reader::Point;
use crate::repository::{Access, Repository, blocking};
use crate::sent_files::FileStream;
use crate::{ContinuityError, rows};

/// The version of the form.
pub const FORMAT: &str = "strongroom-stream/2";
/// The version before, which is read still: its pieces were sealed under a key that does not die.
const FORMAT_BEFORE: &str = "strongroom-stream/1";
/// A number that is taken already was written by somebody who could not note it any more.
const TAKEN_MAX: u32 = 1_000;
/// How often a stream that has nothing to send says that it lives.
const ALIVE_EVERY: Duration = Duration::from_secs(5);
/// A head is no longer than this.
const HEAD_BYTES_MAX: usize = 1 << 12;

/// What stands at the head of a piece, inside the seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    format: String,
    chain: String,
    pub(crate) number: u64,
    pub(crate) at: i64,
    /// When the log began to be read. Before version 2, that is what [`Self::at`] says.
    #[serde(default)]
    since: Option<i64>,
    page_bytes: u32,
    database_pages: u32,
    pages: u32,
}

impl Head {
    /// All that was committed until then is in the piece, or in one before it.
    fn since(&self) -> Instant {
        Instant::from_micros(self.since.unwrap_or(self.at))
    }
}

/// When a log was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looked {
    /// Right before: what was committed until then was read.
    pub(crate) since: Instant,
    /// Right after: what was committed later was not.
    pub(crate) at: Instant,
}

impl Looked {
    /// It began at `since`, and is over.
    pub(crate) fn over(since: Instant, clock: &dyn Clock) -> Self {
        // A clock may go back.
        let at = clock.now().max(since);
        Self { since, at }
    }

    /// It says of one moment what was until then.
    pub(crate) const fn at_once(at: Instant) -> Self {
        Self { since: at, at }
    }
}

/// Whether the last piece that was sent lies there and opens.
///
/// # Errors
/// [`ContinuityError::Broken`] where it does not.
pub async fn opens(repository: &Repository, standing: &Standing) -> Result<(), ContinuityError> {
    let number = standing.next.saturating_sub(1);
    let piece = Lying {
        number,
        at: standing.sent_at,
        name: name(&standing.chain, number, standing.sent_at),
    };
    let plain = pieces::open(repository, &standing.chain, &piece).await?;
    // Of which kind it is, its head says.
    read(&plain)
        .map(drop)
        .or_else(|_| rows::read(&plain).map(drop))
}

fn position(state: &State) -> Option<Position> {
    let mut bytes = [0; 25];
    hex::decode_to_slice(&state.position, &mut bytes).ok()?;
    Some(Position::from_bytes(&bytes))
}

/// What was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Pages of the database, or rows of it.
    pub pages: usize,
    /// Bytes, sealed.
    pub bytes: usize,
    /// Whether a new chain was begun: only a point that is made from now on goes on with it.
    pub begun: bool,
    /// Whether there was more already than was sent.
    pub more: bool,
}

/// Sends what is committed.
pub struct Stream {
    repository: Repository,
    follower: Follower,
    path: PathBuf,
    state: Option<State>,
    /// Nothing was sent since the start: the last piece may be there without having been noted.
    fresh: bool,
    rng: Arc<dyn Rng>,
    files: Option<FileStream>,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stream").field(&self.state).finish()
    }
}

impl Stream {
    /// Go on where the file at `path` says that it was left. `None`: the database is none of SQLite.
    ///
    /// # Errors
    /// [`ContinuityError::Store`].
    pub async fn begin(
        repository: Repository,
        db: &Db,
        path: PathBuf,
        rng: Arc<dyn Rng>,
    ) -> Result<Option<Self>, ContinuityError> {
        let state = State::read(&path);
        let from = state.as_ref().and_then(position);
        let Some(follower) = db.follow(from).await? else {
            return Ok(None);
        };
        Ok(Some(Self {
            repository,
            follower,
            path,
            state: state.filter(|_| from.is_some()),
            fresh: true,
            rng,
            files: None,
        }))
    }

    /// The same, with files: each is sent before what names it.
    #[must_use]
    pub fn with_files(mut self, files: FileStream) -> Self {
        self.files = Some(files);
        self
    }

    /// Send what was committed since the last time.
    ///
    /// # Errors
    /// [`ContinuityError`]; nothing is lost, it goes with the next one.
    pub async fn send(&mut self, clock: &dyn Clock) -> Result<Sent, ContinuityError> {
        let now = clock.now();
        let drained = self.follower.drain().await?;
        let read = Looked::over(now, clock);
        // Whatever file is named by what was read is noted by now.
        if let Some(files) = &mut self.files {
            files.send(now).await;
        }
        match self.put(&drained, read).await {
            Ok(sent) => Ok(sent),
            Err(error) => {
                self.follower.give_back(drained);
                Err(error)
            }
        }
    }

    async fn put(&mut self, drained: &Drained, read: Looked) -> Result<Sent, ContinuityError> {
        let now = read.since;
        let Some(position) = drained.position else {
            return Ok(Sent::default());
        };
        let mut state = match &self.state {
            Some(state) if drained.joins => state.clone(),
            _ => {
                let mut bytes = [0; 8];
                self.rng.fill(&mut bytes);
                State {
                    chain: format!("{:020}-{}", now.micros(), hex::encode(bytes)),
                    next: 1,
                    position: String::new(),
                    at: now.micros(),
                    alive_at: now.micros(),
                    joined: false,
                }
            }
        };
        let mut sent = Sent {
            begun: state.position.is_empty(),
            ..Sent::default()
        };
        if let Some(pages) = &drained.pages {
            sent.pages = pages.pages.len();
            (state.next, sent.bytes) = self.piece(&state, pages, read).await?;
            self.fresh = false;
            state.at = read.at.micros();
        }
        state.position = hex::encode(position.to_bytes());
        if self.state.as_ref() != Some(&state) || now.since(state.alive_at()) >= ALIVE_EVERY {
            state.alive_at = now.micros();
            state.write(&self.path)?;
            self.state = Some(state);
        }
        Ok(sent)
    }

    /// The chain that is sent, and whether a recovery point is known to go on with it.
    #[must_use]
    pub fn chain(&self) -> Option<(&str, bool)> {
        self.state.as_ref().map(|it| (it.chain.as_str(), it.joined))
    }

    /// A recovery point goes on with the chain.
    ///
    /// # Errors
    /// [`ContinuityError::File`].
    pub fn join(&mut self) -> Result<(), ContinuityError> {
        State::join(self.state.as_mut(), &self.path)
    }

    /// Put a piece, and say which number comes next.
    async fn piece(
        &self,
        state: &State,
        pages: &Pages,
        when: Looked,
    ) -> Result<(u64, usize), ContinuityError> {
        for number in (state.next..).take(TAKEN_MAX as usize) {
            if self.fresh && self.has(&state.chain, number).await? {
                continue;
            }
            let plain = write(&state.chain, number, when, pages)?;
            let place = (&*state.chain, number, when.at);
            let put = pieces::put(&self.repository, place, &plain, &*self.rng).await?;
            if let Some(bytes) = put {
                return Ok((number + 1, bytes));
            }
        }
        Err(ContinuityError::Repository(
            "the numbers of a stream's pieces are taken".into(),
        ))
    }

    /// Whether a piece of this number is there already, whatever moment its name says.
    async fn has(&self, chain: &str, number: u64) -> Result<bool, ContinuityError> {
        let there = pieces::from(&self.repository, chain, number).await?;
        Ok(there.first().is_some_and(|it| it.number == number))
    }
}

pub(crate) fn write(
    chain: &str,
    number: u64,
    when: Looked,
    pages: &Pages,
) -> Result<Vec<u8>, ContinuityError> {
    let head = Head {
        format: FORMAT.to_owned(),
        chain: chain.to_owned(),
        number,
        at: when.at.micros(),
        since: Some(when.since.micros()),
        page_bytes: pages.page_bytes,
        database_pages: pages.database_pages,
        pages: u32::try_from(pages.pages.len())
            .map_err(|_| ContinuityError::Internal("too many pages"))?,
    };
    let text = serde_json::to_vec(&head)
        .map_err(|_| ContinuityError::Internal("a head cannot be written"))?;
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut plain =
        Vec::with_capacity(4 + text.len() + pages.pages.len() * (4 + pages.page_bytes as usize));
    plain.extend_from_slice(&length.to_be_bytes());
    plain.extend_from_slice(&text);
    for (page, bytes) in &pages.pages {
        plain.extend_from_slice(&page.to_be_bytes());
        plain.extend_from_slice(bytes);
    }
    Ok(plain)
}

pub(crate) fn read(plain: &[u8]) -> Result<(Head, BTreeMap<u32, &[u8]>), ContinuityError> {
    let (length, rest) = plain.split_first_chunk::<4>().ok_or(BROKEN)?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > HEAD_BYTES_MAX {
        return Err(BROKEN);
    }
    let (text, rest) = rest.split_at_checked(length).ok_or(BROKEN)?;
    let head: Head = serde_json::from_slice(text).map_err(|_| BROKEN)?;
    let one = 4 + head.page_bytes as usize;
    if ![FORMAT, FORMAT_BEFORE].contains(&head.format.as_str())
        || rest.len() != one * head.pages as usize
    {
        return Err(BROKEN);
    }
    let mut pages = BTreeMap::new();
    for piece in rest.chunks_exact(one) {
        let (number, bytes) = piece.split_first_chunk::<4>().ok_or(BROKEN)?;
        let number = u32::from_be_bytes(*number);
        if number == 0 || number > head.database_pages {
            return Err(BROKEN);
        }
        pages.insert(number, bytes);
    }
    Ok((head, pages))
}

/// What the newest recovery point goes on with; the moment that it holds beside it.
///
/// # Errors
/// [`ContinuityError`], [`ContinuityError::NoPoint`] where there is none.
pub async fn newest(
    repository: &Repository,
    (trusted, environment): (Vec<audit::jws::Key>, base::Environment),
) -> Result<(Instant, Option<StreamAt>), ContinuityError> {
    let this = repository.clone();
    blocking(move || {
        let point = Point::open(&this, "latest", Arc::new(Silent))?;
        let (manifest, _) = point.manifest(&trusted, &environment)?;
        Ok((point.line().taken_at, manifest.stream))
    })
    .await
}

/// Until when what was sent behind a point can be restored. `None`: nothing was.
///
/// # Errors
/// [`ContinuityError`].
pub async fn until(
    repository: &Repository,
    from: &StreamAt,
) -> Result<Option<Instant>, ContinuityError> {
    let there = pieces::from(repository, &from.chain, from.next).await?;
    for piece in there.iter().rev() {
        let plain = pieces::open(repository, &from.chain, piece).await?;
        // Behind pages anybody may stop.
        if rows::read(&plain).map_or(true, |(head, _)| head.ends) {
            return Ok(Some(piece.at));
        }
    }
    Ok(None)
}

/// How far a restored database was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forwarded {
    /// Pieces that were written over it.
    pub pieces: u64,
    /// The moment of the last one: all that was committed until then is there.
    pub until: Option<Instant>,
    /// Whether there is more of the chain behind the moment that was asked for. If not, nothing says what was committed later.
    pub goes_on: bool,
}

/// Take the database file at `file`, as a point had it that says `from`, forward to `until`.
///
/// # Errors
/// [`ContinuityError::Broken`] where a piece is missing or is not what was written; the file is of no use then.
pub async fn forward(
    repository: &Repository,
    from: &StreamAt,
    until: Instant,
    file: &Path,
) -> Result<Forwarded, ContinuityError> {
    let there = pieces::from(repository, &from.chain, from.next).await?;
    let whole_at = Instant::from_micros(from.whole_at);
    // A piece of before the point was read whole would take it back.
    let last = there.iter().rposition(|it| it.at <= until);
    let count = last.map_or(0, |last| last + 1);
    let (taken, rest) = there.split_at(count);
    let mut done = Forwarded {
        goes_on: !rest.is_empty(),
        ..Forwarded::default()
    };
    let Some(last) = taken.last() else {
        return Ok(done);
    };
    let plain = pieces::open(repository, &from.chain, last).await?;
    let (head, _) = read(&plain)?;
    if head.since() < whole_at {
        return Ok(done);
    }
    let reached = head.since();
    for (expected, piece) in (from.next..).zip(taken) {
        if piece.number != expected {
            return Err(MISSING);
        }
        let plain = pieces::open(repository, &from.chain, piece).await?;
        let (file, number, at) = (file.to_owned(), piece.number, piece.at);
        blocking(move || {
            let (head, pages) = read(&plain)?;
            if head.number != number || head.at != at.micros() {
                return Err(BROKEN);
            }
            write_over(&file, &head, &pages)
        })
        .await?;
        done.pieces += 1;
        done.until = Some(reached);
    }
    Ok(done)
}

pub(crate) fn write_over(
    path: &Path,
    head: &Head,
    pages: &BTreeMap<u32, &[u8]>,
) -> Result<(), ContinuityError> {
    let failed = |error| ContinuityError::file(path, error);
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(path)
        .map_err(failed)?;
    for (number, bytes) in pages {
        let offset = u64::from(number - 1) * u64::from(head.page_bytes);
        file.write_all_at(bytes, offset).map_err(failed)?;
    }
    let length = u64::from(head.database_pages) * u64::from(head.page_bytes);
    file.set_len(length).map_err(failed)?;
    File::sync_all(&file).map_err(failed)
}

/// Remove pieces of before `before`; how many, and their bytes.
pub(crate) async fn prune(
    repository: &Repository,
    access: Access,
    before: Instant,
) -> Result<(u64, u64), ContinuityError> {
    if access != Access::Prune {
        return Err(ContinuityError::Internal("only the pruner removes"));
    }
    let mut over = Vec::new();
    let mut all = repository.store().list(Some(&Name::from(FOLDER)));
    while let Some(meta) = all.try_next().await.map_err(failed)? {
        if parse(&meta.location).is_some_and(|(_, at)| at < before) {
            over.push((meta.location, meta.size));
        }
    }
    let bytes = over.iter().map(|(_, bytes)| bytes).sum();
    let count = over.len() as u64;
    for (name, _) in over {
        let removed = repository.storage().remove(&name).await;
        removed.map_err(|error| ContinuityError::Repository(error.to_string()))?;
    }
    Ok((count, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SeededRng;
    use serde_json::{Value, json};

    const CHAIN: &str = "00001800000000000000-0011223344556677";

    fn when(at: Instant) -> Looked {
        let since = Instant::from_micros(at.micros() - 2_000);
        Looked { since, at }
    }

    fn example() -> Pages {
        let pages = [(2, vec![7; 512]), (9, (0..=255).chain(0..=255).collect())];
        Pages {
            page_bytes: 512,
            database_pages: 9,
            pages: pages.into(),
        }
    }

    /// The vector that is committed: made again bit for bit, and opened.
    #[test]
    fn the_committed_piece_is_made_again() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/formats/vectors/stream.json"
        );
        let at = Instant::from_micros(1_800_000_001_000_000);
        let folder = tempfile::tempdir().unwrap();
        let repository = crate::tests::fixed(folder.path(), at);
        let plain = write(CHAIN, 12, when(at), &example()).unwrap();
        let place = (CHAIN, 12, at);
        let sealed = pieces::seal(&repository, place, &plain, &SeededRng::new(4)).unwrap();
        let made = json!({
            "repository_key": hex::encode([5; 32]),
            "hour_key": hex::encode([6; 32]),
            "environment": "production",
            "chain": CHAIN,
            "number": 12,
            "at": at.micros(),
            "name": name(CHAIN, 12, at).to_string(),
            "seed": 4,
            "plain": hex::encode(&plain),
            "sealed": hex::encode(&sealed),
        });
        if std::env::var_os("VECTORS_UPDATE").is_some() {
            std::fs::write(path, format!("{made:#}\n")).unwrap();
        }
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(made, kept);
        let sealed = hex::decode(kept["sealed"].as_str().unwrap()).unwrap();
        let opened = pieces::unseal(&repository, place, &sealed).unwrap();
        let (head, pages) = read(&opened).unwrap();
        assert_eq!(
            (head.number, head.at, head.database_pages),
            (12, at.micros(), 9)
        );
        assert_eq!(head.since(), when(at).since);
        let expected = example().pages;
        assert!(
            pages
                .iter()
                .map(|(number, bytes)| (*number, bytes.to_vec()))
                .eq(expected)
        );
        // Of another place, of another hour, or without the hour's key, it does not open.
        let later = at.after(Duration::from_hours(1));
        for other in [(CHAIN, 13, at), (CHAIN, 12, later)] {
            assert!(pieces::unseal(&repository, other, &sealed).is_err());
        }
        let without = crate::tests::fixed(&folder.path().join("other"), later);
        assert!(matches!(
            pieces::unseal(&without, place, &sealed),
            Err(ContinuityError::KeyGone(_))
        ));
    }

    /// One of version 1 opens as it did.
    #[test]
    fn a_piece_of_before_opens() {
        let text = include_str!("../../../docs/formats/vectors/stream.1.json");
        let kept: Value = serde_json::from_str(text).unwrap();
        let sealed = hex::decode(kept["sealed"].as_str().unwrap()).unwrap();
        let at = Instant::from_micros(kept["at"].as_i64().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let repository = crate::tests::fixed(folder.path(), at);
        let opened = pieces::unseal(&repository, (CHAIN, 12, at), &sealed).unwrap();
        assert_eq!(hex::encode(&*opened), kept["plain"].as_str().unwrap());
        let (head, pages) = read(&opened).unwrap();
        assert_eq!(pages.len(), 2);
        assert_eq!(head.since(), at, "it said when the log began to be read");
        assert!(pieces::unseal(&repository, (CHAIN, 13, at), &sealed).is_err());
    }

    #[test]
    fn what_is_not_a_piece_is_refused() {
        let at = Instant::from_micros(1_800_000_001_000_000);
        let plain = write(CHAIN, 12, when(at), &example()).unwrap();
        for cut in 1..plain.len() {
            assert!(read(&plain[..plain.len() - cut]).is_err(), "{cut}");
        }
        let beyond = Pages {
            database_pages: 8,
            ..example()
        };
        assert!(read(&write(CHAIN, 12, when(at), &beyond).unwrap()).is_err());
        assert!(read(&[]).is_err());
    }
}

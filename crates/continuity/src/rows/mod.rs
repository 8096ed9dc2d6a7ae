//! Between two points of PostgreSQL: what is committed leaves the machine at most a second later, sealed, row by row, and takes a restored
//! point forward to any moment since (`docs/formats/row-stream.md`).
//!
//! Invariant: a chain is what one replication slot gave: it has no gap. A slot that is lost ends it.
//! Invariant: a piece may repeat what one before it says, and never leaves anything out.
//! Invariant: nobody may stop behind a commit that a standby is still waited for: it was not acknowledged, and may be lost where the next primary
//! goes on.

mod form;
mod forward;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base::{Clock, Instant, Rng};
use store::Db;
use store::changes::{Following, Lack, Reached, RowFollower};
use store::snapshot::Kind;

use crate::ContinuityError;
use crate::pieces::{self, State};
use crate::repository::Repository;
use crate::sent_files::FileStream;
use crate::stream::{Looked, Sent, standing};
pub use form::FORMAT;
pub(crate) use form::{Place, read, write};
pub use forward::forward;

/// How often a stream that has nothing to send says that it lives.
const ALIVE_EVERY: Duration = Duration::from_secs(5);

/// Who follows a database.
#[derive(Debug)]
pub enum Begun<T> {
    /// It is none of PostgreSQL.
    ByPages,
    /// Nobody can, and why.
    Lacks(Lack),
    /// Another node does.
    Elsewhere,
    /// We do.
    Here(T),
}

impl<T> Begun<T> {
    /// The same, as something else.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Begun<U> {
        match self {
            Self::ByPages => Begun::ByPages,
            Self::Lacks(lack) => Begun::Lacks(lack),
            Self::Elsewhere => Begun::Elsewhere,
            Self::Here(here) => Begun::Here(to(here)),
        }
    }

    pub(crate) fn of(following: Following, here: impl FnOnce(Box<RowFollower>) -> T) -> Self {
        match following {
            Following::ByPages => Self::ByPages,
            Following::Lacks(lack) => Self::Lacks(lack),
            Following::Elsewhere => Self::Elsewhere,
            Following::Here(follower) => Self::Here(here(follower)),
        }
    }
}

/// Sends what is committed. After a failure another one is begun.
pub struct RowStream {
    repository: Repository,
    follower: Box<RowFollower>,
    path: PathBuf,
    /// The chain, once its slot was found or made.
    state: Option<State>,
    rng: Arc<dyn Rng>,
    files: Option<FileStream>,
}

impl fmt::Debug for RowStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RowStream").field(&self.state).finish()
    }
}

impl RowStream {
    /// Send what is committed to `db`, and note in the file at `path` how far that is.
    ///
    /// # Errors
    /// [`ContinuityError::Store`].
    pub async fn begin(
        repository: Repository,
        db: &Db,
        path: PathBuf,
        rng: Arc<dyn Rng>,
    ) -> Result<Begun<Self>, ContinuityError> {
        let following = db.follow_rows().await?;
        Ok(Begun::of(following, |follower| Self {
            repository,
            follower,
            path,
            state: None,
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
    /// [`ContinuityError`]; nothing is lost, the next one who begins sends it.
    pub async fn send(&mut self, clock: &dyn Clock) -> Result<Sent, ContinuityError> {
        let now = clock.now();
        let mut sent = Sent::default();
        let mut state = match self.state.take() {
            Some(state) => state,
            None => {
                let (state, begun) = self.go_on(now).await?;
                sent.begun = begun;
                state
            }
        };
        let mut look = self.follower.look().await?;
        // What is committed from here on, this look does not see.
        let whole = Looked::over(now, clock);
        // Whatever file is named by what was read, and acknowledged, is noted by now.
        if let Some(files) = &mut self.files {
            files.send(now).await;
        }
        let mut wrote = false;
        while let Some(piece) = look.next().await? {
            // Pieces before the last one are parts of more, which nobody takes without it.
            if piece.ends {
                self.follower.seen(&mut look).await?;
            }
            let when = match look.left_off_at() {
                // There is more: of what was acknowledged later than the last one here, nothing is said.
                Some(ended) if piece.ends => {
                    let ended = ended.clamp(state.at.min(now.micros()), now.micros());
                    Looked::at_once(Instant::from_micros(ended))
                }
                _ => whole,
            };
            let place = Place {
                chain: &state.chain,
                number: state.next,
                when,
                position: look.position(),
                ends: piece.ends,
            };
            let plain = write(&place, &piece.changes)?;
            let named = (&*state.chain, place.number, when.at);
            let put = pieces::put(&self.repository, named, &plain, &*self.rng).await?;
            let taken = || ContinuityError::Repository("a piece's name is taken".into());
            sent.bytes += put.ok_or_else(taken)?;
            sent.pages += piece.changes.rows.len();
            state.next += 1;
            if piece.ends {
                state.at = when.at.micros();
            }
            wrote = true;
        }
        if let Some(why) = look.over() {
            tracing::warn!(
                why,
                "the stream ends here, and another begins; a recovery point goes on with that"
            );
            self.follower.end().await?;
            let (state, begun) = self.go_on(now).await?;
            self.state = Some(state);
            sent.begun |= begun;
            return Ok(sent);
        }
        let position = look.position();
        sent.more = look.left_off_at().is_some();
        self.follower.settle(look).await?;
        let alive = !sent.more && now.since(state.alive_at()) >= ALIVE_EVERY;
        if wrote || alive {
            if !sent.more {
                state.alive_at = now.micros();
            }
            state.position = format!("{position:016x}");
            state.write(&self.path)?;
        }
        self.state = Some(state);
        Ok(sent)
    }

    /// The chain whose slot is there, or a new one; whether it is new.
    async fn go_on(&mut self, now: Instant) -> Result<(State, bool), ContinuityError> {
        let noted = State::read(&self.path);
        let reached = self.follower.chain().await?;
        if let Some(reached) = reached
            && !went_back(&self.repository, &reached).await?
        {
            let chain = reached.chain;
            let noted = noted.filter(|it| it.chain == chain);
            let known = noted.as_ref().map_or(1, |it| it.next);
            // The last ones may be there without having been noted.
            let there = pieces::from(&self.repository, &chain, known).await?;
            let mut state = noted.unwrap_or_else(|| State {
                chain,
                next: known,
                position: String::new(),
                at: 0,
                alive_at: 0,
                joined: false,
            });
            if let Some(last) = there.last() {
                state.next = last.number + 1;
                state.at = state.at.max(last.at.micros());
            }
            return Ok((state, false));
        }
        let mut bytes = [0; 8];
        self.rng.fill(&mut bytes);
        let chain = format!("{:020}-{}", now.micros(), hex::encode(bytes));
        self.follower.begin(&chain).await?;
        let state = State {
            chain,
            next: 1,
            position: String::new(),
            at: now.micros(),
            alive_at: now.micros(),
            joined: false,
        };
        state.write(&self.path)?;
        Ok((state, true))
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
}

/// Whether the server is at an earlier moment than what it gave: its files were put back, slot and all, and what it writes since is another history.
async fn went_back(repository: &Repository, reached: &Reached) -> Result<bool, ContinuityError> {
    let ends = ends(repository, &reached.chain).await?;
    // The last look may lie there without the slot having been moved on; of the one before it that is not so.
    let earlier = |at: usize, than: u64| ends.get(at).is_some_and(|it| it.position > than);
    if !earlier(0, reached.written) && !earlier(1, reached.moved) {
        return Ok(false);
    }
    tracing::warn!(
        chain = reached.chain,
        "the database is at an earlier moment than what was sent of it: the stream ends here, and another begins"
    );
    Ok(true)
}

/// Where a chain was looked at to its end.
struct End {
    number: u64,
    position: u64,
}

/// The last two of them, the newest first.
async fn ends(repository: &Repository, chain: &str) -> Result<Vec<End>, ContinuityError> {
    let there = pieces::from(repository, chain, 1).await?;
    let mut ends = Vec::new();
    for piece in there.iter().rev() {
        let (head, _) = read(&pieces::open(repository, chain, piece).await?)?;
        if head.ends {
            ends.push(End {
                number: piece.number,
                position: head.position,
            });
        }
        if ends.len() == 2 {
            break;
        }
    }
    Ok(ends)
}

/// The chain, and its piece from which on a copy goes on that is made from now on. `None`: nothing is sent.
///
/// # Errors
/// [`ContinuityError`].
pub(crate) async fn going(
    repository: &Repository,
    db: &Db,
    state: &Path,
) -> Result<Option<(String, u64)>, ContinuityError> {
    let noted = standing(state).map(|it| (it.chain, it.next));
    if db.kind() == Kind::Sqlite {
        return Ok(noted);
    }
    let Some(chain) = db.chain().await? else {
        return Ok(None);
    };
    if let Some(noted) = noted.filter(|it| it.0 == chain) {
        return Ok(Some(noted));
    }
    // Another node sends. Whether everybody saw what the last look of it gave is not known: what was before that, everybody did.
    let ends = ends(repository, &chain).await?;
    let next = ends.get(1).map_or(1, |before| before.number + 1);
    Ok(Some((chain, next)))
}

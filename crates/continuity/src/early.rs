//! Recovery points that are to be destroyed before their time: proposed, agreed to by two accounts, and carried out by who prunes, a delay later.
//!
//! Invariant: two different accounts agreed before anything is due, and the statements say so again.
//! Invariant: what was called off is not begun, and what was begun is not called off.

use std::str::FromStr;
use std::time::Duration;

use base::{AccountId, Instant, PrivilegeId};
use store::{Db, Row, StoreError, WriteSet};

use crate::{Line, sql};

/// What nobody agreed to for so long lapses.
pub const LAPSES: Duration = Duration::from_hours(24 * 14);
/// Points that one destruction names.
pub const POINTS_MAX: usize = 100;
/// Proposals that a list shows.
pub const LIST_MAX: u32 = 50;
/// The guard that fails when somebody else was faster, or it is over.
const GUARD: &str = "access.waiting";
/// Hexadecimal digits of a point's name.
const NAME_CHARS: usize = 64;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The repository's key is in wrong hands.
    KeyLeaked,
    /// They hold what must not be kept.
    MustNotBeKept,
    /// A court or an authority wants it.
    Order,
    /// The installation is given up, or lies elsewhere.
    Moved,
    /// Another one.
    Other,
}

impl Reason {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::KeyLeaked,
        Self::MustNotBeKept,
        Self::Order,
        Self::Moved,
        Self::Other,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyLeaked => "key_leaked",
            Self::MustNotBeKept => "must_not_be_kept",
            Self::Order => "order",
            Self::Moved => "moved",
            Self::Other => "other",
        }
    }
}

impl FromStr for Reason {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut all = Self::ALL.into_iter();
        all.find(|it| it.as_str() == text).ok_or(())
    }
}

/// Which points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// All that were made until it was proposed.
    All,
    /// These, by their whole names.
    Points(Vec<String>),
}

impl Of {
    /// These points, if each is a whole name and there are not too many.
    #[must_use]
    pub fn points(names: Vec<String>) -> Option<Self> {
        let is_hex = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
        let is_name = |name: &String| name.len() == NAME_CHARS && name.bytes().all(is_hex);
        let fits = !names.is_empty() && names.len() <= POINTS_MAX;
        (fits && names.iter().all(is_name)).then_some(Self::Points(names))
    }

    /// Their names; none for all.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::All => &[],
            Self::Points(names) => names,
        }
    }
}

/// How one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It takes one more to agree, or two.
    Proposed,
    /// Two agreed; it waits for its time, and for who prunes.
    Waits,
    /// It is being done.
    Begun,
    /// It was done.
    Done,
    /// It was called off.
    Cancelled,
    /// Nobody agreed in time.
    Lapsed,
}

impl State {
    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Waits => "waits",
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Lapsed => "lapsed",
        }
    }
}

/// A destruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destruction {
    /// Its id.
    pub id: PrivilegeId,
    /// Of what.
    pub of: Of,
    /// Why.
    pub reason: Reason,
    /// When it was proposed.
    pub proposed_at: Instant,
    /// Who agreed first: who proposed it, unless that was the machine.
    pub first: Option<(AccountId, Instant)>,
    /// Who agreed second.
    pub second: Option<(AccountId, Instant)>,
    /// From when on it may be done.
    pub due_at: Option<Instant>,
    /// When it was called off.
    pub cancelled_at: Option<Instant>,
    /// Since when it is being done.
    pub begun_at: Option<Instant>,
    /// When it was done, and how many points went.
    pub done: Option<(Instant, u64)>,
}

impl Destruction {
    /// How it stands at `now`.
    #[must_use]
    pub fn state(&self, now: Instant) -> State {
        if self.cancelled_at.is_some() {
            State::Cancelled
        } else if self.done.is_some() {
            State::Done
        } else if self.begun_at.is_some() {
            State::Begun
        } else if self.second.is_some() {
            State::Waits
        } else if now > self.proposed_at.after(LAPSES) {
            State::Lapsed
        } else {
            State::Proposed
        }
    }

    /// Who agreed.
    pub fn agreed(&self) -> impl Iterator<Item = (AccountId, Instant)> {
        self.first.into_iter().chain(self.second)
    }

    /// Whether a point is one of them.
    #[must_use]
    pub fn takes(&self, point: &Line) -> bool {
        match &self.of {
            Of::All => point.taken_at <= self.proposed_at,
            Of::Points(names) => names.contains(&point.name),
        }
    }
}

/// The write that proposes. Without an account, two others have to agree.
#[must_use]
pub fn propose(
    set: WriteSet,
    id: PrivilegeId,
    (of, reason): (&Of, Reason),
    by: Option<AccountId>,
    now: Instant,
) -> WriteSet {
    let params = vec![
        id.into(),
        of.names().join(" ").into(),
        reason.as_str().into(),
        now.into(),
        by.into(),
        by.map(|_| now).into(),
    ];
    set.run(&sql::PROPOSE_DESTRUCTION, params)
}

/// The write that agrees; with the second account, it is due after `delay`.
#[must_use]
pub fn agree(
    set: WriteSet,
    it: &Destruction,
    by: AccountId,
    now: Instant,
    delay: Duration,
) -> WriteSet {
    let mut params = vec![
        it.id.into(),
        by.into(),
        now.into(),
        now.before(LAPSES).into(),
    ];
    if it.first.is_none() {
        return set.run_expecting(&sql::AGREE_FIRST, params, 1, GUARD);
    }
    params.push(now.after(delay).into());
    set.run_expecting(&sql::AGREE_SECOND, params, 1, GUARD)
}

/// The write that calls it off.
#[must_use]
pub fn cancel(set: WriteSet, id: PrivilegeId, now: Instant) -> WriteSet {
    let params = vec![id.into(), now.into()];
    set.run_expecting(&sql::CANCEL_DESTRUCTION, params, 1, GUARD)
}

/// What is due at `now`: from here on it cannot be called off.
///
/// # Errors
/// Storage failures.
pub async fn begin(db: &Db, now: Instant) -> Result<Vec<Destruction>, StoreError> {
    let set = WriteSet::new().run(&sql::BEGIN_DESTRUCTIONS, vec![now.into()]);
    db.commit(set).await?;
    let rows = db.rows(&sql::BEGUN_DESTRUCTIONS, vec![]).await?;
    rows.iter().map(read).collect()
}

/// The write that says that it was done, and how many points went.
#[must_use]
pub fn done(set: WriteSet, id: PrivilegeId, gone: u64, now: Instant) -> WriteSet {
    let gone = i64::try_from(gone).unwrap_or(i64::MAX);
    let params = vec![id.into(), now.into(), gone.into()];
    set.run(&sql::DONE_DESTRUCTION, params)
}

/// One of them.
///
/// # Errors
/// Storage failures.
pub async fn one(db: &Db, id: PrivilegeId) -> Result<Option<Destruction>, StoreError> {
    let row = db.row(&sql::DESTRUCTION, vec![id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// The newest of them.
///
/// # Errors
/// Storage failures.
pub async fn list(db: &Db) -> Result<Vec<Destruction>, StoreError> {
    let rows = db.rows(&sql::DESTRUCTIONS, vec![LIST_MAX.into()]).await?;
    rows.iter().map(read).collect()
}

/// For how many days points are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// As it is wanted.
    Days(u32),
    /// Fewer are wanted: they count from then on, and until then so many. `fresh`: nobody wanted them before.
    Until {
        /// So many still.
        days: u32,
        /// When fewer count.
        from: Instant,
        /// Whether this was the first time that they were asked for.
        fresh: bool,
    },
}

/// For how many days points are kept, where the configuration wants `wanted`: more at once, fewer after `delay`. Whoever can write the
/// configuration could otherwise destroy by it.
///
/// # Errors
/// Storage failures.
pub async fn keep_days(
    db: &Db,
    wanted: u32,
    delay: Duration,
    now: Instant,
) -> Result<Keep, StoreError> {
    let row = db.row(&sql::KEEP, vec![]).await?;
    let Some(row) = row else {
        db.commit(WriteSet::new().run(&sql::KEEP_BEGIN, vec![wanted.into()]))
            .await?;
        return Ok(Keep::Days(wanted));
    };
    let days = u32::try_from(row.int(0)?).unwrap_or(u32::MAX);
    let asked = if row.is_null(1) || row.int(1)? != i64::from(wanted) {
        None
    } else {
        Some(Instant::from_micros(row.int(2)?))
    };
    let from = asked.unwrap_or(now).after(delay);
    let (params, keep) = if wanted >= days || (asked.is_some() && now >= from) {
        let nothing: Option<Instant> = None;
        let none: Option<i64> = None;
        (
            vec![wanted.into(), none.into(), nothing.into()],
            Keep::Days(wanted),
        )
    } else {
        let fresh = asked.is_none();
        let since = asked.unwrap_or(now);
        (
            vec![days.into(), wanted.into(), since.into()],
            Keep::Until { days, from, fresh },
        )
    };
    db.commit(WriteSet::new().run(&sql::KEEP_CHANGE, params))
        .await?;
    Ok(keep)
}

fn read(row: &Row) -> Result<Destruction, StoreError> {
    let damaged = || StoreError::Damaged("a destruction of recovery points".into());
    let at = |at: usize| -> Result<Option<Instant>, StoreError> {
        let micros = (!row.is_null(at)).then(|| row.int(at)).transpose()?;
        Ok(micros.map(Instant::from_micros))
    };
    let by = |who: usize| -> Result<Option<(AccountId, Instant)>, StoreError> {
        if row.is_null(who) {
            return Ok(None);
        }
        let account = AccountId::from_slice(row.bytes(who)?).ok_or_else(damaged)?;
        Ok(Some((account, at(who + 1)?.ok_or_else(damaged)?)))
    };
    let points = row.text(1)?;
    let done = match at(11)? {
        Some(done) if !row.is_null(12) => {
            Some((done, u64::try_from(row.int(12)?).map_err(|_| damaged())?))
        }
        _ => None,
    };
    Ok(Destruction {
        id: PrivilegeId::from_slice(row.bytes(0)?).ok_or_else(damaged)?,
        of: if points.is_empty() {
            Of::All
        } else {
            Of::Points(points.split(' ').map(str::to_owned).collect())
        },
        reason: row.text(2)?.parse().map_err(|()| damaged())?,
        proposed_at: at(3)?.ok_or_else(damaged)?,
        first: by(4)?,
        second: by(6)?,
        due_at: at(8)?,
        cancelled_at: at(9)?,
        begun_at: at(10)?,
        done,
    })
}

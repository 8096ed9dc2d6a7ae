//! Recovery points: made in time, gone in time, sealed, and rehearsed: `backup.regular`, `backup.continuous`,
//! `backup.expires`, `backup.encrypted`, `backup.tested`.

use std::sync::Arc;
use std::time::Duration;

use super::{BACKUP_CONTINUOUS, BACKUP_ENCRYPTED, BACKUP_EXPIRES, BACKUP_REGULAR, BACKUP_TESTED};
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// How late something may be: a quarter of its time, and no less than this.
const LATE_MIN: Duration = Duration::from_mins(30);
/// What is over is removed by a daily run, and its last bytes by the next one.
const REMOVAL: Duration = Duration::from_hours(48);
const DAY: Duration = Duration::from_hours(24);
/// "A few seconds", which what was committed may take until it lies elsewhere.
const SECONDS_FEW: Duration = Duration::from_secs(5);
/// Sealed bytes hold no readable run of this length, but by a chance that never comes.
const READABLE_RUN: usize = 32;
/// With fewer bytes their distribution says nothing.
const SPREAD_BYTES_MIN: usize = 8 << 10;
/// Chi squared of 255 degrees of freedom: random bytes stay below this but once in some 10^15 times.
const SPREAD_MAX: f64 = 520.0;

/// The recovery points that there are.
#[derive(Clone, Debug)]
pub struct Points {
    /// How old each is.
    pub ages: Vec<Duration>,
    /// Whether the key of each is there, in the same order.
    pub opens: Vec<bool>,
    /// How old what the keys open is, of every key that is there.
    pub keys: Vec<Duration>,
    /// How often one is made.
    pub every: Duration,
    /// How long one is kept.
    pub keep: Duration,
}

/// Who was erased, and may be in a backup of the keys still.
#[derive(Clone, Copy, Debug)]
pub struct InReach {
    /// How many.
    pub persons: u64,
    /// Whether one of them is for longer than is promised.
    pub late: bool,
}

/// A drill, and how it went last.
#[derive(Clone, Debug)]
pub struct Drilled {
    /// Which.
    pub name: String,
    /// How often it is to be run.
    pub every: Duration,
    /// How long ago the last one that held was begun.
    pub held: Option<Duration>,
    /// Whether the last one of all held.
    pub last_held: bool,
    /// How much would have been lost, and how long it took until it could serve.
    pub spans: Option<(Duration, Duration)>,
}

/// A file of the repository, as it lies there.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its name.
    pub name: String,
    /// Its bytes, or the first of them.
    pub bytes: Vec<u8>,
}

/// What was tried on the repository.
#[derive(Clone, Debug)]
pub struct Locked {
    /// Files that were taken from it.
    pub files: Vec<Stored>,
    /// Whether the newest point opens with the right key.
    pub opens: bool,
    /// Whether it opens with another one.
    pub opens_with_another: bool,
    /// The places in it in which its own key was found.
    pub key_in: Vec<String>,
    /// Bytes in which the key was looked for.
    pub searched: u64,
}

/// How long it takes until what is committed lies elsewhere.
#[derive(Clone, Debug)]
pub enum Sends {
    /// So long.
    After(Duration),
    /// Never: what is missing for it, in a word.
    Never(String),
}

/// What the checks measure on.
pub trait Backups: Send + Sync {
    /// The points in the repository, read now.
    fn points(&self) -> Probing<'_, Points>;

    /// What the backups of the keys may still hold, looked at now.
    fn in_reach(&self) -> Probing<'_, InReach>;

    /// Every drill that is to be run.
    fn drills(&self) -> Probing<'_, Vec<Drilled>>;

    /// Commit something, and wait until it lies elsewhere: how long that took. So long, and no longer, is looked.
    fn sent_after(&self) -> Probing<'_, Sends>;

    /// A sample of the repository's files, and what a wrong key does.
    fn locked(&self) -> Probing<'_, Locked>;
}

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Regular,
    Continuous,
    Expires,
    Encrypted,
    Tested,
}

/// A check of the recovery points.
pub struct BackupCheck {
    backups: Arc<dyn Backups>,
    which: Which,
}

impl BackupCheck {
    /// Every check of these backups.
    #[must_use]
    pub fn all(backups: &Arc<dyn Backups>) -> Vec<Self> {
        use Which::{Continuous, Encrypted, Expires, Regular, Tested};
        let of = |which| Self {
            backups: Arc::clone(backups),
            which,
        };
        [Regular, Continuous, Expires, Encrypted, Tested]
            .map(of)
            .into()
    }

    async fn run(&self, drill: bool) -> Result<Outcome, ProbeError> {
        match self.which {
            Which::Regular => {
                let mut points = self.backups.points().await?;
                if drill {
                    points.opens.fill(false);
                }
                Ok(regular(&points))
            }
            Which::Continuous => {
                let sends = if drill {
                    Sends::After(Duration::from_hours(1))
                } else {
                    self.backups.sent_after().await?
                };
                Ok(continuous(&sends))
            }
            Which::Expires => {
                let mut points = self.backups.points().await?;
                let mut in_reach = self.backups.in_reach().await?;
                if drill {
                    points.ages.push(points.keep + REMOVAL * 2);
                    points.keys.push(points.keep + REMOVAL * 2);
                    in_reach = InReach {
                        persons: in_reach.persons + 1,
                        late: true,
                    };
                }
                Ok(expires(&points, in_reach))
            }
            Which::Encrypted => {
                let mut locked = self.backups.locked().await?;
                if drill {
                    locked.files.push(Stored {
                        name: "drill".to_owned(),
                        bytes: b"a file that somebody stored as it was, without any seal".to_vec(),
                    });
                }
                Ok(encrypted(&locked))
            }
            Which::Tested => {
                let mut drills = self.backups.drills().await?;
                if drill {
                    drills.push(Drilled {
                        name: "drill".to_owned(),
                        every: DAY,
                        held: None,
                        last_held: false,
                        spans: None,
                    });
                }
                Ok(tested(&drills))
            }
        }
    }
}

/// After how long something is late that is to be done so often.
#[must_use]
pub fn late_after(every: Duration) -> Duration {
    every + (every / 4).max(LATE_MIN)
}

fn regular(points: &Points) -> Outcome {
    let mut outcome = Outcome::new();
    let opening = points.ages.iter().zip(&points.opens);
    let newest = opening.filter(|(_, opens)| **opens).map(|(age, _)| age);
    let newest = newest.min();
    if newest.is_none_or(|age| *age > late_after(points.every)) {
        outcome.wrong(Wrong::BackupLate, "");
    }
    outcome.count(Seen::RecoveryPoints, points.ages.len());
    let today = points.ages.iter().filter(|age| **age <= DAY);
    outcome.count(Seen::PointsOfADay, today.count());
    if let Some(newest) = newest {
        outcome.number(Seen::NewestMinutes, newest.as_secs() / 60);
    }
    outcome
}

fn continuous(sends: &Sends) -> Outcome {
    let mut outcome = Outcome::new();
    let sent_after = match sends {
        Sends::After(span) => *span,
        Sends::Never(lack) => {
            outcome.wrong(Wrong::NothingSent, lack.clone());
            return outcome;
        }
    };
    if sent_after > SECONDS_FEW {
        outcome.wrong(Wrong::SentLate, "");
    }
    let millis = u64::try_from(sent_after.as_millis()).unwrap_or(u64::MAX);
    outcome.number(Seen::SentMillis, millis);
    outcome
}

fn expires(points: &Points, in_reach: InReach) -> Outcome {
    let mut outcome = Outcome::new();
    if in_reach.late {
        outcome.wrong(Wrong::WithinReach, "");
    }
    outcome.number(Seen::WithinReach, in_reach.persons);
    let is_over = |age: &Duration| *age > points.keep + REMOVAL;
    if points.ages.iter().any(is_over) {
        outcome.wrong(Wrong::PastItsTime, "");
    }
    if points.keys.iter().any(is_over) {
        outcome.wrong(Wrong::KeyPastItsTime, "");
    }
    outcome.count(Seen::RecoveryPoints, points.ages.len());
    let opening = points.opens.iter().filter(|opens| **opens);
    outcome.count(Seen::PointsThatOpen, opening.count());
    if let Some(oldest) = points.ages.iter().max() {
        outcome.number(Seen::OldestDays, oldest.as_secs() / DAY.as_secs());
    }
    outcome
}

fn encrypted(locked: &Locked) -> Outcome {
    let mut outcome = Outcome::new();
    if locked.files.is_empty() {
        outcome.wrong(Wrong::NothingSearched, "");
    }
    for file in locked
        .files
        .iter()
        .filter(|file| !looks_sealed(&file.bytes))
    {
        outcome.wrong(Wrong::NotSealed, file.name.clone());
    }
    if !locked.opens {
        outcome.wrong(Wrong::DoesNotOpen, "");
    }
    if locked.opens_with_another {
        outcome.wrong(Wrong::OtherKeyOpens, "");
    }
    for place in &locked.key_in {
        outcome.wrong(Wrong::KeyBeside, place.clone());
    }
    outcome.count(Seen::Samples, locked.files.len());
    outcome.number(Seen::BytesSearched, locked.searched);
    outcome
}

fn tested(drills: &[Drilled]) -> Outcome {
    let mut outcome = Outcome::new();
    for drill in drills {
        if !drill.last_held {
            outcome.wrong(Wrong::DrillFailed, drill.name.clone());
        }
        if drill.held.is_none_or(|age| age > late_after(drill.every)) {
            outcome.wrong(Wrong::DrillLate, drill.name.clone());
        }
    }
    outcome.list(Seen::Drills, drills.iter().map(|drill| drill.name.clone()));
    let spans = || drills.iter().filter_map(|drill| drill.spans);
    if let Some(lost) = spans().map(|(lost, _)| lost).max() {
        outcome.number(Seen::LostSeconds, lost.as_secs());
    }
    if let Some(back) = spans().map(|(_, back)| back).max() {
        outcome.number(Seen::BackSeconds, back.as_secs());
    }
    outcome
}

/// Whether bytes can be what a cipher made: nothing readable, and no value more often than another.
fn looks_sealed(bytes: &[u8]) -> bool {
    let mut run = 0;
    for byte in bytes {
        run = if matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t') {
            run + 1
        } else {
            0
        };
        if run >= READABLE_RUN {
            return false;
        }
    }
    bytes.len() < SPREAD_BYTES_MIN || spread(bytes) < SPREAD_MAX
}

/// Chi squared of the bytes against a uniform distribution.
#[expect(
    clippy::cast_precision_loss,
    reason = "Counts of a file's first megabyte."
)]
fn spread(bytes: &[u8]) -> f64 {
    let mut counts = [0_u64; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let expected = bytes.len() as f64 / 256.0;
    counts
        .iter()
        .map(|count| (*count as f64 - expected).powi(2) / expected)
        .sum()
}

impl Check for BackupCheck {
    fn name(&self) -> &'static str {
        match self.which {
            Which::Regular => BACKUP_REGULAR,
            Which::Continuous => BACKUP_CONTINUOUS,
            Which::Expires => BACKUP_EXPIRES,
            Which::Encrypted => BACKUP_ENCRYPTED,
            Which::Tested => BACKUP_TESTED,
        }
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(false))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.run(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn points(ages: &[Duration]) -> Points {
        Points {
            ages: ages.to_vec(),
            opens: vec![true; ages.len()],
            keys: ages.to_vec(),
            every: HOUR * 4,
            keep: DAY * 30,
        }
    }

    #[test]
    fn a_point_is_late_after_a_quarter_of_its_time() {
        assert!(regular(&points(&[HOUR * 5])).held());
        assert!(regular(&points(&[HOUR, HOUR * 90])).held());
        for late in [&[HOUR * 6][..], &[]] {
            assert!(regular(&points(late)).has(Wrong::BackupLate));
        }
        // One whose key is lost is none.
        let mut lost = points(&[HOUR, HOUR * 90]);
        lost.opens[0] = false;
        assert!(regular(&lost).has(Wrong::BackupLate));
    }

    #[test]
    fn what_takes_more_than_a_few_seconds_is_seen() {
        let after = |millis| continuous(&Sends::After(Duration::from_millis(millis)));
        assert!(after(4_900).held());
        assert!(after(6_000).has(Wrong::SentLate));
        assert!(continuous(&Sends::Never("data: wal_level".into())).has(Wrong::NothingSent));
    }

    #[test]
    fn a_point_that_is_over_must_be_gone_two_days_later() {
        let in_reach = |late| InReach { persons: 1, late };
        assert!(expires(&points(&[HOUR, DAY * 31]), in_reach(false)).held());
        let over = expires(&points(&[HOUR, DAY * 33]), in_reach(false));
        assert!(over.has(Wrong::PastItsTime));
        // Each by itself: files without a key, and a key whose files are gone.
        let mut files = points(&[HOUR, DAY * 33]);
        files.keys.pop();
        let files = expires(&files, in_reach(false));
        assert!(files.has(Wrong::PastItsTime) && !files.has(Wrong::KeyPastItsTime));
        let mut key = points(&[HOUR, DAY * 33]);
        key.ages.pop();
        let key = expires(&key, in_reach(false));
        assert!(key.has(Wrong::KeyPastItsTime) && !key.has(Wrong::PastItsTime));
        let late = expires(&points(&[HOUR]), in_reach(true));
        assert!(late.has(Wrong::WithinReach));
    }

    #[test]
    fn what_is_not_sealed_is_seen() {
        let rng = base::SeededRng::new(3);
        let mut random = vec![0; 64 << 10];
        base::Rng::fill(&rng, &mut random);
        assert!(looks_sealed(&random));
        assert!(looks_sealed(&random[..100]));
        assert!(!looks_sealed(&[0; 64 << 10]));
        assert!(!looks_sealed(
            b"tenants = [\"demo\"] and everything else that stands in a configuration"
        ));
        let mut text = random.clone();
        text[5_000..5_040].copy_from_slice(b"CREATE TABLE person (tenant TEXT NOT NUL");
        assert!(!looks_sealed(&text));
        // What was only compressed is no more even than this.
        let uneven: Vec<u8> = random.iter().map(|byte| byte & 0xf7).collect();
        assert!(!looks_sealed(&uneven));
    }

    #[test]
    fn a_drill_that_failed_or_is_late_is_seen() {
        let drill = |held, last_held| Drilled {
            name: "drill.restore".to_owned(),
            every: DAY,
            held,
            last_held,
            spans: Some((HOUR, HOUR)),
        };
        assert!(tested(&[drill(Some(HOUR), true)]).held());
        assert!(tested(&[drill(Some(HOUR * 31), true)]).has(Wrong::DrillLate));
        assert!(tested(&[drill(Some(HOUR), false)]).has(Wrong::DrillFailed));
        assert!(tested(&[drill(None, false)]).has(Wrong::DrillLate));
    }

    #[test]
    fn a_wrong_key_that_opens_and_a_key_that_lies_there_are_seen() {
        let locked = || Locked {
            files: vec![Stored {
                name: "data/00".to_owned(),
                bytes: vec![7, 200, 3],
            }],
            opens: true,
            opens_with_another: false,
            key_in: Vec::new(),
            searched: 3,
        };
        assert!(encrypted(&locked()).held());
        let mut it = locked();
        it.opens_with_another = true;
        assert!(encrypted(&it).has(Wrong::OtherKeyOpens));
        let mut it = locked();
        it.key_in.push("keys".to_owned());
        assert!(encrypted(&it).has(Wrong::KeyBeside));
        let mut it = locked();
        it.opens = false;
        assert!(encrypted(&it).has(Wrong::DoesNotOpen));
        let mut it = locked();
        it.files.clear();
        assert!(encrypted(&it).has(Wrong::NothingSearched));
    }
}

//! The recovery points, the drills and the repository of this installation, for `backup.*`.

use std::sync::Arc;
use std::time::Duration;

use audit::{Action, Entry, Outcome};
use continuity::runs::{self, Kind};
use continuity::{ContinuityError, RepositoryKey};
use continuity::{sent_files, stream};
use govern::checks::{BackupCheck, Backups, Drilled, InReach, Locked, Points, Sends, Stored};
use govern::{Check, ProbeError, Probing};
use keys::seal::read_secret_file;
use store::WriteSet;

use super::Bench;
use crate::Installation;
use crate::backup::{self, clock};

/// Who sends says so more often than this.
const SILENT: Duration = Duration::from_secs(60);
/// How long, and how often, it is looked whether something was sent.
const LOOKED_FOR: Duration = Duration::from_secs(15);
/// How long a recovery point may take that a new chain asked for.
const JOINED_FOR: Duration = Duration::from_secs(45);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Files that are looked at, and how much of each.
const FILES_MAX: usize = 40;
const FILE_BYTES_MAX: u64 = 1 << 20;

pub(super) fn of(bench: &Arc<Bench>) -> impl Iterator<Item = Box<dyn Check>> {
    let backups: Arc<dyn Backups> = Arc::new(Kept(Arc::clone(bench)));
    BackupCheck::all(&backups)
        .into_iter()
        .map(|check| Box::new(check) as Box<dyn Check>)
}

struct Kept(Arc<Bench>);

/// What runs by the clock gets so long after the start, before it is asked how it went.
const AFTER_START: Duration = Duration::from_mins(3);

/// Whether a check can say anything here, and now: about backups only where there are some, and not before the first is made.
pub(super) fn can_be_measured(house: &Installation, check: &str) -> bool {
    if !check.starts_with("backup.") {
        return true;
    }
    let section = house.config.backup.as_ref();
    let by_the_clock = section.is_some_and(|section| section.every().is_some());
    by_the_clock && house.clock.now().since(house.opened_at) >= AFTER_START
}

fn failed(error: &dyn std::fmt::Display) -> ProbeError {
    ProbeError::new("looking at the backups", error)
}

impl Kept {
    /// An entry of the operator's log: a commit that anybody's work could be.
    async fn commit_something(&self) -> Result<(), ProbeError> {
        let house = &self.0.house;
        let operator = backup::operator().map_err(|error| failed(&error))?;
        let (ctx, _) = house.local(&operator, "check");
        let entry = Entry::new(&ctx, Action::BackupRead, Outcome::Ok);
        let entry = entry.map_err(|error| failed(&error))?.finish(&operator);
        let committed = house.db.commit(WriteSet::new().log(entry)).await;
        committed.map(drop).map_err(|error| failed(&error))
    }
}

impl Backups for Kept {
    fn points(&self) -> Probing<'_, Points> {
        Box::pin(async {
            let house = &self.0.house;
            let section = backup::section(&house.config).map_err(|error| failed(&error))?;
            let every = section
                .every()
                .ok_or_else(|| failed(&"recovery points are not made by the clock"))?;
            let repository = backup::repository(&house.config).map_err(|error| failed(&error))?;
            let points = match repository.points().await {
                Ok(points) => points,
                // Never yet: the server may have been started just now.
                Err(ContinuityError::NoRepository(_)) => return Err(failed(&"there are none yet")),
                Err(error) => return Err(failed(&error)),
            };
            let now = house.clock.now();
            let opens = repository.open_of(&points);
            let keys = repository.apart().ages(now);
            Ok(Points {
                ages: points.iter().map(|it| now.since(it.taken_at)).collect(),
                opens: opens.map_err(|error| failed(&error))?,
                keys: keys.map_err(|error| failed(&error))?,
                every,
                keep: section.keep(),
            })
        })
    }

    fn in_reach(&self) -> Probing<'_, InReach> {
        Box::pin(async {
            let house = &self.0.house;
            let reach = backup::reach(house).await;
            let late = backup::within_reach_too_long(house).await;
            Ok(InReach {
                persons: reach.map_err(|error| failed(&error))?.within,
                late: late.map_err(|error| failed(&error))?.is_some(),
            })
        })
    }

    fn drills(&self) -> Probing<'_, Vec<Drilled>> {
        Box::pin(async {
            let house = &self.0.house;
            let now = house.clock.now();
            let mut drills = Vec::new();
            for kind in [Kind::Objects, Kind::Restore, Kind::Boot, Kind::Rebuild] {
                let Some(every) = clock::every(house, kind) else {
                    return Err(failed(&"drills are not run by the clock"));
                };
                let runs = kind == Kind::Objects || clock::has_room(house);
                let recent = runs::recent(&house.db, kind, 2).await;
                let recent = recent.map_err(|error| failed(&error))?;
                let ended = recent.iter().find(|run| run.ended.is_some());
                let held = runs::last_held(&house.db, kind).await;
                let held = held.map_err(|error| failed(&error))?;
                if ended.is_none() && runs {
                    return Err(failed(&format!("{} was never run yet", kind.as_str())));
                }
                let end = held.as_ref().and_then(|run| run.ended.as_ref());
                drills.push(Drilled {
                    name: kind.as_str().to_owned(),
                    every,
                    held: held.as_ref().map(|run| now.since(run.begun_at)),
                    // One that is never run did not fail: it is late.
                    last_held: ended.map_or(!runs, runs::Run::held),
                    spans: end.and_then(|(_, end)| end.rpo.zip(end.rto)),
                });
            }
            Ok(drills)
        })
    }

    fn sent_after(&self) -> Probing<'_, Sends> {
        Box::pin(async {
            let house = &self.0.house;
            for (name, db) in [("data", house.db.clone()), ("keys", house.keys.db())] {
                let lack = db.lack().await.map_err(|error| failed(&error))?;
                if let Some(lack) = lack {
                    return Ok(Sends::Never(format!("{name}: {}", lack.as_str())));
                }
            }
            let state = backup::stream_state(&house.config).map_err(|error| failed(&error))?;
            let Some(before) = stream::standing(&state) else {
                return Err(failed(&"nothing was ever sent"));
            };
            let silent = house.clock.now().since(before.alive_at);
            if silent > SILENT {
                return Ok(Sends::After(silent));
            }
            let waiting = sent_files::waiting(&house.db).await;
            let since = waiting.map_err(|error| failed(&error))?.since;
            let waits = since.map(|since| house.clock.now().since(since));
            if let Some(waits) = waits.filter(|waits| *waits > backup::FILES_LATE) {
                return Ok(Sends::After(waits));
            }
            // A chain with which no point goes on cannot be restored, however much is sent.
            let begun = std::time::Instant::now();
            while !stream::standing(&state).is_some_and(|it| it.joined) {
                if begun.elapsed() > JOINED_FOR {
                    return Ok(Sends::Never("no recovery point goes on with it".to_owned()));
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
            let begun = std::time::Instant::now();
            self.commit_something().await?;
            // Right after: what is sent from now on has it.
            let committed_at = house.clock.now();
            let sent = loop {
                let standing = stream::standing(&state).filter(|it| it.sent_at > committed_at);
                match standing {
                    Some(standing) => break standing,
                    None if begun.elapsed() > LOOKED_FOR => {
                        return Ok(Sends::After(begun.elapsed()));
                    }
                    None => tokio::time::sleep(LOOK_EVERY).await,
                }
            };
            let took = begun.elapsed();
            let repository = backup::repository(&house.config).map_err(|error| failed(&error))?;
            stream::opens(&repository, &sent)
                .await
                .map_err(|error| failed(&error))?;
            Ok(Sends::After(took))
        })
    }

    fn locked(&self) -> Probing<'_, Locked> {
        Box::pin(async {
            let house = &self.0.house;
            let section = backup::section(&house.config).map_err(|error| failed(&error))?;
            let key = read_secret_file(&section.key_file).map_err(|error| failed(&error))?;
            let repository = backup::repository(&house.config).map_err(|error| failed(&error))?;
            let opens = match repository.points().await {
                Ok(points) => !points.is_empty(),
                Err(ContinuityError::NoRepository(_)) => return Err(failed(&"there are none yet")),
                Err(ContinuityError::WrongKey) => false,
                Err(error) => return Err(failed(&error)),
            };
            let mut other = [0; 32];
            house.rng.fill(&mut other);
            let environment = &house.config.environment;
            let other = RepositoryKey::new(&other, environment).map_err(|error| failed(&error))?;
            let other = repository.with_key(other);
            let opens_with_another = match other.points().await {
                Ok(_) => true,
                Err(ContinuityError::WrongKey) => false,
                Err(error) => return Err(failed(&error)),
            };
            let raw = repository.raw(FILES_MAX, FILE_BYTES_MAX).await;
            let raw = raw.map_err(|error| failed(&error))?;
            let (mut files, mut key_in, mut searched) = (Vec::new(), Vec::new(), 0);
            for (name, bytes) in raw {
                searched += bytes.len() as u64;
                if bytes.windows(key.len()).any(|window| window == *key) {
                    key_in.push(name.clone());
                }
                files.push(Stored { name, bytes });
            }
            Ok(Locked {
                files,
                opens,
                opens_with_another,
                key_in,
                searched,
            })
        })
    }
}

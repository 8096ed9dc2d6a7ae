//! The newest point and the newest backup of the keys, restored to a scratch place: it holds together, its logs verify, somebody's record is
//! there as it was, and somebody who was erased does not open.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use continuity::runs::Kind as Drill;
use continuity::{Restored, Silent, sent_files};
use crypt::shamir::Quorum;
use keys::shares::Share;
use store::Sql;
use store::practice::Room;
use store::snapshot::Kind;
use vault::VaultError;

use super::Found;
use super::canary::Canary;
use crate::api::House;
use crate::backup::{clock, run};
use crate::config::{Config, DrillPlaces};
use crate::postgres::url_of;
use crate::restore::{From, Of, To, restore_looking};
use crate::{Failure, Installation, backup};

/// So many generations of the keys are made until one is without everybody who was erased.
const GENERATIONS_MAX: u32 = 5;
/// While somebody else makes a recovery point, it is looked so often whether that is done.
const POINT_TRIES: u32 = 900;
const POINT_WAIT: Duration = Duration::from_secs(1);
/// A drill's own division of the root key.
const SHARES: u8 = 5;
const NEEDED: u8 = 3;
/// What was written so long ago must come back, where a stream is sent.
const SENT_WITHIN: Duration = Duration::from_millis(2_500);

static HAS_RECORD: Sql = Sql::both(
    "SELECT 1 FROM record WHERE tenant = $1 AND person = $2 AND sealed IS NOT NULL LIMIT 1",
);

/// Every statement, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[&HAS_RECORD];

/// Two empty databases of PostgreSQL that a drill fills, by files with their URLs. They are not empty afterwards.
#[derive(Clone, Debug)]
pub struct Databases {
    /// For the data.
    pub data: PathBuf,
    /// For the keys.
    pub keys: PathBuf,
}

/// Room in the databases that the configuration names, as long as a drill lasts.
struct Rooms {
    rooms: [Room; 2],
    databases: Databases,
}

impl Rooms {
    /// Make room; files with the URLs are put beside `folder`.
    async fn take(config: &Config, places: &DrillPlaces, folder: &Path) -> Result<Self, Failure> {
        // Reached as those that are in use are.
        let data = url_of(&config.data.with_url(places.data_url_file.clone()))?;
        let keys = url_of(&config.keys.with_url(places.keys_url_file.clone()))?;
        let (data, keys) = (Room::take(&data).await?, Room::take(&keys).await?);
        let databases = Databases {
            data: folder.with_extension("data.url"),
            keys: folder.with_extension("keys.url"),
        };
        for (path, room) in [(&databases.data, &data), (&databases.keys, &keys)] {
            let written = crate::private::write(path, room.url().expose().as_bytes());
            written.map_err(|error| Failure::file(path, &error))?;
        }
        Ok(Self {
            rooms: [data, keys],
            databases,
        })
    }

    async fn clear(self) -> Result<(), Failure> {
        forget(&self.databases.data)?;
        forget(&self.databases.keys)?;
        for room in self.rooms {
            room.clear().await?;
        }
        Ok(())
    }
}

/// Enough shares of the root key, and the others forgotten.
async fn quorum_of(house: &House) -> Result<Vec<Share>, Failure> {
    let quorum = Quorum::new(NEEDED, SHARES).ok_or_else(|| Failure::text("no such quorum"))?;
    let mut set = house.keys.split_root(quorum).await?;
    set.shares.truncate(NEEDED.into());
    Ok(set.shares)
}

/// Overwrite a key file, and remove it, if it is there.
fn forget(path: &Path) -> Result<(), Failure> {
    match std::fs::metadata(path) {
        Err(_) => Ok(()),
        Ok(meta) => {
            let zeros = vec![0; usize::try_from(meta.len()).unwrap_or(0)];
            let gone = std::fs::write(path, zeros).and_then(|()| std::fs::remove_file(path));
            gone.map_err(|error| Failure::file(path, &error))
        }
    }
}

/// What was restored for practice, and not served to anybody.
pub(super) struct Practice {
    /// Its folder; gone when this is dropped.
    folder: tempfile::TempDir,
    /// The key file that seals its root key, if shares brought that back.
    seal: PathBuf,
    rooms: Option<Rooms>,
    /// Its configuration: what goes out (letters, backups, other providers) is left out.
    pub config: Config,
    pub living: Canary,
    pub point: String,
    pub rpo: Duration,
    pub begun: Instant,
}

impl Practice {
    /// Overwrite what keys lie in it, and remove it.
    pub async fn clear(self) -> Result<(), Failure> {
        continuity::wipe(&self.folder.path().join("keys"))?;
        forget(&self.seal)?;
        if let Some(rooms) = self.rooms {
            rooms.clear().await?;
        }
        let path = self.folder.path().to_owned();
        self.folder
            .close()
            .map_err(|error| Failure::file(&path, &error))
    }
}

/// Restore for practice, try what is to be tried on it, and clear it away.
pub(super) async fn rehearse(
    house: &House,
    kind: Drill,
    databases: Option<&Databases>,
    trial: impl AsyncFnOnce(&Practice) -> Result<(), Failure>,
) -> Result<Found, Failure> {
    let practice = restored(house, kind, databases).await?;
    let outcome = trial(&practice).await;
    let found = Found {
        point: Some(practice.point.clone()),
        rpo: practice.rpo,
        rto: practice.begun.elapsed(),
        amount: 1,
    };
    practice.clear().await?;
    outcome?;
    Ok(found)
}

/// Read a record from it.
pub(super) async fn read(practice: &Practice) -> Result<(), Failure> {
    let restored = Installation::open(practice.config.clone()).await?;
    let outcome = holds(&restored, &practice.living).await;
    restored.close().await;
    outcome
}

/// Whether the living canary's record is there as it was.
async fn holds(restored: &Installation, living: &Canary) -> Result<(), Failure> {
    let (document, _) = living.read(restored).await?;
    if document == living.document {
        Ok(())
    } else {
        Err(Failure::coded(
            "drill.differs",
            "a record came back otherwise than it was",
        ))
    }
}

fn is_of_postgres(house: &House) -> bool {
    [house.db.kind(), house.keys.db().kind()].contains(&Kind::Postgres)
}

/// Restore the newest point, with the one erased just now in it, and have it pass the gate.
async fn restored(
    house: &House,
    kind: Drill,
    databases: Option<&Databases>,
) -> Result<Practice, Failure> {
    if databases.is_none() && is_of_postgres(house) && !clock::has_room(house) {
        return Err(Failure::usage(
            "a drill of PostgreSQL needs two databases to restore to\nhint: name them in [backup.drills], or two empty ones with --postgres-data FILE and --postgres-keys FILE",
        ));
    }
    let Some(tenant) = house.config.tenants.first() else {
        return Err(Failure::usage("the configuration names no tenant"));
    };
    let living = Canary::living(house, tenant, kind).await?;
    let doomed = Canary::doomed(house, tenant, kind).await?;
    let repository = backup::repository(&house.config)?;
    let written = living.written_at.max(doomed.written_at);
    for _ in 0..POINT_TRIES {
        let newest = match repository.points().await {
            Ok(points) => points.into_iter().next(),
            Err(continuity::ContinuityError::NoRepository(_)) => None,
            Err(error) => return Err(error.into()),
        };
        if newest.is_some_and(|newest| newest.taken_at > written) {
            break;
        }
        // The two of them are in no point yet; nor may they be in one that somebody else makes at this moment.
        if run::point(house, None, Arc::new(Silent)).await?.is_none() {
            tokio::time::sleep(POINT_WAIT).await;
        }
    }
    let last = living.write_last(house).await?;
    let written_at = house.clock.now();
    let state = backup::stream_state(&house.config)?;
    if continuity::stream::standing(&state).is_some() {
        // What is written leaves within a second, while a server runs.
        tokio::time::sleep(SENT_WITHIN).await;
    }
    let lost_at = house.clock.now();
    let begun = Instant::now();
    doomed.erase(house).await?;
    let mut within = u64::MAX;
    // Others may be erased at this very moment.
    for _ in 0..GENERATIONS_MAX {
        backup::keep_keys(house).await?;
        within = backup::reach(house).await?.within;
        if within == 0 {
            break;
        }
    }
    if within > 0 {
        return Err(Failure::coded(
            "drill.within_reach",
            "a backup of the keys still holds those of somebody who was erased",
        ));
    }
    // The next one to be erased is in the points from now on.
    Canary::doomed(house, tenant, kind).await?;

    let section = backup::section(&house.config)?;
    let scratch = &section.scratch;
    crate::private::folder(scratch).map_err(|error| Failure::file(scratch, &error))?;
    let folder = tempfile::Builder::new()
        .prefix("drill-")
        .tempdir_in(scratch)
        .map_err(|error| Failure::file(scratch, &error))?;
    let rooms = match (databases, &section.drills) {
        (None, Some(places)) if is_of_postgres(house) => {
            Some(Rooms::take(&house.config, places, folder.path()).await?)
        }
        _ => None,
    };
    let databases = databases.or(rooms.as_ref().map(|it| &it.databases));
    let seal = folder.path().with_extension("root.key");
    let shares = if kind == Drill::Rebuild {
        // What seals the root key here is taken to be lost.
        quorum_of(house).await?
    } else {
        Vec::new()
    };
    let to = To {
        folder: folder.path(),
        postgres: databases.map(|it| (it.data.as_path(), it.keys.as_path())),
        seal: (!shares.is_empty()).then_some(seal.as_path()),
    };
    let mut came_back = false;
    let restored = restore_looking(
        &house.config,
        &house.config.file,
        From::Backup(&shares),
        (Of::Moment(lost_at), to),
        &Arc::new(Silent),
        Some(async |restored: &Installation| {
            holds(restored, &living).await?;
            came_back = living.has_last(restored, &last).await?;
            does_not_open(restored, &doomed).await
        }),
    )
    .await;
    let restored = match restored {
        Ok((restored, _)) => whole(house, &restored).await.map(|()| restored),
        Err(failure) => Err(failure),
    };
    let restored = match restored {
        Ok(restored) => restored,
        Err(failure) => {
            continuity::wipe(&folder.path().join("keys"))?;
            forget(&seal)?;
            if let Some(rooms) = rooms {
                rooms.clear().await?;
            }
            return Err(failure);
        }
    };
    Ok(Practice {
        seal,
        rooms,
        config: quiet(&folder.path().join("strongroom.toml"))?,
        folder,
        living,
        rpo: lost_at.since(if came_back {
            written_at
        } else {
            restored.line.taken_at
        }),
        point: restored.line.name,
        begun,
    })
}

/// Whether every file came back that should lie in a backup. One that still waits to be sent does not yet.
async fn whole(house: &House, restored: &Restored) -> Result<(), Failure> {
    let missing = restored.files.iter().flat_map(|it| &it.missing_objects);
    for id in missing {
        if sent_files::stands_sent(&house.db, *id).await? {
            return Err(Failure::coded(
                "drill.missing",
                format!("object {id} was sent or in a recovery point, and did not come back"),
            ));
        }
    }
    Ok(())
}

/// Whether the one who was erased is in the point, and does not open although nothing was repeated yet.
async fn does_not_open(restored: &Installation, doomed: &Canary) -> Result<(), Failure> {
    let params = vec![(&doomed.tenant).into(), doomed.person.into()];
    if restored.db.row(&HAS_RECORD, params).await?.is_none() {
        return Err(Failure::coded(
            "drill.not_there",
            "somebody who was erased since is not in the recovery point, so that it proves nothing about them",
        ));
    }
    match doomed.read(restored).await {
        Ok(_) => Err(Failure::coded(
            "drill.resurrected",
            "somebody who was erased opens from a recovery point",
        )),
        Err(VaultError::Store(error)) => Err(error.into()),
        Err(_) => Ok(()),
    }
}

/// The configuration of a restored installation, without anything that goes out.
fn quiet(file: &Path) -> Result<Config, Failure> {
    let mut config = Config::read(file)?;
    config.backup = None;
    config.mail = None;
    config.providers.clear();
    config.listen.https = ([127, 0, 0, 1], 0).into();
    config.listen.metrics = None;
    Ok(config)
}

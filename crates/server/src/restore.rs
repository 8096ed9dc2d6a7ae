//! A recovery point made an installation again, in a folder of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Clock, Instant};
use continuity::{ContinuityError, Repository, Restored, Watch};
use continuity::{generations, rows, sent_files};
use keys::shares::Share;
use store::Db;
use store::snapshot::{Filling, Kind, SQLITE_PART, check_sqlite};

use crate::clock::SystemClock;

use crate::config::{Config, Database, SealConfig};
use crate::gate::{self, Passed};
use crate::{Failure, Installation, backup, installation, private, quorum};

/// The configuration's name in a restored folder.
const FILE: &str = "strongroom.toml";

/// Which key store the restored installation has.
#[derive(Clone, Copy, Debug)]
pub enum From<'a> {
    /// A copy, from its newest backup. Where there are shares, they give its root key: what unsealed it is lost, and what the
    /// configuration says unseals it from now on.
    Backup(&'a [Share]),
    /// The one that the configuration names, as it is.
    Live,
}

/// What is restored.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    /// The point of this name.
    Point(&'a str),
    /// What there was at this moment: the newest point of before it, and what was sent since.
    Moment(Instant),
}

/// Where an installation is restored to.
#[derive(Clone, Copy, Debug)]
pub struct To<'a> {
    /// A folder that is empty or not there yet.
    pub folder: &'a Path,
    /// Files with the URLs of two empty databases, for data and keys of a point of PostgreSQL.
    pub postgres: Option<(&'a Path, &'a Path)>,
    /// A key file to be made, which seals the root key that shares bring back, instead of what sealed it before.
    pub seal: Option<&'a Path>,
}

impl To<'_> {
    /// The databases that PostgreSQL's files go to.
    fn databases(&self) -> Result<(PathBuf, PathBuf), Failure> {
        let (data, keys) = self.postgres.ok_or_else(|| {
            Failure::usage(
                "the recovery point is of PostgreSQL\nhint: name two empty databases with --postgres-data FILE and --postgres-keys FILE",
            )
        })?;
        let absolute = |path: &Path| {
            path.canonicalize()
                .map_err(|error| Failure::file(path, &error))
        };
        Ok((absolute(data)?, absolute(keys)?))
    }
}

/// Restore a point and, from its backup, the key store; write a configuration that names both, and pass the gate. `config` was read from `file`.
///
/// # Errors
/// [`Failure`]; what was written until then stays for somebody to look at.
pub async fn restore<W: Watch + 'static>(
    config: &Config,
    file: &Path,
    from: From<'_>,
    of: (Of<'_>, To<'_>),
    watch: &Arc<W>,
) -> Result<(Restored, Passed), Failure> {
    let nothing = None::<fn(&Installation) -> std::future::Ready<Result<(), Failure>>>;
    restore_looking(config, file, from, of, watch, nothing).await
}

/// [`restore`], with a look at what was restored before it passes the gate: nobody is served from it then, and nothing was repeated. What was
/// looked at stands in the restored log, which is then not brought forward from a newer point: it is for practice only.
///
/// # Errors
/// As [`restore`], and those of the look; the gate stays shut then.
pub(crate) async fn restore_looking<W: Watch + 'static>(
    config: &Config,
    file: &Path,
    from: From<'_>,
    (of, target): (Of<'_>, To<'_>),
    watch: &Arc<W>,
    look: Option<impl AsyncFnOnce(&Installation) -> Result<(), Failure>>,
) -> Result<(Restored, Passed), Failure> {
    let repository = backup::repository(config)?;
    let to = target.folder;
    continuity::make_empty(to)?;
    let to = to
        .canonicalize()
        .map_err(|error| Failure::file(to, &error))?;
    let logging = config.logging.clone();
    let mut config = config.clone();
    if let Some(path) = target.seal {
        config.seal = SealConfig::KeyFile {
            path: path.to_owned(),
        };
    }
    let mut generation = None;
    if let From::Backup(_) = from {
        watch.begins("restoring the keys");
        let folder = to.join("keys");
        private::folder(&folder).map_err(|error| Failure::file(&folder, &error))?;
        let places = backup::places(&config)?;
        let opened = generations::open(&places, &config.environment, 0, &folder).await?;
        generation = Some(opened.generation.number);
        config.keys = match opened.kind {
            Kind::Sqlite => Database::Sqlite {
                path: folder.join(SQLITE_PART),
            },
            Kind::Postgres => {
                let filled = fill_keys(&config, &target, opened.schema, &folder).await;
                // What was filled in lies in the database now; however it went, no second copy of keys stays behind.
                continuity::wipe(&folder)?;
                filled?
            }
        };
    }
    let mut recovered = None;
    if let From::Backup(shares @ [_, ..]) = from {
        recovered = Some(quorum::recover(&config, shares).await?);
    }
    // The keys only: the data may be what was lost.
    let keys = Installation::open_keys(&config).await?;
    let trust = backup::trust(&keys, &config)?;
    watch.begins("restoring");
    let point = match of {
        Of::Point(name) => name.to_owned(),
        Of::Moment(moment) => before(&repository, moment).await?,
    };
    let mut restored =
        continuity::restore(&repository, &point, trust, &to, Arc::clone(watch) as _).await?;
    let database = Kind::parse(&restored.manifest.engine).unwrap_or(Kind::Sqlite);
    if let (Of::Moment(moment), Some(stream), Kind::Sqlite) =
        (of, &restored.manifest.stream, database)
    {
        watch.begins("going on from there");
        let file = restored.database.join(SQLITE_PART);
        let forwarded = continuity::stream::forward(&repository, stream, moment, &file).await?;
        check_sqlite(&file).await?;
        restored.forwarded = Some(forwarded);
    }
    let wanted = restored.manifest.keys.generation;
    if generation.is_some_and(|generation| generation < wanted) {
        return Err(ContinuityError::NoKeys(wanted).into());
    }
    let written = restored.configuration.join(backup::CONFIG);
    let text =
        std::fs::read_to_string(&written).map_err(|error| Failure::file(&written, &error))?;
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let folder = folder
        .canonicalize()
        .map_err(|error| Failure::file(folder, &error))?;
    let text = if database == Kind::Postgres {
        let (url_file, keys) = target.databases()?;
        let url = crate::postgres::url_of(&config.data.with_url(url_file.clone()))?;
        let (known, schema) = (store::migrations::DATA, restored.manifest.schema);
        let mut filling = Filling::begin(&url, known, schema, &restored.database).await?;
        if let (Of::Moment(moment), Some(stream)) = (of, &restored.manifest.stream) {
            watch.begins("going on from there");
            let forwarded = rows::forward(&repository, stream, moment, &mut filling).await?;
            restored.forwarded = Some(forwarded);
        }
        filling.end().await?;
        let keys = matches!(from, From::Backup(_)).then_some(keys);
        backup::relocated(&text, &folder, &to, backup::Now::Postgres(url_file, keys))?
    } else {
        backup::relocated(&text, &folder, &to, backup::Now::Sqlite(from))?
    };
    let text = match target.seal {
        Some(path) => backup::sealed_by(&text, path)?,
        None => text,
    };
    let mut config = Config::parse(FILE, &text)?;
    config.logging = logging;
    // Before there is a configuration that anybody could serve with.
    let data = Db::open(
        installation::database(&config.data, true)?,
        store::migrations::DATA,
        None,
    )
    .await?;
    let taken_at = restored.line.taken_at;
    if let Of::Moment(_) = of {
        watch.begins("bringing files back");
        let trust = backup::trust(&keys, &config)?;
        let watch: Arc<dyn Watch> = Arc::clone(watch) as _;
        let to = (&data, restored.objects.as_path());
        let from = (taken_at, &*restored.manifest.objects.deleted_meanwhile);
        let brought = sent_files::bring(&repository, to, from, trust, &watch).await?;
        restored.files = Some(brought);
    }
    let (manifest, digest) = (&restored.manifest, restored.digest);
    gate::shut(&data, manifest, digest, taken_at, SystemClock.now()).await?;
    data.close().await;
    let path = to.join(FILE);
    private::write(&path, text.as_bytes()).map_err(|error| Failure::file(&path, &error))?;

    watch.begins("repeating what was erased and withdrawn");
    let house = Installation::open_at_gate(config).await?;
    let scratch = to.join("newer");
    private::folder(&scratch).map_err(|error| Failure::file(&scratch, &error))?;
    let passed = async {
        if restored.forwarded.is_none_or(|it| it.pieces == 0) {
            gate::stands(&house, manifest).await?;
        }
        let sizes = gate::sizes(&house).await?;
        let newer = match look {
            Some(look) => {
                look(&house).await?;
                None
            }
            None => newer(&house, &repository, &restored, &scratch, watch).await?,
        };
        let passed = gate::pass(&house, manifest, &sizes, newer.as_deref()).await?;
        if let Some(recovered) = &recovered {
            quorum::note_combine(&house, recovered).await?;
        }
        Ok(passed)
    };
    let passed: Result<Passed, Failure> = passed.await;
    let removed = std::fs::remove_dir_all(&scratch);
    house.close().await;
    let passed = passed?;
    removed.map_err(|error| Failure::file(&scratch, &error))?;
    Ok((restored, passed))
}

/// Fill the key store in from the files in `folder`, and what came since. Where its URL lies.
async fn fill_keys(
    config: &Config,
    target: &To<'_>,
    schema: u32,
    folder: &Path,
) -> Result<Database, Failure> {
    let (_, url_file) = target.databases()?;
    let to = config.keys.with_url(url_file);
    let url = crate::postgres::url_of(&to)?;
    let mut filling = Filling::begin(&url, store::migrations::KEYS, schema, folder).await?;
    generations::forward(folder, &mut filling).await?;
    filling.end().await?;
    Ok(to)
}

/// The newest point of before a moment.
async fn before(repository: &Repository, moment: Instant) -> Result<String, Failure> {
    let points = repository.points().await?;
    let point = points.into_iter().find(|point| point.taken_at <= moment);
    let none = || ContinuityError::NoPoint(format!("of before {moment}"));
    Ok(point.ok_or_else(none)?.name)
}

/// The newest database that the repository has, if it is newer than the point: its logs go on.
async fn newer<W: Watch + 'static>(
    house: &Installation,
    repository: &Repository,
    restored: &Restored,
    folder: &Path,
    watch: &Arc<W>,
) -> Result<Option<PathBuf>, Failure> {
    let manifest = &restored.manifest;
    let points = repository.points().await?;
    if points
        .first()
        .is_some_and(|it| it.name == restored.line.name)
    {
        return Ok(None);
    }
    let trust = backup::trust(&house.keys, &house.config)?;
    let watch = Arc::clone(watch) as _;
    let latest = continuity::database(repository, "latest", trust, folder, watch).await?;
    if latest.id != manifest.id && latest.engine != Kind::Sqlite.as_str() {
        tracing::warn!(
            "logs of PostgreSQL are not brought forward from a newer point; what they hold more is counted as lost"
        );
        return Ok(None);
    }
    Ok((latest.id != manifest.id).then(|| folder.join(SQLITE_PART)))
}

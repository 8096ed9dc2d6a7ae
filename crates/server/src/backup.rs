//! Recovery points of this installation: what goes into one, who signs it, where it lies.

pub mod clock;
pub mod early;
mod reach;
mod relocate;
pub mod run;
mod stream;

pub(crate) use reach::said;
pub use reach::{Reach, beyond_reach, keep_keys_if_due, reach, within_reach_too_long};
pub use relocate::{Now, relocated, sealed_by};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use audit::{Action, Entry, LogKeys, Outcome, jws};
use base::{Clock, Ctx, Environment, Fault, Purpose, RequestId, Rng, TenantId};
use continuity::generations::{self, Generation, KeyParts, Places};
use continuity::ledger::{Deed, Ledger, Line};
use continuity::{
    Apart, Checked, ContinuityError, Depth, Made, Parts, Piece, Repository, RepositoryKey, Storage,
    Watch,
};
use keys::Keys;
use keys::seal::{KeyFile, read_secret_file};
use policy::Authority;
use store::{Db, WriteSet};

use crate::config::{Backup, Config, RepositoryPlace};
use crate::{Failure, Installation, OPERATOR, files, installation, private};

/// The configuration's name in a point.
pub const CONFIG: &str = "strongroom.toml";
/// A point's entry is looked for in so many entries behind where the point says the log stood.
const ENTRIES_MAX: u64 = 10_000;
const PAGE: u64 = 500;
/// A large file leaves in pieces, while rows go on; one that waits longer than this does not leave.
pub(crate) const FILES_LATE: Duration = Duration::from_mins(5);

/// The section of the configuration.
///
/// # Errors
/// [`Failure`] where it is left out.
pub fn section(config: &Config) -> Result<&Backup, Failure> {
    config.backup.as_ref().ok_or_else(|| {
        Failure::usage(
            "the configuration has no section [backup]\nhint: `strongroom config sample` shows it",
        )
    })
}

/// The repository that the configuration names.
///
/// # Errors
/// [`Failure`]: there is no section, the key cannot be read.
pub fn repository(config: &Config) -> Result<Repository, Failure> {
    let backup = section(config)?;
    let bytes = read_secret_file(&backup.key_file)?;
    let key = RepositoryKey::new(&bytes, &config.environment)?;
    Ok(Repository::new(
        storage(&backup.repository)?,
        key,
        Apart::at(&backup.keys.apart),
    ))
}

/// Where the repository lies, reached.
fn storage(place: &RepositoryPlace) -> Result<Storage, Failure> {
    match place {
        RepositoryPlace::Folder { path } => Ok(Storage::folder(path)?),
        RepositoryPlace::S3(place) => {
            let (bucket, credentials, http) = files::reach(place)?;
            Ok(Storage::bucket(bucket, credentials, &http)?)
        }
    }
}

/// Make the repository's key, where there is neither a key nor a repository. Whether it was made.
///
/// # Errors
/// [`Failure`]: it cannot be written, or there is a repository whose key is gone.
pub async fn first_key(config: &Config, rng: &dyn Rng) -> Result<bool, Failure> {
    let backup = section(config)?;
    if backup.key_file.exists() {
        return Ok(false);
    }
    let storage = storage(&backup.repository)?;
    if storage.has_repository().await? {
        return Err(Failure::text(format!(
            "{} is gone, and the repository at {} opens with nothing else\nhint: bring the file back from where you keep a copy; to begin anew, name another repository",
            backup.key_file.display(),
            storage.place()
        )));
    }
    if let Some(folder) = backup.key_file.parent() {
        private::folder(folder).map_err(|error| Failure::file(folder, &error))?;
    }
    KeyFile::create(&backup.key_file, rng)?;
    Ok(true)
}

/// The tenant in whose log the installation writes about itself.
///
/// # Errors
/// Never.
pub fn operator() -> Result<TenantId, Failure> {
    OPERATOR
        .parse()
        .map_err(|error: base::InvalidId| Failure::text(error.to_string()))
}

/// Whose signature on a manifest counts, and where it must have been made.
///
/// # Errors
/// [`Failure`] where the log's keys are not to be had.
pub fn trust(keys: &Keys, config: &Config) -> Result<(Vec<jws::Key>, Environment), Failure> {
    let trusted = keys
        .verifiers(&operator()?)
        .map_err(|error| Failure::text(error.to_string()))?;
    Ok((trusted, config.environment.clone()))
}

/// Make a recovery point.
///
/// # Errors
/// [`Failure`]; it is in the log, if the log could take it.
pub async fn make(
    house: &Installation,
    repository: &Repository,
    configuration: Vec<Piece>,
    watch: Arc<dyn Watch>,
) -> Result<Made, Failure> {
    let operator = operator()?;
    let signer = house
        .keys
        .signer(&operator)
        .map_err(|error| Failure::text(error.to_string()))?;
    let parts = Parts {
        db: house.db.clone(),
        objects: Arc::clone(house.vault.objects()),
        environment: house.config.environment.clone(),
        origin: house.config.origin.clone(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        keys: (key_parts(house), places(&house.config)?),
        signer,
        rng: Arc::clone(&house.rng),
        scratch: section(&house.config)?.scratch.clone(),
        stream: Some(stream_state(&house.config)?),
        clock: Arc::clone(&house.clock),
        configuration,
    };
    let (ctx, _) = house.local(&operator, "backup");
    Ok(continuity::make(repository, &parts, &ctx, &watch).await?)
}

/// Make a recovery point of data that are about to be migrated. Where nothing is to be migrated, or no backups are configured, nothing is done.
///
/// # Errors
/// [`Failure`]: then nothing is migrated.
pub(crate) async fn before_migrating(
    config: &Config,
    keys: &Arc<Keys>,
    clock: &Arc<dyn Clock>,
    rng: &Arc<dyn Rng>,
) -> Result<(), Failure> {
    let Some(section) = &config.backup else {
        return Ok(());
    };
    let known = store::migrations::DATA;
    let place = installation::database(&config.data, true)?;
    let applied = Db::applied(&place, known).await?;
    if applied == 0 || applied == known.len() {
        return Ok(());
    }
    tracing::warn!("the data are about to be migrated: making a recovery point first");
    let made = async {
        first_key(config, &**rng).await?;
        let operator = operator()?;
        let logs = audit::Installation {
            host: config.origin.as_str().into(),
            environment: config.environment.clone(),
        };
        let journal = audit::LogJournal::new(logs, Arc::clone(keys) as _, Arc::clone(rng));
        // As it is: with the migrations that it has, and no other.
        let known = known.get(..applied).unwrap_or_default();
        let db = Db::open(place, known, Some(Arc::new(journal))).await?;
        let signer = keys
            .signer(&operator)
            .map_err(|error| Failure::text(error.to_string()))?;
        let parts = Parts {
            db: db.clone(),
            objects: files::open(&config.files, rng).await?,
            environment: config.environment.clone(),
            origin: config.origin.clone(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            keys: (
                KeyParts {
                    db: keys.db(),
                    environment: config.environment.clone(),
                    rng: Arc::clone(rng),
                },
                places(config)?,
            ),
            signer,
            rng: Arc::clone(rng),
            scratch: section.scratch.clone(),
            stream: None,
            clock: Arc::clone(clock),
            configuration: configuration(&config.file, config)?,
        };
        let authority = Authority::system(operator.clone(), "backup");
        let ctx = Ctx {
            tenant: operator,
            actor: authority.actor(),
            purpose: Some(Purpose::Sysdev),
            request: RequestId::random(&**rng),
            now: clock.now(),
        };
        let watch: Arc<dyn Watch> = Arc::new(continuity::Silent);
        let made = continuity::make(&repository(config)?, &parts, &ctx, &watch).await;
        db.close().await;
        Ok::<_, Failure>(made?)
    };
    match made.await {
        Ok(made) => {
            tracing::warn!(point = made.line.short(), "made; migrating now");
            Ok(())
        }
        Err(failure) => Err(Failure::text(format!(
            "no recovery point could be made before the migration, so nothing was migrated: {failure}\nhint: mend that, or run `strongroom migrate --without-backup` if you have one of your own"
        ))),
    }
}

/// Where the stream notes how far it is.
///
/// # Errors
/// [`Failure`] where there is no section.
pub fn stream_state(config: &Config) -> Result<PathBuf, Failure> {
    Ok(section(config)?.scratch.join("stream.json"))
}

/// Where backups of the key store lie.
///
/// # Errors
/// [`Failure`] where there is no section.
pub fn places(config: &Config) -> Result<Places, Failure> {
    let keys = &section(config)?.keys;
    Ok(Places {
        folder: keys.folder.clone(),
        epochs: keys.apart.clone(),
    })
}

/// The ledger of what was erased and taken back.
///
/// # Errors
/// [`Failure`] where there is no section, or the key that chains its lines is not to be had.
pub fn ledger(house: &Installation) -> Result<Ledger, Failure> {
    let apart = &section(&house.config)?.keys.apart;
    private::folder(apart).map_err(|error| Failure::file(apart, &error))?;
    let key = house.keys.index_key(&operator()?)?;
    Ok(Ledger::new(apart, &key.key))
}

/// Write into the ledger what is about to be done for good, before it is done. Where there are no backups, nothing has to be remembered.
///
/// # Errors
/// [`Failure`] where the ledger cannot be written; then it must not be done.
pub fn remember(house: &Installation, tenant: &TenantId, deed: Deed) -> Result<(), Failure> {
    if house.config.backup.is_none() {
        return Ok(());
    }
    let line = Line {
        at: house.clock.now(),
        tenant: tenant.clone(),
        deed,
    };
    Ok(ledger(house)?.note(&line)?)
}

fn key_parts(house: &Installation) -> KeyParts {
    KeyParts {
        db: house.keys.db(),
        environment: house.config.environment.clone(),
        rng: Arc::clone(&house.rng),
    }
}

/// Back the key store up, and destroy what is older.
///
/// # Errors
/// [`Failure`]; what is older stays then.
pub async fn keep_keys(house: &Installation) -> Result<Generation, Failure> {
    let scratch = &section(&house.config)?.scratch;
    let (places, parts) = (places(&house.config)?, key_parts(house));
    let operator = operator()?;
    let (ctx, _) = house.local(&operator, "backup");
    let kept = generations::keep(&places, &parts, scratch, ctx.now).await;
    let outcome = if kept.is_ok() {
        Outcome::Ok
    } else {
        Outcome::Failed
    };
    let entry = Entry::new(&ctx, Action::BackupKeys, outcome)?;
    let entry = match &kept {
        Ok(generation) => entry.version(generation.number),
        Err(error) => entry.code(error.code()),
    };
    let set = WriteSet::new().log(entry.finish(&operator));
    house.db.commit(set).await?;
    Ok(kept?)
}

/// The files of the configuration: the one at `path`, the register's and the policies that it names. Secrets lie in others.
///
/// # Errors
/// [`Failure`] where one cannot be read.
pub fn configuration(path: &Path, config: &Config) -> Result<Vec<Piece>, Failure> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| Failure::file(path, &error));
    let mut pieces = vec![Piece {
        path: CONFIG.into(),
        bytes: read(path)?,
    }];
    let named = [
        ("register", &config.register.files),
        ("policies", &config.access.policies),
    ];
    for (folder, files) in named {
        for (number, file) in files.iter().enumerate() {
            pieces.push(Piece {
                path: beside(folder, number, file),
                bytes: read(file)?,
            });
        }
    }
    Ok(pieces)
}

/// Where the file `number` of a list lies in a point: names may meet, numbers do not.
fn beside(folder: &str, number: usize, file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Path::new(folder).join(format!("{number:03}-{name}"))
}

/// Whether the operator's log knows the point by its manifest.
///
/// # Errors
/// Storage failures.
pub async fn is_logged(house: &Installation, point: &Checked) -> Result<bool, Failure> {
    let operator = operator()?;
    let mut logs = point.manifest.logs.iter();
    let stood = logs.find(|log| log.tenant == OPERATOR);
    let mut from = stood.map_or(0, |log| log.size);
    let end = from.saturating_add(ENTRIES_MAX);
    while from < end {
        let entries = house.log.entries(&operator, from, PAGE).await?;
        if entries.is_empty() {
            return Ok(false);
        }
        from += entries.len() as u64;
        let said = entries.iter().any(|logged| {
            Entry::parse(&logged.body).is_ok_and(|entry| {
                entry.action == Action::BackupCreate && entry.digest == Some(point.digest)
            })
        });
        if said {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a point holds, and whether the log knows it.
///
/// # Errors
/// [`Failure`] where it does not hold.
pub async fn check(
    house: &Installation,
    name: &str,
    depth: Depth,
    watch: Arc<dyn Watch>,
) -> Result<Checked, Failure> {
    let repository = repository(&house.config)?;
    let trust = trust(&house.keys, &house.config)?;
    let scratch = &section(&house.config)?.scratch;
    let checked = continuity::check(&repository, name, trust, depth, scratch, watch).await?;
    if is_logged(house, &checked).await? {
        Ok(checked)
    } else {
        Err(ContinuityError::Broken("the log does not know it").into())
    }
}

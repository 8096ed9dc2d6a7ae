//! What a quorum brings back: shares of the root key, read and written, and a key store sealed anew by them.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{Environment, Rng, Secret};
use keys::seal::read_secret_file;
use keys::shares::{self, Recovered, Share, ShareSet};
use store::{Db, WriteSet};
use zeroize::Zeroizing;

use crate::config::{Config, Database};
use crate::{Failure, Installation, backup, installation, private};

/// The path that stands for standard input.
const TYPED: &str = "-";
/// No share with its remarks is longer.
const TYPED_BYTES_MAX: usize = 4096;

/// The shares in these files.
///
/// # Errors
/// [`Failure`], with the file.
pub fn read(files: &[PathBuf]) -> Result<Vec<Share>, Failure> {
    files.iter().map(|file| share(file)).collect()
}

fn share(file: &Path) -> Result<Share, Failure> {
    let bytes = if file == Path::new(TYPED) {
        typed()?
    } else {
        read_secret_file(file)?
    };
    let name = file.display();
    let text =
        std::str::from_utf8(&bytes).map_err(|_| Failure::text(format!("{name}: is not a text")))?;
    Share::parse(text).map_err(|error| {
        let failure = Failure::from(keys::KeysError::from(error));
        Failure::text(format!("{name}: {failure}"))
    })
}

fn typed() -> Result<Zeroizing<Vec<u8>>, Failure> {
    // With its full size at once: a growing buffer would leave copies behind.
    let mut bytes = Zeroizing::new(vec![0; TYPED_BYTES_MAX]);
    let mut filled = 0;
    let failed = |error: std::io::Error| Failure::file(Path::new(TYPED), &error);
    while let Some(rest) = bytes.get_mut(filled..).filter(|it| !it.is_empty()) {
        match std::io::stdin().lock().read(rest).map_err(failed)? {
            0 => break,
            more => filled += more,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// A share as its file has it: what it belongs to in remarks, then the share.
#[must_use]
pub fn page(set: &ShareSet, share: &Share, environment: &Environment) -> Secret<String> {
    let text = share.to_text();
    let head = format!(
        "# Strongroom: share {} of {} of a root key. Any {} of them bring it back, and with it everything.\n\
         # Keep it secret, and where no other share lies. Lines like these are no part of it.\n\
         # Environment {environment}, generation {} of the root key, set {}.\n",
        share.index(),
        set.quorum.shares(),
        set.quorum.threshold(),
        set.generation,
        set.id,
    );
    // With its full size at once: a growing text would leave copies behind.
    let mut page = String::with_capacity(head.len() + text.expose().len() + 1);
    page.push_str(&head);
    page.push_str(text.expose());
    page.push('\n');
    Secret::new(page)
}

/// Write each share of the set into a file of its own in `folder`, which only its owner can read. None that is there is replaced.
///
/// # Errors
/// [`Failure`], with the file; those before it stay.
pub fn write(
    set: &ShareSet,
    environment: &Environment,
    folder: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    private::folder(folder).map_err(|error| Failure::file(folder, &error))?;
    let of = set.id.to_string();
    let of = of.get(..8).unwrap_or(&of);
    let mut files = Vec::with_capacity(set.shares.len());
    for share in &set.shares {
        let file = folder.join(format!("root-share-{of}-{:02}.txt", share.index()));
        private::create(&file, page(set, share, environment).expose().as_bytes())
            .map_err(|error| Failure::file(&file, &error))?;
        files.push(file);
    }
    Ok(files)
}

/// Bring back the root key of the key store that the configuration names, and seal it in the way that it says. A key file that is
/// not there is made, once it is certain that the shares fit.
///
/// # Errors
/// [`Failure`]: there is no key store, the shares do not fit, the seal cannot be used.
pub async fn recover(config: &Config, shares: &[Share]) -> Result<Recovered, Failure> {
    if let Database::Sqlite { path } = &config.keys
        && !path.exists()
    {
        return Err(Failure::text(format!(
            "there is no key store at {}\nhint: `strongroom restore ... --share SHARE` brings one back from its backup",
            path.display()
        )));
    }
    let rng: Arc<dyn Rng> = Arc::new(crypt::SystemRng);
    let database = installation::database(&config.keys, true)?;
    let db = Db::open(database, store::migrations::KEYS, None).await?;
    let recovered = sealed(config, &db, shares, &rng).await;
    db.close().await;
    recovered
}

async fn sealed(
    config: &Config,
    db: &Db,
    shares: &[Share],
    rng: &Arc<dyn Rng>,
) -> Result<Recovered, Failure> {
    let brought = shares::bring(db, &config.environment, shares).await?;
    let backend = installation::backend(&config.seal, &**rng)?;
    Ok(brought.seal(db, backend, rng).await?)
}

/// Say in the log of the installation that the root key is about to be handed out in shares.
///
/// # Errors
/// [`Failure`] where the log cannot be written; then no share may leave.
pub async fn note_split(house: &Installation, set: &ShareSet) -> Result<(), Failure> {
    note(house, Action::KeySplit, |entry| Entry {
        generation: Some(set.generation),
        ..entry
            .subject(*set.id.as_bytes())
            .version(u64::from(set.quorum.threshold()))
            .count(u64::from(set.quorum.shares()))
    })
    .await
}

/// Say in the log of the installation that a quorum brought its root key back.
///
/// # Errors
/// [`Failure`] where the log cannot be written.
pub async fn note_combine(house: &Installation, recovered: &Recovered) -> Result<(), Failure> {
    note(house, Action::KeyCombine, |entry| Entry {
        generation: Some(recovered.generation),
        ..entry
            .subject(*recovered.set.as_bytes())
            .count(recovered.shares as u64)
    })
    .await
}

async fn note(
    house: &Installation,
    action: Action,
    with: impl FnOnce(Entry) -> Entry + Send,
) -> Result<(), Failure> {
    let operator = backup::operator()?;
    let (ctx, _) = house.local(&operator, "keys");
    let entry = with(Entry::new(&ctx, action, Outcome::Ok)?);
    let set = WriteSet::new().log(entry.finish(&operator));
    house.db.commit(set).await?;
    Ok(())
}

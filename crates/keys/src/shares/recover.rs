//! A key store opened by a quorum, and sealed anew.

use std::str::FromStr;
use std::sync::Arc;

use base::{Environment, Rng};
use crypt::{SymmetricKey, wrap};
use store::{Db, StoreError, WriteSet};

use super::{SetId, Share, SharesError, combine};
use crate::root::{blocking, damaged, generation};
use crate::tenant::class;
use crate::{KeysError, Level, Seal, binding, seal, sql};

/// The root key of a key store, brought back by a quorum, and not sealed yet.
#[derive(Debug)]
pub struct Brought {
    root: SymmetricKey,
    environment: Environment,
    recovered: Recovered,
    /// As it was read: what another sealed meanwhile is not sealed over.
    sealed: Vec<u8>,
}

/// What a quorum brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The set whose shares they were.
    pub set: SetId,
    /// How many shares there were.
    pub shares: usize,
    /// The generation of the root key.
    pub generation: u32,
    /// Older generations, which the shares do not give. Nothing hung under them when the set was made.
    pub left: usize,
}

/// The newest root key of the key store `db`, by what `shares` give. Nothing is changed.
///
/// # Errors
/// [`KeysError::Shares`] where they do not fit one another or this key store, [`KeysError::Environment`] where it is of another.
pub async fn bring(
    db: &Db,
    environment: &Environment,
    shares: &[Share],
) -> Result<Brought, KeysError> {
    let root = combine(shares, environment)?;
    let first = shares.first().ok_or(SharesError::None)?;
    let (theirs, set) = (first.generation(), first.set());
    let rows = db.rows(&sql::ROOTS, vec![]).await?;
    let row = rows.last().ok_or(KeysError::Uninitialised)?;
    let stored = row.text(1)?;
    if stored != environment.as_str() {
        return Err(KeysError::Environment {
            stored: stored.to_owned(),
            configured: environment.clone(),
        });
    }
    let newest = generation(row, 0)?;
    if newest != theirs {
        return Err(SharesError::Generation { theirs, newest }.into());
    }
    fits(db, &root, environment, theirs).await?;
    Ok(Brought {
        root,
        environment: environment.clone(),
        recovered: Recovered {
            set,
            shares: shares.len(),
            generation: theirs,
            left: rows.len() - 1,
        },
        sealed: row.bytes(3)?.to_vec(),
    })
}

impl Brought {
    /// Seal it with `backend`, which alone unseals it from then on. Nothing else in the key store changes.
    ///
    /// # Errors
    /// [`KeysError::Seal`] where the backend cannot be used, [`KeysError::Raced`] where somebody else sealed it meanwhile.
    pub async fn seal(
        self,
        db: &Db,
        backend: Arc<dyn Seal>,
        rng: &Arc<dyn Rng>,
    ) -> Result<Recovered, KeysError> {
        let Self {
            root,
            environment,
            recovered,
            sealed: old,
        } = self;
        let (name, rng, generation) = (backend.name(), Arc::clone(rng), recovered.generation);
        let sealed = blocking(move || {
            let sealed = seal::seal(&*backend, &root, &environment, generation, &*rng)?;
            // What could not be unsealed again would be lost with the program.
            seal::unseal(&*backend, &sealed, &environment, generation)?;
            Ok::<_, KeysError>(sealed)
        })
        .await??;
        let set = WriteSet::new().run_expecting(
            &sql::ROOT_RESEAL,
            vec![name.into(), sealed.into(), generation.into(), old.into()],
            1,
            "sealed root",
        );
        match db.commit(set).await {
            Ok(_) => {}
            Err(StoreError::Guard(_)) => return Err(KeysError::Raced(Level::Root)),
            Err(error) => return Err(error.into()),
        }
        // The old sealed root shall not be left for the old secret, should that turn up.
        db.scrub().await?;
        Ok(recovered)
    }
}

/// Whether the key store hangs under this root: a key-encryption key that says so opens. One that was altered stops nobody from
/// saving the others.
async fn fits(
    db: &Db,
    root: &SymmetricKey,
    environment: &Environment,
    under: u32,
) -> Result<(), KeysError> {
    let below = vec![i64::from(under).saturating_add(1).into()];
    let mut any = false;
    for row in db.rows(&sql::KEKS_UNDER_OLD_ROOTS, below).await? {
        if generation(&row, 4)? != under {
            continue;
        }
        any = true;
        let level = Level::Kek {
            tenant: word(row.text(0)?)?,
            region: word(row.text(1)?)?,
            class: class(&row, 2)?,
        };
        let name = level.generation(generation(&row, 3)?);
        let context = binding::context(environment, row.text(1)?, &name);
        if wrap::unwrap_key(root, &context, row.bytes(5)?).is_ok() {
            return Ok(());
        }
    }
    // A store without one is new: it belongs to nobody yet.
    if any {
        return Err(SharesError::OtherStore.into());
    }
    Ok(())
}

fn word<T: FromStr>(text: &str) -> Result<T, KeysError> {
    text.parse()
        .map_err(|_| damaged("a key-encryption key has a name that cannot be"))
}

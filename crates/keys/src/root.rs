//! Root keys: unsealed by the backend at start, kept for as long as the program runs.

use std::sync::Arc;

use base::{Environment, Instant};
use crypt::SymmetricKey;
use store::{Db, Row};

use crate::{KeysError, Level, Seal, SealError, seal, sql};

/// Every generation of the root that the key store holds.
pub(crate) struct Roots {
    /// Oldest first, never empty.
    generations: Vec<Root>,
}

pub(crate) struct Root {
    pub(crate) generation: u32,
    pub(crate) made_at: Instant,
    pub(crate) retired_at: Option<Instant>,
    /// As it was read: while it is the same, the backend need not be asked again.
    sealed: Vec<u8>,
    /// A retired generation that does not unseal stops nothing but what hangs under it.
    pub(crate) key: Result<Arc<SymmetricKey>, SealError>,
}

impl Roots {
    /// Read and unseal. What `before` holds already is not unsealed again: that may take a second, or an HSM.
    pub(crate) async fn load(
        db: &Db,
        backend: Arc<dyn Seal>,
        environment: &Environment,
        before: Option<Arc<Self>>,
    ) -> Result<Self, KeysError> {
        let rows = db.rows(&sql::ROOTS, vec![]).await?;
        let mut sealed = Vec::with_capacity(rows.len());
        for mut row in rows {
            let stored = row.text(1)?;
            if stored != environment.as_str() {
                return Err(KeysError::Environment {
                    stored: stored.to_owned(),
                    configured: environment.clone(),
                });
            }
            let root = (
                generation(&row, 0)?,
                row.take_bytes(3)?,
                Instant::from_micros(row.int(4)?),
                moment(&row, 5)?,
            );
            sealed.push(root);
        }
        let environment = environment.clone();
        let generations = blocking(move || {
            let unseal = |(generation, sealed, made_at, retired_at): (_, Vec<u8>, _, _)| {
                let known = before.as_ref().and_then(|roots| roots.at(generation));
                let key = match known {
                    Some(Root {
                        key: Ok(key),
                        sealed: same,
                        ..
                    }) if *same == sealed => Ok(Arc::clone(key)),
                    _ => match seal::unseal(&*backend, &sealed, &environment, generation) {
                        Ok(key) => Ok(Arc::new(key)),
                        // Another node sealed it anew, with a backend that this one learns of at its next start.
                        Err(error) => known.map_or(Err(error), |root| root.key.clone()),
                    },
                };
                Root {
                    generation,
                    made_at,
                    retired_at,
                    sealed,
                    key,
                }
            };
            sealed.into_iter().map(unseal).collect::<Vec<_>>()
        })
        .await?;

        let newest = generations.last().ok_or(KeysError::Uninitialised)?;
        newest.key.as_ref().map_err(SealError::clone)?;
        Ok(Self { generations })
    }

    pub(crate) fn all(&self) -> &[Root] {
        &self.generations
    }

    #[expect(
        clippy::expect_used,
        reason = "Invariant: `load` refuses a key store without a root"
    )]
    pub(crate) fn newest(&self) -> &Root {
        self.generations.last().expect("there is a root")
    }

    pub(crate) fn at(&self, generation: u32) -> Option<&Root> {
        self.generations
            .iter()
            .find(|root| root.generation == generation)
    }
}

impl Root {
    pub(crate) fn key(&self) -> Result<&SymmetricKey, KeysError> {
        match &self.key {
            Ok(key) => Ok(key),
            Err(error) => Err(error.clone().into()),
        }
    }

    pub(crate) const fn name(&self) -> crate::KeyName {
        Level::Root.generation(self.generation)
    }
}

/// Column `at` as a generation.
pub(crate) fn generation(row: &Row, at: usize) -> Result<u32, KeysError> {
    u32::try_from(row.int(at)?).map_err(|_| damaged("a generation is not a number from 1 up"))
}

/// Column `at` as a moment that may not have come.
pub(crate) fn moment(row: &Row, at: usize) -> Result<Option<Instant>, KeysError> {
    if row.is_null(at) {
        return Ok(None);
    }
    Ok(Some(Instant::from_micros(row.int(at)?)))
}

pub(crate) fn damaged(what: &str) -> KeysError {
    store::StoreError::Damaged(format!("key store: {what}")).into()
}

/// Run what may take long where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, KeysError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| KeysError::Internal("a worker did not end"))
}

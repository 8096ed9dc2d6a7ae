//! Another backend, or another passphrase, for the same root keys.

use std::sync::Arc;

use crypt::SymmetricKey;
use store::{StoreError, WriteSet};

use crate::open::Keys;
use crate::root::blocking;
use crate::{KeysError, Level, Seal, seal, sql};

impl Keys {
    /// Seal every generation of the root with `backend` instead. From then on only `backend` unseals them.
    ///
    /// Nothing below the root changes. Another node that runs goes on, and needs the new backend at its next start.
    ///
    /// # Errors
    /// When the new backend cannot be used; then the old one holds.
    pub async fn reseal(&self, backend: Arc<dyn Seal>) -> Result<(), KeysError> {
        self.reload_roots().await?;
        let roots = self.roots();
        let mut open = Vec::with_capacity(roots.all().len());
        for root in roots.all() {
            open.push((root.generation, root.key()?.duplicate()));
        }
        let (keys, sealer) = (self.clone(), Arc::clone(&backend));
        let sealed = blocking(move || {
            let environment = keys.environment();
            let reseal = |(generation, root): (u32, SymmetricKey)| {
                let sealed = seal::seal(&*sealer, &root, environment, generation, &*keys.0.rng)?;
                // What could not be unsealed again would be lost with the program.
                seal::unseal(&*sealer, &sealed, environment, generation)?;
                Ok((generation, sealed))
            };
            open.into_iter()
                .map(reseal)
                .collect::<Result<Vec<_>, KeysError>>()
        })
        .await??;

        let before = self.0.db.rows(&sql::ROOTS, vec![]).await?;
        let mut set = WriteSet::new();
        for (generation, sealed) in sealed {
            let old = before
                .iter()
                .find(|row| {
                    row.int(0)
                        .is_ok_and(|stored| stored == i64::from(generation))
                })
                .ok_or(KeysError::Raced(Level::Root))?;
            set = set.run_expecting(
                &sql::ROOT_RESEAL,
                vec![
                    backend.name().into(),
                    sealed.into(),
                    generation.into(),
                    old.bytes(3)?.into(),
                ],
                1,
                "sealed root",
            );
        }
        match self.0.db.commit(set).await {
            Ok(_) => {}
            Err(StoreError::Guard(_)) => return Err(KeysError::Raced(Level::Root)),
            Err(error) => return Err(error.into()),
        }
        *self.0.seal.write() = backend;
        self.reload_roots().await?;
        // The old sealed roots shall not be left for an old passphrase.
        self.0.db.scrub().await?;
        Ok(())
    }
}

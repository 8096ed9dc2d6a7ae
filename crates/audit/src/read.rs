//! Reading a log: its head, its entries, its tiles.

use std::sync::Arc;

use base::TenantId;
use crypt::Plain;
use store::{Db, Row};

use crate::bundle;
use crate::entry::Entry;
use crate::error::AuditError;
use crate::head::Head;
use crate::installation::Installation;
use crate::journal::{chunk_context, int, log_keys};
use crate::keys::LogKeys;
use crate::merkle::{BundleId, Hash, TILE_WIDTH, TileId, bundle_width, leaf_hash, tile_width};
use crate::note::LogKey;
use crate::sql;

/// Every tenant's log in one database.
#[derive(Clone)]
pub struct Log {
    pub(crate) db: Db,
    pub(crate) keys: Arc<dyn LogKeys>,
    pub(crate) installation: Installation,
}

/// One entry where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its place, from 0.
    pub index: u64,
    /// Its leaf in the tree.
    pub leaf_hash: Hash,
    /// Its canonical bytes.
    pub body: Vec<u8>,
}

impl Logged {
    /// The entry in its bytes.
    ///
    /// # Errors
    /// [`AuditError::Entry`] when they are of a version that we do not know.
    pub fn entry(&self) -> Result<Entry, AuditError> {
        Ok(Entry::parse(&self.body)?)
    }
}

/// A chunk as it is stored.
pub(crate) struct Chunk {
    pub first: u64,
    pub count: u64,
    pub hashes: Vec<Hash>,
    /// Generation and sealed entries, where they were asked for.
    pub sealed: Option<(u32, Vec<u8>)>,
}

impl Chunk {
    /// The chunk in a row of first, count, hashes and perhaps generation, sealed; `None` where the row is no chunk.
    pub(crate) fn from_row(mut row: Row) -> Option<Self> {
        let first = u64::try_from(row.int(0).ok()?).ok()?;
        let count = u64::try_from(row.int(1).ok()?).ok()?;
        let (hashes, rest) = row.bytes(2).ok()?.as_chunks::<32>();
        let whole = rest.is_empty()
            && hashes.len() as u64 == count
            && (1..=TILE_WIDTH).contains(&count)
            && first / TILE_WIDTH == (first + count - 1) / TILE_WIDTH;
        if !whole {
            return None;
        }
        let hashes = hashes.to_vec();
        let sealed = if row.is_null(4) {
            None
        } else {
            let generation = u32::try_from(row.int(3).ok()?).ok()?;
            Some((generation, row.take_bytes(4).ok()?))
        };
        Some(Self {
            first,
            count,
            hashes,
            sealed,
        })
    }

    /// The entries, opened, as a bundle.
    pub(crate) fn open(
        &self,
        keys: &dyn LogKeys,
        tenant: &TenantId,
        installation: &Installation,
    ) -> Result<Plain, AuditError> {
        let (generation, sealed) = self
            .sealed
            .as_ref()
            .ok_or_else(|| AuditError::tampered(self.first, "the sealed entries are missing"))?;
        let key = keys.opening(tenant, *generation)?;
        let place = chunk_context(installation, tenant, *generation, self.first, self.count);
        crypt::sealed::open(&key, &place, sealed)
            .map_err(|why| AuditError::tampered(self.first, why.to_string()))
    }

    /// The entries of its opened bundle, each with its index.
    pub(crate) fn bodies<'a>(
        &self,
        bundle: &'a [u8],
    ) -> Result<impl Iterator<Item = (u64, &'a [u8])> + use<'a>, AuditError> {
        let bodies = bundle::split(bundle)
            .filter(|bodies| bodies.len() == self.hashes.len())
            .ok_or_else(|| AuditError::tampered(self.first, "not as many entries as leaves"))?;
        Ok((self.first..).zip(bodies))
    }
}

impl Log {
    /// The logs in `db`, of the same installation as its journal.
    #[must_use]
    pub fn new(db: Db, installation: Installation, keys: Arc<dyn LogKeys>) -> Self {
        Self {
            db,
            keys,
            installation,
        }
    }

    /// The name of a tenant's log, e.g. `strongroom.example/log/acme`.
    #[must_use]
    pub fn origin(&self, tenant: &TenantId) -> String {
        self.installation.origin(tenant)
    }

    /// The public keys of a tenant's log, newest first: what a verifier needs (`{}` writes each as a vkey).
    ///
    /// # Errors
    /// [`AuditError::Keys`].
    pub fn verifiers(&self, tenant: &TenantId) -> Result<Vec<LogKey>, AuditError> {
        log_keys(self.keys.as_ref(), tenant, &self.origin(tenant))
    }

    /// Every tenant that has a log, in order.
    ///
    /// # Errors
    /// [`AuditError::Store`].
    pub async fn tenants(&self) -> Result<Vec<TenantId>, AuditError> {
        let rows = self.db.rows(&sql::TENANTS, Vec::new()).await?;
        let tenants = rows.iter().filter_map(|row| row.text(0).ok()?.parse().ok());
        Ok(tenants.collect())
    }

    /// The head of a tenant's log, checked against itself; `None` where nothing was logged yet.
    ///
    /// # Errors
    /// [`AuditError::Tampered`] when it does not hold together.
    pub async fn head(&self, tenant: &TenantId) -> Result<Option<Head>, AuditError> {
        let row = self.db.row(&sql::HEAD, vec![tenant.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let head = Head::from_row(&row)
            .and_then(|head| head.check().map(|()| head))
            .map_err(|why| AuditError::tampered(0, why.to_string()))?;
        Ok(Some(head))
    }

    /// How many entries a tenant's log has.
    ///
    /// # Errors
    /// As [`Log::head`].
    pub async fn size(&self, tenant: &TenantId) -> Result<u64, AuditError> {
        Ok(self.head(tenant).await?.map_or(0, |head| head.size))
    }

    /// The signed checkpoint of a tenant's log: what is served at `checkpoint`.
    ///
    /// # Errors
    /// As [`Log::head`]; [`AuditError::NotFound`] where nothing was logged yet.
    pub async fn checkpoint(&self, tenant: &TenantId) -> Result<String, AuditError> {
        let head = self.head(tenant).await?;
        Ok(head.ok_or(AuditError::NotFound("checkpoint"))?.checkpoint)
    }

    /// Up to `limit` entries from index `from` on, opened and each checked against its leaf.
    ///
    /// # Errors
    /// [`AuditError::Tampered`] names the first entry that does not open or is not what was hashed.
    pub async fn entries(
        &self,
        tenant: &TenantId,
        from: u64,
        limit: u64,
    ) -> Result<Vec<Logged>, AuditError> {
        let (end, chunks) = self.opened(tenant, from, limit).await?;
        let mut logged = Vec::new();
        for (chunk, bundle) in chunks {
            for ((index, body), leaf) in chunk.bodies(&bundle)?.zip(&chunk.hashes) {
                if index < from || index >= end {
                    continue;
                }
                if leaf_hash(body) != *leaf {
                    return Err(AuditError::tampered(
                        index,
                        "the entry is not what was hashed",
                    ));
                }
                logged.push(Logged {
                    index,
                    leaf_hash: *leaf,
                    body: body.to_vec(),
                });
            }
        }
        Ok(logged)
    }

    /// The chunks that hold the entries from `from` on, up to `limit` of them, opened: sealed for their place, but not yet held against the
    /// tree. With the index behind the last entry.
    pub(crate) async fn opened(
        &self,
        tenant: &TenantId,
        from: u64,
        limit: u64,
    ) -> Result<(u64, Vec<(Chunk, Plain)>), AuditError> {
        let size = self.size(tenant).await?;
        let end = from.saturating_add(limit).min(size);
        let mut chunks = Vec::new();
        if from >= end {
            return Ok((end, chunks));
        }
        let params = vec![tenant.into(), int(from), int(end)];
        let mut next = from;
        for row in self.db.rows(&sql::CHUNKS_HOLDING, params).await? {
            // The first chunk holds `from`, perhaps not as its first; the others follow without a gap.
            let chunk = Chunk::from_row(row)
                .filter(|chunk| chunk.first == next || next == from && chunk.first < from)
                .filter(|chunk| chunk.first + chunk.count > next)
                .ok_or_else(|| AuditError::tampered(next, "rows are missing or out of order"))?;
            next = chunk.first + chunk.count;
            let opened = chunk.open(self.keys.as_ref(), tenant, &self.installation)?;
            chunks.push((chunk, opened));
        }
        if next < end {
            return Err(AuditError::tampered(next, "rows are missing"));
        }
        Ok((end, chunks))
    }

    /// The hashes of a tile.
    ///
    /// # Errors
    /// [`AuditError::NotFound`] when the tree has not got it (at that width).
    pub async fn tile(&self, tenant: &TenantId, tile: TileId) -> Result<Vec<u8>, AuditError> {
        let size = self.size(tenant).await?;
        if tile.width == 0 || tile.width > tile_width(size, tile.level, tile.index) {
            return Err(AuditError::NotFound("tile"));
        }
        Ok(self.tile_hashes(tenant, tile).await?.concat())
    }

    /// A bundle of entries. Entries say who did what; whoever serves this asks first who may see it.
    ///
    /// # Errors
    /// [`AuditError::NotFound`] when the log has not got it (at that width).
    pub async fn bundle(&self, tenant: &TenantId, id: BundleId) -> Result<Vec<u8>, AuditError> {
        let size = self.size(tenant).await?;
        if id.width == 0 || id.width > bundle_width(size, id.index) {
            return Err(AuditError::NotFound("entry bundle"));
        }
        let from = id.index * TILE_WIDTH;
        let entries = self.entries(tenant, from, u64::from(id.width)).await?;
        let mut out = Vec::new();
        for logged in &entries {
            bundle::push(&mut out, &logged.body);
        }
        Ok(out)
    }

    /// The hashes of a tile that the tree is known to have.
    pub(crate) async fn tile_hashes(
        &self,
        tenant: &TenantId,
        tile: TileId,
    ) -> Result<Vec<Hash>, AuditError> {
        let start = tile.index * TILE_WIDTH;
        let end = start + u64::from(tile.width);
        let mut hashes: Vec<Hash> = Vec::with_capacity(usize::from(tile.width));
        let missing = |got: usize| {
            let at = (start + got as u64) << (8 * tile.level).min(56);
            AuditError::tampered(at, format!("a hash of level {} is missing", tile.level))
        };
        if tile.level == 0 {
            let params = vec![tenant.into(), int(start), int(end)];
            for row in self.db.rows(&sql::CHUNK_HASHES, params).await? {
                let chunk = Chunk::from_row(row)
                    .filter(|chunk| chunk.first == start + hashes.len() as u64)
                    .ok_or_else(|| missing(hashes.len()))?;
                hashes.extend(chunk.hashes);
            }
        } else {
            let level = i64::from(tile.level).into();
            let params = vec![tenant.into(), level, int(start), int(end)];
            for row in self.db.rows(&sql::NODES, params).await? {
                let hash = node_of(&row)
                    .filter(|(index, _)| *index == start + hashes.len() as u64)
                    .ok_or_else(|| missing(hashes.len()))?;
                hashes.push(hash.1);
            }
        }
        if hashes.len() < usize::from(tile.width) {
            return Err(missing(hashes.len()));
        }
        hashes.truncate(usize::from(tile.width));
        Ok(hashes)
    }
}

/// Index and hash of a row of `log_node`.
pub(crate) fn node_of(row: &Row) -> Option<(u64, Hash)> {
    let index = u64::try_from(row.int(0).ok()?).ok()?;
    Some((index, row.bytes(1).ok()?.try_into().ok()?))
}

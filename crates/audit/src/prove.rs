//! Proofs: that an entry is in a log, that a log has only grown. Each reads a handful of tiles, whatever the size.

use std::collections::BTreeSet;

use base::TenantId;

use crate::error::AuditError;
use crate::merkle::{
    Hash, HashTiles, Node, TileId, consistency, consistency_nodes, inclusion, inclusion_nodes,
    tile_width,
};
use crate::note::LogProof;
use crate::read::{Log, Logged};

impl Log {
    /// The proof that entry `index` is in the log as it stands now, with the entry itself inside: a file that a third party
    /// checks with our public key alone.
    ///
    /// # Errors
    /// [`AuditError::Range`] when there is no such entry yet; [`AuditError::Tampered`] when it does not open.
    pub async fn prove(
        &self,
        tenant: &TenantId,
        index: u64,
    ) -> Result<(Logged, LogProof), AuditError> {
        let head = self
            .head(tenant)
            .await?
            .ok_or(AuditError::NotFound("entry"))?;
        if index >= head.size {
            return Err(AuditError::Range { size: head.size });
        }
        let logged = self
            .entries(tenant, index, 1)
            .await?
            .pop()
            .ok_or(AuditError::NotFound("entry"))?;
        let nodes = inclusion_nodes(index, head.size);
        let tiles = self.tiles_for(tenant, &nodes, head.size).await?;
        let hashes = inclusion(&tiles, index, head.size).map_err(lacking)?;
        let proof = LogProof {
            extra: Some(logged.body.clone()),
            index,
            hashes,
            checkpoint: head.checkpoint,
        };
        // Not served unless it holds: the tree may have been edited under us.
        proof.verify(&logged.body, &self.verifiers(tenant)?)?;
        Ok((logged, proof))
    }

    /// The proof that the log of `new` entries begins with the log of `old` entries.
    ///
    /// # Errors
    /// [`AuditError::Range`] when `old <= new <= size` does not hold.
    pub async fn prove_growth(
        &self,
        tenant: &TenantId,
        old: u64,
        new: u64,
    ) -> Result<Vec<Hash>, AuditError> {
        let size = self.size(tenant).await?;
        if old > new || new > size {
            return Err(AuditError::Range { size });
        }
        let nodes = consistency_nodes(old, new);
        let tiles = self.tiles_for(tenant, &nodes, size).await?;
        consistency(&tiles, old, new).map_err(lacking)
    }

    async fn tiles_for(
        &self,
        tenant: &TenantId,
        nodes: &[Node],
        size: u64,
    ) -> Result<HashTiles, AuditError> {
        let wanted: BTreeSet<(u8, u64)> =
            nodes.iter().map(|node| HashTiles::tile_of(*node)).collect();
        let mut tiles = HashTiles::new();
        for (level, index) in wanted {
            let width = tile_width(size, level, index);
            let tile = TileId {
                level,
                index,
                width,
            };
            tiles.insert(level, index, self.tile_hashes(tenant, tile).await?);
        }
        Ok(tiles)
    }
}

fn lacking(node: Node) -> AuditError {
    AuditError::tampered(
        node.index << node.height.min(63),
        format!(
            "the hash over {} entries is missing",
            1_u64 << node.height.min(63)
        ),
    )
}

//! A log as a folder of files in the layout of `c2sp.org/tlog-tiles`: what the log serves, at rest.

use std::fs;
use std::path::{Path, PathBuf};

use base::TenantId;

use crate::bundle;
use crate::error::AuditError;
use crate::merkle::{TILE_WIDTH, TileId, bundles};
use crate::note::keys_text;
use crate::read::Log;

/// The signed head.
pub const CHECKPOINT_FILE: &str = "checkpoint";

/// The file for the log's public keys, beside the folder: verifiers refuse a key that comes with what it is to verify.
#[must_use]
pub fn vkey_file(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".vkey");
    folder.with_file_name(name)
}

/// Whether the copy holds the entries themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundles {
    /// Hashes and entries: for an auditor who may read who did what.
    With,
    /// Hashes only: enough to check proofs and growth.
    Without,
}

/// Write a tenant's log, as it stands now, into `folder`, and its public keys beside it ([`vkey_file`]); gives its size.
///
/// The checkpoint comes last: a copy that broke off has none. Files that are there already are written anew.
///
/// # Errors
/// [`AuditError::Tampered`] names the first entry that is not what was hashed, [`AuditError::File`] the file that was not written.
pub async fn tiles(
    log: &Log,
    tenant: &TenantId,
    folder: &Path,
    what: Bundles,
) -> Result<u64, AuditError> {
    let head = log
        .head(tenant)
        .await?
        .ok_or(AuditError::NotFound("checkpoint"))?;
    for id in bundles(head.size) {
        let tile = TileId {
            level: 0,
            index: id.index,
            width: id.width,
        };
        match what {
            Bundles::Without => {
                write(
                    folder,
                    &tile.path(),
                    &log.tile_hashes(tenant, tile).await?.concat(),
                )?;
            }
            Bundles::With => {
                let first = id.index * TILE_WIDTH;
                let (mut hashes, mut file) = (Vec::new(), Vec::new());
                for logged in log.entries(tenant, first, u64::from(id.width)).await? {
                    hashes.extend_from_slice(&logged.leaf_hash);
                    bundle::push(&mut file, &logged.body);
                }
                write(folder, &tile.path(), &hashes)?;
                write(folder, &id.path(), &file)?;
            }
        }
    }
    for tile in crate::merkle::tiles(head.size).filter(|tile| tile.level > 0) {
        write(
            folder,
            &tile.path(),
            &log.tile_hashes(tenant, tile).await?.concat(),
        )?;
    }
    let vkeys = vkey_file(folder);
    fs::write(&vkeys, keys_text(&log.verifiers(tenant)?))
        .map_err(|why| AuditError::file(&vkeys, why))?;
    write(folder, CHECKPOINT_FILE, head.checkpoint.as_bytes())?;
    Ok(head.size)
}

fn write(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), AuditError> {
    let path = folder.join(path);
    let write = || {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, bytes)
    };
    write().map_err(|why| AuditError::file(&path, why))
}

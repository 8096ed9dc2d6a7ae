//! Verifying an exported copy: a folder laid out as `c2sp.org/tlog-tiles` serves a log. No database, no secret key.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::entries::Entries;
use super::walk::{Tile, Walk};
use super::{Findings, Known, ProblemKind, Report, trusted_anchors};
use crate::bundle;
use crate::error::AuditError;
use crate::merkle::{BundleId, Hash, TILE_WIDTH, TileId, bundle_width, tile_width};
use crate::note::Checkpoint;

/// Verify the log in `folder`; entries too, if the copy has any.
///
/// # Errors
/// [`AuditError::File`] when a file cannot be read for another reason than that it is not there.
pub fn verify_folder(folder: &Path, known: &Known) -> Result<Report, AuditError> {
    let mut findings = Findings::default();
    let note = read(&folder.join("checkpoint"))?.unwrap_or_default();
    let note = String::from_utf8_lossy(&note);
    let (checkpoint, signed) = match Checkpoint::open(&note, &known.keys) {
        Ok(checkpoint) => (checkpoint, true),
        Err(why) => {
            findings.add(
                ProblemKind::BadSignature,
                None,
                format!("the checkpoint: {why}"),
            );
            let Ok(checkpoint) = Checkpoint::peek(&note) else {
                return Ok(findings.report(String::new(), 0, None));
            };
            (checkpoint, false)
        }
    };
    let size = checkpoint.size;
    let anchors = trusted_anchors(known, size, &mut findings);
    let root = Some(checkpoint.root).filter(|_| signed);
    let mut walk = Walk::new(size, root, anchors, &mut findings);
    let mut entries = Entries::default();
    let with_entries = folder.join("tile").join("entries").is_dir();
    let mut kept: Vec<Hash> = Vec::new();
    for index in 0..size.div_ceil(TILE_WIDTH) {
        if index.is_multiple_of(TILE_WIDTH) {
            kept = hashes(folder, 1, index / TILE_WIDTH, size)?.unwrap_or_default();
        }
        let start = index * TILE_WIDTH;
        let mut tile = Tile {
            index,
            leaves: Vec::new(),
            starts: vec![0],
            gaps: Vec::new(),
            kept: usize::try_from(index % TILE_WIDTH)
                .ok()
                .and_then(|at| kept.get(at).copied()),
        };
        match hashes(folder, 0, index, size)? {
            Some(leaves) => tile.leaves = leaves,
            None => tile.gaps.push(start..(start + TILE_WIDTH).min(size)),
        }
        if with_entries {
            check_entries(folder, &mut walk, &mut entries, &tile, size)?;
        }
        for formed in walk.tile(tile) {
            let tile = hashes(folder, formed.level, formed.index / TILE_WIDTH, size)?;
            let at = usize::try_from(formed.index % TILE_WIDTH).unwrap_or_default();
            let kept = tile.and_then(|hashes| hashes.get(at).copied());
            formed.compare(&mut walk, kept);
        }
    }
    let compared = walk.finish();
    let mut report = findings.report(checkpoint.origin, size, Some(checkpoint.root));
    report.entries_opened = entries.opened;
    report.anchors_compared = compared;
    Ok(report)
}

fn check_entries(
    folder: &Path,
    walk: &mut Walk<'_>,
    entries: &mut Entries,
    tile: &Tile,
    size: u64,
) -> Result<(), AuditError> {
    let start = tile.index * TILE_WIDTH;
    let width = bundle_width(size, tile.index);
    let id = |width| BundleId {
        index: tile.index,
        width,
    };
    let file = match read(&folder.join(id(width).path()))? {
        Some(file) => Some(file),
        None => read(&folder.join(id(256).path()))?,
    };
    let Some(file) = file else {
        let text = format!("the bundle of the entries from {start} on is missing");
        walk.finding(ProblemKind::Deleted, start, text);
        return Ok(());
    };
    match bundle::split(&file) {
        Some(mut bodies) => {
            if bodies.len() > usize::from(width) {
                bodies.truncate(usize::from(width));
            }
            if tile.gaps.is_empty() {
                entries.check(walk, start, &bodies, &tile.leaves);
            }
        }
        None => {
            let text = format!("the bundle of the entries from {start} on has lost its form");
            walk.finding(ProblemKind::Unreadable, start, text);
        }
    }
    Ok(())
}

/// The hashes of a tile in a tree of `size` entries; `None` where the file is missing or has another length.
fn hashes(
    folder: &Path,
    level: u8,
    index: u64,
    size: u64,
) -> Result<Option<Vec<Hash>>, AuditError> {
    let width = tile_width(size, level, index);
    for wide in [width, 256] {
        let tile = TileId {
            level,
            index,
            width: wide,
        };
        let Some(file) = read(&folder.join(tile.path()))? else {
            continue;
        };
        let (hashes, rest) = file.as_chunks::<32>();
        if rest.is_empty() && hashes.len() == usize::from(wide) {
            return Ok(hashes.get(..usize::from(width)).map(<[Hash]>::to_vec));
        }
    }
    Ok(None)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, AuditError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
        Err(why) => Err(AuditError::file(path, why)),
    }
}

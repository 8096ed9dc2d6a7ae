//! The newest point opened, and random objects of it compared with the living ones, byte by byte.

use std::sync::Arc;
use std::time::Instant;

use continuity::{Depth, Silent};
use crypt::hash::Sha256;

use super::Found;
use crate::api::House;
use crate::{Failure, backup};

/// Objects that are compared.
const SAMPLE: usize = 32;
const PIECE_BYTES: usize = 1 << 20;

pub(super) async fn compare(house: &House) -> Result<Found, Failure> {
    let begun = Instant::now();
    let repository = backup::repository(&house.config)?;
    let checked = backup::check(house, "latest", Depth::Listed, Arc::new(Silent)).await?;
    let trust = backup::trust(&house.keys, &house.config)?;
    let rng = Arc::clone(&house.rng);
    let sample = continuity::sample(&repository, &checked.line.name, trust, SAMPLE, rng).await?;
    let mut compared = 0;
    for it in &sample {
        match digest(house, it.id).await? {
            Some((bytes, sha256)) if (bytes, sha256) == (it.bytes, it.sha256) => compared += 1,
            Some(_) => {
                return Err(Failure::coded(
                    "drill.differs",
                    format!(
                        "object {} is another in the recovery point than here",
                        it.id
                    ),
                ));
            }
            // Deleted since.
            None if !continuity::names(&house.db, it.id).await? => {}
            None => {
                return Err(Failure::coded(
                    "drill.missing",
                    format!("object {} is in the recovery point, and gone here", it.id),
                ));
            }
        }
    }
    Ok(Found {
        rpo: house.clock.now().since(checked.line.taken_at),
        point: Some(checked.line.name),
        rto: begun.elapsed(),
        amount: compared,
    })
}

async fn digest(house: &House, id: base::ObjectId) -> Result<Option<(u64, [u8; 32])>, Failure> {
    let Some(reader) = house.vault.objects().open(id).await? else {
        return Ok(None);
    };
    let mut hash = Sha256::new();
    let mut piece = Vec::new();
    let mut offset = 0;
    while offset < reader.len() {
        let left = usize::try_from(reader.len() - offset).unwrap_or(usize::MAX);
        let take = left.min(PIECE_BYTES);
        reader.read_at(offset, &mut piece, take).await?;
        hash.update(&piece);
        offset += take as u64;
    }
    Ok(Some((reader.len(), hash.finish())))
}

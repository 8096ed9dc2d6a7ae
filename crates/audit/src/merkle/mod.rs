//! The Merkle tree of RFC 6962, section 2: how entries become one hash, and how a few hashes prove one entry.
//!
//! Nothing here knows where hashes are kept; proofs read them through [`NodeSource`].

mod frontier;
mod proof;
mod tile;

pub use frontier::Frontier;
pub use proof::{
    consistency, consistency_nodes, inclusion, inclusion_nodes, verify_consistency,
    verify_inclusion,
};
pub use tile::{
    BundleId, HashTiles, TILE_WIDTH, TileId, TilePath, bundle_width, bundles, tile_width, tiles,
};

use crypt::hash::sha256;

/// Entries shorter than this are copied behind their prefix; ours nearly always are.
const LEAF_BYTES_QUICK: usize = 1_024;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The hash of one entry: `SHA-256(0x00 || entry)`.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    // Hashing one piece is quicker than two, and entries are short.
    let mut whole = [0; LEAF_BYTES_QUICK];
    if let Some(place) = whole.get_mut(1..=entry.len()) {
        place.copy_from_slice(entry);
        return sha256(&[whole.get(..=entry.len()).unwrap_or_default()]);
    }
    sha256(&[&[0], entry])
}

/// The hash over two neighbours: `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut both = [1; 65];
    let (_, hashes) = both.split_at_mut(1);
    for (to, from) in hashes.iter_mut().zip(left.iter().chain(right)) {
        *to = *from;
    }
    sha256(&[&both])
}

/// The root of a log without entries: the hash of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    sha256(&[&[]])
}

/// The root of a complete subtree: it covers the entries `index << height .. (index + 1) << height`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// How far above the leaves.
    pub height: u8,
    /// Counted from the left, within its height.
    pub index: u64,
}

/// Where proofs read hashes from.
pub trait NodeSource {
    /// Why a hash is not to be had.
    type Error;

    /// The hash of a complete subtree.
    ///
    /// # Errors
    /// Fails when the source does not hold it.
    fn node(&self, node: Node) -> Result<Hash, Self::Error>;
}

/// The root over `hashes`, whose number is a power of two (an empty slice gives the empty root).
#[must_use]
pub(crate) fn fold(hashes: &[Hash]) -> Hash {
    debug_assert!(hashes.len().is_power_of_two() || hashes.is_empty());
    let mut level: Vec<Hash> = hashes.to_vec();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(left, right),
                [only] => *only,
                _ => empty_root(),
            })
            .collect();
    }
    level.first().copied().unwrap_or_else(empty_root)
}

#[cfg(test)]
mod tests;

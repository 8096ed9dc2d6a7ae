//! Telling a change of order from an edit: which two leaves, or which two chunks, have to change places for the tree to hold?

use crate::merkle::{Hash, empty_root, node_hash};

/// Trying all pairs of a tile's leaves takes half a million hashes. More tiles than this are named, not explained.
pub(super) const TILES_EXPLAINED_MAX: usize = 4;
/// Swapping chunks is tried for this many pairs.
const CHUNK_PAIRS_MAX: usize = 512;

/// Two runs of entries, as offsets, that changed places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Swap {
    pub a: usize,
    pub b: usize,
    pub whole_chunks: bool,
}

/// The tree over the leaves of one tile, level by level; a last node without a neighbour moves up as it is (RFC 6962's shape).
pub(super) struct Levels(Vec<Vec<Hash>>);

impl Levels {
    pub(super) fn over(leaves: &[Hash]) -> Self {
        let mut levels = vec![leaves.to_vec()];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below.chunks(2).map(|pair| match pair {
                [left, right] => node_hash(left, right),
                pair => pair.first().copied().unwrap_or_else(empty_root),
            });
            levels.push(above.collect());
        }
        Self(levels)
    }

    pub(super) fn root(&self) -> Hash {
        let top = self.0.last().and_then(|level| level.first());
        top.copied().unwrap_or_else(empty_root)
    }

    /// The root if leaves `a` and `b` changed places: only the two ways up are hashed again.
    pub(super) fn root_swapping(&self, a: usize, b: usize) -> Option<Hash> {
        let leaves = self.0.first()?;
        let mut changed = vec![(a, *leaves.get(b)?), (b, *leaves.get(a)?)];
        for level in self.0.iter().take(self.0.len() - 1) {
            let at = |position: usize| {
                let now = changed.iter().find(|(other, _)| *other == position);
                now.map(|(_, hash)| *hash)
                    .or_else(|| level.get(position).copied())
            };
            let mut above: Vec<(usize, Hash)> = Vec::with_capacity(2);
            for (position, _) in &changed {
                let parent = position / 2;
                if above.iter().any(|(other, _)| *other == parent) {
                    continue;
                }
                let left = at(parent * 2)?;
                let hash = at(parent * 2 + 1).map_or(left, |right| node_hash(&left, &right));
                above.push((parent, hash));
            }
            changed = above;
        }
        changed.first().map(|(_, hash)| *hash)
    }
}

/// Find a swap of two chunks (which begin at `starts`) or of two leaves after which `holds` is true of the root over them.
pub(super) fn explain(
    leaves: &[Hash],
    starts: &[usize],
    holds: impl Fn(&Hash) -> bool,
) -> Option<Swap> {
    let chunks: Vec<&[Hash]> = starts
        .iter()
        .enumerate()
        .filter_map(|(at, start)| {
            let end = starts.get(at + 1).copied().unwrap_or(leaves.len());
            leaves.get(*start..end)
        })
        .collect();
    for (a, b) in pairs(chunks.len()).take(CHUNK_PAIRS_MAX) {
        let mut order = chunks.clone();
        order.swap(a, b);
        if holds(&Levels::over(&order.concat()).root()) {
            return Some(Swap {
                a: starts.get(a).copied().unwrap_or_default(),
                b: starts.get(b).copied().unwrap_or_default(),
                whole_chunks: true,
            });
        }
    }
    let levels = Levels::over(leaves);
    pairs(leaves.len())
        .find(|(a, b)| {
            levels
                .root_swapping(*a, *b)
                .is_some_and(|root| holds(&root))
        })
        .map(|(a, b)| Swap {
            a,
            b,
            whole_chunks: false,
        })
}

/// All pairs `a < b`, neighbours first: that is what happens most.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..count).flat_map(move |distance| (0..count - distance).map(move |a| (a, a + distance)))
}

//! Telling a change of order from an edit: which two leaves, or which two chunks, have to change places for the tree to hold?

use crate::merkle::Hash;

/// Trying all pairs of 256 leaves costs about a second, once per tile that is wrong. More tiles than this are only counted.
pub(super) const TILES_EXPLAINED_MAX: usize = 4;
/// Swapping chunks is tried for this many pairs.
const CHUNK_PAIRS_MAX: usize = 4_096;

/// Two runs of entries, as offsets, that changed places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Swap {
    pub a: usize,
    pub b: usize,
    pub whole_chunks: bool,
}

/// Find a swap of two chunks (which begin at `starts`) or of two leaves after which `holds`.
pub(super) fn explain(
    leaves: &[Hash],
    starts: &[usize],
    holds: impl Fn(&[Hash]) -> bool,
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
        if holds(&order.concat()) {
            return Some(Swap {
                a: starts.get(a).copied().unwrap_or_default(),
                b: starts.get(b).copied().unwrap_or_default(),
                whole_chunks: true,
            });
        }
    }
    let mut order = leaves.to_vec();
    for (a, b) in pairs(leaves.len()) {
        if leaves.get(a) == leaves.get(b) {
            continue;
        }
        order.swap(a, b);
        if holds(&order) {
            return Some(Swap {
                a,
                b,
                whole_chunks: false,
            });
        }
        order.swap(a, b);
    }
    None
}

/// All pairs `a < b`, neighbours first: that is what happens most.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..count).flat_map(move |distance| (0..count - distance).map(move |a| (a, a + distance)))
}

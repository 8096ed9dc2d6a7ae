//! Inclusion and consistency proofs: made from nodes (RFC 6962, 2.1.1 and 2.1.2), verified without (RFC 9162, 2.1.3.2 and 2.1.4.2).

use super::{Hash, Node, NodeSource, empty_root, node_hash};

/// Entries `start .. end`, as one element of a proof.
type Span = (u64, u64);

/// The largest power of two below `len` (at least 2).
const fn split(len: u64) -> u64 {
    1 << (63 - (len - 1).leading_zeros())
}

fn inclusion_spans(index: u64, size: u64) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            spans.push((middle, end));
            end = middle;
        } else {
            spans.push((start, middle));
            start = middle;
        }
    }
    spans.reverse();
    spans
}

fn consistency_spans(old: u64, new: u64) -> Vec<Span> {
    let mut spans = Vec::new();
    if old == 0 || old == new {
        return spans;
    }
    let (mut start, mut end, mut known) = (0, new, true);
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            spans.push((middle, end));
            end = middle;
        } else {
            spans.push((start, middle));
            start = middle;
            known = false;
        }
    }
    if !known {
        spans.push((start, end));
    }
    spans.reverse();
    spans
}

/// The complete subtrees that make up a span, largest first.
fn nodes_of(span: Span) -> impl Iterator<Item = Node> {
    let (mut start, end) = span;
    std::iter::from_fn(move || {
        let left = end - start;
        if left == 0 {
            return None;
        }
        let height = 63 - left.leading_zeros();
        let node = Node {
            height: u8::try_from(height).unwrap_or(u8::MAX),
            index: start >> height,
        };
        start += 1 << height;
        Some(node)
    })
}

fn hash_of<S: NodeSource>(source: &S, span: Span) -> Result<Hash, S::Error> {
    let hashes = nodes_of(span)
        .map(|node| source.node(node))
        .collect::<Result<Vec<_>, _>>()?;
    let mut hashes = hashes.iter().rev();
    Ok(hashes.next().map_or_else(empty_root, |last| {
        hashes.fold(*last, |right, left| node_hash(left, &right))
    }))
}

/// The nodes that [`inclusion`] will read.
#[must_use]
pub fn inclusion_nodes(index: u64, size: u64) -> Vec<Node> {
    inclusion_spans(index, size)
        .into_iter()
        .flat_map(nodes_of)
        .collect()
}

/// The nodes that [`consistency`] will read.
#[must_use]
pub fn consistency_nodes(old: u64, new: u64) -> Vec<Node> {
    consistency_spans(old, new)
        .into_iter()
        .flat_map(nodes_of)
        .collect()
}

/// The proof that entry `index` is in the tree of `size` entries, leaf's sibling first. `index < size`.
///
/// # Errors
/// Fails when the source lacks a node.
pub fn inclusion<S: NodeSource>(source: &S, index: u64, size: u64) -> Result<Vec<Hash>, S::Error> {
    inclusion_spans(index, size)
        .into_iter()
        .map(|span| hash_of(source, span))
        .collect()
}

/// The proof that the tree of `old` entries is the beginning of the tree of `new` entries. `old <= new`.
///
/// # Errors
/// Fails when the source lacks a node.
pub fn consistency<S: NodeSource>(source: &S, old: u64, new: u64) -> Result<Vec<Hash>, S::Error> {
    consistency_spans(old, new)
        .into_iter()
        .map(|span| hash_of(source, span))
        .collect()
}

/// Whether `proof` shows that `leaf` is entry `index` of the tree of `size` entries with this `root`.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `proof` shows that the tree of `old` entries with `old_root` is the beginning of the tree of `new` entries with `new_root`.
#[must_use]
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    let mut proof = proof.iter();
    let first = if old.is_power_of_two() {
        *old_root
    } else {
        match proof.next() {
            Some(first) => *first,
            None => return false,
        }
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut from_old, mut from_new) = (first, first);
    for hash in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            from_old = node_hash(hash, &from_old);
            from_new = node_hash(hash, &from_new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && from_old == *old_root && from_new == *new_root
}

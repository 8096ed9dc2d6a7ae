//! All that is needed of a tree to append to it: the roots of its complete subtrees, largest first.

use super::{Hash, Node, empty_root, node_hash};

/// The right edge of a tree: one hash for each bit set in its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Hash>,
}

impl Frontier {
    /// The edge of an empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: 0,
            nodes: Vec::new(),
        }
    }

    /// The edge of a tree of `size` entries from its stored form; `None` where the lengths do not fit.
    #[must_use]
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || hashes.len() != size.count_ones() as usize {
            return None;
        }
        Some(Self {
            size,
            nodes: hashes.to_vec(),
        })
    }

    /// The stored form: the hashes, largest subtree first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.nodes.concat()
    }

    /// How many entries the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut nodes = self.nodes.iter().rev();
        nodes.next().map_or_else(empty_root, |last| {
            nodes.fold(*last, |right, left| node_hash(left, &right))
        })
    }

    /// The root with a smaller tree behind that has the root `tail`.
    #[must_use]
    pub fn root_over(&self, tail: Hash) -> Hash {
        self.nodes
            .iter()
            .rev()
            .fold(tail, |right, left| node_hash(left, &right))
    }

    /// Append one leaf. `formed` hears of every subtree that it completes, smallest first.
    pub fn push(&mut self, leaf: Hash, formed: impl FnMut(Node, &Hash)) {
        self.push_subtree(0, leaf, formed);
    }

    /// Append the root of a whole subtree of `1 << height` entries.
    ///
    /// Invariant: the size is a multiple of `1 << height`; otherwise there is no such subtree.
    pub fn push_subtree(&mut self, height: u8, root: Hash, mut formed: impl FnMut(Node, &Hash)) {
        debug_assert!(self.size.is_multiple_of(1 << height));
        let (mut height_now, mut index, mut hash) = (height, self.size >> height, root);
        while index & 1 == 1 {
            let Some(left) = self.nodes.pop() else { break };
            hash = node_hash(&left, &hash);
            index >>= 1;
            height_now += 1;
            formed(
                Node {
                    height: height_now,
                    index,
                },
                &hash,
            );
        }
        self.nodes.push(hash);
        self.size += 1 << height;
    }
}

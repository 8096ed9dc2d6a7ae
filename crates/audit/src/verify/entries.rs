//! Comparing entries with their leaves, and their times with each other.

use super::ProblemKind;
use super::walk::Walk;
use crate::entry::time::{self, TIME_CHARS};
use crate::entry::{AT, HEAD};
use crate::merkle::{Hash, leaf_hash};

/// What is carried from entry to entry.
#[derive(Debug, Default)]
pub(super) struct Entries {
    last: Option<[u8; TIME_CHARS]>,
    pub opened: u64,
}

impl Entries {
    /// Compare entries with the leaves of the same places.
    pub(super) fn check(
        &mut self,
        walk: &mut Walk<'_>,
        first: u64,
        bodies: &[&[u8]],
        leaves: &[Hash],
    ) {
        self.opened += bodies.len() as u64;
        if bodies.len() != leaves.len() {
            let text = format!(
                "there are {} entries and {} leaves from {first} on",
                bodies.len(),
                leaves.len()
            );
            walk.named(first);
            walk.finding(ProblemKind::Edited, first, text);
        }
        let mut differing: Vec<(u64, Hash, Hash)> = Vec::new();
        for ((index, body), leaf) in (first..).zip(bodies).zip(leaves) {
            let hash = leaf_hash(body);
            if hash != *leaf {
                differing.push((index, hash, *leaf));
            }
            self.check_time(walk, index, body);
        }
        let Some((index, ..)) = differing.first().copied() else {
            return;
        };
        walk.named(index);
        let mut hashes: Vec<Hash> = differing.iter().map(|(_, hash, _)| *hash).collect();
        let mut kept: Vec<Hash> = differing.iter().map(|(.., leaf)| *leaf).collect();
        hashes.sort_unstable();
        kept.sort_unstable();
        if hashes == kept {
            let indexes: Vec<String> = differing
                .iter()
                .map(|(index, ..)| index.to_string())
                .collect();
            let text = format!("entries {} have changed places", indexes.join(", "));
            walk.finding(ProblemKind::Reordered, index, text);
            return;
        }
        for (index, ..) in differing {
            let text = format!("entry {index} and its leaf in the tree differ");
            walk.finding(ProblemKind::Edited, index, text);
        }
    }

    fn check_time(&mut self, walk: &mut Walk<'_>, index: u64, body: &[u8]) {
        let at = body
            .get(AT)
            .and_then(|at| <[u8; TIME_CHARS]>::try_from(at).ok());
        let Some(at) = at.filter(|at| body.starts_with(HEAD) && time::read(at).is_some()) else {
            return walk.finding(
                ProblemKind::BadTime,
                index,
                format!("entry {index} does not begin with its time"),
            );
        };
        if self.last.is_some_and(|last| at < last) {
            let text = format!("entry {index} is earlier than the one before it");
            walk.finding(ProblemKind::BadTime, index, text);
        }
        self.last = Some(at);
    }
}

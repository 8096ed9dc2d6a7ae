//! The walk along the leaves: what the rows give, against what was signed, what is kept beside, and what is remembered.
//!
//! Two right edges are carried along: one from the leaves as they are now, and one from the tile roots that are kept beside
//! them. If only one of the two leads to the signed root, the other is what was changed, tile by tile.

use std::collections::BTreeSet;
use std::ops::Range;

use super::order::{Swap, TILES_EXPLAINED_MAX, explain};
use super::{Findings, ProblemKind};
use crate::anchor::Anchor;
use crate::merkle::{Frontier, Hash, Node, TILE_WIDTH, fold};

/// Full tiles that are suspect are kept to be explained; beyond these they are only counted.
const SUSPECTS_MAX: usize = 64;
/// Tiles in which an entry was named exactly.
const NAMED_TILES_MAX: usize = 1_024;

/// What there is of the entries `index * 256 ..`.
pub(super) struct Tile {
    /// Which tile.
    pub index: u64,
    /// The leaves, in order, without gaps.
    pub leaves: Vec<Hash>,
    /// Where chunks begin in it.
    pub starts: Vec<usize>,
    /// Entries that are not there. If any, `leaves` mean nothing.
    pub gaps: Vec<Range<u64>>,
    /// The root that is kept for it, if it is full.
    pub kept: Option<Hash>,
}

/// A full tile whose leaves do not give the root that is kept.
struct Suspect {
    tile: Tile,
    given: Option<Hash>,
}

/// A hash of a higher level that the walk worked out; what is kept must be one of the two.
pub(super) struct Formed {
    pub level: u8,
    pub index: u64,
    pub from_leaves: Option<Hash>,
    pub from_kept: Option<Hash>,
}

impl Formed {
    /// Compare with what is kept.
    pub(super) fn compare(&self, walk: &mut Walk<'_>, kept: Option<Hash>) {
        if kept.is_some() && (kept == self.from_leaves || kept == self.from_kept) {
            return;
        }
        let what = if kept.is_some() {
            "not right"
        } else {
            "missing"
        };
        let first = self.index << (8 * self.level).min(56);
        let text = format!(
            "the hash of level {} kept from entry {first} on is {what}",
            self.level
        );
        walk.finding(ProblemKind::BadNode, first, text);
    }
}

/// A right edge that may have been lost for good.
#[derive(Clone)]
struct Edge(Option<Frontier>);

impl Edge {
    fn push(&mut self, height: u8, hash: Option<Hash>, formed: &mut Vec<(Node, Hash)>) {
        match (&mut self.0, hash) {
            (Some(frontier), Some(hash)) => frontier.push_subtree(height, hash, |node, hash| {
                if node.height > 8 && node.height.is_multiple_of(8) {
                    formed.push((node, *hash));
                }
            }),
            (edge, None) => *edge = None,
            (None, _) => {}
        }
    }

    /// The root with a last, not full tile behind that has this root of its own.
    fn root_over(&self, tail: Hash) -> Option<Hash> {
        self.0.as_ref().map(|frontier| frontier.root_over(tail))
    }

    fn root_with(&self, leaves: &[Hash]) -> Option<Hash> {
        let mut frontier = self.0.clone()?;
        for leaf in leaves {
            frontier.push(*leaf, |_, _| {});
        }
        Some(frontier.root())
    }
}

/// The walk itself.
pub(super) struct Walk<'a> {
    size: u64,
    /// The root that is signed, if its signature holds.
    signed: Option<Hash>,
    findings: &'a mut Findings,
    anchors: std::iter::Peekable<std::vec::IntoIter<Anchor>>,
    from_leaves: Edge,
    from_kept: Edge,
    suspects: Vec<Suspect>,
    suspect_count: u64,
    tail: Option<Tile>,
    named: BTreeSet<u64>,
    /// Anchors that the leaves, or else the kept roots, lead to; and those that neither does.
    held_to: u64,
    broken: Vec<Anchor>,
    compared: u64,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        size: u64,
        signed: Option<Hash>,
        anchors: Vec<Anchor>,
        findings: &'a mut Findings,
    ) -> Self {
        Self {
            size,
            signed,
            findings,
            anchors: anchors.into_iter().peekable(),
            from_leaves: Edge(Some(Frontier::new())),
            from_kept: Edge(Some(Frontier::new())),
            suspects: Vec::new(),
            suspect_count: 0,
            tail: None,
            named: BTreeSet::new(),
            held_to: 0,
            broken: Vec::new(),
            compared: 0,
        }
    }

    pub(super) fn finding(
        &mut self,
        kind: ProblemKind,
        index: impl Into<Option<u64>>,
        text: impl Into<String>,
    ) {
        self.findings.add(kind, index, text);
    }

    /// Take in the next tile; gives the hashes of higher levels that it completes.
    pub(super) fn tile(&mut self, tile: Tile) -> Vec<Formed> {
        let start = tile.index * TILE_WIDTH;
        let full = start + TILE_WIDTH <= self.size;
        for gap in &tile.gaps {
            let (kind, text) = if gap.end >= self.size {
                (ProblemKind::Truncated, "the head signs for more")
            } else {
                (ProblemKind::Deleted, "others stand behind them")
            };
            let text = format!(
                "entries {} to {} are missing; {text}",
                gap.start,
                gap.end - 1
            );
            self.findings.add(kind, gap.start, text);
        }
        self.compare_anchors(&tile, start);
        if !full {
            self.tail = Some(tile);
            return Vec::new();
        }
        let given = tile.gaps.is_empty().then(|| fold(&tile.leaves));
        let (mut formed, mut formed_kept) = (Vec::new(), Vec::new());
        self.from_leaves.push(8, given.or(tile.kept), &mut formed);
        self.from_kept
            .push(8, tile.kept.or(given), &mut formed_kept);
        if given != tile.kept && tile.gaps.is_empty() {
            self.suspect_count += 1;
            if self.suspects.len() < SUSPECTS_MAX {
                self.suspects.push(Suspect { tile, given });
            }
        }
        let longer = if formed.is_empty() {
            &formed_kept
        } else {
            &formed
        };
        longer
            .iter()
            .map(|(node, _)| {
                let of = |formed: &[(Node, Hash)]| {
                    formed
                        .iter()
                        .find(|(other, _)| other == node)
                        .map(|(_, hash)| *hash)
                };
                Formed {
                    level: node.height / 8,
                    index: node.index,
                    from_leaves: of(&formed),
                    from_kept: of(&formed_kept),
                }
            })
            .collect()
    }

    fn compare_anchors(&mut self, tile: &Tile, start: u64) {
        while let Some(anchor) = self
            .anchors
            .next_if(|anchor| anchor.size <= start + TILE_WIDTH)
        {
            let Ok(count) = usize::try_from(anchor.size - start) else {
                continue;
            };
            let leaves = tile.leaves.get(..count).filter(|_| tile.gaps.is_empty());
            let mut roots = vec![
                leaves.and_then(|leaves| self.from_leaves.root_with(leaves)),
                leaves.and_then(|leaves| self.from_kept.root_with(leaves)),
            ];
            if let (256, Some(kept), Some(mut edge)) = (count, tile.kept, self.from_kept.0.clone())
            {
                edge.push_subtree(8, kept, |_, _| {});
                roots.push(Some(edge.root()));
            }
            if roots.iter().all(Option::is_none) {
                continue;
            }
            self.compared += 1;
            if roots.contains(&Some(anchor.root)) {
                self.held_to = anchor.size;
            } else {
                self.broken.push(anchor);
            }
        }
    }

    /// Everything was walked: judge. Gives how many anchors were compared.
    pub(super) fn finish(mut self) -> u64 {
        let tail = self.tail.take();
        let leaves: &[Hash] = tail
            .as_ref()
            .filter(|tail| tail.gaps.is_empty())
            .map_or(&[], |tail| &tail.leaves);
        let tail_whole = tail.as_ref().is_none_or(|tail| tail.gaps.is_empty());
        let root = |edge: &Edge| edge.root_with(leaves).filter(|_| tail_whole);
        let (given, kept) = (root(&self.from_leaves), root(&self.from_kept));

        let leaves_hold = self.signed.is_some() && given == self.signed;
        let kept_hold = self.signed.is_some() && kept == self.signed;
        if leaves_hold {
            self.name_bad_nodes();
        } else if kept_hold || !tail_whole {
            self.name_edited_tiles();
        } else if self.signed.is_some() && (given.is_some() || kept.is_some()) {
            self.name_edits(tail.as_ref(), leaves);
        } else {
            self.name_edited_tiles();
        }
        for anchor in std::mem::take(&mut self.broken) {
            if leaves_hold || kept_hold {
                let text = format!(
                    "the first {} entries had another root at {}, and both are signed",
                    anchor.size, anchor.at
                );
                self.findings
                    .add(ProblemKind::Forked, anchor.size - 1, text);
            } else if self.signed.is_none() {
                let text = format!(
                    "an entry between {} and {} is not the one that was remembered at {}",
                    self.held_to,
                    anchor.size - 1,
                    anchor.at
                );
                self.findings.add(ProblemKind::Edited, self.held_to, text);
            }
        }
        self.compared
    }

    /// The leaves are right: what differs from them is a kept hash.
    fn name_bad_nodes(&mut self) {
        for suspect in std::mem::take(&mut self.suspects) {
            let start = suspect.tile.index * TILE_WIDTH;
            let what = if suspect.tile.kept.is_some() {
                "not right"
            } else {
                "missing"
            };
            let text = format!(
                "the hash kept over entries {start} to {} is {what}; the entries are right",
                start + TILE_WIDTH - 1
            );
            self.findings.add(ProblemKind::BadNode, start, text);
        }
    }

    /// The kept hashes are right: what differs from them was edited, or changed places.
    fn name_edited_tiles(&mut self) {
        let suspects = std::mem::take(&mut self.suspects);
        for (at, suspect) in suspects.iter().enumerate() {
            let start = suspect.tile.index * TILE_WIDTH;
            let Some(kept) = suspect.tile.kept else {
                let text = format!(
                    "the hash kept over entries {start} to {} is missing",
                    start + TILE_WIDTH - 1
                );
                self.findings.add(ProblemKind::BadNode, start, text);
                continue;
            };
            let home = suspects
                .iter()
                .find(|other| other.tile.kept == suspect.given);
            if let Some(home) = home {
                let text = format!(
                    "the 256 entries at {start} belong at {}",
                    home.tile.index * TILE_WIDTH
                );
                self.findings.add(ProblemKind::Reordered, start, text);
                continue;
            }
            let swap = (at < TILES_EXPLAINED_MAX)
                .then(|| {
                    explain(&suspect.tile.leaves, &suspect.tile.starts, |root| {
                        *root == kept
                    })
                })
                .flatten();
            self.name_edit(start, TILE_WIDTH, swap);
        }
        let unnamed = self.suspect_count - suspects.len() as u64;
        if unnamed > 0 {
            let text = format!("{unnamed} more runs of 256 entries are not those that were hashed");
            self.findings.add(ProblemKind::Edited, None, text);
        }
    }

    /// Neither leads to the signed root: the tail was edited, or leaves and kept hashes alike.
    fn name_edits(&mut self, tail: Option<&Tile>, leaves: &[Hash]) {
        let edge = if self.suspect_count == 0 {
            &self.from_leaves
        } else {
            &self.from_kept
        };
        let tail_start = self.size - self.size % TILE_WIDTH;
        let swap = tail.filter(|_| self.broken.is_empty()).and_then(|tail| {
            explain(leaves, &tail.starts, |root| {
                edge.root_over(*root) == self.signed
            })
        });
        if swap.is_some() {
            self.name_edit(tail_start, leaves.len() as u64, swap);
        } else if self
            .named
            .range(self.held_to / TILE_WIDTH..)
            .next()
            .is_none()
        {
            let end = self.broken.first().map_or(self.size, |anchor| anchor.size);
            let from = self.held_to;
            let mut text = format!(
                "an entry between {from} and {} is not the one that was signed for",
                end.saturating_sub(1)
            );
            let tail_only = self.broken.is_empty() && self.suspect_count == 0 && from < tail_start;
            if tail_only && !leaves.is_empty() {
                text += &format!("; behind {tail_start}, unless kept hashes were edited as well");
            }
            self.findings.add(ProblemKind::Edited, from, text);
        }
        self.name_edited_tiles();
    }

    /// A finding names the very entry in the tile around it already; the tile itself need not be named any more.
    pub(super) fn named(&mut self, index: u64) {
        if self.named.len() < NAMED_TILES_MAX {
            self.named.insert(index / TILE_WIDTH);
        }
    }

    fn name_edit(&mut self, start: u64, count: u64, swap: Option<Swap>) {
        if self.named.contains(&(start / TILE_WIDTH)) {
            return;
        }
        match swap {
            Some(swap) => {
                let (a, b) = (start + swap.a as u64, start + swap.b as u64);
                let what = if swap.whole_chunks {
                    "the runs of entries beginning at"
                } else {
                    "entries"
                };
                let text = format!("{what} {a} and {b} have changed places");
                self.findings.add(ProblemKind::Reordered, a, text);
            }
            None => {
                let text = format!(
                    "an entry between {start} and {} is not the one that was hashed",
                    start + count.saturating_sub(1)
                );
                self.findings.add(ProblemKind::Edited, start, text);
            }
        }
    }
}

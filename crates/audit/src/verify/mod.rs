//! Verifying a whole log, from its database or from an exported copy: finds what was done to it, and names it.
//!
//! Needs no key but the public one; with the log's sealing keys it also checks that every sealed entry is the one that was
//! hashed. Reads in pages and keeps nothing but the right edge of the tree, so memory does not grow with the log.
//!
//! What each party can do, and what finds it:
//! - who edits, removes or reorders rows: the signed root, which only the right leaves in the right order give;
//! - who also puts an older signed head back: an anchor, which remembers that the log was longer;
//! - who holds the signing key and signs another history: an anchor too, whose checkpoint is signed as well and does not fit.

mod entries;
mod folder;
mod order;
mod rows;
mod walk;

pub use folder::verify_folder;
pub use rows::Depth;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

use crate::anchor::Anchor;
use crate::merkle::Hash;
use crate::note::{Checkpoint, LogKey};

/// At most so many problems are listed; they are all counted.
const PROBLEMS_LISTED_MAX: usize = 200;

/// What was done to a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// An entry or a hash is not the one that was signed for.
    Edited,
    /// Entries are missing, with others behind them.
    Deleted,
    /// The log is shorter than a signed head says it was.
    Truncated,
    /// Two histories were signed.
    Forked,
    /// Entries are there, but not in their order.
    Reordered,
    /// A checkpoint is not signed by this log, or speaks of something else.
    BadSignature,
    /// Sealed entries do not open.
    Unreadable,
    /// Rows that no checkpoint covers.
    Unsigned,
    /// The head's columns do not fit each other.
    BadHead,
    /// A hash of the tree that is kept beside the entries is wrong or missing; the entries are not concerned.
    BadNode,
    /// Time runs backwards.
    BadTime,
    /// The database's own guard against changes is gone.
    Unguarded,
}

impl ProblemKind {
    /// The kind in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Deleted => "deleted",
            Self::Truncated => "truncated",
            Self::Forked => "forked",
            Self::Reordered => "reordered",
            Self::BadSignature => "bad_signature",
            Self::Unreadable => "unreadable",
            Self::Unsigned => "unsigned",
            Self::BadHead => "bad_head",
            Self::BadNode => "bad_node",
            Self::BadTime => "bad_time",
            Self::Unguarded => "unguarded",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What was done.
    pub kind: ProblemKind,
    /// The first entry concerned, where there is one.
    pub index: Option<u64>,
    /// What was found, for people.
    pub text: String,
}

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Nothing is wrong.
    pub ok: bool,
    /// The log's name.
    pub origin: String,
    /// How many entries the head speaks of.
    pub size: u64,
    /// The root that the head speaks of, in base64 as in a checkpoint.
    #[serde(serialize_with = "root_text")]
    pub root: Option<Hash>,
    /// How many entries were opened and compared with their leaves.
    pub entries_opened: u64,
    /// How many remembered heads were compared.
    pub anchors_compared: u64,
    /// How many problems there are, of which the first are listed.
    pub problem_count: u64,
    /// In the order of the entries concerned.
    pub problems: Vec<Problem>,
}

#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn root_text<S: Serializer>(root: &Option<Hash>, serializer: S) -> Result<S::Ok, S::Error> {
    root.map(|root| STANDARD.encode(root)).serialize(serializer)
}

/// What the verifier knows beforehand.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The log's public keys. Not read from the log itself: who edits that could edit them.
    pub keys: Vec<LogKey>,
    /// Heads remembered elsewhere, in any order.
    pub anchors: Vec<Anchor>,
}

/// Problems as they are found.
#[derive(Debug, Default)]
struct Findings {
    count: u64,
    problems: Vec<Problem>,
}

impl Findings {
    fn add(&mut self, kind: ProblemKind, index: impl Into<Option<u64>>, text: impl Into<String>) {
        self.count += 1;
        if self.problems.len() < PROBLEMS_LISTED_MAX {
            self.problems.push(Problem {
                kind,
                index: index.into(),
                text: text.into(),
            });
        }
    }

    fn report(mut self, origin: String, size: u64, root: Option<Hash>) -> Report {
        self.problems
            .sort_by_key(|problem| problem.index.unwrap_or(u64::MAX));
        Report {
            ok: self.count == 0,
            origin,
            size,
            root,
            entries_opened: 0,
            anchors_compared: 0,
            problem_count: self.count,
            problems: self.problems,
        }
    }
}

/// The anchors that can be trusted, shortest first; the others are findings.
fn trusted_anchors(known: &Known, size: u64, findings: &mut Findings) -> Vec<Anchor> {
    let mut anchors = Vec::new();
    for anchor in &known.anchors {
        let signed = Checkpoint::open(&anchor.checkpoint, &known.keys)
            .is_ok_and(|signed| signed.size == anchor.size && signed.root == anchor.root);
        if signed {
            anchors.push(anchor.clone());
        } else {
            findings.add(
                ProblemKind::BadSignature,
                None,
                format!(
                    "the head remembered at {} is not signed by this log",
                    anchor.at
                ),
            );
        }
    }
    anchors.sort_by_key(|anchor| anchor.size);
    let mut kept: Vec<Anchor> = Vec::new();
    for anchor in anchors {
        match kept.last() {
            Some(last) if last.size == anchor.size && last.root == anchor.root => {}
            Some(last) if last.size == anchor.size => findings.add(
                ProblemKind::Forked,
                anchor.size.saturating_sub(1),
                format!(
                    "two heads of {} entries are signed, with different roots",
                    anchor.size
                ),
            ),
            _ => kept.push(anchor),
        }
    }
    if let Some(longest) = kept.iter().rfind(|anchor| anchor.size > size) {
        findings.add(
            ProblemKind::Truncated,
            size,
            format!(
                "the log had {} entries at {} and has {size}: entries {size} to {} are gone",
                longest.size,
                longest.at,
                longest.size - 1
            ),
        );
    }
    kept.retain(|anchor| anchor.size <= size);
    kept
}

#[cfg(test)]
mod tests;

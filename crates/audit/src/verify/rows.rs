//! Verifying a log in its database.

use base::TenantId;
use store::{Sql, Value};

use super::entries::Entries;
use super::walk::{Formed, Tile, Walk};
use super::{Findings, Known, ProblemKind, Report, trusted_anchors};
use crate::bundle;
use crate::error::AuditError;
use crate::head::{Head, HeadError};
use crate::journal::{chunk_context, int};
use crate::merkle::{Hash, TILE_WIDTH};
use crate::note::Checkpoint;
use crate::read::{Chunk, Log, node_of};
use crate::sql;

/// Tiles read at once: 2,048 entries, about a megabyte with them.
const TILES_A_PAGE: u64 = 8;
/// Chunks that did not open and are kept, to see whether they were moved.
const UNOPENED_MAX: usize = 64;

/// How deep to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The tree and its signed head: needs no secret key.
    Hashes,
    /// Every sealed entry as well: opened, and compared with its leaf.
    Entries,
}

/// What the head says, as far as it can be believed.
struct HeadSeen {
    size: u64,
    root: Option<Hash>,
    signed: bool,
}

/// One pass over the rows.
struct Pass<'a> {
    log: &'a Log,
    tenant: &'a TenantId,
    depth: Depth,
    size: u64,
    entries: Entries,
    unopened: Vec<Chunk>,
}

impl Log {
    /// Verify a tenant's whole log.
    ///
    /// # Errors
    /// Fails only where the database cannot be read at all; whatever is wrong with the log is in the report.
    pub async fn verify(
        &self,
        tenant: &TenantId,
        known: &Known,
        depth: Depth,
    ) -> Result<Report, AuditError> {
        let mut findings = Findings::default();
        let origin = self.origin(tenant);
        self.check_guards(&mut findings).await?;
        let head = self.check_head(tenant, known, &mut findings).await?;
        let anchors = trusted_anchors(known, head.size, &mut findings);
        let signed = head.root.filter(|_| head.signed);
        let mut walk = Walk::new(head.size, signed, anchors, &mut findings);
        let mut pass = Pass {
            log: self,
            tenant,
            depth,
            size: head.size,
            entries: Entries::default(),
            unopened: Vec::new(),
        };
        let tiles = head.size.div_ceil(TILE_WIDTH);
        let mut next = 0;
        while next < tiles {
            let end = (next + TILES_A_PAGE).min(tiles);
            pass.page(&mut walk, next, end).await?;
            next = end;
            // A long log must not keep others of this thread waiting.
            tokio::task::yield_now().await;
        }
        pass.explain_unopened(&mut walk);
        let opened = pass.entries.opened;
        let compared = walk.finish();
        self.check_behind(tenant, head.size, &mut findings).await?;
        let mut report = findings.report(origin, head.size, head.root);
        report.entries_opened = opened;
        report.anchors_compared = compared;
        Ok(report)
    }

    async fn check_guards(&self, findings: &mut Findings) -> Result<(), AuditError> {
        let rows = self.db.rows(&sql::GUARDS, Vec::new()).await?;
        let standing: Vec<&str> = rows.iter().filter_map(|row| row.text(0).ok()).collect();
        for wanted in sql::GUARDS_WANTED {
            if !standing.contains(&wanted) {
                let text = format!("the database's trigger {wanted} is gone");
                findings.add(ProblemKind::Unguarded, None, text);
            }
        }
        Ok(())
    }

    async fn check_head(
        &self,
        tenant: &TenantId,
        known: &Known,
        findings: &mut Findings,
    ) -> Result<HeadSeen, AuditError> {
        let unknown = HeadSeen {
            size: 0,
            root: None,
            signed: false,
        };
        let Some(row) = self.db.row(&sql::HEAD, vec![tenant.into()]).await? else {
            return Ok(unknown);
        };
        let head = match Head::from_row(&row) {
            Ok(head) => head,
            Err(why) => {
                findings.add(ProblemKind::BadHead, None, why.to_string());
                return Ok(unknown);
            }
        };
        match head.check() {
            // What is wrong with the note itself is found below.
            Ok(()) | Err(HeadError::Note(_)) => {}
            Err(why) => findings.add(ProblemKind::BadHead, None, why.to_string()),
        }
        // What is signed counts; the columns beside it are only there to append quickly.
        match Checkpoint::open(&head.checkpoint, &known.keys) {
            Ok(signed) => Ok(HeadSeen {
                size: signed.size,
                root: Some(signed.root),
                signed: true,
            }),
            Err(why) => {
                findings.add(
                    ProblemKind::BadSignature,
                    None,
                    format!("the head's checkpoint: {why}"),
                );
                Ok(HeadSeen {
                    size: head.size,
                    root: Some(head.root),
                    signed: false,
                })
            }
        }
    }

    /// Rows behind the head: nobody signed for them. The head is read after them, so that rows just appended are covered.
    async fn check_behind(
        &self,
        tenant: &TenantId,
        size: u64,
        findings: &mut Findings,
    ) -> Result<(), AuditError> {
        let end = self
            .number(&sql::CHUNKS_END, vec![tenant.into(), int(size)])
            .await?;
        let mut counts = Vec::new();
        for level in 1..8_u8 {
            let params = vec![tenant.into(), i64::from(level).into()];
            counts.push((level, self.number(&sql::NODE_COUNT, params).await?));
        }
        let row = self.db.row(&sql::HEAD, vec![tenant.into()]).await?;
        let covered = row
            .as_ref()
            .and_then(|row| u64::try_from(row.int(0).ok()?).ok())
            .unwrap_or(0)
            .max(size);
        if end > covered {
            let text = if row.is_some() {
                format!(
                    "there are entries up to {} and no checkpoint covers them",
                    end - 1
                )
            } else {
                format!("there are {end} entries and no head")
            };
            let kind = if row.is_some() {
                ProblemKind::Unsigned
            } else {
                ProblemKind::BadHead
            };
            findings.add(kind, covered, text);
        }
        for (level, count) in counts {
            if count > covered.checked_shr(8 * u32::from(level)).unwrap_or(0) {
                let text =
                    format!("hashes of level {level} are kept for more entries than there are");
                findings.add(ProblemKind::Unsigned, None, text);
            }
        }
        Ok(())
    }

    async fn number(&self, sql: &'static Sql, params: Vec<Value>) -> Result<u64, AuditError> {
        let row = self.db.row(sql, params).await?;
        let number = row.and_then(|row| u64::try_from(row.int(0).ok()?).ok());
        Ok(number.unwrap_or(0))
    }
}

impl Pass<'_> {
    /// Walk the tiles `begin .. end`.
    async fn page(&mut self, walk: &mut Walk<'_>, begin: u64, end: u64) -> Result<(), AuditError> {
        let (first, last) = (begin * TILE_WIDTH, (end * TILE_WIDTH).min(self.size));
        let sql = match self.depth {
            Depth::Hashes => &sql::CHUNK_HASHES,
            Depth::Entries => &sql::CHUNKS,
        };
        let params = vec![self.tenant.into(), int(first), int(last)];
        let rows = self.log.db.rows(sql, params).await?;
        let nodes = self
            .nodes(1, begin, end.min(self.size / TILE_WIDTH))
            .await?;
        let mut chunks = Vec::with_capacity(rows.len());
        for row in rows {
            let at = row.int(0).ok().and_then(|first| u64::try_from(first).ok());
            match Chunk::from_row(row) {
                Some(chunk) => chunks.push(chunk),
                None => walk.finding(ProblemKind::Edited, at, "a row has lost its form"),
            }
        }
        let mut chunks = chunks.into_iter().peekable();
        for index in begin..end {
            let tile_end = ((index + 1) * TILE_WIDTH).min(self.size);
            let mut tile = Tile {
                index,
                leaves: Vec::new(),
                starts: Vec::new(),
                gaps: Vec::new(),
                kept: nodes
                    .iter()
                    .find(|(node, _)| *node == index)
                    .map(|(_, hash)| *hash),
            };
            let mut next = index * TILE_WIDTH;
            while let Some(mut chunk) = chunks.next_if(|chunk| chunk.first < tile_end) {
                if chunk.first < next {
                    let text = format!("a second row speaks of entry {}", chunk.first);
                    walk.finding(ProblemKind::Unsigned, chunk.first, text);
                    continue;
                }
                if chunk.first > next {
                    tile.gaps.push(next..chunk.first);
                }
                if self.depth == Depth::Entries {
                    self.open(walk, &chunk);
                }
                next = (chunk.first + chunk.count).min(tile_end);
                chunk
                    .hashes
                    .truncate(usize::try_from(next - chunk.first).unwrap_or(0));
                tile.starts.push(tile.leaves.len());
                tile.leaves.append(&mut chunk.hashes);
            }
            if next < tile_end {
                tile.gaps.push(next..tile_end);
            }
            for formed in walk.tile(tile) {
                self.compare_node(walk, &formed).await?;
            }
        }
        Ok(())
    }

    fn open(&mut self, walk: &mut Walk<'_>, chunk: &Chunk) {
        let opened = chunk.open(self.log.keys.as_ref(), self.tenant, &self.log.installation);
        match opened.as_deref().map(bundle::split) {
            Ok(Some(bodies)) => self
                .entries
                .check(walk, chunk.first, &bodies, &chunk.hashes),
            Ok(None) => {
                let text = format!(
                    "the entries from {} on are not framed as entries",
                    chunk.first
                );
                walk.finding(ProblemKind::Unreadable, chunk.first, text);
            }
            Err(AuditError::Tampered { .. }) if self.unopened.len() < UNOPENED_MAX => {
                self.unopened.push(Chunk {
                    first: chunk.first,
                    count: chunk.count,
                    hashes: Vec::new(),
                    sealed: chunk.sealed.clone(),
                });
            }
            Err(why) => self.unreadable(walk, chunk, &why.to_string()),
        }
    }

    fn unreadable(&self, walk: &mut Walk<'_>, chunk: &Chunk, why: &str) {
        let last = chunk.first + chunk.count - 1;
        let text = format!("entries {} to {last} do not open: {why}", chunk.first);
        walk.finding(ProblemKind::Unreadable, chunk.first, text);
    }

    /// Sealed entries open at their own place only: those that did not, do they open elsewhere?
    fn explain_unopened(&self, walk: &mut Walk<'_>) {
        for chunk in &self.unopened {
            match self.home_of(chunk) {
                Some(home) => {
                    walk.named(chunk.first);
                    let text = format!("the sealed entries at {} belong at {home}", chunk.first);
                    walk.finding(ProblemKind::Reordered, chunk.first, text);
                }
                None => self.unreadable(walk, chunk, "sealed data were altered"),
            }
        }
    }

    fn home_of(&self, chunk: &Chunk) -> Option<u64> {
        let (generation, sealed) = chunk.sealed.as_ref()?;
        let key = self.log.keys.opening(self.tenant, *generation).ok()?;
        let opens = |first: u64, count: u64| {
            crypt::sealed::open(
                &key,
                &chunk_context(
                    &self.log.installation,
                    self.tenant,
                    *generation,
                    first,
                    count,
                ),
                sealed,
            )
            .is_ok()
        };
        let others = self.unopened.iter().map(|other| (other.first, other.count));
        let start = chunk.first - chunk.first % TILE_WIDTH;
        let around = (start..start + TILE_WIDTH).map(|first| (first, chunk.count));
        others
            .chain(around)
            .find(|(first, count)| opens(*first, *count))
            .map(|(first, _)| first)
    }

    async fn nodes(&self, level: u8, begin: u64, end: u64) -> Result<Vec<(u64, Hash)>, AuditError> {
        let params = vec![
            self.tenant.into(),
            i64::from(level).into(),
            int(begin),
            int(end),
        ];
        let rows = self.log.db.rows(&sql::NODES, params).await?;
        Ok(rows.iter().filter_map(node_of).collect())
    }

    async fn compare_node(&self, walk: &mut Walk<'_>, formed: &Formed) -> Result<(), AuditError> {
        let kept = self
            .nodes(formed.level, formed.index, formed.index + 1)
            .await?;
        formed.compare(walk, kept.first().map(|(_, hash)| *hash));
        Ok(())
    }
}

//! Entries about one person, newest first: what a person is shown when they ask who looked.
//!
//! Entries are sealed and stand in the order of time, so each block of 65,536 gets, once it is full, a sealed index by handle, in 256 rows by the
//! handle's first byte. An answer opens one row a block and reads the rest from the entries themselves.
//!
//! Invariant: the index can be believed or be absent, never lie: a row is sealed for its place, what it points to is read from the log and checked
//! against its leaf, and a block whose row is missing is read whole.

use std::sync::LazyLock;

use base::{Handle, Rng, TenantId};
use crypt::{Context, sealed};
use memchr::memmem::Finder;
use store::{Expect, Row, Statement, StoreError, WriteSet};

use crate::error::AuditError;
use crate::journal::int;
use crate::read::{Log, Logged};
use crate::sql;

/// Entries in a block.
pub const BLOCK: u64 = 1 << 16;
/// Rows of a block's index: by the first byte of a handle, which is random.
const BUCKETS: u64 = 256;
/// A row names an entry by four more bytes of its handle and its place in the block.
const MARK_BYTES: usize = 4;
const ITEM_BYTES: usize = MARK_BYTES + 2;
/// Entries read at once.
const STRIDE: u64 = 4096;
/// Entries read first where few are wanted: most that is asked for is new, and lies at the end.
const STRIDE_FIRST: u64 = 256;
/// Entries of others between two of one's own that are read along with them: they lie in the same rows.
const GAP_MAX: u64 = 64;
/// Rows of the index read at once.
const ROWS_AT_ONCE: u64 = 64;

/// Where a handle's entries stand in the index: the row, and the mark in it.
fn place_of(handle: Handle) -> (u64, [u8; MARK_BYTES]) {
    let [bucket, a, b, c, d, ..] = *handle.as_bytes();
    (u64::from(bucket), [a, b, c, d])
}

/// The handle that a canonical entry is about, if it is about one.
fn person_of(body: &[u8]) -> Option<Handle> {
    const KEY: &[u8] = b"\"person\":\"";
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(KEY));
    let at = FINDER.find(body)? + KEY.len();
    std::str::from_utf8(body.get(at..at + 36)?)
        .ok()?
        .parse()
        .ok()
}

/// What is asked for: entries about whom, below which index, how many.
struct Wanted {
    handle: Handle,
    end: u64,
    limit: usize,
}

impl Wanted {
    fn is(&self, logged: &Logged) -> bool {
        person_of(&logged.body) == Some(self.handle)
    }
}

impl Log {
    fn block_context(
        &self,
        tenant: &TenantId,
        generation: u32,
        block: u64,
        bucket: u64,
    ) -> Context {
        Context::new("log index by person")
            .text(self.installation.environment.as_str())
            .text(&self.installation.origin(tenant))
            .int(u64::from(generation))
            .int(block)
            .int(bucket)
    }

    /// Index each full block that is not indexed yet. Gives how many were.
    ///
    /// # Errors
    /// Storage and key failures; what does not open.
    pub async fn index_by_person(
        &self,
        tenant: &TenantId,
        rng: &dyn Rng,
    ) -> Result<u64, AuditError> {
        let full = self.size(tenant).await? / BLOCK;
        let last = self.db.row(&sql::INDEX_END, vec![tenant.into()]).await?;
        let last = last.filter(|row| !row.is_null(0)).map(|row| row.int(0));
        let done = match last.transpose()? {
            Some(last) => u64::try_from(last).map_or(0, |last| last + 1),
            None => 0,
        };
        for block in done..full {
            self.index_block(tenant, block, rng).await?;
        }
        Ok(full.saturating_sub(done))
    }

    async fn index_block(
        &self,
        tenant: &TenantId,
        block: u64,
        rng: &dyn Rng,
    ) -> Result<(), AuditError> {
        let mut rows = vec![Vec::new(); usize::try_from(BUCKETS).unwrap_or_default()];
        let begin = block * BLOCK;
        let mut from = begin;
        while from < begin + BLOCK {
            // Not held against the tree: what the index points to is, when it is read.
            let (end, chunks) = self.opened(tenant, from, STRIDE).await?;
            for (chunk, bundle) in &chunks {
                for (index, body) in chunk.bodies(bundle)? {
                    let Some(handle) = person_of(body).filter(|_| (from..end).contains(&index))
                    else {
                        continue;
                    };
                    let (bucket, mark) = place_of(handle);
                    let at = u16::try_from(index - begin).unwrap_or(u16::MAX);
                    if let Some(row) = usize::try_from(bucket).ok().and_then(|it| rows.get_mut(it))
                    {
                        row.extend_from_slice(&mark);
                        row.extend_from_slice(&at.to_be_bytes());
                    }
                }
            }
            from += STRIDE;
        }
        let key = self.keys.sealing(tenant)?;
        let set = (0..).zip(rows).fold(WriteSet::new(), |set, (bucket, row)| {
            let place = self.block_context(tenant, key.generation, block, bucket);
            let sealed = sealed::seal(&key.key, &place, &row, rng);
            set.with(Statement {
                sql: &sql::ADD_INDEX,
                params: vec![
                    tenant.into(),
                    int(block),
                    int(bucket),
                    key.generation.into(),
                    sealed.into(),
                ],
                expect: Expect::Rows(1, "log.index"),
            })
        });
        match self.db.commit(set).await {
            // Another node was quicker.
            Ok(_) | Err(StoreError::Duplicate) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Up to `limit` entries about `handle` whose index is below `before`, newest first.
    ///
    /// # Errors
    /// [`AuditError::Tampered`] names what does not open or is not what was hashed; storage and key failures.
    pub async fn about(
        &self,
        tenant: &TenantId,
        handle: Handle,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Logged>, AuditError> {
        let size = self.size(tenant).await?;
        let wanted = Wanted {
            handle,
            end: before.map_or(size, |before| before.min(size)),
            limit,
        };
        let (bucket, _) = place_of(handle);
        let mut found = Vec::new();
        let mut blocks = wanted.end.div_ceil(BLOCK);
        while found.len() < limit && blocks > 0 {
            let from = blocks.saturating_sub(ROWS_AT_ONCE);
            let params = vec![tenant.into(), int(bucket), int(from), int(blocks)];
            let rows = self.db.rows(&sql::INDEX_ROWS, params).await?;
            let mut rows = rows.into_iter().peekable();
            while found.len() < limit && blocks > from {
                blocks -= 1;
                let row = rows.next_if(|row| row.int(0).ok() == i64::try_from(blocks).ok());
                match row {
                    Some(row) => {
                        self.read_indexed(tenant, &wanted, blocks, &row, &mut found)
                            .await?
                    }
                    // A row that is missing hides nothing.
                    None => self.read_block(tenant, &wanted, blocks, &mut found).await?,
                }
            }
        }
        Ok(found)
    }

    /// What the index says of one block.
    async fn read_indexed(
        &self,
        tenant: &TenantId,
        wanted: &Wanted,
        block: u64,
        row: &Row,
        found: &mut Vec<Logged>,
    ) -> Result<(), AuditError> {
        let (bucket, mark) = place_of(wanted.handle);
        let generation = u32::try_from(row.int(1)?).unwrap_or(0);
        let key = self.keys.opening(tenant, generation)?;
        let place = self.block_context(tenant, generation, block, bucket);
        let items = sealed::open(&key, &place, row.bytes(2)?)
            .map_err(|why| AuditError::tampered(block * BLOCK, why.to_string()))?;
        let (items, _) = items.as_chunks::<ITEM_BYTES>();
        let indexes: Vec<u64> = items
            .iter()
            .rev()
            .filter(|[a, b, c, d, ..]| [*a, *b, *c, *d] == mark)
            .map(|[.., high, low]| block * BLOCK + u64::from(u16::from_be_bytes([*high, *low])))
            .filter(|index| *index < wanted.end)
            .collect();
        let mut indexes = indexes.into_iter().peekable();
        while let Some(last) = indexes.next() {
            if found.len() >= wanted.limit {
                break;
            }
            // Neighbours lie in the same rows, and a row is opened as a whole.
            let (mut first, mut count) = (last, 1);
            while let Some(next) = indexes.next_if(|next| {
                first - next <= GAP_MAX
                    && last - next < STRIDE
                    && found.len() + count < wanted.limit
            }) {
                first = next;
                count += 1;
            }
            let entries = self.entries(tenant, first, last + 1 - first).await?;
            let about = entries.into_iter().rev().filter(|it| wanted.is(it));
            found.extend(about.take(wanted.limit - found.len()));
        }
        Ok(())
    }

    /// The same from the entries of one block themselves.
    async fn read_block(
        &self,
        tenant: &TenantId,
        wanted: &Wanted,
        block: u64,
        found: &mut Vec<Logged>,
    ) -> Result<(), AuditError> {
        let begin = block * BLOCK;
        let mut until = wanted.end.min(begin + BLOCK);
        let left = wanted.limit.saturating_sub(found.len()) as u64;
        let mut stride = left.clamp(STRIDE_FIRST, STRIDE);
        while until > begin && found.len() < wanted.limit {
            let from = begin.max(until.saturating_sub(stride));
            stride = (2 * stride).min(STRIDE);
            let entries = self.entries(tenant, from, until - from).await?;
            let about = entries.into_iter().rev().filter(|it| wanted.is(it));
            found.extend(about.take(wanted.limit - found.len()));
            until = from;
        }
        Ok(())
    }
}

//! Appending: turns a batch's entries into the rows that go into the same commit.
//!
//! Invariant: nothing is appended behind a head that does not hold together or that this log did not sign; whoever edits the
//! database without the signing key cannot make the next checkpoint cover it.
//! Invariant: time does not run backwards in a log. An entry that is earlier than the one before it takes that one's time.

use std::collections::HashMap;
use std::sync::Arc;

use base::limits::LOG_ENTRY_BYTES_MAX;
use base::{Instant, Rng, TenantId};
use crypt::{Context, sealed};
use parking_lot::Mutex;
use store::{Appended, Expect, Journal, Row, Statement, StoreError, Value};

use crate::bundle;
use crate::entry::time::{self, TIME_CHARS};
use crate::entry::{AT, HEAD};
use crate::head::Head;
use crate::installation::Installation;
use crate::keys::{LogKeys, SealingKey};
use crate::merkle::{Frontier, Hash, Node, TILE_WIDTH, leaf_hash};
use crate::note::{Checkpoint, LogKey};
use crate::sql;

/// Beyond this a clock has jumped and the entry says so; below it requests merely overtook each other.
const CLOCK_JUMP_MICROS: i64 = 1_000_000;

/// The place of a chunk: whose log, under which generation of its key, where in it, how many entries.
pub(crate) fn chunk_context(
    installation: &Installation,
    tenant: &TenantId,
    generation: u32,
    first: u64,
    count: u64,
) -> Context {
    Context::new("log chunk")
        .text(installation.environment.as_str())
        .text(&installation.origin(tenant))
        .int(u64::from(generation))
        .int(first)
        .int(count)
}

/// What is remembered of a tenant's log. Only ever spares or adds a check; nothing rests on it.
#[derive(Debug, Default)]
struct Seen {
    /// The checkpoint signed last by this process; it need not be verified again.
    signed: String,
    /// The size below which the log must not be.
    floor: u64,
}

/// Appends to every tenant's log of one installation.
pub struct LogJournal {
    installation: Installation,
    keys: Arc<dyn LogKeys>,
    rng: Arc<dyn Rng>,
    seen: Mutex<HashMap<TenantId, Seen>>,
}

impl LogJournal {
    /// The journal of an installation.
    #[must_use]
    pub fn new(installation: Installation, keys: Arc<dyn LogKeys>, rng: Arc<dyn Rng>) -> Self {
        Self {
            installation,
            keys,
            rng,
            seen: Mutex::default(),
        }
    }

    /// Refuse to append to `tenant`'s log while it has fewer than `size` entries: an anchor remembers it that long.
    pub fn hold_floor(&self, tenant: &TenantId, size: u64) {
        let mut seen = self.seen.lock();
        let seen = seen.entry(tenant.clone()).or_default();
        seen.floor = seen.floor.max(size);
    }

    fn checked_head(
        &self,
        tenant: &TenantId,
        origin: &str,
        row: Option<&Row>,
    ) -> Result<Option<Head>, StoreError> {
        let refuse = |why: String| StoreError::Journal(format!("{origin}: {why}"));
        let head = row
            .map(Head::from_row)
            .transpose()
            .map_err(|why| refuse(why.to_string()))?;
        let (floor, signed_here) = {
            let seen = self.seen.lock();
            seen.get(tenant).map_or((0, false), |seen| {
                let same = head
                    .as_ref()
                    .is_some_and(|head| head.checkpoint == seen.signed);
                (seen.floor, same)
            })
        };
        let size = head.as_ref().map_or(0, |head| head.size);
        if size < floor {
            return Err(refuse(format!(
                "the log has {size} entries and had {floor}: it was cut short or rolled back"
            )));
        }
        if let Some(head) = &head {
            head.check().map_err(|why| refuse(why.to_string()))?;
            if !signed_here {
                let keys = log_keys(self.keys.as_ref(), tenant, origin)
                    .map_err(|why| refuse(why.to_string()))?;
                head.check_signature(&keys)
                    .map_err(|why| refuse(why.to_string()))?;
            }
        }
        Ok(head)
    }
}

/// The public keys of a tenant's log.
pub(crate) fn log_keys(
    keys: &dyn LogKeys,
    tenant: &TenantId,
    origin: &str,
) -> Result<Vec<LogKey>, crate::AuditError> {
    let publics = keys.verifiers(tenant)?;
    Ok(publics
        .into_iter()
        .map(|public| LogKey::new(origin, public))
        .collect::<Result<Vec<_>, _>>()?)
}

/// Entries of one batch on their way into chunks.
struct Chunks<'a> {
    tenant: &'a TenantId,
    installation: &'a Installation,
    key: SealingKey,
    rng: &'a dyn Rng,
    /// Index of the first entry of the chunk being filled.
    first: u64,
    count: u64,
    hashes: Vec<u8>,
    entries: Vec<u8>,
    statements: Vec<Statement>,
}

impl Chunks<'_> {
    fn push(&mut self, leaf: &Hash) {
        self.hashes.extend_from_slice(leaf);
        self.count += 1;
        if (self.first + self.count).is_multiple_of(TILE_WIDTH) {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.count == 0 {
            return;
        }
        let place = chunk_context(
            self.installation,
            self.tenant,
            self.key.generation,
            self.first,
            self.count,
        );
        let sealed = sealed::seal(&self.key.key, &place, &self.entries, self.rng);
        self.entries.clear();
        self.statements.push(Statement {
            sql: &sql::ADD_CHUNK,
            params: vec![
                self.tenant.into(),
                int(self.first),
                int(self.count),
                self.key.generation.into(),
                std::mem::take(&mut self.hashes).into(),
                sealed.into(),
            ],
            expect: Expect::Rows(1, "log.chunk"),
        });
        self.first += self.count;
        self.count = 0;
    }
}

/// Sizes and indexes stay far below 2^63.
pub(crate) fn int(value: u64) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

/// Put `entry` into the bundle with its time moved forward to `last` where it is earlier; gives the time it then has.
fn stamp(bundle: &mut Vec<u8>, entry: &[u8], last: &[u8; TIME_CHARS]) -> Option<[u8; TIME_CHARS]> {
    let at: [u8; TIME_CHARS] = entry.get(AT)?.try_into().ok()?;
    if !entry.starts_with(HEAD) || entry.get(AT.end) != Some(&b'"') {
        return None;
    }
    if at >= *last {
        bundle::push(bundle, entry);
        return Some(at);
    }
    let jumped = time::read(last)?.micros() - time::read(&at)?.micros() > CLOCK_JUMP_MICROS;
    let mut moved = Vec::with_capacity(entry.len() + 48);
    moved.extend_from_slice(HEAD);
    moved.extend_from_slice(last);
    moved.push(b'"');
    if jumped {
        moved.extend_from_slice(b",\"clock\":\"");
        moved.extend_from_slice(&at);
        moved.push(b'"');
    }
    moved.extend_from_slice(entry.get(AT.end + 1..)?);
    bundle::push(bundle, &moved);
    Some(*last)
}

impl Journal for LogJournal {
    fn head_query(&self, tenant: &TenantId) -> Statement {
        Statement {
            sql: &sql::HEAD_TO_APPEND,
            params: vec![tenant.into()],
            expect: Expect::Any,
        }
    }

    fn append(
        &self,
        tenant: &TenantId,
        head: Option<&Row>,
        entries: &[&[u8]],
    ) -> Result<Appended, StoreError> {
        let origin = self.installation.origin(tenant);
        let refuse = |why: String| StoreError::Journal(format!("{origin}: {why}"));
        let head = self.checked_head(tenant, &origin, head)?;
        let (first, mut frontier, mut last) = match &head {
            Some(head) => (head.size, head.frontier.clone(), head.at),
            None => (0, Frontier::new(), Instant::from_micros(0)),
        };
        if entries.is_empty() {
            return Ok(Appended {
                first,
                statements: Vec::new(),
            });
        }
        let mut last_text =
            time::write(last).ok_or_else(|| refuse("the head's time is impossible".into()))?;
        let mut chunks = Chunks {
            tenant,
            installation: &self.installation,
            key: self
                .keys
                .sealing(tenant)
                .map_err(|why| refuse(why.to_string()))?,
            rng: self.rng.as_ref(),
            first,
            count: 0,
            hashes: Vec::with_capacity(entries.len() * 32),
            // Emptied with every chunk, so room for one is enough.
            entries: Vec::with_capacity(
                entries.iter().take(256).map(|entry| entry.len() + 64).sum(),
            ),
            statements: Vec::new(),
        };
        let mut nodes: Vec<(Node, Hash)> = Vec::new();
        for entry in entries {
            let begin = chunks.entries.len();
            if entry.len() + 48 > LOG_ENTRY_BYTES_MAX {
                return Err(refuse(format!("an entry has {} bytes", entry.len())));
            }
            last_text = stamp(&mut chunks.entries, entry, &last_text)
                .ok_or_else(|| refuse("an entry does not begin as one".into()))?;
            let leaf = leaf_hash(chunks.entries.get(begin + 2..).unwrap_or_default());
            frontier.push(leaf, |node, hash| {
                if node.height.is_multiple_of(8) {
                    nodes.push((node, *hash));
                }
            });
            chunks.push(&leaf);
        }
        chunks.flush();
        last = time::read(&last_text).unwrap_or(last);

        let mut statements = chunks.statements;
        statements.extend(nodes.into_iter().map(|(node, hash)| Statement {
            sql: &sql::ADD_NODE,
            params: vec![
                tenant.into(),
                Value::Int(i64::from(node.height / 8)),
                int(node.index),
                hash.into(),
            ],
            expect: Expect::Rows(1, "log.node"),
        }));

        let checkpoint = Checkpoint {
            origin: origin.clone(),
            size: frontier.size(),
            root: frontier.root(),
        };
        let signer = self
            .keys
            .signer(tenant)
            .map_err(|why| refuse(why.to_string()))?;
        let note = checkpoint
            .sign(&signer)
            .map_err(|why| refuse(why.to_string()))?;
        let mut params = vec![
            tenant.into(),
            int(checkpoint.size),
            checkpoint.root.into(),
            frontier.to_bytes().into(),
            note.as_str().into(),
            last.into(),
        ];
        let sql = if head.is_some() {
            params.push(int(first));
            &sql::NEXT_HEAD
        } else {
            &sql::FIRST_HEAD
        };
        statements.push(Statement {
            sql,
            params,
            expect: Expect::Rows(1, "log.head"),
        });
        self.seen.lock().entry(tenant.clone()).or_default().signed = note;
        Ok(Appended { first, statements })
    }
}

//! Unwrapped person keys: bounded in number and in time, and gone from memory when they leave.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use base::{Instant, PersonId};
use lru::LruCache;
use parking_lot::Mutex;

use crate::Ring;

/// So many that two requests rarely meet at one lock.
const SHARDS: usize = 64;

/// How much of the key tree stays unwrapped, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// Persons whose keys are kept, over all tenants. One takes about 700 bytes with three classes.
    pub persons: usize,
    /// Keys that nobody used for so long are zeroised.
    pub idle: Duration,
    /// Keys are read again after so long, so that what another node destroyed or rotated is noticed.
    pub fresh: Duration,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            persons: 100_000,
            idle: Duration::from_secs(15 * 60),
            fresh: Duration::from_secs(60),
        }
    }
}

/// A person of a tenant, the tenant by its number in this process.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Slot {
    pub(crate) tenant: u32,
    pub(crate) person: PersonId,
}

struct Entry {
    ring: Arc<Ring>,
    loaded: Instant,
    used: Instant,
}

struct Shard {
    rings: LruCache<Slot, Entry>,
    /// Counts what was forgotten, so that a ring read before does not come in after.
    forgotten: u64,
}

pub(crate) struct Cache {
    shards: Box<[Mutex<Shard>]>,
    limits: CacheLimits,
}

/// Taken before the rows are read; with it, what was read may come in unless something was forgotten since.
#[derive(Clone, Copy)]
pub(crate) struct Ticket(u64);

impl Cache {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        let each = NonZeroUsize::new(limits.persons.div_ceil(SHARDS)).unwrap_or(NonZeroUsize::MIN);
        let shards = (0..SHARDS)
            .map(|_| {
                Mutex::new(Shard {
                    // Not sized in advance: a small installation pays for what it holds.
                    rings: LruCache::unbounded(),
                    forgotten: 0,
                })
            })
            .collect::<Vec<_>>();
        for shard in &shards {
            shard.lock().rings.resize(each);
        }
        Self {
            shards: shards.into_boxed_slice(),
            limits,
        }
    }

    pub(crate) fn find(&self, slot: Slot, now: Instant) -> Option<Arc<Ring>> {
        let mut shard = self.shard(slot).lock();
        let entry = shard.rings.get_mut(&slot)?;
        if self.is_stale(entry, now) {
            shard.rings.pop(&slot);
            return None;
        }
        entry.used = now;
        Some(Arc::clone(&entry.ring))
    }

    pub(crate) fn ticket(&self, slot: Slot) -> Ticket {
        Ticket(self.shard(slot).lock().forgotten)
    }

    pub(crate) fn keep(&self, slot: Slot, ticket: Ticket, ring: Arc<Ring>, now: Instant) {
        let mut shard = self.shard(slot).lock();
        if shard.forgotten == ticket.0 {
            let entry = Entry {
                ring,
                loaded: now,
                used: now,
            };
            shard.rings.push(slot, entry);
        }
    }

    pub(crate) fn forget(&self, slot: Slot) {
        let mut shard = self.shard(slot).lock();
        shard.forgotten += 1;
        shard.rings.pop(&slot);
    }

    /// Drop what is idle or stale. Returns how many persons were dropped.
    pub(crate) fn sweep(&self, now: Instant) -> usize {
        let mut dropped = 0;
        for shard in &self.shards {
            let mut shard = shard.lock();
            let stale: Vec<Slot> = shard
                .rings
                .iter()
                .filter(|(_, entry)| self.is_stale(entry, now))
                .map(|(slot, _)| *slot)
                .collect();
            dropped += stale.len();
            for slot in stale {
                shard.rings.pop(&slot);
            }
        }
        dropped
    }

    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            let mut shard = shard.lock();
            shard.forgotten += 1;
            shard.rings.clear();
        }
    }

    pub(crate) fn persons(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.lock().rings.len())
            .sum()
    }

    fn is_stale(&self, entry: &Entry, now: Instant) -> bool {
        // A clock that was set back must not keep a key for ever.
        now < entry.loaded
            || now.since(entry.loaded) > self.limits.fresh
            || now.since(entry.used) > self.limits.idle
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "Invariant: there are SHARDS shards, and the remainder is below that"
    )]
    fn shard(&self, slot: Slot) -> &Mutex<Shard> {
        // A person's id is random, so its last byte spreads well.
        let [.., last] = *slot.person.as_bytes();
        &self.shards[usize::from(last) % SHARDS]
    }
}

//! Re-wrapping: what hangs under retired generations moves under the newest, in batches, while everything runs, to zero.
//!
//! How far it is stands in the rows themselves: each says under which generation it hangs. So a run that stops anywhere, by a
//! crash or by will, is gone on with by the next.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use base::{Class, PersonId, TenantId};
use crypt::wrap;
use store::{Row, StoreError, Value, WriteSet};

use crate::binding;
use crate::open::{Keys, RACES_MAX};
use crate::person::Packed;
use crate::root::{blocking, damaged, generation};
use crate::tenant::{Tenant, class};
use crate::{KeysError, Level, sql};

/// Keys per commit: a few milliseconds of the writer, so that others do not wait long.
const BATCH: usize = 1024;
/// The guard that fails when the generation to move under was itself retired.
const STALE: &str = "newest key";

/// How far re-wrapping is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Keys moved by this run.
    pub moved: u64,
    /// Keys that still hang under a retired generation.
    pub remaining: u64,
    /// Those of them that cannot be moved, because they do not open. The log says which.
    pub damaged: u64,
}

/// Some person keys, wrapped again, ready to commit.
struct Batch {
    set: WriteSet,
    /// Statements at the head of the set that are guards.
    guards: usize,
    damaged: u64,
}

impl Keys {
    /// Move everything under the newest generations. `each` hears of every batch and may stop the run.
    ///
    /// # Errors
    /// When the key store cannot be used; what was moved stays moved.
    pub async fn rewrap<F>(&self, mut each: F) -> Result<Progress, KeysError>
    where
        F: FnMut(Progress) -> ControlFlow<()> + Send,
    {
        let mut progress = Progress {
            remaining: self.count_behind().await?,
            ..Progress::default()
        };
        if self.rewrap_keks(&mut progress, &mut each).await?.is_break() {
            return Ok(progress);
        }
        for tenant in self.tenants().await? {
            self.rewrap_tenant_keys(&tenant, &mut progress).await?;
            let flow = self.rewrap_person_keys(&tenant, &mut progress, &mut each);
            if flow.await?.is_break() {
                return Ok(progress);
            }
        }
        // Counted again: others made, moved and destroyed keys meanwhile.
        progress.remaining = self.count_behind().await?;
        each(progress).is_break();
        Ok(progress)
    }

    async fn rewrap_keks(
        &self,
        progress: &mut Progress,
        each: &mut (impl FnMut(Progress) -> ControlFlow<()> + Send),
    ) -> Result<ControlFlow<()>, KeysError> {
        let roots = self.roots();
        let newest = roots.newest();
        let live = || {
            WriteSet::new().run_expecting(&sql::ROOT_LIVE, vec![newest.generation.into()], 1, STALE)
        };
        let mut set = live();
        let rows = self
            .0
            .db
            .rows(&sql::KEKS_UNDER_OLD_ROOTS, vec![newest.generation.into()])
            .await?;
        let total = rows.len();
        for (index, row) in rows.into_iter().enumerate() {
            let parent = generation(&row, 4)?;
            let name = Level::Kek {
                tenant: row
                    .text(0)?
                    .parse()
                    .map_err(|_| damaged("a tenant's name"))?,
                region: row
                    .text(1)?
                    .parse()
                    .map_err(|_| damaged("a region's name"))?,
                class: class(&row, 2)?,
            }
            .generation(generation(&row, 3)?);
            let context = binding::context(self.environment(), row.text(1)?, &name);
            let opened = match roots.at(parent) {
                Some(root) => wrap::unwrap(root.key()?, &context, row.bytes(5)?)
                    .map_err(|error| KeysError::Altered(name, error)),
                None => Err(KeysError::Orphan(name)),
            };
            match opened {
                Err(error) => unmovable(progress, &error),
                Ok(key) => {
                    let wrapped = wrap::wrap(newest.key()?, &context, &key, &*self.0.rng);
                    set = set.run(
                        &sql::KEK_MOVE,
                        vec![
                            newest.generation.into(),
                            wrapped.into(),
                            row.text(0)?.into(),
                            row.text(1)?.into(),
                            row.int(2)?.into(),
                            row.int(3)?.into(),
                            parent.into(),
                        ],
                    );
                }
            }
            if set.statements.len() > BATCH || index + 1 == total {
                self.commit_moves(std::mem::replace(&mut set, live()), 1, progress)
                    .await?;
                if each(*progress).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn rewrap_tenant_keys(
        &self,
        id: &TenantId,
        progress: &mut Progress,
    ) -> Result<(), KeysError> {
        let tenant = self.reload_tenant(id).await?;
        let mut guards = WriteSet::new();
        let mut moves = WriteSet::new();
        for held in &tenant.keys {
            let class = held.kind.class();
            let Some(newest) = tenant.newest_kek(held.region.as_str(), class) else {
                continue;
            };
            if held.wrapped.is_none() || held.parent >= newest.generation {
                continue;
            }
            match self.open_held(&tenant, held) {
                Err(error) => unmovable(progress, &error),
                Ok(secret) => {
                    let name = tenant.level(held.kind).generation(held.generation);
                    let context = binding::context(self.environment(), held.region.as_str(), &name);
                    let wrapped = wrap::wrap(newest.key()?, &context, &secret, &*self.0.rng);
                    guards = guard(guards, id, held.region.as_str(), class, newest.generation);
                    moves = moves.run(
                        &sql::TENANT_KEY_MOVE,
                        vec![
                            newest.generation.into(),
                            wrapped.into(),
                            id.into(),
                            held.kind.code().into(),
                            held.generation.into(),
                            held.parent.into(),
                        ],
                    );
                }
            }
        }
        let count = guards.statements.len();
        guards.statements.append(&mut moves.statements);
        self.commit_moves(guards, count, progress).await?;
        self.reload_tenant(id).await?;
        Ok(())
    }

    async fn rewrap_person_keys(
        &self,
        id: &TenantId,
        progress: &mut Progress,
        each: &mut (impl FnMut(Progress) -> ControlFlow<()> + Send),
    ) -> Result<ControlFlow<()>, KeysError> {
        // Before the first of all keys: no class has the code 0.
        let mut after = vec![vec![0; 16].into(), 0_i64.into(), 0_i64.into()];
        loop {
            let mut params: Vec<Value> = vec![id.into()];
            params.append(&mut after);
            // Many batches at a time: PostgreSQL may have to sort for it.
            let rows: Arc<[Row]> = self
                .collect(&sql::PERSON_KEYS_UNDER_OLD, params)
                .await?
                .into();
            let Some(last) = rows.last() else {
                return Ok(ControlFlow::Continue(()));
            };
            after = vec![
                last.bytes(0)?.into(),
                last.int(1)?.into(),
                last.int(2)?.into(),
            ];
            let mut from = 0;
            while from < rows.len() {
                let to = rows.len().min(from + BATCH);
                self.rewrap_rows(id, &rows, from..to, progress).await?;
                from = to;
                if each(*progress).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    }

    /// Move some rows in one commit.
    async fn rewrap_rows(
        &self,
        id: &TenantId,
        rows: &Arc<[Row]>,
        range: Range<usize>,
        progress: &mut Progress,
    ) -> Result<(), KeysError> {
        let mut tenant = self.tenant(id).await?;
        for _ in 0..RACES_MAX {
            let (keys, rows, range) = (self.clone(), Arc::clone(rows), range.clone());
            let batch = blocking(move || {
                let rows = rows.get(range).unwrap_or_default();
                keys.rewrap_batch(&tenant, rows)
            });
            let batch = batch.await??;
            match self.commit_moves(batch.set, batch.guards, progress).await {
                Err(KeysError::Store(StoreError::Guard(STALE))) => {
                    // Rotated once more meanwhile: the same rows again, under the newest there is now.
                    tenant = self.reload_tenant(id).await?;
                }
                committed => {
                    progress.damaged += batch.damaged;
                    return committed;
                }
            }
        }
        Err(KeysError::Raced(Level::Root))
    }

    /// Unwrap and wrap again. Rows of one class, generation and parent go in one statement.
    fn rewrap_batch(&self, tenant: &Tenant, rows: &[Row]) -> Result<Batch, KeysError> {
        let mut groups = BTreeMap::<(&str, Class, u32, u32, u32), Packed>::new();
        let mut batch = Batch {
            set: WriteSet::new(),
            guards: 0,
            damaged: 0,
        };
        for row in rows {
            let person =
                PersonId::from_slice(row.bytes(0)?).ok_or_else(|| damaged("a person's id"))?;
            let class = class(row, 1)?;
            let own = generation(row, 2)?;
            let region = row.text(3)?;
            let parent = generation(row, 4)?;
            let name = tenant.person_level(person, class).generation(own);
            let newest = tenant
                .newest_kek(region, class)
                .ok_or_else(|| KeysError::Orphan(name.clone()))?;
            match self.unwrap_one(tenant, &name, class, region, parent, row.bytes(5)?) {
                Err(error) => {
                    batch.damaged += 1;
                    tracing::error!(%error, "a stored key cannot be re-wrapped");
                }
                Ok(key) => {
                    let context = binding::context(self.environment(), region, &name);
                    let wrapped =
                        wrap::wrap(newest.key()?, &context, key.danger_bytes(), &*self.0.rng);
                    groups
                        .entry((region, class, newest.generation, own, parent))
                        .or_default()
                        .push(person, &wrapped);
                }
            }
        }
        let mut guarded = None;
        for &(region, class, newest, ..) in groups.keys() {
            if guarded.replace((region, class)) != Some((region, class)) {
                batch.set = guard(batch.set, &tenant.id, region, class, newest);
            }
        }
        batch.guards = batch.set.statements.len();
        for ((region, class, newest, own, parent), packed) in groups {
            let mut params = packed.params();
            params.extend([
                (&tenant.id).into(),
                class.into(),
                own.into(),
                region.into(),
                parent.into(),
                newest.into(),
            ]);
            batch.set = batch.set.run(&sql::PERSON_KEYS_MOVE, params);
        }
        Ok(batch)
    }

    async fn commit_moves(
        &self,
        set: WriteSet,
        guards: usize,
        progress: &mut Progress,
    ) -> Result<(), KeysError> {
        if set.statements.len() == guards {
            return Ok(());
        }
        let committed = self.0.db.commit(set).await?;
        let moved: u64 = committed.rows.iter().skip(guards).sum();
        progress.moved += moved;
        progress.remaining = progress.remaining.saturating_sub(moved);
        Ok(())
    }
}

/// Hold the key to move under where it is: the newest.
fn guard(set: WriteSet, tenant: &TenantId, region: &str, class: Class, newest: u32) -> WriteSet {
    set.run_expecting(
        &sql::KEK_LIVE,
        vec![tenant.into(), region.into(), class.into(), newest.into()],
        1,
        STALE,
    )
}

fn unmovable(progress: &mut Progress, error: &KeysError) {
    progress.damaged += 1;
    tracing::error!(%error, "a stored key cannot be re-wrapped");
}

//! What both writers share: a job, its answer, and the entries of a batch by tenant.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::TenantId;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::sqlite::Tail;
use crate::{Committed, StoreError, Value, WriteSet};

/// What a caller waits for.
pub(crate) type Answer = oneshot::Sender<Result<Committed, StoreError>>;

/// What the writer is asked to do.
pub(crate) enum Task {
    /// Commit a write set.
    Write(WriteSet),
    /// Make sure that overwritten bytes are gone from the files ([`crate::Db::scrub`]).
    Scrub,
    /// Follow the write-ahead log from now on: it is copied back only when told to.
    Follow(Arc<Mutex<Tail>>),
    /// Copy the write-ahead log back into the database's file, once it was followed to its end.
    CopyBack,
    /// A number that changes with a commit of another process.
    Others,
}

/// A task that waits, and who waits for it.
pub(crate) struct Job {
    pub(crate) task: Task,
    pub(crate) bytes: usize,
    pub(crate) answer: Answer,
}

impl Job {
    pub(crate) fn new(task: Task, answer: Answer) -> Self {
        let bytes = match &task {
            Task::Write(set) => weigh(set),
            Task::Scrub | Task::Follow(_) | Task::CopyBack | Task::Others => 0,
        };
        Self {
            task,
            bytes,
            answer,
        }
    }
}

fn weigh(set: &WriteSet) -> usize {
    let params = set
        .statements
        .iter()
        .flat_map(|statement| &statement.params);
    let values: usize = params
        .map(|value| match value {
            Value::Null | Value::Int(_) => 8,
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Id(bytes) => bytes.len(),
        })
        .sum();
    let entries: usize = set.entries.iter().map(|entry| entry.body.len()).sum();
    values + entries + 64
}

/// One write set on its way through a batch.
pub(crate) struct Member {
    pub(crate) set: WriteSet,
    pub(crate) answer: Answer,
    /// How it went so far. `Ok` becomes true only with the commit.
    pub(crate) outcome: Result<Committed, StoreError>,
    /// Whether a statement ran that may have written.
    pub(crate) wrote: bool,
}

impl Member {
    pub(crate) const fn holds(&self) -> bool {
        self.outcome.is_ok()
    }
}

/// How a batch went, in numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    pub(crate) held: usize,
    pub(crate) failed: usize,
    pub(crate) entries: usize,
}

/// The write sets of one transaction.
pub(crate) struct Batch {
    pub(crate) members: Vec<Member>,
}

impl Batch {
    pub(crate) fn new(sets: impl Iterator<Item = (WriteSet, Answer)>) -> Self {
        let members = sets
            .map(|(set, answer)| Member {
                set,
                answer,
                outcome: Ok(Committed::default()),
                wrote: false,
            })
            .collect();
        Self { members }
    }

    /// The entries of all members that hold so far, by tenant in tenant order.
    pub(crate) fn entries(&self) -> BTreeMap<TenantId, Vec<&[u8]>> {
        let mut tenants = BTreeMap::<TenantId, Vec<&[u8]>>::new();
        for member in self.members.iter().filter(|member| member.holds()) {
            for entry in &member.set.entries {
                match tenants.get_mut(&entry.tenant) {
                    Some(entries) => entries.push(&entry.body),
                    None => {
                        tenants.insert(entry.tenant.clone(), vec![&entry.body]);
                    }
                }
            }
        }
        tenants
    }

    /// Give each member the indexes of its entries in its own order. `firsts` names each tenant's first index.
    pub(crate) fn number(&mut self, firsts: &BTreeMap<TenantId, u64>) {
        let mut next = firsts.clone();
        for member in &mut self.members {
            let Ok(committed) = &mut member.outcome else {
                continue;
            };
            for entry in &member.set.entries {
                if let Some(index) = next.get_mut(&entry.tenant) {
                    committed.log_indexes.push(*index);
                    *index += 1;
                }
            }
        }
    }

    /// Forget what was found out in a transaction that was undone. Members with entries for a refused tenant cannot hold.
    pub(crate) fn restart(&mut self, refused: &BTreeMap<TenantId, StoreError>) {
        for member in &mut self.members {
            let why = member
                .set
                .entries
                .iter()
                .find_map(|entry| refused.get(&entry.tenant));
            member.outcome = why.map_or_else(|| Ok(Committed::default()), |why| Err(why.clone()));
            member.wrote = false;
        }
    }

    /// The whole batch failed for this reason.
    pub(crate) fn fail(&mut self, why: &StoreError) {
        for member in &mut self.members {
            member.outcome = Err(why.clone());
        }
    }

    /// Whether anything is left to commit.
    pub(crate) fn any_holds(&self) -> bool {
        self.members.iter().any(Member::holds)
    }

    /// How many sets held and failed, and how many entries the held ones have.
    pub(crate) fn tally(&self) -> Tally {
        let held = self.members.iter().filter(|member| member.holds());
        let (sets, entries) = held.fold((0, 0), |(sets, entries), member| {
            (sets + 1, entries + member.set.entries.len())
        });
        Tally {
            held: sets,
            failed: self.members.len() - sets,
            entries,
        }
    }

    /// Tell everybody. A caller that has gone away is not an error: what it asked for is done.
    pub(crate) fn answer(self) {
        for member in self.members {
            drop(member.answer.send(member.outcome));
        }
    }
}

//! The thread that writes: all that waits, one transaction, one fsync.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base::TenantId;
use parking_lot::Mutex;
use rusqlite::Connection;

use super::copier::{self, Copier};
use super::{Tail, connection};
use crate::batch::{Answer, Batch, Member, Task};
use crate::queue::{CloseAtEnd, Pace, Queue};
use crate::stats::Counters;
use crate::{Committed, Journal, Migration, Row, StoreError, WriteSet};

/// How often [`Task::Scrub`] asks again while a reader holds an old snapshot, and how long it waits in between.
const SCRUB_TRIES: u32 = 100;
const SCRUB_WAIT: Duration = Duration::from_millis(50);
/// A savepoint copies each page that is touched, for every set of a batch. Most sets hold, so a batch goes without them; when one
/// fails, the batch runs again with them, and so do as many after it: sets that race come in crowds.
const CAREFUL_BATCHES: u32 = 32;

/// The writer's thread, as long as the database is open.
pub(crate) struct Writer {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread owns.
struct Work {
    path: PathBuf,
    secure_delete: bool,
    /// `None` after a failure that the connection may not have survived.
    connection: Option<Connection>,
    journal: Option<Arc<dyn Journal>>,
    counters: Arc<Counters>,
    pace: Pace,
    /// For so many batches each set gets a savepoint of its own.
    careful: u32,
    /// Who follows the write-ahead log.
    tail: Option<Arc<Mutex<Tail>>>,
    /// Copies the write-ahead log back, where nobody follows it.
    copier: Option<Copier>,
}

/// Why a transaction was undone.
enum Undone {
    /// One set failed after it had written, and there was no savepoint to go back to.
    Member,
    /// Storage failed; it failed for everybody.
    All(StoreError),
    /// One tenant's log could not be written; the others can go on without it.
    Tenant(TenantId, StoreError),
}

impl From<rusqlite::Error> for Undone {
    fn from(error: rusqlite::Error) -> Self {
        Self::All(error.into())
    }
}

impl Writer {
    /// Open the file, migrate it, start the thread.
    pub(crate) fn start(
        path: PathBuf,
        secure_delete: bool,
        migrations: &'static [Migration],
        journal: Option<Arc<dyn Journal>>,
        queue: Arc<Queue>,
        counters: Arc<Counters>,
    ) -> Result<Self, StoreError> {
        let connection = connection::writer(&path, secure_delete)?;
        connection::migrate(&connection, migrations)?;
        let mut work = Work {
            path,
            secure_delete,
            connection: Some(connection),
            journal,
            counters,
            pace: Pace::default(),
            careful: 0,
            tail: None,
            copier: None,
        };
        work.connection.iter().try_for_each(copier::measure)?;
        work.copier = Some(Copier::start(work.path.clone())?);
        let inbox = CloseAtEnd(Arc::clone(&queue));
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                while let Some(jobs) = inbox.0.take_blocking(&work.pace) {
                    work.take(jobs.into_iter().map(|job| (job.task, job.answer)));
                }
            })
            .map_err(|error| StoreError::Unavailable(format!("no thread to write: {error}")))?;
        Ok(Self {
            queue,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Finish what waits, take no more, let go of the file.
    pub(crate) fn stop(&self) {
        self.queue.close();
        let thread = self.thread.lock().take();
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the writer ended by a panic");
        }
    }
}

impl Work {
    fn take(&mut self, tasks: impl Iterator<Item = (Task, Answer)>) {
        let mut sets = Vec::new();
        let mut scrubs = Vec::new();
        let mut rest = Vec::new();
        for (task, answer) in tasks {
            match task {
                Task::Write(set) => sets.push((set, answer)),
                Task::Scrub => scrubs.push(answer),
                Task::Follow(tail) => rest.push((Some(tail), answer)),
                Task::CopyBack => rest.push((None, answer)),
                Task::Others => drop(answer.send(self.others())),
            }
        }
        if !sets.is_empty() {
            self.write(sets);
        }
        if !scrubs.is_empty() {
            let outcome = self.scrub();
            for answer in scrubs {
                drop(answer.send(outcome.clone().map(|()| Committed::default())));
            }
        }
        for (tail, answer) in rest {
            let outcome = match tail {
                Some(tail) => self.follow(tail),
                None => self.copy_back(),
            };
            drop(answer.send(outcome.map(|()| Committed::default())));
        }
    }

    fn reopened(&self) -> Result<Connection, StoreError> {
        let connection = connection::writer(&self.path, self.secure_delete)?;
        if self.tail.is_some() {
            connection::leave_log(&connection)?;
        } else if self.copier.is_some() {
            copier::measure(&connection)?;
        }
        Ok(connection)
    }

    /// The open connection, or a new one.
    fn connected(&mut self) -> Result<&Connection, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.reopened()?,
        };
        Ok(self.connection.insert(connection))
    }

    /// A number that changes with a commit of another process.
    fn others(&mut self) -> Result<Committed, StoreError> {
        let version = changes_of_others(self.connected()?)?;
        Ok(Committed {
            rows: vec![version.cast_unsigned()],
            log_indexes: Vec::new(),
        })
    }

    fn follow(&mut self, tail: Arc<Mutex<Tail>>) -> Result<(), StoreError> {
        // What it is at ends first.
        self.copier = None;
        connection::leave_log(self.connected()?)?;
        self.tail = Some(tail);
        Ok(())
    }

    /// Copy the write-ahead log back, once it was followed to its end. Nobody writes meanwhile, no other process either.
    fn copy_back(&mut self) -> Result<(), StoreError> {
        let Some(tail) = self.tail.clone() else {
            return Ok(());
        };
        let path = self.path.clone();
        let connection = self.connected()?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let copied = (|| {
            let mut tail = tail.lock();
            tail.read()?;
            // Not by the connection that holds the lock.
            let other = connection::reader(&path)?;
            let (busy, log, copied): (i64, i64, i64) =
                other.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
            // A long read may keep the last of it back; then it goes on as it is.
            if busy == 0 && log == copied {
                tail.copied_back();
            }
            Ok(())
        })();
        connection::rollback(connection);
        copied
    }

    fn write(&mut self, sets: Vec<(WriteSet, Answer)>) {
        let began = Instant::now();
        let mut batch = Batch::new(sets.into_iter());
        let mut commit = Duration::ZERO;
        // A journal that panics must not leave everybody waiting for ever.
        let caught = catch_unwind(AssertUnwindSafe(|| self.run(&mut batch, &mut commit)));
        if caught.is_err() {
            batch.fail(&StoreError::Internal(
                "the writer panicked; nothing was written".into(),
            ));
            self.connection = None;
        }
        self.counters.batch(batch.tally(), began.elapsed(), commit);
        self.pace.learn(batch.members.len(), commit);
        batch.answer();
        if let (Some(copier), Some(connection)) = (&mut self.copier, &self.connection) {
            copier.committed(connection);
        }
    }

    /// Run the batch until a transaction holds, leaving out tenants whose log fails.
    fn run(&mut self, batch: &mut Batch, commit: &mut Duration) {
        let mut refused = BTreeMap::new();
        self.careful = self.careful.saturating_sub(1);
        loop {
            match self.transact(batch, commit) {
                Ok(()) => return,
                Err(Undone::Member) => {
                    self.undo();
                    self.careful = CAREFUL_BATCHES;
                    batch.restart(&refused);
                }
                Err(Undone::Tenant(tenant, why)) => {
                    self.undo();
                    tracing::error!(%tenant, error = %why, "the log did not take entries; nothing was written for this tenant");
                    refused.insert(tenant, why);
                    batch.restart(&refused);
                }
                Err(Undone::All(why)) => {
                    self.undo();
                    tracing::error!(error = %why, "a batch could not be written");
                    return batch.fail(&why);
                }
            }
        }
    }

    /// Leave the connection without a transaction, or leave the connection.
    fn undo(&mut self) {
        if let Some(connection) = &self.connection {
            connection::rollback(connection);
            if !connection.is_autocommit() {
                self.connection = None;
            }
        }
    }

    fn transact(&mut self, batch: &mut Batch, commit: &mut Duration) -> Result<(), Undone> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.reopened().map_err(Undone::All)?,
        };
        let connection = &*self.connection.insert(connection);
        if !batch.any_holds() {
            return Ok(());
        }
        if let Err(error) = step(connection, "BEGIN IMMEDIATE") {
            // The disk may have been read-only when the file was opened; the next batch opens it again.
            self.connection = None;
            return Err(error.into());
        }
        let alone = batch.members.len() == 1;
        for member in batch.members.iter_mut().filter(|member| member.holds()) {
            if alone {
                apply(connection, member)?;
            } else if self.careful == 0 {
                apply(connection, member)?;
                // What it wrote before it failed cannot be told from what the others wrote.
                if !member.holds() && member.wrote {
                    return Err(Undone::Member);
                }
            } else {
                step(connection, "SAVEPOINT member")?;
                apply(connection, member)?;
                if !member.holds() {
                    step(connection, "ROLLBACK TO member")?;
                }
                step(connection, "RELEASE member")?;
            }
        }
        if !batch.any_holds() {
            step(connection, "ROLLBACK")?;
            return Ok(());
        }
        append(connection, self.journal.as_deref(), batch)?;
        let began = Instant::now();
        step(connection, "COMMIT")?;
        *commit = began.elapsed();
        Ok(())
    }

    /// Have the log followed to its end, where it is followed; with what tells whether somebody else commits afterwards.
    fn follow_to_end(&self, connection: &Connection) -> Result<Option<i64>, StoreError> {
        let Some(tail) = &self.tail else {
            return Ok(None);
        };
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let read = tail.lock().read();
        let seen = changes_of_others(connection);
        connection::rollback(connection);
        read?;
        seen.map(Some)
    }

    /// Copy the write-ahead log into the file and cut it to nothing: with `secure_delete` no overwritten byte is left then.
    fn scrub(&self) -> Result<(), StoreError> {
        let Some(connection) = &self.connection else {
            return Err(StoreError::Unavailable(
                "the database is being opened again".into(),
            ));
        };
        for _ in 0..SCRUB_TRIES {
            let seen = self.follow_to_end(connection)?;
            let busy: i64 =
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))?;
            if busy == 0 {
                if let Some(tail) = &self.tail {
                    let mut tail = tail.lock();
                    tail.copied_back();
                    // Another process committed between the two, and what it wrote was cut off.
                    if Some(changes_of_others(connection)?) != seen {
                        tail.breaks();
                    }
                }
                return Ok(());
            }
            std::thread::sleep(SCRUB_WAIT);
        }
        Err(StoreError::Unavailable(
            "a long read keeps old pages alive".into(),
        ))
    }
}

/// A number that another one's commit changes (<https://www.sqlite.org/pragma.html#pragma_data_version>).
fn changes_of_others(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA data_version", (), |row| row.get(0))?)
}

/// Run one write set. What concerns it alone becomes its outcome; what concerns all is returned.
fn apply(connection: &Connection, member: &mut Member) -> Result<(), Undone> {
    let mut rows = Vec::with_capacity(member.set.statements.len());
    for statement in &member.set.statements {
        member.wrote |= !statement.sql.only_asks();
        match connection::execute(connection, statement) {
            Ok(count) => rows.push(count),
            // Out of space or out of reach: SQLite may have undone more than this statement.
            Err(error @ StoreError::Unavailable(_)) => return Err(Undone::All(error)),
            Err(error) if connection.is_autocommit() => return Err(Undone::All(error)),
            Err(error) => {
                member.outcome = Err(error);
                return Ok(());
            }
        }
    }
    member.outcome = Ok(Committed {
        rows,
        log_indexes: Vec::new(),
    });
    Ok(())
}

/// Let the journal write the log of all that held.
fn append(
    connection: &Connection,
    journal: Option<&dyn Journal>,
    batch: &mut Batch,
) -> Result<(), Undone> {
    let mut firsts = BTreeMap::new();
    for (tenant, entries) in batch.entries() {
        let failed = |error| match error {
            error @ StoreError::Unavailable(_) => Undone::All(error),
            error => Undone::Tenant(tenant.clone(), StoreError::Journal(error.to_string())),
        };
        let journal = journal
            .ok_or_else(|| failed(StoreError::Internal("this database has no log".into())))?;
        let query = journal.head_query(&tenant);
        let mut head: Option<Row> = None;
        connection::query(connection, query.sql, &query.params, |row| {
            head = Some(row);
            false
        })
        .map_err(failed)?;
        let appended = journal
            .append(&tenant, head.as_ref(), &entries)
            .map_err(failed)?;
        for statement in &appended.statements {
            connection::execute(connection, statement).map_err(failed)?;
        }
        firsts.insert(tenant, appended.first);
    }
    batch.number(&firsts);
    Ok(())
}

fn step(connection: &Connection, sql: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}

//! The task that writes: all that waits, one transaction, one wait for the server's fsync.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::connection::{Connection, Server};
use super::transaction::{Undone, Way};
use crate::batch::{Answer, Batch, Task};
use crate::queue::{CloseAtEnd, Pace, Queue};
use crate::stats::Counters;
use crate::{Committed, Journal, Migration, Sql, StoreError, WriteSet};

/// A batch that takes longer is given up together with its connection.
const BATCH_TIME_MAX: Duration = Duration::from_secs(30);
/// How often a batch is run again because another node was in the way.
const COLLISIONS_MAX: u32 = 5;
/// After a connection failed, the next try is not before this; it doubles up to the second one.
const BACKOFF_FIRST: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(2);
/// How long we try to find out whether a commit holds whose answer was lost, and how often we ask.
const VERDICT_TIME_MAX: Duration = Duration::from_secs(3);
const VERDICT_PAUSE: Duration = Duration::from_millis(50);

static VERDICT: Sql = Sql::both("SELECT pg_xact_status(CAST(CAST($1 AS BIGINT)::TEXT AS xid8))");

/// The writer's task, as long as the database is open.
pub(crate) struct Writer {
    queue: Arc<Queue>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// Which transaction.
///
/// A number alone does not say: what a server had not yet written when it crashed, or not yet sent when a standby took its place, is given
/// again, to somebody else.
struct Transaction {
    id: i64,
    /// The server's life in which it was given.
    life: String,
}

/// What the task owns.
struct Work {
    server: Arc<Server>,
    connection: Option<Connection>,
    /// Not before then, after failures; and how long the next pause is.
    retry_at: Option<Instant>,
    backoff: Duration,
    journal: Option<Arc<dyn Journal>>,
    counters: Arc<Counters>,
    pace: Pace,
    /// The transaction whose COMMIT was sent and not yet answered.
    committing: Option<Transaction>,
    commit_time: Duration,
}

impl Writer {
    /// Connect, migrate, start the task.
    pub(crate) async fn start(
        server: Arc<Server>,
        migrations: &'static [Migration],
        journal: Option<Arc<dyn Journal>>,
        queue: Arc<Queue>,
        counters: Arc<Counters>,
    ) -> Result<Self, StoreError> {
        let mut connection = server.connect().await?;
        connection.migrate(migrations).await?;
        let mut work = Work {
            server,
            connection: Some(connection),
            retry_at: None,
            backoff: BACKOFF_FIRST,
            journal,
            counters,
            pace: Pace::default(),
            committing: None,
            commit_time: Duration::ZERO,
        };
        let inbox = CloseAtEnd(Arc::clone(&queue));
        let task = tokio::spawn(async move {
            while let Some(jobs) = inbox.0.take(&work.pace).await {
                work.take(jobs.into_iter().map(|job| (job.task, job.answer)))
                    .await;
            }
        });
        Ok(Self {
            queue,
            task: Mutex::new(Some(task)),
        })
    }

    /// Take no more; what waits is still written.
    pub(crate) fn stop(&self) {
        self.queue.close();
    }

    /// Take no more, and wait until what waits is written.
    pub(crate) async fn finish(&self) {
        self.stop();
        let task = self.task.lock().take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer did not end well");
        }
    }
}

impl Work {
    async fn take(&mut self, tasks: impl Iterator<Item = (Task, Answer)>) {
        let mut sets = Vec::new();
        let mut scrubs = Vec::new();
        for (task, answer) in tasks {
            match task {
                Task::Write(set) => sets.push((set, answer)),
                Task::Scrub => scrubs.push(answer),
                // Of SQLite; nobody asks here.
                Task::Follow(_) | Task::CopyBack | Task::Others => scrubs.push(answer),
            }
        }
        if !sets.is_empty() {
            self.write(sets).await;
        }
        if !scrubs.is_empty() {
            let outcome = self.scrub().await;
            for answer in scrubs {
                drop(answer.send(outcome.clone().map(|()| Committed::default())));
            }
        }
    }

    async fn write(&mut self, sets: Vec<(WriteSet, Answer)>) {
        let began = Instant::now();
        let mut batch = Batch::new(sets.into_iter());
        self.commit_time = Duration::ZERO;
        let run = timeout(
            BATCH_TIME_MAX,
            AssertUnwindSafe(self.run(&mut batch)).catch_unwind(),
        );
        let failure = match run.await {
            Ok(Ok(())) => None,
            Ok(Err(_)) => Some(StoreError::Internal("the writer panicked".into())),
            Err(_) => Some(StoreError::Unavailable(
                "the database takes too long".into(),
            )),
        };
        if let Some(why) = failure {
            self.connection = None;
            self.settle(&mut batch, &why).await;
        }
        let tally = batch.tally();
        self.counters
            .batch(tally, began.elapsed(), self.commit_time);
        self.pace.learn(batch.members.len(), self.commit_time);
        batch.answer();
    }

    /// Run the batch until a transaction holds, leaving out tenants whose log fails.
    async fn run(&mut self, batch: &mut Batch) {
        let mut refused = BTreeMap::new();
        let mut way = Way::Ahead;
        let mut collisions = 0;
        let mut retried = false;
        loop {
            let idle = self.connection.is_some();
            let why = match self.transact(batch, way).await {
                Ok(()) => return,
                Err(Undone::Tenant(tenant, why)) => {
                    tracing::error!(%tenant, error = %why, "the log did not take entries; nothing was written for this tenant");
                    refused.insert(tenant, why);
                    None
                }
                Err(Undone::Apart) => {
                    way = Way::Apart;
                    None
                }
                Err(Undone::Collision(tenant, why)) => {
                    collisions += 1;
                    match tenant {
                        _ if collisions <= COLLISIONS_MAX => None,
                        Some(tenant) => {
                            refused.insert(tenant, StoreError::Journal(why.to_string()));
                            None
                        }
                        None => Some(why),
                    }
                }
                // An idle connection may have died long ago; that is no reason to fail anybody while nothing was committed.
                Err(Undone::All(StoreError::Unavailable(_)))
                    if idle && !retried && self.committing.is_none() =>
                {
                    retried = true;
                    self.connection = None;
                    None
                }
                Err(Undone::All(why)) => Some(why),
            };
            if let Some(why) = why {
                tracing::error!(error = %why, "a batch could not be written");
                // What a failure has left of the session is not worth finding out.
                self.connection = None;
                return self.settle(batch, &why).await;
            }
            let undone = match &self.connection {
                Some(connection) => connection.batch("ROLLBACK").await,
                None => Ok(()),
            };
            if undone.is_err() {
                self.connection = None;
            }
            batch.restart(&refused);
        }
    }

    async fn transact(&mut self, batch: &mut Batch, way: Way) -> Result<(), Undone> {
        let journal = self.journal.clone();
        let connection = self.connect().await.map_err(Undone::All)?;
        let Some(id) = connection.run(batch, way, journal.as_deref()).await? else {
            return connection.batch("ROLLBACK").await.map_err(Undone::All);
        };
        let life = connection.life.clone();
        let began = Instant::now();
        self.committing = Some(Transaction { id, life });
        if let Some(connection) = &self.connection {
            connection.batch("COMMIT").await.map_err(Undone::All)?;
        }
        self.committing = None;
        self.commit_time = began.elapsed();
        Ok(())
    }

    /// The connection, or a new one unless the last try has only just failed.
    async fn connect(&mut self) -> Result<&mut Connection, StoreError> {
        let alive = self
            .connection
            .take()
            .filter(|connection| !connection.client.is_closed());
        let connection = match alive {
            Some(connection) => connection,
            None => {
                if self.retry_at.is_some_and(|at| Instant::now() < at) {
                    return Err(StoreError::Unavailable(
                        "no connection to the database".into(),
                    ));
                }
                match self.server.connect().await {
                    Ok(connection) => {
                        self.retry_at = None;
                        self.backoff = BACKOFF_FIRST;
                        connection
                    }
                    Err(error) => {
                        self.retry_at = Some(Instant::now() + self.backoff);
                        self.backoff = (self.backoff * 2).min(BACKOFF_MAX);
                        return Err(error);
                    }
                }
            }
        };
        Ok(self.connection.insert(connection))
    }

    /// The batch failed, unless it was being committed at that moment: then the server alone knows, so ask it.
    async fn settle(&mut self, batch: &mut Batch, why: &StoreError) {
        let Some(transaction) = self.committing.take() else {
            return batch.fail(why);
        };
        match timeout(VERDICT_TIME_MAX, self.verdict(&transaction)).await {
            Ok(Some(true)) => {}
            Ok(Some(false)) => batch.fail(why),
            Ok(None) | Err(_) => {
                tracing::error!(
                    transaction = transaction.id,
                    "whether a commit holds is not known"
                );
                batch.fail(&StoreError::Unsure);
            }
        }
    }

    /// Whether the transaction was committed. Asks until it knows; `None` where the server's life is over in which it was begun: its
    /// number may be somebody else's by now.
    async fn verdict(&self, transaction: &Transaction) -> Option<bool> {
        loop {
            if let Ok(mut connection) = self.server.connect().await {
                if connection.life != transaction.life {
                    return None;
                }
                let mut status = None;
                let asked = connection
                    .query(&VERDICT, &[transaction.id.into()], |row| {
                        status = row.text(0).ok().map(str::to_owned);
                        true
                    })
                    .await;
                match (asked, status.as_deref()) {
                    (Ok(()), Some("committed")) => return Some(true),
                    (Ok(()), Some("aborted")) => return Some(false),
                    _ => {}
                }
            }
            tokio::time::sleep(VERDICT_PAUSE).await;
        }
    }

    /// Let the server forget deleted rows.
    async fn scrub(&mut self) -> Result<(), StoreError> {
        let connection = self.server.connect().await?;
        connection.batch("SET statement_timeout = 0").await?;
        connection.batch("VACUUM").await
    }
}

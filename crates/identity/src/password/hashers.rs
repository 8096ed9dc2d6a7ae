//! Threads of their own that hash passwords: few, so that a crowd that signs in takes neither the processors nor the memory
//! from those who are in; and with a short queue, so that who cannot be served soon hears it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use base::{Rng, Secret};
use crypt::passphrase::Params;
use crypt::password::{hash, verify};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::IdentityError;

type Task = Box<dyn FnOnce() + Send>;

/// Hashes passwords, as many at once as it has threads.
pub struct Hashers {
    queue: SyncSender<Task>,
    cost: Params,
    rng: Arc<dyn Rng>,
    /// A hash that no password has: what is checked where there is no account, so that it takes as long.
    dummy: Arc<Secret<String>>,
    checks: AtomicU64,
}

/// What came of checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    /// It is the one.
    pub holds: bool,
    /// It was hashed at another cost than is set now.
    pub outdated: bool,
}

impl Hashers {
    /// `threads` threads, and at most `waiting_max` passwords that wait for them.
    ///
    /// # Errors
    /// When the cost lies outside Argon2id's limits, or no thread can be had.
    pub fn start(
        threads: usize,
        waiting_max: usize,
        cost: Params,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, IdentityError> {
        let (queue, tasks) = sync_channel::<Task>(waiting_max);
        let tasks = Arc::new(Mutex::new(tasks));
        let refused = |error: &dyn std::fmt::Display| IdentityError::Internal(error.to_string());
        for _ in 0..threads.max(1) {
            let tasks = Arc::clone(&tasks);
            thread::Builder::new()
                .name("hasher".to_owned())
                .spawn(move || work(&tasks))
                .map_err(|error| refused(&error))?;
        }
        let mut nobodys = [0; 32];
        rng.fill(&mut nobodys);
        let dummy = hash(&nobodys, cost, &*rng).map_err(|error| refused(&error))?;
        Ok(Self {
            queue,
            cost,
            rng,
            dummy: Arc::new(dummy),
            checks: AtomicU64::new(0),
        })
    }

    /// Passwords that were checked so far, whether there was anything to check them against or not.
    #[cfg(test)]
    pub fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    /// Run `task` on one of the threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, IdentityError> {
        let (answer, wait) = oneshot::channel();
        let task: Task = Box::new(move || {
            // Who asked may have gone.
            if !answer.is_closed() {
                let _ = answer.send(task());
            }
        });
        self.queue.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => IdentityError::Busy,
            TrySendError::Disconnected(_) => {
                IdentityError::Internal("the hashers have stopped".to_owned())
            }
        })?;
        wait.await
            .map_err(|_| IdentityError::Internal("a hasher broke off".to_owned()))
    }

    /// The hash of a prepared password.
    pub(crate) async fn hash(
        &self,
        prepared: Secret<String>,
    ) -> Result<Secret<String>, IdentityError> {
        let (cost, rng) = (self.cost, Arc::clone(&self.rng));
        self.run(move || hash(prepared.expose().as_bytes(), cost, &*rng))
            .await?
            .map_err(|error| IdentityError::Internal(error.to_string()))
    }

    /// Whether a prepared password is the one behind `stored`; without one, the same work for nothing.
    pub(crate) async fn check(
        &self,
        prepared: Secret<String>,
        stored: Option<crypt::Plain>,
    ) -> Result<Checked, IdentityError> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        let (cost, dummy) = (self.cost, Arc::clone(&self.dummy));
        self.run(move || {
            let there = stored.is_some();
            let stored = match &stored {
                Some(stored) => std::str::from_utf8(stored).unwrap_or(""),
                None => dummy.expose(),
            };
            let (holds, params) = verify(prepared.expose().as_bytes(), stored)
                .map_err(|error| IdentityError::damaged(&error.to_string()))?;
            Ok(Checked {
                holds: holds && there,
                outdated: params != cost,
            })
        })
        .await?
    }
}

fn work(tasks: &Mutex<Receiver<Task>>) {
    loop {
        // Whoever holds the lock waits for the next task; the others wait for the lock.
        let next = tasks.lock().recv();
        let Ok(task) = next else { break };
        // A task that panics must not take the thread with it.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(task));
    }
}

//! Every access leaves an entry that can be proven: `access.logged`.

use std::sync::Arc;

use audit::Entry;
use audit::note::{LogKey, LogProof};
use base::RequestId;

use super::ACCESS_LOGGED;
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// An access through the interface that everybody uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// Whether data came back.
    pub opened: bool,
    /// The request, by which its entry is known.
    pub request: RequestId,
    /// Where the answer says that its entry stands.
    pub index: Option<u64>,
}

/// An entry with all that a third party needs to check it.
#[derive(Clone, Debug)]
pub struct Proven {
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// That they are in the log.
    pub proof: LogProof,
    /// Whose signature counts.
    pub keys: Vec<LogKey>,
}

/// Reads a test record, and the log.
pub trait Reader: Send + Sync {
    /// Read the test record as somebody who may.
    fn read(&self) -> Probing<'_, Attempted>;

    /// Read it as somebody who may not.
    fn read_forbidden(&self) -> Probing<'_, Attempted>;

    /// The entry at `index`, with its proof; nothing where there is no such entry.
    fn prove(&self, index: u64) -> Probing<'_, Option<Proven>>;
}

/// What the drill does to what it gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tamper {
    No,
    /// One byte of the first entry is changed before it is checked, and the second is kept back.
    Yes,
}

/// Reads, then finds the entry about that very read, then checks its proof.
pub struct AccessLogged {
    reader: Arc<dyn Reader>,
}

impl AccessLogged {
    /// The check through `reader`.
    #[must_use]
    pub fn new(reader: Arc<dyn Reader>) -> Self {
        Self { reader }
    }

    async fn run(&self, tamper: Tamper) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let read = self.reader.read().await?;
        if !read.opened {
            outcome.wrong(Wrong::NotStored, "read");
        }
        self.follow(&mut outcome, read, audit::Outcome::Ok, tamper)
            .await?;

        let mut forbidden = self.reader.read_forbidden().await?;
        if forbidden.opened {
            outcome.wrong(Wrong::WrongEntry, "a forbidden read was answered");
        }
        if tamper == Tamper::Yes {
            forbidden.index = None;
        }
        self.follow(&mut outcome, forbidden, audit::Outcome::Denied, Tamper::No)
            .await?;
        Ok(outcome)
    }

    async fn follow(
        &self,
        outcome: &mut Outcome,
        done: Attempted,
        how: audit::Outcome,
        tamper: Tamper,
    ) -> Result<(), ProbeError> {
        let place = how.as_str();
        let Some(index) = done.index else {
            outcome.wrong(Wrong::NoEntry, place);
            return Ok(());
        };
        let Some(mut proven) = self.reader.prove(index).await? else {
            outcome.wrong(Wrong::NoEntry, place);
            return Ok(());
        };
        if tamper == Tamper::Yes
            && let Some(byte) = proven
                .entry
                .iter_mut()
                .rev()
                .find(|byte| byte.is_ascii_alphanumeric())
        {
            *byte ^= 1;
        }
        match Entry::parse(&proven.entry) {
            Ok(entry) if entry.request == done.request && entry.outcome == how => {}
            _ => outcome.wrong(Wrong::WrongEntry, place),
        }
        match proven.proof.verify(&proven.entry, &proven.keys) {
            Ok(checkpoint) if proven.proof.index == index => {
                outcome.number(Seen::EntryIndex, index);
                outcome.number(Seen::LogSize, checkpoint.size);
            }
            _ => outcome.wrong(Wrong::ProofFails, place),
        }
        Ok(())
    }
}

impl Check for AccessLogged {
    fn name(&self) -> &'static str {
        ACCESS_LOGGED
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(Tamper::No))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.run(Tamper::Yes))
    }
}

//! What a person has of FHIR, sent to another provider, resource by resource.
//!
//! Invariant: that it is sent stands in the log before the first resource leaves, and how it ended after the last.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use audit::{Action, Outcome};
use base::{Ctx, Handle, Name, RecordId};
use policy::{Allowed, ExportOf};

use super::Source;
use super::transfer::{Transfer, called_off};
use crate::fhir::import::{Outcome as Taken, SinkError};
use crate::fhir::leaving::{Leaving, Local};
use crate::fhir::{FhirError, Resource};
use crate::vault::only_index;
use crate::{Vault, VaultError};

/// The pack whose collections are FHIR resources.
const PACK: &str = "fhir-r4";
/// Resources sent at once, and bytes of them.
const BATCH: usize = 100;
const BATCH_BYTES: usize = 1 << 20;
/// References that are remembered to lead to something of the person or not.
const REMEMBERED: usize = 20_000;

/// A resource as it leaves.
pub struct Moved {
    /// Its type.
    pub kind: Name,
    /// Its id there.
    pub id: RecordId,
    /// Its text.
    pub text: String,
}

/// Whoever receives a person's resources.
pub trait Receiver: Sync {
    /// Store a batch and say for each, in order, what became of it. `Err` ends this attempt.
    fn put_all(
        &self,
        batch: &[Moved],
    ) -> impl Future<Output = Result<Vec<Taken>, SinkError>> + Send;
}

/// How a transfer went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Resources that are there now.
    pub sent: u64,
    /// Resources that were refused or are of a type that is not taken there, by type.
    pub left: BTreeMap<String, u64>,
}

impl Sent {
    fn leave(&mut self, kind: &Name) {
        *self.left.entry(kind.to_string()).or_default() += 1;
    }
}

/// Why a transfer came to no end.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Here.
    #[error(transparent)]
    Here(#[from] VaultError),
    /// There.
    #[error(transparent)]
    There(#[from] SinkError),
}

impl Vault {
    /// Send every resource of the person of `allowed` whose type is among `takes` to `receiver`; `base` is the address of our own FHIR
    /// interface. It can be repeated: the same resource goes under the same id.
    ///
    /// # Errors
    /// [`VaultError::NoPerson`], also when they are erased meanwhile; [`VaultError::NoTransfer`] when it was called off; storage and key
    /// failures; what the receiver fails with.
    pub async fn send_out(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<ExportOf>,
        transfer: &Transfer,
        base: &str,
        takes: &BTreeSet<String>,
        receiver: &impl Receiver,
    ) -> Result<Sent, SendError> {
        let person = allowed.thing().person;
        let handle = self.handle(&ctx.tenant, person).await?;
        let note = Note {
            vault: self,
            ctx,
            allowed,
            transfer,
            handle,
        };
        note.write(Outcome::Ok, None).await?;
        let source = Source {
            vault: self,
            ctx,
            person,
            clear: allowed.clear(),
        };
        let leaving = Leaving {
            base,
            transfer: transfer.transfer,
        };
        match source.send(transfer, &leaving, takes, receiver).await {
            Ok(sent) => {
                note.write(Outcome::Ok, Some(sent.sent)).await?;
                Ok(sent)
            }
            Err(error) => {
                // Whose handle is gone has nothing written about them any more.
                match note.write(Outcome::Failed, None).await {
                    Ok(_) | Err(VaultError::NoPerson) => Err(error),
                    Err(unwritten) => Err(unwritten.into()),
                }
            }
        }
    }
}

struct Note<'a> {
    vault: &'a Vault,
    ctx: &'a Ctx,
    allowed: &'a Allowed<ExportOf>,
    transfer: &'a Transfer,
    handle: Handle,
}

impl Note<'_> {
    async fn write(&self, outcome: Outcome, count: Option<u64>) -> Result<u64, VaultError> {
        let mut entry = self
            .vault
            .entry(self.ctx, self.allowed, Action::ExportSend, outcome)?
            .person(self.handle)
            .classes(self.allowed.clear())
            .subject(*self.transfer.transfer.as_bytes())
            .digest(self.transfer.address);
        if let Some(count) = count {
            entry = entry.count(count);
        }
        let person = self.allowed.thing().person;
        let set = self
            .vault
            .guarded(&self.ctx.tenant, person)
            .log(entry.finish(&self.ctx.tenant));
        only_index(&self.vault.commit(set).await?)
    }
}

impl Source<'_> {
    async fn send(
        &self,
        transfer: &Transfer,
        leaving: &Leaving<'_>,
        takes: &BTreeSet<String>,
        receiver: &impl Receiver,
    ) -> Result<Sent, SendError> {
        let mut sent = Sent::default();
        let mut collections = self.collections().await?;
        collections.retain(|it| &*it.pack == PACK);
        // The patient first: what is about them finds them there.
        collections.sort_by_key(|it| it.name.as_str() != "Patient");
        let mut known: HashMap<Local, bool> = HashMap::new();
        let mut batch: Vec<Moved> = Vec::new();
        let mut bytes = 0;
        for collection in &collections {
            let kind = &collection.name;
            let mut after = None;
            while let Some(page) = self.page(collection, &mut after).await? {
                for (_, record, body) in page {
                    if !takes.contains(kind.as_str()) {
                        sent.leave(kind);
                        continue;
                    }
                    let Ok(text) = String::from_utf8(body) else {
                        return Err(VaultError::Damaged("resource").into());
                    };
                    let id = leaving.id(kind.as_str(), record.as_str());
                    let moved = self.moved(leaving, takes, &mut known, &text, &id).await?;
                    let Some(text) = moved else {
                        sent.leave(kind);
                        continue;
                    };
                    bytes += text.len();
                    batch.push(Moved {
                        kind: kind.clone(),
                        id,
                        text,
                    });
                    if batch.len() >= BATCH || bytes >= BATCH_BYTES {
                        self.hand_over(transfer, receiver, &mut batch, &mut sent)
                            .await?;
                        bytes = 0;
                    }
                }
            }
            // Each type is there before the next.
            self.hand_over(transfer, receiver, &mut batch, &mut sent)
                .await?;
            bytes = 0;
        }
        Ok(sent)
    }

    /// A resource's text as it leaves; `None` for what is no resource.
    async fn moved(
        &self,
        leaving: &Leaving<'_>,
        takes: &BTreeSet<String>,
        known: &mut HashMap<Local, bool>,
        text: &str,
        id: &RecordId,
    ) -> Result<Option<String>, VaultError> {
        let not_a_resource = |_: FhirError| ();
        let Ok(named) = Resource::of(text)
            .and_then(|it| leaving.named(&it))
            .map_err(not_a_resource)
        else {
            return Ok(None);
        };
        let mut along = HashSet::new();
        for local in named {
            let comes = match known.get(&local) {
                Some(comes) => *comes,
                None => {
                    let comes = takes.contains(&local.0) && self.has(&local).await?;
                    if known.len() >= REMEMBERED {
                        known.clear();
                    }
                    known.insert(local.clone(), comes);
                    comes
                }
            };
            if comes {
                along.insert(local);
            }
        }
        Ok(leaving.leave(text, id, &along).ok())
    }

    async fn has(&self, (kind, id): &Local) -> Result<bool, VaultError> {
        let (Ok(kind), Ok(id)) = (kind.parse::<Name>(), id.parse::<RecordId>()) else {
            return Ok(false);
        };
        if !self
            .vault
            .collection(&kind)
            .is_ok_and(|it| &*it.pack == PACK)
        {
            return Ok(false);
        }
        self.vault
            .is_live(&self.ctx.tenant, self.person, &kind, &id)
            .await
    }

    async fn hand_over(
        &self,
        transfer: &Transfer,
        receiver: &impl Receiver,
        batch: &mut Vec<Moved>,
        sent: &mut Sent,
    ) -> Result<(), SendError> {
        if batch.is_empty() {
            return Ok(());
        }
        // Who called it off has nothing more sent.
        let going =
            self.vault
                .going_on(&self.ctx.tenant, self.person, transfer.transfer, sent.sent);
        self.vault.commit(going).await.map_err(called_off)?;
        let outcomes = receiver.put_all(batch).await?;
        for (moved, outcome) in batch.drain(..).zip(outcomes) {
            match outcome {
                Taken::Refused { .. } => sent.leave(&moved.kind),
                Taken::Created | Taken::Updated | Taken::Unchanged => sent.sent += 1,
            }
        }
        Ok(())
    }
}

//! What people want sent to another provider is sent by the queue's worker.

use std::collections::BTreeSet;

use base::{ObjectId, PersonId, TenantId};
use serde::{Deserialize, Serialize};
use store::jobs::{Claimed, Dedupe, JobId, NewJob, complete, enqueue};
use store::{Statement, WriteSet};
use vault::export::{SendError, Sent, Transfer, TransferState};
use vault::{Vault, VaultError};

use crate::exports::{KEEP_EVERY, allowed, circumstances, holding};
use crate::remote::FhirServer;
use crate::{Failure, Installation};

/// The kind of these jobs.
pub const KIND: &str = "transfer.send";
/// One that could not be brought to an end so often is given up.
const ATTEMPTS_MAX: u32 = 5;

#[derive(Serialize, Deserialize)]
struct Payload {
    person: PersonId,
    transfer: ObjectId,
}

/// The job that sends one.
pub(crate) fn job(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    transfer: &Transfer,
) -> Statement {
    let payload = Payload {
        person,
        transfer: transfer.transfer,
    };
    let job = NewJob {
        tenant: tenant.clone(),
        kind: KIND,
        payload: serde_json::to_vec(&payload).unwrap_or_default(),
        dedupe: Dedupe::Once(format!("transfer/{}", transfer.transfer)),
        due_at: transfer.asked_at,
        attempts_max: ATTEMPTS_MAX,
    };
    enqueue(JobId::random(&*house.rng), job, transfer.asked_at)
}

/// Send one.
///
/// # Errors
/// Storage and key failures, and what the provider fails with; the job is then tried again, and sends nothing twice.
pub async fn send(house: &Installation, job: &Claimed) -> Result<(), Failure> {
    let tenant = &job.job.tenant;
    let unreadable = || Failure::text("a job of the kind transfer.send cannot be read");
    let payload: Payload = serde_json::from_slice(&job.job.payload).map_err(|_| unreadable())?;
    let Payload { person, transfer } = payload;
    let done = |set: WriteSet| set.with(complete(job, house.clock.now()));
    let found = match house.vault.transfer(tenant, person, transfer).await {
        Ok(found) if found.state == TransferState::Waiting => found,
        // Called off or done meanwhile, or the person is gone.
        Ok(_) | Err(VaultError::NoTransfer) => {
            house.db.commit(done(WriteSet::new())).await?;
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let sending = Box::pin(to_provider(house, tenant, person, &found));
    let Some(sent) = holding(house, job, KEEP_EVERY, sending).await else {
        // Another worker has it, and does it.
        return Ok(());
    };
    let ended = |sent: Option<&Sent>| {
        Vault::transfer_ended(tenant, person, transfer, house.clock.now(), sent)
    };
    match sent {
        Ok(sent) => {
            house.db.commit(done(ended(Some(&sent)))).await?;
            Ok(())
        }
        Err(Unsent::Here(VaultError::NoTransfer | VaultError::NoPerson)) => {
            house.db.commit(done(WriteSet::new())).await?;
            Ok(())
        }
        Err(error) if job.job.attempts >= ATTEMPTS_MAX => {
            tracing::warn!(%error, provider = %found.provider, "a transfer could not be brought to an end");
            house.db.commit(done(ended(None))).await?;
            Ok(())
        }
        Err(error) => Err(Failure::text(error.to_string())),
    }
}

/// Why one came to no end.
#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error(transparent)]
    Here(#[from] VaultError),
    #[error("{0}")]
    There(String),
}

impl From<SendError> for Unsent {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Here(error) => Self::Here(error),
            SendError::There(error) => Self::There(error.0),
        }
    }
}

async fn to_provider(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    transfer: &Transfer,
) -> Result<Sent, Unsent> {
    let there = |why: String| Unsent::There(why);
    let provider = house.config.providers.get(&transfer.provider);
    let provider = provider
        // Who was chosen is who gets it: not another who has come to have the name.
        .filter(|it| it.serves(tenant) && it.digest() == transfer.address)
        .ok_or_else(|| there("the provider is not in the configuration any more".to_owned()))?;
    let server = FhirServer::at(&provider.url, &provider.ca_file, &provider.token_file)
        .map_err(|error| there(error.to_string()))?;
    let takes = server.takes().await.map_err(|error| there(error.0))?;
    if !takes.contains("Patient") {
        return Err(there(
            "the provider takes no resources under ids that are given to it".to_owned(),
        ));
    }
    let (ctx, authority) = circumstances(house, tenant);
    let out = allowed(&ctx, &authority, person).map_err(|error| there(error.to_string()))?;
    let base = format!("{}/fhir", house.config.public_url());
    let sent = house
        .vault
        .send_out(&ctx, &out, transfer, &base, &takes, &server)
        .await?;
    Ok(sent)
}

/// Providers that a tenant's people can choose, by name.
pub(crate) fn providers<'a>(
    house: &'a Installation,
    tenant: &'a TenantId,
) -> impl Iterator<Item = (&'a base::Name, &'a crate::config::Provider)> {
    house
        .config
        .providers
        .iter()
        .filter(move |(_, it)| it.serves(tenant))
}

/// Types that are taken there, as a set.
pub(crate) type Takes = BTreeSet<String>;

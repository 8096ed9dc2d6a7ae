//! Looks at the canary's record, one allowed and one not, for `access.logged`.

use std::sync::Arc;

use base::RequestId;
use govern::checks::{Attempted, Proven, Reader};
use govern::{ProbeError, Probing, real};
use http::Method;
use serde_json::Value;

use super::front::knock;
use super::{Bench, Who};

/// The record that is looked at. Its content is always the same, so that two checks at once do not meet.
const RECORD: &str = "check-access";
/// Entries of others that may come in while a request runs, and are searched.
const ENTRIES_MAX: u64 = 10_000;

pub(super) struct Looks(pub Arc<Bench>);

impl Bench {
    /// The address of the canary's lasting record, stored where it is not there.
    pub(super) async fn lasting(&self) -> Result<(base::PersonId, String), ProbeError> {
        let person = self.canary().await?;
        let path = self.record_path(person, RECORD)?;
        let token = self.token(Who::Canary(person)).await?;
        let words = self.specimen.classes();
        let words: Vec<_> = words.into_iter().map(|class| (class, "canary")).collect();
        let document = Value::Object(self.specimen.document(&words));
        let put = knock(Method::PUT, &path).token(&token).json(&document);
        self.front.good("storing the test record", put).await?;
        Ok((person, path))
    }

    pub(super) fn record_path(
        &self,
        person: base::PersonId,
        record: &str,
    ) -> Result<String, ProbeError> {
        let collection = self.specimen.collection().ok_or_else(|| {
            ProbeError::new(
                "a test record",
                "the register has no collection about persons",
            )
        })?;
        Ok(format!(
            "/v1/persons/{person}/records/{collection}/{record}"
        ))
    }

    /// Where the entry of `request` stands, from `since` on.
    async fn entry_of(&self, request: RequestId, since: u64) -> Result<Option<u64>, ProbeError> {
        let log = &self.house.log;
        let entries = log
            .entries(&self.tenant, since, ENTRIES_MAX)
            .await
            .map_err(|error| ProbeError::new("reading the log", error))?;
        let found = entries
            .iter()
            .find(|logged| logged.entry().is_ok_and(|entry| entry.request == request));
        Ok(found.map(|logged| logged.index))
    }
}

impl Reader for Looks {
    fn read(&self) -> Probing<'_, Attempted> {
        Box::pin(async {
            let bench = &self.0;
            let (person, path) = bench.lasting().await?;
            let token = bench.token(Who::Canary(person)).await?;
            let get = knock(Method::GET, &path).token(&token).purpose();
            let answered = bench.front.ask(get).await?;
            Ok(Attempted {
                opened: answered.status.is_success() && !answered.body.is_empty(),
                request: answered.request()?,
                index: answered.index(),
            })
        })
    }

    fn read_forbidden(&self) -> Probing<'_, Attempted> {
        Box::pin(async {
            let bench = &self.0;
            let (_, path) = bench.lasting().await?;
            let token = bench.token(Who::Stranger).await?;
            let log = &bench.house.log;
            let before = log
                .size(&bench.tenant)
                .await
                .map_err(|error| ProbeError::new("reading the log", error))?;
            let get = knock(Method::GET, &path)
                .token(&token)
                .header("purpose-of-use", "TREAT");
            let answered = bench.front.ask(get).await?;
            let request = answered.request()?;
            Ok(Attempted {
                opened: answered.status.is_success(),
                request,
                // A refusal does not say where its entry stands; whoever keeps the log finds it by the request.
                index: bench.entry_of(request, before).await?,
            })
        })
    }

    fn prove(&self, index: u64) -> Probing<'_, Option<Proven>> {
        Box::pin(async move { real::prove(&self.0.house.log, &self.0.tenant, index).await })
    }
}

//! Two synthetic persons: one whose record must come back as it was, and one who is erased and must not come back.

use base::{Class, Name, PersonId, RecordId, TenantId};
use continuity::runs::Kind;
use policy::{PersonAt, RecordAt, Verb, decide};
use vault::VaultError;
use vault::records::{Condition, Put};

use crate::probes::Specimen;
use crate::{Failure, Installation};

/// How the ids from outside begin by which the two are known.
const LIVING: &str = "drill-living";
const DOOMED: &str = "drill-doomed";
const RECORD: &str = "drill";
/// A record that is written right before the loss: whether it comes back says how much would have been lost.
const LAST: &str = "drill-last";

fn named(which: &str, kind: Kind) -> String {
    let (_, of) = kind.as_str().split_once('.').unwrap_or_default();
    format!("{which}-{of}")
}

/// A synthetic person with one record.
#[derive(Clone, Debug)]
pub(super) struct Canary {
    pub tenant: TenantId,
    pub person: PersonId,
    collection: Name,
    /// What the record holds, as it is read.
    pub document: Vec<u8>,
    pub written_at: base::Instant,
}

impl Canary {
    /// The one that lives; made when there is none. Drills of different kinds may run beside each other, so that each kind has its own.
    pub async fn living(
        house: &Installation,
        tenant: &TenantId,
        kind: Kind,
    ) -> Result<Self, Failure> {
        Self::known_as(house, tenant, &named(LIVING, kind)).await
    }

    /// The one that is erased next; made when there is none.
    pub async fn doomed(
        house: &Installation,
        tenant: &TenantId,
        kind: Kind,
    ) -> Result<Self, Failure> {
        Self::known_as(house, tenant, &named(DOOMED, kind)).await
    }

    async fn known_as(
        house: &Installation,
        tenant: &TenantId,
        external: &str,
    ) -> Result<Self, Failure> {
        let specimen = Specimen::of(house.vault.register());
        let collection = specimen.collection().cloned().ok_or_else(|| {
            Failure::coded(
                "drill.no_collection",
                "the register has no collection about persons, so there is nothing to write for practice",
            )
        })?;
        let (ctx, authority) = house.local(tenant, "drill");
        let thing = PersonAt {
            tenant: tenant.clone(),
            person: None,
        };
        let allowed = decide(&ctx, &authority, Verb::Create, thing)?;
        let (new, _) = house
            .vault
            .create_person(&ctx, &allowed, Some(external), None)
            .await?;
        let mut canary = Self {
            tenant: tenant.clone(),
            person: new.person,
            collection,
            document: Vec::new(),
            written_at: ctx.now,
        };
        match canary.read(house).await {
            Ok((document, written_at)) => {
                (canary.document, canary.written_at) = (document, written_at);
            }
            Err(VaultError::NoRecord) => {
                canary.write(house, &specimen, RECORD).await?;
                (canary.document, canary.written_at) = canary.read(house).await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(canary)
    }

    fn at(&self, record: &str) -> Result<RecordAt, VaultError> {
        Ok(RecordAt {
            tenant: self.tenant.clone(),
            person: self.person,
            collection: self.collection.clone(),
            record: record
                .parse::<RecordId>()
                .map_err(|_| VaultError::NoRecord)?,
        })
    }

    /// Write the record of the last moment; what it holds then.
    pub async fn write_last(&self, house: &Installation) -> Result<Vec<u8>, Failure> {
        let specimen = Specimen::of(house.vault.register());
        self.write(house, &specimen, LAST).await?;
        Ok(self.read_at(house, LAST).await?.0)
    }

    /// Whether the record of the last moment is at `house` as it was.
    pub async fn has_last(&self, house: &Installation, last: &[u8]) -> Result<bool, Failure> {
        match self.read_at(house, LAST).await {
            Ok((document, _)) => Ok(document == last),
            Err(VaultError::NoRecord) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn write(
        &self,
        house: &Installation,
        specimen: &Specimen,
        record: &str,
    ) -> Result<(), Failure> {
        let mut bytes = [0; 10];
        house.rng.fill(&mut bytes);
        let word = format!("drill{}", hex::encode(bytes));
        let words: Vec<(Class, &str)> = specimen
            .classes()
            .into_iter()
            .map(|class| (class, word.as_str()))
            .collect();
        let body = serde_json::Value::Object(specimen.document(&words)).to_string();
        let (ctx, authority) = house.local(&self.tenant, "drill");
        let allowed = decide(&ctx, &authority, Verb::Update, self.at(record)?)?;
        let put = Put {
            body: body.as_bytes(),
            condition: Condition::None,
        };
        house.vault.put(&ctx, &allowed, put, None).await?;
        Ok(())
    }

    /// Read the record at `house`, which may be a restored one.
    pub async fn read(&self, house: &Installation) -> Result<(Vec<u8>, base::Instant), VaultError> {
        self.read_at(house, RECORD).await
    }

    async fn read_at(
        &self,
        house: &Installation,
        record: &str,
    ) -> Result<(Vec<u8>, base::Instant), VaultError> {
        let (ctx, authority) = house.local(&self.tenant, "drill");
        let allowed = decide(&ctx, &authority, Verb::Read, self.at(record)?)
            .map_err(|_| VaultError::NoRecord)?;
        let (opened, _) = house.vault.open(&ctx, &allowed, None).await?;
        Ok((opened.json, opened.written_at))
    }

    /// Erase the person for ever, as anybody else.
    pub async fn erase(&self, house: &Installation) -> Result<(), Failure> {
        let (ctx, authority) = house.local(&self.tenant, "drill");
        let thing = PersonAt {
            tenant: self.tenant.clone(),
            person: Some(self.person),
        };
        let allowed = decide(&ctx, &authority, Verb::Delete, thing)?;
        house.erase_certified(&ctx, &allowed, ctx.now).await?;
        Ok(())
    }

    /// The path of the record, for a client.
    pub fn path(&self) -> String {
        format!(
            "/v1/persons/{}/records/{}/{RECORD}",
            self.person, self.collection
        )
    }
}

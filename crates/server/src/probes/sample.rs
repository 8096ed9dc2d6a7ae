//! A sample of what is stored already, opened: under the rule `system-check`, with an entry in the log for each page of
//! records. Who the documents are about is forgotten on the way.

use std::sync::Arc;

use base::{Name, PersonId};
use govern::ProbeError;
use policy::{RecordsOf, Verb, decide};
use serde::de::IgnoredAny;
use store::{Row, Sql};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::Bench;

/// Shelves from a random person on, so that every round sees others.
static SHELVES: Sql = Sql::both(
    "SELECT DISTINCT person, collection FROM record WHERE tenant = $1 AND person >= $2 ORDER BY person, collection LIMIT 400",
);
/// Records of one shelf that are opened: few of many, rather than many of few.
const SHELF_MAX: usize = 50;
/// Documents of a sample: the most that a check asks for.
const DOCUMENTS_MAX: usize = 1_000;

/// One stored document.
pub(super) struct Document {
    pub collection: String,
    /// Names of its top-level members.
    pub names: Vec<String>,
    pub json: Zeroizing<Vec<u8>>,
}

/// Taken once in a round; two checks look at it.
#[derive(Default)]
pub(super) struct Sample(Mutex<Option<Arc<Vec<Document>>>>);

fn failed(error: &dyn std::fmt::Display) -> ProbeError {
    ProbeError::new("opening a sample of what is stored", error)
}

impl Bench {
    /// The sample, of at most `count` documents.
    pub(super) async fn stored(&self, count: usize) -> Result<Arc<Vec<Document>>, ProbeError> {
        let mut taken = self.sample.0.lock().await;
        if let Some(taken) = &*taken
            && (taken.len() >= count || taken.len() < DOCUMENTS_MAX)
        {
            return Ok(Arc::clone(taken));
        }
        let sample = Arc::new(self.take().await?);
        *taken = Some(Arc::clone(&sample));
        Ok(sample)
    }

    async fn take(&self) -> Result<Vec<Document>, ProbeError> {
        let from = PersonId::random(&*self.house.rng);
        let mut shelves = self.shelves(from).await?;
        if shelves.len() < 400 {
            let rest = self.shelves(PersonId::COMMONS).await?;
            shelves.extend(rest);
        }
        let mut documents = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for row in &shelves {
            let person = PersonId::from_slice(row.bytes(0).map_err(|error| failed(&error))?);
            let person = person.ok_or_else(|| failed(&"a row names nobody"))?;
            let collection = row.text(1).map_err(|error| failed(&error))?;
            if !seen.insert((person, collection.to_owned())) {
                continue;
            }
            self.shelf(person, collection, &mut documents).await?;
            if documents.len() >= DOCUMENTS_MAX {
                break;
            }
        }
        documents.truncate(DOCUMENTS_MAX);
        Ok(documents)
    }

    async fn shelves(&self, from: PersonId) -> Result<Vec<Row>, ProbeError> {
        let params = vec![(&self.tenant).into(), from.into()];
        let rows = self.house.db.rows(&SHELVES, params).await;
        rows.map_err(|error| failed(&error))
    }

    async fn shelf(
        &self,
        person: PersonId,
        collection: &str,
        documents: &mut Vec<Document>,
    ) -> Result<(), ProbeError> {
        let (ctx, authority) = self.house.local(&self.tenant, "check");
        let name: Name = collection.parse().map_err(|error| failed(&error))?;
        if self.house.vault.register().collection(collection).is_none() {
            // Stored under a register that is no longer in force: nothing opens it, and nothing says how it is protected.
            documents.push(Document {
                collection: collection.to_owned(),
                names: vec!["*".to_owned()],
                json: Zeroizing::default(),
            });
            return Ok(());
        }
        let thing = RecordsOf {
            tenant: self.tenant.clone(),
            person: Some(person),
            collection: name,
        };
        let allowed =
            decide(&ctx, &authority, Verb::Read, thing).map_err(|error| failed(&error))?;
        let vault = &self.house.vault;
        let page = match vault.list(&ctx, &allowed, &[], None, SHELF_MAX).await {
            Ok((page, _)) => page,
            // Erased since.
            Err(vault::VaultError::NoPerson) => return Ok(()),
            Err(error) => return Err(failed(&error)),
        };
        for opened in page.records {
            let json = Zeroizing::new(opened.json);
            let members: std::collections::BTreeMap<String, IgnoredAny> =
                serde_json::from_slice(&json).map_err(|_| failed(&"a document is no object"))?;
            documents.push(Document {
                collection: collection.to_owned(),
                names: members.into_keys().collect(),
                json,
            });
        }
        Ok(())
    }
}

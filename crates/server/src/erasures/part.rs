//! Deleting a part: one record, one kind, one file, all files. Rows and objects go; the keys live on, since they seal the rest.
//!
//! Invariant: the statement of a part says that the keys live on, and what of the rows was searched for afterwards.

use std::fmt;
use std::str::FromStr;

use audit::{LogKeys, RecordHandle, jws};
use base::{Ctx, Instant, Name, ObjectId, PersonId, RecordId, TenantId};
use policy::{Allowed, FileAt, PersonAt, Verb, decide};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Sql, WriteSet};
use vault::records::{GoneRecords, RecordsPart};
use vault::{Vault, VaultError};

use super::TYPE;
use crate::config::Database;
use crate::{Failure, Installation, exports, removal};

/// The version of the statement's form (`docs/formats/erasure-certificate.md`).
pub const FORMAT: &str = "strongroom-part-erasure/1";

pub(super) static PART_DONE: Sql = Sql::both(
    "UPDATE erasure SET state = 'done', done_at = $3, certificate = $4 WHERE tenant = $1 AND erasure = $2 AND state = 'waiting'",
);

/// What stays of a part, and why: the name, and the reason.
pub const STAYS: [(&str, &str); 4] = [
    (
        "tombstones",
        "so that the number of a version is never given twice: a keyed handle and a count, no content",
    ),
    (
        "log",
        "it says that there was something and who looked; it holds no content",
    ),
    (
        "keys",
        "they seal other data of the person, and live on until these are deleted too",
    ),
    (
        "backups",
        "copies of the installation that were made before hold it, sealed, until they are deleted",
    ),
];

/// What a request to delete is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything of the person, and the person.
    Everything,
    /// Records.
    Records(RecordsPart),
    /// All files.
    Files,
    /// One file.
    File(ObjectId),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => Ok(()),
            Self::Records(part) => match part.record {
                None => write!(f, "kind/{}", part.collection),
                Some(record) => {
                    write!(
                        f,
                        "record/{}/{}",
                        part.collection,
                        hex::encode(record.as_bytes())
                    )
                }
            },
            Self::Files => f.write_str("files"),
            Self::File(file) => write!(f, "file/{file}"),
        }
    }
}

impl FromStr for Part {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let parts: Vec<&str> = text.split('/').collect();
        let name = |text: &str| text.parse::<Name>().map_err(drop);
        Ok(match parts.as_slice() {
            [""] => Self::Everything,
            ["files"] => Self::Files,
            ["file", id] => Self::File(id.parse().map_err(drop)?),
            ["kind", collection] => Self::Records(RecordsPart {
                collection: name(collection)?,
                record: None,
            }),
            ["record", collection, handle] => {
                let bytes = hex::decode(handle).map_err(drop)?;
                Self::Records(RecordsPart {
                    collection: name(collection)?,
                    record: Some(RecordHandle::from_slice(&bytes).ok_or(())?),
                })
            }
            _ => return Err(()),
        })
    }
}

impl Part {
    /// As the API and a statement say it. A record appears as the log calls it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Everything => json!({ "everything": true }),
            Self::Records(part) => match part.record {
                None => json!({ "collection": part.collection }),
                Some(record) => json!({
                    "collection": part.collection,
                    "record_handle": hex::encode(record.as_bytes()),
                }),
            },
            Self::Files => json!({ "files": true }),
            Self::File(file) => json!({ "file": file }),
        }
    }
}

/// What a request names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// A collection.
    pub collection: Option<Name>,
    /// One record of it.
    pub record: Option<RecordId>,
    /// One file.
    pub file: Option<ObjectId>,
    /// All files.
    #[serde(default)]
    pub files: bool,
}

impl Of {
    /// The part that is named; `None` where it names none, or two.
    ///
    /// # Errors
    /// [`VaultError::NoCollection`]; key failures.
    pub fn part(
        &self,
        vault: &Vault,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Option<Part>, VaultError> {
        Ok(
            match (&self.collection, &self.record, self.file, self.files) {
                (None, None, None, true) => Some(Part::Files),
                (None, None, Some(file), false) => Some(Part::File(file)),
                (Some(collection), None, None, false) => {
                    if vault.register().collection(collection.as_str()).is_none() {
                        return Err(VaultError::NoCollection);
                    }
                    Some(Part::Records(RecordsPart {
                        collection: collection.clone(),
                        record: None,
                    }))
                }
                (Some(collection), Some(record), None, false) => Some(Part::Records(
                    vault.record_part(tenant, person, collection, record)?,
                )),
                _ => None,
            },
        )
    }
}

/// What would go.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Records, with what a law wants kept.
    pub records: GoneRecords,
    /// Files.
    pub files: Vec<ObjectId>,
    /// Archives to take along that lie here: each holds a copy.
    pub archives: u64,
}

impl Installation {
    /// What of a part would go. Nothing is opened; whoever asks notes it.
    ///
    /// # Errors
    /// [`VaultError::NoRecord`], [`VaultError::NoFile`] where there is nothing of that name; storage failures.
    pub async fn plan_part(
        &self,
        tenant: &TenantId,
        person: PersonId,
        part: &Part,
        now: Instant,
    ) -> Result<Plan, VaultError> {
        let mut plan = Plan::default();
        match part {
            Part::Everything => {}
            Part::Records(records) => {
                plan.records = self
                    .vault
                    .records_to_erase(tenant, person, records, now)
                    .await?;
                let none = plan.records.records + plan.records.kept.count == 0;
                if records.record.is_some() && none {
                    return Err(VaultError::NoRecord);
                }
            }
            Part::Files => plan.files = self.vault.file_ids(tenant, person).await?,
            Part::File(file) => {
                let all = self.vault.file_ids(tenant, person).await?;
                plan.files = all.into_iter().filter(|it| it == file).collect();
                if plan.files.is_empty() {
                    return Err(VaultError::NoFile);
                }
            }
        }
        plan.archives = self.vault.exports(tenant, person).await?.len() as u64;
        Ok(plan)
    }

    /// Delete a part, search for what is left of it, and sign what was found. Gives `None` where there was nothing any more.
    ///
    /// # Errors
    /// Storage and key failures. What was destroyed before is gone and stands in the log; it can be repeated.
    pub(super) async fn erase_part(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<PersonAt>,
        part: &Part,
        asked_at: Instant,
    ) -> Result<Option<String>, Failure> {
        let tenant = &ctx.tenant;
        let person = allowed.thing().person.ok_or(VaultError::NoPerson)?;
        let mut archives = exports::forget_all(self, tenant, person).await?;
        let mut records = GoneRecords::default();
        let mut files = 0;
        let mut last = None;
        match part {
            Part::Everything => return Err(Failure::text("everything is no part")),
            Part::Records(which) => {
                records = self.vault.erase_records(ctx, allowed, which).await?;
                last = records.log_index;
            }
            Part::Files | Part::File(_) => {
                for file in self.files_of(tenant, person, part).await? {
                    if let Some(index) = self.delete_one(ctx, person, file).await? {
                        last = Some(index);
                        files += 1;
                    }
                }
            }
        }
        // Again: one may have been asked for meanwhile, and have taken up what goes.
        archives += exports::forget_all(self, tenant, person).await?;
        let overwritten = self.overwrite().await;
        let Some(index) = last else { return Ok(None) };
        let (searched, stones) = match part {
            Part::Records(which) => {
                let (left, stones) = self.vault.left_of_records(tenant, person, which).await?;
                (left.to_vec(), stones)
            }
            _ => {
                let left = self.files_of(tenant, person, part).await?.len() as u64;
                (vec![("files", left)], 0)
            }
        };
        let by_law = records.kept.count;
        let left: u64 = searched
            .iter()
            .filter(|it| it.0 != "records" || by_law == 0)
            .map(|it| it.1)
            .sum();
        let kept = STAYS
            .iter()
            .filter(|it| it.0 != "tombstones" || stones > 0)
            .map(|(what, why)| json!({ "what": what, "why": why }));
        let (logged, proof) = self.log.prove(tenant, index).await?;
        let body = json!({
            "format": FORMAT,
            "tenant": tenant.as_str(),
            "handle": self.vault.handle(tenant, person).await?,
            "of": part.to_json(),
            "asked_at": asked_at.to_string(),
            "certified_at": self.clock.now().to_string(),
            "destroyed": {
                "records": records.records,
                "earlier_versions": records.versions,
                "index_rows": records.index_rows,
                "files": files,
                "archives": archives,
            },
            "nothing_left": left == 0 && by_law == 0,
            "searched": searched.iter().map(|(place, count)| json!({ "place": place, "count": count })).collect::<Vec<_>>(),
            "by_law": { "count": by_law, "until": records.kept.until.map(|at| at.to_string()) },
            "kept": kept.collect::<Vec<_>>(),
            "overwritten": overwritten,
            "log": {
                "index": index,
                "leaf_hash": hex::encode(logged.leaf_hash),
                "proof": proof.to_string(),
            },
        });
        let key = LogKeys::signer(&*self.keys, tenant)
            .map_err(|error| Failure::text(error.to_string()))?;
        Ok(Some(jws::sign(&key, TYPE, &body)))
    }

    /// Delete a file, as Strongroom itself, where it is still there: the index of the entry.
    async fn delete_one(
        &self,
        ctx: &Ctx,
        person: PersonId,
        file: ObjectId,
    ) -> Result<Option<u64>, Failure> {
        let (_, authority) = self.local(&ctx.tenant, "erasure");
        let thing = FileAt {
            tenant: ctx.tenant.clone(),
            person,
            file: Some(file),
        };
        let allowed = decide(ctx, &authority, Verb::Delete, thing)?;
        match self.vault.delete_file(ctx, &allowed).await {
            Ok(index) => Ok(Some(index)),
            Err(VaultError::NoFile | VaultError::NoPerson) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn files_of(
        &self,
        tenant: &TenantId,
        person: PersonId,
        part: &Part,
    ) -> Result<Vec<ObjectId>, VaultError> {
        let all = self.vault.file_ids(tenant, person).await?;
        Ok(match part {
            Part::File(file) => all.into_iter().filter(|it| it == file).collect(),
            _ => all,
        })
    }

    /// Have what was deleted overwritten, and say whether it was: a long read keeps old pages alive, and PostgreSQL keeps them in its own
    /// write-ahead log until that is recycled.
    async fn overwrite(&self) -> bool {
        if !matches!(self.config.data, Database::Sqlite { .. }) {
            return false;
        }
        match self.db.scrub().await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "what was deleted is overwritten with the next checkpoint");
                false
            }
        }
    }
}

/// Carry out a request about a part.
pub(super) async fn one(
    house: &Installation,
    ctx: &Ctx,
    allowed: &Allowed<PersonAt>,
    removal::Asked { erasure, asked_at }: removal::Asked,
    part: &Part,
) -> Result<(), Failure> {
    let statement = house.erase_part(ctx, allowed, part, asked_at).await?;
    let params = vec![
        (&ctx.tenant).into(),
        erasure.into(),
        house.clock.now().into(),
        statement.into(),
    ];
    house
        .db
        .commit(WriteSet::new().run(&PART_DONE, params))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn a_part_reads_as_it_was_written() {
        for text in [
            "",
            "files",
            "file/01020304-0506-4708-890a-0b0c0d0e0f10",
            "kind/sheet",
            "record/sheet/0102030405060708090a0b0c0d0e0f10",
        ] {
            let part: Part = text.parse().unwrap();
            assert_eq!(part.to_string(), text);
        }
        for text in [
            "kind/",
            "record/sheet/zz",
            "record/sheet/01",
            "all",
            "file/",
        ] {
            assert!(text.parse::<Part>().is_err(), "{text}");
        }
    }
}

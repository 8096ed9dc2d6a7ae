//! Puts marker words into the canary's records, files, and into everything around them that could hold a name.

use std::sync::Arc;

use base::{Class, Name, ObjectId, PersonId, RecordId};
use govern::canary::Marker;
use govern::checks::{Plant, Planted};
use govern::{ProbeError, Probing};
use http::Method;
use serde_json::{Value, json};
use store::Sql;

use super::front::knock;
use super::{Bench, Who};

static RECORD_SEALED: Sql = Sql::both(
    "SELECT sealed FROM record WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4",
);
static FILE_SEALED: Sql =
    Sql::both("SELECT sealed FROM file WHERE tenant = $1 AND person = $2 AND file = $3");
static KEYS_OF: Sql = Sql::both(
    "SELECT class, generation FROM person_key WHERE tenant = $1 AND person = $2 ORDER BY class, generation",
);

/// Words in the fields of a record.
pub(super) struct Records(pub Arc<Bench>);

/// Words in files: in their bytes, and in their names.
pub(super) struct Files(pub Arc<Bench>);

/// Words as ids from outside, as ids of records, as names of files, in a search, as keys of repeated requests.
pub(super) struct Metadata(pub Arc<Bench>);

type Parts = Vec<(Class, u32)>;

fn failed(error: &dyn std::fmt::Display) -> ProbeError {
    ProbeError::new("reading what is stored", error)
}

impl Bench {
    /// A fresh id for a record of the canary's.
    pub(super) fn fresh(&self) -> String {
        let mut bytes = [0; 10];
        self.house.rng.fill(&mut bytes);
        format!("check-{}", hex::encode(bytes))
    }

    /// Store a document; gives the bytes that now lie in the record's row, and its handle.
    pub(super) async fn put(
        &self,
        person: PersonId,
        record: &str,
        document: Value,
        more: &[(&str, &str)],
    ) -> Result<(Vec<u8>, [u8; 16]), ProbeError> {
        let token = self.token(Who::Canary(person)).await?;
        let path = self.record_path(person, record)?;
        let mut put = knock(Method::PUT, &path).token(&token).json(&document);
        for (name, value) in more {
            put = put.header(name, value);
        }
        let put = self.front.good("storing a test record", put).await?;
        let index = put
            .index()
            .ok_or_else(|| ProbeError::new("storing a test record", "it left no entry"))?;
        let log = &self.house.log;
        let entries = log.entries(&self.tenant, index, 1).await;
        let entry = entries
            .map_err(|error| failed(&error))?
            .first()
            .map(|logged| logged.entry())
            .transpose()
            .map_err(|error| failed(&error))?;
        let rkey = entry
            .and_then(|entry| entry.record)
            .map(|handle| *handle.as_bytes())
            .ok_or_else(|| failed(&"its entry names no record"))?;
        let collection = self.specimen.collection().map_or("", Name::as_str);
        let params = vec![
            (&self.tenant).into(),
            person.into(),
            collection.into(),
            rkey.into(),
        ];
        let row = self.house.db.row(&RECORD_SEALED, params).await;
        let row = row
            .map_err(|error| failed(&error))?
            .ok_or_else(|| failed(&"there is no such row"))?;
        let bytes = row.bytes(0).map_err(|error| failed(&error))?;
        Ok((bytes.to_vec(), rkey))
    }

    /// Upload a file; gives its id.
    pub(super) async fn upload(
        &self,
        person: PersonId,
        name: &str,
        class: Class,
        bytes: String,
    ) -> Result<ObjectId, ProbeError> {
        let token = self.token(Who::Canary(person)).await?;
        let path = format!("/v1/persons/{person}/files?class={class}");
        let post = knock(Method::POST, &path)
            .token(&token)
            .header(
                "content-disposition",
                &format!("attachment; filename=\"{name}\""),
            )
            .bytes("text/plain", bytes);
        let file = self.front.good("storing a test file", post).await?;
        file.text_at("/file")?
            .parse()
            .map_err(|error| failed(&error))
    }

    /// Open something of the canary's: headers that name it, and its bytes.
    pub(super) async fn opened(&self, person: PersonId, path: &str) -> Result<String, ProbeError> {
        let token = self.token(Who::Canary(person)).await?;
        let get = knock(Method::GET, path).token(&token).purpose();
        let answered = self.front.ask(get).await?;
        if !answered.status.is_success() {
            // Not there, or damaged: then the words are not in what comes back, and the check says so.
            return Ok(String::new());
        }
        let name = answered.header("content-disposition").unwrap_or_default();
        Ok(format!(
            "{name}\n{}\n",
            String::from_utf8_lossy(&answered.body)
        ))
    }

    pub(super) async fn delete(&self, person: PersonId, path: &str) -> Result<(), ProbeError> {
        let token = self.token(Who::Canary(person)).await?;
        let delete = knock(Method::DELETE, path).token(&token);
        let answered = self.front.ask(delete).await?;
        // What is gone already need not be removed.
        if answered.status.is_success() || answered.status.is_client_error() {
            Ok(())
        } else {
            Err(answered.unexpected("removing what was stored"))
        }
    }

    /// Class and generation of every key of a person's in the key store.
    async fn keys_of(&self, person: PersonId) -> Result<Parts, ProbeError> {
        let params = vec![(&self.tenant).into(), person.into()];
        let rows = self.keys_db.rows(&KEYS_OF, params).await;
        let rows = rows.map_err(|error| failed(&error))?;
        let key = |row: &store::Row| {
            let class = u8::try_from(row.int(0).ok()?).ok()?;
            Some((
                Class::from_code(class)?,
                u32::try_from(row.int(1).ok()?).ok()?,
            ))
        };
        Ok(rows.iter().filter_map(key).collect())
    }
}

/// Class and generation of each part, as the sealed bytes name them; none where they are in no sealed format.
fn parts_of(sealed: &[u8]) -> Parts {
    let Ok(sealed) = crypt::record::Sealed::parse(sealed) else {
        return Parts::new();
    };
    let known = |part: crypt::record::Part| Some((Class::from_code(part.class)?, part.generation));
    sealed.parts().filter_map(known).collect()
}

fn split(planted: &Planted) -> Result<(PersonId, Vec<&str>), ProbeError> {
    let mut parts = planted.id.split(' ');
    let person = parts.next().and_then(|text| text.parse().ok());
    let person = person.ok_or_else(|| failed(&"nobody is named"))?;
    Ok((person, parts.collect()))
}

fn pairs(markers: &[Marker]) -> Vec<(Class, &str)> {
    markers
        .iter()
        .map(|marker| (marker.class, marker.word.as_str()))
        .collect()
}

impl Plant for Records {
    fn plant<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Planted> {
        Box::pin(async move {
            let bench = &self.0;
            let person = bench.canary().await?;
            let record = bench.fresh();
            let document = Value::Object(bench.specimen.document(&pairs(markers)));
            let (sealed, _) = bench.put(person, &record, document, &[]).await?;
            Ok(Planted {
                id: format!("{person} {record}"),
                parts: parts_of(&sealed),
                keys: bench.keys_of(person).await?,
            })
        })
    }

    fn open<'a>(&'a self, planted: &'a Planted) -> Probing<'a, String> {
        Box::pin(async move {
            let (person, records) = split(planted)?;
            let record = records.first().copied().unwrap_or_default();
            let path = self.0.record_path(person, record)?;
            self.0.opened(person, &path).await
        })
    }

    fn remove<'a>(&'a self, planted: &'a Planted) -> Probing<'a, ()> {
        Box::pin(async move {
            let (person, records) = split(planted)?;
            for record in records {
                let path = self.0.record_path(person, record)?;
                self.0.delete(person, &path).await?;
            }
            Ok(())
        })
    }
}

impl Plant for Files {
    fn plant<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Planted> {
        Box::pin(async move {
            let bench = &self.0;
            let person = bench.canary().await?;
            let mut planted = Planted {
                id: person.to_string(),
                ..Planted::default()
            };
            for (marker, other) in markers.iter().zip(markers.iter().rev()) {
                // Its own word fills several segments; the other stands in the name.
                let bytes = format!("{}\n", marker.word).repeat(8_000);
                let name = format!("{}.txt", other.word);
                let file = bench.upload(person, &name, marker.class, bytes).await?;
                planted.id = format!("{} {file}", planted.id);
                let params = vec![(&bench.tenant).into(), person.into(), file.into()];
                let row = bench.house.db.row(&FILE_SEALED, params).await;
                if let Some(row) = row.map_err(|error| failed(&error))? {
                    let sealed = row.bytes(0).map_err(|error| failed(&error))?;
                    planted.parts.extend(parts_of(sealed));
                }
            }
            planted.keys = bench.keys_of(person).await?;
            Ok(planted)
        })
    }

    fn open<'a>(&'a self, planted: &'a Planted) -> Probing<'a, String> {
        Box::pin(async move {
            let (person, files) = split(planted)?;
            let mut all = String::new();
            for file in files {
                let path = format!("/v1/persons/{person}/files/{file}");
                all.push_str(&self.0.opened(person, &path).await?);
            }
            Ok(all)
        })
    }

    fn remove<'a>(&'a self, planted: &'a Planted) -> Probing<'a, ()> {
        Box::pin(async move {
            let (person, files) = split(planted)?;
            for file in files {
                let path = format!("/v1/persons/{person}/files/{file}");
                self.0.delete(person, &path).await?;
            }
            Ok(())
        })
    }
}

impl Plant for Metadata {
    fn plant<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Planted> {
        Box::pin(async move {
            let bench = &self.0;
            let [first, second] = markers else {
                return Err(ProbeError::new("storing names", "two words are needed"));
            };
            let post = knock(Method::POST, "/v1/persons")
                .token(&bench.token(Who::Maker).await?)
                .json(&json!({ "external_id": first.word }));
            let made = bench.front.good("making a test person", post).await?;
            let person: PersonId = made
                .text_at("/person")?
                .parse()
                .map_err(|error| failed(&error))?;
            let planted = Planted {
                id: person.to_string(),
                ..Planted::default()
            };
            match self.around(person, first, second).await {
                Ok((parts, keys)) => Ok(Planted {
                    parts,
                    keys,
                    ..planted
                }),
                Err(error) => {
                    self.remove(&planted).await?;
                    Err(error)
                }
            }
        })
    }

    fn open<'a>(&'a self, planted: &'a Planted) -> Probing<'a, String> {
        Box::pin(async move {
            let (person, _) = split(planted)?;
            let collection = self.0.specimen.collection().map_or("", Name::as_str);
            let mut all = String::new();
            for path in [
                format!("/v1/persons/{person}"),
                format!("/v1/persons/{person}/records/{collection}"),
                format!("/v1/persons/{person}/files"),
            ] {
                all.push_str(&self.0.opened(person, &path).await?);
            }
            Ok(all)
        })
    }

    fn remove<'a>(&'a self, planted: &'a Planted) -> Probing<'a, ()> {
        Box::pin(async move {
            let (person, _) = split(planted)?;
            self.0
                .delete(person, &format!("/v1/persons/{person}"))
                .await
        })
    }
}

impl Metadata {
    /// The words around a record and a file of `person`'s.
    async fn around(
        &self,
        person: PersonId,
        first: &Marker,
        second: &Marker,
    ) -> Result<(Parts, Parts), ProbeError> {
        let bench = &self.0;
        let record: RecordId = second.word.parse().map_err(|error| failed(&error))?;
        // Words in the fields as well, so that those which can be searched for go into the index.
        let words: Vec<_> = bench
            .specimen
            .classes()
            .into_iter()
            .map(|class| (class, first.word.as_str()))
            .collect();
        let document = Value::Object(bench.specimen.document(&words));
        let repeated = [("idempotency-key", first.word.as_str())];
        let (sealed, _) = bench
            .put(person, record.as_str(), document, &repeated)
            .await?;
        let name = format!("{}.txt", second.word);
        bench
            .upload(person, &name, Class::Health, "nothing".to_owned())
            .await?;
        Ok((parts_of(&sealed), bench.keys_of(person).await?))
    }
}

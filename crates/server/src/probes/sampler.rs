//! Takes something sealed of every format from where it lies, and tries whether it opens there, as it is and altered.
//!
//! A record, a file and a key of a person made for the purpose are altered in place and asked for at the front door; afterwards
//! the person is erased. A chunk of the log cannot be altered in place (that is promised elsewhere): it is opened beside it.

use std::sync::Arc;

use base::{Class, ClassSet, Name, ObjectId, PersonId};
use bytes::Bytes;
use crypt::Context;
use govern::checks::{Cipher, Sample, Sampler, Sealing};
use govern::{Check, Measuring, ProbeError, Probing};
use http::Method;
use serde_json::Value;
use store::{Sql, WriteSet};
use tokio::sync::Mutex;

use super::front::knock;
use super::{Bench, Who};

static RECORD_SET: Sql = Sql::both(
    "UPDATE record SET sealed = $5 WHERE tenant = $1 AND person = $2 AND collection = $3 AND rkey = $4",
);
static KEY_FIND: Sql = Sql::both(
    "SELECT wrapped FROM person_key WHERE tenant = $1 AND person = $2 AND class = $3 ORDER BY generation DESC LIMIT 1",
);
static KEY_SET: Sql = Sql::both(
    "UPDATE person_key SET wrapped = $4 WHERE tenant = $1 AND person = $2 AND class = $3",
);
static CHUNK: Sql = Sql::both(
    "SELECT first, count, generation, sealed FROM log_chunk WHERE tenant = $1 ORDER BY first DESC LIMIT 1",
);

const RECORD: &str = "check-cipher";
/// Pieces in which a file is written back.
const PIECE_BYTES: usize = 1 << 20;

/// What lies there for the time of the check.
struct Laid {
    person: PersonId,
    rkey: [u8; 16],
    file: ObjectId,
    /// Of the log's chunk: first, count, generation.
    chunk: (u64, u64, u32),
    /// Record and key, as they lay there.
    record: Vec<u8>,
    key: Vec<u8>,
}

pub(super) struct Things {
    bench: Arc<Bench>,
    laid: Mutex<Option<Laid>>,
}

/// The check, and the tidying up after it.
pub(super) struct Tidy {
    check: Cipher,
    things: Arc<Things>,
}

impl Tidy {
    pub fn new(bench: &Arc<Bench>, check: impl FnOnce(Arc<dyn Sampler>) -> Cipher) -> Self {
        let things = Arc::new(Things {
            bench: Arc::clone(bench),
            laid: Mutex::new(None),
        });
        Self {
            check: check(Arc::clone(&things) as _),
            things,
        }
    }

    async fn tidily(&self, measuring: Measuring<'_>) -> Result<govern::Outcome, ProbeError> {
        let outcome = measuring.await;
        if let Some(laid) = self.things.laid.lock().await.take() {
            let path = format!("/v1/persons/{}", laid.person);
            self.things.bench.delete(laid.person, &path).await?;
        }
        outcome
    }
}

impl Check for Tidy {
    fn name(&self) -> &'static str {
        self.check.name()
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.tidily(self.check.measure()))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.tidily(self.check.drill()))
    }
}

fn failed(error: &dyn std::fmt::Display) -> ProbeError {
    ProbeError::new("taking samples", error)
}

impl Things {
    async fn record_set(&self, laid: &Laid, bytes: &[u8]) -> Result<(), ProbeError> {
        let bench = &self.bench;
        let collection = bench.specimen.collection().map_or("", Name::as_str);
        let params = vec![
            (&bench.tenant).into(),
            laid.person.into(),
            collection.into(),
            laid.rkey.into(),
            bytes.to_vec().into(),
        ];
        let set = WriteSet::new().run_expecting(&RECORD_SET, params, 1, "check.record");
        let done = bench.house.db.commit(set).await;
        done.map(drop).map_err(|error| failed(&error))
    }

    async fn file_set(&self, laid: &Laid, bytes: &[u8]) -> Result<(), ProbeError> {
        let objects = self.bench.house.vault.objects();
        let run = async {
            objects.delete(laid.file).await?;
            let mut writer = objects.create(laid.file).await?;
            for piece in bytes.chunks(PIECE_BYTES) {
                writer.write(Bytes::copy_from_slice(piece)).await?;
            }
            writer.finish().await
        };
        run.await.map_err(|error: store::StoreError| failed(&error))
    }

    async fn file_bytes(&self, file: ObjectId) -> Result<Vec<u8>, ProbeError> {
        let object = self.bench.house.vault.objects().open(file).await;
        let object = object
            .map_err(|error| failed(&error))?
            .ok_or_else(|| failed(&"the file is not there"))?;
        let mut bytes = Vec::new();
        let len = usize::try_from(object.len()).unwrap_or(0);
        let read = object.read_at(0, &mut bytes, len).await;
        read.map_err(|error| failed(&error))?;
        Ok(bytes)
    }

    async fn key_set(&self, laid: &Laid, bytes: &[u8]) -> Result<(), ProbeError> {
        let params = vec![
            (&self.bench.tenant).into(),
            laid.person.into(),
            i64::from(Class::Internal.code()).into(),
            bytes.to_vec().into(),
        ];
        let set = WriteSet::new().run_expecting(&KEY_SET, params, 1, "check.key");
        let done = self.bench.keys_db.commit(set).await;
        done.map_err(|error| failed(&error))?;
        let keys = &self.bench.house.keys;
        keys.forget(&self.bench.tenant, laid.person);
        Ok(())
    }

    /// Whether what was asked for came back.
    async fn comes(&self, person: PersonId, path: &str) -> Result<bool, ProbeError> {
        let token = self.bench.token(Who::Canary(person)).await?;
        let get = knock(Method::GET, path).token(&token).purpose().rehearsed();
        Ok(self.bench.front.ask(get).await?.status.is_success())
    }

    async fn lay(&self, person: PersonId) -> Result<(Laid, Vec<Sample>), ProbeError> {
        let bench = &self.bench;
        let words: Vec<_> = bench
            .specimen
            .classes()
            .into_iter()
            .map(|class| (class, "canary"))
            .collect();
        let document = Value::Object(bench.specimen.document(&words));
        let (record, rkey) = bench.put(person, RECORD, document, &[]).await?;
        let text = "canary\n".repeat(100);
        let file = bench
            .upload(person, "check.txt", Class::Health, text)
            .await?;
        // The key that seals what is internal is there for every record.
        let internal = ClassSet::EMPTY.with(Class::Internal);
        let ensured = bench
            .house
            .keys
            .ensure_person(&bench.tenant, person, internal);
        ensured.await.map_err(|error| failed(&error))?;
        let params = vec![
            (&bench.tenant).into(),
            person.into(),
            i64::from(Class::Internal.code()).into(),
        ];
        let key = bench.keys_db.row(&KEY_FIND, params).await;
        let mut key = key
            .map_err(|error| failed(&error))?
            .ok_or_else(|| failed(&"the key is not there"))?;
        let chunk = bench
            .house
            .db
            .row(&CHUNK, vec![(&bench.tenant).into()])
            .await;
        let mut chunk = chunk
            .map_err(|error| failed(&error))?
            .ok_or_else(|| failed(&"nothing was logged"))?;
        let number = |at: usize| chunk.int(at).map(i64::cast_unsigned);
        let place = (
            number(0).map_err(|error| failed(&error))?,
            number(1).map_err(|error| failed(&error))?,
            number(2).map_err(|error| failed(&error))?,
        );
        let key = key.take_bytes(0).map_err(|error| failed(&error))?;
        let laid = Laid {
            person,
            rkey,
            file,
            chunk: (place.0, place.1, u32::try_from(place.2).unwrap_or(0)),
            record: record.clone(),
            key: key.clone(),
        };
        let sample = |sealing, from: &str, bytes| Sample {
            sealing,
            from: from.to_owned(),
            bytes,
        };
        let samples = vec![
            sample(Sealing::Record, "record", record),
            sample(Sealing::File, "file", self.file_bytes(file).await?),
            sample(
                Sealing::Box,
                "log",
                chunk.take_bytes(3).map_err(|error| failed(&error))?,
            ),
            sample(Sealing::WrappedKey, "key", key),
        ];
        Ok((laid, samples))
    }

    async fn try_out(&self, laid: &Laid, sample: &Sample) -> Result<bool, ProbeError> {
        let person = laid.person;
        let record = self.bench.record_path(person, RECORD)?;
        match sample.sealing {
            Sealing::Record => {
                self.record_set(laid, &sample.bytes).await?;
                self.comes(person, &record).await
            }
            Sealing::File => {
                self.file_set(laid, &sample.bytes).await?;
                let path = format!("/v1/persons/{person}/files/{}", laid.file);
                self.comes(person, &path).await
            }
            Sealing::WrappedKey => {
                self.key_set(laid, &sample.bytes).await?;
                self.comes(person, &record).await
            }
            Sealing::Box => self.chunk_opens(laid, &sample.bytes),
        }
    }

    /// Whether a chunk of the log opens for its place (`docs/formats/log-storage.md`).
    fn chunk_opens(&self, laid: &Laid, bytes: &[u8]) -> Result<bool, ProbeError> {
        let house = &self.bench.house;
        let (first, count, generation) = laid.chunk;
        let place = Context::new("log chunk")
            .text(house.config.environment.as_str())
            .text(&house.log.origin(&self.bench.tenant))
            .int(u64::from(generation))
            .int(first)
            .int(count);
        let keys: &dyn audit::LogKeys = &*house.keys;
        let key = keys
            .opening(&self.bench.tenant, generation)
            .map_err(|error| failed(&error))?;
        Ok(crypt::sealed::open(&key, &place, bytes).is_ok())
    }
}

impl Sampler for Things {
    fn samples(&self) -> Probing<'_, Vec<Sample>> {
        Box::pin(async {
            let person = self.bench.person(None).await?;
            match self.lay(person).await {
                Ok((laid, samples)) => {
                    *self.laid.lock().await = Some(laid);
                    Ok(samples)
                }
                Err(error) => {
                    let path = format!("/v1/persons/{person}");
                    self.bench.delete(person, &path).await?;
                    Err(error)
                }
            }
        })
    }

    fn opens<'a>(&'a self, sample: &'a Sample) -> Probing<'a, bool> {
        Box::pin(async move {
            let laid = self.laid.lock().await;
            let laid = laid
                .as_ref()
                .ok_or_else(|| failed(&"nothing was laid out"))?;
            let opens = self.try_out(laid, sample).await?;
            // Put back: the next sample is asked for through the same record and key.
            match sample.sealing {
                Sealing::Record => self.record_set(laid, &laid.record).await?,
                Sealing::WrappedKey => self.key_set(laid, &laid.key).await?,
                Sealing::File | Sealing::Box => {}
            }
            Ok(opens)
        })
    }
}

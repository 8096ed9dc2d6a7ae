//! Every kind of place where a card number could be left.

use std::sync::Arc;

use base::PersonId;
use govern::checks::{Answer, CardPlaces};
use govern::{ProbeError, Probing};
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::front::knock;
use super::{Bench, Who};

const RECORD_ID: &str = "record id";
const BATCH: &str = "batch";
const FILE_NAME: &str = "file name";
const HEADER: &str = "header";
const ADDRESS: &str = "address";
const EXTERNAL_ID: &str = "id from outside";
const REPEAT_KEY: &str = "idempotency key";

const PLACES: [&str; 7] = [
    RECORD_ID,
    BATCH,
    FILE_NAME,
    HEADER,
    ADDRESS,
    EXTERNAL_ID,
    REPEAT_KEY,
];

pub(super) struct Places(pub Arc<Bench>);

impl CardPlaces for Places {
    fn places(&self) -> Vec<String> {
        let texts = self.0.specimen.texts();
        let texts = texts.iter().map(|(place, _)| (*place).to_owned());
        texts.chain(PLACES.map(str::to_owned)).collect()
    }

    fn offer<'a>(&'a self, place: &'a str, text: &'a str) -> Probing<'a, Answer> {
        Box::pin(async move {
            let person = self.0.canary().await?;
            match place {
                RECORD_ID => self.record(person, text, self.document("x")).await,
                BATCH => self.batch(person, text).await,
                FILE_NAME => self.file_name(person, text).await,
                HEADER => self.read(person, "", Some(text)).await,
                ADDRESS => self.read(person, text, None).await,
                EXTERNAL_ID => self.external_id(text).await,
                REPEAT_KEY => self.repeat_key(person, text).await,
                field => self.field(person, field, text).await,
            }
        })
    }

    fn stored(&self, count: usize) -> Probing<'_, Vec<String>> {
        Box::pin(async move {
            let documents = self.0.stored(count).await?;
            Ok(documents
                .iter()
                .take(count)
                .map(|document| String::from_utf8_lossy(&document.json).into_owned())
                .collect())
        })
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl Places {
    fn document(&self, word: &str) -> Value {
        let classes = self.0.specimen.classes();
        let words: Vec<_> = classes.into_iter().map(|class| (class, word)).collect();
        Value::Object(self.0.specimen.document(&words))
    }

    async fn record(
        &self,
        person: PersonId,
        record: &str,
        document: Value,
    ) -> Result<Answer, ProbeError> {
        let bench = &self.0;
        let path = bench.record_path(person, &encoded(record))?;
        let token = bench.token(Who::Canary(person)).await?;
        let put = knock(Method::PUT, &path).token(&token).json(&document);
        let answer = bench.front.ask(put).await?.answer("storing a record")?;
        if answer == Answer::Done {
            bench.delete(person, &path).await?;
        }
        Ok(answer)
    }

    async fn field(&self, person: PersonId, place: &str, text: &str) -> Result<Answer, ProbeError> {
        let texts = self.0.specimen.texts();
        let known = texts.into_iter().find(|(known, _)| *known == place);
        let (_, name) =
            known.ok_or_else(|| ProbeError::new("offering a number", "there is no such place"))?;
        let document = Value::Object(self.0.specimen.with(&name, text));
        self.record(person, &self.0.fresh(), document).await
    }

    async fn batch(&self, person: PersonId, text: &str) -> Result<Answer, ProbeError> {
        let bench = &self.0;
        let record = bench.fresh();
        let line = json!({
            "method": "PUT",
            "person": person,
            "collection": bench.specimen.collection(),
            "record": record,
            "body": self.document(text),
        });
        let token = bench.token(Who::Canary(person)).await?;
        let post = knock(Method::POST, "/v1/records:batch")
            .token(&token)
            .bytes("application/x-ndjson", format!("{line}\n"));
        let answered = bench.front.ask(post).await?;
        if answered.answer("sending a batch")? == Answer::Refused {
            return Ok(Answer::Refused);
        }
        let line: Value = serde_json::from_slice(&answered.body)
            .map_err(|_| ProbeError::new("sending a batch", "its answer is not one line"))?;
        let status = line.get("status").and_then(Value::as_u64).unwrap_or(500);
        match status {
            200..=299 => {
                let path = bench.record_path(person, &record)?;
                bench.delete(person, &path).await?;
                Ok(Answer::Done)
            }
            400..=499 => Ok(Answer::Refused),
            _ => Err(ProbeError::new("sending a batch", status)),
        }
    }

    async fn file_name(&self, person: PersonId, text: &str) -> Result<Answer, ProbeError> {
        let bench = &self.0;
        let token = bench.token(Who::Canary(person)).await?;
        // In the encoded spelling, so that the file's name is looked at and not the header alone.
        let disposition = format!("attachment; filename*=UTF-8''{}", encoded(text));
        let post = knock(Method::POST, &format!("/v1/persons/{person}/files"))
            .token(&token)
            .header("content-disposition", &disposition)
            .bytes("text/plain", "nothing");
        let answered = bench.front.ask(post).await?;
        let answer = answered.answer("storing a file")?;
        if answer == Answer::Done {
            let file = answered.text_at("/file")?;
            let path = format!("/v1/persons/{person}/files/{file}");
            bench.delete(person, &path).await?;
        }
        Ok(answer)
    }

    /// A read with the text in its address or in a header of its own.
    async fn read(
        &self,
        _: PersonId,
        query: &str,
        header: Option<&str>,
    ) -> Result<Answer, ProbeError> {
        let bench = &self.0;
        let (person, path) = bench.lasting().await?;
        let token = bench.token(Who::Canary(person)).await?;
        let path = format!("{path}?note={}", encoded(query));
        let mut get = knock(Method::GET, &path).token(&token).purpose();
        if let Some(text) = header {
            get = get.header("x-note", text);
        }
        bench.front.ask(get).await?.answer("reading a record")
    }

    async fn external_id(&self, text: &str) -> Result<Answer, ProbeError> {
        let bench = &self.0;
        let post = knock(Method::POST, "/v1/persons")
            .token(&bench.token(Who::Maker).await?)
            .json(&json!({ "external_id": text }));
        let answered = bench.front.ask(post).await?;
        let answer = answered.answer("making a person")?;
        if answer == Answer::Done {
            let person = answered.text_at("/person")?;
            let person: PersonId = person
                .parse()
                .map_err(|error| ProbeError::new("making a person", error))?;
            bench
                .delete(person, &format!("/v1/persons/{person}"))
                .await?;
        }
        Ok(answer)
    }

    async fn repeat_key(&self, person: PersonId, text: &str) -> Result<Answer, ProbeError> {
        let bench = &self.0;
        let record = bench.fresh();
        let path = bench.record_path(person, &record)?;
        let token = bench.token(Who::Canary(person)).await?;
        let put = knock(Method::PUT, &path)
            .token(&token)
            .header("idempotency-key", &format!("{text}/{record}"))
            .json(&self.document("x"));
        let answer = bench.front.ask(put).await?.answer("storing a record")?;
        if answer == Answer::Done {
            bench.delete(person, &path).await?;
        }
        Ok(answer)
    }
}

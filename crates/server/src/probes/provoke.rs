//! Requests with marker words wherever something can be sent, some that work and many that must fail.

use std::sync::Arc;

use base::{Class, PersonId};
use bytes::Bytes;
use govern::canary::Marker;
use govern::checks::{Provoke, Provoked};
use govern::{ProbeError, Probing};
use http::Method;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::front::{Answered, Front, Knock, knock};
use super::raw::Said;
use super::{Bench, Who};
use crate::telemetry::Listening;

pub(super) struct Requests {
    bench: Arc<Bench>,
    said: Said,
    /// From the first request until the next round, so that the search sees what was overheard.
    listening: Mutex<Option<Listening>>,
}

/// What one round of requests needs and leaves.
struct Round<'a> {
    requests: &'a Requests,
    person: PersonId,
    token: String,
    sent: usize,
    traces: Vec<String>,
}

impl Requests {
    pub fn new(bench: &Arc<Bench>, said: Said) -> Self {
        Self {
            bench: Arc::clone(bench),
            said,
            listening: Mutex::new(None),
        }
    }
}

impl Round<'_> {
    /// Send; what is no data of anybody's (error bodies, all headers) is kept to be searched.
    async fn send(&mut self, front: &Front, knock: Knock) -> Result<Answered, ProbeError> {
        let answered = front.ask(knock).await?;
        self.sent += 1;
        self.traces.push(answered.request()?.to_string());
        if !answered.status.is_success() {
            let said = &self.requests.said;
            said.keep(&format!("{:?}", answered.headers));
            said.keep(&String::from_utf8_lossy(&answered.body));
        }
        Ok(answered)
    }

    fn knock(&self, method: Method, path: &str) -> Knock {
        knock(method, path).token(&self.token).purpose()
    }
}

impl Provoke for Requests {
    fn provoke<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Provoked> {
        Box::pin(async move {
            let bench = &*self.bench;
            self.said.forget();
            *self.listening.lock() = None;
            *self.listening.lock() = Some(Listening::begin());
            let person = bench.canary().await?;
            let mut round = Round {
                requests: self,
                person,
                token: bench.token(Who::Canary(person)).await?,
                sent: 0,
                traces: Vec::new(),
            };
            let word = |class: Class| {
                markers
                    .iter()
                    .find(|marker| marker.class == class)
                    .map_or("", |marker| marker.word.as_str())
            };
            round
                .records(word(Class::Personal), word(Class::Health))
                .await?;
            round
                .files(word(Class::Personal), word(Class::Health))
                .await?;
            round.addresses(word(Class::Personal)).await?;
            round.secrets(word(Class::Credential)).await?;
            Ok(Provoked {
                requests: round.sent,
                traces: round.traces,
            })
        })
    }
}

impl Round<'_> {
    async fn records(&mut self, who: &str, how: &str) -> Result<(), ProbeError> {
        let requests = self.requests;
        let (bench, front) = (&*requests.bench, &requests.bench.front);
        let record = bench.fresh();
        let path = bench.record_path(self.person, &record)?;
        let words = [
            (Class::Internal, how),
            (Class::Personal, who),
            (Class::Health, how),
        ];
        let good = bench.specimen.document(&words);
        let put = |round: &Self| round.knock(Method::PUT, &path);
        let whole = Value::Object(good.clone());
        let stored = self.send(front, put(self).json(&whole)).await?;
        if !stored.status.is_success() {
            return Err(stored.unexpected("storing a test record"));
        }
        self.send(front, self.knock(Method::GET, &path)).await?;
        // The log cannot be written: the failure is ours, and is written down.
        let unlogged = bench.unlogged().await?;
        self.send(unlogged, put(self).json(&whole)).await?;
        self.send(unlogged, self.knock(Method::GET, &path)).await?;

        let mut unknown = good.clone();
        unknown.insert("unregistered".to_owned(), json!(who));
        self.send(front, put(self).json(&Value::Object(unknown)))
            .await?;
        if let Some(name) = bench.specimen.number() {
            let mut mistyped = good.clone();
            mistyped.insert(name.to_string(), json!([{ "value": how }]));
            self.send(front, put(self).json(&Value::Object(mistyped)))
                .await?;
        }
        let text = whole.to_string();
        let broken: [Bytes; 4] = [
            text.get(..text.len() - 2)
                .unwrap_or_default()
                .to_owned()
                .into(),
            format!("{{\"resourceType\":\"{who}\",\"resourceType\":\"{how}\"}}").into(),
            [text.as_bytes(), b"\xff"].concat().into(),
            format!("\"{who}\"").into(),
        ];
        for body in broken {
            self.send(front, put(self).bytes("application/json", body))
                .await?;
        }
        self.send(front, put(self).bytes(&format!("text/{who}"), text.clone()))
            .await?;
        for (name, value) in [
            ("if-match", who),
            ("purpose-of-use", how),
            ("idempotency-key", who),
            ("x-note", how),
        ] {
            let sent = put(self).json(&whole).header(name, value);
            self.send(front, sent).await?;
        }
        let batch = self.knock(Method::POST, "/v1/records:batch");
        self.send(
            front,
            batch.bytes("application/x-ndjson", format!("{who}\n{text}\n")),
        )
        .await?;
        bench.delete(self.person, &path).await
    }

    async fn files(&mut self, who: &str, how: &str) -> Result<(), ProbeError> {
        let requests = self.requests;
        let (bench, front) = (&*requests.bench, &requests.bench.front);
        let files = format!("/v1/persons/{}/files", self.person);
        for (disposition, class) in [
            (format!("attachment; filename=\"{who}.pdf\""), "health"),
            (format!("attachment; filename=\"{who}"), "health"),
            (format!("attachment; filename=\"{who}/..\""), "health"),
            ("attachment".to_owned(), how),
        ] {
            let post = self
                .knock(Method::POST, &format!("{files}?class={class}"))
                .header("content-disposition", &disposition)
                .bytes("text/plain", how.to_owned());
            let stored = self.send(front, post).await?;
            if stored.status.is_success() {
                let file = stored.text_at("/file")?;
                bench
                    .delete(self.person, &format!("{files}/{file}"))
                    .await?;
            }
        }
        Ok(())
    }

    async fn addresses(&mut self, who: &str) -> Result<(), ProbeError> {
        let requests = self.requests;
        let front = &requests.bench.front;
        let person = self.person;
        for path in [
            format!("/{who}"),
            format!("/v1/persons/{who}"),
            format!("/v1/persons/{person}/files/{who}"),
            format!("/v1/persons/{person}/records/{who}/{who}"),
            format!("/v1/persons/{person}/records/{who}?{who}={who}"),
            format!("/v1/persons?cursor={who}&limit={who}"),
            format!("/fhir/{who}/{who}"),
            format!("/fhir/Patient?name={who}"),
            format!("/log/{who}/checkpoint"),
        ] {
            self.send(front, self.knock(Method::GET, &path)).await?;
        }
        Ok(())
    }

    async fn secrets(&mut self, secret: &str) -> Result<(), ProbeError> {
        let requests = self.requests;
        let front = &requests.bench.front;
        let half = self.token.rsplit_once('_').map_or("", |(half, _)| half);
        for token in [
            secret.to_owned(),
            format!("srt_{secret}"),
            // A token that there is, with another secret: 43 letters as it should be.
            format!("{half}_{secret:a<43}"),
        ] {
            let get = knock(Method::GET, "/v1/persons").token(&token);
            self.send(front, get).await?;
        }
        let basic = knock(Method::GET, "/v1/persons").header("authorization", secret);
        self.send(front, basic).await?;
        Ok(())
    }
}

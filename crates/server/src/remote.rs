//! A running server as the place where an import goes: `/fhir`, over HTTPS, with a token.

use std::path::Path;
use std::time::Duration;

use base::Secret;
use keys::seal::read_secret_file;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use vault::fhir::import::{Outcome, Prepared, Sink, SinkError};

use crate::{Failure, tls};

/// Tries before a server that answers 503 or 429 is given up.
const TRIES_MAX: u32 = 5;
/// How long one bundle may take.
const TIMEOUT: Duration = Duration::from_secs(120);

/// Posts resources to a server as FHIR batch bundles.
pub struct HttpSink {
    client: reqwest::Client,
    url: String,
    token: Secret<String>,
}

impl HttpSink {
    /// The server at `url`, whose certificate the CA in `ca` signed, with the token in `token_file`.
    ///
    /// # Errors
    /// When a file cannot be read, or the address is no https address.
    pub fn new(url: &str, ca: Option<&Path>, token_file: &Path) -> Result<Self, Failure> {
        if !url.starts_with("https://") {
            return Err(Failure::usage("--url begins with https://"));
        }
        let bytes = read_secret_file(token_file)?;
        let token = std::str::from_utf8(&bytes)
            .map(|text| Secret::new(text.trim().to_owned()))
            .map_err(|_| Failure::usage(format!("{} holds no token", token_file.display())))?;
        let ca = ca.ok_or_else(|| {
            Failure::usage("--url needs --ca FILE: the CA that signed the server's certificate")
        })?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client(ca)?)
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| Failure::text(error.to_string()))?;
        Ok(Self {
            client,
            url: format!("{}/fhir", url.trim_end_matches('/')),
            token,
        })
    }

    async fn post(&self, body: String) -> Result<Value, SinkError> {
        for attempt in 0..TRIES_MAX {
            let sent = self
                .client
                .post(&self.url)
                .bearer_auth(self.token.expose())
                .header("content-type", "application/fhir+json")
                .header("prefer", "return=minimal")
                .body(body.clone())
                .send()
                .await
                .map_err(|error| {
                    SinkError(format!(
                        "the server cannot be reached: {}",
                        error.without_url()
                    ))
                })?;
            let status = sent.status();
            if matches!(status.as_u16(), 429 | 503) && attempt + 1 < TRIES_MAX {
                tokio::time::sleep(Duration::from_secs(2)).await;
                continue;
            }
            let text = sent.bytes().await.map_err(|error| {
                SinkError(format!("the answer broke off: {}", error.without_url()))
            })?;
            let answer: Value = serde_json::from_slice(&text).map_err(|_| {
                SinkError(format!(
                    "the server answered {status} with what is not FHIR JSON"
                ))
            })?;
            if status.is_success() {
                return Ok(answer);
            }
            let why = answer
                .pointer("/issue/0/diagnostics")
                .and_then(Value::as_str)
                .unwrap_or("no reason given");
            return Err(SinkError(format!("the server answered {status}: {why}")));
        }
        Err(SinkError("the server stays busy".into()))
    }
}

impl Sink for HttpSink {
    async fn put_all(&self, batch: &[Prepared]) -> Result<Vec<Outcome>, SinkError> {
        let mut entries = Vec::with_capacity(batch.len());
        for prepared in batch {
            let resource = RawValue::from_string(prepared.text.clone())
                .map_err(|_| SinkError("a prepared resource is not JSON".into()))?;
            let request =
                json!({ "method": "PUT", "url": format!("{}/{}", prepared.kind, prepared.id) });
            let entry = serde_json::to_string(&Entry {
                resource: &resource,
                request: &request,
            })
            .map_err(|error| SinkError(error.to_string()))?;
            entries.push(entry);
        }
        let bundle = format!(
            "{{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{}]}}",
            entries.join(",")
        );
        let before = now_text();
        let answer = self.post(bundle).await?;
        let answers = answer
            .get("entry")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        if answers.len() != batch.len() {
            return Err(SinkError(
                "the server answered another number of entries than were sent".into(),
            ));
        }
        Ok(answers
            .iter()
            .map(|entry| outcome(entry, &before))
            .collect())
    }
}

#[derive(serde::Serialize)]
struct Entry<'a> {
    resource: &'a RawValue,
    request: &'a Value,
}

/// The present moment as FHIR writes it, to tell versions made now from those that stood before.
fn now_text() -> String {
    use base::Clock;
    crate::clock::SystemClock.now().to_string()
}

fn outcome(entry: &Value, before: &str) -> Outcome {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str);
    let status = text("/response/status")
        .and_then(|status| status.get(..3))
        .unwrap_or("500");
    match status {
        "201" => Outcome::Created,
        // Both are RFC 3339 in UTC: the order of the texts is the order of the moments.
        "200" if text("/response/lastModified").is_some_and(|at| at < before) => Outcome::Unchanged,
        "200" => Outcome::Updated,
        _ => Outcome::Refused {
            reason: text("/response/outcome/issue/0/diagnostics")
                .unwrap_or("refused")
                .to_owned(),
            pointer: text("/response/outcome/issue/0/expression/0").map(str::to_owned),
        },
    }
}

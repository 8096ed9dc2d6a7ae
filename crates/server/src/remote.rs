//! A running server as the place where an import goes: `/fhir`, over HTTPS, with a token.

use std::path::Path;
use std::time::Duration;

use base::Secret;
use keys::seal::read_secret_file;
use serde_json::Value;
use vault::fhir::import::{Outcome, Prepared, Sink, SinkError, wire};

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

    async fn post(&self, body: String) -> Result<bytes::Bytes, SinkError> {
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
            if status.is_success() {
                return Ok(text);
            }
            let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
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
        let answer = self.post(wire::request(batch)).await?;
        wire::outcomes(&answer, batch.len())
    }
}

//! A server that speaks FHIR R4, over HTTPS, with a token: where an import goes, and where people have their resources sent.

use std::path::Path;
use std::time::Duration;

use base::{RecordId, Secret};
use keys::seal::read_secret_file;
use serde_json::Value;
use vault::export::{Moved, Receiver};
use vault::fhir::import::{Outcome, Prepared, Sink, SinkError, wire};

use crate::transfers::Takes;
use crate::{Failure, tls};

/// Tries before a server that answers 503 or 429 is given up.
const TRIES_MAX: u32 = 5;
/// How long one bundle may take.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Bytes of an answer that are read: what is longer is no answer to a batch.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// A server that takes FHIR batches.
pub struct FhirServer {
    client: reqwest::Client,
    url: String,
    token: Secret<String>,
}

impl FhirServer {
    /// The FHIR interface at `url`, whose certificate the CA in `ca` signed, with the token in `token_file`. Where it sends elsewhere nothing
    /// follows.
    ///
    /// # Errors
    /// When a file cannot be read, or the address is no https address.
    pub fn at(url: &str, ca: &Path, token_file: &Path) -> Result<Self, Failure> {
        if !url.starts_with("https://") {
            return Err(Failure::usage("the address begins with https://"));
        }
        let bytes = read_secret_file(token_file)?;
        let token = std::str::from_utf8(&bytes)
            .map(|text| Secret::new(text.trim().to_owned()))
            .map_err(|_| Failure::usage(format!("{} holds no token", token_file.display())))?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client(ca)?)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| Failure::text(error.to_string()))?;
        Ok(Self {
            client,
            url: url.to_owned(),
            token,
        })
    }

    /// Types that can be stored there under an id that it is given, by its capability statement.
    ///
    /// # Errors
    /// It cannot be reached, or speaks no FHIR R4.
    pub(crate) async fn takes(&self) -> Result<Takes, SinkError> {
        let asked = || self.client.get(format!("{}/metadata", self.url));
        let text = self.answer(asked).await.map_err(Trouble::quiet)?;
        let said: Value = serde_json::from_slice(&text)
            .map_err(|_| SinkError("the server does not say what it takes".into()))?;
        let version = said.get("fhirVersion").and_then(Value::as_str);
        if !version.is_some_and(|it| it.starts_with("4.0")) {
            return Err(SinkError("the server does not speak FHIR R4".into()));
        }
        let kinds = said.pointer("/rest/0/resource").and_then(Value::as_array);
        let takes = |it: &&Value| {
            let can = it.get("interaction").and_then(Value::as_array);
            let updates = can
                .into_iter()
                .flatten()
                .any(|it| it.get("code").and_then(Value::as_str) == Some("update"));
            updates && it.get("updateCreate").and_then(Value::as_bool) == Some(true)
        };
        Ok(kinds
            .into_iter()
            .flatten()
            .filter(takes)
            .filter_map(|it| it.get("type").and_then(Value::as_str))
            .map(str::to_owned)
            .collect())
    }

    async fn put<'a>(
        &self,
        batch: impl ExactSizeIterator<Item = (&'a str, &'a RecordId, &'a str)>,
    ) -> Result<Vec<Outcome>, Trouble> {
        let count = batch.len();
        let body = wire::request(batch);
        let asked = || {
            self.client
                .post(&self.url)
                .header("content-type", "application/fhir+json")
                .header("prefer", "return=minimal")
                .body(body.clone())
        };
        let answer = self.answer(asked).await?;
        wire::outcomes(&answer, count).map_err(|error| Trouble {
            what: "the server cannot store at present".into(),
            said: Some(error.0),
        })
    }

    async fn answer(&self, ask: impl Fn() -> reqwest::RequestBuilder) -> Result<Vec<u8>, Trouble> {
        for attempt in 0..TRIES_MAX {
            let mut sent = ask()
                .bearer_auth(self.token.expose())
                .header("accept", "application/fhir+json")
                .send()
                .await
                .map_err(|error| {
                    Trouble::of(format!(
                        "the server cannot be reached: {}",
                        error.without_url()
                    ))
                })?;
            let status = sent.status();
            if matches!(status.as_u16(), 429 | 503) && attempt + 1 < TRIES_MAX {
                tokio::time::sleep(Duration::from_secs(2)).await;
                continue;
            }
            let mut text = Vec::new();
            loop {
                let piece = sent.chunk().await.map_err(|error| {
                    Trouble::of(format!("the answer broke off: {}", error.without_url()))
                })?;
                let Some(piece) = piece else { break };
                if text.len() + piece.len() > ANSWER_BYTES_MAX {
                    return Err(Trouble::of("the answer is too long"));
                }
                text.extend_from_slice(&piece);
            }
            if status.is_success() {
                return Ok(text);
            }
            let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
            let why = answer
                .pointer("/issue/0/diagnostics")
                .and_then(Value::as_str);
            return Err(Trouble {
                what: format!("the server answered {status}"),
                said: why.map(str::to_owned),
            });
        }
        Err(Trouble::of("the server stays busy"))
    }
}

/// Why a server took nothing.
struct Trouble {
    what: String,
    /// In its own words, which may be about somebody.
    said: Option<String>,
}

impl Trouble {
    fn of(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            said: None,
        }
    }

    /// For who imports and reads it.
    fn told(self) -> SinkError {
        SinkError(match self.said {
            Some(said) => format!("{}: {said}", self.what),
            None => self.what,
        })
    }

    /// For a log: no word of the server's.
    fn quiet(self) -> SinkError {
        SinkError(self.what)
    }
}

impl Sink for FhirServer {
    async fn put_all(&self, batch: &[Prepared]) -> Result<Vec<Outcome>, SinkError> {
        self.put(batch.iter().map(|it| (&*it.kind, &it.id, &*it.text)))
            .await
            .map_err(Trouble::told)
    }
}

impl Receiver for FhirServer {
    async fn put_all(&self, batch: &[Moved]) -> Result<Vec<Outcome>, SinkError> {
        self.put(batch.iter().map(|it| (it.kind.as_str(), &it.id, &*it.text)))
            .await
            .map_err(Trouble::quiet)
    }
}

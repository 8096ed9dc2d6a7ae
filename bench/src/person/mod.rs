//! A person of whom much is kept: how long their pages take, taking it all along, taking back what was let, and deleting it.
//!
//! Everything goes over TLS by the routes and pages that people use; a time is from the request's first byte to the answer's last.

mod deeds;
mod plant;
mod visit;

use std::path::Path;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::client::Client;
use crate::target::Target;
use crate::{Outcome, process};

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Records of the person, of several kinds.
    pub records: u64,
    /// Files of theirs.
    pub files: u64,
    /// Bytes of each.
    pub file_bytes: u64,
    /// How often each page is looked at.
    pub looks: u64,
    /// How often something is let and taken back.
    pub withdrawals: u64,
}

/// Who is measured: a demonstration's first person, an app of its tenant, and the person's account.
struct Cast {
    ready: Value,
    person: String,
    others: Vec<String>,
    app: Target,
    own: Target,
}

impl Cast {
    fn read(file: &Path) -> Outcome<Self> {
        let ready: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        let mut persons = ready
            .get("persons")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned);
        Ok(Self {
            person: persons.next().ok_or("the ready file names no person")?,
            others: persons.collect(),
            app: Target::read_as(file, "app")?,
            own: Target::read_as(file, "person")?,
            ready,
        })
    }

    async fn client(target: &Target) -> Outcome<Client> {
        Client::connect(target, target.tls()?).await
    }

    /// As the person, who reads what is theirs.
    async fn person(&self) -> Outcome<Client> {
        let mut client = Self::client(&self.own).await?;
        client.reads_for("PATRQT");
        Ok(client)
    }
}

/// Fill a person, and measure everything about them; a row of figures each, as it comes. The last thing is that they are erased.
///
/// # Errors
/// When the server cannot be reached, or refuses what it should do.
pub async fn run(ready: &Path, plan: Plan, tell: &mut dyn FnMut(&Value)) -> Outcome {
    let cast = Cast::read(ready)?;
    let planted = plant::plant(&cast, plan).await?;
    visit::pages(&cast, plan, &planted, tell).await?;
    tell(&deeds::take_along(&cast, &planted, "take-along").await?);
    // Twice as many records, half of them in two versions: memory is not to grow with them.
    let more = Plan {
        records: plan.records * 2,
        ..plan
    };
    let planted = plant::plant(&cast, more).await?;
    tell(&deeds::take_along(&cast, &planted, "take-along-more").await?);
    tell(&deeds::withdraw(&cast, &cast.app, plan, "withdraw").await?);
    deeds::erase(&cast, &planted).await?.iter().for_each(tell);
    Ok(())
}

/// Take back on one node, read on another.
///
/// # Errors
/// As [`run`].
pub async fn nodes(
    ready: &Path,
    other: &Path,
    plan: Plan,
    tell: &mut dyn FnMut(&Value),
) -> Outcome {
    let cast = Cast::read(ready)?;
    // The same app, at the other node's address: what is granted is granted to it alone.
    let mut app = cast.app.clone();
    app.authority = Target::read_as(other, "app")?.authority;
    plant::plant(&cast, plan).await?;
    tell(&deeds::withdraw(&cast, &app, plan, "withdraw-nodes").await?);
    Ok(())
}

/// Times of one kind, in microseconds.
struct Times {
    took: Histogram<u64>,
    wrong: u64,
    complaint: Option<String>,
}

impl Times {
    fn new() -> Outcome<Self> {
        Ok(Self {
            took: Histogram::new_with_bounds(1, 600_000_000, 3)?,
            wrong: 0,
            complaint: None,
        })
    }

    fn saw(&mut self, took: std::time::Duration) {
        self.took
            .saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    fn complain(&mut self, complaint: String) {
        self.wrong += 1;
        self.complaint.get_or_insert(complaint);
    }

    /// A row as `cargo xtask bench` reads it.
    fn row(&self, name: &str, target: &Target, note: Option<String>) -> Outcome<Value> {
        let reading = process::read(target.pid)?;
        Ok(json!({
            "name": name,
            "connections": 1,
            "strongroom": {
                "rps": 1e6 / self.took.mean().max(1.0),
                "p50_us": self.took.value_at_quantile(0.5),
                "p99_us": self.took.value_at_quantile(0.99),
                "rss_kib": reading.rss_kib,
                "peak_kib": reading.peak_kib,
                "wrong": self.wrong,
                "complaint": self.complaint,
            },
            "note": note,
        }))
    }
}

/// A whole JSON answer of success, or what it was.
fn said(answer: &crate::client::Answer) -> Outcome<Value> {
    if !answer.status.is_success() {
        return Err(answer.beginning().into());
    }
    Ok(serde_json::from_slice(&answer.body)?)
}

/// A text member of what was said.
fn text(said: &Value, pointer: &str) -> Outcome<String> {
    let found = said.pointer(pointer).and_then(Value::as_str);
    Ok(found
        .ok_or_else(|| format!("the answer has no {pointer}: {said}"))?
        .to_owned())
}

//! The workloads: which request comes next, and whether its answer is the right one.

use std::fmt::Write as _;

use bytes::Bytes;
use clap::ValueEnum;
use hyper::{Method, Request};

use crate::chance::Chance;
use crate::client::{Answer, Client, Payload};
use crate::load::Plan;
use crate::oauth::{Issuer, Kind, gave_token};
use crate::seed::Seed;
use crate::{Outcome, sample};

/// Records in one batch request.
pub const BATCH: u64 = 100;
/// Records on one page of a list.
pub const PAGE: u64 = 50;
/// A file goes in chunks of this size.
const CHUNK_BYTES: usize = 256 << 10;

/// What to do again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Work {
    /// PUT a new record.
    Create,
    /// GET a record.
    Read,
    /// POST a batch of 100 new records.
    Batch,
    /// GET a page of 50 records.
    List,
    /// POST a file.
    FileIn,
    /// GET the file that was sent first.
    FileOut,
    /// DELETE a person with all records; each only once.
    Erase,
    /// POST for an opaque access token, by client credentials.
    TokenOpaque,
    /// POST for an access token that is signed with ES256, by client credentials.
    TokenEs256,
    /// POST a question about an opaque access token.
    Introspect,
}

/// One connection's stream of requests.
pub struct Requests {
    work: Work,
    chance: Chance,
    /// In front of each new record's name, so that no two connections or rounds write the same one.
    prefix: String,
    serial: u64,
    connection: u64,
    connections: u64,
    file_bytes: u64,
    file: Option<String>,
    token: String,
}

impl Requests {
    /// The stream of one connection of a plan.
    #[must_use]
    pub fn new(plan: &Plan, connection: u64) -> Self {
        Self {
            work: plan.work,
            chance: Chance::new(plan.round.wrapping_mul(1_000_003).wrapping_add(connection)),
            prefix: format!("r{}-{connection}", plan.round),
            serial: 0,
            connection,
            connections: plan.connections,
            file_bytes: plan.file_bytes,
            file: None,
            token: String::new(),
        }
    }

    /// Whether one request is a whole file.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self.work, Work::FileIn | Work::FileOut)
    }

    /// What has to be there before the clock starts.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn prepare(&mut self, client: &mut Client, seed: &Seed) -> Outcome {
        if self.work == Work::Introspect {
            self.token = issuer(seed)?.one_token(client).await?;
        }
        if self.work == Work::FileOut {
            let request = file_in(seed.person(&mut self.chance)?, self.file_bytes)?;
            let path = request.uri().path().to_owned();
            let answer = client.ask(request).await?;
            if answer.status != 201 {
                return Err(format!(
                    "POST {path}: {} {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                )
                .into());
            }
            let location = answer
                .headers
                .get("location")
                .ok_or("the answer to a new file has no Location")?;
            let location = location.to_str()?;
            let path = location.strip_prefix("https://").map_or(location, |rest| {
                rest.find('/')
                    .and_then(|at| rest.get(at..))
                    .unwrap_or_default()
            });
            self.file = Some(path.to_owned());
        }
        Ok(())
    }

    /// The next request.
    ///
    /// # Errors
    /// When the seed has no persons.
    pub fn next(&mut self, seed: &Seed) -> Outcome<Request<Payload>> {
        self.serial += 1;
        match self.work {
            Work::TokenOpaque => return issuer(seed)?.token(Kind::Opaque),
            Work::TokenEs256 => return issuer(seed)?.token(Kind::Es256),
            Work::Introspect => return issuer(seed)?.introspect(&self.token),
            _ => {}
        }
        let collection = sample::COLLECTION;
        let person = match self.work {
            Work::Erase => {
                seed.nth_person(self.connection + self.connections * (self.serial - 1))?
            }
            _ => seed.person(&mut self.chance)?,
        };
        Ok(match self.work {
            Work::Create => {
                let path = format!(
                    "/v1/persons/{person}/records/{collection}/{}-{}",
                    self.prefix, self.serial
                );
                request(
                    Method::PUT,
                    &path,
                    Some("application/json"),
                    Payload::once(sample::record(&mut self.chance)),
                )?
            }
            Work::Read => {
                let record = Seed::record(self.chance.below(seed.records_each));
                request(
                    Method::GET,
                    &format!("/v1/persons/{person}/records/{collection}/{record}"),
                    None,
                    Payload::default(),
                )?
            }
            Work::Batch => {
                let mut lines = String::new();
                for item in 0..BATCH {
                    let person = seed.person(&mut self.chance)?;
                    let record = format!("{}-{}-{item}", self.prefix, self.serial);
                    line(&mut lines, person, &record, &mut self.chance);
                }
                batch(lines)?
            }
            Work::List => request(
                Method::GET,
                &format!("/v1/persons/{person}/records/{collection}?limit={PAGE}"),
                None,
                Payload::default(),
            )?,
            Work::FileIn => file_in(person, self.file_bytes)?,
            Work::Erase => request(
                Method::DELETE,
                &format!("/v1/persons/{person}"),
                None,
                Payload::default(),
            )?,
            // Answered above; a file is what is left.
            Work::FileOut | Work::TokenOpaque | Work::TokenEs256 | Work::Introspect => request(
                Method::GET,
                self.file.as_deref().unwrap_or_default(),
                None,
                Payload::default(),
            )?,
        })
    }

    /// Whether an answer is what the work wants; otherwise what it was.
    ///
    /// # Errors
    /// With the status and the beginning of the body.
    pub fn judge(&self, answer: &Answer) -> Result<(), String> {
        let status = answer.status.as_u16();
        let right = match self.work {
            Work::Create | Work::FileIn => status == 201,
            Work::Read => status == 200 && answer.body.contains_all(&[b"\"note\":", b"\"given\":"]),
            Work::Erase => status == 200,
            Work::Batch => status == 200 && batch_held(&answer.body, BATCH),
            Work::List => {
                status == 200
                    && answer
                        .body
                        .windows(7)
                        .filter(|window| window == b"\"note\":")
                        .count() as u64
                        == PAGE
            }
            Work::FileOut => status == 200 && answer.length == self.file_bytes,
            Work::TokenOpaque => gave_token(answer, Kind::Opaque),
            Work::TokenEs256 => gave_token(answer, Kind::Es256),
            Work::Introspect => status == 200 && answer.body.contains_all(&[b"\"active\":true"]),
        };
        if right {
            return Ok(());
        }
        Err(answer.beginning())
    }
}

fn issuer(seed: &Seed) -> Outcome<&Issuer> {
    Ok(seed.issuer.as_ref().ok_or("the seed has no issuer")?)
}

trait Contains {
    fn contains_all(&self, parts: &[&[u8]]) -> bool;
}

impl Contains for Vec<u8> {
    fn contains_all(&self, parts: &[&[u8]]) -> bool {
        parts
            .iter()
            .all(|part| self.windows(part.len()).any(|window| window == *part))
    }
}

/// Whether a batch's answer has a line per item, each with a status of success.
#[must_use]
pub fn batch_held(body: &[u8], items: u64) -> bool {
    let lines: Vec<_> = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .collect();
    let held = |line: &&[u8]| line.windows(11).any(|window| window == b"\"status\":20");
    lines.len() as u64 == items && lines.iter().all(held)
}

/// One line of a batch.
pub fn line(lines: &mut String, person: &str, record: &str, chance: &mut Chance) {
    // Invariant: writing to a String does not fail.
    _ = writeln!(
        lines,
        "{{\"method\":\"PUT\",\"person\":\"{person}\",\"collection\":\"{}\",\"record\":\"{record}\",\"body\":{}}}",
        sample::COLLECTION,
        sample::record(chance)
    );
}

/// A batch of lines.
///
/// # Errors
/// Never, in practice.
pub fn batch(lines: String) -> Outcome<Request<Payload>> {
    request(
        Method::POST,
        "/v1/records:batch",
        Some("application/x-ndjson"),
        Payload::once(lines),
    )
}

/// A file of `bytes` for a person.
///
/// # Errors
/// When the path is no path.
pub fn file_in(person: &str, bytes: u64) -> Outcome<Request<Payload>> {
    let mut chance = Chance::new(bytes);
    let chunk: Bytes = (0..CHUNK_BYTES / 8)
        .flat_map(|_| chance.next().to_le_bytes())
        .collect();
    let payload = Payload::repeated(chunk, bytes / CHUNK_BYTES as u64);
    request(
        Method::POST,
        &format!("/v1/persons/{person}/files"),
        Some("application/octet-stream"),
        payload,
    )
}

/// A request with what every request has.
///
/// # Errors
/// When the path is no path.
pub fn request(
    method: Method,
    path: &str,
    media_type: Option<&'static str>,
    payload: Payload,
) -> Outcome<Request<Payload>> {
    let mut builder = Request::builder().method(method).uri(path);
    if let Some(media_type) = media_type {
        builder = builder.header("content-type", media_type);
    }
    Ok(builder.body(payload)?)
}

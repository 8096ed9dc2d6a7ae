//! What stands in the database before anything is measured: persons with records.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::Outcome;
use crate::chance::Chance;
use crate::client::{Client, Payload};
use crate::oauth::Issuer;
use crate::target::Target;
use crate::work;

/// Connections that make persons: a commit each, so that many share one.
const CONNECTIONS: u64 = 32;
/// Connections that write records, in batches.
const WRITERS: u64 = 4;
/// Records in one of these batches.
const BATCH: usize = 1000;

/// Persons, each with records named [`Seed::record`] `0..records_each`.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Ids as the server gave them.
    pub persons: Vec<String>,
    /// How many records each has.
    pub records_each: u64,
    /// Whom to ask for tokens, where that is measured.
    pub issuer: Option<Issuer>,
}

impl Seed {
    /// The name of a seeded record.
    #[must_use]
    pub fn record(number: u64) -> String {
        format!("seed-{number:05}")
    }

    /// Any of the persons.
    ///
    /// # Errors
    /// When there are none.
    pub fn person(&self, chance: &mut Chance) -> Outcome<&str> {
        Ok(chance
            .pick(&self.persons)
            .ok_or("the seed has no persons")?)
    }

    /// The person at `at`.
    ///
    /// # Errors
    /// When there are not so many.
    pub fn nth_person(&self, at: u64) -> Outcome<&str> {
        let person = usize::try_from(at).ok().and_then(|at| self.persons.get(at));
        Ok(person.ok_or("the seed has not so many persons")?)
    }

    /// Write persons and records through the API, as a user would, over several connections.
    ///
    /// # Errors
    /// When the server refuses any of it.
    pub async fn plant(target: &Target, persons: u64, records_each: u64) -> Outcome<Self> {
        let tls = target.tls()?;
        let mut tasks = JoinSet::new();
        for connection in 0..CONNECTIONS {
            let mut client = Client::connect(target, Arc::clone(&tls)).await?;
            let share = persons / CONNECTIONS + u64::from(connection < persons % CONNECTIONS);
            tasks.spawn(async move { plant_persons(&mut client, share).await });
        }
        let mut seed = Self {
            persons: Vec::new(),
            records_each,
            issuer: None,
        };
        while let Some(planted) = tasks.join_next().await {
            seed.persons.extend(planted??);
        }
        let each = usize::try_from(records_each)?.max(1);
        let slices: Vec<Vec<String>> = seed
            .persons
            .chunks((BATCH / each).max(1))
            .map(<[String]>::to_vec)
            .collect();
        let slices = Arc::new(Mutex::new(slices));
        let mut tasks = JoinSet::new();
        for connection in 0..WRITERS {
            let mut client = Client::connect(target, Arc::clone(&tls)).await?;
            let slices = Arc::clone(&slices);
            tasks.spawn(async move {
                let mut chance = Chance::new(connection);
                loop {
                    // Invariant: nobody panics while holding the lock; a poisoned one still holds the rest.
                    let slice = slices.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some(slice) = slice else { return Ok(()) };
                    plant_records(&mut client, &slice, records_each, &mut chance).await?;
                }
            });
        }
        while let Some(planted) = tasks.join_next().await {
            let planted: Outcome = planted?;
            planted?;
        }
        Ok(seed)
    }

    /// Keep it for the runs to come.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> Outcome {
        Ok(std::fs::write(
            file,
            json!({"persons": self.persons, "records_each": self.records_each}).to_string(),
        )?)
    }

    /// What [`Seed::write`] wrote.
    ///
    /// # Errors
    /// When the file is missing or something else.
    pub fn read(file: &Path) -> Outcome<Self> {
        let value: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        let persons = value
            .get("persons")
            .and_then(Value::as_array)
            .ok_or("the seed has no persons")?;
        Ok(Self {
            persons: persons
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            records_each: value
                .get("records_each")
                .and_then(Value::as_u64)
                .ok_or("the seed has no records_each")?,
            issuer: None,
        })
    }
}

async fn plant_persons(client: &mut Client, count: u64) -> Outcome<Vec<String>> {
    let mut persons = Vec::new();
    for _ in 0..count {
        let request = work::request(
            Method::POST,
            "/v1/persons",
            Some("application/json"),
            Payload::once("{}"),
        )?;
        let answer = client.ask(request).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let Some(person) = body.get("person").and_then(Value::as_str) else {
            return Err(format!("POST /v1/persons: {}", answer.beginning()).into());
        };
        persons.push(person.to_owned());
    }
    Ok(persons)
}

async fn plant_records(
    client: &mut Client,
    persons: &[String],
    each: u64,
    chance: &mut Chance,
) -> Outcome {
    let mut lines = String::new();
    for person in persons {
        for number in 0..each {
            work::line(&mut lines, person, &Seed::record(number), chance);
        }
    }
    let answer = client.ask(work::batch(lines)?).await?;
    if answer.status != 200 || !work::batch_held(&answer.body, persons.len() as u64 * each) {
        return Err(format!("POST /v1/records:batch: {}", answer.beginning()).into());
    }
    Ok(())
}

//! What stands in the database before anything is measured: persons with records.

use std::path::Path;

use hyper::Method;
use serde_json::{Value, json};

use crate::Outcome;
use crate::chance::Chance;
use crate::client::{Client, Payload};
use crate::target::Target;
use crate::work;

/// Persons, each with records named [`Seed::record`] `0..records_each`.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Ids as the server gave them.
    pub persons: Vec<String>,
    /// How many records each has.
    pub records_each: u64,
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

    /// Write persons and records through the API, as a user would.
    ///
    /// # Errors
    /// When the server refuses any of it.
    pub async fn plant(target: &Target, persons: u64, records_each: u64) -> Outcome<Self> {
        let mut client = Client::connect(target, target.tls()?).await?;
        let mut seed = Self {
            persons: Vec::new(),
            records_each,
        };
        for _ in 0..persons {
            let request = work::request(
                Method::POST,
                "/v1/persons",
                Some("application/json"),
                Payload::once("{}"),
            )?;
            let answer = client.ask(request).await?;
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let Some(person) = body
                .get("person")
                .or_else(|| body.get("id"))
                .and_then(Value::as_str)
            else {
                return Err(format!(
                    "POST /v1/persons: {} {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                )
                .into());
            };
            seed.persons.push(person.to_owned());
        }
        let mut chance = Chance::new(7);
        let all: Vec<_> = seed
            .persons
            .iter()
            .flat_map(|person| (0..records_each).map(move |number| (person, number)))
            .collect();
        for slice in all.chunks(1000) {
            let mut lines = String::new();
            for (person, number) in slice {
                work::line(&mut lines, person, &Self::record(*number), &mut chance);
            }
            let answer = client.ask(work::batch(lines)?).await?;
            if answer.status != 200 || !work::batch_held(&answer.body, slice.len() as u64) {
                let beginning = answer
                    .body
                    .get(..answer.body.len().min(300))
                    .unwrap_or_default();
                return Err(format!(
                    "POST /v1/records:batch: {} {}",
                    answer.status,
                    String::from_utf8_lossy(beginning)
                )
                .into());
            }
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
        })
    }
}

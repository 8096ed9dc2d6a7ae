//! What somebody would look for who wants to read without being seen: a way past the log, a setting.

use std::sync::Arc;

use audit::LogJournal;
use base::TenantId;
use govern::checks::{Answer, Switches};
use govern::{ProbeError, Probing};
use http::Method;
use store::{Appended, Db, Journal, Row, Statement, StoreError};

use super::front::{Front, knock};
use super::{Bench, Who, router};
use crate::config::{Config, SAMPLE};
use crate::telemetry::ON_PURPOSE;
use crate::{api, installation};

/// A log that takes nothing: as on a full disk, or with its table made read-only.
struct Full(Arc<LogJournal>);

impl Journal for Full {
    fn head_query(&self, tenant: &TenantId) -> Statement {
        self.0.head_query(tenant)
    }

    fn append(&self, _: &TenantId, _: Option<&Row>, _: &[&[u8]]) -> Result<Appended, StoreError> {
        Err(StoreError::Journal(ON_PURPOSE.to_owned()))
    }
}

impl Bench {
    /// The door to the same data, with a log that takes nothing.
    pub(super) async fn unlogged(&self) -> Result<&Front, ProbeError> {
        let made = self.unlogged.get_or_try_init(|| async {
            let failed = |error: &dyn std::fmt::Display| {
                ProbeError::new("opening the data without the log", error)
            };
            let config = installation::database(&self.house.config.data, false)
                .map_err(|error| failed(&error))?;
            let journal = Arc::new(Full(Arc::clone(&self.house.journal)));
            let db = Db::open(config, store::migrations::DATA, Some(journal as _)).await;
            let db = db.map_err(|error| failed(&error))?;
            let house = Arc::new(self.house.over(db.clone()));
            let router = router(&house, &self.metrics, api::routes(&house));
            Ok(Front::over(router, db))
        });
        made.await
    }
}

pub(super) struct Settings(pub Arc<Bench>);

impl Switches for Settings {
    fn read_without_log(&self) -> Probing<'_, Answer> {
        Box::pin(async {
            let bench = &self.0;
            let (person, path) = bench.lasting().await?;
            let token = bench.token(Who::Canary(person)).await?;
            let get = || knock(Method::GET, &path).token(&token).purpose();
            // With the log it must work, or its failing without would say nothing.
            bench.front.good("reading the test record", get()).await?;
            let answered = bench.unlogged().await?.ask(get()).await?;
            let came = answered.status.is_success()
                || String::from_utf8_lossy(&answered.body).contains("canary");
            Ok(if came { Answer::Done } else { Answer::Refused })
        })
    }

    fn configure(&self, toml: &str) -> Answer {
        // A table goes behind the rest, a plain key before the first table.
        let text = if toml.starts_with('[') {
            format!("{SAMPLE}\n{toml}\n")
        } else {
            format!("{toml}\n{SAMPLE}")
        };
        let parses = |text: &str| Config::parse("check", text).is_ok();
        if parses(SAMPLE) && !parses(&text) {
            Answer::Refused
        } else {
            Answer::Done
        }
    }
}

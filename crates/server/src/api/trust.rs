//! `/trust` and `/v1/trust`: each promise with its state and the evidence for it. Open to anybody: it holds nothing about
//! anybody.

use std::sync::Arc;
use std::time::Duration;

use base::Instant;
use govern::pages::{Site, trust};
use govern::{Catalogue, Lang, PromiseView, Record, Report, views};
use http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, VARY};
use http::{HeaderValue, Method, StatusCode};
use policy::Authority;
use serde_json::json;
use tokio::sync::Mutex;
use web::{Answer, Call, Doc, Limit, Param, Problem, Route, Routes};

use super::House;
use crate::{OPERATOR, probes};

/// Whoever asks more often than this gets the same evidence again.
const READ_EVERY: Duration = Duration::from_secs(1);

/// The evidence, read at most once a second however many ask.
struct Evidence {
    house: House,
    catalogue: Catalogue,
    read: Mutex<Option<(Instant, Arc<[Record]>)>>,
}

impl Evidence {
    async fn records(&self) -> Result<Arc<[Record]>, Problem> {
        let now = self.house.clock.now();
        let mut read = self.read.lock().await;
        if let Some((at, records)) = &*read
            && now.since(*at) < READ_EVERY
            && *at <= now
        {
            return Ok(Arc::clone(records));
        }
        let ledger = probes::ledger(&self.house).map_err(|error| internal(&error))?;
        let records: Arc<[Record]> = ledger.latest().await?.into();
        *read = Some((now, Arc::clone(&records)));
        Ok(records)
    }

    fn views<'a>(&'a self, records: &[Record]) -> Vec<PromiseView<'a>> {
        views(&self.catalogue, records, self.house.clock.now())
    }
}

fn internal(error: &dyn std::fmt::Display) -> Problem {
    let mut problem = Problem::new(
        base::ErrorKind::Internal,
        "trust.page",
        "Something went wrong on our side.",
    );
    problem.internal = error.to_string();
    problem
}

pub(super) fn routes(house: &House) -> Routes<Authority> {
    // A test sees to it that the catalogue holds together; without one there is no page.
    let Ok(catalogue) = Catalogue::built_in() else {
        return Vec::new();
    };
    let evidence = Arc::new(Evidence {
        house: Arc::clone(house),
        catalogue,
        read: Mutex::new(None),
    });
    let (page, list) = (Arc::clone(&evidence), evidence);
    vec![
        Route::open(
            Method::GET,
            "/trust",
            Limit::NoBody,
            Doc {
                id: "trustPage",
                group: "Trust",
                summary: "The trust page",
                about: "Each promise with its state (kept, broken, stale, unproven) and its evidence, for people. In Swedish, German, Italian, French and English.",
                params: vec![
                    Param::query(
                        "lang",
                        "`sv`, `de`, `it`, `fr` or `en`; else as the browser asks",
                    ),
                    Param::header("Accept-Language", "The reader's languages", false),
                ],
                body: None,
                answers: &[(200, "HTML")],
            },
            move |call| html(Arc::clone(&page), call),
        ),
        Route::open(
            Method::GET,
            "/v1/trust",
            Limit::NoBody,
            Doc {
                id: "trust",
                group: "Trust",
                summary: "The promises, with their states and evidence",
                about: "What the trust page shows, for programs: as `strongroom check --json` writes it. `log_index` is an index in the log of `operator`, whose checkpoint is open to anybody.",
                params: vec![],
                body: None,
                answers: &[(200, "The promises")],
            },
            move |_call| json_list(Arc::clone(&list)),
        ),
    ]
}

async fn html(evidence: Arc<Evidence>, call: Call<()>) -> Result<Answer, Problem> {
    let asked = call.header(&ACCEPT_LANGUAGE)?;
    // What somebody chose on another page holds here, too.
    let chosen = web::LANG.read(&call.headers)?;
    let lang = Lang::choose(call.query.first("lang").or(chosen), asked);
    let records = evidence.records().await?;
    let views = evidence.views(&records);
    let config = &evidence.house.config;
    let host = call.host.as_deref().unwrap_or(&config.origin);
    let operator = OPERATOR
        .parse()
        .map_err(|error: base::InvalidId| internal(&error))?;
    let log = evidence.house.log.origin(&operator);
    let site = Site {
        name: &config.origin,
        host,
        tenant: OPERATOR,
        log: &log,
        now: evidence.house.clock.now(),
    };
    let page = trust(lang, &site, &views)?;
    Ok(Answer::html(StatusCode::OK, page)
        .header(CONTENT_LANGUAGE, HeaderValue::from_static(lang.code()))
        .header(VARY, HeaderValue::from_static("accept-language, cookie"))
        .header(CACHE_CONTROL, HeaderValue::from_static("no-cache")))
}

async fn json_list(evidence: Arc<Evidence>) -> Result<Answer, Problem> {
    let records = evidence.records().await?;
    let reports: Vec<Report> = evidence
        .views(&records)
        .iter()
        .map(PromiseView::report)
        .collect();
    Ok(
        Answer::value(StatusCode::OK, &json!({ "promises": reports }))
            .header(CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    )
}

//! `/v1/processing-activities`: the records of processing activities (GDPR, article 30).

use audit::{Action, Entry, Outcome};
use base::ErrorKind;
use govern::Lang;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_LANGUAGE};
use http::{HeaderValue, Method, StatusCode};
use policy::{Authority, ProcessingOf, Verb};
use vault::VaultError;
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, allow, circumstances, log};
use crate::processing;

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let read_in = house.clone();
    vec![Route::logged(
        Method::GET,
        "/v1/processing-activities",
        Limit::NoBody,
        Doc {
            id: "readProcessing",
            group: "Retention",
            summary: "The records of processing activities (GDPR, article 30)",
            about: "Drawn up at this moment from the register, the grants that stand, the apps, the promises as they are measured, and `[controllers]` of the configuration. Nothing about anybody stands in them. JSON, or a table with `format=csv` or `Accept: text/csv`.",
            params: vec![
                Param::query("format", "`json` or `csv`"),
                Param::query(
                    "lang",
                    "The language of the promises: `sv`, `de`, `it`, `fr` or `en`",
                ),
            ],
            body: None,
            answers: &[(200, "The records")],
        },
        move |call| read(read_in.clone(), call),
    )]
}

async fn read(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = ProcessingOf {
        tenant: ctx.tenant.clone(),
    };
    let action = Action::ProcessingRead;
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, action, thing).await?;
    let accepts = call.header(&ACCEPT)?.unwrap_or("");
    let as_table = match call.query.first("format") {
        Some("csv") => true,
        Some("json") => false,
        None => accepts
            .split(',')
            .any(|it| it.trim().starts_with("text/csv")),
        Some(_) => {
            return Err(Problem::new(
                ErrorKind::Invalid,
                "processing.format",
                "`format` is json or csv.",
            ));
        }
    };
    let lang = Lang::choose(call.query.first("lang"), None);
    let records = processing::draw_up(&house, &ctx.tenant, lang)
        .await
        .map_err(|error| {
            let mut problem = Problem::new(
                ErrorKind::Unavailable,
                "processing.later",
                "The records could not be drawn up just now. Ask again.",
            );
            problem.internal = error.to_string();
            problem
        })?;
    let entry = Entry::new(&ctx, action, Outcome::Ok)
        .map_err(VaultError::from)?
        .count(records.activities.len() as u64);
    let index = log::append(&house, &ctx, allowed.rule(), entry).await?;
    let answer = if as_table {
        let name = HeaderValue::from_static("attachment; filename=\"processing-activities.csv\"");
        Answer::with_type(StatusCode::OK, "text/csv; charset=utf-8", records.csv())
            .header(CONTENT_DISPOSITION, name)
    } else {
        Answer::value(
            StatusCode::OK,
            &serde_json::to_value(&records).unwrap_or_default(),
        )
    };
    let answer = answer.header(CONTENT_LANGUAGE, HeaderValue::from_static(lang.code()));
    Ok(answer.logged(index))
}

//! `POST /v1/records:batch`: NDJSON in, NDJSON out, one answer per item.

use audit::Action;
use base::{ErrorKind, Name, PersonId, RecordId, limits};
use bytes::{BufMut, BytesMut};
use http::{Method, StatusCode};
use policy::{Authority, RecordAt, Verb};
use serde::Deserialize;
use serde_json::value::RawValue;
use vault::records::{BatchItem, BatchOutcome, BatchVerb, Condition};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::conditions::version;
use super::records::{line, written_json};
use super::{House, allow, circumstances};

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let house = house.clone();
    vec![Route::logged(
        Method::POST,
        "/v1/records:batch",
        Limit::Bytes(limits::BATCH_BYTES_MAX),
        Doc {
            id: "batchRecords",
            group: "Records",
            summary: "Write, open and delete many records",
            about: "Each line is `{\"method\":\"PUT\",\"person\":…,\"collection\":…,\"record\":…,\"body\":{…}}`, or GET or DELETE without a body; `if_match` and `if_none_match` may stand in it. With `mode=each` (the default) every item stands for itself; with `mode=all` all writes are one commit, or none happens. The answer has a line per item, in order.",
            params: vec![
                Param::query("mode", "`each` or `all`"),
                Param::header("Purpose-Of-Use", "Why; required when a line reads", false),
            ],
            body: Some(("application/x-ndjson", "A line per item, 10,000 at most.")),
            answers: &[(
                200,
                "An answer per item: `status`, and what it brought or the problem",
            )],
        },
        move |call| batch(house.clone(), call),
    )]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    method: &'a str,
    person: PersonId,
    collection: Name,
    record: RecordId,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
    #[serde(default)]
    if_match: Option<String>,
    #[serde(default)]
    if_none_match: Option<String>,
}

async fn batch(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let all = match call.query.first("mode") {
        None | Some("each") => false,
        Some("all") => true,
        Some(_) => {
            return Err(Problem::new(
                ErrorKind::Invalid,
                "batch.mode",
                "`mode` is `each` or `all`.",
            ));
        }
    };
    let (text, who, request) = (call.bytes()?.clone(), call.who.clone(), call.request);
    drop(call);
    let lines: Vec<&[u8]> = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.iter().all(u8::is_ascii_whitespace))
        .collect();
    if lines.is_empty() {
        return Err(Problem::new(
            ErrorKind::Invalid,
            "batch.empty",
            "The batch has no items. Send a JSON object per line.",
        ));
    }
    if lines.len() > limits::BATCH_ITEMS_MAX {
        return Err(Problem::new(
            ErrorKind::TooLarge,
            "batch.items",
            format!(
                "A batch has {} items at most; this one has {}.",
                limits::BATCH_ITEMS_MAX,
                lines.len()
            ),
        ));
    }
    let mut items = Vec::with_capacity(lines.len());
    for (at, text) in lines.into_iter().enumerate() {
        match item(&house, &who, &ctx, text).await {
            Ok(item) => items.push(Ok(item)),
            Err(mut problem) if all => {
                problem.pointer = Some(format!("/{at}{}", problem.pointer.unwrap_or_default()));
                problem.detail = format!(
                    "Item {at}: {} Nothing of this batch was stored.",
                    problem.detail
                );
                return Err(problem);
            }
            Err(problem) => items.push(Err(problem)),
        }
    }
    if all {
        run_all(house, &ctx, items).await
    } else {
        run_each(house, request, &ctx, items).await
    }
}

async fn item(
    house: &House,
    who: &Authority,
    ctx: &base::Ctx,
    text: &[u8],
) -> Result<BatchItem, Problem> {
    let line: Line<'_> = serde_json::from_slice(text).map_err(|error| {
        // The error's own text may quote the input; where it broke is enough.
        Problem::new(
            ErrorKind::Invalid,
            "batch.line",
            format!(
                "This line is not a batch item (at column {}). It needs method, person, collection and record; body for PUT.",
                error.column()
            ),
        )
    })?;
    // In an address the way in refuses it; here it stands in the body.
    if base::card::find(line.record.as_str()).is_some() {
        let mut problem = Problem::from(vault::VaultError::Card("the record's id"));
        problem.pointer = Some("/record".to_owned());
        return Err(problem);
    }
    let condition = match (&line.if_match, &line.if_none_match) {
        (None, None) => Condition::None,
        (Some(tag), None) if tag == "*" => Condition::Present,
        (Some(tag), None) => Condition::Version(version(&http::header::IF_MATCH, tag)?),
        (None, Some(tag)) if tag == "*" => Condition::Absent,
        _ => {
            return Err(Problem::new(
                ErrorKind::Invalid,
                "http.condition",
                "`if_match` takes an ETag or *, `if_none_match` takes *, and only one of them may stand.",
            ));
        }
    };
    let thing = RecordAt {
        tenant: who.tenant().clone(),
        person: line.person,
        collection: line.collection,
        record: line.record,
    };
    let (verb, action, batch_verb) = match (line.method, line.body) {
        ("PUT", Some(body)) => (
            Verb::Update,
            Action::RecordWrite,
            BatchVerb::Put {
                body: body.get().as_bytes().to_vec(),
                condition,
            },
        ),
        ("GET", None) => (Verb::Read, Action::RecordRead, BatchVerb::Get),
        ("DELETE", None) => (
            Verb::Delete,
            Action::RecordDelete,
            BatchVerb::Delete { condition },
        ),
        _ => {
            return Err(Problem::new(
                ErrorKind::Invalid,
                "batch.method",
                "`method` is PUT (with a body), GET or DELETE (without one).",
            ));
        }
    };
    let allowed = allow(house, ctx, who, verb, action, thing).await?;
    Ok(BatchItem {
        allowed,
        verb: batch_verb,
    })
}

async fn run_all(
    house: House,
    ctx: &base::Ctx,
    items: Vec<Result<BatchItem, Problem>>,
) -> Result<Logged, Problem> {
    let items: Vec<_> = items.into_iter().collect::<Result<_, _>>()?;
    let written = house.vault.batch_all(ctx, &items).await?;
    let mut body = BytesMut::new();
    let mut last = 0;
    for (written, index) in &written {
        last = *index;
        put_line(
            &mut body,
            200,
            Some(*index),
            "written",
            written_json(written).to_string().as_bytes(),
        );
    }
    Ok(Answer::with_type(StatusCode::OK, "application/x-ndjson", body.freeze()).logged(last))
}

async fn run_each(
    house: House,
    request: base::RequestId,
    ctx: &base::Ctx,
    items: Vec<Result<BatchItem, Problem>>,
) -> Result<Logged, Problem> {
    // Items that were refused keep their place; the others run.
    let mut runnable = Vec::with_capacity(items.len());
    let mut refused = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Ok(item) => {
                runnable.push(Ok(item));
                refused.push(None);
            }
            Err(problem) => refused.push(Some(problem)),
        }
    }
    let mut answers = house.vault.batch_each(ctx, runnable).await.into_iter();
    let mut body = BytesMut::new();
    let mut last = None;
    for refusal in refused {
        let answer = match refusal {
            Some(problem) => Err(problem),
            None => answers
                .next()
                .unwrap_or(Err(vault::VaultError::Contended))
                .map_err(Problem::from),
        };
        match answer {
            Ok(BatchOutcome::Written(written, index)) => {
                last = Some(index);
                put_line(
                    &mut body,
                    200,
                    Some(index),
                    "written",
                    written_json(&written).to_string().as_bytes(),
                );
            }
            Ok(BatchOutcome::Opened(opened, index)) => {
                last = Some(index);
                let mut record = BytesMut::with_capacity(opened.json.len() + 160);
                line(&mut record, &opened);
                put_line(&mut body, 200, Some(index), "record", &record);
            }
            Err(problem) => {
                let status = problem.status().as_u16();
                put_line(
                    &mut body,
                    status,
                    None,
                    "problem",
                    problem.json(request).to_string().as_bytes(),
                );
            }
        }
    }
    let last = match last {
        Some(last) => last,
        // Nothing was done; that somebody tried is written down all the same.
        None => {
            let entry = audit::Entry::new(ctx, Action::RecordWrite, audit::Outcome::Failed)
                .map_err(vault::VaultError::from)?
                .code("batch.refused");
            let set = store::WriteSet::new().log(entry.finish(&ctx.tenant));
            house
                .db
                .commit(set)
                .await?
                .log_indexes
                .first()
                .copied()
                .unwrap_or(0)
        }
    };
    Ok(Answer::with_type(StatusCode::OK, "application/x-ndjson", body.freeze()).logged(last))
}

fn put_line(body: &mut BytesMut, status: u16, index: Option<u64>, name: &str, value: &[u8]) {
    let head = match index {
        Some(index) => format!("{{\"status\":{status},\"log_index\":{index},\"{name}\":"),
        None => format!("{{\"status\":{status},\"{name}\":"),
    };
    body.put_slice(head.as_bytes());
    body.put_slice(value);
    body.put_slice(b"}\n");
}

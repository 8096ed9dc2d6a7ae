//! `/v1/persons/{person}/records/...`.

use audit::Action;
use base::{ErrorKind, Name, PersonId, limits};
use bytes::{BufMut, BytesMut};
use http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use policy::{Authority, RecordsOf, Verb};
use serde_json::json;
use vault::records::{Effect, Filter, Opened, Put, Written};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::conditions::{condition, etag, version};
use super::{House, allow, circumstances, once, record_at};

const PERSON: Param = Param::path("person", "The person's id");
const COLLECTION: Param = Param::path("collection", "A collection of the register");
const RECORD: Param = Param::path(
    "record",
    "The record's id: 1 to 64 of A-Z, a-z, 0-9, '-', '.'",
);
const PURPOSE: Param = Param::header(
    "Purpose-Of-Use",
    "Why: an HL7 PurposeOfUse code such as TREAT or PATRQT",
    true,
);
const IF_MATCH: Param = Param::header("If-Match", "Only if this version stands", false);
const KEY: Param = Param::header(
    "Idempotency-Key",
    "Repeat a request safely: the same key gives the same answer for 24 hours",
    false,
);

pub(super) static VERSION: HeaderName = HeaderName::from_static("strongroom-version");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (put, get, delete) = (house.clone(), house.clone(), house.clone());
    let (list, history) = (house.clone(), house.clone());
    let path = "/v1/persons/{person}/records/{collection}/{record}";
    vec![
        Route::logged(
            Method::PUT,
            path,
            Limit::Bytes(limits::RECORD_BYTES_MAX),
            Doc {
                id: "putRecord",
                group: "Records",
                summary: "Write a record",
                about: "Each field is checked against the register and sealed under the key of its class. The same content again changes nothing. A field that the register does not know, a value of the wrong type and a payment card number are refused, with a pointer.",
                params: vec![
                    PERSON,
                    COLLECTION,
                    RECORD,
                    IF_MATCH,
                    Param::header(
                        "If-None-Match",
                        "`*`: only if there is no such record",
                        false,
                    ),
                    KEY,
                ],
                body: Some(("application/json", "The record, an object.")),
                answers: &[
                    (201, "A new record"),
                    (200, "A new version, or the same content stood already"),
                ],
            },
            move |call| put_record(put.clone(), call),
        ),
        Route::logged(
            Method::GET,
            path,
            Limit::NoBody,
            Doc {
                id: "readRecord",
                group: "Records",
                summary: "Open a record",
                about: "What the caller may not see for this purpose comes masked or is absent, as the register says. The entry in the log is durable before the answer leaves.",
                params: vec![
                    PERSON,
                    COLLECTION,
                    RECORD,
                    PURPOSE,
                    Param::query("version", "An earlier version"),
                ],
                body: None,
                answers: &[
                    (200, "The record"),
                    (304, "Unchanged since the ETag in If-None-Match"),
                ],
            },
            move |call| read_record(get.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            path,
            Limit::NoBody,
            Doc {
                id: "deleteRecord",
                group: "Records",
                summary: "Delete a record and its earlier versions",
                about: "What remains is a tombstone: that there was a record, and when it went.",
                params: vec![PERSON, COLLECTION, RECORD, IF_MATCH, KEY],
                body: None,
                answers: &[(200, "Deleted")],
            },
            move |call| delete_record(delete.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/records/{collection}/{record}/history",
            Limit::NoBody,
            Doc {
                id: "recordHistory",
                group: "Records",
                summary: "A record's versions, newest first",
                about: "Open one with `?version=` on the record.",
                params: vec![
                    PERSON,
                    COLLECTION,
                    RECORD,
                    PURPOSE,
                    Param::query("limit", "Versions on a page, 1 to 1000 (50)"),
                    Param::query("before", "Only versions below this one"),
                ],
                body: None,
                answers: &[(200, "Versions")],
            },
            move |call| record_history(history.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/records/{collection}",
            Limit::NoBody,
            Doc {
                id: "listRecords",
                group: "Records",
                summary: "List and search a person's records",
                about: "Any search parameter of the collection may stand in the query, several of them together; dates take the prefixes eq, ge, gt, le, lt and may come twice for a range. The order is stable and has no meaning. `next` is the cursor of the next page.",
                params: vec![
                    PERSON,
                    COLLECTION,
                    PURPOSE,
                    Param::query("limit", "Records on a page, 1 to 1000 (50)"),
                    Param::query("cursor", "Where the page before ended"),
                ],
                body: None,
                answers: &[(200, "A page of records")],
            },
            move |call| list_records(list.clone(), call),
        ),
    ]
}

pub(super) fn written_json(written: &Written) -> serde_json::Value {
    json!({ "effect": written.effect, "version": written.version, "written_at": written.at().to_string() })
}

async fn put_record(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    json_only(&call)?;
    let thing = record_at(&call)?;
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Update,
        Action::RecordWrite,
        thing,
    )
    .await?;
    let body = call.bytes()?;
    let once = once(&house, &ctx, &call, body)?;
    let put = Put {
        body,
        condition: condition(&call)?,
    };
    let (written, index) = house.vault.put(&ctx, &allowed, put, once.as_ref()).await?;
    let status = if written.effect == Effect::Created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(Answer::value(status, &written_json(&written))
        .header_text(ETAG, &etag(written.version))
        .logged(index))
}

/// A body that says it is something else than JSON is refused, not guessed at.
pub(super) fn json_only(call: &Call<Authority>) -> Result<(), Problem> {
    match call.header(&CONTENT_TYPE)? {
        None => Ok(()),
        Some(text) => {
            let essence = text
                .split(';')
                .next()
                .unwrap_or("")
                .trim()
                .to_ascii_lowercase();
            if essence == "application/json" || essence.ends_with("+json") {
                Ok(())
            } else {
                Err(Problem::new(
                    ErrorKind::Unsupported,
                    "http.media_type",
                    "This address takes application/json.",
                ))
            }
        }
    }
}

async fn read_record(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = record_at(&call)?;
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::RecordRead,
        thing,
    )
    .await?;
    let wanted = match call.query.first("version") {
        None => None,
        Some(text) => Some(
            text.parse::<u64>()
                .map_err(|_| Problem::from(vault::VaultError::NoRecord))?,
        ),
    };
    let (opened, index) = house.vault.open(&ctx, &allowed, wanted).await?;
    if let Some(tag) = call.header(&IF_NONE_MATCH)?
        && version(&IF_NONE_MATCH, tag).is_ok_and(|version| version == opened.version)
    {
        let answer = Answer::new(StatusCode::NOT_MODIFIED).header_text(ETAG, &etag(opened.version));
        return Ok(answer.logged(index));
    }
    Ok(Answer::json(StatusCode::OK, opened.json)
        .header_text(ETAG, &etag(opened.version))
        .header_text(LAST_MODIFIED, &vault::http_date(opened.written_at))
        .header(VERSION.clone(), HeaderValue::from(opened.version))
        .logged(index))
}

async fn delete_record(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = record_at(&call)?;
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Delete,
        Action::RecordDelete,
        thing,
    )
    .await?;
    let once = once(&house, &ctx, &call, &[])?;
    let (written, index) = house
        .vault
        .delete(&ctx, &allowed, condition(&call)?, once.as_ref())
        .await?;
    Ok(Answer::value(StatusCode::OK, &written_json(&written)).logged(index))
}

async fn record_history(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = record_at(&call)?;
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::RecordHistory,
        thing,
    )
    .await?;
    let limit = call
        .query
        .number("limit", 1..=limits::PAGE_ITEMS_MAX)?
        .unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let before = call
        .query
        .number("before", 1..=usize::MAX)?
        .map(|before| before as u64);
    let (mut lines, index) = house
        .vault
        .history(&ctx, &allowed, before, limit + 1)
        .await?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|line| line.version);
    let versions: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({ "version": line.version, "written_at": line.written_at.to_string(), "deleted": line.deleted })
        })
        .collect();
    Ok(Answer::value(
        StatusCode::OK,
        &json!({ "versions": versions, "next": next }),
    )
    .logged(index))
}

async fn list_records(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = RecordsOf {
        tenant: call.who.tenant().clone(),
        person: Some(call.part::<PersonId>("person")?),
        collection: call.part::<Name>("collection")?,
    };
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Read,
        Action::RecordList,
        thing,
    )
    .await?;
    let limit = call
        .query
        .number("limit", 1..=limits::PAGE_ITEMS_MAX)?
        .unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let filters: Vec<_> = call
        .query
        .pairs()
        .filter(|(name, _)| !matches!(*name, "limit" | "cursor"))
        .map(|(name, value)| Filter {
            name: name.to_owned(),
            value: value.to_owned(),
        })
        .collect();
    let (page, index) = house
        .vault
        .list(&ctx, &allowed, &filters, call.query.first("cursor"), limit)
        .await?;
    let mut body = BytesMut::with_capacity(
        64 + page
            .records
            .iter()
            .map(|it| it.json.len() + 160)
            .sum::<usize>(),
    );
    body.put_slice(b"{\"records\":[");
    for (at, opened) in page.records.iter().enumerate() {
        if at > 0 {
            body.put_u8(b',');
        }
        line(&mut body, opened);
    }
    body.put_slice(b"],\"next\":");
    match &page.next {
        None => body.put_slice(b"null}"),
        Some(cursor) => {
            body.put_u8(b'"');
            body.put_slice(cursor.as_bytes());
            body.put_slice(b"\"}");
        }
    }
    Ok(Answer::json(StatusCode::OK, body.freeze()).logged(index))
}

/// One record of a list: its head, and its text as it is.
pub(super) fn line(body: &mut BytesMut, opened: &Opened) {
    body.put_slice(b"{\"record\":\"");
    body.put_slice(opened.record.as_str().as_bytes());
    body.put_slice(b"\",\"version\":");
    body.put_slice(opened.version.to_string().as_bytes());
    body.put_slice(b",\"written_at\":\"");
    body.put_slice(opened.written_at.to_string().as_bytes());
    body.put_slice(b"\",\"body\":");
    body.put_slice(&opened.json);
    body.put_u8(b'}');
}

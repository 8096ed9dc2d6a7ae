//! Records as plain rows.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use bytes::Bytes;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use store::{Value, WriteSet};

use super::{Answered, Bare, Failure, json_answer, now, sql};

pub async fn person(State(bare): State<Arc<Bare>>) -> Answered {
    let person = bare.name();
    bare.commit(bare.access(WriteSet::new(), "person.create", &person, None, None))
        .await?;
    Ok(json_answer(
        StatusCode::CREATED,
        json!({"person": person}).to_string(),
    ))
}

pub async fn write(
    State(bare): State<Arc<Bare>>,
    Path((person, collection, record)): Path<(String, String, String)>,
    body: Bytes,
) -> Answered {
    let body = document(&body)?;
    let set = put(WriteSet::new(), &person, &collection, &record, body);
    let set = bare.access(
        set,
        "record.write",
        &person,
        Some(&collection),
        Some(&record),
    );
    bare.commit(set).await?;
    Ok(json_answer(
        StatusCode::CREATED,
        json!({"record": record}).to_string(),
    ))
}

pub async fn read(
    State(bare): State<Arc<Bare>>,
    Path((person, collection, record)): Path<(String, String, String)>,
) -> Answered {
    let params = vec![
        person.as_str().into(),
        collection.as_str().into(),
        record.as_str().into(),
    ];
    let row = bare.db.row(&sql::READ, params).await?.ok_or_else(missing)?;
    bare.commit(bare.access(
        WriteSet::new(),
        "record.read",
        &person,
        Some(&collection),
        Some(&record),
    ))
    .await?;
    let mut answer = json_answer(StatusCode::OK, row.text(1)?.to_owned());
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", row.int(0)?)) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    Ok(answer)
}

pub async fn list(
    State(bare): State<Arc<Bare>>,
    Path((person, collection)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answered {
    let query = query.unwrap_or_default();
    let value = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    };
    let limit: i64 = value("limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(50);
    let params = vec![
        person.as_str().into(),
        collection.as_str().into(),
        value("after").unwrap_or_default().into(),
        Value::Int(limit),
    ];
    let rows = bare.db.rows(&sql::LIST, params).await?;
    bare.commit(bare.access(
        WriteSet::new(),
        "record.list",
        &person,
        Some(&collection),
        None,
    ))
    .await?;
    let mut body = String::from("{\"records\":[");
    for (number, row) in rows.iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        // Invariant: writing to a String does not fail. Names hold no quotes: they came in a path or passed `is_name`.
        _ = write!(
            body,
            "{comma}{{\"record\":\"{}\",\"version\":{},\"body\":{}}}",
            row.text(0)?,
            row.int(1)?,
            row.text(2)?
        );
    }
    body.push_str("]}");
    Ok(json_answer(StatusCode::OK, body))
}

pub async fn erase(State(bare): State<Arc<Bare>>, Path(person): Path<String>) -> Answered {
    let set = WriteSet::new()
        .run(&sql::ERASE_RECORDS, vec![person.as_str().into()])
        .run(&sql::ERASE_FILES, vec![person.as_str().into()]);
    bare.commit(bare.access(set, "person.erase", &person, None, None))
        .await?;
    Ok(json_answer(
        StatusCode::OK,
        json!({"erased": person}).to_string(),
    ))
}

pub async fn batch(State(bare): State<Arc<Bare>>, body: Bytes) -> Answered {
    let mut set = WriteSet::new();
    let mut answers = String::new();
    for line in body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let item: std::collections::BTreeMap<&str, &RawValue> =
            serde_json::from_slice(line).map_err(wrong)?;
        let word = |name: &str| -> Result<&str, Failure> {
            let value = item
                .get(name)
                .ok_or_else(|| wrong(format!("a line has no {name}")))?;
            serde_json::from_str(value.get()).map_err(wrong)
        };
        let (person, collection, record) = (word("person")?, word("collection")?, word("record")?);
        let document_text = item
            .get("body")
            .ok_or_else(|| wrong("a line has no body"))?
            .get();
        set = put(
            set,
            person,
            collection,
            record,
            document(document_text.as_bytes())?,
        );
        answers.push_str("{\"status\":201}\n");
    }
    bare.commit(bare.access(set, "record.batch", "", None, None))
        .await?;
    Ok(json_answer(StatusCode::OK, answers))
}

fn put(set: WriteSet, person: &str, collection: &str, record: &str, body: String) -> WriteSet {
    set.run(
        &sql::WRITE,
        vec![
            person.into(),
            collection.into(),
            record.into(),
            Value::Int(now()),
            body.into(),
        ],
    )
}

/// What any service does before it stores JSON: parse it, see that it is an object, keep the text.
fn document(body: &[u8]) -> Result<String, Failure> {
    let parsed: Json = serde_json::from_slice(body).map_err(wrong)?;
    if !parsed.is_object() {
        return Err(wrong("not an object"));
    }
    Ok(String::from_utf8_lossy(body).into_owned())
}

fn wrong(error: impl ToString) -> Failure {
    Failure(StatusCode::BAD_REQUEST, error.to_string())
}

fn missing() -> Failure {
    Failure(StatusCode::NOT_FOUND, "there is no such record".to_owned())
}

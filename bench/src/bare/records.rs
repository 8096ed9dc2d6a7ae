//! Records as plain rows.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use base::ErrorKind;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use store::{Value, WriteSet};
use web::{Answer, Call, Problem};

use super::{Answered, Bare, now, sql};

pub async fn person(bare: Arc<Bare>, _: Call<()>) -> Answered {
    let person = bare.name();
    bare.commit(bare.access(WriteSet::new(), "person.create", &person, None, None))
        .await?;
    Ok(Answer::json(
        StatusCode::CREATED,
        json!({"person": person}).to_string(),
    ))
}

pub async fn write(bare: Arc<Bare>, call: Call<()>) -> Answered {
    let (person, collection, record) = names(&call)?;
    let body = document(call.bytes()?)?;
    let set = put(WriteSet::new(), person, collection, record, body);
    let set = bare.access(set, "record.write", person, Some(collection), Some(record));
    bare.commit(set).await?;
    Ok(Answer::json(
        StatusCode::CREATED,
        json!({"record": record}).to_string(),
    ))
}

pub async fn read(bare: Arc<Bare>, call: Call<()>) -> Answered {
    let (person, collection, record) = names(&call)?;
    let params = vec![person.into(), collection.into(), record.into()];
    let row = bare.db.row(&sql::READ, params).await?.ok_or_else(missing)?;
    bare.commit(bare.access(
        WriteSet::new(),
        "record.read",
        person,
        Some(collection),
        Some(record),
    ))
    .await?;
    let answer = Answer::json(StatusCode::OK, row.text(1)?.to_owned());
    Ok(answer.header_text(header::ETAG, &format!("\"{}\"", row.int(0)?)))
}

pub async fn list(bare: Arc<Bare>, call: Call<()>) -> Answered {
    let (person, collection) = (call.part_text("person")?, call.part_text("collection")?);
    let limit = call
        .query
        .first("limit")
        .and_then(|limit| limit.parse().ok());
    let params = vec![
        person.into(),
        collection.into(),
        call.query.first("after").unwrap_or_default().into(),
        Value::Int(limit.unwrap_or(50)),
    ];
    let rows = bare.db.rows(&sql::LIST, params).await?;
    bare.commit(bare.access(
        WriteSet::new(),
        "record.list",
        person,
        Some(collection),
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
    Ok(Answer::json(StatusCode::OK, body))
}

pub async fn erase(bare: Arc<Bare>, call: Call<()>) -> Answered {
    let person = call.part_text("person")?;
    let set = WriteSet::new()
        .run(&sql::ERASE_RECORDS, vec![person.into()])
        .run(&sql::ERASE_FILES, vec![person.into()]);
    bare.commit(bare.access(set, "person.erase", person, None, None))
        .await?;
    Ok(Answer::json(
        StatusCode::OK,
        json!({"erased": person}).to_string(),
    ))
}

pub async fn batch(bare: Arc<Bare>, call: Call<()>) -> Answered {
    let mut set = WriteSet::new();
    let mut answers = String::new();
    for line in call
        .bytes()?
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let item: std::collections::BTreeMap<&str, &RawValue> =
            serde_json::from_slice(line).map_err(wrong)?;
        let word = |name: &str| -> Result<&str, Problem> {
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
    Ok(Answer::json(StatusCode::OK, answers))
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
fn document(body: &[u8]) -> Result<String, Problem> {
    let parsed: Json = serde_json::from_slice(body).map_err(wrong)?;
    if !parsed.is_object() {
        return Err(wrong("not an object"));
    }
    Ok(String::from_utf8_lossy(body).into_owned())
}

fn names(call: &Call<()>) -> Result<(&str, &str, &str), Problem> {
    Ok((
        call.part_text("person")?,
        call.part_text("collection")?,
        call.part_text("record")?,
    ))
}

fn wrong(error: impl ToString) -> Problem {
    Problem::new(ErrorKind::Invalid, "bare.invalid", error.to_string())
}

fn missing() -> Problem {
    Problem::new(
        ErrorKind::NotFound,
        "bare.not_found",
        "There is no such record.",
    )
}

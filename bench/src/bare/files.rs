//! Files as plain files: written beside their place, made durable, renamed into it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use base::ErrorKind;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use store::{Value, WriteSet};
use tokio::task::spawn_blocking;
use web::{Answer, Call, Problem};

use super::{Answered, Bare, now, sql};

/// What is read or written at once.
const PIECE_BYTES: usize = 1 << 20;

pub async fn write(bare: Arc<Bare>, mut call: Call<()>) -> Answered {
    let mut body = call.take_stream()?;
    let person = call.part_text("person")?;
    let name = bare.name();
    let (half, whole) = (
        bare.files.join(format!("{name}.half")),
        bare.files.join(&name),
    );
    let folder = bare.files.clone();
    let (pieces, mut waiting) = tokio::sync::mpsc::channel::<Bytes>(4);
    let writing = spawn_blocking(move || -> std::io::Result<u64> {
        let mut file = File::create_new(&half)?;
        let mut length = 0;
        while let Some(piece) = waiting.blocking_recv() {
            file.write_all(&piece)?;
            length += piece.len() as u64;
        }
        file.sync_data()?;
        std::fs::rename(&half, &whole)?;
        File::open(folder)?.sync_all()?;
        Ok(length)
    });
    let mut piece = BytesMut::with_capacity(PIECE_BYTES);
    while let Some(data) = body.next().await {
        piece.extend_from_slice(&data?);
        // A writer that ended early says why below.
        if piece.len() >= PIECE_BYTES && pieces.send(piece.split().freeze()).await.is_err() {
            break;
        }
    }
    drop(pieces.send(piece.freeze()).await);
    drop(pieces);
    let length = writing
        .await
        .map_err(std::io::Error::other)
        .flatten()
        .map_err(failed)?;
    let set = WriteSet::new().run(
        &sql::FILE,
        vec![
            person.into(),
            name.as_str().into(),
            Value::Int(i64::try_from(length).unwrap_or(i64::MAX)),
            Value::Int(now()),
        ],
    );
    bare.commit(bare.access(set, "file.write", person, None, Some(&name)))
        .await?;
    let answer = Answer::json(
        StatusCode::CREATED,
        json!({"file": name, "bytes": length}).to_string(),
    );
    Ok(answer.header_text(
        header::LOCATION,
        &format!("/v1/persons/{person}/files/{name}"),
    ))
}

pub async fn read(bare: Arc<Bare>, call: Call<()>) -> Answered {
    let (person, name) = (call.part_text("person")?, call.part_text("file")?);
    let row = bare
        .db
        .row(&sql::FILE_LENGTH, vec![person.into(), name.into()])
        .await?;
    let length = row.ok_or_else(missing)?.int(0)?;
    bare.commit(bare.access(WriteSet::new(), "file.read", person, None, Some(name)))
        .await?;
    let file = File::open(bare.files.join(name)).map_err(failed)?;
    let pieces = stream::try_unfold(file, |mut file| async move {
        let next = spawn_blocking(move || {
            let mut piece = vec![0; PIECE_BYTES];
            let read = file.read(&mut piece)?;
            piece.truncate(read);
            Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
        });
        next.await.map_err(std::io::Error::other)?
    });
    let answer = Answer::streamed(StatusCode::OK, web::stream(pieces));
    Ok(answer
        .header(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        )
        .header(header::CONTENT_LENGTH, HeaderValue::from(length)))
}

fn missing() -> Problem {
    Problem::new(
        ErrorKind::NotFound,
        "bare.not_found",
        "There is no such file.",
    )
}

fn failed(error: std::io::Error) -> Problem {
    Problem::new(ErrorKind::Unavailable, "bare.file", error.to_string())
}

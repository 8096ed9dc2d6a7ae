//! Files as plain files: written beside their place, made durable, renamed into it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http_body_util::BodyExt as _;
use serde_json::json;
use store::{Value, WriteSet};
use tokio::task::spawn_blocking;

use super::{Answered, Bare, Failure, json_answer, now, sql};

/// What is read or written at once.
const PIECE_BYTES: usize = 1 << 20;

pub async fn write(
    State(bare): State<Arc<Bare>>,
    Path(person): Path<String>,
    mut body: Body,
) -> Answered {
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
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure(StatusCode::BAD_REQUEST, error.to_string()))?;
        if let Some(data) = frame.data_ref() {
            piece.extend_from_slice(data);
            // A writer that ended early says why below.
            if piece.len() >= PIECE_BYTES && pieces.send(piece.split().freeze()).await.is_err() {
                break;
            }
        }
    }
    drop(pieces.send(piece.freeze()).await);
    drop(pieces);
    let length = writing.await.map_err(std::io::Error::other)??;
    let set = WriteSet::new().run(
        &sql::FILE,
        vec![
            person.as_str().into(),
            name.as_str().into(),
            Value::Int(i64::try_from(length).unwrap_or(i64::MAX)),
            Value::Int(now()),
        ],
    );
    bare.commit(bare.access(set, "file.write", &person, None, Some(&name)))
        .await?;
    let mut answer = json_answer(
        StatusCode::CREATED,
        json!({"file": name, "bytes": length}).to_string(),
    );
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/persons/{person}/files/{name}")) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}

pub async fn read(
    State(bare): State<Arc<Bare>>,
    Path((person, name)): Path<(String, String)>,
) -> Answered {
    let row = bare
        .db
        .row(
            &sql::FILE_LENGTH,
            vec![person.as_str().into(), name.as_str().into()],
        )
        .await?;
    let length = row
        .ok_or_else(|| Failure(StatusCode::NOT_FOUND, "there is no such file".to_owned()))?
        .int(0)?;
    bare.commit(bare.access(WriteSet::new(), "file.read", &person, None, Some(&name)))
        .await?;
    let file = File::open(bare.files.join(&name))?;
    let pieces = stream::try_unfold(file, |mut file| async move {
        let next = spawn_blocking(move || {
            let mut piece = vec![0; PIECE_BYTES];
            let read = file.read(&mut piece)?;
            piece.truncate(read);
            Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
        });
        next.await.map_err(std::io::Error::other)?
    });
    let mut answer = Response::new(Body::from_stream(pieces));
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    answer
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(answer)
}

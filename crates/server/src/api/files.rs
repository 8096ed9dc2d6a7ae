//! `/v1/persons/{person}/files`.

use audit::Action;
use base::{Class, ErrorKind, ObjectId, PersonId, limits};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::TryStreamExt as _;
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    LAST_MODIFIED, LOCATION, RANGE,
};
use http::{HeaderValue, Method, StatusCode};
use policy::{Authority, FileAt, Verb};
use serde_json::json;
use vault::VaultError;
use vault::files::{FileHead, Source, Span, Upload};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, allow, circumstances};
use crate::previews::{self, Preview};

const PERSON: Param = Param::path("person", "The person's id");
const FILE: Param = Param::path("file", "The file's id");
const PURPOSE: Param = Param::header(
    "Purpose-Of-Use",
    "Why: an HL7 PurposeOfUse code such as TREAT or PATRQT",
    true,
);

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (post, list, get, delete) = (house.clone(), house.clone(), house.clone(), house.clone());
    let preview_in = house.clone();
    vec![
        Route::logged(
            Method::POST,
            "/v1/persons/{person}/files",
            Limit::Stream(limits::FILE_BYTES_MAX),
            Doc {
                id: "uploadFile",
                group: "Files",
                summary: "Store a file",
                about: "Streams in, sealed segment by segment. Its name goes in `Content-Disposition: attachment; filename=\"…\"` (or `filename*=UTF-8''…`) and is sealed with it.",
                params: vec![
                    PERSON,
                    Param::header(
                        "Content-Type",
                        "The file's media type (application/octet-stream)",
                        false,
                    ),
                    Param::header("Content-Disposition", "The file's name", false),
                    Param::query(
                        "class",
                        "`health` (the default) or `personal`: which key seals it",
                    ),
                ],
                body: Some(("application/octet-stream", "The file's bytes.")),
                answers: &[(201, "Stored: its id, length and SHA-256")],
            },
            move |call| upload(post.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/files",
            Limit::NoBody,
            Doc {
                id: "listFiles",
                group: "Files",
                summary: "List a person's files",
                about: "",
                params: vec![
                    PERSON,
                    PURPOSE,
                    Param::query("limit", "Files on a page, 1 to 1000 (50)"),
                    Param::query("cursor", "Where the page before ended"),
                ],
                body: None,
                answers: &[(200, "A page of files")],
            },
            move |call| list_files(list.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/files/{file}",
            Limit::NoBody,
            Doc {
                id: "downloadFile",
                group: "Files",
                summary: "Open a file, or a range of it",
                about: "A file that was cut short, reordered or altered is refused before its first byte. One range per request; several are answered with the whole file.",
                params: vec![
                    PERSON,
                    FILE,
                    PURPOSE,
                    Param::header("Range", "`bytes=a-b`, `bytes=a-` or `bytes=-n`", false),
                ],
                body: None,
                answers: &[(200, "The whole file"), (206, "The range")],
            },
            move |call| download(get.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/files/{file}/preview",
            Limit::NoBody,
            Doc {
                id: "previewFile",
                group: "Files",
                summary: "A small picture, or the first lines, of a file",
                about: "Made anew from the file's pixels, without anything that it says about itself. Of PNG, JPEG, WebP and GIF, by their own first bytes, up to 24 MiB and 24 million pixels; lines of what is stored as `text/plain` or `text/csv`. Of everything else `kind` is `none`. It is a look like any other.",
                params: vec![PERSON, FILE, PURPOSE],
                body: None,
                answers: &[(
                    200,
                    "`kind`: `picture` (with `png` in base64, `width`, `height`), `text` (with `lines`) or `none`",
                )],
            },
            move |call| preview(preview_in.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/persons/{person}/files/{file}",
            Limit::NoBody,
            Doc {
                id: "deleteFile",
                group: "Files",
                summary: "Delete a file",
                about: "",
                params: vec![PERSON, FILE],
                body: None,
                answers: &[(200, "Deleted")],
            },
            move |call| delete_file(delete.clone(), call),
        ),
    ]
}

fn at(call: &Call<Authority>, file: Option<ObjectId>) -> Result<FileAt, Problem> {
    Ok(FileAt {
        tenant: call.who.tenant().clone(),
        person: call.part::<PersonId>("person")?,
        file,
    })
}

fn file_json(file: ObjectId, head: &FileHead) -> serde_json::Value {
    json!({
        "file": file,
        "name": head.name,
        "media_type": head.media_type,
        "length": head.len,
        "sha256": head.sha256,
        "class": head.class,
    })
}

async fn upload(house: House, mut call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = at(&call, None)?;
    let person = thing.person;
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Create,
        Action::FileWrite,
        thing,
    )
    .await?;
    let class = match call.query.first("class") {
        None => Class::Health,
        Some(text) => text.parse().map_err(|_| {
            Problem::new(
                ErrorKind::Invalid,
                "file.class",
                "`class` is personal or health.",
            )
        })?,
    };
    let media_type = call
        .header(&CONTENT_TYPE)?
        .unwrap_or("application/octet-stream")
        .to_owned();
    let name = match call.headers.get(CONTENT_DISPOSITION) {
        None => None,
        Some(value) => file_name(value)?,
    };
    let bytes = call.take_stream()?;
    let upload = Upload {
        name: name.as_deref(),
        media_type: &media_type,
        class,
        source: Source::New,
    };
    let (stored, index) = house.vault.upload(&ctx, &allowed, upload, bytes).await?;
    Ok(
        Answer::value(StatusCode::CREATED, &file_json(stored.file, &stored.head))
            .header_text(
                LOCATION,
                &format!("/v1/persons/{person}/files/{}", stored.file),
            )
            .header_text(ETAG, &format!("\"{}\"", stored.head.sha256))
            .logged(index),
    )
}

/// `filename*=UTF-8''percent-encoded` (RFC 8187) or `filename="..."`, from a Content-Disposition (RFC 6266).
fn file_name(value: &HeaderValue) -> Result<Option<String>, Problem> {
    let bad = || {
        Problem::new(
            ErrorKind::Invalid,
            "file.disposition",
            "Content-Disposition reads: attachment; filename=\"name\" or filename*=UTF-8''percent-encoded.",
        )
    };
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| bad())?;
    let mut plain = None;
    for part in split_params(text).into_iter().skip(1) {
        let Some((key, value)) = part.split_once('=') else {
            return Err(bad());
        };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        if key == "filename*" {
            let encoded = value
                .split_once("''")
                .filter(|(charset, _)| charset.eq_ignore_ascii_case("utf-8"))
                .map(|(_, encoded)| encoded)
                .ok_or_else(bad)?;
            let decoded = percent_encoding::percent_decode_str(encoded)
                .decode_utf8()
                .map_err(|_| bad())?;
            return Ok(Some(decoded.into_owned()));
        }
        if key == "filename" {
            plain = Some(match value.strip_prefix('"') {
                None => value.to_owned(),
                Some(rest) => unquote(rest.strip_suffix('"').ok_or_else(bad)?),
            });
        }
    }
    Ok(plain)
}

fn unquote(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(c);
            escaped = false;
        }
    }
    out
}

/// Split at semicolons that stand outside quotes.
fn split_params(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(text.get(start..at).unwrap_or("").trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or("").trim());
    parts
}

async fn list_files(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = at(&call, None)?;
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, Action::FileList, thing).await?;
    let limit = call
        .query
        .number("limit", 1..=limits::PAGE_ITEMS_MAX)?
        .unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let after = match call.query.first("cursor") {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| Problem::from(VaultError::Cursor))?,
        ),
    };
    let (page, index) = house.vault.list_files(&ctx, &allowed, after, limit).await?;
    let files: Vec<_> = page
        .files
        .iter()
        .map(|line| {
            let mut value = file_json(line.file, &line.head);
            if let Some(object) = value.as_object_mut() {
                object.insert("written_at".into(), line.written_at.to_string().into());
            }
            value
        })
        .collect();
    Ok(Answer::value(
        StatusCode::OK,
        &json!({ "files": files, "next": page.next }),
    )
    .logged(index))
}

/// What a `Range` header asks for. One that is not understood, or asks for several ranges, is ignored (RFC 9110, 14.2).
fn span(header: Option<&str>) -> Span {
    let Some(range) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else {
        return Span::Whole;
    };
    let Some((from, to)) = range.split_once('-') else {
        return Span::Whole;
    };
    match (from.trim(), to.trim()) {
        ("", last) => last.parse().map_or(Span::Whole, Span::Last),
        (from, "") => from
            .parse()
            .map_or(Span::Whole, |from| Span::From(from, None)),
        (from, to) => match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) if from <= to => Span::From(from, Some(to)),
            _ => Span::Whole,
        },
    }
}

async fn download(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let (person, file) = (call.part("person")?, call.part("file")?);
    send(&house, &call, &ctx, person, file).await
}

/// A file, whole or in part, to be saved under its name.
pub(super) async fn send(
    house: &House,
    call: &Call<Authority>,
    ctx: &base::Ctx,
    person: PersonId,
    file: ObjectId,
) -> Result<Logged, Problem> {
    let thing = FileAt {
        tenant: ctx.tenant.clone(),
        person,
        file: Some(file),
    };
    let allowed = allow(house, ctx, &call.who, Verb::Read, Action::FileRead, thing).await?;
    let span = span(call.header(&RANGE)?);
    let download = house.vault.download(ctx, &allowed, span).await?;
    let (head, index) = (download.head.clone(), download.log_index);
    let (from, len, written_at) = (download.from, download.len, download.written_at);
    let status = if span == Span::Whole {
        StatusCode::OK
    } else {
        StatusCode::PARTIAL_CONTENT
    };
    let mut answer = Answer::streamed(status, web::stream(download.bytes()))
        .header_text(CONTENT_TYPE, &head.media_type)
        .header(CONTENT_LENGTH, HeaderValue::from(len))
        .header(ACCEPT_RANGES, HeaderValue::from_static("bytes"))
        .header_text(ETAG, &format!("\"{}\"", head.sha256))
        .header_text(LAST_MODIFIED, &vault::http_date(written_at))
        .header_text(CONTENT_DISPOSITION, &disposition(head.name.as_deref()));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {from}-{}/{}", from + len - 1, head.len);
        answer = answer.header_text(CONTENT_RANGE, &range);
    }
    Ok(answer.logged(index))
}

async fn preview(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = at(&call, Some(call.part("file")?))?;
    let action = Action::FileRead;
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, action, thing).await?;
    // Of an empty file there is no first byte: the whole of it is nothing.
    let span = Span::From(0, Some(previews::SOURCE_BYTES_MAX - 1));
    let download = match house.vault.download(&ctx, &allowed, span).await {
        Err(VaultError::Range(_)) => house.vault.download(&ctx, &allowed, Span::Whole).await?,
        other => other?,
    };
    let (head, index) = (download.head.clone(), download.log_index);
    let whole = download.len == head.len;
    let bytes = download
        .bytes()
        .try_fold(Vec::new(), async |mut all, piece| {
            all.extend_from_slice(&piece);
            Ok(all)
        });
    let bytes = bytes.await.map_err(|_| VaultError::Damaged("file"))?;
    let said = match previews::of(&head.media_type, bytes, whole).await {
        Preview::Picture { png, width, height } => json!({
            "kind": "picture",
            "png": STANDARD.encode(png),
            "width": width,
            "height": height,
        }),
        Preview::Lines(lines) => json!({ "kind": "text", "lines": lines }),
        Preview::None => json!({ "kind": "none" }),
    };
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

/// Always an attachment: what was uploaded is never run in our origin.
fn disposition(name: Option<&str>) -> String {
    match name {
        None => "attachment".to_owned(),
        Some(name) => {
            let encoded =
                percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
            format!("attachment; filename*=UTF-8''{encoded}")
        }
    }
}

async fn delete_file(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let thing = at(&call, Some(call.part("file")?))?;
    let allowed = allow(
        &house,
        &ctx,
        &call.who,
        Verb::Delete,
        Action::FileDelete,
        thing,
    )
    .await?;
    let index = house.vault.delete_file(&ctx, &allowed).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "effect": "deleted" })).logged(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_rfc_9110_says() {
        assert_eq!(span(None), Span::Whole);
        assert_eq!(span(Some("bytes=0-99")), Span::From(0, Some(99)));
        assert_eq!(span(Some("bytes=5-")), Span::From(5, None));
        assert_eq!(span(Some("bytes=-7")), Span::Last(7));
        for ignored in [
            "bytes=9-5",
            "bytes=a-b",
            "lines=1-2",
            "bytes=0-1,3-4",
            "bytes=",
        ] {
            assert_eq!(span(Some(ignored)), Span::Whole, "{ignored}");
        }
    }

    #[test]
    fn names_are_read_from_both_forms() {
        let name = |text| file_name(&HeaderValue::from_bytes(text).unwrap());
        assert_eq!(
            name(b"attachment; filename=\"a; \\\"b\\\".pdf\"")
                .unwrap()
                .unwrap(),
            "a; \"b\".pdf"
        );
        assert_eq!(
            name(b"attachment; filename=x; filename*=UTF-8''%c3%a5.txt")
                .unwrap()
                .unwrap(),
            "å.txt"
        );
        assert_eq!(name(b"inline").unwrap(), None);
        assert!(name(b"attachment; filename=\"open").is_err());
        assert!(name(b"attachment; filename*=UTF-8''%ff").is_err());
    }
}

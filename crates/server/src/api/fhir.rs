//! `/fhir/...`: FHIR R4.

use base::ErrorKind;
use base::limits::{BATCH_BYTES_MAX, RECORD_BYTES_MAX};
use http::header::{ACCEPT, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use policy::Authority;
use vault::fhir::rest::{self, Rest, Return, Wishes};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::{House, circumstances};

const JSON: &str = "application/fhir+json";
const VERSION: &str = env!("CARGO_PKG_VERSION");
static PREFER: HeaderName = HeaderName::from_static("prefer");
static IF_NONE_EXIST: HeaderName = HeaderName::from_static("if-none-exist");

const TYPE: Param = Param::path("type", "A resource type, e.g. Observation");
const ID: Param = Param::path("id", "The resource's logical id");
const PURPOSE: Param = Param::header(
    "Purpose-Of-Use",
    "Why: an HL7 PurposeOfUse code such as TREAT",
    true,
);
const RETURN: Param = Param::header(
    "Prefer",
    "`return=minimal`, `return=representation`, `return=OperationOutcome`",
    false,
);

fn doc(
    id: &'static str,
    summary: &'static str,
    params: Vec<Param>,
    body: bool,
    answers: &'static [(u16, &'static str)],
) -> Doc {
    let body = body.then_some((JSON, "A resource."));
    Doc {
        id,
        group: "FHIR",
        summary,
        about: "",
        params,
        body,
        answers,
    }
}

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (metadata, bundle, search, post_search) =
        (house.clone(), house.clone(), house.clone(), house.clone());
    let (create, read, update, delete) =
        (house.clone(), house.clone(), house.clone(), house.clone());
    let (history, vread) = (house.clone(), house.clone());
    let routes = vec![
        Route::open(
            Method::GET,
            "/fhir/metadata",
            Limit::NoBody,
            doc(
                "fhirMetadata",
                "CapabilityStatement: what is supported",
                vec![],
                false,
                &[(200, "A CapabilityStatement")],
            ),
            move |call| capabilities(metadata.clone(), call),
        ),
        Route::logged(
            Method::POST,
            "/fhir",
            Limit::Bytes(BATCH_BYTES_MAX),
            doc(
                "fhirBundle",
                "A transaction (all or nothing) or a batch",
                vec![RETURN],
                true,
                &[(200, "A response Bundle")],
            ),
            move |call| run(bundle.clone(), call, Ask::Bundle),
        ),
        Route::logged(
            Method::GET,
            "/fhir/{type}",
            Limit::NoBody,
            doc(
                "fhirSearch",
                "Search",
                vec![
                    TYPE,
                    PURPOSE,
                    Param::query(
                        "patient",
                        "Whose; required but for what says who somebody is",
                    ),
                    Param::query("_count", "Resources on a page"),
                ],
                false,
                &[(200, "A searchset Bundle")],
            ),
            move |call| run(search.clone(), call, Ask::Search),
        ),
        Route::logged(
            Method::POST,
            "/fhir/{type}/_search",
            Limit::Bytes(64 << 10),
            Doc {
                body: Some((
                    "application/x-www-form-urlencoded",
                    "The query, so that it stands in no address.",
                )),
                ..doc(
                    "fhirPostSearch",
                    "Search, with the query in the body",
                    vec![TYPE, PURPOSE],
                    false,
                    &[(200, "A searchset Bundle")],
                )
            },
            move |call| run(post_search.clone(), call, Ask::PostSearch),
        ),
        Route::logged(
            Method::POST,
            "/fhir/{type}",
            Limit::Bytes(RECORD_BYTES_MAX),
            doc(
                "fhirCreate",
                "Create a resource",
                vec![
                    TYPE,
                    RETURN,
                    Param::header("If-None-Exist", "Only if this search finds nothing", false),
                ],
                true,
                &[(201, "Created"), (200, "It was there")],
            ),
            move |call| run(create.clone(), call, Ask::Create),
        ),
        Route::logged(
            Method::GET,
            "/fhir/{type}/{id}",
            Limit::NoBody,
            doc(
                "fhirRead",
                "Read a resource",
                vec![TYPE, ID, PURPOSE],
                false,
                &[(200, "The resource"), (304, "Unchanged")],
            ),
            move |call| run(read.clone(), call, Ask::Read),
        ),
        Route::logged(
            Method::PUT,
            "/fhir/{type}/{id}",
            Limit::Bytes(RECORD_BYTES_MAX),
            doc(
                "fhirUpdate",
                "Update a resource, or create it under this id",
                vec![
                    TYPE,
                    ID,
                    RETURN,
                    Param::header("If-Match", "Only if this version stands", false),
                ],
                true,
                &[(200, "Updated"), (201, "Created")],
            ),
            move |call| run(update.clone(), call, Ask::Update),
        ),
        Route::logged(
            Method::DELETE,
            "/fhir/{type}/{id}",
            Limit::NoBody,
            doc(
                "fhirDelete",
                "Delete a resource",
                vec![TYPE, ID],
                false,
                &[(204, "Deleted")],
            ),
            move |call| run(delete.clone(), call, Ask::Delete),
        ),
        Route::logged(
            Method::GET,
            "/fhir/{type}/{id}/_history",
            Limit::NoBody,
            doc(
                "fhirHistory",
                "A resource's versions, newest first",
                vec![
                    TYPE,
                    ID,
                    PURPOSE,
                    Param::query("_count", "Versions on a page"),
                    Param::query("_before", "Only versions below this one"),
                ],
                false,
                &[(200, "A history Bundle")],
            ),
            move |call| run(history.clone(), call, Ask::History),
        ),
        Route::logged(
            Method::GET,
            "/fhir/{type}/{id}/_history/{version}",
            Limit::NoBody,
            doc(
                "fhirVread",
                "Read one version",
                vec![TYPE, ID, PURPOSE, Param::path("version", "Which")],
                false,
                &[(200, "That version")],
            ),
            move |call| run(vread.clone(), call, Ask::Vread),
        ),
    ];
    routes.into_iter().map(Route::fhir_errors).collect()
}

/// Which interaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Bundle,
    Search,
    PostSearch,
    Create,
    Read,
    Vread,
    Update,
    Delete,
    History,
}

pub(super) fn base<W>(house: &House, call: &Call<W>) -> String {
    format!(
        "https://{}/fhir",
        call.host.as_deref().unwrap_or(&house.config.origin)
    )
}

async fn capabilities(house: House, call: Call<()>) -> Result<Answer, Problem> {
    acceptable(&call)?;
    let statement = vault::fhir::capability(
        house.vault.register(),
        &base(&house, &call),
        VERSION,
        house.opened_at,
    );
    Ok(Answer::with_type(
        StatusCode::OK,
        JSON,
        statement.to_string(),
    ))
}

/// JSON is the one format: who insists on another is told so.
pub(super) fn acceptable<W>(call: &Call<W>) -> Result<(), Problem> {
    let format = call.query.first("_format").map(str::to_owned);
    let accept = call
        .headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let fits = |text: &str| {
        text.split(',').any(|one| {
            let one = one
                .split(';')
                .next()
                .unwrap_or("")
                .trim()
                .to_ascii_lowercase();
            matches!(
                one.as_str(),
                "" | "*/*"
                    | "application/*"
                    | "json"
                    | "application/json"
                    | "text/json"
                    | "application/fhir+json"
                    | "application/fhir json"
                    | "text/html"
            )
        })
    };
    if format.as_deref().or(accept.as_deref()).is_none_or(fits) {
        Ok(())
    } else {
        Err(Problem::new(
            ErrorKind::Unsupported,
            "fhir.format",
            "This server speaks application/fhir+json only.",
        ))
    }
}

fn wishes(call: &Call<Authority>) -> Result<Wishes, Problem> {
    let text = |name: &HeaderName| call.header(name).map(|value| value.map(str::to_owned));
    let mut wishes = Wishes {
        if_match: text(&IF_MATCH)?,
        if_none_match: text(&IF_NONE_MATCH)?,
        if_none_exist: text(&IF_NONE_EXIST)?,
        give_back: Return::default(),
        is_strict: false,
    };
    if let Some(prefer) = call.header(&PREFER)? {
        wishes.prefer(prefer);
    }
    Ok(wishes)
}

/// A call, taken apart: what the verbs need of it.
struct Asked {
    who: Authority,
    ctx: base::Ctx,
    wishes: Wishes,
    base: String,
    kind: String,
    id: String,
    version: Option<String>,
    page: Option<usize>,
    before: Option<u64>,
    query: String,
    body: bytes::Bytes,
}

fn take(house: &House, call: Call<Authority>, ask: Ask) -> Result<Asked, Problem> {
    acceptable(&call)?;
    if let (Ask::Bundle | Ask::Create | Ask::Update, Some(text)) =
        (ask, call.header(&CONTENT_TYPE)?)
    {
        let essence = text
            .split(';')
            .next()
            .unwrap_or("")
            .trim()
            .to_ascii_lowercase();
        if !matches!(
            essence.as_str(),
            "application/json" | "application/fhir+json" | "text/json"
        ) {
            return Err(Problem::new(
                ErrorKind::Unsupported,
                "fhir.format",
                "This server takes application/fhir+json only.",
            ));
        }
    }
    let part = |name: &str| call.part_text(name).map(str::to_owned);
    let count = |name: &'static str| call.query.number(name, 0..=usize::MAX);
    let (kind, id) = match ask {
        Ask::Bundle => (String::new(), String::new()),
        Ask::Search | Ask::PostSearch | Ask::Create => (part("type")?, String::new()),
        _ => (part("type")?, part("id")?),
    };
    let version = if ask == Ask::Vread {
        Some(part("version")?)
    } else {
        None
    };
    let (page, before) = match ask {
        Ask::History => (
            count("_count")?,
            count("_before")?.map(|before| before as u64),
        ),
        _ => (None, None),
    };
    let body = match ask {
        Ask::Bundle | Ask::Create | Ask::Update | Ask::PostSearch => call.bytes()?.clone(),
        _ => bytes::Bytes::new(),
    };
    Ok(Asked {
        ctx: circumstances(&call)?,
        wishes: wishes(&call)?,
        base: base(house, &call),
        kind,
        id,
        version,
        page,
        before,
        query: call.raw_query,
        body,
        who: call.who,
    })
}

async fn run(house: House, call: Call<Authority>, ask: Ask) -> Result<Logged, Problem> {
    let asked = take(&house, call, ask)?;
    let rest = Rest {
        vault: &house.vault,
        ctx: &asked.ctx,
        authority: &asked.who,
        base: &asked.base,
    };
    let (kind, id, body, wishes) = (&asked.kind, &asked.id, &asked.body, &asked.wishes);
    let answer = match ask {
        Ask::Bundle => rest.bundle(body, wishes).await?,
        Ask::Search => rest.search(kind, &asked.query, wishes).await?,
        Ask::PostSearch => {
            let form = std::str::from_utf8(body).map_err(|_| {
                Problem::new(ErrorKind::Invalid, "http.query", "The form is not UTF-8.")
            })?;
            // In an address the way in refuses it.
            let words = form.replace('+', " ");
            let words = percent_encoding::percent_decode_str(&words).decode_utf8_lossy();
            if base::card::find(&words).is_some() {
                return Err(vault::VaultError::Card("the search").into());
            }
            rest.search(kind, form, wishes).await?
        }
        Ask::Create => rest.create(kind, body, wishes).await?,
        Ask::Read => rest.read(kind, id, None, wishes).await?,
        Ask::Vread => {
            rest.read(kind, id, asked.version.as_deref(), wishes)
                .await?
        }
        Ask::Update => rest.update(kind, id, body, wishes).await?,
        Ask::Delete => rest.delete(kind, id, wishes).await?,
        Ask::History => rest.history(kind, id, asked.page, asked.before).await?,
    };
    render(answer)
}

fn render(answer: rest::Answer) -> Result<Logged, Problem> {
    let status = StatusCode::from_u16(answer.status).map_err(|_| {
        Problem::new(
            ErrorKind::Internal,
            "http.status",
            "Something went wrong on our side.",
        )
    })?;
    let mut out = match answer.body {
        None => Answer::new(status),
        Some(body) => Answer::with_type(status, JSON, body),
    };
    for (name, value) in [(ETAG, answer.etag), (LOCATION, answer.location)] {
        if let Some(value) = value {
            out = out.header_text(name, &value);
        }
    }
    if let Some(at) = answer.last_modified {
        out = out.header_text(LAST_MODIFIED, &vault::http_date(at));
    }
    Ok(out
        .header(CONTENT_TYPE, HeaderValue::from_static(JSON))
        .logged(answer.log_index))
}

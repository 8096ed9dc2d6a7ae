//! `/fhir/$export`: everything of FHIR, taken out by a program (FHIR Bulk Data Access 2.0).

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, Instant, Name, ObjectId};
use futures_util::stream;
use http::header::{CONTENT_LOCATION, CONTENT_TYPE, EXPIRES, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use policy::{Allowed, Authority, BulkOf, RecordsOf, Verb, decide};
use serde_json::{Value, json};
use store::StoreError;
use vault::fhir::bulk::{Bulk, BulkState, GUARD_ROOM, NewBulk};
use vault::fhir::rest::Fetch;
use vault::fhir::{is_fhir, millis, outcome};
use vault::{Vault, VaultError};
use web::{Answer, Call, Doc, Limit, Logged, Param, Problem, Route, Routes};

use super::fhir::{acceptable, base};
use super::{House, allow, circumstances, log};

const NDJSON: &str = "application/fhir+ndjson";
/// The part that says who was left out.
const ERRORS: &str = "errors";
/// How soon it is worth asking again.
const AGAIN_SECONDS: &str = "2";
static PREFER: HeaderName = HeaderName::from_static("prefer");
static PROGRESS: HeaderName = HeaderName::from_static("x-progress");

const BULK: Param = Param::path("bulk", "The export's id");
const PURPOSE: Param = Param::header(
    "Purpose-Of-Use",
    "Why: an HL7 PurposeOfUse code such as TREAT; the same for asking and for fetching",
    true,
);

fn asks() -> Vec<Param> {
    vec![
        PURPOSE,
        Param::header("Prefer", "`respond-async`", true),
        Param::query("_type", "Only these types, with commas between them"),
        Param::query("_since", "Only what was written after this instant"),
        Param::query("_outputFormat", "`application/fhir+ndjson`"),
    ]
}

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (whole, patients, state, end, fetch) = (
        house.clone(),
        house.clone(),
        house.clone(),
        house.clone(),
        house.clone(),
    );
    let doc = |id, summary, about, params, answers| Doc {
        id,
        group: "FHIR",
        summary,
        about,
        params,
        body: None,
        answers,
    };
    let routes = vec![
        Route::logged(
            Method::GET,
            "/fhir/$export",
            Limit::NoBody,
            doc(
                "fhirExport",
                "Have everything taken out (bulk export)",
                "For a program of the tenant. What is about nobody is in it too.",
                asks(),
                &[(202, "It is being laid down: look at Content-Location")],
            ),
            move |call| ask(whole.clone(), call, Of::Everything),
        ),
        Route::logged(
            Method::GET,
            "/fhir/Patient/$export",
            Limit::NoBody,
            doc(
                "fhirPatientExport",
                "Have everything about people taken out (bulk export)",
                "For a program of the tenant.",
                asks(),
                &[(202, "It is being laid down: look at Content-Location")],
            ),
            move |call| ask(patients.clone(), call, Of::People),
        ),
        Route::logged(
            Method::GET,
            "/fhir/bulk/{bulk}",
            Limit::NoBody,
            doc(
                "fhirExportState",
                "How a bulk export stands; its files, when it is laid down",
                "",
                vec![BULK],
                &[(202, "Not yet"), (200, "The manifest")],
            ),
            move |call| look(state.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/fhir/bulk/{bulk}",
            Limit::NoBody,
            doc(
                "fhirExportEnd",
                "Call a bulk export off, or delete it",
                "",
                vec![BULK],
                &[(202, "It is gone")],
            ),
            move |call| call_off(end.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/fhir/bulk/{bulk}/{part}",
            Limit::NoBody,
            doc(
                "fhirExportFetch",
                "Fetch one of its files",
                "Opened while it is fetched, each person's part behind its entry in the log. Who was erased or took their grant back since is not in it.",
                vec![
                    BULK,
                    Param::path("part", "Which, as the manifest says"),
                    PURPOSE,
                ],
                &[(200, "NDJSON")],
            ),
            move |call| send(fetch.clone(), call),
        ),
    ];
    routes.into_iter().map(Route::fhir_errors).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Everything,
    People,
}

fn wrong(code: &'static str, text: &str) -> Problem {
    Problem::new(ErrorKind::Invalid, code, text)
}

fn wishes(call: &Call<Authority>) -> Result<Vec<String>, Problem> {
    let prefer = call.header(&PREFER)?.unwrap_or("");
    let wishes = prefer.split([',', ';']);
    Ok(wishes.map(|it| it.trim().to_ascii_lowercase()).collect())
}

/// What the address asks for.
struct Asked {
    kinds: Option<Vec<String>>,
    since: Option<Instant>,
}

fn asked(call: &Call<Authority>) -> Result<Asked, Problem> {
    acceptable(call)?;
    let wishes = wishes(call)?;
    if !wishes.iter().any(|it| it == "respond-async") {
        return Err(wrong(
            "bulk.async",
            "A bulk export takes a while: ask with `Prefer: respond-async`.",
        ));
    }
    let lenient = wishes.iter().any(|it| it == "handling=lenient");
    let mut asked = Asked {
        kinds: None,
        since: None,
    };
    for (name, value) in call.query.pairs() {
        match name {
            "_type" => {
                let kinds = value.split(',').map(|it| it.trim().to_owned());
                asked.kinds.get_or_insert_default().extend(kinds);
            }
            "_since" => {
                let at: Result<jiff::Timestamp, _> = value.parse();
                let at = at.map_err(|_| {
                    wrong(
                        "bulk.since",
                        "`_since` is an instant with its zone, e.g. 2027-01-31T00:00:00Z.",
                    )
                })?;
                asked.since = Some(Instant::from_micros(at.as_microsecond()));
            }
            // A plus in an address is a space.
            "_outputFormat" => {
                if !matches!(
                    value,
                    "application/fhir+ndjson"
                        | "application/fhir ndjson"
                        | "application/ndjson"
                        | "ndjson"
                ) {
                    return Err(wrong(
                        "bulk.format",
                        "This server gives out application/fhir+ndjson only.",
                    ));
                }
            }
            "_format" => {}
            _ if lenient => {}
            _ => {
                return Err(wrong(
                    "bulk.parameter",
                    "Of the parameters of a bulk export, `_type`, `_since` and `_outputFormat` are known here. `Prefer: handling=lenient` has others left out.",
                ));
            }
        }
    }
    Ok(asked)
}

/// Which types: those that were named, or all that the caller may read for this purpose.
async fn kinds(
    house: &House,
    ctx: &Ctx,
    who: &Authority,
    named: Option<&[String]>,
) -> Result<Vec<Name>, Problem> {
    let register = house.vault.register();
    let thing = |name: &Name| RecordsOf {
        tenant: ctx.tenant.clone(),
        person: None,
        collection: name.clone(),
    };
    if let Some(named) = named {
        let mut kinds = Vec::new();
        for name in named {
            let found = register.collection(name).filter(|it| is_fhir(it));
            let found = found.ok_or_else(|| {
                wrong(
                    "bulk.type",
                    "`_type` names types that the register holds, with commas between them.",
                )
            })?;
            let action = Action::BulkAsk;
            allow(house, ctx, who, Verb::Read, action, thing(&found.name)).await?;
            if !kinds.contains(&found.name) {
                kinds.push(found.name.clone());
            }
        }
        return Ok(kinds);
    }
    let all: Vec<_> = register
        .collections()
        .iter()
        .filter(|it| is_fhir(it))
        .collect();
    if all.is_empty() {
        return Err(wrong(
            "bulk.type",
            "The register holds nothing of FHIR here.",
        ));
    }
    let may = |name: &Name| decide(ctx, who, Verb::Read, thing(name)).is_ok();
    let kinds: Vec<Name> = all.iter().map(|it| it.name.clone()).filter(may).collect();
    if let ([], Some(any)) = (kinds.as_slice(), all.first()) {
        // Why not stands in the log, and is said.
        allow(
            house,
            ctx,
            who,
            Verb::Read,
            Action::BulkAsk,
            thing(&any.name),
        )
        .await?;
    }
    Ok(kinds)
}

async fn ask(house: House, call: Call<Authority>, of: Of) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let allowed = let_in(&house, &ctx, &call.who, Verb::Read, Action::BulkAsk).await?;
    let asked = asked(&call)?;
    let kinds = kinds(&house, &ctx, &call.who, asked.kinds.as_deref()).await?;
    // Whether it may be read at all was asked with it.
    let purpose = ctx.purpose.ok_or(policy::Denied::NoPurpose)?;
    let at = base(&house, &call);
    let path = match of {
        Of::Everything => "$export",
        Of::People => "Patient/$export",
    };
    let mut said = Vec::new();
    if asked.kinds.is_some() {
        let names: Vec<&str> = kinds.iter().map(Name::as_str).collect();
        said.push(format!("_type={}", names.join(",")));
    }
    said.extend(asked.since.map(|it| format!("_since={it}")));
    let query = if said.is_empty() {
        String::new()
    } else {
        format!("?{}", said.join("&"))
    };
    let new = NewBulk {
        purpose,
        whole: of == Of::Everything,
        kinds,
        since: asked.since,
        request: format!("{at}/{path}{query}"),
    };
    let (bulk, set) = house.vault.ask_bulk(&ctx, &allowed, &new);
    let entry = entry(&ctx, &allowed, Action::BulkAsk, bulk)?;
    let set = set
        .with(crate::bulk::job(&house, &ctx.tenant, bulk, ctx.now))
        .log(entry.finish(&ctx.tenant));
    let committed = match house.db.commit(set).await {
        Err(StoreError::Guard(GUARD_ROOM)) => return Err(VaultError::TooManyBulks.into()),
        other => other?,
    };
    let index = committed.log_indexes.last().copied().unwrap_or(0);
    Ok(Answer::new(StatusCode::ACCEPTED)
        .header_text(CONTENT_LOCATION, &format!("{at}/bulk/{bulk}"))
        .logged(index))
}

async fn let_in(
    house: &House,
    ctx: &Ctx,
    who: &Authority,
    verb: Verb,
    action: Action,
) -> Result<Allowed<BulkOf>, Problem> {
    let thing = BulkOf {
        tenant: ctx.tenant.clone(),
    };
    allow(house, ctx, who, verb, action, thing).await
}

fn entry(
    ctx: &Ctx,
    allowed: &Allowed<BulkOf>,
    action: Action,
    bulk: ObjectId,
) -> Result<Entry, Problem> {
    let entry = Entry::new(ctx, action, Outcome::Ok)
        .map_err(VaultError::from)?
        .subject(*bulk.as_bytes());
    Ok(match allowed.rule().parse() {
        Ok(rule) => entry.policy(&rule),
        Err(_) => entry,
    })
}

/// An export of the caller's own, as long as it is kept. Another's is none.
async fn own(house: &House, ctx: &Ctx, call: &Call<Authority>) -> Result<Bulk, Problem> {
    let bulk = house.vault.bulk(&ctx.tenant, call.part("bulk")?).await?;
    if bulk.owner == ctx.actor.id && ctx.now < bulk.expires_at {
        Ok(bulk)
    } else {
        Err(VaultError::NoBulk.into())
    }
}

async fn look(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let allowed = let_in(&house, &ctx, &call.who, Verb::Read, Action::BulkRead).await?;
    let bulk = own(&house, &ctx, &call).await?;
    let entry = entry(&ctx, &allowed, Action::BulkRead, bulk.bulk)?;
    let index = log::append(&house, &ctx, allowed.rule(), entry).await?;
    let at = format!("{}/bulk/{}", base(&house, &call), bulk.bulk);
    let answer = match bulk.state {
        BulkState::Waiting => Answer::new(StatusCode::ACCEPTED)
            .header_text(
                PROGRESS.clone(),
                &format!("{} persons counted", bulk.persons),
            )
            .header(RETRY_AFTER, HeaderValue::from_static(AGAIN_SECONDS)),
        BulkState::Failed => {
            return Err(Problem::new(
                ErrorKind::Internal,
                "bulk.failed",
                "It could not be laid down. Delete it, and ask again.",
            ));
        }
        BulkState::Ready => {
            let manifest = manifest(&house.vault, &ctx, &bulk, &at).await?;
            Answer::value(StatusCode::OK, &manifest)
                .header_text(EXPIRES, &vault::http_date(bulk.expires_at))
        }
    };
    Ok(answer.logged(index))
}

async fn manifest(vault: &Vault, ctx: &Ctx, bulk: &Bulk, at: &str) -> Result<Value, VaultError> {
    let parts = vault.bulk_parts(&ctx.tenant, bulk.bulk).await?;
    let output: Vec<Value> = parts
        .iter()
        .map(|it| json!({ "type": it.kind.as_str(), "url": format!("{at}/{}", it.part), "count": it.count }))
        .collect();
    let error = if bulk.left_out == 0 {
        json!([])
    } else {
        json!([{ "type": "OperationOutcome", "url": format!("{at}/{ERRORS}"), "count": 1 }])
    };
    Ok(json!({
        "transactionTime": millis(bulk.asked_at),
        "request": bulk.asked.request,
        "requiresAccessToken": true,
        "output": output,
        "error": error,
    }))
}

async fn call_off(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let allowed = let_in(&house, &ctx, &call.who, Verb::Delete, Action::BulkEnd).await?;
    let bulk = own(&house, &ctx, &call).await?;
    let entry = entry(&ctx, &allowed, Action::BulkEnd, bulk.bulk)?;
    let set = Vault::bulk_end(&ctx.tenant, bulk.bulk).log(entry.finish(&ctx.tenant));
    let committed = house.db.commit(set).await?;
    let index = committed.log_indexes.last().copied().unwrap_or(0);
    Ok(Answer::new(StatusCode::ACCEPTED).logged(index))
}

async fn send(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let ctx = circumstances(&call)?;
    let action = Action::Export;
    let allowed = let_in(&house, &ctx, &call.who, Verb::Read, action).await?;
    let bulk = own(&house, &ctx, &call).await?;
    if bulk.state != BulkState::Ready {
        return Err(VaultError::NoBulk.into());
    }
    let part = call.part_text("part")?;
    if part == ERRORS && bulk.left_out > 0 {
        let entry = entry(&ctx, &allowed, Action::BulkRead, bulk.bulk)?;
        let index = log::append(&house, &ctx, allowed.rule(), entry).await?;
        let said = format!(
            "{} persons are left out, in whole or in part: they have not granted this, or have it limited.",
            bulk.left_out
        );
        let line = format!("{}\n", outcome("warning", "suppressed", &said, None));
        return Ok(Answer::with_type(StatusCode::OK, NDJSON, line).logged(index));
    }
    let part: Option<u32> = part.parse().ok();
    let parts = house.vault.bulk_parts(&ctx.tenant, bulk.bulk).await?;
    let part = parts.into_iter().find(|it| Some(it.part) == part);
    let part = part.ok_or(VaultError::NoBulk)?;
    if ctx.purpose.is_some_and(|it| it != bulk.asked.purpose) {
        return Err(Problem::new(
            ErrorKind::Forbidden,
            "bulk.purpose",
            "It was asked for another purpose. Ask for it anew.",
        ));
    }
    let thing = RecordsOf {
        tenant: ctx.tenant.clone(),
        person: None,
        collection: part.kind.clone(),
    };
    let allowed = allow(&house, &ctx, &call.who, Verb::Read, action, thing).await?;
    let at = base(&house, &call);
    let mut fetch = Fetch::new(
        house.vault.clone(),
        ctx,
        call.who,
        allowed,
        at,
        (&bulk, part),
    )?;
    let first = fetch.next(house.clock.now()).await?;
    let (first, index) = first.ok_or(VaultError::NoBulk)?;
    let rest = stream::try_unfold((fetch, house), |(mut fetch, house)| async move {
        match fetch.next(house.clock.now()).await {
            Ok(Some((piece, _))) => Ok(Some((piece, (fetch, house)))),
            Ok(None) => Ok(None),
            Err(error) => {
                tracing::warn!(%error, "a file of a bulk export broke off");
                Err(error)
            }
        }
    });
    let first = stream::iter([Ok(first)]);
    let body = web::stream(futures_util::StreamExt::chain(first, rest));
    Ok(Answer::streamed(StatusCode::OK, body)
        .header(CONTENT_TYPE, HeaderValue::from_static(NDJSON))
        .logged(index))
}

//! `/v1/persons/{person}/exports`: a person's records and files, as an archive to take along.

use audit::{Action, Entry, Outcome};
use base::{Ctx, ErrorKind, PersonId, Secret};
use http::header::LOCATION;
use http::{Method, StatusCode};
use policy::{Allowed, Authority, ExportOf, FileAt, Verb};
use serde::Deserialize;
use serde_json::{Value, json};
use vault::export::{Export, ExportId, ExportState, Wish};
use vault::{Vault, VaultError};
use web::{Answer, Call, Doc, Lang, Limit, Logged, Param, Problem, Route, Routes};

use super::requests::body;
use super::{House, allow, circumstances, files, log};

const GROUP: &str = "Take along";
const PERSON: Param = Param::path("person", "The person's id");
const EXPORT: Param = Param::path("export", "The archive's id");

pub(super) fn routes(house: &House) -> Routes<Authority> {
    let (ask_in, list_in, read_in) = (house.clone(), house.clone(), house.clone());
    let (get_in, delete_in) = (house.clone(), house.clone());
    vec![
        Route::logged(
            Method::POST,
            "/v1/persons/{person}/exports",
            Limit::Bytes(8 << 10),
            Doc {
                id: "askExport",
                group: GROUP,
                summary: "Have a person's records and files made into an archive",
                about: "A zip with JSON, CSV, one FHIR bundle, the original files, who looked, and a page that says what is in it. It is made in the background and kept for seven days; three at most.",
                params: vec![PERSON],
                body: Some((
                    "application/json",
                    "Empty, or an object with `lang` (`sv`, `de`, `it`, `fr`, `en`) and `passphrase` (12 characters at least: the archive is then sealed with age).",
                )),
                answers: &[(202, "It will be made: where to look")],
            },
            move |call| ask(ask_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/exports",
            Limit::NoBody,
            Doc {
                id: "listExports",
                group: GROUP,
                summary: "A person's archives, newest first",
                about: "",
                params: vec![PERSON],
                body: None,
                answers: &[(200, "Archives")],
            },
            move |call| list(list_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/exports/{export}",
            Limit::NoBody,
            Doc {
                id: "readExport",
                group: GROUP,
                summary: "How an archive stands",
                about: "",
                params: vec![PERSON, EXPORT],
                body: None,
                answers: &[(200, "The archive")],
            },
            move |call| read(read_in.clone(), call),
        ),
        Route::logged(
            Method::GET,
            "/v1/persons/{person}/exports/{export}/content",
            Limit::NoBody,
            Doc {
                id: "fetchExport",
                group: GROUP,
                summary: "Fetch an archive",
                about: "Whole or, with `Range`, from where a fetch broke off: byte for byte the same.",
                params: vec![PERSON, EXPORT, Param::header("Range", "Which bytes", false)],
                body: None,
                answers: &[(200, "The archive"), (206, "The bytes that were asked for")],
            },
            move |call| fetch(get_in.clone(), call),
        ),
        Route::logged(
            Method::DELETE,
            "/v1/persons/{person}/exports/{export}",
            Limit::NoBody,
            Doc {
                id: "deleteExport",
                group: GROUP,
                summary: "Delete an archive before its time",
                about: "",
                params: vec![PERSON, EXPORT],
                body: None,
                answers: &[(200, "It is gone")],
            },
            move |call| delete(delete_in.clone(), call),
        ),
    ]
}

async fn let_in(
    house: &House,
    call: &Call<Authority>,
    verb: Verb,
) -> Result<(Ctx, Allowed<ExportOf>, PersonId), Problem> {
    let ctx = circumstances(call)?;
    let person: PersonId = call.part("person")?;
    let thing = ExportOf {
        tenant: ctx.tenant.clone(),
        person,
    };
    let allowed = allow(house, &ctx, &call.who, verb, Action::Export, thing).await?;
    Ok((ctx, allowed, person))
}

async fn noted(
    house: &House,
    ctx: &Ctx,
    allowed: &Allowed<ExportOf>,
    count: usize,
) -> Result<u64, Problem> {
    let handle = house
        .vault
        .handle(&ctx.tenant, allowed.thing().person)
        .await?;
    let entry = Entry::new(ctx, Action::FileList, Outcome::Ok)
        .map_err(VaultError::from)?
        .person(handle)
        .count(count as u64);
    log::append(house, ctx, allowed.rule(), entry).await
}

fn wire(it: &Export) -> Value {
    json!({
        "export": it.export,
        // Where it will lie is written down when a worker begins.
        "state": match it.state {
            ExportState::Waiting if it.file.is_some() => json!("making"),
            state => json!(state),
        },
        "lang": it.lang,
        "protected": it.protected,
        "asked_at": it.asked_at.to_string(),
        "made_at": it.made_at.map(|at| at.to_string()),
        "expires_at": it.expires_at.to_string(),
        "bytes": it.bytes,
        "records": it.records,
        "files": it.files,
    })
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    lang: Option<String>,
    passphrase: Option<String>,
}

async fn ask(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Create).await?;
    let new: New = if call.bytes()?.is_empty() {
        New::default()
    } else {
        body(&call)?
    };
    let lang = new.lang.as_deref().unwrap_or("en");
    let wrong = |text: &str| Problem::new(ErrorKind::Invalid, "export.body", text.to_owned());
    let lang = Lang::ALL
        .into_iter()
        .find(|it| it.code() == lang)
        .ok_or_else(|| wrong("`lang` is one of sv, de, it, fr, en."))?;
    let passphrase = new.passphrase.map(Secret::new);
    if let Some(it) = &passphrase {
        let text = it.expose();
        if text.chars().count() < crypt::age::PASSPHRASE_CHARS_MIN
            || text.len() > crypt::age::PASSPHRASE_BYTES_MAX
        {
            return Err(wrong(
                "A passphrase has 12 characters at least, and 1024 bytes at most.",
            ));
        }
    }
    let wish = Wish {
        lang: lang.code().to_owned(),
        passphrase,
    };
    let (export, set) = house.vault.ask_export(&ctx, &allowed, wish).await?;
    let handle = house.vault.handle(&ctx.tenant, person).await?;
    let entry = Entry::new(&ctx, Action::Export, Outcome::Ok)
        .map_err(VaultError::from)?
        .person(handle);
    let entry = match allowed.rule().parse() {
        Ok(rule) => entry.policy(&rule),
        Err(_) => entry,
    };
    let mut set = set;
    let stead = house.in_stead(&ctx).await?;
    set.statements.extend(stead.statements);
    let set = set
        .with(crate::exports::job(
            &house,
            &ctx.tenant,
            person,
            export.export,
            ctx.now,
        ))
        .log(entry.finish(&ctx.tenant));
    let committed = house.db.commit(set).await?;
    let index = committed.log_indexes.last().copied().unwrap_or(0);
    let at = format!("/v1/persons/{person}/exports/{}", export.export);
    Ok(Answer::value(StatusCode::ACCEPTED, &wire(&export))
        .header_text(LOCATION, &at)
        .logged(index))
}

async fn list(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read).await?;
    let found = house.vault.exports(&ctx.tenant, person).await?;
    let lines: Vec<_> = found.iter().map(wire).collect();
    let index = noted(&house, &ctx, &allowed, lines.len()).await?;
    Ok(Answer::value(StatusCode::OK, &json!({ "exports": lines })).logged(index))
}

fn export_id(call: &Call<Authority>) -> Result<ExportId, Problem> {
    call.part("export")
}

async fn read(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, allowed, person) = let_in(&house, &call, Verb::Read).await?;
    let export = house
        .vault
        .export(&ctx.tenant, person, export_id(&call)?)
        .await?;
    let index = noted(&house, &ctx, &allowed, 1).await?;
    Ok(Answer::value(StatusCode::OK, &wire(&export)).logged(index))
}

async fn fetch(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, _, person) = let_in(&house, &call, Verb::Read).await?;
    let export = house
        .vault
        .export(&ctx.tenant, person, export_id(&call)?)
        .await?;
    let file = export
        .file
        .filter(|_| export.state == ExportState::Ready && ctx.now < export.expires_at);
    let file = file.ok_or(VaultError::NoExport)?;
    files::send(&house, &call, &ctx, person, file).await
}

async fn delete(house: House, call: Call<Authority>) -> Result<Logged, Problem> {
    let (ctx, _, person) = let_in(&house, &call, Verb::Delete).await?;
    let export = house
        .vault
        .export(&ctx.tenant, person, export_id(&call)?)
        .await?;
    let gone = Vault::export_gone(&ctx.tenant, person, export.export);
    let removed = match export.file {
        Some(file) => {
            let thing = FileAt {
                tenant: ctx.tenant.clone(),
                person,
                file: Some(file),
            };
            let action = Action::FileDelete;
            let allowed = allow(&house, &ctx, &call.who, Verb::Delete, action, thing).await?;
            match house.vault.delete_archive(&ctx, &allowed).await {
                Ok(index) => Some(index),
                // It is not made yet.
                Err(VaultError::NoFile) => None,
                Err(error) => return Err(error.into()),
            }
        }
        None => None,
    };
    let index = match removed {
        Some(index) => {
            house.db.commit(gone).await?;
            index
        }
        None => {
            let handle = house.vault.handle(&ctx.tenant, person).await?;
            let entry = Entry::new(&ctx, Action::FileDelete, Outcome::Ok)
                .map_err(VaultError::from)?
                .person(handle);
            let mut set = house.in_stead(&ctx).await?;
            set.statements.extend(gone.statements);
            let set = set.log(entry.finish(&ctx.tenant));
            let committed = house.db.commit(set).await?;
            committed.log_indexes.last().copied().unwrap_or(0)
        }
    };
    let said = json!({ "export": export.export, "deleted": true });
    Ok(Answer::value(StatusCode::OK, &said).logged(index))
}

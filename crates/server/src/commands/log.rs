//! `strongroom log`.

use std::path::Path;

use audit::anchor::Anchor;
use audit::export::{Bundles, Format, lines, tiles};
use audit::note::LogKey;
use audit::verify::{Depth, Known, Report, verify_folder};
use audit::{Action, Entry, Outcome};
use base::TenantId;
use serde_json::json;
use store::WriteSet;

use super::{Held, data, json, place, talk};
use crate::cli::{Log, LogExport, LogFormat, LogProve, LogShow, LogVerify};
use crate::{Failure, Installation};

/// Entries read at a time.
const PAGE: u64 = 1_000;

pub(super) async fn run(args: Log) -> Held {
    match args {
        Log::Show(args) => show(args).await,
        Log::Verify(args) => verify(args).await,
        Log::Prove(args) => prove(args).await,
        Log::Export(args) => export(args).await,
    }
}

/// Looking at the log stands in the log.
async fn note(
    installation: &Installation,
    tenant: &TenantId,
    action: Action,
    count: Option<u64>,
) -> Result<(), Failure> {
    let (ctx, _) = installation.local(tenant, "log");
    let mut entry = Entry::new(&ctx, action, Outcome::Ok)?;
    if let Some(count) = count {
        entry = entry.count(count);
    }
    installation
        .db
        .commit(WriteSet::new().log(entry.finish(tenant)))
        .await?;
    Ok(())
}

async fn show(args: LogShow) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let limit = args.limit.clamp(1, PAGE);
    let size = installation.log.size(&tenant).await?;
    let from = args.from.unwrap_or(size.saturating_sub(limit));
    let mut logged = installation.log.entries(&tenant, from, limit).await?;
    note(
        &installation,
        &tenant,
        Action::LogRead,
        Some(logged.len() as u64),
    )
    .await?;
    logged.reverse();
    for logged in &logged {
        let body = String::from_utf8_lossy(&logged.body);
        if args.json {
            data(format_args!(
                "{{\"index\":{},\"leaf_hash\":\"{}\",\"entry\":{body}}}",
                logged.index,
                hex::encode(logged.leaf_hash)
            ));
        } else {
            data(readable(logged.index, &logged.entry()?));
        }
    }
    if logged.is_empty() {
        talk(format_args!(
            "no entries from {from} on; the log of {tenant} has {size}"
        ));
    }
    installation.close().await;
    Ok(true)
}

fn readable(index: u64, entry: &Entry) -> String {
    let mut line = format!(
        "{index:>8}  {}  {:<14} {:<6}  {} {}",
        entry.at,
        entry.action.as_str(),
        entry.outcome.as_str(),
        entry.actor.role.as_str(),
        entry.actor.id.as_str()
    );
    if let Some(person) = entry.person {
        line.push_str(&format!("  person {person}"));
    }
    if let Some(collection) = &entry.collection {
        line.push_str(&format!("  {collection}"));
    }
    if let Some(purpose) = entry.purpose {
        line.push_str(&format!("  for {purpose}"));
    }
    if !entry.classes.is_empty() {
        line.push_str(&format!("  opened {}", entry.classes));
    }
    line
}

async fn verify(args: LogVerify) -> Held {
    let reports = match &args.tiles {
        Some(folder) => {
            let vkeys = args.vkey.as_deref().unwrap_or(Path::new(""));
            let known = Known {
                keys: read_keys(vkeys)?,
                anchors: Vec::new(),
            };
            vec![verify_folder(folder, &known)?]
        }
        None => verify_here(&args).await?,
    };
    let ok = reports.iter().all(|report| report.ok);
    if args.json {
        match reports.as_slice() {
            [only] => json(only)?,
            _ => {
                let size: u64 = reports.iter().map(|report| report.size).sum();
                let root = reports.first().and_then(|report| report.root);
                let problems: Vec<_> = reports.iter().flat_map(|report| &report.problems).collect();
                json(&json!({
                    "ok": ok,
                    "size": size,
                    "root": root.map(hex::encode),
                    "problems": problems,
                    "logs": reports,
                }))?;
            }
        }
    } else {
        for report in &reports {
            if report.ok {
                data(format_args!(
                    "{}: holds; {} entries, {} opened, {} remembered heads compared",
                    report.origin, report.size, report.entries_opened, report.anchors_compared
                ));
            } else {
                data(format_args!(
                    "{}: DOES NOT HOLD; {} problems",
                    report.origin, report.problem_count
                ));
                for problem in &report.problems {
                    data(format_args!(
                        "  {}: {}",
                        problem.kind.as_str(),
                        problem.text
                    ));
                }
            }
        }
    }
    Ok(ok)
}

async fn verify_here(args: &LogVerify) -> Result<Vec<Report>, Failure> {
    let installation = place::open(&args.place).await?;
    let tenants = match &args.tenant {
        Some(named) => vec![place::tenant(&installation, Some(named))?],
        None => installation.tenants(),
    };
    let mut reports = Vec::new();
    for tenant in tenants {
        let mut anchors = installation.anchors.recall(&tenant).await?;
        for path in &args.anchor {
            let text = read(path)?;
            let anchor = Anchor::from_checkpoint(&tenant, &text, installation.clock.now())?;
            anchors.push(anchor);
        }
        let known = Known {
            keys: installation.log.verifiers(&tenant)?,
            anchors,
        };
        let report = installation
            .log
            .verify(&tenant, &known, Depth::Entries)
            .await?;
        reports.push(report);
    }
    // Not closed in order: a head that does not hold must not be remembered.
    Ok(reports)
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}

fn read_keys(path: &Path) -> Result<Vec<LogKey>, Failure> {
    read(path)?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            line.parse().map_err(|_| {
                Failure::text(format!("{} holds a line that is no vkey", path.display()))
            })
        })
        .collect()
}

async fn prove(args: LogProve) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let (_, proof) = installation.log.prove(&tenant, args.entry).await?;
    note(&installation, &tenant, Action::LogProve, None).await?;
    data(proof.to_string().trim_end());
    for key in installation.log.verifiers(&tenant)? {
        talk(format_args!("check it with the key {key}"));
    }
    installation.close().await;
    Ok(true)
}

async fn export(args: LogExport) -> Held {
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let format = match args.format {
        LogFormat::Ocsf => Format::Ocsf,
        LogFormat::Ecs => Format::Ecs,
        LogFormat::Fhir => Format::Fhir,
        LogFormat::Tiles => {
            let out = args
                .out
                .ok_or_else(|| Failure::usage("--format tiles needs --out DIR"))?;
            note(&installation, &tenant, Action::LogExport, None).await?;
            let size = tiles(&installation.log, &tenant, &out, Bundles::With).await?;
            talk(format_args!("{size} entries as tiles in {}", out.display()));
            installation.close().await;
            return Ok(true);
        }
    };
    let end = installation.log.size(&tenant).await?;
    note(
        &installation,
        &tenant,
        Action::LogExport,
        Some(end.saturating_sub(args.from)),
    )
    .await?;
    let mut out = std::io::BufWriter::new(std::io::stdout());
    lines(&installation.log, &tenant, args.from..end, format, &mut out).await?;
    std::io::Write::flush(&mut out).map_err(|error| Failure::text(error.to_string()))?;
    installation.close().await;
    Ok(true)
}

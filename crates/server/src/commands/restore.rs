//! `strongroom restore`.

use std::time::Instant;

use base::Clock;
use indicatif::HumanBytes;
use serde_json::json;

use super::backup::{Bar, line_json, rate};
use super::{Held, data, json, place, talk};
use crate::cli::Restore;
use crate::clock::SystemClock;
use crate::{Failure, quorum, restore, telemetry};

pub(super) async fn run(args: Restore) -> Held {
    let file = place::file(&args.place)?;
    let mut config = place::read(&args.place)?;
    config.logging.level = "warn".to_owned();
    config.logging.format = "text".to_owned();
    telemetry::begin(&config.logging)?;
    let begun = Instant::now();
    let bar = Bar::new();
    let shares = quorum::read(&args.shares)?;
    let keys = if args.live_keys {
        restore::From::Live
    } else {
        restore::From::Backup(&shares)
    };
    let to = restore::To {
        folder: &args.to,
        postgres: args
            .postgres_data
            .as_deref()
            .zip(args.postgres_keys.as_deref()),
        seal: None,
    };
    let of = match (&args.point, &args.at) {
        (_, Some(at)) => restore::Of::Moment(moment(at)?),
        (Some(point), None) => restore::Of::Point(point),
        (None, None) => restore::Of::Point("latest"),
    };
    let restored = restore::restore(&config, &file, keys, (of, to), &bar).await;
    bar.end();
    let (restored, passed) = restored?;
    let path = args.to.join(place::FILE);
    let seconds = begun.elapsed().as_secs_f64();
    let line = &restored.line;
    talk(format_args!(
        "recovery point {} of {}: {} files, {}; {seconds:.1} s, {}/s",
        line.short(),
        restored.manifest.taken_at,
        line.files,
        HumanBytes(line.bytes),
        rate(line.bytes, seconds)
    ));
    if let Some(forwarded) = &restored.forwarded {
        talk(format_args!(
            "taken forward by {} pieces of the stream, {}",
            forwarded.pieces,
            match (forwarded.until, forwarded.goes_on) {
                (None, _) => "none of which is later than the point".to_owned(),
                (Some(_), true) => "to the moment that was asked for".to_owned(),
                (Some(until), false) => format!("to {until}: nothing later had left the machine"),
            }
        ));
    }
    if let Some(files) = &restored.files {
        talk(format_args!(
            "{} files, of which {} were sent after the point, {} were in a later point, and {} of the point were deleted until then",
            files.named, files.sent, files.later, files.removed
        ));
        for id in &files.missing_objects {
            talk(format_args!("MISSING: object {id} is named, and nowhere"));
        }
        if files.missing > 0 {
            talk(format_args!(
                "MISSING: {} files had not left the machine yet, or are damaged; everything else is there",
                files.missing
            ));
        }
    }
    talk(format_args!(
        "repeated in {:.2} s: {} persons erased, {} grants withdrawn, {} tokens ended; logs brought forward by {} entries{}",
        passed.took.as_secs_f64(),
        passed.erased,
        passed.withdrawn,
        passed.revoked,
        passed.carried,
        match passed.lost {
            0 => String::new(),
            lost => format!(", {lost} are lost for good"),
        }
    ));
    if args.json {
        let mut value = line_json(line);
        if let Some(value) = value.as_object_mut() {
            value.insert("to".into(), json!(args.to.display().to_string()));
            value.insert("seconds".into(), json!(seconds));
            value.insert("gate_seconds".into(), json!(passed.took.as_secs_f64()));
            value.insert("erased_again".into(), json!(passed.erased));
            value.insert("withdrawn_again".into(), json!(passed.withdrawn));
            value.insert("revoked_again".into(), json!(passed.revoked));
            value.insert("log_entries_carried".into(), json!(passed.carried));
            value.insert("log_entries_lost".into(), json!(passed.lost));
            value.insert(
                "forwarded".into(),
                json!(restored.forwarded.map(|it| json!({
                    "pieces": it.pieces,
                    "until": it.until.map(|at| at.to_string()),
                    "goes_on": it.goes_on,
                }))),
            );
            value.insert(
                "brought".into(),
                json!(restored.files.as_ref().map(|it| json!({
                    "named": it.named,
                    "sent": it.sent,
                    "later": it.later,
                    "removed": it.removed,
                    "missing": it.missing,
                    "missing_objects": it.missing_objects.iter().map(ToString::to_string).collect::<Vec<_>>(),
                }))),
            );
        }
        json(&value)?;
    } else {
        data(path.display());
    }
    Ok(restored.files.is_none_or(|it| it.missing == 0))
}

/// A moment as people write it, or the present one.
fn moment(text: &str) -> Result<base::Instant, Failure> {
    if text == "now" {
        return Ok(SystemClock.now());
    }
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    let parsed = parsed.map_err(|_| {
        Failure::usage(format!(
            "{text} is no moment\nhint: write it as 2026-11-28T09:30:00Z, or `now`"
        ))
    })?;
    Ok(base::Instant::from_micros(parsed.as_microsecond()))
}

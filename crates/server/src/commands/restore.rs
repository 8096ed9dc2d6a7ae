//! `strongroom restore`.

use std::time::Instant;

use indicatif::HumanBytes;
use serde_json::json;

use super::backup::{Bar, line_json, rate};
use super::{Held, data, json, place, talk};
use crate::cli::Restore;
use crate::{restore, telemetry};

pub(super) async fn run(args: Restore) -> Held {
    let file = place::file(&args.place)?;
    let mut config = place::read(&args.place)?;
    config.logging.level = "warn".to_owned();
    config.logging.format = "text".to_owned();
    telemetry::begin(&config.logging)?;
    let begun = Instant::now();
    let bar = Bar::new();
    let keys = if args.live_keys {
        restore::From::Live
    } else {
        restore::From::Backup
    };
    let restored = restore::restore(&config, &file, keys, (&args.point, &args.to), &bar).await;
    bar.end();
    let restored = restored?;
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
    if args.json {
        let mut value = line_json(line);
        if let Some(value) = value.as_object_mut() {
            value.insert("to".into(), json!(args.to.display().to_string()));
            value.insert("seconds".into(), json!(seconds));
        }
        json(&value)?;
    } else {
        data(path.display());
    }
    Ok(true)
}

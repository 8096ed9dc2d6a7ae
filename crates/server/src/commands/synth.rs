//! `strongroom synth`.

use std::path::Path;

use base::Clock;
use indicatif::ProgressBar;
use serde_json::Value;

use super::{Held, talk};
use crate::Failure;
use crate::cli::Synth;
use crate::clock::SystemClock;

pub(super) fn run(args: &Synth) -> Held {
    let made = |error: std::io::Error, path: &Path| Failure::file(path, &error);
    for part in ["fhir", "cycle-diary", "wearables"] {
        let folder = args.folder.join(part);
        std::fs::create_dir_all(&folder).map_err(|error| made(error, &folder))?;
    }
    let bar = ProgressBar::new(args.persons.into());
    let people = vault::synth::people(args.seed, args.persons as usize, SystemClock.now());
    for (number, person) in people.enumerate() {
        let write = |part: &str, ending: &str, text: String| {
            let path = args
                .folder
                .join(part)
                .join(format!("person-{number:05}.{ending}"));
            std::fs::write(&path, text).map_err(|error| made(error, &path))
        };
        write("fhir", "json", person.fhir_bundle.to_string())?;
        if !person.diary.is_empty() {
            write(
                "cycle-diary",
                "ndjson",
                lines(person.settings.iter().chain(&person.diary)),
            )?;
        }
        let wearable = &person.wearable;
        let all = wearable
            .measures
            .iter()
            .chain(&wearable.sleep)
            .chain(&wearable.activity);
        write("wearables", "ndjson", lines(all))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    talk(format_args!(
        "{} synthetic people under {}; `strongroom import fhir {}/fhir` takes the bundles in",
        args.persons,
        args.folder.display(),
        args.folder.display()
    ));
    Ok(true)
}

fn lines<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    values.map(|value| format!("{value}\n")).collect()
}

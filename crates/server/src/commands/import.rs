//! `strongroom import`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use vault::fhir::import::{Note, Sources, Tally, Watch, Weight, run as carry};
use vault::fhir::rest::VaultSink;

use super::{Held, json as print, place, talk};
use crate::cli::{Import, ImportFhir};
use crate::{Failure, remote};

pub(super) async fn run(args: Import) -> Held {
    let Import::Fhir(args) = args;
    let sources = Sources::find(&args.paths)
        .map_err(|(path, error): (PathBuf, std::io::Error)| Failure::file(&path, &error))?;
    if sources.count() == 0 {
        return Err(Failure::usage(
            "there is nothing to import: the paths hold no .json and no .ndjson files",
        ));
    }
    let ignored = sources.ignored;
    let mut watch = Bar::new(sources.bytes());
    let tally = match &args.url {
        Some(url) => {
            let token_file = args
                .token_file
                .as_deref()
                .ok_or_else(|| Failure::usage("--url needs --token-file"))?;
            let ca = args.ca.as_deref().ok_or_else(|| {
                Failure::usage("--url needs --ca FILE: the CA that signed the server's certificate")
            })?;
            let url = format!("{}/fhir", url.trim_end_matches('/'));
            let sink = remote::FhirServer::at(&url, ca, token_file)?;
            carry(sources, &sink, &mut watch).await
        }
        None => {
            let installation = place::open(&args.place).await?;
            let tenant = place::tenant(&installation, args.tenant.as_ref())?;
            let (ctx, authority) = installation.local(&tenant, "import");
            let sink = VaultSink::new(
                installation.vault.clone(),
                ctx,
                authority,
                Arc::clone(&installation.clock),
            );
            let tally = carry(sources, &sink, &mut watch).await;
            drop(sink);
            installation.close().await;
            tally
        }
    };
    watch.bar.finish_and_clear();
    let tally = tally.map_err(|error| {
        Failure::text(format!("{error}\nhint: what was stored until now stays; run the same command again to go on from there"))
    })?;
    report(&args, &tally, ignored, watch.bar.elapsed())?;
    Ok(tally.refused == 0)
}

fn report(args: &ImportFhir, tally: &Tally, ignored: u64, took: Duration) -> Result<(), Failure> {
    if args.json {
        return print(&json!({
            "files": tally.files,
            "bytes": tally.bytes,
            "created": tally.created,
            "updated": tally.updated,
            "unchanged": tally.unchanged,
            "repeated": tally.repeated,
            "refused": tally.refused,
            "passed": tally.passed,
            "ignored_files": ignored,
            "seconds": took.as_secs_f64(),
        }));
    }
    let mut text = format!(
        "{} resources from {} files in {:.1} s: {} new, {} changed, {} unchanged",
        tally.resources(),
        tally.files,
        took.as_secs_f64(),
        tally.created,
        tally.updated,
        tally.unchanged
    );
    for (count, what) in [
        (tally.repeated, "the same again within the input"),
        (tally.refused, "refused (see above)"),
        (tally.passed, "passed over"),
        (ignored, "files of another kind left alone"),
    ] {
        if count > 0 {
            let _ = write!(text, ", {count} {what}");
        }
    }
    talk(text);
    Ok(())
}

/// The progress bar, and the notes above it.
struct Bar {
    bar: ProgressBar,
}

impl Bar {
    fn new(bytes: Option<u64>) -> Self {
        let bar = bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let style = ProgressStyle::with_template(
            "{wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar }
    }
}

impl Watch for Bar {
    fn progress(&mut self, tally: &Tally) {
        self.bar.set_position(tally.bytes);
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
        let rate = tally.resources() as f64 / seconds;
        self.bar
            .set_message(format!("{} resources, {rate:.0}/s", tally.resources()));
    }

    fn note(&mut self, note: &Note) {
        let word = match note.weight {
            Weight::Refused => "refused",
            Weight::Passed => "passed over",
        };
        let place = note
            .pointer
            .as_deref()
            .map_or_else(String::new, |pointer| format!(" at {pointer}"));
        let line = format!(
            "{}:{}: {word}{place}: {}",
            note.origin.source, note.origin.line, note.reason
        );
        if self.bar.is_hidden() {
            talk(line);
        } else {
            self.bar.println(line);
        }
    }
}

//! `strongroom export`.

use std::io::{self, Write};
use std::time::Instant;

use bytes::Bytes;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tokio::sync::mpsc::{self, Receiver};
use vault::VaultError;
use vault::export::Wish;

use super::{Held, json, place, talk};
use crate::cli::Export;
use crate::{Failure, exports};

pub(super) async fn run(args: Export) -> Held {
    let lang = web::Lang::ALL
        .into_iter()
        .find(|it| it.code() == args.lang)
        .ok_or_else(|| Failure::usage("--lang is one of sv, de, it, fr, en"))?;
    let passphrase = args
        .passphrase_file
        .as_deref()
        .map(|path| {
            let bytes = keys::seal::read_secret_file(path)?;
            let text = std::str::from_utf8(&bytes).map(str::trim_end);
            let text = text.map_err(|_| Failure::usage("the passphrase is not UTF-8"))?;
            if text.chars().count() < crypt::age::PASSPHRASE_CHARS_MIN {
                return Err(Failure::usage("the passphrase has 12 characters at least"));
            }
            Ok(base::Secret::new(text.to_owned()))
        })
        .transpose()?;
    let wish = Wish {
        lang: lang.code().to_owned(),
        passphrase,
    };
    let installation = place::open(&args.place).await?;
    let tenant = place::tenant(&installation, args.tenant.as_ref())?;
    let (ctx, authority) = exports::circumstances(&installation, &tenant);
    let allowed = exports::allowed(&ctx, &authority, args.person)?;
    // Written beside and renamed at the end: half an archive is never taken for a whole one.
    let folder = args.to.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| std::path::Path::new("."));
    if args.to.exists() {
        return Err(Failure::usage(format!(
            "{} is there already",
            args.to.display()
        )));
    }
    let mut file =
        tempfile::NamedTempFile::new_in(folder).map_err(|error| Failure::file(folder, &error))?;
    let extras = exports::extras(&installation, &tenant, args.person, ctx.now);
    let extras = Box::pin(extras).await?;
    let (pieces, received) = mpsc::channel(8);
    let begun = Instant::now();
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bytes} written, {bytes_per_sec}") {
        bar.set_style(style);
    }
    let (taken, bytes) = tokio::join!(
        installation
            .vault
            .take_out(&ctx, &allowed, &installation.log, &wish, &extras, pieces),
        write(received, &mut file, &bar)
    );
    bar.finish_and_clear();
    let bytes = bytes.map_err(|error| Failure::file(&args.to, &error))?;
    let (taken, log_index) = taken?;
    file.as_file()
        .sync_all()
        .map_err(|error| Failure::file(&args.to, &error))?;
    file.persist_noclobber(&args.to)
        .map_err(|error| Failure::file(&args.to, &error.error))?;
    installation.close().await;
    let seconds = begun.elapsed().as_secs_f64();
    if args.json {
        json(&json!({
            "person": args.person,
            "file": args.to.display().to_string(),
            "bytes": bytes,
            "records": taken.records,
            "versions": taken.versions,
            "files": taken.files,
            "log_entries": taken.entries,
            "seconds": seconds,
            "log_index": log_index,
        }))?;
    } else {
        talk(format_args!(
            "{}: {} records, {} earlier versions, {} files, {} entries of the log; {bytes} bytes in {seconds:.1} s",
            args.to.display(),
            taken.records,
            taken.versions,
            taken.files,
            taken.entries
        ));
    }
    Ok(true)
}

/// Write what comes, as long as it comes: how many bytes. The receiver ends with this, so that nobody goes on sending to a full disk.
async fn write(
    mut received: Receiver<Result<Bytes, VaultError>>,
    file: &mut impl Write,
    bar: &ProgressBar,
) -> io::Result<u64> {
    let mut bytes: u64 = 0;
    while let Some(Ok(piece)) = received.recv().await {
        file.write_all(&piece)?;
        bytes += piece.len() as u64;
        bar.set_position(bytes);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io;

    use bytes::Bytes;
    use indicatif::ProgressBar;
    use tokio::sync::mpsc;

    #[tokio::test]
    async fn a_full_disk_stops_whoever_sends() {
        let (pieces, received) = mpsc::channel(1);
        let sends = async {
            for _ in 0..100 {
                if pieces.send(Ok(Bytes::from_static(b"piece"))).await.is_err() {
                    return true;
                }
            }
            false
        };
        let mut disk = io::Cursor::new([0; 12]);
        let bar = ProgressBar::hidden();
        let (stopped, written) = tokio::join!(sends, super::write(received, &mut disk, &bar));
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::WriteZero);
        assert!(stopped);
    }
}

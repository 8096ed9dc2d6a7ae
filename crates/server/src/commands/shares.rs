//! `strongroom keys shares`.

use crypt::shamir::Quorum;
use serde_json::json;

use super::{Held, data, json, place, talk};
use crate::cli::{SharesCombine, SharesSplit};
use crate::{Failure, quorum};

pub(super) async fn split(args: SharesSplit) -> Held {
    let of = Quorum::new(args.threshold, args.shares).ok_or_else(|| {
        Failure::usage(
            "2 to 32 shares, of which it takes 2 at least: e.g. --shares 5 --threshold 3",
        )
    })?;
    let installation = place::open(&args.place).await?;
    let set = installation.keys.split_root(of).await?;
    // Before any share is anywhere.
    quorum::note_split(&installation, &set).await?;
    let environment = &installation.config.environment;
    let files = quorum::write(&set, environment, &args.out)?;
    if args.json {
        let files: Vec<_> = files.iter().map(|it| it.display().to_string()).collect();
        json(&json!({
            "set": set.id.to_string(),
            "generation": set.generation,
            "shares": of.shares(),
            "threshold": of.threshold(),
            "files": files,
        }))?;
    } else if args.print {
        for share in &set.shares {
            data(quorum::page(&set, share, environment).expose());
        }
    } else {
        for file in &files {
            data(file.display());
        }
    }
    talk(format_args!(
        "the root key of generation {} is divided, {of}, set {}; give each share to somebody else, and remove the files here",
        set.generation, set.id
    ));
    installation.close().await;
    Ok(true)
}

pub(super) async fn combine(args: SharesCombine) -> Held {
    let config = place::read(&args.place)?;
    let shares = quorum::read(&args.shares)?;
    let recovered = quorum::recover(&config, &shares).await?;
    drop(shares);
    // With the seal of now: that it opens is the proof, and the log says who came together.
    let installation = place::open(&args.place).await?;
    quorum::note_combine(&installation, &recovered).await?;
    if args.json {
        json(&json!({
            "set": recovered.set.to_string(),
            "generation": recovered.generation,
            "shares": recovered.shares,
            "sealed_by": installation.config.seal.name(),
        }))?;
    }
    talk(format_args!(
        "the root key of generation {} is back, and sealed by {}",
        recovered.generation,
        installation.config.seal.name()
    ));
    if recovered.left > 0 {
        talk(
            "older generations of the root key do not open any more; nothing hung under them, so `keys destroy root --generation N` ends them",
        );
    }
    installation.close().await;
    Ok(true)
}

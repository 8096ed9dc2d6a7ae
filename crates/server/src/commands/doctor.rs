//! `strongroom doctor`.

use super::{Held, data, json, place, talk};
use crate::cli::Doctor;
use crate::doctor::{Finding, look};

pub(super) async fn run(args: Doctor) -> Held {
    let config = place::read(&args.place)?;
    let looks = look(&config).await;
    let worst = looks.iter().map(|it| it.finding).max();
    let held = worst != Some(Finding::Bad);
    if args.json {
        json(&looks)?;
        return Ok(held);
    }
    for it in &looks {
        data(format_args!(
            "{:<9} {:<12} {}",
            it.finding.as_str(),
            it.on,
            it.seen
        ));
        if let Some(mend) = &it.mend {
            data(format_args!("{:23}{mend}", ""));
        }
    }
    let count = |finding| looks.iter().filter(|it| it.finding == finding).count();
    talk(format_args!(
        "{} good, {} doubtful, {} bad",
        count(Finding::Good),
        count(Finding::Doubtful),
        count(Finding::Bad)
    ));
    Ok(held)
}

//! `strongroom migrate`: opening an installation brings it up to date; this does only that.

use super::{Held, place, talk};
use crate::cli::Migrate;
use crate::{Installation, telemetry};

pub(super) async fn run(args: Migrate) -> Held {
    let mut config = place::read(&args.place)?;
    config.logging.level = "warn".to_owned();
    config.logging.format = "text".to_owned();
    telemetry::begin(&config.logging)?;
    if args.without_backup {
        config.backup = None;
    }
    Installation::open(config).await?.close().await;
    talk("the databases are up to date");
    Ok(true)
}

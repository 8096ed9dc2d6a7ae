//! `strongroom migrate`: opening an installation brings it up to date; this does only that.

use super::{Held, place, talk};
use crate::cli::Place;

pub(super) async fn run(args: Place) -> Held {
    let installation = place::open(&args).await?;
    installation.close().await;
    talk("the databases are up to date");
    Ok(true)
}

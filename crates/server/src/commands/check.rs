//! `strongroom check`: measure the promises.

use super::{Held, place};
use crate::cli::Check;

pub(super) async fn run(args: Check) -> Held {
    let installation = place::open(&args.place).await?;
    installation.close().await;
    Ok(true)
}

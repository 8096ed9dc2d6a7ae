//! `strongroom import`.

use super::{Held, place};
use crate::cli::Import;

pub(super) async fn run(args: Import) -> Held {
    let Import::Fhir(args) = args;
    let installation = place::open(&args.place).await?;
    installation.close().await;
    Ok(true)
}

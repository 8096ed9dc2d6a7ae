//! `strongroom serve`.

use super::{Held, place};
use crate::cli::Place;
use crate::{Installation, Serving, Told, telemetry};

pub(super) async fn run(args: Place) -> Held {
    let config = place::read(&args)?;
    telemetry::begin(&config.logging)?;
    let told = Told::listen();
    let installation = Installation::open(config).await?;
    let mut serving = Serving::begin(installation).await?;
    tracing::info!(https = %serving.address, metrics = ?serving.metrics_address, "serving");
    serving.check_promises();
    serving.keep_going(place::program()?);
    serving.until_told(told).await;
    tracing::info!("stopped");
    Ok(true)
}

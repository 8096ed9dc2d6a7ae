//! Running checks and writing down what they say.

use base::Ctx;

use crate::{Check, GovernError, Ledger, Mode, Record};

/// Run one check and write down the result. `ctx.now` is the time of the measurement.
///
/// # Errors
/// When the result could not be written down. A check that could not be carried out is a result.
pub async fn run_one(
    check: &dyn Check,
    mode: Mode,
    ledger: &Ledger,
    ctx: &Ctx,
) -> Result<Record, GovernError> {
    let result = match mode {
        Mode::Measure => check.measure().await,
        Mode::Drill => check.drill().await,
    };
    ledger.record(ctx, check.name(), mode, &result).await
}

/// Run every check, one after the other (they search the same disks), each under circumstances of its own.
///
/// # Errors
/// When a result could not be written down; the checks after it are then not run.
pub async fn run(
    checks: &[Box<dyn Check>],
    mode: Mode,
    ledger: &Ledger,
    circumstances: &(dyn Fn() -> Ctx + Send + Sync),
) -> Result<Vec<Record>, GovernError> {
    let mut records = Vec::with_capacity(checks.len());
    for check in checks {
        records.push(run_one(&**check, mode, ledger, &circumstances()).await?);
    }
    Ok(records)
}

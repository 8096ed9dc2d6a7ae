//! Work that blocks, away from the threads that must not.

use crate::StoreError;

/// Run `work` on a thread for that.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Internal(format!("a blocking task did not end: {error}")))?
}

//! Where a PostgreSQL server is, as the configuration says it.

use std::path::Path;
use std::sync::Arc;

use store::{DbConfig, PostgresTls, PostgresUrl};

use crate::config::{Database, DatabaseTls};
use crate::{Failure, installation};

/// Where a PostgreSQL server is, and how the way there is protected.
///
/// # Errors
/// [`Failure`]: a file cannot be read.
pub(crate) fn postgres_url(
    url_file: &Path,
    tls: Option<DatabaseTls>,
    ca_file: Option<&Path>,
) -> Result<PostgresUrl, Failure> {
    let url = installation::secret_text(url_file)?;
    let tls = match (tls, ca_file) {
        (Some(DatabaseTls::Off), _) => PostgresTls::DangerPlain,
        (_, Some(ca)) => PostgresTls::Verified(Arc::new(crate::tls::client(ca)?)),
        (_, None) => PostgresTls::ThisMachine,
    };
    Ok(PostgresUrl::new(url, tls))
}

/// The URL of a database that is no file.
///
/// # Errors
/// [`Failure`]: it is a file, or a file of it cannot be read.
pub(crate) fn url_of(database: &Database) -> Result<Arc<PostgresUrl>, Failure> {
    match installation::database(database, true)? {
        DbConfig::Postgres { url } => Ok(url),
        DbConfig::Sqlite { .. } => Err(Failure::text("a file has no URL")),
    }
}

//! Taking a log out: as a folder of tiles that any C2SP verifier reads, and as lines for monitoring and health systems.
//!
//! Every line carries the log's name, the entry's index and its leaf hash, so that a row in anybody's system leads back to a proof.

mod ecs;
mod fhir;
mod ocsf;
mod tiles;

pub use tiles::{Bundles, CHECKPOINT_FILE, tiles, vkey_file};

use std::io::Write;
use std::ops::Range;
use std::str::FromStr;

use base::TenantId;
use serde_json::Value;

use crate::entry::{Entry, Outcome};
use crate::error::AuditError;
use crate::read::{Log, Logged};

/// Entries read at once.
const ENTRIES_A_PAGE: u64 = 2_048;

/// A format of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Open Cybersecurity Schema Framework 1.3.0: Datastore Activity (6005) and API Activity (6003).
    Ocsf,
    /// Elastic Common Schema, flat: dotted names, no objects, no lists of objects (Wazuh reads no others).
    Ecs,
    /// FHIR R4 `AuditEvent`, in the shape of IHE BALP, the patient by a pseudonymous identifier.
    Fhir,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ocsf" => Ok(Self::Ocsf),
            "ecs" => Ok(Self::Ecs),
            "fhir" => Ok(Self::Fhir),
            _ => Err(format!(
                "{text:?} is not a format; there are ocsf, ecs and fhir"
            )),
        }
    }
}

/// One entry with all that a line says of it.
pub(crate) struct Exported<'a> {
    pub origin: &'a str,
    pub tenant: &'a TenantId,
    pub index: u64,
    /// In hex.
    pub leaf_hash: String,
    pub entry: &'a Entry,
}

impl Exported<'_> {
    /// A name for the entry that no other entry has.
    pub(crate) fn uid(&self) -> String {
        format!("{}#{}", self.origin, self.index)
    }

    pub(crate) fn success(&self) -> bool {
        self.entry.outcome == Outcome::Ok
    }
}

/// An entry as one line of a format, without the newline.
///
/// # Errors
/// [`AuditError::Entry`] when the entry is of a version that we do not know.
pub fn line(
    format: Format,
    origin: &str,
    tenant: &TenantId,
    logged: &Logged,
) -> Result<Value, AuditError> {
    let entry = logged.entry()?;
    let exported = Exported {
        origin,
        tenant,
        index: logged.index,
        leaf_hash: hex::encode(logged.leaf_hash),
        entry: &entry,
    };
    Ok(match format {
        Format::Ocsf => ocsf::line(&exported),
        Format::Ecs => ecs::line(&exported),
        Format::Fhir => fhir::line(&exported),
    })
}

/// Write the entries of `range` as NDJSON; gives how many there were.
///
/// # Errors
/// [`AuditError::Tampered`] names the first entry that is not what was hashed; what was written before it holds.
pub async fn lines(
    log: &Log,
    tenant: &TenantId,
    range: Range<u64>,
    format: Format,
    out: &mut (dyn Write + Send),
) -> Result<u64, AuditError> {
    let origin = log.origin(tenant);
    let end = range.end.min(log.size(tenant).await?);
    let mut next = range.start;
    while next < end {
        let page = log
            .entries(tenant, next, ENTRIES_A_PAGE.min(end - next))
            .await?;
        if page.is_empty() {
            break;
        }
        for logged in &page {
            let line = line(format, &origin, tenant, logged)?;
            writeln!(out, "{line}").map_err(|why| AuditError::File {
                what: "the export".into(),
                why,
            })?;
        }
        next += page.len() as u64;
    }
    Ok(next - range.start.min(next))
}

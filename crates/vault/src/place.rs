//! Where a sealed thing belongs: the associated data of each kind (`docs/formats/associated-data.md`).

use audit::RecordHandle;
use base::{Environment, Instant, Name, ObjectId, PersonId, TenantId};
use crypt::Context;

/// A record's version.
pub(crate) fn record(
    environment: &Environment,
    tenant: &TenantId,
    person: PersonId,
    collection: &Name,
    rkey: RecordHandle,
    version: u64,
    written_at: Instant,
) -> Context {
    Context::new("record")
        .text(environment.as_str())
        .text(tenant.as_str())
        .bytes(person.as_bytes())
        .text(collection.as_str())
        .bytes(rkey.as_bytes())
        .int(version)
        .int(written_at.micros().cast_unsigned())
}

/// A person's row: the handle, and the id given from outside.
pub(crate) fn person(
    environment: &Environment,
    tenant: &TenantId,
    person: PersonId,
    created_at: Instant,
) -> Context {
    Context::new("person")
        .text(environment.as_str())
        .text(tenant.as_str())
        .bytes(person.as_bytes())
        .int(created_at.micros().cast_unsigned())
}

/// A file's bytes.
pub(crate) fn file(
    environment: &Environment,
    tenant: &TenantId,
    person: PersonId,
    file: ObjectId,
) -> Context {
    Context::new("file")
        .text(environment.as_str())
        .text(tenant.as_str())
        .bytes(person.as_bytes())
        .bytes(file.as_bytes())
}

/// The passphrase of an archive that waits to be made.
pub(crate) fn export(
    environment: &Environment,
    tenant: &TenantId,
    person: PersonId,
    export: ObjectId,
) -> Context {
    Context::new("export")
        .text(environment.as_str())
        .text(tenant.as_str())
        .bytes(person.as_bytes())
        .bytes(export.as_bytes())
}

/// The reason of a legal hold.
pub(crate) fn hold(environment: &Environment, tenant: &TenantId, hold: ObjectId) -> Context {
    Context::new("hold")
        .text(environment.as_str())
        .text(tenant.as_str())
        .bytes(hold.as_bytes())
}

/// What was asked under a right, or said about it: event `seq` of a request.
pub(crate) fn note(
    environment: &Environment,
    tenant: &TenantId,
    person: PersonId,
    request: ObjectId,
    seq: u64,
    at: Instant,
) -> Context {
    Context::new("note")
        .text(environment.as_str())
        .text(tenant.as_str())
        .bytes(person.as_bytes())
        .bytes(request.as_bytes())
        .int(seq)
        .int(at.micros().cast_unsigned())
}

/// A file's row: name, media type, length.
pub(crate) fn file_row(
    environment: &Environment,
    tenant: &TenantId,
    person: PersonId,
    file: ObjectId,
    sealed_len: u64,
    written_at: Instant,
) -> Context {
    Context::new("file-row")
        .text(environment.as_str())
        .text(tenant.as_str())
        .bytes(person.as_bytes())
        .bytes(file.as_bytes())
        .int(sealed_len)
        .int(written_at.micros().cast_unsigned())
}

/// A remembered answer.
pub(crate) fn once(environment: &Environment, tenant: &TenantId, token: &[u8]) -> Context {
    Context::new("once")
        .text(environment.as_str())
        .text(tenant.as_str())
        .bytes(token)
}

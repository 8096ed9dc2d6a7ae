//! Codes about what is kept, and the house it is kept in.

/// Code and meaning, in order.
pub(super) const CODES: &[(&str, &str)] = &[
    (
        "backup.ambiguous",
        "Several recovery points begin with this name.",
    ),
    (
        "backup.bad_key",
        "The key file of a repository does not hold 32 bytes.",
    ),
    (
        "backup.broken",
        "A recovery point is not what its manifest says.",
    ),
    (
        "backup.environment",
        "A recovery point was made in another environment.",
    ),
    (
        "backup.file",
        "A file of this machine cannot be used for a backup or a restore.",
    ),
    ("backup.internal", "A mistake of ours in backup or restore."),
    (
        "backup.key_gone",
        "The key of a recovery point, or of what was sent in an hour, is not there: its time is over, or it was lost.",
    ),
    (
        "backup.no_keys",
        "There is no backup of the key store that opens and is new enough.",
    ),
    ("backup.no_point", "There is no such recovery point."),
    (
        "backup.no_repository",
        "There is no repository of recovery points at this place.",
    ),
    (
        "backup.occupied",
        "There is something already where a recovery point was to be restored to.",
    ),
    (
        "backup.record",
        "A recovery point was made, but the log did not take its entry.",
    ),
    (
        "backup.repository",
        "A repository cannot be read or written.",
    ),
    (
        "backup.unread",
        "A file could not be read to its end, so no recovery point was made.",
    ),
    ("backup.wrong_key", "A key does not open the repository."),
    ("batch.empty", "The batch has no items."),
    ("batch.items", "The batch has too many items."),
    ("batch.line", "A line of the batch is not an item."),
    (
        "batch.method",
        "An item's method is not PUT, GET or DELETE, or its body does not fit the method.",
    ),
    ("batch.mode", "`mode` is neither `each` nor `all`."),
    (
        "batch.refused",
        "In the log: no item of a batch could be carried out.",
    ),
    (
        "batch.twice",
        "Two items of an all-or-nothing batch are about the same record.",
    ),
    (
        "bulk.async",
        "A bulk export was asked for without `Prefer: respond-async`.",
    ),
    ("bulk.failed", "A bulk export could not be laid down."),
    (
        "bulk.format",
        "A bulk export was asked for in another format than NDJSON.",
    ),
    (
        "bulk.not_found",
        "There is no such bulk export of the caller's, or its time is over, or it has no such file.",
    ),
    (
        "bulk.parameter",
        "A parameter of a bulk export is not known here.",
    ),
    (
        "bulk.purpose",
        "A bulk export is fetched for another purpose than it was asked for.",
    ),
    ("bulk.since", "`_since` of a bulk export is no instant."),
    (
        "bulk.too_many",
        "As many bulk exports are being made, or kept, as a tenant may have.",
    ),
    (
        "bulk.type",
        "`_type` of a bulk export names what the register does not hold.",
    ),
    (
        "card.refused",
        "A payment card number stands in a field, a name, a header or the address.",
    ),
    (
        "collection.not_found",
        "The register has no such collection.",
    ),
    ("console.staff", "The console is for staff."),
    (
        "continuity.later",
        "How recovery points and drills stand could not be read just now.",
    ),
    (
        "contract.date",
        "The end of a contract was to be noted for a day that is past.",
    ),
    (
        "contract.ended",
        "The tenant's contract has ended: what is kept can be read, taken along and deleted, and nothing new is stored.",
    ),
    (
        "contract.not_noted",
        "No end of the contract is noted, or its time has not come, or the destruction has begun.",
    ),
    ("contract.noted", "An end of the contract is noted already."),
    (
        "crypt.altered",
        "Something sealed is not as it was sealed, or lies in another place.",
    ),
    (
        "crypt.commitment",
        "Something sealed was sealed under another key.",
    ),
    (
        "crypt.file_complete",
        "A sealed file was written to after its end.",
    ),
    (
        "crypt.file_too_large",
        "A sealed file grew beyond its format.",
    ),
    (
        "crypt.passphrase_params",
        "Argon2id parameters lie outside their limits.",
    ),
    ("crypt.rejected_key", "A signing key cannot be used."),
    (
        "crypt.segment_bytes",
        "A segment size lies outside its limits.",
    ),
    (
        "crypt.segment_length",
        "A segment has a length that its place does not allow.",
    ),
    ("crypt.truncated", "Something sealed was cut short."),
    (
        "crypt.version",
        "Something sealed has a version that this program does not know.",
    ),
    ("erasure.body", "The body is none that this route takes."),
    (
        "erasure.later",
        "The deletion was noted, but could not be carried out at once: it is within the hour.",
    ),
    (
        "erasure.must_stay",
        "A law wants some of it kept for a while yet: the register names the basis and the time.",
    ),
    (
        "erasure.not_found",
        "There is no such request to delete, or it does not wait any more.",
    ),
    (
        "erasure.waits",
        "A deletion of the same was asked for already, and waits for its day.",
    ),
    ("export.body", "The body is none that this route takes."),
    (
        "export.not_found",
        "There is no such archive, or it is not ready, or its time is over.",
    ),
    (
        "export.too_many",
        "As many archives are kept, or were made today, as a person may have.",
    ),
    (
        "fhir.ambiguous",
        "A conditional request matches several resources.",
    ),
    ("fhir.bundle", "The Bundle cannot be carried out as it is."),
    (
        "fhir.condition",
        "A condition of the request cannot be read.",
    ),
    (
        "fhir.exists",
        "Another person's resource has this type and id.",
    ),
    (
        "fhir.format",
        "Another format than application/fhir+json was asked for or sent.",
    ),
    ("fhir.gone", "The resource was deleted."),
    (
        "fhir.id_mismatch",
        "The id in the body is not the id in the address.",
    ),
    ("fhir.invalid_id", "The id is none that FHIR allows."),
    ("fhir.malformed", "The body is not a FHIR resource."),
    ("fhir.many_patients", "The search names several patients."),
    ("fhir.not_a_resource", "The body is JSON, but no resource."),
    ("fhir.not_found", "There is no such resource."),
    ("fhir.precondition", "`If-Match` did not hold."),
    (
        "fhir.search",
        "A search parameter cannot be used in this way.",
    ),
    ("fhir.too_large", "The Bundle or resource is too large."),
    (
        "fhir.too_wide",
        "The search names neither a patient nor what says who somebody is.",
    ),
    (
        "fhir.type_mismatch",
        "The type in the body is not the type in the address.",
    ),
    ("fhir.unknown_type", "There is no such resource type."),
    ("fhir.unresolved", "A reference in a Bundle leads nowhere."),
    ("fhir.unsupported", "This interaction is not supported."),
    ("file.class", "`class` is neither personal nor health."),
    ("file.disposition", "Content-Disposition cannot be read."),
    (
        "file.head",
        "A file's name, media type or length is not allowed.",
    ),
    (
        "file.newer_keys",
        "The person's keys were turned over while the upload was on its way; nothing was stored.",
    ),
    ("file.not_found", "There is no such file."),
    ("file.range", "The range lies outside the file."),
    ("file.upload", "The upload broke off."),
    (
        "govern.catalogue",
        "The catalogue of promises is not right.",
    ),
    ("govern.entry", "The entry of a check could not be made."),
    ("govern.evidence", "Stored evidence cannot be read."),
    ("govern.page", "A page could not be set."),
    ("govern.unknown", "There is no such promise."),
    (
        "http.body",
        "The body did not arrive whole, or there should be none.",
    ),
    (
        "http.condition",
        "`If-Match` or `If-None-Match` cannot be used in this way.",
    ),
    ("hold.body", "A legal hold cannot be placed so."),
    ("hold.held", "A legal hold says that it must stay for now."),
    (
        "hold.not_found",
        "There is no such legal hold, or it is not in force any more.",
    ),
    ("hold.skip", "`skip` is no number that is taken."),
    ("http.cookie_twice", "A cookie came more than once."),
    (
        "http.cross_site",
        "A session's cookie came with a request that another site's page made.",
    ),
    (
        "http.form",
        "A form cannot be read: a field twice, too many fields, or what is no text.",
    ),
    (
        "http.form_foreign",
        "A form did not come from one of our own pages in the same visit and session.",
    ),
    ("http.header", "A header is not visible ASCII."),
    ("http.header_too_large", "A header is too long."),
    (
        "http.header_twice",
        "A header that may come once came twice.",
    ),
    (
        "http.idempotency_key",
        "An Idempotency-Key is empty or too long.",
    ),
    (
        "http.media_type",
        "The body is of another media type than the address takes.",
    ),
    ("http.method", "The address does not take this method."),
    ("http.not_found", "There is nothing at this address."),
    ("http.page", "A page could not be made."),
    (
        "http.panic",
        "A request failed unexpectedly; what it began was completed or undone.",
    ),
    ("http.path", "The address is not UTF-8 once decoded."),
    ("http.purpose", "Purpose-Of-Use is no PurposeOfUse code."),
    ("http.query", "A query parameter cannot be read."),
    ("http.route", "A route is not wired as declared."),
    (
        "http.sign_in",
        "The page belongs to an account, and nobody is signed in.",
    ),
    ("http.status", "An answer had no status."),
    ("http.too_large", "The body is too large."),
    ("json.duplicate_key", "A member comes twice in one object."),
    (
        "json.number",
        "A number has too many digits or is too large.",
    ),
    ("json.surrogate", "A string holds half a surrogate pair."),
    ("json.syntax", "The body is not JSON."),
    ("json.too_deep", "The JSON is nested too deeply."),
    ("keys.altered", "A wrapped key is not as it was wrapped."),
    ("keys.closed", "A tenant's keys are not open."),
    (
        "keys.commons",
        "The keys of the shelf for what is about nobody cannot be destroyed.",
    ),
    ("keys.destroyed", "The person's keys were destroyed."),
    (
        "keys.environment",
        "The key store belongs to another environment.",
    ),
    ("keys.in_use", "Something still hangs under the key."),
    ("keys.initialised", "The key store has a root key already."),
    (
        "keys.internal",
        "The key store answered what it should not.",
    ),
    ("keys.missing", "There is no such key."),
    ("keys.newest", "The newest generation cannot be destroyed."),
    (
        "keys.no_key_for_class",
        "Data of this class are not sealed: they are refused.",
    ),
    ("keys.not_rotatable", "This key cannot be rotated."),
    ("keys.orphan", "A key hangs under one that is gone."),
    ("keys.raced", "Somebody else kept changing the same key."),
    (
        "keys.seal_altered",
        "The sealed root key is not as it was sealed.",
    ),
    (
        "keys.seal_backend",
        "The root key is sealed by another backend than configured.",
    ),
    (
        "keys.seal_file",
        "A secret file is missing, empty, or readable by others.",
    ),
    (
        "keys.seal_head",
        "The sealed root key has a version that this program does not know.",
    ),
    (
        "keys.seal_module",
        "The PKCS#11 module or token cannot be used.",
    ),
    (
        "keys.seal_passphrase",
        "The passphrase is too short or its parameters are out of bounds.",
    ),
    (
        "keys.seal_wrong_secret",
        "The passphrase or key file is not the one that sealed the root key.",
    ),
    (
        "keys.share_environment",
        "The shares of the root key are of another environment.",
    ),
    (
        "keys.share_few",
        "There are fewer different shares than it takes.",
    ),
    (
        "keys.share_generation",
        "The shares are of another generation of the root key than the key store.",
    ),
    ("keys.share_mixed", "The shares are of several sets."),
    (
        "keys.share_other_store",
        "The key store does not hang under the root key that the shares give.",
    ),
    (
        "keys.share_unreadable",
        "It is no share of a root key, or it is not as it was written down.",
    ),
    (
        "keys.share_version",
        "The share has a version that this program does not know.",
    ),
    (
        "keys.share_wrong",
        "The shares give another key than was divided: one of them was altered.",
    ),
    (
        "keys.still_sealed",
        "Something is still sealed under the old generation of a person's key.",
    ),
    (
        "keys.uncounted",
        "It cannot be known whether something still hangs under the key.",
    ),
    ("keys.uninitialised", "The key store has no root key yet."),
    ("list.cursor", "The cursor is not one that a list gave out."),
    (
        "list.filter",
        "A filter is unknown, cannot be read, or searches what the caller may not see.",
    ),
    ("log.entry", "An entry for the log could not be made."),
    ("log.file", "A file of the log cannot be read or written."),
    ("log.keys", "The keys of a log are not to be had."),
    ("log.not_found", "There is no such log, tile or entry."),
    (
        "log.note",
        "A signed note cannot be read or does not verify.",
    ),
    ("log.range", "The entry lies beyond the end of the log."),
    (
        "log.rolled_back",
        "The log is shorter than was remembered, or another one.",
    ),
    ("log.tampered", "The log is not as it was written."),
    ("person.body", "The body is none that makes a person."),
    ("person.external_id", "`external_id` is empty or too long."),
    (
        "person.not_found",
        "There is no such person, or not any more.",
    ),
    (
        "record.condition",
        "`If-Match` or `If-None-Match` did not hold.",
    ),
    (
        "record.contended",
        "Somebody else kept changing the same record.",
    ),
    (
        "record.damaged",
        "The parts of a stored record do not fit each other.",
    ),
    ("processing.format", "`format` is json or csv."),
    (
        "processing.later",
        "The records of processing could not be drawn up just now.",
    ),
    ("record.deleted", "The record was deleted."),
    ("record.missing_field", "A required field is missing."),
    ("record.not_an_object", "The record is not a JSON object."),
    ("record.not_found", "There is no such record."),
    (
        "record.shelf",
        "A record that is not about people was to be stored about one.",
    ),
    ("record.too_large", "The record is too large."),
    (
        "record.too_many_values",
        "The record has more searchable values than are indexed.",
    ),
    (
        "record.unknown_field",
        "The register does not know the field.",
    ),
    (
        "record.value_not_allowed",
        "The value is not among those that the register allows.",
    ),
    (
        "record.value_too_long",
        "The value is longer than the register allows.",
    ),
    (
        "record.wrong_type",
        "The value is of another type than the register says.",
    ),
    ("register.invalid", "A register file is not right."),
    (
        "request.idempotency_key_reused",
        "The Idempotency-Key was used for another request.",
    ),
    (
        "service.not_ready",
        "A database does not answer or cannot be written at present.",
    ),
    ("store.damaged", "Stored bytes do not hold together."),
    ("store.duplicate", "A row is there already."),
    ("store.guard", "What had to hold for a write did not."),
    ("store.internal", "A statement failed that should not."),
    (
        "store.journal",
        "The log could not take the entry, so nothing was done.",
    ),
    (
        "store.schema",
        "The database's schema is newer than the program, or was edited.",
    ),
    ("store.shape", "A column is of another type than expected."),
    (
        "store.unavailable",
        "Storage cannot be reached or written at present.",
    ),
    (
        "store.unsure",
        "Storage went away at the moment of writing: it was done wholly or not at all.",
    ),
    ("trust.page", "The trust page could not be set."),
    (
        "transfer.body",
        "What was sent to have medical records sent to another provider cannot be used.",
    ),
    (
        "transfer.not_found",
        "There is no such transfer to another provider, or it is over.",
    ),
    (
        "transfer.provider",
        "The configuration names no such provider for this tenant.",
    ),
    (
        "transfer.too_many",
        "As many transfers are on their way, or were asked for today, as a person may have.",
    ),
    ("vault.damaged", "Something stored does not hold together."),
    (
        "vault.tampered",
        "A stored record or file is not as it was sealed; the detail names it.",
    ),
];

//! What leaves: archives, transfers to other providers, everything of a tenant.

use store::Sql;

pub(crate) static EXPORT_INSERT: Sql = Sql::both(
    "INSERT INTO export (tenant, person, export, state, lang, protected, passphrase, asked_at, expires_at) VALUES ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8)",
);
pub(crate) static EXPORT_LIST: Sql = Sql::both(
    "SELECT export, state, lang, protected, asked_at, made_at, expires_at, file, bytes, records, files, passphrase FROM export WHERE tenant = $1 AND person = $2 ORDER BY asked_at DESC, export LIMIT 100",
);
pub(crate) static EXPORT_PLAN: Sql = Sql::both(
    "UPDATE export SET file = $4 WHERE tenant = $1 AND person = $2 AND export = $3 AND state = 'waiting'",
);
pub(crate) static EXPORT_READY: Sql = Sql::both(
    "UPDATE export SET state = 'ready', passphrase = NULL, made_at = $4, file = $5, bytes = $6, records = $7, files = $8 WHERE tenant = $1 AND person = $2 AND export = $3 AND state = 'waiting'",
);
pub(crate) static EXPORT_FAILED: Sql = Sql::both(
    "UPDATE export SET state = 'failed', passphrase = NULL WHERE tenant = $1 AND person = $2 AND export = $3 AND state = 'waiting'",
);
pub(crate) static EXPORT_DELETE: Sql =
    Sql::both("DELETE FROM export WHERE tenant = $1 AND person = $2 AND export = $3");
pub(crate) static EXPORTS_OVER: Sql = Sql::both(
    "SELECT tenant, person, export, file FROM export WHERE expires_at <= $1 ORDER BY expires_at LIMIT 100",
);
pub(crate) static ERASE_EXPORTS: Sql =
    Sql::both("DELETE FROM export WHERE tenant = $1 AND person = $2");
pub(crate) static TRANSFER_INSERT: Sql = Sql::both(
    "INSERT INTO transfer (tenant, person, transfer, state, provider, title, address, asked_at) VALUES ($1, $2, $3, 'waiting', $4, $5, $6, $7)",
);
pub(crate) static TRANSFER_LIST: Sql = Sql::both(
    "SELECT transfer, state, provider, title, address, asked_at, ended_at, sent, left_out FROM transfer WHERE tenant = $1 AND person = $2 ORDER BY asked_at DESC, transfer LIMIT 100",
);
pub(crate) static TRANSFER_FIND: Sql = Sql::both(
    "SELECT transfer, state, provider, title, address, asked_at, ended_at, sent, left_out FROM transfer WHERE tenant = $1 AND person = $2 AND transfer = $3",
);
pub(crate) static TRANSFER_GOES_ON: Sql = Sql::both(
    "UPDATE transfer SET sent = $4 WHERE tenant = $1 AND person = $2 AND transfer = $3 AND state = 'waiting'",
);
pub(crate) static TRANSFER_SENT: Sql = Sql::both(
    "UPDATE transfer SET state = 'sent', ended_at = $4, sent = $5, left_out = $6 WHERE tenant = $1 AND person = $2 AND transfer = $3 AND state = 'waiting'",
);
pub(crate) static TRANSFER_FAILED: Sql = Sql::both(
    "UPDATE transfer SET state = 'failed', ended_at = $4 WHERE tenant = $1 AND person = $2 AND transfer = $3 AND state = 'waiting'",
);
pub(crate) static TRANSFER_STOP: Sql = Sql::both(
    "UPDATE transfer SET state = 'stopped', ended_at = $4 WHERE tenant = $1 AND person = $2 AND transfer = $3 AND state = 'waiting'",
);
pub(crate) static ERASE_TRANSFERS: Sql =
    Sql::both("DELETE FROM transfer WHERE tenant = $1 AND person = $2");
/// The guard of what stores something new.
pub(crate) static CONTRACT_STANDS: Sql = Sql::both(
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM contract_end WHERE tenant = $1 AND (ends_at <= $2 OR state <> 'noted'))",
);
pub(crate) static CONTRACT_FIND: Sql = Sql::both(
    "SELECT state, ends_at, goes_at, noted_at, destroyed_at, certificate FROM contract_end WHERE tenant = $1",
);
pub(crate) static CONTRACT_NOTE: Sql = Sql::both(
    "INSERT INTO contract_end (tenant, state, ends_at, goes_at, noted_at) VALUES ($1, 'noted', $2, $3, $4)",
);
pub(crate) static CONTRACT_KEEP: Sql =
    Sql::both("DELETE FROM contract_end WHERE tenant = $1 AND state = 'noted'");
pub(crate) static CONTRACTS_OVER: Sql = Sql::both(concat!(
    "SELECT tenant FROM contract_end c WHERE state = 'destroying' OR (state = 'noted' AND goes_at <= $1 AND NOT EXISTS (",
    "SELECT 1 FROM legal_hold h WHERE h.tenant = c.tenant AND h.lifted_at IS NULL AND (h.until IS NULL OR h.until > $1))) ORDER BY tenant"
));
pub(crate) static CONTRACT_BEGIN: Sql = Sql::both(
    "UPDATE contract_end SET state = 'destroying' WHERE tenant = $1 AND goes_at <= $2 AND state = 'noted'",
);
/// What is about nobody has no keys that end with a person: without its row nothing of it is shown.
pub(crate) static CONTRACT_COMMONS: Sql =
    Sql::both("DELETE FROM person WHERE tenant = $1 AND person = $2");
/// The guard of every commit about a person fails from here on.
pub(crate) static CONTRACT_PERSONS: Sql =
    Sql::both("UPDATE person SET state = 1 WHERE tenant = $1 AND state = 0");
pub(crate) static CONTRACT_ERASING: Sql = Sql::both(
    "SELECT person FROM person WHERE tenant = $1 AND state = 1 ORDER BY person LIMIT 256",
);
pub(crate) static CONTRACT_FILES: Sql = Sql::both(
    "SELECT file, object, person FROM file WHERE tenant = $1 ORDER BY person, file LIMIT 256",
);
pub(crate) static CONTRACT_FILE: Sql =
    Sql::both("DELETE FROM file WHERE tenant = $1 AND person = $2 AND file = $3");
pub(crate) static CONTRACT_DONE: Sql = Sql::both(
    "UPDATE contract_end SET state = 'destroyed', destroyed_at = $2, certificate = $3 WHERE tenant = $1 AND state = 'destroying'",
);

//! The schemas of the two databases, step by step. The texts lie in `migrations/` at the top of the tree.

use crate::Migration;

macro_rules! migration {
    ($number:literal, $name:literal, $path:literal) => {
        Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../../../migrations/", $path)),
        }
    };
}

/// The data: the log, records, access, jobs.
pub static DATA: &[Migration] = &[
    migration!(1, "log", "data/0001-log.sql"),
    migration!(2, "vault", "data/0002-vault.sql"),
    migration!(3, "access", "data/0003-access.sql"),
    migration!(4, "jobs", "data/0004-jobs.sql"),
    migration!(5, "govern", "data/0005-govern.sql"),
    migration!(6, "identity", "data/0006-identity.sql"),
    migration!(7, "oauth", "data/0007-oauth.sql"),
    migration!(8, "policy", "data/0008-policy.sql"),
    migration!(9, "renew", "data/0009-renew.sql"),
    migration!(10, "log-index", "data/0010-log-index.sql"),
    migration!(11, "consent", "data/0011-consent.sql"),
    migration!(12, "export", "data/0012-export.sql"),
    migration!(13, "erasure", "data/0013-erasure.sql"),
    migration!(14, "time", "data/0014-time.sql"),
    migration!(15, "portal", "data/0015-portal.sql"),
    migration!(16, "rights", "data/0016-rights.sql"),
    migration!(17, "leaving", "data/0017-leaving.sql"),
    migration!(18, "transfer", "data/0018-transfer.sql"),
    migration!(19, "continuity", "data/0019-continuity.sql"),
    migration!(20, "guardians", "data/0020-guardians.sql"),
    migration!(21, "runs", "data/0021-runs.sql"),
    migration!(22, "guardian-proposals", "data/0022-guardian-proposals.sql"),
    migration!(23, "beyond-reach", "data/0023-beyond-reach.sql"),
    migration!(24, "destruction", "data/0024-destruction.sql"),
    migration!(25, "beat", "data/0025-beat.sql"),
    migration!(26, "bulk-owner", "data/0026-bulk-owner.sql"),
    migration!(27, "unsent-files", "data/0027-unsent-files.sql"),
    migration!(28, "node", "data/0028-node.sql"),
];

/// The key store.
pub static KEYS: &[Migration] = &[migration!(1, "keys", "keys/0001-keys.sql")];

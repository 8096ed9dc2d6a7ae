//! Every statement about apps and their tokens. `$n` is bound by number on both engines.

use store::Sql;

/// Every statement, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[
    &APP_INSERT,
    &APP_FIND,
    &APP_LIST,
    &APP_REVIEW,
    &APP_STOP,
    &APP_SETTINGS,
    &SECRET_INSERT,
    &SECRET_LIST,
    &SECRET_RETIRE,
    &SECRET_FORGET,
    &GRANT_INSERT,
    &GRANT_ACTIVE,
    &GRANTS_OF_APP,
    &GRANT_LIST,
    &GRANT_END,
    &GRANT_END_ID,
    &GRANTS_END_ACCOUNT,
    &GRANTS_END_PERSON,
    &REQUEST_INSERT,
    &REQUEST_FIND,
    &REQUEST_WAIT,
    &REQUEST_USE,
    &REQUEST_FORGET,
    &CODE_INSERT,
    &CODE_FIND,
    &CODE_USE,
    &CODE_FORGET,
    &FAMILY_INSERT,
    &FAMILY_FIND,
    &FAMILY_NEXT,
    &FAMILY_AGAIN,
    &FAMILY_CONFIRM,
    &FAMILY_END,
    &FAMILY_FORGET,
    &TOKEN_INSERT,
    &TOKEN_FIND,
    &TOKEN_END,
    &TOKEN_FORGET,
    &SEEN_INSERT,
    &SEEN_FORGET,
    &KEY_INSERT,
    &KEY_LIST,
    &KEY_DROP,
    &KEY_MOVE,
];

pub(super) static APP_INSERT: Sql = Sql::both(
    "INSERT INTO app (app, tenant, state, epoch, settings, about, registered_by, reviewed_by, created_at, changed_at)
     VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $8)",
);
pub(super) static APP_FIND: Sql = Sql::both(
    "SELECT tenant, state, epoch, settings, about, registered_by, reviewed_by, created_at FROM app WHERE app = $1",
);
pub(super) static APP_LIST: Sql =
    Sql::both("SELECT app FROM app WHERE tenant = $1 AND app > $2 ORDER BY app LIMIT $3");
pub(super) static APP_REVIEW: Sql = Sql::both(
    "UPDATE app SET state = $3, reviewed_by = $4, changed_at = $5
     WHERE app = $1 AND tenant = $2 AND state = 'in_review' AND registered_by <> $4",
);
pub(super) static APP_STOP: Sql = Sql::both(
    "UPDATE app SET state = 'stopped', epoch = epoch + 1, changed_at = $3
     WHERE app = $1 AND tenant = $2 AND state IN ('in_review', 'active')",
);
/// What was reviewed is what runs: a change sends it back to review, and its tokens end.
pub(super) static APP_SETTINGS: Sql = Sql::both(
    "UPDATE app SET settings = $3, about = $4, registered_by = $5, reviewed_by = NULL, state = 'in_review', epoch = epoch + 1, changed_at = $6
     WHERE app = $1 AND tenant = $2 AND state IN ('in_review', 'active')",
);
pub(super) static SECRET_INSERT: Sql =
    Sql::both("INSERT INTO app_secret (app, digest, created_at) VALUES ($1, $2, $3)");
pub(super) static SECRET_LIST: Sql = Sql::both(
    "SELECT digest, expires_at FROM app_secret WHERE app = $1 ORDER BY created_at DESC, digest LIMIT 10",
);
/// The newest but one lives on for a while; whatever is older has its end already.
pub(super) static SECRET_RETIRE: Sql =
    Sql::both("UPDATE app_secret SET expires_at = $2 WHERE app = $1 AND expires_at IS NULL");
pub(super) static SECRET_FORGET: Sql =
    Sql::both("DELETE FROM app_secret WHERE app = $1 AND expires_at IS NOT NULL");

pub(super) static GRANT_INSERT: Sql = Sql::both(
    "INSERT INTO oauth_grant (tenant, grant_id, app, account, person, scopes, purposes, epoch, state, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 'active', $8)",
);
pub(super) static GRANT_ACTIVE: Sql = Sql::both(
    "SELECT 1 FROM oauth_grant WHERE tenant = $1 AND grant_id = $2 AND epoch = $3 AND state = 'active'",
);
pub(super) static GRANTS_OF_APP: Sql = Sql::both(
    "SELECT grant_id, person, scopes, purposes, epoch FROM oauth_grant
     WHERE tenant = $1 AND account = $2 AND app = $3 AND state = 'active' ORDER BY created_at DESC LIMIT 20",
);
pub(super) static GRANT_LIST: Sql = Sql::both(
    "SELECT grant_id, app, scopes, purposes, created_at FROM oauth_grant
     WHERE tenant = $1 AND account = $2 AND state = 'active' ORDER BY created_at DESC, grant_id LIMIT $3",
);
pub(super) static GRANT_END: Sql = Sql::both(
    "UPDATE oauth_grant SET state = 'ended', epoch = epoch + 1, ended_at = $4
     WHERE tenant = $1 AND grant_id = $2 AND account = $3 AND state = 'active'",
);
pub(super) static GRANT_END_ID: Sql = Sql::both(
    "UPDATE oauth_grant SET state = 'ended', epoch = epoch + 1, ended_at = $3
     WHERE tenant = $1 AND grant_id = $2 AND state = 'active'",
);
pub(super) static GRANTS_END_ACCOUNT: Sql = Sql::both(
    "UPDATE oauth_grant SET state = 'ended', epoch = epoch + 1, ended_at = $3
     WHERE tenant = $1 AND account = $2 AND state = 'active'",
);
pub(super) static GRANTS_END_PERSON: Sql = Sql::both(
    "UPDATE oauth_grant SET state = 'ended', epoch = epoch + 1, ended_at = $3
     WHERE tenant = $1 AND person = $2 AND state = 'active'",
);

pub(super) static REQUEST_INSERT: Sql = Sql::both(
    "INSERT INTO oauth_request (digest, tenant, app, sealed, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
);
pub(super) static REQUEST_FIND: Sql = Sql::both(
    "SELECT tenant, app, sealed, created_at FROM oauth_request WHERE digest = $1 AND used_at IS NULL AND expires_at > $2",
);
/// A pushed request that somebody came with waits for the answer.
pub(super) static REQUEST_WAIT: Sql = Sql::both(
    "UPDATE oauth_request SET expires_at = $2 WHERE digest = $1 AND used_at IS NULL AND created_at = expires_at - $3",
);
pub(super) static REQUEST_USE: Sql = Sql::both(
    "UPDATE oauth_request SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2",
);
pub(super) static REQUEST_FORGET: Sql =
    Sql::both("DELETE FROM oauth_request WHERE expires_at < $1");

pub(super) static CODE_INSERT: Sql = Sql::both(
    "INSERT INTO oauth_code (digest, tenant, app, grant_id, grant_epoch, sealed, family, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
pub(super) static CODE_FIND: Sql = Sql::both(
    "SELECT c.tenant, c.app, c.grant_id, c.grant_epoch, c.sealed, c.family, c.expires_at, c.used_at, g.account, g.person, g.state, g.epoch
     FROM oauth_code c JOIN oauth_grant g ON g.tenant = c.tenant AND g.grant_id = c.grant_id WHERE c.digest = $1",
);
pub(super) static CODE_USE: Sql = Sql::both(
    "UPDATE oauth_code SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2",
);
pub(super) static CODE_FORGET: Sql = Sql::both(
    "DELETE FROM oauth_code WHERE expires_at < $1 AND NOT EXISTS (SELECT 1 FROM oauth_family f WHERE f.family = oauth_code.family)",
);

pub(super) static FAMILY_INSERT: Sql = Sql::both(
    "INSERT INTO oauth_family (family, tenant, app, app_epoch, grant_id, grant_epoch, scopes, jkt, generation, confirmed, rotates, refreshes, created_at, expires_at, latest_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, $9, $10, $11, $12, $13)",
);
pub(super) static FAMILY_FIND: Sql = Sql::both(
    "SELECT f.tenant, f.app, f.app_epoch, f.grant_id, f.grant_epoch, f.scopes, f.jkt, f.generation, f.confirmed, f.rotates, f.refreshes,
            f.expires_at, f.latest_at, f.ended_at, g.account, g.person, g.state, g.epoch
     FROM oauth_family f JOIN oauth_grant g ON g.tenant = f.tenant AND g.grant_id = f.grant_id WHERE f.family = $1",
);
/// The present refresh token was used: the next one takes over.
pub(super) static FAMILY_NEXT: Sql = Sql::both(
    "UPDATE oauth_family SET generation = generation + rotates, confirmed = $2, expires_at = $3
     WHERE family = $1 AND generation = $2 AND ended_at IS NULL",
);
/// The one before came again, and of its successor no use was seen.
pub(super) static FAMILY_AGAIN: Sql = Sql::both(
    "UPDATE oauth_family SET expires_at = $3 WHERE family = $1 AND generation = $2 AND confirmed < $2 AND ended_at IS NULL",
);
pub(super) static FAMILY_CONFIRM: Sql =
    Sql::both("UPDATE oauth_family SET confirmed = $2 WHERE family = $1 AND confirmed < $2");
pub(super) static FAMILY_END: Sql =
    Sql::both("UPDATE oauth_family SET ended_at = $2 WHERE family = $1 AND ended_at IS NULL");
pub(super) static FAMILY_FORGET: Sql = Sql::both("DELETE FROM oauth_family WHERE latest_at < $1");

pub(super) static TOKEN_INSERT: Sql = Sql::both(
    "INSERT INTO oauth_token (digest, tenant, app, app_epoch, grant_id, grant_epoch, family, generation, scopes, jkt, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
);
/// The one question whether a token is one: app, grant and family with it.
pub(super) static TOKEN_FIND: Sql = Sql::both(
    "SELECT t.tenant, t.app, t.grant_id, g.account, g.person, t.scopes, g.purposes, t.jkt, t.created_at, t.expires_at, t.family, t.generation, f.confirmed
     FROM oauth_token t
     JOIN app a ON a.app = t.app AND a.tenant = t.tenant AND a.state = 'active' AND a.epoch = t.app_epoch
     LEFT JOIN oauth_grant g ON g.tenant = t.tenant AND g.grant_id = t.grant_id
     LEFT JOIN oauth_family f ON f.family = t.family
     WHERE t.digest = $1 AND t.ended_at IS NULL AND t.expires_at > $2
       AND (t.grant_id IS NULL OR (g.state = 'active' AND g.epoch = t.grant_epoch))
       AND (t.family IS NULL OR (f.family IS NOT NULL AND f.ended_at IS NULL))",
);
pub(super) static TOKEN_END: Sql = Sql::both(
    "UPDATE oauth_token SET ended_at = $3 WHERE digest = $1 AND app = $2 AND ended_at IS NULL",
);
pub(super) static TOKEN_FORGET: Sql = Sql::both("DELETE FROM oauth_token WHERE expires_at < $1");

pub(super) static SEEN_INSERT: Sql = Sql::both(
    "INSERT INTO oauth_seen (digest, expires_at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
);
pub(super) static SEEN_FORGET: Sql = Sql::both("DELETE FROM oauth_seen WHERE expires_at < $1");

pub(super) static KEY_INSERT: Sql = Sql::both(
    "INSERT INTO signing_key (kid, state, public_key, sealed, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $5)",
);
pub(super) static KEY_LIST: Sql =
    Sql::both("SELECT kid, state, public_key, sealed, changed_at FROM signing_key");
pub(super) static KEY_DROP: Sql = Sql::both("DELETE FROM signing_key WHERE state = 'previous'");
pub(super) static KEY_MOVE: Sql =
    Sql::both("UPDATE signing_key SET state = $3, changed_at = $4 WHERE kid = $1 AND state = $2");

/// What is over goes; each takes the present moment.
pub(super) static FORGET: &[&Sql] = &[&REQUEST_FORGET, &FAMILY_FORGET, &TOKEN_FORGET, &SEEN_FORGET];

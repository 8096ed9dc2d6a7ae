//! Every statement about consent. `$n` is bound by number on both engines.

use store::Sql;

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* pub(super) static $name: Sql = $sql;)+
        /// Every statement, for the test that prepares each on both engines.
        pub static STATEMENTS: &[&Sql] = &[$(&$name),+];
    };
}

macro_rules! grant_columns {
    ($rest:literal) => {
        Sql::both(concat!(
            "SELECT grant_id, person, grantee_kind, grantee, terms, epoch, state, given_by, given_at, until, changed_at, request, \
             version, proxy FROM consent_grant WHERE tenant = $1 ",
            $rest
        ))
    };
}

macro_rules! asking_columns {
    ($rest:literal) => {
        Sql::both(concat!(
            "SELECT asking, person, request, version, asker, way, state, asked_at, again_at, expires_at, answered_at, grant_id \
             FROM consent_asking WHERE tenant = $1 ",
            $rest
        ))
    };
}

statements! {
    REQUEST_INSERT = Sql::both(
        "INSERT INTO consent_request (tenant, request, version, asker_kind, asker, digest, sealed, published_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    REQUEST_NEWEST = Sql::both(
        "SELECT version, asker_kind, asker, sealed, published_at, closed_at FROM consent_request \
         WHERE tenant = $1 AND request = $2 ORDER BY version DESC LIMIT 1",
    );
    REQUEST_AT = Sql::both(
        "SELECT version, asker_kind, asker, sealed, published_at, closed_at FROM consent_request \
         WHERE tenant = $1 AND request = $2 AND version = $3",
    );
    REQUEST_SAME = Sql::both(
        "SELECT request, version FROM consent_request \
         WHERE tenant = $1 AND asker = $2 AND digest = $3 AND closed_at IS NULL ORDER BY published_at DESC LIMIT 1",
    );
    REQUESTS = Sql::both(
        "SELECT request, max(version) FROM consent_request WHERE tenant = $1 AND asker = $2 AND request > $3 \
         GROUP BY request ORDER BY request LIMIT $4",
    );
    REQUEST_CLOSE = Sql::both(
        "UPDATE consent_request SET closed_at = $4 WHERE tenant = $1 AND request = $2 AND asker = $3 AND closed_at IS NULL",
    );
    ASKING_INSERT = Sql::both(
        "INSERT INTO consent_asking (tenant, asking, person, request, version, asker, way, state, asked_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9)",
    );
    ASKING_FIND = asking_columns!("AND person = $2 AND asking = $3");
    ASKINGS_OF = asking_columns!("AND person = $2 AND (asked_at < $3 OR (asked_at = $3 AND asking > $4)) ORDER BY asked_at DESC, asking LIMIT $5");
    ASKINGS_BY = asking_columns!("AND asker = $2 AND request = $3 AND asking > $4 ORDER BY asking LIMIT $5");
    /// What counts for the pace: what was asked of the person since `$3`.
    ASKED_SINCE = asking_columns!("AND person = $2 AND asked_at >= $3 ORDER BY asked_at DESC, asking LIMIT 200");
    ASKING_OPEN = asking_columns!("AND person = $2 AND asker = $3 AND state IN ('open', 'deferred') AND expires_at > $4 LIMIT 1");
    ASKING_LAPSE_OLD = Sql::both(
        "UPDATE consent_asking SET state = 'lapsed' WHERE tenant = $1 AND person = $2 AND asker = $3 AND state IN ('open', 'deferred') \
         AND expires_at <= $4",
    );
    ASKING_ANSWER = Sql::both(
        "UPDATE consent_asking SET state = $4, answered_at = $5, grant_id = $6 \
         WHERE tenant = $1 AND person = $2 AND asking = $3 AND state IN ('open', 'deferred') AND expires_at > $5",
    );
    ASKING_DEFER = Sql::both(
        "UPDATE consent_asking SET state = 'deferred', again_at = $5 \
         WHERE tenant = $1 AND person = $2 AND asking = $3 AND state IN ('open', 'deferred') AND expires_at > $4",
    );
    ASKINGS_LAPSE = Sql::both(
        "UPDATE consent_asking SET state = 'lapsed' WHERE expires_at <= $1 AND state IN ('open', 'deferred')",
    );
    GRANT_INSERT = Sql::both(
        "INSERT INTO consent_grant (tenant, person, grant_id, grantee_kind, grantee, terms, epoch, state, given_by, given_at, until, \
         changed_at, request, version, proxy) VALUES ($1, $2, $3, $4, $5, $6, 1, 'active', $7, $8, $9, $8, $10, $11, $12)",
    );
    EVENT_INSERT = Sql::both(
        "INSERT INTO consent_event (tenant, person, grant_id, epoch, what, at, receipt) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    EVENTS = Sql::both(
        "SELECT epoch, what, at, receipt FROM consent_event WHERE tenant = $1 AND person = $2 AND grant_id = $3 ORDER BY epoch LIMIT 1000",
    );
    GRANT_FIND = grant_columns!("AND person = $2 AND grant_id = $3");
    GRANT_OF_ID = grant_columns!("AND grant_id = $2 LIMIT 1");
    GRANTS_OF = grant_columns!("AND person = $2 AND (given_at < $3 OR (given_at = $3 AND grant_id > $4)) ORDER BY given_at DESC, grant_id LIMIT $5");
    GRANTS_TO = grant_columns!("AND grantee = $2 AND state = 'active' AND until > $3 AND proxy = 1 ORDER BY given_at DESC, grant_id LIMIT 100");
    GRANTS_DUE = Sql::both(
        "SELECT tenant, person, grant_id, epoch, until FROM consent_grant WHERE state = 'active' AND until <= $1 ORDER BY until LIMIT $2",
    );
    GRANTS_TO_REMIND = Sql::both(
        "SELECT tenant, person, grant_id, epoch, until FROM consent_grant \
         WHERE state = 'active' AND until > $1 AND until <= $2 AND reminded_at IS NULL ORDER BY until LIMIT $3",
    );
    GRANT_REMINDED = Sql::both(
        "UPDATE consent_grant SET reminded_at = $4 WHERE tenant = $1 AND person = $2 AND grant_id = $3 AND reminded_at IS NULL",
    );
    GRANT_NARROW = Sql::both(
        "UPDATE consent_grant SET terms = $5, until = $6, epoch = epoch + 1, changed_at = $7 \
         WHERE tenant = $1 AND person = $2 AND grant_id = $3 AND epoch = $4 AND state = 'active' AND until > $7",
    );
    GRANT_END = Sql::both(
        "UPDATE consent_grant SET state = $5, epoch = epoch + 1, changed_at = $6 \
         WHERE tenant = $1 AND person = $2 AND grant_id = $3 AND epoch = $4 AND state = 'active'",
    );
    GRANT_STANDING = Sql::both(
        "SELECT grant_id, epoch, terms FROM consent_grant WHERE tenant = $1 AND person = $2 AND grant_id = $3 AND state = 'active' AND until > $4",
    );
    GRANTS_STANDING = Sql::both(
        "SELECT grant_id, epoch, terms FROM consent_grant WHERE tenant = $1 AND person = $2 AND grantee = $3 AND state = 'active' \
         AND until > $4 AND proxy = 0 ORDER BY given_at DESC, grant_id LIMIT 20",
    );
    STANDS = Sql::both(
        "SELECT 1 FROM consent_grant WHERE tenant = $1 AND person = $2 AND grant_id = $3 AND epoch = $4 AND state = 'active' AND until > $5",
    );
    LIMIT_INSERT = Sql::both(
        "INSERT INTO consent_limit (tenant, person, request, kind, collection, purpose, since) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    LIMIT_LIFT = Sql::both(
        "UPDATE consent_limit SET lifted_at = $4 WHERE tenant = $1 AND person = $2 AND request = $3 AND lifted_at IS NULL",
    );
    LIMITS_OF = Sql::both(
        "SELECT request, kind, collection, purpose, since FROM consent_limit WHERE tenant = $1 AND person = $2 AND lifted_at IS NULL \
         ORDER BY since, request LIMIT 100",
    );
    /// What stands in the way of something done to `$3` for `$4`; where it is done to no one collection, what limits one stands in no way.
    LIMIT_MET = Sql::both(
        "SELECT kind FROM consent_limit WHERE tenant = $1 AND person = $2 AND lifted_at IS NULL \
         AND (collection IS NULL OR collection = $3) AND (purpose IS NULL OR purpose = $4) ORDER BY kind DESC LIMIT 1",
    );
    UNLIMITED = Sql::both(
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM consent_limit WHERE tenant = $1 AND person = $2 AND lifted_at IS NULL \
         AND (collection IS NULL OR collection = $3) AND (purpose IS NULL OR purpose = $4))",
    );
    /// No new question for a purpose that somebody objected to.
    NOT_OBJECTED = Sql::both(
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM consent_limit WHERE tenant = $1 AND person = $2 AND lifted_at IS NULL \
         AND purpose = $3)",
    );
    ASKINGS_OPEN_OF = asking_columns!("AND person = $2 AND state IN ('open', 'deferred') AND expires_at > $3 ORDER BY asked_at, asking LIMIT 200");
    ASKING_LAPSE = Sql::both(
        "UPDATE consent_asking SET state = 'lapsed' WHERE tenant = $1 AND person = $2 AND asking = $3 AND state IN ('open', 'deferred')",
    );
    FORGET_LIMITS = Sql::both("DELETE FROM consent_limit WHERE tenant = $1 AND person = $2");
    FORGET_GRANTS = Sql::both("DELETE FROM consent_grant WHERE tenant = $1 AND person = $2");
    FORGET_EVENTS = Sql::both("DELETE FROM consent_event WHERE tenant = $1 AND person = $2");
    FORGET_ASKINGS = Sql::both("DELETE FROM consent_asking WHERE tenant = $1 AND person = $2");
}

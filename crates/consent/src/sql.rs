//! Every statement about consent. `$n` is bound by number on both engines.

use store::Sql;

/// Whether something that a person had limited stands in the way: SQL, for a statement that asks for something else as well. Takes the
/// parameters that say who (tenant, person), and what (collection, purpose; NULL for any).
#[macro_export]
macro_rules! limit_stands {
    ($tenant:literal, $person:literal, $collection:literal, $purpose:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM consent_limit WHERE tenant = ",
            $tenant,
            " AND person = ",
            $person,
            " AND lifted_at IS NULL AND (collection IS NULL OR collection = ",
            $collection,
            ") AND (purpose IS NULL OR purpose = ",
            $purpose,
            "))"
        )
    };
}

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* pub(super) static $name: Sql = $sql;)+
        /// Every statement, for the test that prepares each on both engines.
        pub static STATEMENTS: &[&Sql] = &[$(&$name),+];
    };
}

/// What a guardian's grant rests on: their appointment, the sealed moment from which the person decides and its version, and
/// whether the appointment was not ended.
macro_rules! guarded {
    () => {
        "guardian, \
         CASE WHEN guardian IS NULL THEN NULL ELSE (SELECT m.decides FROM consent_minor m WHERE m.tenant = g.tenant \
         AND m.person = g.person) END, \
         CASE WHEN guardian IS NULL THEN NULL ELSE (SELECT m.version FROM consent_minor m WHERE m.tenant = g.tenant \
         AND m.person = g.person) END, \
         CASE WHEN guardian IS NULL THEN NULL ELSE (SELECT n.appointed_at FROM consent_guardian n WHERE n.tenant = g.tenant \
         AND n.person = g.person AND n.appointment = g.guardian AND n.ended_at IS NULL) END"
    };
}

macro_rules! grant_columns {
    ($rest:literal) => {
        Sql::both(concat!(
            "SELECT grant_id, person, grantee_kind, grantee, terms, epoch, state, given_by, given_at, until, changed_at, request, \
             version, proxy, ",
            guarded!(),
            " FROM consent_grant g WHERE tenant = $1 ",
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
         changed_at, request, version, proxy, guardian) VALUES ($1, $2, $3, $4, $5, $6, 1, 'active', $7, $8, $9, $8, $10, $11, $12, $13)",
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
         WHERE state = 'active' AND until > $1 AND until <= $2 AND reminded_at IS NULL AND (guardian IS NULL OR guardian <> grant_id) \
         ORDER BY until LIMIT $3",
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
    GRANT_STANDING = Sql::both(concat!(
        "SELECT grant_id, epoch, terms, ",
        guarded!(),
        " FROM consent_grant g WHERE tenant = $1 AND person = $2 AND grant_id = $3 AND state = 'active' AND until > $4",
    ));
    GRANTS_STANDING = Sql::both(concat!(
        "SELECT grant_id, epoch, terms, ",
        guarded!(),
        " FROM consent_grant g WHERE tenant = $1 AND person = $2 AND grantee = $3 AND state = 'active' \
         AND until > $4 AND proxy = 0 ORDER BY given_at DESC, grant_id LIMIT 20",
    ));
    /// `$6`: the version of the moment from which the person decides, as it was when it was looked at.
    STANDS = Sql::both(
        "SELECT 1 FROM consent_grant g WHERE tenant = $1 AND person = $2 AND grant_id = $3 AND epoch = $4 AND state = 'active' \
         AND until > $5 AND (guardian IS NULL OR (EXISTS (SELECT 1 FROM consent_minor m WHERE m.tenant = g.tenant \
         AND m.person = g.person AND m.version = $6) AND EXISTS (SELECT 1 FROM consent_guardian n WHERE n.tenant = g.tenant \
         AND n.person = g.person AND n.appointment = g.guardian AND n.ended_at IS NULL)))",
    );
    MINOR_FIND = Sql::both(
        "SELECT decides, version, set_by, set_at FROM consent_minor WHERE tenant = $1 AND person = $2",
    );
    MINOR_INSERT = Sql::both(
        "INSERT INTO consent_minor (tenant, person, decides, year, version, told, set_by, set_at) VALUES ($1, $2, $3, $4, 1, 0, $5, $6)",
    );
    MINOR_CHANGE = Sql::both(
        "UPDATE consent_minor SET decides = $3, year = $4, version = version + 1, told = 0, set_by = $5, set_at = $6 \
         WHERE tenant = $1 AND person = $2 AND version = $7",
    );
    /// Whether somebody decides for themself is as it was seen; 0 where nothing was noted.
    MINOR_AS_SEEN = Sql::both(
        "SELECT 1 WHERE coalesce((SELECT version FROM consent_minor WHERE tenant = $1 AND person = $2), 0) = $3",
    );
    MINORS = Sql::both(
        "SELECT person, decides, version, set_by, set_at, (SELECT count(*) FROM consent_guardian n WHERE n.tenant = m.tenant \
         AND n.person = m.person AND n.ended_at IS NULL), (SELECT count(*) FROM consent_proposal p WHERE p.tenant = m.tenant \
         AND p.person = m.person AND p.until > $4) FROM consent_minor m WHERE tenant = $1 AND person > $2 ORDER BY person LIMIT $3",
    );
    /// Who may come of age soon: by the year alone. The rest is sealed.
    MINORS_OF_YEAR = Sql::both(
        "SELECT tenant, person, decides, version, told FROM consent_minor \
         WHERE year <= $1 AND told < 3 AND (tenant > $2 OR (tenant = $2 AND person > $3)) ORDER BY tenant, person LIMIT $4",
    );
    MINOR_TOLD = Sql::both(
        "UPDATE consent_minor SET told = $4 WHERE tenant = $1 AND person = $2 AND version = $3 AND told < $4",
    );
    GUARDIAN_INSERT = Sql::both(
        "INSERT INTO consent_guardian (tenant, person, appointment, words, appointed_by, appointed_at, proposed_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    PROPOSAL_INSERT = Sql::both(
        "INSERT INTO consent_proposal (tenant, person, proposal, offer, proposed_by, proposed_at, until) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    PROPOSALS_OF = Sql::both(
        "SELECT proposal, offer, proposed_by, proposed_at, until FROM consent_proposal WHERE tenant = $1 AND person = $2 AND until > $3 \
         ORDER BY proposed_at DESC, proposal LIMIT 100",
    );
    PROPOSAL_TAKE = Sql::both(
        "DELETE FROM consent_proposal WHERE tenant = $1 AND person = $2 AND proposal = $3 AND until > $4",
    );
    PROPOSALS_LAPSE = Sql::both("DELETE FROM consent_proposal WHERE until <= $1");
    GUARDIAN_END = Sql::both(
        "UPDATE consent_guardian SET ended_by = $4, ended_at = $5, reason = $6 \
         WHERE tenant = $1 AND person = $2 AND appointment = $3 AND ended_at IS NULL",
    );
    GUARDIANS_OF = Sql::both(
        "SELECT appointment, words, appointed_by, appointed_at, ended_by, ended_at, reason, proposed_by FROM consent_guardian \
         WHERE tenant = $1 AND person = $2 ORDER BY appointed_at DESC, appointment LIMIT 100",
    );
    GUARDIAN_WORDS = Sql::both(
        "SELECT words FROM consent_guardian WHERE tenant = $1 AND person = $2 AND appointment = $3",
    );
    /// What guardians said no to: whose, what is left, the version, and whether it is a guardian's still.
    NOES = Sql::both(
        "SELECT account, terms, version, (SELECT count(*) FROM consent_guardian n JOIN consent_grant g ON g.tenant = n.tenant \
         AND g.person = n.person AND g.grant_id = n.appointment WHERE n.tenant = o.tenant AND n.person = o.person \
         AND g.grantee = o.account AND n.ended_at IS NULL) FROM consent_no o WHERE tenant = $1 AND person = $2 AND request = $3 LIMIT 100",
    );
    NOES_AS_SEEN = Sql::both(
        "SELECT 1 WHERE coalesce((SELECT CAST(sum(version) AS BIGINT) FROM consent_no WHERE tenant = $1 AND person = $2 AND request = $3), 0) = $4",
    );
    NO_SAY = Sql::both(
        "INSERT INTO consent_no (tenant, person, request, account, terms, version, at) VALUES ($1, $2, $3, $4, $5, 1, $6) \
         ON CONFLICT (tenant, person, request, account) DO UPDATE SET terms = excluded.terms, version = consent_no.version + 1, \
         at = excluded.at",
    );
    NO_TAKE_BACK = Sql::both(
        "DELETE FROM consent_no WHERE tenant = $1 AND person = $2 AND request = $3 AND account = $4",
    );
    FORGET_MINOR = Sql::both("DELETE FROM consent_minor WHERE tenant = $1 AND person = $2");
    FORGET_GUARDIANS = Sql::both("DELETE FROM consent_guardian WHERE tenant = $1 AND person = $2");
    FORGET_PROPOSALS = Sql::both("DELETE FROM consent_proposal WHERE tenant = $1 AND person = $2");
    FORGET_NOES = Sql::both("DELETE FROM consent_no WHERE tenant = $1 AND person = $2");
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
    UNLIMITED = Sql::both(concat!("SELECT 1 WHERE NOT ", limit_stands!("$1", "$2", "$3", "$4")));
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

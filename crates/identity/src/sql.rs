//! Every statement about people's and staff's accounts.

use store::Sql;

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(crate) static $name: Sql = Sql::both($text);)*

        /// Every statement, for the test that prepares each on both engines.
        pub static STATEMENTS: &[&Sql] = &[$(&$name),*];
    };
}

statements! {
    ACCOUNT_INSERT = "INSERT INTO account (tenant, account, kind, person, role, state, email, email_digest, name, language, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    ACCOUNT_FIND = "SELECT account, kind, person, role, state, email, name, language, created_at FROM account \
        WHERE tenant = $1 AND account = $2";
    ACCOUNT_BY_EMAIL = "SELECT account, kind, person, role, state, email, name, language, created_at FROM account \
        WHERE tenant = $1 AND email_digest = $2";
    ACCOUNT_LIST = "SELECT account, kind, person, role, state, email, name, language, created_at FROM account \
        WHERE tenant = $1 AND account > $2 ORDER BY account LIMIT $3";
    ACCOUNT_STATE = "UPDATE account SET state = $3 WHERE tenant = $1 AND account = $2 AND state = $4";
    ACCOUNT_BEGIN = "UPDATE account SET state = 'active', person = $3, name = $4 WHERE tenant = $1 AND account = $2 AND state = 'unverified'";
    ACCOUNT_NAME = "UPDATE account SET name = $3, language = $4 WHERE tenant = $1 AND account = $2";
    ACCOUNT_ACTIVE = "SELECT 1 FROM account WHERE tenant = $1 AND account = $2 AND state = 'active'";
    ACCOUNT_STAFF = "SELECT 1 FROM account WHERE tenant = $1 AND account = $2 AND kind = 'staff' AND state <> 'stopped'";
    ACCOUNT_OF_PERSON = "SELECT account FROM account WHERE tenant = $1 AND person = $2";

    /// Whoever changes what an account proves itself with waits for whoever does so at this moment, and then sees what they did.
    ACCOUNT_HOLD = "UPDATE account SET state = state WHERE tenant = $1 AND account = $2";
    ACCOUNT_DELETE = "DELETE FROM account WHERE tenant = $1 AND account = $2";
    /// Whoever may sign in stays.
    ACCOUNT_REPLACE = "DELETE FROM account WHERE tenant = $1 AND account = $2 AND state <> 'active'";
    PASSWORD_DELETE = "DELETE FROM password WHERE tenant = $1 AND account = $2";
    FACTORS_DELETE = "DELETE FROM factor WHERE tenant = $1 AND account = $2";
    SESSIONS_DELETE = "DELETE FROM session WHERE tenant = $1 AND account = $2";
    TICKETS_DELETE = "DELETE FROM ticket WHERE tenant = $1 AND account = $2";
    LINKS_DELETE = "DELETE FROM link WHERE tenant = $1 AND account = $2";
    DEVICES_DELETE = "DELETE FROM device WHERE tenant = $1 AND account = $2";
    LETTERS_DELETE = "DELETE FROM letter WHERE tenant = $1 AND account = $2";

    PASSWORD_SET = "INSERT INTO password (tenant, account, sealed, alone, changed_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (tenant, account) DO UPDATE SET sealed = excluded.sealed, alone = excluded.alone, changed_at = excluded.changed_at";
    PASSWORD_FIND = "SELECT sealed, alone FROM password WHERE tenant = $1 AND account = $2";
    /// The same password at another cost: only if nobody set a new one meanwhile.
    PASSWORD_REHASH = "UPDATE password SET sealed = $3 WHERE tenant = $1 AND account = $2 AND sealed = $4";
    /// It is long enough to be the only factor.
    PASSWORD_ALONE = "SELECT 1 FROM password WHERE tenant = $1 AND account = $2 AND alone = 1";
    /// The password that was proven is still the one: a change meanwhile wins.
    PASSWORD_IS = "SELECT 1 FROM password WHERE tenant = $1 AND account = $2 AND sealed = $3";

    FACTOR_INSERT = "INSERT INTO factor (tenant, account, factor, kind, sealed, digest, name, last, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FACTOR_LIST = "SELECT factor, kind, sealed, digest, name, last, created_at, used_at FROM factor \
        WHERE tenant = $1 AND account = $2 ORDER BY created_at, factor LIMIT $3";
    FACTOR_BY_DIGEST = "SELECT account, factor FROM factor WHERE tenant = $1 AND kind = $2 AND digest = $3";
    /// Used in this step, and not before in a later one: of two who show the same code one is refused.
    FACTOR_STEP = "UPDATE factor SET last = $4, used_at = $5 WHERE tenant = $1 AND account = $2 AND factor = $3 AND last < $4";
    /// A passkey that keeps no counter says 0 for ever.
    FACTOR_COUNTER = "UPDATE factor SET last = $4, used_at = $5 WHERE tenant = $1 AND account = $2 AND factor = $3 AND (last < $4 OR (last = 0 AND $4 = 0))";
    /// A recovery code is used once.
    FACTOR_SPEND = "UPDATE factor SET used_at = $5 WHERE tenant = $1 AND account = $2 AND kind = $3 AND digest = $4 AND used_at IS NULL";
    /// Another factor of these sorts stays.
    FACTOR_OTHER = "SELECT 1 FROM factor WHERE tenant = $1 AND account = $2 AND factor <> $3 AND (kind = $4 OR kind = $5) LIMIT 1";
    /// A factor of these sorts is there.
    FACTOR_ANY = "SELECT 1 FROM factor WHERE tenant = $1 AND account = $2 AND (kind = $3 OR kind = $4) LIMIT 1";
    FACTOR_DELETE = "DELETE FROM factor WHERE tenant = $1 AND account = $2 AND factor = $3";
    FACTOR_DELETE_KIND = "DELETE FROM factor WHERE tenant = $1 AND account = $2 AND kind = $3";

    SESSION_INSERT = "INSERT INTO session (session, tenant, account, hash, assurance, created_at, seen_at, idle_at, ends_at, fresh_at, name) \
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)";
    SESSION_FIND = "SELECT s.tenant, s.account, s.hash, s.assurance, s.seen_at, s.idle_at, s.ends_at, s.fresh_at, a.kind, a.person, a.role \
        FROM session s JOIN account a ON a.tenant = s.tenant AND a.account = s.account \
        WHERE s.session = $1 AND s.ended_at IS NULL AND a.state = 'active'";
    SESSION_SEEN = "UPDATE session SET seen_at = $2, idle_at = $3 WHERE session = $1 AND ended_at IS NULL AND seen_at < $2";
    SESSION_LIST = "SELECT session, assurance, created_at, seen_at, idle_at, ends_at, name FROM session \
        WHERE tenant = $1 AND account = $2 AND ended_at IS NULL AND idle_at > $3 AND ends_at > $3 ORDER BY session LIMIT $4";
    SESSION_NAME = "UPDATE session SET name = $4 WHERE tenant = $1 AND account = $2 AND session = $3 AND ended_at IS NULL";
    SESSION_END = "UPDATE session SET ended_at = $4 WHERE tenant = $1 AND account = $2 AND session = $3 AND ended_at IS NULL";
    SESSIONS_END = "UPDATE session SET ended_at = $3 WHERE tenant = $1 AND account = $2 AND ended_at IS NULL";
    SESSIONS_END_OTHERS = "UPDATE session SET ended_at = $4 WHERE tenant = $1 AND account = $2 AND session <> $3 AND ended_at IS NULL";
    SESSIONS_END_OLDEST = "UPDATE session SET ended_at = $3 WHERE tenant = $1 AND account = $2 AND ended_at IS NULL AND session IN \
        (SELECT session FROM session WHERE tenant = $1 AND account = $2 AND ended_at IS NULL ORDER BY created_at DESC, session LIMIT 1000 OFFSET $4)";
    SESSION_RENEW = "UPDATE session SET hash = $4, assurance = $5, fresh_at = $6, idle_at = $7, ends_at = CASE WHEN ends_at < $8 THEN ends_at ELSE $8 END, seen_at = $9 \
        WHERE tenant = $1 AND account = $2 AND session = $3 AND ended_at IS NULL";
    SESSIONS_PRUNE = "DELETE FROM session WHERE ended_at < $1 OR ends_at < $1 OR idle_at < $1";

    TICKET_INSERT = "INSERT INTO ticket (ticket, tenant, hash, kind, account, session, sealed, failures, created_at, ends_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)";
    TICKET_FIND = "SELECT hash, kind, account, session, sealed, failures FROM ticket WHERE ticket = $1 AND tenant = $2 AND ends_at > $3";
    TICKET_FAIL = "UPDATE ticket SET failures = failures + 1 WHERE ticket = $1 AND failures < $2";
    /// Of two who bring the same ticket one goes on.
    TICKET_TAKE = "DELETE FROM ticket WHERE ticket = $1";
    TICKETS_PRUNE = "DELETE FROM ticket WHERE ends_at < $1";

    LINK_INSERT = "INSERT INTO link (tenant, hash, kind, account, created_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)";
    LINK_FIND = "SELECT account FROM link WHERE tenant = $1 AND hash = $2 AND kind = $3 AND used_at IS NULL AND ends_at > $4";
    LINK_TAKE = "UPDATE link SET used_at = $4 WHERE tenant = $1 AND hash = $2 AND kind = $3 AND used_at IS NULL AND ends_at > $4";
    /// A newer link replaces older ones of its kind.
    LINKS_REPLACE = "DELETE FROM link WHERE tenant = $1 AND account = $2 AND kind = $3 AND used_at IS NULL";
    LINKS_PRUNE = "DELETE FROM link WHERE ends_at < $1";

    DEVICE_INSERT = "INSERT INTO device (tenant, account, hash, created_at, ends_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (tenant, account, hash) DO UPDATE SET ends_at = excluded.ends_at";
    DEVICE_KNOWN = "SELECT 1 FROM device WHERE tenant = $1 AND account = $2 AND hash = $3 AND ends_at > $4";
    DEVICES_PRUNE = "DELETE FROM device WHERE ends_at < $1";

    GUESS_FIND = "SELECT failures, until FROM guess WHERE tenant = $1 AND what = $2 AND who = $3";
    /// Counts a guess before it is looked at, so that many at once are counted too. `$5` was how long ago a first guess is
    /// forgotten; `$6` guesses are free, then the pause doubles from one second up to `$7` microseconds. Touches no row while a
    /// pause lasts, or after `$8` guesses.
    GUESS_COUNT = "INSERT INTO guess (tenant, what, who, failures, last_at, until) VALUES ($1, $2, $3, 1, $4, 0) \
        ON CONFLICT (tenant, what, who) DO UPDATE SET last_at = $4, \
        failures = CASE WHEN guess.last_at < $5 THEN 1 ELSE guess.failures + 1 END, \
        until = CASE WHEN guess.last_at < $5 OR guess.failures + 1 < $6 THEN 0 \
            WHEN guess.failures + 1 - $6 > 20 THEN $4 + $7 \
            WHEN (CAST(1000000 AS BIGINT) << CAST(guess.failures + 1 - $6 AS INTEGER)) > $7 THEN $4 + $7 \
            ELSE $4 + (CAST(1000000 AS BIGINT) << CAST(guess.failures + 1 - $6 AS INTEGER)) END \
        WHERE guess.until <= $4 AND (guess.failures < $8 OR guess.last_at < $5)";
    GUESS_FORGET = "DELETE FROM guess WHERE tenant = $1 AND what = $2 AND who = $3";
    /// A success takes its own guess back, where others' count on.
    GUESS_RETURN = "UPDATE guess SET failures = failures - 1, until = 0 WHERE tenant = $1 AND what = $2 AND who = $3 AND failures > 0";
    GUESSES_PRUNE = "DELETE FROM guess WHERE last_at < $1 AND until < $1";

    LETTER_INSERT = "INSERT INTO letter (tenant, letter, account, sealed, created_at) VALUES ($1, $2, $3, $4, $5)";
    LETTER_FIND = "SELECT account, sealed FROM letter WHERE tenant = $1 AND letter = $2";
    LETTER_DELETE = "DELETE FROM letter WHERE tenant = $1 AND letter = $2";
    LETTERS_PRUNE = "DELETE FROM letter WHERE created_at < $1";
}

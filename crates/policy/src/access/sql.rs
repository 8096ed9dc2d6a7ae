//! Every statement about privileges and emergencies.
//!
//! What rests on "there is none yet" first holds the tenant's row (PostgreSQL is told so; SQLite has one writer), so that two
//! nodes do not both find none.

use store::Sql;

macro_rules! statements {
    ($($name:ident = $sql:expr;)+) => {
        $(pub(super) static $name: Sql = $sql;)+
        /// Every statement, for the test that prepares each on both engines.
        pub static STATEMENTS: &[&Sql] = &[$(&$name),+];
    };
}

macro_rules! request_columns {
    ($rest:literal) => {
        Sql::both(concat!(
            "SELECT request, account, role, reason, note, asked_by, asked_at, ends_at, state, decided_by, decided_at \
             FROM privilege_request WHERE tenant = $1 ",
            $rest
        ))
    };
}

macro_rules! assignment_columns {
    ($rest:literal) => {
        Sql::both(concat!(
            "SELECT assignment, account, role, since, ends_at, granted_by, approved_by, review_due_at, reviewed_by, \
             reviewed_at, ended_at, ended_why FROM role_assignment WHERE tenant = $1 ",
            $rest
        ))
    };
}

macro_rules! glass_columns {
    ($rest:literal) => {
        Sql::both(concat!(
            "SELECT glass, account, role, person, reason, note, asked_at, lasts, opened_at, until, second_by, \
             review_due_at, reviewed_by, reviewed_at, verdict FROM break_glass WHERE tenant = $1 ",
            $rest
        ))
    };
}

statements! {
    HOLD_TENANT = Sql::each(
        "SELECT 1 FROM tenant WHERE tenant = $1",
        "SELECT 1 FROM tenant WHERE tenant = $1 FOR UPDATE",
    );
    ASK = Sql::both(
        "INSERT INTO privilege_request (tenant, request, account, role, reason, note, asked_by, asked_at, ends_at, state) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open')",
    );
    REQUEST = request_columns!("AND request = $2");
    REQUESTS = request_columns!("ORDER BY asked_at DESC, request LIMIT $2");
    OPEN_REQUESTS_OF = request_columns!("AND account = $2 AND state = 'open'");
    DECIDE = Sql::both(
        "UPDATE privilege_request SET state = $3, decided_by = $4, decided_at = $5 \
         WHERE tenant = $1 AND request = $2 AND state = 'open' AND asked_by <> $4 AND account <> $4",
    );
    ASSIGN = Sql::both(
        "INSERT INTO role_assignment (tenant, assignment, account, role, since, ends_at, granted_by, approved_by, review_due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    );
    ASSIGNMENT = assignment_columns!("AND assignment = $2");
    ASSIGNMENTS = assignment_columns!(
        "ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, review_due_at, assignment LIMIT $2"
    );
    LIVE_OF = assignment_columns!("AND account = $2 AND ended_at IS NULL");
    LIVE = assignment_columns!("AND ended_at IS NULL ORDER BY review_due_at, assignment LIMIT $2");
    HOLDERS = Sql::both(
        "SELECT account FROM role_assignment WHERE tenant = $1 AND role = $2 AND ended_at IS NULL \
         AND (ends_at IS NULL OR ends_at > $3) AND review_due_at > $3 ORDER BY account LIMIT $4",
    );
    // $3 to $7: roles that do not go together with the one that is given.
    NONE_LIKE = Sql::both(
        "SELECT 1 FROM role_assignment WHERE tenant = $1 AND account = $2 AND ended_at IS NULL \
         AND role IN ($3, $4, $5, $6, $7)",
    );
    CONFIRM = Sql::both(
        "UPDATE role_assignment SET review_due_at = $4, reviewed_by = $3, reviewed_at = $5 \
         WHERE tenant = $1 AND assignment = $2 AND ended_at IS NULL AND account <> $3 AND review_due_at = $6",
    );
    END = Sql::both(
        "UPDATE role_assignment SET ended_at = $3, ended_why = $4 \
         WHERE tenant = $1 AND assignment = $2 AND ended_at IS NULL",
    );
    BREAK = Sql::both(
        "INSERT INTO break_glass (tenant, glass, account, role, person, reason, note, asked_at, lasts, opened_at, until, review_due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    );
    GLASS = glass_columns!("AND glass = $2");
    GLASSES = glass_columns!("ORDER BY asked_at DESC, glass LIMIT $2");
    GLASSES_OVERDUE = glass_columns!(
        "AND opened_at IS NOT NULL AND reviewed_at IS NULL AND review_due_at <= $2 ORDER BY review_due_at, glass LIMIT $3"
    );
    // One that is open, or asked for less than an hour ago ($4).
    ANY_OPEN = Sql::both(
        "SELECT 1 FROM break_glass WHERE tenant = $1 AND account = $2 \
         AND (until > $3 OR (opened_at IS NULL AND asked_at > $4))",
    );
    ANY_OVERDUE = Sql::both(
        "SELECT 1 FROM break_glass WHERE tenant = $1 AND account = $2 AND opened_at IS NOT NULL \
         AND reviewed_at IS NULL AND review_due_at <= $3 LIMIT 1",
    );
    OPEN_OF = Sql::both(
        "SELECT person, until FROM break_glass WHERE tenant = $1 AND account = $2 AND role = $3 AND until > $4 \
         ORDER BY until DESC LIMIT 1",
    );
    SECOND = Sql::both(
        "UPDATE break_glass SET second_by = $3, opened_at = $4, until = $5, review_due_at = $6 \
         WHERE tenant = $1 AND glass = $2 AND opened_at IS NULL AND account <> $3 AND asked_at > $7",
    );
    CLOSE = Sql::both(
        "UPDATE break_glass SET until = $4 WHERE tenant = $1 AND glass = $2 AND account = $3 AND until > $4",
    );
    REVIEW_GLASS = Sql::both(
        "UPDATE break_glass SET reviewed_by = $3, reviewed_at = $4, verdict = $5, \
         until = CASE WHEN until > $4 THEN $4 ELSE until END \
         WHERE tenant = $1 AND glass = $2 AND opened_at IS NOT NULL AND reviewed_at IS NULL AND account <> $3 \
         AND (second_by IS NULL OR second_by <> $3)",
    );
    COUNT_GLASS = Sql::both(
        "SELECT COUNT(*), SUM(CASE WHEN reviewed_at IS NULL AND review_due_at <= $2 THEN 1 ELSE 0 END) \
         FROM break_glass WHERE tenant = $1 AND opened_at IS NOT NULL",
    );
}

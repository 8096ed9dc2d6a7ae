//! The statements of this area.

use store::Sql;

/// A result, with its entry in the same commit. The same check twice in one microsecond keeps the later word.
pub(crate) static INSERT: Sql = Sql::both(
    "INSERT INTO evidence (check_name, mode, measured_at, verdict, evidence, log_index) VALUES ($1, $2, $3, $4, $5, NULL) \
     ON CONFLICT (check_name, mode, measured_at) DO UPDATE SET verdict = excluded.verdict, evidence = excluded.evidence, log_index = NULL",
);

/// Where its entry stands: known only when the commit is done.
pub(crate) static SET_INDEX: Sql = Sql::both(
    "UPDATE evidence SET log_index = $4 WHERE check_name = $1 AND mode = $2 AND measured_at = $3",
);

/// The latest of each check, mode and verdict.
pub(crate) static LATEST: Sql = Sql::both(
    "SELECT check_name, mode, measured_at, verdict, evidence, log_index FROM evidence AS one \
     WHERE measured_at = (SELECT MAX(measured_at) FROM evidence AS other \
         WHERE other.check_name = one.check_name AND other.mode = one.mode AND other.verdict = one.verdict)",
);

/// What was measured before a moment and is not the latest of its kind.
pub(crate) static PRUNE: Sql = Sql::both(
    "DELETE FROM evidence WHERE measured_at < $1 AND measured_at < (SELECT MAX(measured_at) FROM evidence AS other \
         WHERE other.check_name = evidence.check_name AND other.mode = evidence.mode AND other.verdict = evidence.verdict)",
);

/// What was measured after a moment: by a clock that was ahead. Its entries stay in the log.
pub(crate) static PRUNE_AHEAD: Sql = Sql::both("DELETE FROM evidence WHERE measured_at > $1");

/// Every statement of this area, to be prepared on both engines.
pub static STATEMENTS: &[&Sql] = &[&INSERT, &SET_INDEX, &LATEST, &PRUNE, &PRUNE_AHEAD];

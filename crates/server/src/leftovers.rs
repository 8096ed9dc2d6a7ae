//! What is left of an erased person: every place that could hold something about them is asked, and none is taken on trust.
//!
//! Names of places and counts only; nothing is opened. The log is not searched: it knows a handle, and the link from the
//! person to the handle is one of the places.

use base::{PersonId, TenantId};
use store::jobs::JobId;
use store::{Sql, StoreError, WriteSet};

use crate::{Failure, Installation};

/// A place in the data: `$1` the tenant, `$2` the person.
struct Place {
    /// The name that is said.
    name: &'static str,
    /// Which table it is: the test that no table is forgotten compares it.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "a test reads it; the statement names the table itself"
        )
    )]
    table: &'static str,
    /// How many rows of it are left.
    sql: Sql,
}

macro_rules! place {
    ($name:literal, $table:literal, $which:literal) => {
        Place {
            name: $name,
            table: $table,
            sql: Sql::both(concat!(
                "SELECT count(*) FROM ",
                $table,
                " WHERE tenant = $1 AND person = $2 AND (",
                $which,
                ")"
            )),
        }
    };
}

/// Where nothing may be left.
static PLACES: &[Place] = &[
    place!("records", "record", "true"),
    place!("earlier versions", "record_history", "true"),
    place!("search index", "record_index", "true"),
    place!("files", "file", "true"),
    place!("ids from outside", "person_external", "true"),
    place!("floors of keys", "key_floor", "true"),
    place!("accounts", "account", "true"),
    place!("tokens in force", "token", "revoked_at IS NULL"),
    place!("requests to delete", "erasure", "true"),
    place!("archives", "export", "true"),
    place!("transfers to other providers", "transfer", "true"),
    place!("legal holds", "legal_hold", "true"),
    place!("questions", "consent_asking", "true"),
    place!("grants", "consent_grant", "true"),
    place!("receipts", "consent_event", "true"),
    place!("limits", "consent_limit", "true"),
    place!("guardians", "consent_guardian", "true"),
    place!("proposed guardians", "consent_proposal", "true"),
    place!("day of coming of age", "consent_minor", "true"),
    place!("what guardians refused", "consent_no", "true"),
    place!("requests under a right", "rights_request", "true"),
    place!("what was said about them", "rights_event", "true"),
    place!("grants in force", "oauth_grant", "state = 'active'"),
    Place {
        name: "link to the log",
        table: "person",
        sql: Sql::each(
            "SELECT count(*) FROM person WHERE tenant = $1 AND person = $2 AND (state <> 2 OR sealed IS NOT NULL OR handle <> zeroblob(16))",
            // PostgreSQL has no zeroblob.
            "SELECT count(*) FROM person WHERE tenant = $1 AND person = $2 AND (state <> 2 OR sealed IS NOT NULL OR handle <> '\\x00000000000000000000000000000000'::bytea)",
        ),
    },
];

/// What stays: a random id, and of whom it was leads nowhere from it.
static KEPT: &[(Place, &str)] = &[
    (
        place!("person's id", "person", "state = 2"),
        "so that the id is never given out again",
    ),
    (
        place!("ended tokens", "token", "revoked_at IS NOT NULL"),
        "so that a token which was ended is known as one",
    ),
    (
        place!("ended grants", "oauth_grant", "state <> 'active'"),
        "so that what an app was let do can be reviewed",
    ),
    (
        place!("emergencies", "break_glass", "true"),
        "so that access in an emergency is reviewed by somebody else",
    ),
];

/// Jobs whose payload names the person, as bytes (`$2`) or in text (`$3`), but for one (`$4`).
static QUEUE: Sql = Sql::each(
    "SELECT count(*) FROM job WHERE tenant = $1 AND job <> $4 AND (instr(payload, $2) > 0 OR instr(payload, CAST($3 AS BLOB)) > 0)",
    "SELECT count(*) FROM job WHERE tenant = $1 AND job <> $4 AND (position(CAST($2 AS BYTEA) IN payload) > 0 OR position(convert_to(CAST($3 AS TEXT), 'UTF8') IN payload) > 0)",
);
/// What goes with a person of the queue: jobs that name them, done or not.
static FORGET_JOBS: Sql = Sql::each(
    "DELETE FROM job WHERE tenant = $1 AND job <> $4 AND (instr(payload, $2) > 0 OR instr(payload, CAST($3 AS BLOB)) > 0)",
    "DELETE FROM job WHERE tenant = $1 AND job <> $4 AND (position(CAST($2 AS BYTEA) IN payload) > 0 OR position(convert_to(CAST($3 AS TEXT), 'UTF8') IN payload) > 0)",
);

/// Every statement that stands by itself, for the test that prepares each on both engines.
pub static STATEMENTS: &[&Sql] = &[&QUEUE, &FORGET_JOBS, &STATE];

/// What asks each place, for the tests that look at every statement.
pub fn places() -> impl Iterator<Item = &'static Sql> {
    let kept = KEPT.iter().map(|(place, _)| &place.sql);
    PLACES.iter().map(|place| &place.sql).chain(kept)
}

/// The write that forgets every job which names the person, but for one.
pub(crate) fn forget_jobs(
    tenant: &TenantId,
    person: PersonId,
    but_for: Option<JobId>,
    set: WriteSet,
) -> WriteSet {
    set.run(&FORGET_JOBS, of_queue(tenant, person, but_for))
}

fn of_queue(tenant: &TenantId, person: PersonId, but_for: Option<JobId>) -> Vec<store::Value> {
    vec![
        tenant.into(),
        person.into(),
        person.to_string().into(),
        but_for
            .map_or_else(Vec::new, |it| it.as_bytes().to_vec())
            .into(),
    ]
}

static STATE: Sql = Sql::both("SELECT state FROM person WHERE tenant = $1 AND person = $2");

/// Where nothing is left.
pub fn goes() -> impl Iterator<Item = &'static str> {
    PLACES.iter().map(|it| it.name)
}

/// What stays, and why.
pub fn stays() -> impl Iterator<Item = (&'static str, &'static str)> {
    KEPT.iter().map(|(place, why)| (place.name, *why))
}

/// What was found in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The place.
    pub place: &'static str,
    /// Rows, keys or jobs there.
    pub count: u64,
}

/// What stays, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The place, and how many rows.
    pub found: Found,
    /// Why it stays.
    pub why: &'static str,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftovers {
    /// Each place that was searched.
    pub searched: Vec<Found>,
    /// What stays on purpose.
    pub kept: Vec<Kept>,
    /// Whether the key store remembers that no key is ever made for them again.
    pub keys_gone: bool,
}

impl Leftovers {
    /// Whether nothing is left, and nothing can come again.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.keys_gone && self.searched.iter().all(|found| found.count == 0)
    }
}

/// Search for a person who was erased; `None` for one who was not, of whom nothing is said without an entry in the log.
///
/// # Errors
/// A store cannot be read.
pub async fn search(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
) -> Result<Option<Leftovers>, Failure> {
    search_but_for(house, tenant, person, None).await
}

/// The same, but for the job that does the erasing and goes with the commit in which the outcome is kept.
pub(crate) async fn search_but_for(
    house: &Installation,
    tenant: &TenantId,
    person: PersonId,
    job: Option<JobId>,
) -> Result<Option<Leftovers>, Failure> {
    let both = || vec![tenant.into(), person.into()];
    let state = house.db.row(&STATE, both()).await?;
    if !state.is_some_and(|row| matches!(row.int(0), Ok(1 | 2))) {
        return Ok(None);
    }
    let mut searched = Vec::with_capacity(PLACES.len() + 3);
    for place in PLACES {
        searched.push(count(house, place, tenant, person).await?);
    }
    let jobs = house.db.row(&QUEUE, of_queue(tenant, person, job)).await?;
    searched.push(Found {
        place: "queue",
        count: number(jobs.as_ref())?,
    });
    let keys = house.keys.left_of_person(tenant, person).await?;
    searched.push(Found {
        place: "keys",
        count: keys.keys,
    });
    searched.push(Found {
        place: "keys in this process",
        count: u64::from(keys.cached),
    });
    let mut kept = Vec::new();
    for (place, why) in KEPT {
        let found = count(house, place, tenant, person).await?;
        if found.count > 0 {
            kept.push(Kept { found, why });
        }
    }
    Ok(Some(Leftovers {
        searched,
        kept,
        keys_gone: keys.gone,
    }))
}

async fn count(
    house: &Installation,
    place: &'static Place,
    tenant: &TenantId,
    person: PersonId,
) -> Result<Found, StoreError> {
    let params = vec![tenant.into(), person.into()];
    let row = house.db.row(&place.sql, params).await?;
    Ok(Found {
        place: place.name,
        count: number(row.as_ref())?,
    })
}

fn number(row: Option<&store::Row>) -> Result<u64, StoreError> {
    row.map_or(Ok(0), |row| {
        Ok(u64::try_from(row.int(0)?).unwrap_or(u64::MAX))
    })
}

#[cfg(test)]
mod tests {
    use super::{KEPT, PLACES};

    /// Who adds a table about persons has to say here what an erasure does to it.
    #[test]
    fn every_table_with_a_person_is_searched() {
        let mut seen = 0;
        for migration in store::migrations::DATA {
            for made in migration.sql.split("CREATE TABLE ").skip(1) {
                let (head, rest) = made.split_once('(').unwrap();
                let columns = rest.split(") STRICT").next().unwrap();
                if !columns
                    .lines()
                    .any(|line| line.split_whitespace().next() == Some("person"))
                {
                    continue;
                }
                seen += 1;
                let table = head.trim();
                let known = PLACES.iter().chain(KEPT.iter().map(|(place, _)| place));
                assert!(
                    known.into_iter().any(|place| place.table == table),
                    "`erase prove` does not search the table {table}"
                );
            }
        }
        assert!(seen >= 11, "the search for tables finds them: {seen}");
    }
}

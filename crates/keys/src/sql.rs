//! Every statement of the key store.
//!
//! Many keys go in or move in one statement: `$1` is a blob of `$2` rows of `$3` bytes, a person's id and then (where there
//! is one) the wrapped key. Hundreds of keys cost one statement that way, on both engines.
//!
//! Where the texts differ: the blob type has another name. PostgreSQL must be told to hold the rows that a decision rests on
//! (`FOR SHARE`), so that what hangs under a key that retires, or belongs to a person who goes, is either committed before or
//! refused; SQLite has one writer. And both must be kept from a plan that walks through all keys, which PostgreSQL likes before
//! it has statistics, and SQLite, which never has any, always: PostgreSQL by looking each row up in a `LATERAL` that it may
//! not flatten, SQLite as said at `numbered`.

use store::Sql;

macro_rules! statements {
    ($($name:ident = $sql:expr;)+) => {
        $(pub(crate) static $name: Sql = $sql;)+
        /// Every statement by name, for the test that prepares them on both engines.
        pub static STATEMENTS: &[(&str, &Sql)] = &[$((stringify!($name), &$name)),+];
    };
}

/// The rows of `$1`, numbered from 0. The tenant `$4` is a column of theirs and never a bare one in a join, so that SQLite
/// has no choice but to begin with them and look each key up; it would else walk through all keys of the tenant.
macro_rules! numbered {
    ($rest:expr) => {
        concat!(
            "WITH RECURSIVE n(i, tenant) AS (SELECT CAST(0 AS BIGINT), CAST($4 AS TEXT) UNION ALL ",
            "SELECT i + 1, tenant FROM n WHERE i + 1 < CAST($2 AS BIGINT)) ",
            $rest
        )
    };
}

/// The person of row `n.i`.
macro_rules! person {
    ($blob:literal) => {
        concat!(
            "substr(CAST($1 AS ",
            $blob,
            "), CAST(n.i * CAST($3 AS BIGINT) + 1 AS INTEGER), 16)"
        )
    };
}

/// The wrapped key of row `n.i`.
macro_rules! wrapped {
    ($blob:literal) => {
        concat!(
            "substr(CAST($1 AS ",
            $blob,
            "), CAST(n.i * CAST($3 AS BIGINT) + 17 AS INTEGER), ",
            "CAST(CAST($3 AS BIGINT) - 16 AS INTEGER))"
        )
    };
}

macro_rules! kek_add {
    ($share:literal) => {
        concat!(
            "INSERT INTO kek (tenant, region, class, generation, parent, wrapped, made_at) ",
            "SELECT $1, $2, $3, $4, r.generation, $6, $7 FROM root_key r ",
            "WHERE r.generation = $5 AND r.retired_at IS NULL",
            $share,
            " ON CONFLICT DO NOTHING"
        )
    };
}

macro_rules! tenant_key_add {
    ($share:literal) => {
        concat!(
            "INSERT INTO tenant_key (tenant, kind, generation, region, class, parent, wrapped, public, made_at) ",
            "SELECT $1, $2, $3, k.region, k.class, k.generation, $7, $8, $9 FROM kek k ",
            "WHERE k.tenant = $1 AND k.region = $4 AND k.class = $5 AND k.generation = $6 AND k.retired_at IS NULL",
            $share, " ON CONFLICT DO NOTHING"
        )
    };
}

macro_rules! persons_add {
    ($blob:literal) => {
        numbered!(concat!(
            "INSERT INTO person (tenant, person) SELECT n.tenant, ",
            person!($blob),
            " FROM n WHERE true ON CONFLICT DO NOTHING"
        ))
    };
}

const PERSON_KEYS_ADD_SQLITE: &str = numbered!(concat!(
    "INSERT INTO person_key (tenant, person, class, generation, region, parent, wrapped, made_at) ",
    "SELECT p.tenant, p.person, k.class, $6, k.region, k.generation, ",
    wrapped!("BLOB"),
    ", $9 FROM n JOIN person p ON p.tenant = n.tenant || '' AND p.person = ",
    person!("BLOB"),
    " JOIN kek k ON k.tenant = n.tenant || '' AND k.region = $7 AND k.class = $5 AND k.generation = $8 ",
    "WHERE p.gone_at IS NULL AND k.retired_at IS NULL ON CONFLICT DO NOTHING"
));
const PERSON_KEYS_ADD_POSTGRES: &str = numbered!(concat!(
    "INSERT INTO person_key (tenant, person, class, generation, region, parent, wrapped, made_at) ",
    "SELECT p.tenant, p.person, k.class, $6, k.region, k.generation, ",
    wrapped!("BYTEA"),
    ", $9 FROM (SELECT region, class, generation FROM kek WHERE tenant = $4 AND region = $7 AND class = $5 ",
    "AND generation = $8 AND retired_at IS NULL FOR SHARE) k CROSS JOIN n CROSS JOIN LATERAL (",
    "SELECT q.tenant, q.person FROM person q WHERE q.tenant = n.tenant AND q.person = ",
    person!("BYTEA"),
    " AND q.gone_at IS NULL FOR SHARE) p ON CONFLICT DO NOTHING"
));

const PERSON_KEYS_MOVE_SQLITE: &str = numbered!(concat!(
    "UPDATE person_key SET parent = $9, wrapped = ",
    wrapped!("BLOB"),
    " FROM n WHERE person_key.tenant = n.tenant || '' AND person_key.person = ",
    person!("BLOB"),
    " AND person_key.class = $5 AND person_key.generation = $6 AND person_key.region = $7 AND person_key.parent = $8"
));
/// The row is locked when it is found, so it is there to be updated: nothing that was deleted comes back.
const PERSON_KEYS_MOVE_POSTGRES: &str = numbered!(concat!(
    "INSERT INTO person_key (tenant, person, class, generation, region, parent, wrapped, made_at) ",
    "SELECT k.tenant, k.person, k.class, k.generation, k.region, $9, ",
    wrapped!("BYTEA"),
    ", k.made_at FROM n CROSS JOIN LATERAL (SELECT * FROM person_key q WHERE q.tenant = n.tenant AND q.person = ",
    person!("BYTEA"),
    " AND q.class = $5 AND q.generation = $6 AND q.region = $7 AND q.parent = $8 FOR UPDATE) k ",
    "ON CONFLICT (tenant, person, class, generation) DO UPDATE SET parent = excluded.parent, wrapped = excluded.wrapped"
));

const PERSON_KEYS_OF_SQLITE: &str = numbered!(concat!(
    "SELECT p.person, p.gone_at, k.class, k.generation, k.region, k.parent, k.wrapped ",
    "FROM n JOIN person p ON p.tenant = n.tenant || '' AND p.person = ",
    person!("BLOB"),
    " LEFT JOIN person_key k ON k.tenant = p.tenant AND k.person = p.person"
));
const PERSON_KEYS_OF_POSTGRES: &str = numbered!(concat!(
    "SELECT p.person, p.gone_at, k.class, k.generation, k.region, k.parent, k.wrapped ",
    "FROM n CROSS JOIN LATERAL (SELECT * FROM person q WHERE q.tenant = n.tenant AND q.person = ",
    person!("BYTEA"),
    " OFFSET 0) p LEFT JOIN LATERAL (SELECT * FROM person_key q WHERE q.tenant = p.tenant AND q.person = p.person OFFSET 0) k ON true"
));

macro_rules! live {
    ($share:literal, $($text:expr),+) => { concat!($($text,)+ " AND retired_at IS NULL", $share) };
}

statements! {
    // The root. Its backends never see a statement.
    ROOTS = Sql::both("SELECT generation, environment, backend, sealed, made_at, retired_at FROM root_key ORDER BY generation");
    ROOT_ADD = Sql::both("INSERT INTO root_key (generation, environment, backend, sealed, made_at) VALUES ($1, $2, $3, $4, $5)");
    ROOT_RETIRE = Sql::both("UPDATE root_key SET retired_at = $1 WHERE generation = $2 AND retired_at IS NULL");
    ROOT_RESEAL = Sql::both("UPDATE root_key SET backend = $1, sealed = $2 WHERE generation = $3 AND sealed = $4");
    ROOT_ERASE = Sql::both("DELETE FROM root_key WHERE generation = $1 AND retired_at IS NOT NULL");
    ROOT_LIVE = Sql::each(
        live!("", "SELECT generation FROM root_key WHERE generation = $1"),
        live!(" FOR SHARE", "SELECT generation FROM root_key WHERE generation = $1")
    );
    ROOT_BENEATH = Sql::both("SELECT parent, count(*) FROM kek GROUP BY parent");

    // Key-encryption keys.
    KEKS = Sql::both("SELECT region, class, generation, parent, wrapped, made_at, retired_at FROM kek WHERE tenant = $1 ORDER BY region, class, generation");
    KEKS_UNDER_OLD_ROOTS = Sql::both("SELECT tenant, region, class, generation, parent, wrapped FROM kek WHERE parent < $1 ORDER BY tenant, region, class, generation");
    KEK_ADD = Sql::each(kek_add!(""), kek_add!(" FOR SHARE OF r"));
    KEK_RETIRE = Sql::both("UPDATE kek SET retired_at = $1 WHERE tenant = $2 AND region = $3 AND class = $4 AND generation = $5 AND retired_at IS NULL");
    KEK_MOVE = Sql::both("UPDATE kek SET parent = $1, wrapped = $2 WHERE tenant = $3 AND region = $4 AND class = $5 AND generation = $6 AND parent = $7");
    KEK_ERASE = Sql::both("DELETE FROM kek WHERE tenant = $1 AND region = $2 AND class = $3 AND generation = $4 AND retired_at IS NOT NULL");
    KEK_LIVE = Sql::each(
        live!("", "SELECT generation FROM kek WHERE tenant = $1 AND region = $2 AND class = $3 AND generation = $4"),
        live!(" FOR SHARE", "SELECT generation FROM kek WHERE tenant = $1 AND region = $2 AND class = $3 AND generation = $4")
    );

    // Keys of a tenant as a whole.
    TENANTS = Sql::both("SELECT DISTINCT tenant FROM kek ORDER BY tenant");
    TENANT_KEYS = Sql::both("SELECT kind, generation, region, class, parent, wrapped, public, made_at, retired_at FROM tenant_key WHERE tenant = $1 ORDER BY kind, generation");
    TENANT_KEY_ADD = Sql::each(tenant_key_add!(""), tenant_key_add!(" FOR SHARE OF k"));
    TENANT_KEY_RETIRE = Sql::both("UPDATE tenant_key SET retired_at = $1 WHERE tenant = $2 AND kind = $3 AND generation = $4 AND retired_at IS NULL");
    TENANT_KEY_MOVE = Sql::both("UPDATE tenant_key SET parent = $1, wrapped = $2 WHERE tenant = $3 AND kind = $4 AND generation = $5 AND parent = $6 AND wrapped IS NOT NULL");
    TENANT_KEY_ERASE = Sql::both("UPDATE tenant_key SET wrapped = NULL WHERE tenant = $1 AND kind = $2 AND generation = $3 AND retired_at IS NOT NULL");

    // Persons and their keys.
    PERSONS_ADD = Sql::each(persons_add!("BLOB"), persons_add!("BYTEA"));
    PERSON_KEYS_ADD = Sql::each(PERSON_KEYS_ADD_SQLITE, PERSON_KEYS_ADD_POSTGRES);
    PERSON_KEYS_OF = Sql::each(PERSON_KEYS_OF_SQLITE, PERSON_KEYS_OF_POSTGRES);
    PERSON_KEYS_MOVE = Sql::each(PERSON_KEYS_MOVE_SQLITE, PERSON_KEYS_MOVE_POSTGRES);
    // A number as limit, and a subquery instead of a join, so that PostgreSQL too reads on from where it was.
    PERSON_KEYS_UNDER_OLD = Sql::both(concat!(
        "SELECT k.person, k.class, k.generation, k.region, k.parent, k.wrapped FROM person_key k ",
        "WHERE k.tenant = $1 AND (k.person, k.class, k.generation) > ($2, $3, $4) AND (",
        "SELECT o.retired_at FROM kek o WHERE o.tenant = k.tenant AND o.region = k.region AND o.class = k.class ",
        "AND o.generation = k.parent) IS NOT NULL ORDER BY k.person, k.class, k.generation LIMIT 16384"
    ));
    PERSON_KEY_ERASE = Sql::both("DELETE FROM person_key WHERE tenant = $1 AND person = $2 AND class = $3 AND generation = $4");
    PERSON_GO = Sql::both(concat!(
        "INSERT INTO person (tenant, person, gone_at) VALUES ($1, $2, $3) ",
        "ON CONFLICT (tenant, person) DO UPDATE SET gone_at = coalesce(person.gone_at, excluded.gone_at)"
    ));
    PERSON_KEYS_ERASE = Sql::both("DELETE FROM person_key WHERE tenant = $1 AND person = $2");
    // How many keys a person has, and whether they were destroyed for ever.
    PERSON_LEFT = Sql::both(concat!(
        "SELECT (SELECT count(*) FROM person_key WHERE tenant = $1 AND person = $2), ",
        "(SELECT count(*) FROM person WHERE tenant = $1 AND person = $2 AND gone_at IS NOT NULL)"
    ));

    // The end of a tenant. What is kept are the keys of its log, and what they hang under.
    TENANT_PERSONS_GO = Sql::both("UPDATE person SET gone_at = $2 WHERE tenant = $1 AND gone_at IS NULL");
    TENANT_PERSON_KEYS_ERASE = Sql::both("DELETE FROM person_key WHERE tenant = $1");
    TENANT_KEYS_END = Sql::both("UPDATE tenant_key SET wrapped = NULL, retired_at = coalesce(retired_at, $2) WHERE tenant = $1 AND kind <> $3 AND kind <> $4 AND wrapped IS NOT NULL");
    TENANT_KEKS_ERASE = Sql::both(concat!(
        "DELETE FROM kek WHERE tenant = $1 AND NOT EXISTS (SELECT 1 FROM tenant_key k WHERE k.tenant = kek.tenant ",
        "AND k.region = kek.region AND k.class = kek.class AND k.parent = kek.generation AND k.wrapped IS NOT NULL)"
    ));
    TENANT_LEFT = Sql::both(concat!(
        "SELECT (SELECT count(*) FROM person_key WHERE tenant = $1), ",
        "(SELECT count(*) FROM tenant_key WHERE tenant = $1 AND kind <> $2 AND kind <> $3 AND wrapped IS NOT NULL)"
    ));

    // Counting, for status and for "to zero".
    COUNT_PERSON_KEYS = Sql::both("SELECT region, class, parent, count(*) FROM person_key WHERE tenant = $1 GROUP BY region, class, parent");
    COUNT_TENANT_KEYS = Sql::both("SELECT region, class, parent, count(*) FROM tenant_key WHERE tenant = $1 AND wrapped IS NOT NULL GROUP BY region, class, parent");
    COUNT_TURNED = Sql::both("SELECT person, class, max(generation) FROM person_key WHERE tenant = $1 GROUP BY person, class HAVING count(*) > 1 ORDER BY person, class");
    COUNT_PERSONS = Sql::both("SELECT count(*), count(gone_at) FROM person WHERE tenant = $1");

    // What backups may still hold.
    COUNT_GONE = Sql::both("SELECT count(*) FROM person WHERE gone_at IS NOT NULL");
    ALL_LAST_GONE = Sql::both("SELECT min(gone_at) FROM (SELECT gone_at FROM person WHERE gone_at IS NOT NULL ORDER BY gone_at DESC LIMIT $1) last");
    GONE_AT = Sql::both("SELECT gone_at FROM person WHERE tenant = $1 AND person = $2");

    ALL_GONE = Sql::both("SELECT person FROM person WHERE tenant = $1 AND gone_at IS NOT NULL");
    // A log that was restored and is shorter than it was.
    ANCHOR_LESS = Sql::both("UPDATE anchor SET size = $2, root = $3, checkpoint = $4, at = $5 WHERE tenant = $1");

    // Anchors of the logs. A log grows, or stays as it is.
    ANCHOR = Sql::both("SELECT size, root, checkpoint, at FROM anchor WHERE tenant = $1");
    ANCHOR_SET = Sql::both(concat!(
        "INSERT INTO anchor (tenant, size, root, checkpoint, at) VALUES ($1, $2, $3, $4, $5) ",
        "ON CONFLICT (tenant) DO UPDATE SET size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint, at = excluded.at ",
        "WHERE anchor.size < excluded.size OR (anchor.size = excluded.size AND anchor.root = excluded.root)"
    ));
}

//! What the bare service says to the database.

use store::Sql;

pub static WRITE: Sql = Sql::both(
    "INSERT INTO record (person, collection, record, version, written_at, body) VALUES ($1, $2, $3, 1, $4, $5) \
     ON CONFLICT (person, collection, record) DO UPDATE SET version = record.version + 1, written_at = excluded.written_at, body = excluded.body",
);
pub static READ: Sql = Sql::both(
    "SELECT version, body FROM record WHERE person = $1 AND collection = $2 AND record = $3",
);
pub static LIST: Sql = Sql::both(
    "SELECT record, version, body FROM record WHERE person = $1 AND collection = $2 AND record > $3 ORDER BY record LIMIT $4",
);
pub static FILE: Sql =
    Sql::both("INSERT INTO file (person, file, length, written_at) VALUES ($1, $2, $3, $4)");
pub static FILE_LENGTH: Sql = Sql::both("SELECT length FROM file WHERE person = $1 AND file = $2");
pub static ACCESS: Sql = Sql::both(
    "INSERT INTO access (at, verb, person, collection, record) VALUES ($1, $2, $3, $4, $5)",
);
pub static ACCESSES: Sql = Sql::both("SELECT count(*) FROM access");
pub static ERASE_RECORDS: Sql = Sql::both("DELETE FROM record WHERE person = $1");
pub static ERASE_FILES: Sql = Sql::both("DELETE FROM file WHERE person = $1");

//! The schema distributes by tenant and person, and every statement that would cross shards is listed in docs/scale.md.

mod held;
mod routes;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use routes::{Key, Reach, Table, Tables, crossings};
use store::Sql;
use store::migrations::{DATA, KEYS};

/// Tables of the installation itself: a few rows that every node has.
const COPIED: &[&str] = &[
    "evidence",
    "signing_key",
    "restored",
    "continuity_run",
    "continuity_destruction",
    "continuity_keep",
    "continuity_beat",
    "continuity_node",
    "root_key",
    "schema_migration",
];
/// Found by their id alone, and with no tenant in them.
const BY_ID: &[&str] = &["app_secret", "oauth_seen"];

static COLUMNS: Sql = Sql::both(
    "SELECT m.name, c.name, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid",
);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

async fn tables(migrations: &'static [store::Migration]) -> Tables {
    let db = store::danger_testing::sqlite(migrations, None)
        .await
        .unwrap();
    let mut found: Vec<(String, Vec<(String, i64)>)> = Vec::new();
    for row in db.rows(&COLUMNS, vec![]).await.unwrap() {
        let column = (row.text(1).unwrap().to_owned(), row.int(2).unwrap());
        let name = row.text(0).unwrap();
        match found.last_mut() {
            Some((last, columns)) if last == name => columns.push(column),
            _ => found.push((name.to_owned(), vec![column])),
        }
    }
    let of = |(name, columns): (String, Vec<(String, i64)>)| {
        let key = |at: i64| {
            let mut columns = columns.iter();
            columns.find(|it| it.1 == at).map(|it| it.0.as_str())
        };
        let has_tenant = columns.iter().any(|it| it.0 == "tenant");
        let key = match (key(1), key(2)) {
            (Some("tenant"), Some("person")) => Key::Person,
            (Some("tenant"), _) => Key::Tenant,
            (Some(id), _) if has_tenant || BY_ID.contains(&name.as_str()) => Key::Id(id.to_owned()),
            _ => {
                let known = COPIED.contains(&name.as_str()) || name.starts_with("sqlite_");
                assert!(
                    known,
                    "by what is {name} distributed? Begin its key with the tenant"
                );
                Key::Copied
            }
        };
        let columns = columns.into_iter().map(|it| it.0).collect();
        (name, Table { columns, key })
    };
    found.into_iter().map(of).collect()
}

/// Every statement that runs while people are served, by area; and those of the key store.
fn statements() -> [Vec<(&'static str, &'static Sql)>; 2] {
    let areas: &[(&'static str, &[&'static Sql])] = &[
        ("audit", audit::STATEMENTS),
        ("consent", consent::STATEMENTS),
        ("continuity", continuity::STATEMENTS),
        ("govern", govern::STATEMENTS),
        ("identity", identity::STATEMENTS),
        ("oauth", identity::oauth::STATEMENTS),
        ("policy", policy::STATEMENTS),
        ("policy", policy::access::STATEMENTS),
        ("queue", store::jobs::STATEMENTS),
        ("erasures", server::erasures::STATEMENTS),
        ("erasures", server::leftovers::STATEMENTS),
        ("gate", server::gate::STATEMENTS),
        ("processing", server::processing::STATEMENTS),
        ("rights", server::rights::STATEMENTS),
        ("vault", vault::STATEMENTS),
    ];
    let listed = areas
        .iter()
        .flat_map(|(area, all)| all.iter().map(|sql| (*area, *sql)));
    let places = server::leftovers::places().map(|sql| ("erasures", sql));
    let ends = server::contract::places().map(|sql| ("contract", sql));
    let keys = keys::STATEMENTS.iter().map(|(_, sql)| ("keys", *sql));
    let backups = continuity::KEY_STATEMENTS
        .iter()
        .map(|sql| ("continuity", *sql));
    [
        listed.chain(places).chain(ends).collect(),
        keys.chain(backups).collect(),
    ]
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of the table in docs/scale.md: area, reach, statement.
type Line = (String, String, String);

/// The lines of every table in docs/scale.md that lists statements.
fn listed() -> Vec<Line> {
    let text = std::fs::read_to_string(root().join("docs/scale.md")).unwrap();
    let cells = |line: &str| {
        let line = line
            .strip_prefix("| ")?
            .strip_suffix(" |")?
            .replace("\\|", "\u{1}");
        let cells: Vec<_> = line
            .split(" | ")
            .map(|it| it.replace('\u{1}', "|"))
            .collect();
        let [area, reach, statement, why] = cells.as_slice() else {
            return None;
        };
        let statement = statement.strip_prefix('`')?.strip_suffix('`')?;
        assert!(!why.trim().is_empty(), "say why: {statement}");
        Some((area.clone(), reach.clone(), statement.to_owned()))
    };
    text.lines().filter_map(cells).collect()
}

/// Whether a listed statement is this one: `{table}` stands for the name of any table.
fn is_same(listed: &str, statement: &str) -> bool {
    let (mut listed, mut statement) = (listed.split(' '), statement.split(' '));
    loop {
        match (listed.next(), statement.next()) {
            (None, None) => return true,
            (Some("{table}"), Some(_)) => {}
            (Some(one), Some(other)) if one == other => {}
            _ => return false,
        }
    }
}

#[tokio::test]
async fn every_statement_that_crosses_shards_is_listed() {
    let mut crossing: BTreeSet<Line> = BTreeSet::new();
    let mut seen = 0;
    for (all, migrations) in statements().into_iter().zip([DATA, KEYS]) {
        let tables = tables(migrations).await;
        for (area, sql) in all {
            seen += 1;
            let found = crossings(sql.postgres, &tables);
            if let Some(reach) = found.iter().map(|(_, reach)| *reach).max() {
                let text = in_one_line(sql.postgres);
                crossing.insert((area.to_owned(), reach.as_str().to_owned(), text));
            }
        }
    }
    assert!(seen > 500, "{seen}");
    let listed = listed();
    let same = |listed: &Line, it: &Line| {
        (&listed.0, &listed.1) == (&it.0, &it.1) && is_same(&listed.2, &it.2)
    };
    let row = |(area, reach, text): &Line| {
        format!("| {area} | {reach} | `{}` |", text.replace('|', "\\|"))
    };
    let new: Vec<_> = crossing
        .iter()
        .filter(|it| !listed.iter().any(|listed| same(listed, it)))
        .map(row)
        .collect();
    let gone: Vec<_> = listed
        .iter()
        .filter(|listed| !crossing.iter().any(|it| same(listed, it)))
        .map(row)
        .collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "of {seen} statements, these cross shards and are not in docs/scale.md. Hold them by tenant and person, or list them and say why:\n{}\n\n\
         These are in docs/scale.md and do not, or are no more:\n{}",
        new.join("\n"),
        gone.join("\n")
    );
}

/// The name of a constant that holds a statement, where `line` declares one.
fn declared(line: &str) -> Option<&str> {
    let (before, _) = line
        .split_once(": Sql =")
        .or_else(|| line.split_once(": store::Sql ="))?;
    let name = before.rsplit(' ').next()?;
    let named = name
        .bytes()
        .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_');
    (named && before.contains("static ")).then_some(name)
}

/// What measures and breaks things on purpose, and what is of the engine.
const APART: &[&str] = &[
    "store/src/postgres/",
    "store/src/sqlite/",
    "store/src/danger_testing",
    "server/src/probes/",
    "server/src/api/health.rs",
    "govern/src/checks/",
];

#[test]
fn no_statement_stands_outside_of_the_lists() {
    let (mut declared_count, mut lost) = (0, Vec::new());
    let crates = walkdir::WalkDir::new(root().join("crates")).into_iter();
    let files = crates.map(|it| it.unwrap().into_path());
    let files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .filter(|path| {
            let path = path.to_string_lossy();
            let tests = path.contains("/tests/") || path.ends_with("tests.rs");
            path.contains("/src/") && !tests && !APART.iter().any(|it| path.contains(it))
        })
        .collect();
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    for path in &files {
        let text = read(path);
        let area = path
            .to_string_lossy()
            .split("/src/")
            .next()
            .unwrap()
            .to_owned()
            + "/";
        let lists: String = files
            .iter()
            .filter(|it| it.to_string_lossy().starts_with(&area))
            .map(read)
            .flat_map(|text| {
                let lists = text.split("STATEMENTS: &[&Sql] = &[").skip(1);
                lists
                    .map(|it| it.split(']').next().unwrap().to_owned())
                    .collect::<Vec<_>>()
            })
            .collect();
        let lists: Vec<&str> = lists
            .split(|it: char| !it.is_alphanumeric() && it != '_')
            .collect();
        // What stands in a test at the end of a file is no statement of the program.
        let program = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
        for name in program.lines().filter_map(declared) {
            declared_count += 1;
            if !lists.contains(&name) {
                lost.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(declared_count > 100, "{declared_count}");
    assert!(
        lost.is_empty(),
        "put these into the STATEMENTS of their area:\n{}",
        lost.join("\n")
    );
}

fn house() -> Tables {
    let table = |name: &str, columns: &str, key| {
        let columns = columns.split(' ').map(str::to_owned).collect();
        (name.to_owned(), Table { columns, key })
    };
    [
        table("record", "tenant person rkey sealed", Key::Person),
        table("person", "tenant person state", Key::Person),
        table("job", "tenant job state", Key::Tenant),
        table("token", "id tenant person", Key::Id("id".to_owned())),
        table("signing_key", "kid", Key::Copied),
    ]
    .into()
}

#[test]
fn what_goes_to_one_shard_is_told_from_what_does_not() {
    let tables = house();
    for alone in [
        "SELECT sealed FROM record WHERE tenant = $1 AND person = $2 AND rkey > $3",
        "SELECT sealed FROM record WHERE (tenant, person) = ($1, $2)",
        "SELECT r.sealed FROM person p JOIN record r ON r.tenant = p.tenant AND r.person = p.person WHERE p.tenant = $1 AND $2 = p.person",
        "INSERT INTO record (tenant, person, rkey) VALUES ($1, $2, $3) ON CONFLICT (tenant, person, rkey) DO UPDATE SET sealed = excluded.sealed",
        "INSERT INTO record (tenant, person, rkey) SELECT tenant, person, $3 FROM person WHERE tenant = $1 AND person = CAST($2 AS BYTEA)",
        "UPDATE record SET sealed = NULL WHERE tenant = $1 AND person = $2 AND EXISTS (SELECT 1 FROM person p WHERE p.tenant = record.tenant AND p.person = record.person)",
        "DELETE FROM token WHERE id = $1",
        "SELECT kid FROM signing_key",
        "WITH n(tenant, who) AS (SELECT CAST($1 AS TEXT), CAST($2 AS BYTEA)) SELECT 1 FROM n JOIN record r ON r.tenant = n.tenant AND r.person = n.who",
        "SELECT p.state FROM person p CROSS JOIN LATERAL (SELECT 1 FROM record q WHERE q.tenant = p.tenant AND q.person = p.person) r WHERE p.tenant = $1 AND p.person = $2",
        "SELECT (SELECT count(*) FROM record WHERE tenant = $1 AND person = $2), (SELECT count(*) FROM job WHERE tenant = $1)",
    ] {
        assert_eq!(crossings(alone, &tables), BTreeSet::new(), "{alone}");
    }
    for (beyond, table, reach) in [
        (
            "SELECT sealed FROM record WHERE tenant = $1",
            "record",
            Reach::Tenant,
        ),
        (
            "SELECT sealed FROM record WHERE tenant = $1 AND person > $2",
            "record",
            Reach::Tenant,
        ),
        (
            "SELECT sealed FROM record WHERE tenant = $1 AND person IN ($2, $3)",
            "record",
            Reach::Tenant,
        ),
        (
            "SELECT sealed FROM record WHERE tenant = $1 AND (person = $2 OR rkey = $3)",
            "record",
            Reach::Tenant,
        ),
        (
            "SELECT sealed FROM record WHERE tenant = $1 AND person = rkey",
            "record",
            Reach::Tenant,
        ),
        (
            "SELECT sealed FROM record WHERE tenant <> $1",
            "record",
            Reach::Everywhere,
        ),
        (
            "SELECT p.state FROM token t JOIN person p ON p.tenant = t.tenant AND p.person = t.person WHERE t.id = $1",
            "person",
            Reach::Chain,
        ),
        (
            "SELECT job FROM job WHERE state = 0",
            "job",
            Reach::Everywhere,
        ),
        (
            "SELECT id FROM token WHERE tenant = $1",
            "token",
            Reach::Everywhere,
        ),
        (
            "UPDATE record SET sealed = NULL WHERE person = $1",
            "record",
            Reach::Everywhere,
        ),
        (
            "DELETE FROM job WHERE tenant = $1 AND NOT EXISTS (SELECT 1 FROM record WHERE tenant = $1)",
            "record",
            Reach::Tenant,
        ),
        (
            "INSERT INTO record (tenant, person) SELECT tenant, person FROM person WHERE tenant = $1",
            "record",
            Reach::Tenant,
        ),
        (
            "SELECT (SELECT count(*) FROM record) FROM job WHERE tenant = $1",
            "record",
            Reach::Everywhere,
        ),
        (
            "SELECT p.state FROM person p LEFT JOIN record r ON r.person = p.person AND p.tenant = $1",
            "person",
            Reach::Everywhere,
        ),
        (
            "SELECT 1 FROM job WHERE tenant = $1 AND job IN (SELECT rkey FROM record UNION SELECT rkey FROM record WHERE tenant = $1)",
            "record",
            Reach::Everywhere,
        ),
        (
            "WITH RECURSIVE n(i, tenant) AS (SELECT 0, CAST($1 AS TEXT) UNION ALL SELECT i + 1, tenant FROM n) SELECT 1 FROM n JOIN record r ON r.tenant = n.tenant AND r.person = substr($2, n.i, 16)",
            "record",
            Reach::Tenant,
        ),
    ] {
        let found = crossings(beyond, &tables);
        assert!(
            found.contains(&(table.to_owned(), reach)),
            "{beyond}: {found:?}"
        );
    }
}

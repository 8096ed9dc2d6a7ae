//! Migrations: the real ones on both engines, alike; edited or newer ones refused.

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::future::join_all;
use store::danger_testing::each_engine;
use store::{Db, Migration, Sql, StoreError, migrations};

static COLUMNS: Sql = Sql::each(
    "SELECT m.name, p.name, p.type, p.\"notnull\", p.pk > 0 FROM sqlite_schema m, pragma_table_info(m.name) p \
     WHERE m.type = 'table' ORDER BY 1, 2",
    "SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT), \
     CASE t.typname WHEN 'int8' THEN 'INTEGER' WHEN 'bytea' THEN 'BLOB' ELSE UPPER(t.typname) END, \
     a.attnotnull, EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY(i.indkey)) \
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     JOIN pg_type t ON t.oid = a.atttypid \
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1, 2",
);
static INDEXES: Sql = Sql::each(
    "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    "SELECT CAST(c.relname AS TEXT), CAST(t.relname AS TEXT) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
     JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '%_pkey' \
     AND c.relname NOT LIKE '%_key' ORDER BY 1",
);

/// Every column and every named index of a database, one a line.
async fn shape(db: &Db) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for row in db.rows(&COLUMNS, vec![]).await.expect("columns are read") {
        lines.insert(format!(
            "{}.{} {} not null {} key {}",
            row.text(0).expect("a table"),
            row.text(1).expect("a column"),
            row.text(2).expect("a type"),
            row.int(3).expect("a truth"),
            row.int(4).expect("a truth"),
        ));
    }
    for row in db.rows(&INDEXES, vec![]).await.expect("indexes are read") {
        let (index, table) = (
            row.text(0).expect("an index"),
            row.text(1).expect("a table"),
        );
        lines.insert(format!("index {index} on {table}"));
    }
    lines
}

#[tokio::test]
async fn both_engines_have_the_same_schema() {
    for known in [migrations::DATA, migrations::KEYS] {
        let mut shapes = Vec::new();
        for db in each_engine(known, None).await.expect("the migrations run") {
            let shape = shape(&db).await;
            assert!(shape.len() > 5, "{}: {shape:?}", db.engine);
            shapes.push(shape);
        }
        if let [sqlite, postgres] = shapes.as_slice() {
            let differ: Vec<_> = sqlite.symmetric_difference(postgres).collect();
            assert!(differ.is_empty(), "{differ:#?}");
        }
    }
}

#[test]
fn every_migration_in_the_tree_is_registered() {
    for (folder, known) in [("data", migrations::DATA), ("keys", migrations::KEYS)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../migrations")
            .join(folder);
        let mut names: Vec<String> = std::fs::read_dir(path)
            .expect("the folder is there")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("a name")
            })
            .collect();
        names.sort();
        let registered: Vec<String> = known
            .iter()
            .map(|migration| format!("{:04}-{}.sql", migration.number, migration.name))
            .collect();
        assert_eq!(names, registered);
    }
}

static ONE: &[Migration] = &[Migration {
    number: 1,
    name: "one",
    sql: "CREATE TABLE one (a INTEGER NOT NULL PRIMARY KEY) STRICT;",
}];
static TWO: &[Migration] = &[
    Migration {
        number: 1,
        name: "one",
        sql: ONE[0].sql,
    },
    Migration {
        number: 2,
        name: "two",
        sql: "ALTER TABLE one ADD COLUMN b TEXT;",
    },
];
static EDITED: &[Migration] = &[Migration {
    number: 1,
    name: "one",
    sql: "CREATE TABLE one (a INTEGER NOT NULL PRIMARY KEY, c TEXT) STRICT;",
}];
static BROKEN: &[Migration] = &[
    Migration {
        number: 1,
        name: "one",
        sql: ONE[0].sql,
    },
    Migration {
        number: 2,
        name: "two",
        sql: "CREATE TABLE two (a INTEGER) STRICT; CREATE NONSENSE;",
    },
];
static TABLES: Sql = Sql::each(
    "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'two'",
    "SELECT COUNT(*) FROM pg_class WHERE relname = 'two'",
);

#[tokio::test]
async fn migrations_only_go_forward() {
    for db in each_engine(ONE, None).await.expect("they open") {
        let broken = Db::open(db.config(), BROKEN, None)
            .await
            .expect_err("it is refused");
        assert!(
            matches!(&broken, StoreError::Schema(why) if why.contains("two")),
            "{broken:?}"
        );
        let left = db.row(&TABLES, vec![]).await.expect("read").expect("a row");
        assert_eq!(
            left.int(0),
            Ok(0),
            "{}: a broken migration left a table",
            db.engine
        );

        Db::open(db.config(), TWO, None)
            .await
            .expect("it goes forward")
            .close()
            .await;
        Db::open(db.config(), TWO, None)
            .await
            .expect("again: nothing to do")
            .close()
            .await;
        for (known, word) in [(ONE, "newer"), (EDITED, "never edited")] {
            let refused = Db::open(db.config(), known, None)
                .await
                .expect_err("it is refused");
            assert!(
                matches!(&refused, StoreError::Schema(why) if why.contains(word)),
                "{}: {refused:?}",
                db.engine
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_start_at_once() {
    for db in each_engine(&[], None).await.expect("they open") {
        let opened = join_all((0..6).map(|_| {
            let config = db.config();
            tokio::spawn(async move { Db::open(config, migrations::DATA, None).await })
        }))
        .await;
        for opened in opened {
            let opened = opened.expect("no panic").expect("it opens");
            opened.close().await;
        }
    }
}

//! Disk full, read-only, locked, damaged: named, nothing lost, and it goes on by itself.

use std::io::{Seek, SeekFrom, Write};

use futures_util::future::join_all;
use store::danger_testing::{TestDb, sqlite};
use store::{Db, DbConfig, Sql, StoreError, WriteSet};

use crate::journal::{ADD_BODY, COUNT, SCHEMA, add, count, note};

// Settings of the writer's own connection, given as statements.
static FEW_PAGES: Sql = Sql::both("PRAGMA max_page_count = 40");
static MANY_PAGES: Sql = Sql::both("PRAGMA max_page_count = 1000000");
static READ_ONLY: Sql = Sql::both("PRAGMA query_only = 1");
static IMPATIENT: Sql = Sql::both("PRAGMA busy_timeout = 20");
static MODE: Sql = Sql::both("SELECT journal_mode FROM pragma_journal_mode");

async fn set(db: &TestDb, sql: &'static Sql) {
    db.commit(WriteSet::new().run(sql, vec![]))
        .await
        .expect("a setting is taken");
}

fn path(db: &TestDb) -> std::path::PathBuf {
    db.folder()
        .expect("SQLite has a folder")
        .join("test.sqlite")
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_is_forgotten_once_there_is_room() {
    let db = sqlite(SCHEMA, None).await.expect("it opens");
    set(&db, &FEW_PAGES).await;
    let body = vec![1_u8; 3_000];
    let put = |id: i64| {
        db.commit(WriteSet::new().run(&ADD_BODY, vec![id.into(), body.as_slice().into()]))
    };
    let outcomes = join_all((0..200).map(put)).await;
    let one_by_one: Vec<_> = {
        let mut outcomes = Vec::new();
        for id in 200..300 {
            outcomes.push(put(id).await);
        }
        outcomes
    };
    let held = outcomes
        .iter()
        .chain(&one_by_one)
        .filter(|outcome| outcome.is_ok())
        .count();
    for outcome in outcomes.iter().chain(&one_by_one) {
        assert!(
            matches!(outcome, Ok(_) | Err(StoreError::Unavailable(_))),
            "{outcome:?}"
        );
    }
    assert!(
        one_by_one.last().is_some_and(Result::is_err),
        "the disk was never full"
    );
    assert!(
        one_by_one.first().is_some_and(Result::is_ok),
        "the disk was full from the start"
    );
    assert_eq!(count(&db, &COUNT, vec![]).await, held as i64);
    set(&db, &MANY_PAGES).await;
    put(1_000).await.expect("there is room again");
}

#[tokio::test]
async fn a_read_only_disk_is_a_passing_failure() {
    let db = sqlite(SCHEMA, None).await.expect("it opens");
    set(&db, &READ_ONLY).await;
    let refused = db.commit(add(0, "x")).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    db.commit(add(0, "x"))
        .await
        .expect("the file is opened again");
}

#[tokio::test]
async fn another_process_that_holds_the_lock_is_a_passing_failure() {
    let db = sqlite(SCHEMA, None).await.expect("it opens");
    set(&db, &IMPATIENT).await;
    let other = rusqlite::Connection::open(path(&db)).expect("it opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let refused = db.commit(add(1, "x")).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    assert_eq!(note(&db, 1).await, None, "reading goes on");
    other
        .execute_batch("INSERT INTO item (id, note) VALUES (2, 'theirs'); COMMIT")
        .expect("ok");
    db.commit(add(1, "x")).await.expect("it holds now");
    assert_eq!(note(&db, 2).await.as_deref(), Some("theirs"));
}

#[tokio::test]
async fn the_file_is_ours_alone_and_in_wal_mode() {
    use std::os::unix::fs::PermissionsExt;
    let db = sqlite(SCHEMA, None).await.expect("it opens");
    db.commit(add(1, "x")).await.expect("it holds");
    let row = db.row(&MODE, vec![]).await.expect("read").expect("a row");
    assert_eq!(row.text(0), Ok("wal"));
    for name in ["test.sqlite", "test.sqlite-wal"] {
        let file = db.folder().expect("a folder").join(name);
        let mode = file.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn the_log_is_copied_back_beside_the_writer_and_begins_anew() {
    let db = sqlite(SCHEMA, None).await.expect("it opens");
    let body = vec![7_u8; 3_000];
    // A page each: 30,000 pages in all, and the log is copied back at 4,000.
    for commit in 0..150_i64 {
        let set = (0..200_i64).fold(WriteSet::new(), |set, id| {
            let id = commit * 200 + id;
            set.run(&ADD_BODY, vec![id.into(), body.as_slice().into()])
        });
        db.commit(set).await.expect("it holds");
    }
    let length = |name: &str| {
        let file = db.folder().expect("a folder").join(name);
        file.metadata().expect("it is there").len() / 4096
    };
    let (log, file) = (length("test.sqlite-wal"), length("test.sqlite"));
    assert!(log < 20_000, "the log only grows: {log} pages");
    assert!(file > 10_000, "nothing was copied back: {file} pages");
    // A scrub finds the log at any moment, and leaves none.
    db.scrub().await.expect("it is scrubbed");
    assert_eq!(length("test.sqlite-wal"), 0);
    assert!(length("test.sqlite") >= 30_000);
}

#[tokio::test]
async fn damage_is_named_and_the_rest_stays_readable() {
    let db = sqlite(SCHEMA, None).await.expect("it opens");
    let body = vec![7_u8; 2_000];
    let set = (0..200_i64).fold(WriteSet::new(), |set, id| {
        set.run(&ADD_BODY, vec![id.into(), body.as_slice().into()])
    });
    db.commit(set).await.expect("it holds");
    db.close().await;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .open(path(&db))
        .expect("it opens");
    let pages = file.metadata().expect("it is there").len() / 4096;
    file.seek(SeekFrom::Start((pages - 10) * 4096))
        .expect("sought");
    file.write_all(&[0xA5; 4096])
        .expect("a page is overwritten");
    drop(file);

    let again = Db::open(db.config(), SCHEMA, None).await.expect("it opens");
    static LENGTH: Sql = Sql::both("SELECT length(body) FROM item WHERE id = $1");
    let (mut whole, mut damaged) = (0, 0);
    for id in 0..200_i64 {
        match again.row(&LENGTH, vec![id.into()]).await {
            Ok(Some(row)) if row.int(0) == Ok(2_000) => whole += 1,
            Err(StoreError::Damaged(_)) => damaged += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(
        damaged > 0 && whole > 150,
        "{whole} whole, {damaged} damaged"
    );
    again
        .commit(add(1_000, "x"))
        .await
        .expect("writing goes on beside it");
    again.close().await;
}

#[tokio::test]
async fn what_is_no_database_is_damaged_and_what_is_not_there_unavailable() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("text");
    std::fs::write(&path, "this is not a database, ".repeat(1_000)).expect("written");
    let open = |path| {
        Db::open(
            DbConfig::Sqlite {
                path,
                secure_delete: false,
            },
            SCHEMA,
            None,
        )
    };
    let refused = open(path).await.err();
    assert!(
        matches!(refused, Some(StoreError::Damaged(_))),
        "{refused:?}"
    );
    let refused = open(folder.path().join("no/such/folder")).await.err();
    assert!(
        matches!(refused, Some(StoreError::Unavailable(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_destroyed_key_is_gone_from_the_files() {
    static DELETE: Sql = Sql::both("DELETE FROM item WHERE id = $1");
    let db = sqlite(SCHEMA, None).await.expect("it opens");
    let canary = *b"0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    for id in 0..50 {
        let body = if id == 25 {
            canary.to_vec()
        } else {
            vec![1; 32]
        };
        db.commit(WriteSet::new().run(&ADD_BODY, vec![i64::from(id).into(), body.into()]))
            .await
            .expect("it holds");
    }
    let found = || {
        let files = std::fs::read_dir(db.folder().expect("a folder")).expect("it is there");
        files
            .map(|file| std::fs::read(file.expect("a file").path()).expect("it is read"))
            .any(|bytes| bytes.windows(canary.len()).any(|window| window == canary))
    };
    db.scrub().await.expect("scrubbed");
    assert!(found(), "the test looks in the wrong place");
    db.commit(WriteSet::new().run_expecting(&DELETE, vec![25_i64.into()], 1, "key"))
        .await
        .expect("ok");
    assert!(
        found(),
        "the log still has it; so scrubbing is what removes it"
    );
    db.scrub().await.expect("scrubbed");
    assert!(!found(), "a destroyed key is still in the files");
}

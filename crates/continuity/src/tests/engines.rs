//! A point of PostgreSQL: the same manifest, and back into an empty database.

use std::sync::Arc;

use audit::verify::{Depth as Look, Known};
use audit::{Log, LogKeys};
use base::Clock;
use store::danger_testing::postgres;
use store::snapshot::{Kind, fill_postgres};
use store::{Db, DbConfig, Migration, Sql, WriteSet};

use super::{House, environment, journal};
use crate::{Depth, generations};

static NOTHING: &[Migration] = &[];
static FILES: Sql = Sql::both("SELECT file, sealed_len, written_at FROM file ORDER BY file");
static GONE: Sql = Sql::both("INSERT INTO person (tenant, person, gone_at) VALUES ('acme', $1, 1)");

fn url(config: &DbConfig) -> Arc<store::PostgresUrl> {
    match config {
        DbConfig::Postgres { url } => Arc::clone(url),
        DbConfig::Sqlite { .. } => panic!("a PostgreSQL database has a URL"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_of_postgres_fills_an_empty_database() {
    let Some(data) = postgres(store::migrations::DATA, Some(journal()))
        .await
        .unwrap()
    else {
        return;
    };
    let keys = postgres(store::migrations::KEYS, None)
        .await
        .unwrap()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let house = House::over(folder.path().to_owned(), data, keys).await;
    for bytes in [0, 9, 70_000] {
        house.add(bytes).await;
    }
    let person = base::PersonId::random(&*house.rng);
    let set = WriteSet::new().run(&GONE, vec![person.into()]);
    house.key_store.commit(set).await.unwrap();
    house.make().await.unwrap();
    house.add(5).await;
    let made = house.make().await.unwrap();
    assert_eq!(made.manifest.engine, "postgres");
    assert_eq!(made.manifest.objects.count, 4);
    house.check("latest", Depth::Read).await.unwrap();

    let to = folder.path().join("back");
    let restored = house.restore("latest", &to).await.unwrap();
    let empty = postgres(NOTHING, None).await.unwrap().unwrap();
    let at = url(&empty.config());
    let schema = restored.manifest.schema;
    let fill =
        async || fill_postgres(&at, store::migrations::DATA, schema, &restored.database).await;
    fill().await.unwrap();
    assert!(fill().await.is_err(), "what is not empty is not written to");
    let db = Db::open(empty.config(), store::migrations::DATA, Some(journal()))
        .await
        .unwrap();
    let (before, after) = (
        house.db.rows(&FILES, vec![]).await,
        db.rows(&FILES, vec![]).await,
    );
    assert_eq!(before.unwrap(), after.unwrap());
    let logs = audit::Installation {
        host: "records.example".into(),
        environment: environment("test"),
    };
    let log = Log::new(db.clone(), logs, Arc::new(house.keys));
    let operator = "operator".parse().unwrap();
    // The first point's entry is in the second, its own is not.
    assert_eq!(log.size(&operator).await.unwrap(), 1);
    let known = Known {
        keys: log.verifiers(&operator).unwrap(),
        anchors: Vec::new(),
    };
    let report = log.verify(&operator, &known, Look::Entries).await.unwrap();
    assert!(report.ok, "{:?}", report.problems);
    assert_eq!(house.keys.verifiers(&operator).unwrap().len(), 1);
    // It can be appended to: the point made from it is one like any other.
    let ctx = house.ctx();
    let entry = audit::Entry::new(&ctx, audit::Action::SystemStart, audit::Outcome::Ok).unwrap();
    db.commit(WriteSet::new().log(entry.finish(&operator)))
        .await
        .unwrap();
    db.close().await;

    let to = folder.path().join("keys");
    std::fs::create_dir(&to).unwrap();
    let opened = generations::open(&house.places(), &environment("test"), 2, &to)
        .await
        .unwrap();
    assert_eq!(opened.kind, Kind::Postgres);
    assert!(opened.generation.taken_at() <= house.clock.now());
    let empty = postgres(NOTHING, None).await.unwrap().unwrap();
    let at = url(&empty.config());
    fill_postgres(&at, store::migrations::KEYS, opened.schema, &to)
        .await
        .unwrap();
    let db = Db::open(empty.config(), store::migrations::KEYS, None)
        .await
        .unwrap();
    let row = db.row(&crate::sql::GONE, vec![]).await.unwrap().unwrap();
    assert_eq!(row.int(0).unwrap(), 1);
    db.close().await;
}

//! PostgreSQL's own troubles: connections that end at the wrong moment, two nodes in each other's way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base::Secret;
use futures_util::future::join_all;
use store::danger_testing::{TestDb, postgres};
use store::{Db, DbConfig, Sql, StoreError, WriteSet};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::journal::{COUNT, PlainJournal, RENAME, SCHEMA, add, count, entry, log, note};

static END_ALL: Sql = Sql::both(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()",
);
static SLEEP: Sql = Sql::both("SELECT CAST(pg_sleep(60) AS TEXT)");
static SETTING: Sql = Sql::both("SELECT current_setting('synchronous_commit')");

async fn database() -> Option<(TestDb, Arc<PlainJournal>)> {
    let journal = Arc::new(PlainJournal::default());
    let db = postgres(SCHEMA, Some(Arc::clone(&journal) as _))
        .await
        .expect("it opens")?;
    Some((db, journal))
}

#[tokio::test]
async fn a_lost_connection_is_replaced() {
    let Some((db, journal)) = database().await else {
        return;
    };
    let other = Db::open(db.config(), SCHEMA, Some(journal))
        .await
        .expect("it opens");
    for id in 0..5 {
        db.commit(add(id, "x").log(entry("a", "e")))
            .await
            .expect("it holds");
        assert_eq!(note(&db, id).await.as_deref(), Some("x"));
        other
            .rows(&END_ALL, vec![])
            .await
            .expect("connections are ended");
    }
    // One that ends in the middle of a batch fails that batch, at once.
    let sleep = db.commit(WriteSet::new().run(&SLEEP, vec![]));
    let mut sleep = Box::pin(sleep);
    let ended = async {
        loop {
            other
                .rows(&END_ALL, vec![])
                .await
                .expect("connections are ended");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let outcome = tokio::select! { outcome = &mut sleep => outcome, () = ended => unreachable!() };
    assert!(
        matches!(outcome, Err(StoreError::Unavailable(_))),
        "{outcome:?}"
    );
    // The new connection may have been ended too, and the next one is tried a moment later.
    let began = std::time::Instant::now();
    while let Err(error) = db.commit(add(100, "x").log(entry("a", "e"))).await {
        assert!(
            matches!(error, StoreError::Unavailable(_)) && began.elapsed().as_secs() < 20,
            "it goes on by itself: {error:?}"
        );
        tokio::task::yield_now().await;
    }
    assert_eq!(log(&db, "a").await.len(), 6);
    other.close().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_so_without_the_password() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    for url in [
        format!("postgresql://who:hunter2@127.0.0.1:{port}/db"),
        "postgresql://who:hunter2@127.0.0.1:99999999/db?hunter2=hunter2".to_owned(),
    ] {
        let config = DbConfig::Postgres {
            url: Arc::new(Secret::new(url).into()),
        };
        assert!(!format!("{config:?}").contains("hunter2"));
        let refused = Db::open(config, SCHEMA, None)
            .await
            .expect_err("it is refused");
        assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
        assert!(
            !format!("{refused:?} {refused}").contains("hunter2"),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn two_nodes_that_lock_crosswise_both_get_through() {
    let Some((db, journal)) = database().await else {
        return;
    };
    let other = Db::open(db.config(), SCHEMA, Some(journal))
        .await
        .expect("it opens");
    for id in 0..20 {
        db.commit(add(id, "x")).await.expect("it holds");
    }
    let rename = |db: Db, ids: Vec<i64>| async move {
        let set = ids.iter().fold(WriteSet::new(), |set, id| {
            set.run_expecting(&RENAME, vec![(*id).into(), "y".into()], 1, "row")
        });
        db.commit(set.log(entry("a", "e"))).await
    };
    let forth: Vec<i64> = (0..20).collect();
    let back: Vec<i64> = (0..20).rev().collect();
    let rounds = (0..40).map(|round| {
        if round % 2 == 0 {
            rename(db.db(), forth.clone())
        } else {
            rename(other.clone(), back.clone())
        }
    });
    for outcome in join_all(rounds).await {
        outcome.expect("it holds");
    }
    assert_eq!(log(&db, "a").await.len(), 40);
    other.close().await;
}

#[tokio::test]
async fn a_session_that_would_lose_commits_is_set_right() {
    let Some((db, _)) = database().await else {
        return;
    };
    let DbConfig::Postgres { url } = db.config() else {
        return;
    };
    let separator = if url.expose().contains('?') { '&' } else { '?' };
    let careless = format!(
        "{}{separator}options=-csynchronous_commit%3Doff",
        url.expose()
    );
    let config = DbConfig::Postgres {
        url: Arc::new(Secret::new(careless).into()),
    };
    let careful = Db::open(config, SCHEMA, None).await.expect("it opens");
    let row = careful
        .row(&SETTING, vec![])
        .await
        .expect("read")
        .expect("a row");
    assert_eq!(row.text(0), Ok("on"));
    careful.close().await;
}

/// A wire that is cut the moment a COMMIT passes: after it was sent on, or before.
struct Wire {
    cut: Arc<AtomicBool>,
    port: u16,
}

impl Wire {
    async fn new(server: String, send_on: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let cut = Arc::new(AtomicBool::new(false));
        let armed = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server)
                    .await
                    .expect("the server is there");
                tokio::spawn(carry(client, server, Arc::clone(&armed), send_on));
            }
        });
        Self { cut, port }
    }
}

async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    armed: Arc<AtomicBool>,
    send_on: bool,
) {
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            sent = client.read(&mut up) => {
                let Ok(count @ 1..) = sent else { return };
                let commit = up[..count].windows(7).any(|window| window == b"COMMIT\0");
                let cut = commit && armed.swap(false, Ordering::SeqCst);
                if (!cut || send_on) && server.write_all(&up[..count]).await.is_err() {
                    return;
                }
                if cut {
                    // Until the server has answered, it may not have read what was sent.
                    if send_on {
                        drop(server.read(&mut down).await);
                    }
                    return;
                }
            }
            answered = server.read(&mut down) => {
                let Ok(count @ 1..) = answered else { return };
                if client.write_all(&down[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_looked_up() {
    for send_on in [true, false] {
        let Some((db, journal)) = database().await else {
            return;
        };
        let DbConfig::Postgres { url } = db.config() else {
            return;
        };
        let (scheme, rest) = url.expose().split_once("://").expect("a URL");
        let (authority, path) = rest.split_once('/').expect("a database");
        let (user, server) = authority
            .rsplit_once('@')
            .unwrap_or(("postgres", authority));
        let wire = Wire::new(server.to_owned(), send_on).await;
        let through = format!("{scheme}://{user}@127.0.0.1:{}/{path}", wire.port);
        let config = DbConfig::Postgres {
            url: Arc::new(Secret::new(through).into()),
        };
        let far = Db::open(config, SCHEMA, Some(journal))
            .await
            .expect("it opens");
        far.commit(add(0, "x").log(entry("a", "e")))
            .await
            .expect("the wire carries");

        wire.cut.store(true, Ordering::SeqCst);
        let outcomes =
            join_all((1..10).map(|id| far.commit(add(id, "x").log(entry("a", "e"))))).await;
        assert!(!wire.cut.load(Ordering::SeqCst), "the wire was never cut");
        let held = outcomes.iter().filter(|outcome| outcome.is_ok()).count() as i64;
        assert_eq!(
            count(&db, &COUNT, vec![]).await,
            held + 1,
            "answers and data differ"
        );
        assert_eq!(log(&db, "a").await.len() as i64, held + 1);
        if send_on {
            assert_eq!(held, 9, "{outcomes:?}");
        } else {
            assert!(held < 9, "{outcomes:?}");
        }
        far.commit(add(100, "x"))
            .await
            .expect("it goes on by itself");
        far.close().await;
    }
}

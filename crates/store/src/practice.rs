//! Room in a PostgreSQL database for what is restored for practice: a schema of its own, which is dropped before and after.
//!
//! Invariant: whoever works by the URL that is given sees this schema alone, so that nothing else in the database is touched, whichever it is.

use std::fmt;

use base::Secret;

use crate::postgres::{Connection, Server};
use crate::{PostgresUrl, StoreError};

/// The schema.
const SCHEMA: &str = "strongroom_drill";
/// What the advisory lock of whoever practises is called: "strongdr" in ASCII.
const LOCK: i64 = 0x7374_726f_6e67_6472;

/// Room in a database, ours alone as long as this lives.
pub struct Room {
    connection: Connection,
    url: PostgresUrl,
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Room")
    }
}

impl Room {
    /// Make room in the database at `url`, once nobody else practises there. What one who was interrupted left goes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where it cannot be reached or somebody practises there for long, [`StoreError::Internal`] where its URL
    /// names options already or the role may not make a schema.
    pub async fn take(url: &PostgresUrl) -> Result<Self, StoreError> {
        let inside = inside(url)?;
        let connection = Server::new(url)?.connect().await?;
        connection
            .batch(&format!(
                "SET lock_timeout = '15min'; SET statement_timeout = '15min'; SELECT pg_advisory_lock({LOCK}); \
                 SET client_min_messages = error; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}"
            ))
            .await?;
        Ok(Self {
            connection,
            url: inside,
        })
    }

    /// By which only this room is seen.
    #[must_use]
    pub const fn url(&self) -> &PostgresUrl {
        &self.url
    }

    /// Leave nothing behind.
    ///
    /// # Errors
    /// As [`Room::take`]; the next one clears it then.
    pub async fn clear(self) -> Result<(), StoreError> {
        self.connection
            .batch(&format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
            .await
    }
}

/// The same URL or connection string, for sessions that see the schema alone.
fn inside(whole: &PostgresUrl) -> Result<PostgresUrl, StoreError> {
    let url = whole.expose();
    if url.contains("options") {
        return Err(StoreError::Internal(
            "the URL of a database for drills must not name options".into(),
        ));
    }
    Ok(whole.with(Secret::new(if url.contains("://") {
        let sign = if url.contains('?') { '&' } else { '?' };
        format!("{url}{sign}options=-c%20search_path%3D{SCHEMA}")
    } else {
        format!("{url} options='-c search_path={SCHEMA}'")
    })))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::changes::Following;
    use crate::danger_testing::postgres;
    use crate::{Db, DbConfig, Sql, WriteSet};

    static COUNT: Sql = Sql::both("SELECT count(*) FROM person");
    static ADD: Sql =
        Sql::both("INSERT INTO person (tenant, person, gone_at) VALUES ('acme', '\\x01', 1)");

    #[test]
    fn a_url_is_narrowed_in_both_forms() {
        for (url, wanted) in [
            (
                "postgresql://a@b/c",
                "postgresql://a@b/c?options=-c%20search_path%3Dstrongroom_drill",
            ),
            (
                "postgresql://a@b/c?host=/x",
                "postgresql://a@b/c?host=/x&options=-c%20search_path%3Dstrongroom_drill",
            ),
            (
                "host=b dbname=c",
                "host=b dbname=c options='-c search_path=strongroom_drill'",
            ),
        ] {
            let url = Secret::new(url.to_owned()).into();
            assert_eq!(inside(&url).unwrap().expose(), wanted);
        }
        let options = "postgresql://a@b/c?options=-c%20x%3Dy".to_owned();
        assert!(inside(&Secret::new(options).into()).is_err());
    }

    /// Even in a database that is in use.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_room_is_apart_from_all_else_in_its_database() {
        let Some(live) = postgres(crate::migrations::KEYS, None).await.unwrap() else {
            return;
        };
        let DbConfig::Postgres { url } = live.config() else {
            panic!("a PostgreSQL database has a URL");
        };
        live.commit(WriteSet::new().run(&ADD, vec![]))
            .await
            .unwrap();
        for _ in 0..2 {
            let room = Room::take(&url).await.unwrap();
            let inside = Arc::new(room.url().clone());
            let config = DbConfig::Postgres { url: inside };
            let db = Db::open(config, crate::migrations::KEYS, None)
                .await
                .unwrap();
            let count = async |db: &Db| db.row(&COUNT, vec![]).await.unwrap().unwrap();
            assert_eq!(count(&db).await.int(0).unwrap(), 0);
            assert_eq!(count(&live).await.int(0).unwrap(), 1);
            db.commit(WriteSet::new().run(&ADD, vec![])).await.unwrap();
            db.close().await;
            room.clear().await.unwrap();
        }
        assert_eq!(
            live.row(&COUNT, vec![])
                .await
                .unwrap()
                .unwrap()
                .int(0)
                .unwrap(),
            1
        );
    }

    static ROLE: Sql = Sql::both("SELECT 1 FROM pg_roles WHERE rolname = 'strongroom_test_plain'");

    #[tokio::test(flavor = "multi_thread")]
    async fn a_role_without_the_right_is_told_what_it_lacks() {
        let Some(live) = postgres(crate::migrations::KEYS, None).await.unwrap() else {
            return;
        };
        let DbConfig::Postgres { url } = live.config() else {
            panic!("a PostgreSQL database has a URL");
        };
        assert!(matches!(
            live.follow_rows().await.unwrap(),
            Following::Here(_)
        ));
        let server = Server::new(&url).unwrap().connect().await.unwrap();
        if live.row(&ROLE, vec![]).await.unwrap().is_none() {
            let _ = server
                .batch("CREATE ROLE strongroom_test_plain LOGIN")
                .await;
        }
        server
            .batch("GRANT SELECT ON ALL TABLES IN SCHEMA public TO strongroom_test_plain")
            .await
            .unwrap();
        let plain = url.expose().replace("postgres@", "strongroom_test_plain@");
        assert_ne!(&plain, url.expose());
        let config = DbConfig::Postgres {
            url: Arc::new(Secret::new(plain).into()),
        };
        let db = Db::open(config, crate::migrations::KEYS, None)
            .await
            .unwrap();
        let lack = db.lack().await.unwrap();
        assert_eq!(lack, Some(crate::changes::Lack::Replication));
        assert!(lack.unwrap().why().contains("ALTER ROLE"));
        assert!(matches!(
            db.follow_rows().await.unwrap(),
            Following::Lacks(_)
        ));
        db.close().await;
    }
}

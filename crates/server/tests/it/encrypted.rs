//! PostgreSQL over TLS: a real server that takes nothing else, and nobody else who could stand in for it.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::sync::Arc;

use base::Secret;
use server::config::Config;
use server::{Installation, telemetry, tls};
use store::{Db, DbConfig, Migration, PostgresTls, PostgresUrl, Sql, StoreError};

use crate::cluster::Cluster;

static NOTHING: &[Migration] = &[];
static IS_ENCRYPTED: Sql =
    Sql::both("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
/// Nothing but TLS is let in from the network.
const RULES: &str = "hostssl all all 127.0.0.1/32 trust\n";

/// A server with the certificate of a development CA, which names localhost and 127.0.0.1.
fn encrypted(authority: &Path) -> Option<Cluster> {
    tls::development_ca(authority).unwrap();
    Cluster::begin(|cluster| {
        let owner = std::fs::metadata(cluster.data()).unwrap();
        for name in ["server.pem", "server.key"] {
            let to = cluster.data().join(name);
            std::fs::copy(authority.join(name), &to).unwrap();
            std::fs::set_permissions(&to, PermissionsExt::from_mode(0o600)).unwrap();
            chown(&to, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        "-c ssl=on -c ssl_cert_file=server.pem -c ssl_key_file=server.key".to_owned()
    })
}

async fn open(url: &str, tls: PostgresTls) -> Result<Db, StoreError> {
    let url = PostgresUrl::new(Secret::new(url.to_owned()), tls);
    Db::open(DbConfig::Postgres { url: Arc::new(url) }, NOTHING, None).await
}

fn trusting(ca: &Path) -> PostgresTls {
    PostgresTls::Verified(Arc::new(tls::client(ca).unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_reached_by_tls_and_only_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ours");
    let stranger = folder.path().join("theirs");
    for it in [&authority, &stranger] {
        server::private::folder(it).unwrap();
    }
    tls::development_ca(&stranger).unwrap();
    let Some(cluster) = encrypted(&authority) else {
        eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
        return;
    };
    let (data, keys) = (cluster.make("data"), cluster.make("keys"));
    std::fs::write(cluster.data().join("pg_hba.conf"), RULES).unwrap();
    assert!(cluster.down() && cluster.up());
    let port = cluster.port;
    let ours = || trusting(&authority.join("ca.pem"));

    for host in ["localhost", "127.0.0.1"] {
        let url = format!("postgresql://postgres@{host}:{port}/data");
        let db = open(&url, ours()).await.unwrap();
        let row = db.row(&IS_ENCRYPTED, vec![]).await.unwrap().unwrap();
        assert_eq!(row.int(0), Ok(1));
        assert!(row.text(1).unwrap().starts_with("TLSv1."), "{row:?}");
        db.close().await;
    }

    let url = format!("postgresql://postgres@localhost:{port}/data");
    // Signed by somebody else; for another name; and in clear, which this server does not take.
    let wrong_authority = open(&url, trusting(&stranger.join("ca.pem"))).await;
    let wrong_authority = wrong_authority.unwrap_err().to_string();
    assert!(wrong_authority.contains("certificate"), "{wrong_authority}");
    let another = format!("postgresql://postgres@db.example:{port}/data?hostaddr=127.0.0.1");
    let wrong_name = open(&another, ours()).await.unwrap_err().to_string();
    assert!(wrong_name.contains("certificate"), "{wrong_name}");
    for plain in [PostgresTls::ThisMachine, PostgresTls::DangerPlain] {
        let refused = open(&url, plain).await.unwrap_err();
        assert!(
            matches!(
                refused,
                StoreError::Unavailable(_) | StoreError::Internal(_)
            ),
            "{refused:?}"
        );
    }

    // As the configuration says it, for both databases.
    let house = folder.path().join("house");
    crate::checks::lay_out(&house, &[]);
    let file = house.join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let over = |text: &str, name: &str, url: &Path, more: &str| {
        let was = format!("kind = \"sqlite\"\npath = \"{name}/{name}.sqlite\"");
        assert!(text.contains(&was), "{text}");
        text.replace(
            &was,
            &format!("kind = \"postgres\"\nurl_file = {url:?}\n{more}"),
        )
    };
    let settings = format!(
        "tls = \"require\"\nca_file = {:?}",
        authority.join("ca.pem")
    );
    let both = over(
        &over(&text, "data", &data, &settings),
        "keys",
        &keys,
        &settings,
    );
    std::fs::write(&file, &both).unwrap();
    let config = Config::read(&file).unwrap();
    telemetry::begin(&config.logging).unwrap();
    let installation = Installation::open(config).await.unwrap();
    for db in [&installation.db, &installation.keys.db()] {
        let row = db.row(&IS_ENCRYPTED, vec![]).await.unwrap().unwrap();
        assert_eq!(row.int(0), Ok(1));
    }
    installation.close().await;

    // What cannot be meant is refused when it is read.
    for (wrong, said) in [
        ("tls = \"require\"".to_owned(), "ca_file"),
        (settings.replace("require", "off"), "ca_file"),
    ] {
        let wrong = over(&text, "data", &data, &wrong);
        std::fs::write(&file, wrong).unwrap();
        let refused = Config::read(&file).unwrap_err().to_string();
        assert!(refused.contains(said), "{refused}");
    }
}

/// A server without TLS is not spoken to in clear by who wants it.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    tls::development_ca(folder.path()).unwrap();
    let Some(cluster) = Cluster::begin(|_| String::new()) else {
        eprintln!("skipped: PostgreSQL's own programs are not here, or do not start");
        return;
    };
    let url = format!("postgresql://postgres@localhost:{}/postgres", cluster.port);
    let refused = open(&url, trusting(&folder.path().join("ca.pem"))).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("TLS"), "{refused}");
    open(&url, PostgresTls::ThisMachine)
        .await
        .unwrap()
        .close()
        .await;
}

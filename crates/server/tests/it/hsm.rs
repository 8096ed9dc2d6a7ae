//! The root key in a hardware module, by the commands alone: an installation moves its root from a key file into the module,
//! lives there, and moves back. The module is SoftHSM2; without it, this is skipped and says so.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::running::Place;

const LABEL: &str = "strongroom-cli";
const PIN: &str = "4711-0815";
const MODULES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

fn module() -> Option<PathBuf> {
    let named = std::env::var_os("STRONGROOM_TEST_PKCS11").map(PathBuf::from);
    let known = MODULES.iter().map(PathBuf::from);
    named.into_iter().chain(known).find(|path| path.is_file())
}

/// A token of our own in `folder`; gives the module's configuration.
fn token(folder: &Path) -> Option<PathBuf> {
    let tokens = folder.join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let conf = folder.join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(&conf, text).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", LABEL, "--pin", PIN])
        .args(["--so-pin", "87654321"])
        .env("SOFTHSM2_CONF", &conf)
        .output();
    made.is_ok_and(|made| made.status.success()).then_some(conf)
}

/// The configuration `text` with another `[seal]`.
fn sealed_by(text: &str, seal: &str) -> String {
    let (before, rest) = text.split_once("[seal]\n").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    format!("{before}[seal]\n{seal}\n\n{after}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_moves_into_a_module_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let Some((module, conf)) = module().zip(token(folder.path())) else {
        eprintln!("skipped: SoftHSM2 is not here (Debian: softhsm2)");
        return;
    };
    let place = Place::new().in_world("SOFTHSM2_CONF", conf);
    let config = place.data().join("strongroom.toml");
    let beside = |name: &str| place.data().join(name);
    let status = async |config: &Path| {
        place
            .run(&[
                "keys",
                "status",
                "--json",
                "--config",
                config.to_str().unwrap(),
            ])
            .await
    };

    // It begins with a key file.
    let server = place.start().await;
    let person = server.ready["persons"][0].clone();
    let path = |name: &str| {
        format!(
            "/v1/persons/{}/records/sheet/{name}",
            person.as_str().unwrap()
        )
    };
    let body = json!({ "name": "Vera", "finding": "clear", "pulse": 61 });
    assert_eq!(server.put(&path("file"), &body).await.status(), 201);
    server.stop().await;

    // A configuration that names the module, checked before anything is done with it.
    let by_file = std::fs::read_to_string(&config).unwrap();
    let seal = format!(
        "kind = \"pkcs11\"\nmodule = {module:?}\ntoken = \"{LABEL}\"\npin_file = \"secrets/pin\""
    );
    let by_module = sealed_by(&by_file, &seal);
    let old = beside("by-file.toml");
    std::fs::write(&old, &by_file).unwrap();
    server::private::write(&config, by_module.as_bytes()).unwrap();
    let check = ["config", "check", "--config", config.to_str().unwrap()];
    let checked = place.run(&check).await.held();
    assert!(
        checked.talk.contains("secrets/pin is not there"),
        "{checked:?}"
    );
    server::private::write(&beside("secrets/pin"), PIN.as_bytes()).unwrap();
    let checked = place.run(&check).await.held();
    assert!(!checked.talk.contains("note"), "{checked:?}");

    // Not before the root was sealed by it.
    let early = status(&config).await;
    assert_eq!(early.code, Some(1), "{early:?}");
    let reseal = |from: &Path| {
        let from = from.to_str().unwrap().to_owned();
        let place = &place;
        async move { place.command(&["keys", "reseal", "--from", &from]).await }
    };
    reseal(&old).await.held();
    let now = status(&config).await.held().json();
    assert_eq!(now["backend"], "pkcs11", "{now}");
    let gone = status(&old).await;
    assert_eq!(gone.code, Some(1), "the key file unseals nothing: {gone:?}");

    // It lives there: starts, writes, turns its keys over beside the server, and starts again.
    let server = place.start().await;
    let read = |name: &'static str| {
        let (server, path) = (&server, path(name));
        async move { server.get(&path).await.json::<Value>().await.unwrap() }
    };
    assert_eq!(read("file").await, body);
    assert_eq!(server.put(&path("module"), &body).await.status(), 201);
    for level in ["root", "kek"] {
        place.command(&["keys", "rotate", level]).await.held();
    }
    place.command(&["keys", "rewrap"]).await.held();
    let destroy = ["keys", "destroy", "root", "--generation", "1", "--yes"];
    place.command(&destroy).await.held();
    assert_eq!(read("module").await, body);
    server.stop().await;
    let server = place.start().await;
    for name in ["file", "module"] {
        let answer = server.get(&path(name)).await;
        assert_eq!(answer.json::<Value>().await.unwrap(), body, "{name}");
    }
    server.stop().await;

    // Another PIN unseals nothing, and says which secret is wrong, not what it is.
    server::private::write(&beside("secrets/pin"), b"0000").unwrap();
    let wrong = status(&config).await;
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(
        wrong.talk.contains("PIN") && !wrong.talk.contains("0000"),
        "{wrong:?}"
    );
    server::private::write(&beside("secrets/pin"), PIN.as_bytes()).unwrap();

    // A new installation begins in the module.
    let fresh = beside("fresh.toml");
    let text = by_module
        .replace("data/strongroom.sqlite", "fresh/data.sqlite")
        .replace("keys/keys.sqlite", "fresh/keys.sqlite")
        .replace("data/files", "fresh/files");
    std::fs::write(&fresh, text).unwrap();
    for _ in 0..2 {
        let begun = status(&fresh).await.held().json();
        assert_eq!(begun["backend"], "pkcs11", "{begun}");
    }

    // And back.
    let old = beside("by-module.toml");
    std::fs::rename(&config, &old).unwrap();
    server::private::write(&config, by_file.as_bytes()).unwrap();
    reseal(&old).await.held();
    let now = status(&config).await.held().json();
    assert_eq!(now["backend"], "key-file", "{now}");
    assert_eq!(status(&old).await.code, Some(1));
    let server = place.start().await;
    for name in ["file", "module"] {
        let answer = server.get(&path(name)).await;
        assert_eq!(answer.json::<Value>().await.unwrap(), body, "{name}");
    }
    place.command(&["log", "verify"]).await.held();
    server.stop().await;
}

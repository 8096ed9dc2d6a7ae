//! The token endpoint beside oidc-provider: ours on durable SQLite with every token in the log, theirs in memory.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::figures::Row;
use super::server::Server;
use super::{Effort, Http, Options, Programs, in_turns, say};
use crate::{Outcome, process};

const CONNECTIONS: u32 = 16;
const WORKS: [Http; 3] = [
    Http {
        name: "token-opaque",
        connections: CONNECTIONS,
        file: false,
    },
    Http {
        name: "token-es256",
        connections: CONNECTIONS,
        file: false,
    },
    Http {
        name: "introspect",
        connections: CONNECTIONS,
        file: false,
    },
];
/// The peer, as npm knows it; `bench/peer` has the versions.
const PEER: &str = "bench/peer";

/// Measure what of it is wanted.
pub fn run(
    options: &Options,
    effort: &Effort,
    programs: &Programs,
    root: &Path,
    folder: &Path,
) -> Outcome<Vec<Row>> {
    let wanted: Vec<_> = WORKS
        .iter()
        .filter(|work| options.wants(work.name, "oauth"))
        .collect();
    let (false, Some(binary)) = (wanted.is_empty(), &programs.strongroom) else {
        return Ok(Vec::new());
    };
    let folder = folder.join("oauth");
    let ours = Server::strongroom(binary, &root.join(super::REGISTER), &folder)?;
    prepare(&ours, binary, programs)?;
    let tls = ours.data().join("tls");
    let mut servers = vec![ours];
    match peer(root) {
        Ok((node, script)) => {
            let peer = Server::peer(&node, &script, &tls, &folder)?;
            seeded(&peer, read(&peer.ready_file())?)?;
            servers.push(peer);
        }
        Err(error) => say(&format!("the peer is left out: {error}")),
    }
    let mut rows = in_turns(&servers, &wanted, effort, programs)?;
    for row in &mut rows {
        row.note = Some("peer: oidc-provider 9 on Node 22, one process, in memory".to_owned());
    }
    Ok(rows)
}

/// Two apps of ours: the demonstration's own gets opaque tokens, and one more is registered for signed ones.
fn prepare(ours: &Server, binary: &Path, programs: &Programs) -> Outcome {
    let ready = read(&ours.ready_file())?;
    let settings = ours.seed_file().with_file_name("app.json");
    let app = json!({
        "name": "Bench",
        "auth_method": "client_secret_basic",
        "grant_types": ["client_credentials"],
        "scopes": "system/*.rs",
        "purposes": ["TREAT"],
        "access_tokens": "jwt",
    });
    std::fs::write(&settings, app.to_string())?;
    let mut register = Command::new(binary);
    register
        .args(["app", "register", "--json", "--settings"])
        .arg(&settings)
        .arg("--data")
        .arg(ours.data());
    let made: Value = serde_json::from_str(&process::output(&mut register)?)?;
    let id = made.get("client_id").and_then(Value::as_str);
    let mut approve = ours.load(programs);
    approve
        .arg("approve")
        .arg(id.ok_or("an app that was registered has no client_id")?);
    process::output(&mut approve)?;
    let oauth = json!({
        "token": "/oauth2/token",
        "introspect": "/oauth2/introspect",
        "apps": { "opaque": ready.get("app"), "es256": made },
    });
    seeded(ours, json!({ "oauth": oauth }))
}

/// What the load reads beside the ready file.
fn seeded(server: &Server, mut value: Value) -> Outcome {
    if let Some(object) = value.as_object_mut() {
        object.insert("persons".to_owned(), json!([]));
        object.insert("records_each".to_owned(), json!(0));
    }
    Ok(std::fs::write(server.seed_file(), value.to_string())?)
}

fn read(file: &Path) -> Outcome<Value> {
    Ok(serde_json::from_slice(&std::fs::read(file)?)?)
}

/// Node and the script beside its packages, installed by name and version if they are not there.
fn peer(root: &Path) -> Outcome<(PathBuf, PathBuf)> {
    let npm = process::find("npm", &[]).ok_or("npm is not there; install npm and node")?;
    let room = root.join("target").join("bench-peer");
    std::fs::create_dir_all(&room)?;
    for file in ["package.json", "peer.mjs"] {
        std::fs::copy(root.join(PEER).join(file), room.join(file))?;
    }
    let node = room.join("node_modules/.bin/node");
    if !node.exists() || !room.join("node_modules/oidc-provider").exists() {
        let mut install = Command::new(npm);
        install
            .args(["install", "--no-audit", "--no-fund", "--silent"])
            .current_dir(&room);
        process::output(&mut install)?;
    }
    if !node.exists() {
        return Err("npm brought no node".into());
    }
    Ok((node, room.join("peer.mjs")))
}

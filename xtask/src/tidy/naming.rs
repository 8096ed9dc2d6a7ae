//! Who may name what: a library is swapped, and a hole is found, in the one crate that names it.

use super::Rule;
use super::tree::{File, Problem, Tree, words};

pub const RULES: &[Rule] = &[
    Rule {
        id: "driver-only-in-store",
        reason: "only `store` names a database driver: the group-committing writer and the log inside it cannot be gone around (tests may: they play the thief)",
        check: |tree| {
            let allowed = |file: &File| file.area() == Some("store");
            named(
                tree,
                &["rusqlite", "tokio_postgres", "libsqlite3_sys"],
                &["rusqlite", "tokio-postgres", "libsqlite3-sys"],
                allowed,
            )
        },
        bad: &[
            &[("crates/vault/src/sql.rs", "use rusqlite::Connection;")],
            &[(
                "bench/src/bin/bare.rs",
                "fn a() { tokio_postgres::connect(x, y) }",
            )],
            &[(
                "crates/vault/Cargo.toml",
                "[dependencies]\nrusqlite.workspace = true",
            )],
        ],
        good: &[
            ("crates/store/src/db.rs", "use rusqlite::Connection;"),
            (
                "crates/store/Cargo.toml",
                "[dependencies]\nrusqlite.workspace = true",
            ),
            (
                "crates/vault/src/sql.rs",
                "// rusqlite would do\nconst A: &str = \"rusqlite\";",
            ),
            ("crates/audit/src/tests.rs", "use rusqlite::Connection;"),
            (
                "crates/audit/Cargo.toml",
                "[dev-dependencies]\nrusqlite.workspace = true",
            ),
        ],
    },
    Rule {
        id: "cipher-only-in-crypt",
        reason: "only `crypt` names a cipher library, so that every use of one is in a crate that can be read whole (`server` chooses the TLS provider; `bench` measures the raw cipher)",
        check: |tree| {
            let mut problems = named(
                tree,
                &["argon2", "aes_gcm", "ed25519_dalek"],
                &["argon2", "aes-gcm", "ring", "sha2", "ed25519-dalek"],
                |file| matches!(file.area(), Some("crypt" | "xtask")),
            );
            problems.extend(named(tree, &["aws_lc_rs"], &["aws-lc-rs"], |file| {
                matches!(file.area(), Some("crypt" | "server" | "bench"))
            }));
            problems
        },
        bad: &[
            &[("crates/keys/src/wrap.rs", "use aws_lc_rs::aead;")],
            &[("crates/server/src/seal.rs", "use argon2::Argon2;")],
            &[(
                "crates/keys/Cargo.toml",
                "[dependencies]\naws-lc-rs.workspace = true",
            )],
        ],
        good: &[
            ("crates/crypt/src/sealed.rs", "use aws_lc_rs::aead;"),
            (
                "crates/server/src/tls.rs",
                "let provider = rustls::crypto::aws_lc_rs::default_provider();",
            ),
            ("crates/keys/src/lib.rs", "fn string() { ring_bell() }"),
        ],
    },
    Rule {
        id: "http-only-at-the-edge",
        reason: "only `web`, `edge`, `server`, api.rs and pages.rs name axum or hyper: a verb takes and gives its own types and does not know how it was called",
        check: |tree| {
            named(
                tree,
                &["axum", "hyper", "hyper_util", "tower_http"],
                &[],
                |file| {
                    matches!(file.area(), Some("web" | "edge" | "server" | "bench"))
                        || at_the_edge(file)
                },
            )
        },
        bad: &[
            &[("crates/vault/src/record.rs", "use axum::Json;")],
            &[("crates/vault/src/ops.rs", "fn a() { hyper::body::Body }")],
        ],
        good: &[
            ("crates/vault/src/api.rs", "use axum::Json;"),
            ("crates/vault/src/api/files.rs", "use axum::Json;"),
            ("crates/audit/src/pages.rs", "use axum::Json;"),
            ("crates/web/src/route.rs", "use axum::Json;"),
            ("crates/vault/src/ops.rs", "let hyperglycaemia = 1;"),
        ],
    },
    Rule {
        id: "world-only-in-server",
        reason: "only `server` reads the environment and the machine's clock; below it time, chance and settings are parameters, so that every behaviour can be put into a test",
        check: |tree| {
            let world = [
                "std::env",
                "env::var",
                "env::var_os",
                "env::vars",
                "env::args",
                "SystemTime::now",
                "Timestamp::now",
                "Zoned::now",
                "Utc::now",
            ];
            named(tree, &world, &[], |file| {
                matches!(file.area(), Some("server" | "xtask" | "bench"))
                    || file.name() == "build.rs"
            })
        },
        bad: &[
            &[("crates/keys/src/seal.rs", "let now = SystemTime::now();")],
            &[(
                "crates/keys/src/seal.rs",
                "let home = std::env::var(\"HOME\");",
            )],
            &[(
                "crates/keys/src/seal.rs",
                "use std::{env};\nlet home = env::var(\"HOME\");",
            )],
        ],
        good: &[
            (
                "crates/server/src/config.rs",
                "let home = std::env::var(\"HOME\");",
            ),
            (
                "crates/keys/src/seal.rs",
                "let version = env!(\"CARGO_PKG_VERSION\"); let now = clock.now(); let begin = Instant::now();",
            ),
            (
                "crates/keys/src/tests.rs",
                "let dir = std::env::temp_dir();",
            ),
        ],
    },
];

/// A resource's HTTP side: `api.rs`, `pages.rs`, or a file in a folder of that name.
fn at_the_edge(file: &File) -> bool {
    matches!(file.name(), "api.rs" | "pages.rs")
        || file.path.contains("/api/")
        || file.path.contains("/pages/")
}

/// Shipped code outside `allowed` that says one of `code_words`, and manifests that depend on one of `packages`.
fn named(
    tree: &Tree,
    code_words: &[&str],
    packages: &[&str],
    allowed: impl Fn(&File) -> bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree
        .rust()
        .filter(|file| file.area().is_some() && !allowed(file))
    {
        for word in code_words {
            for at in words(&file.shipped, word) {
                // A path's part, as in `my::ring`, is somebody else's name; a macro's, as in `std::env!`, is the compiler's.
                let own = file.shipped.get(..at).is_none_or(|before| {
                    !before.ends_with("::") || before.ends_with(" ::") || word.contains("aws_lc_rs")
                });
                let called = file
                    .shipped
                    .get(at + word.len()..)
                    .is_none_or(|after| !after.starts_with('!'));
                let imported = ["::", ";", "}", ",", " as "].iter().any(|end| {
                    file.shipped
                        .get(at + word.len()..)
                        .is_some_and(|after| after.starts_with(end))
                });
                if own && called && (imported || word.contains("::")) {
                    problems.push(file.problem_at(&file.shipped, at, format!("names {word}")));
                }
            }
        }
    }
    for (_, file) in tree.manifests().filter(|(_, file)| !allowed(file)) {
        let manifest = file.text.parse::<toml::Table>().unwrap_or_default();
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for package in packages {
            if dependencies.is_some_and(|table| table.contains_key(*package)) {
                problems.push(file.problem(format!("depends on {package}")));
            }
        }
    }
    problems
}

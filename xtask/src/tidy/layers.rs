//! Which crate may depend on which.

use std::collections::BTreeMap;

use super::Rule;
use super::tree::{Problem, Tree};

pub const RULES: &[Rule] = &[
    Rule {
        id: "layers",
        reason: "a crate depends on lower layers only (on `base` from everywhere), so that what is below can be understood, tested and replaced without what is above; \
                 a need that points upward is a one-purpose trait declared below and wired in `server`",
        check: downward,
        bad: &[
            &[
                TABLE,
                (
                    "crates/store/Cargo.toml",
                    "[dependencies]\nstrongroom-keys.workspace = true",
                ),
            ],
            &[
                TABLE,
                (
                    "crates/keys/Cargo.toml",
                    "[dependencies]\nstrongroom-keys = { path = \"../keys\" }",
                ),
            ],
            &[
                TABLE,
                (
                    "crates/store/Cargo.toml",
                    "[target.'cfg(unix)'.dependencies]\nstrongroom-keys.workspace = true",
                ),
            ],
            &[
                TABLE,
                (
                    "crates/base/Cargo.toml",
                    "[build-dependencies]\nxtask = { path = \"../../xtask\" }",
                ),
            ],
        ],
        good: &[
            TABLE,
            ("crates/base/Cargo.toml", ""),
            (
                "crates/crypt/Cargo.toml",
                "[dependencies]\nstrongroom-base.workspace = true",
            ),
            (
                "crates/store/Cargo.toml",
                "[dependencies]\nstrongroom-base.workspace = true",
            ),
            (
                "crates/keys/Cargo.toml",
                "[dependencies]\nstrongroom-store.workspace = true\n[dev-dependencies]\nstrongroom-keys.workspace = true",
            ),
        ],
    },
    Rule {
        id: "layers-table",
        reason: "ARCHITECTURE.md has a row for each crate with its layer; people and this check read the same table",
        check: complete,
        bad: &[
            &[
                TABLE,
                ("crates/base/Cargo.toml", ""),
                ("crates/new/Cargo.toml", ""),
            ],
            &[TABLE, ("crates/base/Cargo.toml", "")],
            &[("crates/base/Cargo.toml", "")],
        ],
        good: &[
            TABLE,
            ("crates/base/Cargo.toml", ""),
            ("crates/crypt/Cargo.toml", ""),
            ("crates/store/Cargo.toml", ""),
            ("crates/keys/Cargo.toml", ""),
        ],
    },
];

const TABLE: (&str, &str) = (
    "ARCHITECTURE.md",
    "# Architecture\n\n| crate | layer | what |\n|---|---|---|\n| `base` | 0 | words |\n| `crypt` | 0 | ciphers |\n| `store` | 1 | rows |\n| `keys` | 3 | keys |\n\nMore.\n",
);

/// Crate and layer, from the table with the header `| crate | layer |`.
fn table(tree: &Tree) -> Option<BTreeMap<&str, u32>> {
    let text = &tree.file("ARCHITECTURE.md")?.text;
    let rows = text
        .lines()
        .skip_while(|line| !line.starts_with("| crate | layer |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let table: BTreeMap<_, _> = rows
        .filter_map(|row| {
            let mut cells = row.split('|').skip(1).map(str::trim);
            Some((cells.next()?.trim_matches('`'), cells.next()?.parse().ok()?))
        })
        .collect();
    (!table.is_empty()).then_some(table)
}

fn downward(tree: &Tree) -> Vec<Problem> {
    let table = table(tree).unwrap_or_default();
    let mut problems = Vec::new();
    for (area, file) in tree
        .manifests()
        .filter(|(_, file)| file.path.starts_with("crates/"))
    {
        let Ok(manifest) = file.text.parse::<toml::Table>() else {
            problems.push(file.problem("is not TOML"));
            continue;
        };
        let Some(layer) = table.get(area) else {
            continue;
        };
        for name in dependencies(&manifest) {
            let ours = name.strip_prefix("strongroom-");
            if name == "xtask" || ours == Some("bench") {
                problems.push(file.problem(format!("depends on {name}, which no crate may")));
            }
            let Some((ours, theirs)) = ours.and_then(|name| Some((name, table.get(name)?))) else {
                continue;
            };
            if ours == area || (theirs >= layer && ours != "base") {
                problems.push(file.problem(format!(
                    "`{area}` (layer {layer}) depends on `{ours}` (layer {theirs})"
                )));
            }
        }
    }
    problems
}

/// Names in all dependency tables but those for tests.
fn dependencies(manifest: &toml::Table) -> Vec<String> {
    let mut names = Vec::new();
    for kind in ["dependencies", "build-dependencies"] {
        names.extend(
            manifest
                .get(kind)
                .and_then(toml::Value::as_table)
                .into_iter()
                .flat_map(toml::Table::keys)
                .cloned(),
        );
    }
    for target in manifest
        .get("target")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flat_map(toml::Table::values)
    {
        names.extend(target.as_table().map(dependencies).unwrap_or_default());
    }
    names
}

fn complete(tree: &Tree) -> Vec<Problem> {
    let Some(table) = table(tree) else {
        return vec![Problem {
            path: "ARCHITECTURE.md".into(),
            line: 0,
            text: "has no table with the header `| crate | layer |`".into(),
        }];
    };
    let crates: Vec<_> = tree
        .manifests()
        .filter(|(_, file)| file.path.starts_with("crates/"))
        .collect();
    let mut problems = Vec::new();
    for (area, file) in &crates {
        if !table.contains_key(area) {
            problems.push(file.problem(format!(
                "`{area}` has no row in the table of ARCHITECTURE.md"
            )));
        }
    }
    for name in table.keys() {
        if !crates.iter().any(|(area, _)| area == name) {
            problems.push(Problem {
                path: "ARCHITECTURE.md".into(),
                line: 0,
                text: format!("`{name}` is in the table but there is no crates/{name}"),
            });
        }
    }
    problems
}

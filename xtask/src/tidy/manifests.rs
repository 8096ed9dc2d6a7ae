//! What every Cargo.toml has.

use super::Rule;
use super::tree::{Problem, Tree};

pub const RULES: &[Rule] = &[
    Rule {
        id: "lints-inherited",
        reason: "every crate takes the workspace's lints (`[lints] workspace = true`), or its unwraps and its unsafe code go unseen",
        check: |tree| {
            each(tree, |manifest| {
                let inherits = manifest
                    .get("lints")
                    .and_then(|lints| lints.get("workspace"))
                    .and_then(toml::Value::as_bool);
                if inherits == Some(true) {
                    Vec::new()
                } else {
                    vec!["does not say [lints] workspace = true".to_owned()]
                }
            })
        },
        bad: &[
            &[("crates/a/Cargo.toml", "[package]\nname = \"a\"")],
            &[("bench/Cargo.toml", "[lints.rust]\nunsafe_code = \"allow\"")],
        ],
        good: &[
            ("crates/a/Cargo.toml", "[lints]\nworkspace = true"),
            ("Cargo.toml", "[workspace]"),
        ],
    },
    Rule {
        id: "versions-in-one-place",
        reason: "dependencies are named with versions in the root Cargo.toml only (`name.workspace = true`), so that one line shows what we trust",
        check: |tree| each(tree, versions),
        bad: &[
            &[("crates/a/Cargo.toml", "[dependencies]\nserde = \"1\"")],
            &[(
                "crates/a/Cargo.toml",
                "[dev-dependencies]\nserde = { version = \"1\", features = [\"derive\"] }",
            )],
            &[("crates/a/Cargo.toml", "[package]\nedition = \"2021\"")],
        ],
        good: &[(
            "crates/a/Cargo.toml",
            "[package]\nedition.workspace = true\n[dependencies]\nserde.workspace = true\ntokio = { workspace = true, features = [\"test-util\"] }",
        )],
    },
];

fn each(tree: &Tree, check: impl Fn(&toml::Table) -> Vec<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (_, file) in tree.manifests() {
        match file.text.parse::<toml::Table>() {
            Ok(manifest) => {
                problems.extend(check(&manifest).into_iter().map(|text| file.problem(text)))
            }
            Err(error) => problems.push(file.problem(format!("is not TOML: {}", error.message()))),
        }
    }
    problems
}

fn versions(manifest: &toml::Table) -> Vec<String> {
    let mut problems = Vec::new();
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (name, value) in manifest
            .get(kind)
            .and_then(toml::Value::as_table)
            .into_iter()
            .flatten()
        {
            if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                problems.push(format!("{name} is not `{name}.workspace = true`"));
            }
        }
    }
    let package = manifest.get("package").and_then(toml::Value::as_table);
    for key in ["version", "edition", "rust-version", "license"] {
        if package
            .and_then(|package| package.get(key))
            .is_some_and(|value| !value.is_table())
        {
            problems.push(format!("{key} is not `{key}.workspace = true`"));
        }
    }
    problems
}

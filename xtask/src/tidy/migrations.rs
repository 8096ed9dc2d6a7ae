//! Migrations: forward only, never edited, none forgotten.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::Rule;
use super::tree::{File, Problem, Tree};
use crate::Outcome;

/// The list of hashes, from the root.
pub const HASHES: &str = "migrations/HASHES";

pub const RULES: &[Rule] = &[
    Rule {
        id: "migrations-unchanged",
        reason: "a migration that ran somewhere never changes: write the next one. `cargo xtask tidy --bless` adds the hash of a new one; for one that never left your machine, delete its \
                 line from migrations/HASHES first",
        check: unchanged,
        bad: &[
            &[
                ("migrations/data/0001-log.sql", "CREATE TABLE a (b TEXT);\n"),
                (HASHES, ""),
            ],
            &[
                ("migrations/data/0001-log.sql", "CREATE TABLE a (b TEXT);\n"),
                (HASHES, "00  migrations/data/0001-log.sql\n"),
            ],
            &[(HASHES, "00  migrations/data/0001-log.sql\n")],
        ],
        good: &[
            ("migrations/data/0001-log.sql", ""),
            (
                HASHES,
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  migrations/data/0001-log.sql\n",
            ),
        ],
    },
    Rule {
        id: "migrations-numbered",
        reason: "NNNN-area.sql, counted from 0001 without holes in each folder: the number is the schema's version",
        check: numbered,
        bad: &[
            &[("migrations/data/0002-vault.sql", "")],
            &[
                ("migrations/data/0001-a.sql", ""),
                ("migrations/data/0001-b.sql", ""),
            ],
            &[("migrations/data/first.sql", "")],
        ],
        good: &[
            ("migrations/data/0001-log.sql", ""),
            ("migrations/data/0002-vault.sql", ""),
            ("migrations/keys/0001-keys.sql", ""),
        ],
    },
    Rule {
        id: "migrations-registered",
        reason: "a migration that no program includes never runs: name it in an include_str!",
        check: registered,
        bad: &[&[
            ("migrations/data/0001-log.sql", ""),
            ("crates/store/src/lib.rs", "fn a() {}"),
        ]],
        good: &[
            ("migrations/data/0001-log.sql", ""),
            (
                "crates/audit/src/lib.rs",
                "const A: &str = include_str!(concat!(\"../../../migrations/\", \"data/0001-log.sql\"));",
            ),
        ],
    },
];

fn files(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.files
        .iter()
        .filter(|file| file.path.starts_with("migrations/") && file.path.ends_with(".sql"))
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Path and hash, as committed.
fn hashes(tree: &Tree) -> BTreeMap<&str, &str> {
    let text = tree.file(HASHES).map_or("", |file| &file.text);
    text.lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, path)| (path, hash))
        .collect()
}

fn unchanged(tree: &Tree) -> Vec<Problem> {
    let mut known = hashes(tree);
    let mut problems = Vec::new();
    for file in files(tree) {
        match known.remove(file.path.as_str()) {
            None => problems.push(file.problem("is not in migrations/HASHES")),
            Some(known) if known != hash(&file.text) => problems.push(file.problem("was edited")),
            Some(_) => {}
        }
    }
    problems.extend(known.into_keys().map(|path| Problem {
        path: path.to_owned(),
        line: 0,
        text: "is gone".to_owned(),
    }));
    problems
}

fn numbered(tree: &Tree) -> Vec<Problem> {
    let mut next: BTreeMap<&str, u32> = BTreeMap::new();
    let mut problems = Vec::new();
    for file in files(tree) {
        let folder = file.path.trim_end_matches(file.name());
        let expected = next.entry(folder).or_insert(1);
        let number = file
            .name()
            .split_once('-')
            .filter(|(number, _)| number.len() == 4)
            .and_then(|(number, _)| number.parse::<u32>().ok());
        if number == Some(*expected) {
            *expected += 1;
        } else {
            problems.push(file.problem(format!("should be {expected:04}-area.sql")));
        }
    }
    problems
}

fn registered(tree: &Tree) -> Vec<Problem> {
    // A macro may put the path together: what stands in the text is `data/0001-log.sql`.
    let included = |path: &str| {
        let path = path.trim_start_matches("migrations/");
        tree.rust().any(|file| {
            file.text.contains("include_str!") && file.text.contains(&format!("{path}\""))
        })
    };
    files(tree)
        .filter(|file| !included(&file.path))
        .map(|file| file.problem("is included nowhere"))
        .collect()
}

/// The new text of [`HASHES`]: what was there, and new migrations behind it. Refuses edited ones.
pub fn bless(tree: &Tree) -> Outcome<String> {
    let known = hashes(tree);
    let mut lines = Vec::new();
    for file in files(tree) {
        let hash = hash(&file.text);
        if known
            .get(file.path.as_str())
            .is_some_and(|known| *known != hash)
        {
            return Err(format!("{} was edited; write a new migration instead (or, if it never left your machine, delete its line from {HASHES})", file.path).into());
        }
        lines.push(format!("{hash}  {}\n", file.path));
    }
    Ok(lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blessing_adds_what_is_new_and_refuses_what_was_edited() {
        let new = Tree::of(&[("migrations/data/0001-log.sql", "")]);
        let text = bless(&new).unwrap();
        assert!(text.starts_with("e3b0c442") && text.ends_with("  migrations/data/0001-log.sql\n"));
        let edited = Tree::of(&[
            ("migrations/data/0001-log.sql", ""),
            (HASHES, "00  migrations/data/0001-log.sql\n"),
        ]);
        assert!(bless(&edited).is_err());
    }
}

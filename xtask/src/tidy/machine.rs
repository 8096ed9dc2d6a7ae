//! Nothing that belongs to one machine or one network.

use super::Rule;
use super::tree::{Problem, Tree};

/// Folders of a particular machine. Put together from halves, so that this file does not break its own rule.
const FOLDERS: [&str; 4] = [
    concat!("/wo", "rk"),
    concat!("/ro", "ot"),
    concat!("/tm", "p"),
    concat!("/ho", "me"),
];

/// Where packages are fetched from: a mirror's address must not get into a lock file or a document.
const HOSTS: [&str; 8] = [
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("registry.npmjs", ".org"),
    concat!("files.python", "hosted.org"),
    concat!("pypi", ".org/simple"),
    concat!("deb.debian", ".org"),
    concat!("proxy.golang", ".org"),
    concat!("127.0.0.1:", "3128"),
];

/// The one source that Cargo.lock may name.
const SOURCE: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

pub const RULES: &[Rule] = &[
    Rule {
        id: "no-machine-paths",
        reason: "a path of one machine works on one machine; take a folder from the settings, or a temporary one from the system",
        check: folders,
        bad: &[
            &[("docs/a.md", concat!("see /wo", "rk/main"))],
            &[("crates/a/src/lib.rs", concat!("let a = \"/tm", "p/x\";"))],
            &[("a.toml", concat!("dir = '/ro", "ot'"))],
        ],
        good: &[(
            "docs/a.md",
            concat!(
                "GET /v1/wo",
                "rk and var/tm",
                "p/x and /wo",
                "rkers and {folder}/tm",
                "p"
            ),
        )],
    },
    Rule {
        id: "no-registry-hosts",
        reason: "where packages come from is the machine's business; a committed address breaks every other network",
        check: hosts,
        bad: &[
            &[(
                "e2e/package-lock.json",
                concat!("\"resolved\": \"https://registry.npmjs", ".org/a\""),
            )],
            &[(
                "Cargo.lock",
                "source = \"sparse+https://mirror.example/index/\"\n",
            )],
        ],
        good: &[
            (
                "Cargo.lock",
                "[[package]]\nname = \"a\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n",
            ),
            ("README.md", "Rust's package registry"),
        ],
    },
];

fn folders(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in &tree.files {
        for folder in FOLDERS {
            for (at, _) in file.text.match_indices(folder) {
                let before = file
                    .text
                    .get(..at)
                    .and_then(|text| text.chars().next_back());
                let after = file
                    .text
                    .get(at + folder.len()..)
                    .and_then(|text| text.chars().next());
                let starts =
                    before.is_none_or(|char| char.is_whitespace() || "\"'`(=:[,<".contains(char));
                let ends = after.is_none_or(|char| {
                    char == '/' || char.is_whitespace() || "\"'`),;".contains(char)
                });
                if starts && ends {
                    problems.push(file.problem_at(&file.text, at, format!("names {folder}")));
                }
            }
        }
    }
    problems
}

fn hosts(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in &tree.files {
        for host in HOSTS {
            problems.extend(
                file.text
                    .match_indices(host)
                    .map(|(at, _)| file.problem_at(&file.text, at, format!("names {host}"))),
            );
        }
        if file.name() == "Cargo.lock" {
            let strange = file
                .text
                .lines()
                .enumerate()
                .filter(|(_, line)| line.starts_with("source = ") && *line != SOURCE);
            problems.extend(strange.map(|(number, line)| Problem {
                path: file.path.clone(),
                line: number + 1,
                text: line.to_owned(),
            }));
        }
    }
    problems
}

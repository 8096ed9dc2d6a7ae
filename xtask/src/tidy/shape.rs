//! Names and sizes of files.

use super::Rule;
use super::tree::{File, Problem, Tree};

/// A file this long is several files.
const LINES_MAX: usize = 600;

/// Files that may be longer, and why.
const LONGER: &[(&str, &str)] = &[];

pub const RULES: &[Rule] = &[
    Rule {
        id: "file-length",
        reason: "a file of more than 600 lines holds more than one thing; split it by verb (or add it to LONGER in xtask/src/tidy/shape.rs with the reason)",
        check: lengths,
        bad: &[&[("crates/a/src/lib.rs", LONG)]],
        good: &[
            ("crates/a/src/lib.rs", "fn a() {}\n"),
            ("docs/long.md", LONG),
        ],
    },
    Rule {
        id: "no-drawers",
        reason: "a file named utils, helpers, common or misc collects what nobody can find again; name it after what is in it",
        check: |tree| {
            let drawers = [
                "utils", "util", "helpers", "helper", "common", "misc", "shared",
            ];
            let is_drawer = |file: &&File| {
                file.path
                    .split('/')
                    .any(|part| drawers.contains(&part.trim_end_matches(".rs")))
            };
            tree.rust()
                .filter(is_drawer)
                .map(|file| file.problem("is a drawer"))
                .collect()
        },
        bad: &[
            &[("crates/a/src/utils.rs", "")],
            &[("crates/a/tests/it/common/mod.rs", "")],
        ],
        good: &[
            ("crates/a/src/utility_meter.rs", ""),
            ("docs/common/a.md", ""),
        ],
    },
    Rule {
        id: "decisions-numbered",
        reason: "docs/decisions/NNN-title.md, counted from 001 without holes: a decision is cited by its number",
        check: decisions,
        bad: &[
            &[("docs/decisions/why-sqlite.md", "")],
            &[
                ("docs/decisions/001-a.md", ""),
                ("docs/decisions/003-c.md", ""),
            ],
            &[
                ("docs/decisions/001-a.md", ""),
                ("docs/decisions/001-b.md", ""),
            ],
        ],
        good: &[
            ("docs/decisions/001-a.md", ""),
            ("docs/decisions/002-b.md", ""),
            ("docs/decisions/README.md", ""),
        ],
    },
    Rule {
        id: "no-leftovers",
        reason: "merge marks and editors' backup files are nobody's work",
        check: leftovers,
        bad: &[
            &[("a.txt", "a\n<<<<<<< HEAD\nb\n")],
            &[("crates/a/src/lib.rs.orig", "")],
        ],
        good: &[("a.md", "a heading\n=======\n")],
    },
];

/// 601 lines.
const LONG: &str = {
    const LINES: [u8; LINES_MAX + 1] = [b'\n'; LINES_MAX + 1];
    match std::str::from_utf8(&LINES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

fn lengths(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.rust() {
        let lines = file.text.lines().count();
        let excepted = LONGER.iter().any(|(path, _)| *path == file.path);
        if lines > LINES_MAX && !excepted {
            problems.push(file.problem(format!("has {lines} lines")));
        } else if lines <= LINES_MAX && excepted {
            problems.push(file.problem("is short enough now; take it off LONGER"));
        }
    }
    problems
}

fn decisions(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut expected = 1;
    for file in tree
        .files
        .iter()
        .filter(|file| file.path.starts_with("docs/decisions/") && file.name() != "README.md")
    {
        let number = file
            .name()
            .split_once('-')
            .filter(|(number, title)| {
                number.len() == 3 && title.len() > 3 && title.ends_with(".md")
            })
            .and_then(|(number, _)| number.parse::<u32>().ok());
        match number {
            Some(number) if number == expected => expected += 1,
            Some(_) => problems.push(file.problem(format!("should be number {expected:03}"))),
            None => problems.push(file.problem("is not named NNN-title.md")),
        }
    }
    problems
}

fn leftovers(tree: &Tree) -> Vec<Problem> {
    let marks = ["<".repeat(7) + " ", ">".repeat(7) + " "];
    let mut problems = Vec::new();
    for file in &tree.files {
        if [".orig", ".rej", ".bak", "~", ".swp"]
            .iter()
            .any(|end| file.name().ends_with(end))
        {
            problems.push(file.problem("is a leftover"));
        }
        let mut at = 0;
        for line in file.text.split_inclusive('\n') {
            if marks.iter().any(|mark| line.starts_with(mark.as_str())) {
                problems.push(file.problem_at(&file.text, at, "is a merge mark"));
            }
            at += line.len();
        }
    }
    problems
}

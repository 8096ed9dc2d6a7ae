//! Documents that say which test shows something: the test is there.

use super::Rule;
use super::tree::{Problem, Tree};

/// The document that names tests.
const DOCUMENT: &str = "docs/reference/conformance.md";
/// Where a test lies that is named by its file alone.
const HOME: &str = "crates/identity/tests/oauth/";

pub const RULES: &[Rule] = &[Rule {
    id: "named-tests-exist",
    reason: "who reads that a test shows something goes and looks for it; each row of docs/reference/conformance.md has a test, or says `not offered`",
    check: named_tests,
    bad: &[
        &[
            (DOCUMENT, "| a | `exchange::gone` |"),
            (
                "crates/identity/tests/oauth/exchange.rs",
                "async fn here() {}",
            ),
        ],
        &[(DOCUMENT, "| a | `exchange::here` |")],
        &[
            (DOCUMENT, "| a | `exchange::her` |"),
            (
                "crates/identity/tests/oauth/exchange.rs",
                "async fn here() {}",
            ),
        ],
        &[
            (DOCUMENT, "| a | `crates/web/src/a.rs::gone` |"),
            ("crates/web/src/a.rs", "// fn gone() {}"),
        ],
        &[(DOCUMENT, "| a | somebody looked at it |")],
    ],
    good: &[
        (
            DOCUMENT,
            "| module | test |\n|---|---|\n| `x` | `exchange::here` (`ES256`), `crates/web/src/a.rs::too` |\n| y | not offered: no |",
        ),
        (
            "crates/identity/tests/oauth/exchange.rs",
            "async fn here() {}",
        ),
        ("crates/web/src/a.rs", "fn too() {}"),
    ],
}];

fn named_tests(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(document) = tree.files.iter().find(|file| file.path == DOCUMENT) else {
        return problems;
    };
    let mut at = 0;
    for line in document.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let mut cells = line.trim().trim_matches('|').split('|');
        let (Some(_), Some(tests)) = (cells.next(), cells.next()) else {
            continue;
        };
        if tests.trim() == "test" || tests.starts_with("---") {
            continue;
        }
        let names: Vec<_> = tests
            .split('`')
            .skip(1)
            .step_by(2)
            .filter_map(|name| name.split_once("::"))
            .collect();
        if names.is_empty() && !tests.contains("not offered") {
            let text = "names no test; write one, or say `not offered` and why";
            problems.push(document.problem_at(&document.text, start, text));
        }
        for (file, test) in names {
            let path = if file.contains('/') {
                file.to_owned()
            } else {
                format!("{HOME}{file}.rs")
            };
            let there = tree
                .files
                .iter()
                .find(|it| it.path == path)
                .is_some_and(|it| it.code.contains(&format!("fn {test}(")));
            if !there {
                let text = format!("there is no test `{test}` in {path}");
                problems.push(document.problem_at(&document.text, start, text));
            }
        }
    }
    problems
}

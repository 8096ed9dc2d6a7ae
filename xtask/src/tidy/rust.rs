//! What Rust code may not say.

use super::Rule;
use super::tree::{Problem, Tree, words};

pub const RULES: &[Rule] = &[
    Rule {
        id: "nothing-left-to-do",
        reason: "what is not there yet is missing, and a caller sees that when compiling; todo!, unimplemented! and dbg! are found by users",
        check: |tree| {
            says(
                tree,
                &["todo!", "unimplemented!", "dbg!"],
                "is left in the code",
            )
        },
        bad: &[
            &[("crates/a/src/lib.rs", "fn a() { todo!() }")],
            &[("crates/a/src/tests.rs", "dbg!(x);")],
        ],
        good: &[(
            "crates/a/src/lib.rs",
            "// todo!()\nfn a() { my_todo!(\"dbg!\") }",
        )],
    },
    Rule {
        id: "expect-not-allow",
        reason: "#[expect(lint, reason = \"...\")] goes away by itself when its cause does; #[allow] stays for ever",
        check: |tree| {
            says(
                tree,
                &["#[allow(", "#![allow("],
                "should be #[expect(..., reason = \"...\")]",
            )
        },
        bad: &[&[("crates/a/src/lib.rs", "#[allow(dead_code)]\nfn a() {}")]],
        good: &[(
            "crates/a/src/lib.rs",
            "#[expect(dead_code, reason = \"soon\")]\nfn a() {}",
        )],
    },
    Rule {
        id: "no-get",
        reason: "a function is named by what it gives or does: `person`, `open`, not get_person; the prefix says nothing",
        check: |tree| says(tree, &["fn get_"], "has the prefix get_"),
        bad: &[&[("crates/a/src/lib.rs", "pub fn get_person() {}")]],
        good: &[(
            "crates/a/src/lib.rs",
            "fn get() {}\nfn forget_person() {}\nlet a = map.get_mut(b);",
        )],
    },
    Rule {
        id: "no-managers",
        reason: "a type is a noun of the business; Manager, Service, Helper, Util say only that something is done somewhere",
        check: managers,
        bad: &[
            &[("crates/a/src/lib.rs", "pub struct KeyManager {}")],
            &[("crates/a/src/lib.rs", "trait AuditService: Send {}")],
        ],
        good: &[(
            "crates/a/src/lib.rs",
            "struct Managerial; use tower::Service; struct Keys<T>(T);",
        )],
    },
    Rule {
        id: "modules-say-what-for",
        reason: "the first line of a file says what it is for (`//! ...`): who searches for something reads only that line of most files",
        check: module_docs,
        bad: &[
            &[("crates/a/src/record.rs", "use std::fmt;\n")],
            &[("crates/a/src/bin/b.rs", "//!\nfn main() {}\n")],
        ],
        good: &[
            ("crates/a/src/record.rs", "//! Records.\nuse std::fmt;\n"),
            ("crates/a/src/tests.rs", "use super::*;\n"),
            ("crates/a/tests/it/main.rs", "mod a;\n"),
        ],
    },
    Rule {
        id: "no-unsafe",
        reason: "unsafe code is forbidden in every crate; what needs it belongs in a library that others review as well",
        check: |tree| {
            let mut problems = says(tree, &["unsafe {", "unsafe fn", "unsafe impl"], "is unsafe");
            problems.extend(says(
                tree,
                &["unsafe_code"],
                "touches the lint that forbids unsafe code",
            ));
            problems
        },
        bad: &[
            &[("crates/a/src/lib.rs", "fn a() { unsafe { b() } }")],
            &[(
                "crates/a/src/lib.rs",
                "#![expect(unsafe_code, reason = \"x\")]",
            )],
        ],
        good: &[("crates/a/src/lib.rs", "// unsafe { }\nfn unsafely() {}")],
    },
];

fn says(tree: &Tree, what: &[&str], wrong: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.rust() {
        for word in what {
            problems.extend(
                words(&file.code, word)
                    .map(|at| file.problem_at(&file.code, at, format!("{word} {wrong}"))),
            );
        }
    }
    problems
}

fn managers(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree.rust() {
        for keyword in ["struct ", "enum ", "trait "] {
            for at in words(&file.code, keyword) {
                let name: String = file
                    .code
                    .chars_from(at + keyword.len())
                    .take_while(|char| char.is_alphanumeric())
                    .collect();
                if ["Manager", "Service", "Helper", "Helpers", "Util", "Utils"]
                    .iter()
                    .any(|end| name.ends_with(end))
                {
                    problems.push(file.problem_at(
                        &file.code,
                        at,
                        format!("{name} says only that something is done"),
                    ));
                }
            }
        }
    }
    problems
}

trait CharsFrom {
    fn chars_from(&self, at: usize) -> std::str::Chars<'_>;
}

impl CharsFrom for str {
    fn chars_from(&self, at: usize) -> std::str::Chars<'_> {
        self.get(at..).unwrap_or_default().chars()
    }
}

fn module_docs(tree: &Tree) -> Vec<Problem> {
    tree.rust()
        .filter(|file| file.area().is_some() && !file.shipped.trim().is_empty())
        .filter(|file| {
            file.text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("//! "))
                .is_none_or(|line| line.trim().is_empty())
        })
        .map(|file| file.problem("does not begin with `//! ` and what it is for"))
        .collect()
}

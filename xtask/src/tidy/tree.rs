//! The files of the project, read once; and their Rust code without comments, texts and tests.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, process};

/// A broken rule at a place.
pub struct Problem {
    /// Path from the root of the workspace.
    pub path: String,
    /// Counted from one; zero where the whole file is meant.
    pub line: usize,
    /// What is wrong and what to do.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.text),
            line => write!(f, "{}:{line}: {}", self.path, self.text),
        }
    }
}

/// One text file.
pub struct File {
    /// Path from the root of the workspace, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// For a Rust file: its text with comments and the insides of strings blanked, line by line in place. Empty otherwise.
    pub code: String,
    /// `code` with `#[cfg(test)] mod ... { }` blanked as well; all blank in a test file.
    pub shipped: String,
}

impl File {
    /// A problem with the file as a whole.
    pub fn problem(&self, text: impl Into<String>) -> Problem {
        Problem {
            path: self.path.clone(),
            line: 0,
            text: text.into(),
        }
    }

    /// A problem at a byte of `text`, `code` or `shipped`, which have the same lines.
    pub fn problem_at(&self, within: &str, at: usize, text: impl Into<String>) -> Problem {
        let line = within
            .bytes()
            .take(at)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1;
        Problem {
            path: self.path.clone(),
            line,
            text: text.into(),
        }
    }

    /// The file name.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// For `crates/NAME/...`, NAME; for `xtask/...` and `bench/...`, that.
    pub fn area(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        match parts.next()? {
            "crates" => parts.next(),
            first @ ("xtask" | "bench") => Some(first),
            _ => None,
        }
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// All of them.
pub struct Tree {
    /// In the order of their paths.
    pub files: Vec<File>,
}

impl Tree {
    /// What git tracks or would track; without git, everything but build output.
    pub fn read(root: &Path) -> Outcome<Self> {
        let mut git = Command::new("git");
        git.args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root);
        let paths = match process::output(&mut git) {
            Ok(listed) => listed
                .split('\0')
                .filter(|path| !path.is_empty())
                .map(str::to_owned)
                .collect(),
            Err(_) => walk(root)?,
        };
        let mut files = Vec::new();
        for path in paths {
            // Deleted but still tracked, or not text: nothing to read.
            if let Ok(text) = std::fs::read_to_string(root.join(&path)) {
                files.push((path, text));
            }
        }
        Ok(Self::from_files(files))
    }

    /// A tree from an example.
    #[cfg(test)]
    pub fn of(example: super::Example) -> Self {
        Self::from_files(
            example
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }

    fn from_files(mut files: Vec<(String, String)>) -> Self {
        files.sort();
        files.dedup();
        let coded: Vec<_> = files
            .into_iter()
            .map(|(path, text)| {
                let code = if path.ends_with(".rs") {
                    code(&text)
                } else {
                    String::new()
                };
                (path, text, code)
            })
            .collect();
        let test_modules: BTreeSet<String> = coded
            .iter()
            .flat_map(|(path, _, code)| test_modules(path, code))
            .collect();
        let files = coded
            .into_iter()
            .map(|(path, text, code)| {
                let shipped = if is_test(&path) || test_modules.contains(&path) {
                    blank(&code)
                } else {
                    without_tests(&code)
                };
                File {
                    path,
                    text,
                    code,
                    shipped,
                }
            })
            .collect();
        Self { files }
    }

    /// The file at `path`.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The Rust files.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// Areas with a manifest, and the manifest.
    pub fn manifests(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files
            .iter()
            .filter(|file| file.name() == "Cargo.toml")
            .filter_map(|file| {
                let area = file.area()?;
                let expected = match area {
                    "xtask" | "bench" => format!("{area}/Cargo.toml"),
                    _ => format!("crates/{area}/Cargo.toml"),
                };
                (file.path == expected).then_some((area, file))
            })
    }
}

fn walk(root: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                if ![".git", "target", "node_modules", "data"]
                    .iter()
                    .any(|skipped| entry.file_name() == *skipped)
                {
                    folders.push(path);
                }
            } else if let Some(path) = path.strip_prefix(root)?.to_str() {
                found.push(path.to_owned());
            }
        }
    }
    Ok(found)
}

/// A file that only tests use. `danger_testing` is compiled in, for the tests of other crates, and says so in its name.
fn is_test(path: &str) -> bool {
    let files = ["/tests.rs", "/danger_testing.rs"];
    let folders = ["/tests/", "/danger_testing/", "/benches/"];
    files.iter().any(|file| path.ends_with(file))
        || folders.iter().any(|folder| path.contains(folder))
        || path.starts_with("e2e/")
        || path.starts_with("fuzz/")
}

/// Files behind a `#[cfg(test)] mod NAME;`.
fn test_modules(path: &str, code: &str) -> Vec<String> {
    let Some((folder, name)) = path.rsplit_once('/') else {
        return Vec::new();
    };
    let inner = match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => format!("{folder}/{}", name.trim_end_matches(".rs")),
    };
    cfg_tests(code)
        .filter_map(|(_, behind)| {
            let name = behind
                .trim_start()
                .trim_start_matches("pub(crate)")
                .trim_start()
                .strip_prefix("mod ")?;
            let name = name.get(..name.find([';', '{'])?)?.trim();
            Some([
                format!("{inner}/{name}.rs"),
                format!("{inner}/{name}/mod.rs"),
            ])
        })
        .flatten()
        .collect()
}

/// Places of `#[cfg(test)]` and the code behind each.
fn cfg_tests(code: &str) -> impl Iterator<Item = (usize, &str)> {
    const MARK: &str = "#[cfg(test)]";
    code.match_indices(MARK)
        .filter_map(|(at, _)| Some((at, code.get(at + MARK.len()..)?)))
}

/// Blank the item behind each `#[cfg(test)]`: to its closing brace, or to its semicolon.
fn without_tests(code: &str) -> String {
    let mut kept = code.to_owned();
    for (at, behind) in cfg_tests(code) {
        let mut depth = 0_usize;
        let length = behind
            .char_indices()
            .find_map(|(index, char)| {
                match char {
                    '{' => depth += 1,
                    '}' => {
                        depth = depth.saturating_sub(1);
                        return (depth == 0).then_some(index + 1);
                    }
                    ';' if depth == 0 => return Some(index + 1),
                    _ => {}
                }
                None
            })
            .unwrap_or(behind.len());
        let end = code.len() - behind.len() + length;
        if let Some(tests) = code.get(at..end) {
            kept.replace_range(at..end, &blank(tests));
        }
    }
    kept
}

/// Spaces instead of everything but line ends; the same number of bytes.
fn blank(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

/// Rust text with comments and the insides of string and character literals blanked.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(next) = rest.chars().next() {
        let in_word = before.is_alphanumeric() || before == '_';
        let (kept, blanked) = match next {
            '/' if rest.starts_with("//") => (0, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (0, block_comment(rest)),
            '"' => (0, string(rest)),
            'r' | 'b' | 'c' if !in_word => match literal(rest) {
                Some(length) => (0, length),
                None => (1, 0),
            },
            '\'' => (0, character(rest)),
            _ => (next.len_utf8(), 0),
        };
        let (kept, blanked) = if kept + blanked == 0 {
            (next.len_utf8(), 0)
        } else {
            (kept, blanked)
        };
        let (here, behind) = rest.split_at(kept + blanked);
        if kept > 0 {
            code.push_str(here);
        } else {
            code.push_str(&blank(here));
        }
        before = here.chars().next_back().unwrap_or(' ');
        rest = behind;
    }
    code
}

/// Length of a (nested) block comment.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length of a string literal that starts at a quote.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a literal with a prefix: r"", r#""#, b"", br"", c"", b''.
fn literal(text: &str) -> Option<usize> {
    let prefix = text.len() - text.trim_start_matches(['r', 'b', 'c']).len();
    let behind = text.get(prefix..)?;
    let raw = text.get(..prefix)?.contains('r');
    if prefix > 2 {
        return None;
    }
    if behind.starts_with('"') && !raw {
        return Some(prefix + string(behind));
    }
    if behind.starts_with('\'') && text.starts_with("b'") {
        return Some(prefix + character(behind));
    }
    if !raw {
        return None;
    }
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    let inside = behind.get(hashes..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(prefix + hashes + 1 + length)
}

/// Length of a character literal at a quote; zero for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => {
            let escape = chars.next();
            chars
                .find(|(_, char)| *char == '\'')
                .filter(|_| escape.is_some())
                .map_or(0, |(at, _)| at + 1)
        }
        Some(_) => chars
            .next()
            .filter(|(_, char)| *char == '\'')
            .map_or(0, |(at, _)| at + 1),
        None => 0,
    }
}

/// Places where `word` stands as a whole word (or path) in `code`; one that ends in `_` is a prefix.
pub fn words<'code>(code: &'code str, word: &'code str) -> impl Iterator<Item = usize> + 'code {
    let joins = |char: char| char.is_alphanumeric() || char == '_';
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| {
            let before = code.get(..*at).and_then(|text| text.chars().next_back());
            let after = code
                .get(at + word.len()..)
                .and_then(|text| text.chars().next());
            let joined_before = before.is_some_and(joins);
            let joined_after = word.ends_with(char::is_alphanumeric) && after.is_some_and(joins);
            !joined_before && !joined_after
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_are_blanked() {
        let text = "let a = \"x // {\"; // gone\nlet b = r#\"y \" z\"#; /* a /* b */ c */ let c = 'd'; let d: &'static str; let e = '\\''; let f = b'\"'; let g = br\"h\";";
        let code = code(text);
        assert_eq!(code.len(), text.len());
        for gone in ["gone", "x //", "y", "z", "a /*", "'d'", "h"] {
            assert!(!code.contains(gone), "{gone} is still in {code}");
        }
        for kept in [
            "let a",
            "let b",
            "let c",
            "&'static str",
            "let e",
            "let f",
            "let g",
        ] {
            assert!(code.contains(kept), "{kept} is missing in {code}");
        }
    }

    #[test]
    fn tests_are_not_shipped() {
        let tree = Tree::of(&[
            (
                "crates/a/src/lib.rs",
                "fn one() {}\n#[cfg(test)]\nmod fakes;\n#[cfg(test)]\nmod tests {\n fn two() { if x {} }\n}\nfn three() {}",
            ),
            ("crates/a/src/fakes.rs", "fn four() {}"),
        ]);
        let lib = tree.file("crates/a/src/lib.rs").unwrap();
        assert!(lib.shipped.contains("one") && lib.shipped.contains("three"));
        assert!(!lib.shipped.contains("two") && lib.code.contains("two"));
        assert!(
            !tree
                .file("crates/a/src/fakes.rs")
                .unwrap()
                .shipped
                .contains("four")
        );
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(
            words("axum axum_x my_axum use axum::Router", "axum").count(),
            2
        );
        assert_eq!(words("fn get_a() fn forget_b()", "fn get_").count(), 1);
    }
}

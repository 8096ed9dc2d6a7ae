//! Every stable error code with its meaning: the source of `docs/reference/errors.md`. A test searches the code for codes
//! that are missing here.

mod house;
mod people;

/// Every code with its meaning, in order.
#[must_use]
pub fn codes() -> Vec<(&'static str, &'static str)> {
    let mut codes = [house::CODES, people::CODES].concat();
    codes.sort_unstable();
    codes
}

/// The table as Markdown.
#[must_use]
pub fn table() -> String {
    let mut out = String::from(
        "Codes are stable. They stand in problem details (`code`), in FHIR OperationOutcomes (`details.coding`), and in\nentries of the log.\n\n| code | meaning |\n|---|---|\n",
    );
    for (code, meaning) in codes() {
        out.push_str(&format!("| `{code}` | {meaning} |\n"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// Every literal of the shape `"area.name"` in a `fn code`, a `Problem::new` or a `.code(...)` of the sources.
    fn codes_in(folder: &Path, found: &mut BTreeSet<String>) {
        for item in walkdir::WalkDir::new(folder) {
            let item = item.unwrap();
            if item.path().extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(item.path()).unwrap();
            for marker in ["fn code(&self) -> &'static str {", "Problem::new("] {
                for (at, _) in text.match_indices(marker) {
                    let rest = &text[at..];
                    let end = if marker.starts_with("fn") {
                        rest.find("\n    }").unwrap_or(rest.len())
                    } else {
                        rest.len().min(220)
                    };
                    let end = (0..=end)
                        .rev()
                        .find(|end| rest.is_char_boundary(*end))
                        .unwrap();
                    let mut parts = rest[..end].split('"').skip(1).step_by(2);
                    let is_code = |part: &&str| {
                        part.contains('.')
                            && part
                                .bytes()
                                .all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_')
                            && part.split('.').all(|word| !word.is_empty())
                    };
                    if marker.starts_with("fn") {
                        found.extend(parts.filter(is_code).map(str::to_owned));
                    } else if let Some(code) = parts.find(is_code) {
                        found.insert(code.to_owned());
                    }
                }
            }
        }
    }

    #[test]
    fn every_code_is_explained_and_the_table_is_sorted() {
        let mut found = BTreeSet::new();
        for area in [
            "store", "web", "audit", "policy", "crypt", "keys", "identity", "consent", "vault",
            "govern", "server",
        ] {
            codes_in(
                &Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("..")
                    .join(area)
                    .join("src"),
                &mut found,
            );
        }
        assert!(found.len() > 80, "only {} codes were found", found.len());
        let known: BTreeSet<String> = codes().iter().map(|(code, _)| (*code).to_owned()).collect();
        let missing: Vec<_> = found.difference(&known).collect();
        assert!(missing.is_empty(), "not explained: {missing:?}");
        assert!(
            codes().is_sorted_by(|a, b| a.0 < b.0),
            "a code stands twice"
        );
    }
}

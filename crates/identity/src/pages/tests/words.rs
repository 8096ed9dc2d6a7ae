//! Every message is there in every language, and every one that is there is said somewhere.

use std::path::{Path, PathBuf};

use crate::pages::SOURCES;

#[test]
fn five_languages_say_the_same() {
    assert_eq!(web::words::problems(&SOURCES), Vec::<String>::new());
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn what_is_said_is_there_and_what_is_there_is_said() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["src/pages", "templates"] {
        files(&root.join(folder), &mut paths);
    }
    let texts: Vec<_> = paths
        .iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let all = texts.concat();
    let keys = [
        web::words::keys(&SOURCES),
        web::words::keys(&web::words::KIT),
    ]
    .concat();
    // In templates and in Rust a message is asked for by `say("key"` or by its key in a table.
    for asked in all
        .split("say(\"")
        .skip(1)
        .chain(all.split("say_with(\"").skip(1))
    {
        let key = asked.split('"').next().unwrap();
        assert!(keys.iter().any(|it| it == key), "{key} is not there");
    }
    for key in web::words::keys(&SOURCES) {
        let made = [
            ("weakness-", "\"weakness-{}\""),
            ("notice-", ".notice("),
            ("verify-", "\"{name}-{part}\""),
            ("invite-", "\"{name}-{part}\""),
            ("reset-", "\"{name}-{part}\""),
            ("for-", "\"for-"),
            ("enrol-", "\"{key}-about\""),
        ];
        let said = all.contains(&format!("\"{key}\""))
            || made
                .iter()
                .any(|(start, by)| key.starts_with(start) && all.contains(by));
        assert!(said, "{key} is never said");
    }
}

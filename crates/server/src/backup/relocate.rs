//! The configuration of a restored installation: what was restored lies elsewhere, everything else where it lay.

use std::path::{Path, PathBuf};

use store::snapshot::SQLITE_PART;

use super::{CONFIG, beside};
use crate::Failure;
use crate::config::Config;
use crate::restore::From;

/// Where the databases of a restored installation are.
#[derive(Clone, Debug)]
pub enum Now<'a> {
    /// In the folder; the keys too, or where they were.
    Sqlite(From<'a>),
    /// Where these files say: data, and keys, or where they were.
    Postgres(PathBuf, Option<PathBuf>),
}

/// The configuration of a restored installation: what was restored lies in `to`, everything else where it lay for `folder`.
///
/// # Errors
/// [`Failure`] where the text is no configuration.
pub fn relocated(text: &str, folder: &Path, to: &Path, now: Now<'_>) -> Result<String, Failure> {
    let wrong = |error: String| Failure::text(format!("the restored configuration: {error}"));
    let config = Config::parse(CONFIG, text)?;
    let mut table: toml::Table = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
    for at in PATHS {
        if let Some(value) = find(&mut table, at) {
            absolute(value, folder);
        }
    }
    let providers = table.get_mut("providers").and_then(|it| it.as_table_mut());
    for (_, provider) in providers.into_iter().flatten() {
        for at in ["ca_file", "token_file"] {
            if let Some(value) = find_in(provider, at) {
                absolute(value, folder);
            }
        }
    }
    let restored = |path: PathBuf| toml::Value::String(path.display().to_string());
    let list = |files: &[PathBuf], name: &str| {
        let files = files.iter().enumerate();
        let files = files
            .map(|(number, file)| restored(to.join("config").join(beside(name, number, file))));
        toml::Value::Array(files.collect())
    };
    // Wherever files lay, those of the point lie in the folder: a bucket goes on to hold the living ones.
    let mut files = toml::Table::new();
    files.insert("kind".to_owned(), "folder".into());
    files.insert("path".to_owned(), restored(to.join("files")));
    table.insert("files".to_owned(), toml::Value::Table(files));
    let places = [
        (
            &["register", "files"][..],
            list(&config.register.files, "register"),
        ),
        (
            &["access", "policies"],
            list(&config.access.policies, "policies"),
        ),
    ];
    for (at, value) in places {
        if let Some(place) = find(&mut table, at) {
            *place = value;
        }
    }
    let mut database = |name: &str, kind: &str, at: &str, path: PathBuf| {
        let mut place = toml::Table::new();
        place.insert("kind".to_owned(), kind.into());
        place.insert(at.to_owned(), restored(path));
        // A server is reached as the one before was.
        let before = table.get(name).and_then(toml::Value::as_table);
        for key in ["tls", "ca_file"] {
            if kind == "postgres"
                && let Some(value) = before.and_then(|it| it.get(key))
            {
                place.insert(key.to_owned(), value.clone());
            }
        }
        table.insert(name.to_owned(), toml::Value::Table(place));
    };
    match now {
        Now::Sqlite(keys) => {
            let path = to.join("database").join(SQLITE_PART);
            database("data", "sqlite", "path", path);
            if matches!(keys, From::Backup(_)) {
                let path = to.join("keys").join(SQLITE_PART);
                database("keys", "sqlite", "path", path);
            }
        }
        Now::Postgres(data, keys) => {
            database("data", "postgres", "url_file", data);
            if let Some(keys) = keys {
                database("keys", "postgres", "url_file", keys);
            }
        }
    }
    toml::to_string_pretty(&table).map_err(|error| wrong(error.to_string()))
}

/// The same configuration, with the root key sealed by the key file at `path`.
///
/// # Errors
/// [`Failure`] where the text is no configuration.
pub fn sealed_by(text: &str, path: &Path) -> Result<String, Failure> {
    let wrong = |error: String| Failure::text(format!("the restored configuration: {error}"));
    let mut table: toml::Table = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let mut seal = toml::Table::new();
    seal.insert("kind".to_owned(), "key-file".into());
    seal.insert("path".to_owned(), path.display().to_string().into());
    table.insert("seal".to_owned(), seal.into());
    toml::to_string_pretty(&table).map_err(|error| wrong(error.to_string()))
}

/// Every path that a configuration can have. A test holds it against the configuration itself.
const PATHS: &[&[&str]] = &[
    &["tls", "certificate"],
    &["tls", "key"],
    &["data", "path"],
    &["data", "url_file"],
    &["data", "ca_file"],
    &["keys", "path"],
    &["keys", "url_file"],
    &["keys", "ca_file"],
    &["files", "path"],
    &["files", "secret_file"],
    &["files", "ca_file"],
    &["seal", "path"],
    &["seal", "file"],
    &["seal", "module"],
    &["seal", "pin_file"],
    &["register", "files"],
    &["accounts", "passwords", "breached_file"],
    &["mail", "password_file"],
    &["mail", "ca_file"],
    &["mail", "path"],
    &["backup", "key_file"],
    &["backup", "scratch"],
    &["backup", "repository", "path"],
    &["backup", "repository", "secret_file"],
    &["backup", "repository", "ca_file"],
    &["backup", "keys", "folder"],
    &["backup", "keys", "apart"],
    &["backup", "drills", "data_url_file"],
    &["backup", "drills", "keys_url_file"],
    &["access", "policies"],
];

fn find_in<'a>(value: &'a mut toml::Value, at: &str) -> Option<&'a mut toml::Value> {
    value.as_table_mut()?.get_mut(at)
}

fn find<'a>(table: &'a mut toml::Table, at: &[&str]) -> Option<&'a mut toml::Value> {
    let (first, rest) = at.split_first()?;
    let value = table.get_mut(*first)?;
    if rest.is_empty() {
        return Some(value);
    }
    find(value.as_table_mut()?, rest)
}

fn absolute(value: &mut toml::Value, folder: &Path) {
    match value {
        toml::Value::String(path) if Path::new(path.as_str()).is_relative() => {
            *path = folder.join(path.as_str()).display().to_string();
        }
        toml::Value::Array(values) => {
            for value in values {
                absolute(value, folder);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Files, SAMPLE};

    /// The sample with every path in it that there can be, each relative.
    fn all_paths() -> Vec<String> {
        let base = SAMPLE
            .replace("# breached_file", "breached_file")
            .replace("# password_file", "password_file")
            .replace("# ca_file = \"tls/mail", "ca_file = \"tls/mail")
            .replace("# ca_file = \"tls/clinic", "ca_file = \"tls/clinic")
            .replace("# [backup.drills]", "[backup.drills]")
            .replace("# data_url_file", "data_url_file")
            .replace("# keys_url_file", "keys_url_file")
            .replace("# [providers.clinic]", "[providers.clinic]")
            .replace("# title = \"Clinic", "title = \"Clinic")
            .replace("# url = \"https", "url = \"https")
            .replace("# token_file", "token_file")
            .replace("files = []", "files = [\"a/one.toml\", \"b/one.toml\"]")
            .replace("policies = []", "policies = [\"own.cedar\"]");
        let pkcs11 = base.replace(
            "kind = \"key-file\"\npath = \"secrets/root.key\"",
            "kind = \"pkcs11\"\nmodule = \"m.so\"\ntoken = \"t\"\npin_file = \"secrets/pin\"",
        );
        let passphrase = base.replace(
            "kind = \"key-file\"\npath = \"secrets/root.key\"",
            "kind = \"passphrase\"\nfile = \"secrets/passphrase\"",
        );
        let postgres = base.replace(
            "kind = \"sqlite\"\npath = \"keys/keys.sqlite\"",
            "kind = \"postgres\"\nurl_file = \"secrets/keys.url\"\nca_file = \"tls/db.pem\"",
        );
        let s3 = base.replace(
            "kind = \"folder\"\npath = \"backup/repository\"",
            "kind = \"s3\"\nurl = \"s3://points\"\nregion = \"eu\"\naccess_key_id = \"AKIA\"\nsecret_file = \"secrets/s3\"\nca_file = \"tls/s3.pem\"",
        );
        assert_ne!(base, s3);
        let files = base.replace(
            "kind = \"folder\"\npath = \"data/files\"",
            "kind = \"s3\"\nurl = \"s3://files\"\nregion = \"eu\"\naccess_key_id = \"AKIA\"\nsecret_file = \"secrets/s3\"\nca_file = \"tls/s3.pem\"",
        );
        assert_ne!(base, files);
        vec![base, pkcs11, passphrase, postgres, s3, files]
    }

    #[test]
    fn a_restored_configuration_names_the_same_places_but_what_was_restored() {
        let folder = tempfile::tempdir().unwrap();
        let (old, to) = (folder.path().join("old"), folder.path().join("new"));
        std::fs::create_dir_all(&old).unwrap();
        std::fs::create_dir_all(&to).unwrap();
        for text in all_paths() {
            std::fs::write(old.join(CONFIG), &text).unwrap();
            let before = Config::read(&old.join(CONFIG)).unwrap();
            let live = relocated(&text, &old, &to, Now::Sqlite(From::Live)).unwrap();
            let text = relocated(&text, &old, &to, Now::Sqlite(From::Backup(&[]))).unwrap();
            // Wherever the new file lies, it says the same.
            let elsewhere = folder.path().join(CONFIG);
            std::fs::write(&elsewhere, &text).unwrap();
            let after = Config::read(&elsewhere).unwrap();
            let mut expected = before.clone();
            expected.file.clone_from(&elsewhere);
            expected.data = crate::config::Database::Sqlite {
                path: to.join("database/strongroom.sqlite"),
            };
            expected.files = Files::Folder {
                path: to.join("files"),
            };
            expected.register.files = vec![
                to.join("config/register/000-one.toml"),
                to.join("config/register/001-one.toml"),
            ];
            expected.access.policies = vec![to.join("config/policies/000-own.cedar")];
            std::fs::write(&elsewhere, &live).unwrap();
            let live = Config::read(&elsewhere).unwrap();
            assert_eq!(format!("{live:?}"), format!("{expected:?}"));
            expected.keys = crate::config::Database::Sqlite {
                path: to.join("keys/strongroom.sqlite"),
            };
            assert_eq!(format!("{after:?}"), format!("{expected:?}"));
        }
    }
}

//! The catalogue of promises: `promises/*.toml`, one file each, part of the binary.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{GovernError, Lang, checks};

macro_rules! promises {
    ($($id:literal),* $(,)?) => {
        /// Every promise's file, in the order of the page.
        const FILES: &[(&str, &str)] = &[$(
            (concat!($id, ".toml"), include_str!(concat!("../../../promises/", $id, ".toml"))),
        )*];
    };
}

promises! {
    "rest.records",
    "rest.files",
    "rest.metadata",
    "rest.log",
    "cipher.aes256",
    "transit.tls",
    "transit.hybrid",
    "access.logged",
    "access.reviewed",
    "consent.asked",
    "retention.kept",
    "rights.answered_in_time",
    "log.always_on",
    "cards.none",
    "logs.clean",
    "register.present",
    "auth.clear_text",
    "backup.regular",
    "backup.continuous",
    "backup.encrypted",
    "backup.expires",
    "backup.tested",
    "values.first",
    "values.openness",
}

/// What sort of sentence a promise is, and so what could prove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A machine can check it on the running system.
    T,
    /// A process, kept by dated records.
    P,
    /// A supplier's evidence.
    S,
    /// A document or certificate.
    D,
    /// A legal commitment.
    L,
    /// A statement of values: published as intent, never shown as proven.
    V,
}

/// Under which heading a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// How data lie.
    Storage,
    /// How data travel.
    Transit,
    /// Who looked.
    Log,
    /// What is never kept.
    Limits,
    /// What is left when something is lost.
    Continuity,
    /// What is meant.
    Intent,
}

impl Group {
    /// Every group, in the order of the page.
    pub const ALL: [Self; 6] = [
        Self::Storage,
        Self::Transit,
        Self::Log,
        Self::Limits,
        Self::Continuity,
        Self::Intent,
    ];
}

/// A promise in one language.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The promise itself.
    pub sentence: String,
    /// What it means for the reader.
    pub meaning: String,
    /// How it is measured; nothing where nothing can be.
    pub measured: Option<String>,
}

/// One sentence of the security page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Stable: part of links, of the log and of scripts.
    pub id: String,
    /// Under which heading.
    pub group: Group,
    /// Rows of the scope that it answers, e.g. `FS29`.
    pub refs: Vec<String>,
    /// What sort of sentence.
    pub kind: Kind,
    /// The check that measures it.
    pub check: Option<String>,
    fresh_for_hours: Option<u32>,
    /// Commands with which a reader can see for himself. `{host}`, `{tenant}` and `{index}` are filled in.
    #[serde(default)]
    pub verify: Vec<String>,
    sv: Text,
    de: Text,
    it: Text,
    fr: Text,
    en: Text,
}

impl Promise {
    /// The promise in `lang`.
    #[must_use]
    pub const fn text(&self, lang: Lang) -> &Text {
        match lang {
            Lang::Sv => &self.sv,
            Lang::De => &self.de,
            Lang::It => &self.it,
            Lang::Fr => &self.fr,
            Lang::En => &self.en,
        }
    }

    /// How long a measurement counts.
    #[must_use]
    pub fn fresh_for(&self) -> Duration {
        Duration::from_secs(u64::from(self.fresh_for_hours.unwrap_or(0)) * 3_600)
    }

    fn problem(&self) -> Option<String> {
        let word = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        };
        if self.id.len() > 40 || !self.id.split('.').all(word) {
            return Some("`id` is not dotted words of a-z, 0-9, '_'".into());
        }
        if self.refs.is_empty() {
            return Some("`refs` names no row of the scope".into());
        }
        if let Some(bad) = self.refs.iter().find(|text| !is_ref(text)) {
            return Some(format!("{bad:?} is not a row of the scope"));
        }
        for lang in Lang::ALL {
            let Text {
                sentence,
                meaning,
                measured,
            } = self.text(lang);
            if [Some(sentence), Some(meaning), measured.as_ref()]
                .into_iter()
                .flatten()
                .any(|text| text.trim().len() < 10)
            {
                return Some(format!("the text in `{}` is not written", lang.code()));
            }
            if measured.is_some() != self.check.is_some() {
                return Some(format!(
                    "`measured` in `{}` does not go with `check`",
                    lang.code()
                ));
            }
        }
        match (self.kind, &self.check, self.fresh_for_hours) {
            (Kind::V, None, None) if self.group == Group::Intent => None,
            (Kind::V, ..) => {
                Some("a statement of values stands under `intent` and has no check".into())
            }
            (Kind::T, None, _) => Some("a promise that a machine can check needs a `check`".into()),
            (_, Some(check), _) if !checks::NAMES.contains(&check.as_str()) => {
                Some(format!("there is no check {check:?}"))
            }
            (_, Some(_), None | Some(0)) => Some("`fresh_for_hours` is missing".into()),
            (_, None, Some(_)) => Some("`fresh_for_hours` without a check".into()),
            _ => None,
        }
    }
}

/// `FS28`: the letters of a page of the scope and a number.
fn is_ref(text: &str) -> bool {
    ["FS", "WI", "OK", "CZ"].iter().any(|page| {
        text.strip_prefix(page)
            .is_some_and(|number| !number.starts_with('0') && number.parse::<u16>().is_ok())
    })
}

/// All promises, in the order of the page.
#[derive(Clone, Debug)]
pub struct Catalogue(Vec<Promise>);

impl Catalogue {
    /// The catalogue that is part of this program.
    ///
    /// # Errors
    /// [`GovernError::Catalogue`]; a test sees to it that this does not happen.
    pub fn built_in() -> Result<Self, GovernError> {
        Self::parse(FILES)
    }

    /// A catalogue from files (name and text).
    ///
    /// # Errors
    /// [`GovernError::Catalogue`] names the first file that is wrong, and how.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, GovernError> {
        let mut promises: Vec<Promise> = Vec::with_capacity(files.len());
        let mut ids = BTreeSet::new();
        for (file, text) in files {
            let wrong = |why: String| GovernError::Catalogue {
                file: (*file).to_owned(),
                why,
            };
            let promise: Promise =
                toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
            if Some(promise.id.as_str()) != file.strip_suffix(".toml") {
                return Err(wrong("`id` is not the file's name".into()));
            }
            if let Some(why) = promise.problem() {
                return Err(wrong(why));
            }
            if !ids.insert(promise.id.clone()) {
                return Err(wrong("is there twice".into()));
            }
            promises.push(promise);
        }
        Ok(Self(promises))
    }

    /// Every promise.
    #[must_use]
    pub fn promises(&self) -> &[Promise] {
        &self.0
    }

    /// The promise with this id.
    ///
    /// # Errors
    /// [`GovernError::Unknown`].
    pub fn promise(&self, id: &str) -> Result<&Promise, GovernError> {
        self.0
            .iter()
            .find(|promise| promise.id == id)
            .ok_or_else(|| GovernError::Unknown(id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_promise_has_five_languages_and_a_known_check() {
        let catalogue = Catalogue::built_in().expect("the catalogue");
        assert_eq!(catalogue.promises().len(), FILES.len());
        let used: BTreeSet<_> = catalogue
            .promises()
            .iter()
            .filter_map(|promise| promise.check.as_deref())
            .collect();
        assert_eq!(
            used,
            checks::NAMES.iter().copied().collect(),
            "a check proves nothing, or a promise has none"
        );
        for promise in catalogue.promises() {
            let sentences: BTreeSet<_> = Lang::ALL
                .iter()
                .map(|lang| &promise.text(*lang).sentence)
                .collect();
            assert_eq!(
                sentences.len(),
                5,
                "{}: one text stands for two languages",
                promise.id
            );
        }
    }

    #[test]
    fn every_file_of_the_folder_is_part_of_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../promises");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .expect("promises/")
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .into_string()
                    .expect("a name")
            })
            .collect();
        let mut listed: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        there.sort();
        listed.sort();
        assert_eq!(there, listed);
    }

    /// Marks of the other languages, and of hasty typing.
    #[test]
    fn texts_are_set_the_way_their_language_is() {
        for promise in Catalogue::built_in().expect("the catalogue").promises() {
            for lang in Lang::ALL {
                let Text {
                    sentence,
                    meaning,
                    measured,
                } = promise.text(lang);
                for text in [sentence, meaning].into_iter().chain(measured) {
                    let bad: &[&str] = match lang {
                        Lang::Sv => &["\"", "'", "“", "«", "!"],
                        Lang::De => &["\"", "'", "”", "«", "!"],
                        Lang::It => &["\"", "'", "“", "„", "!"],
                        Lang::Fr => &["\"", "'", "“", "„", "!"],
                        Lang::En => &["\"", "'", "„", "«", "!"],
                    };
                    for mark in bad {
                        assert!(
                            !text.contains(mark),
                            "{} {}: {mark} in {text}",
                            promise.id,
                            lang.code()
                        );
                    }
                    assert!(
                        !text.contains("  ") && text.ends_with('.'),
                        "{} {}: {text}",
                        promise.id,
                        lang.code()
                    );
                }
            }
        }
    }

    fn sample(id: &str, change: impl Fn(&str) -> String) -> Result<Catalogue, GovernError> {
        let (name, text) = FILES
            .iter()
            .find(|(name, _)| name.strip_suffix(".toml") == Some(id))
            .expect("a file");
        Catalogue::parse(&[(name, &change(text))])
    }

    #[test]
    fn what_does_not_belong_is_fatal() {
        assert!(sample("rest.log", str::to_owned).is_ok());
        let changes: [(&str, &str, &str); 9] = [
            (
                "kind = \"T\"",
                "kind = \"T\"\ncolour = \"green\"",
                "unknown field",
            ),
            ("[sv]", "[sv]\ntitle = \"x\"", "unknown field"),
            ("kind = \"T\"", "kind = \"X\"", "unknown variant"),
            ("kind = \"T\"", "kind = \"V\"", "statement of values"),
            (
                "check = \"rest.log\"",
                "check = \"rest.nothing\"",
                "there is no check",
            ),
            ("check = \"rest.log\"", "", "does not go with"),
            ("fresh_for_hours = 26", "", "fresh_for_hours"),
            ("id = \"rest.log\"", "id = \"rest.logs\"", "the file's name"),
            ("\"FS29\"", "\"XX29\"", "not a row"),
        ];
        for (from, to, why) in changes {
            let error = sample("rest.log", |text| text.replacen(from, to, 1))
                .expect_err(to)
                .to_string();
            assert!(error.contains(why), "{to}: {error}");
        }
        let cut = |text: &str| text.split("[en]").next().unwrap_or_default().to_owned();
        assert!(
            sample("rest.log", cut).is_err(),
            "a promise without English"
        );
    }
}

//! Register files as they are written: TOML, with the place of every word kept, so that a mistake can be shown where it is.
//!
//! Unknown keys are errors here already; what the words mean is checked in `compile`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use toml::Spanned;

/// The version of the file format that this program reads.
pub(super) const FORMAT: i64 = 1;

/// One register file.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    /// The version of the format, [`FORMAT`].
    pub register: Spanned<i64>,
    /// The pack's name, e.g. `cycle-diary`.
    pub pack: Spanned<String>,
    /// The pack's name for people.
    pub title: String,
    /// What the pack is for.
    pub about: Option<String>,
    /// What holds for its collections where they do not say otherwise.
    #[serde(default)]
    pub defaults: Settings,
    /// Sets of element patterns that several collections use.
    #[serde(default)]
    pub patterns: Named<Named<Element>>,
    #[serde(default)]
    pub collections: Named<Collection>,
}

/// Declares a table with the settings in it, beside its own keys. (`serde(flatten)` would let unknown keys through.)
macro_rules! table_with_settings {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $key:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct $name {
            $($(#[$attribute])* pub $key: $type,)*
            pub subject: Option<Spanned<String>>,
            pub version: Option<Spanned<i64>>,
            pub regions: Option<Vec<Spanned<String>>>,
            pub legal_basis: Option<Spanned<String>>,
            pub health_basis: Option<Spanned<String>>,
            pub purposes: Option<Vec<Spanned<String>>>,
            pub retention: Option<Spanned<String>>,
            pub id: Option<Spanned<String>>,
            pub companions: Option<bool>,
        }
    };
}

table_with_settings!(
    /// What holds for a file's collections where they do not say otherwise.
    #[derive(Default)]
    Settings {}
);

table_with_settings!(
    /// One collection.
    Collection {
        title: String,
        about: String,
        fields: Named<Field>,
        #[serde(default)]
        patterns: Vec<Spanned<String>>,
        #[serde(default)]
        elements: Named<Element>,
        #[serde(default)]
        search: Named<Search>,
    }
);

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Field {
    pub class: Spanned<String>,
    #[serde(rename = "type")]
    pub shape: Spanned<String>,
    #[serde(default)]
    pub required: bool,
    pub max: Option<Spanned<i64>>,
    pub mask: Option<Spanned<String>>,
    pub values: Option<Spanned<Vec<String>>>,
    pub about: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Element {
    pub class: Spanned<String>,
    pub mask: Option<Spanned<String>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Search {
    pub paths: Vec<Spanned<String>>,
    pub kind: Spanned<String>,
    pub scope: Spanned<String>,
    #[serde(default)]
    pub targets: Vec<Spanned<String>>,
    #[serde(default)]
    pub also: Vec<Spanned<String>>,
}

/// A table whose order and places matter.
#[derive(Debug)]
pub(super) struct Named<T>(pub Vec<(Spanned<String>, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Named(entries))
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// A register file's text with its name and the beginnings of its lines.
pub(super) struct Text {
    pub name: String,
    pub text: String,
    lines: Vec<usize>,
}

impl Text {
    pub(super) fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            name: name.into(),
            text,
            lines,
        }
    }

    /// The line (from 1) that the byte at `offset` is on.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }
}

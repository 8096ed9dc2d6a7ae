//! The data register: which collections and fields there are, and how each is protected.
//!
//! The register decides everything else: which key seals a field, who may see it, what is left of it under a mask, what a log
//! line may hold, how long it is kept. It is written in TOML (`docs/concepts/register.md`), read once at the start, checked whole,
//! and compiled into tables that a document is scanned against.
//!
//! Invariants: a register with a single mistake in it is not used at all; no field has the class `payment`; names are ids
//! (there are no numbers that could be given out twice).

mod canonical;
mod compile;
mod diff;
pub(crate) mod hash;
mod inside;
pub(crate) mod lookup;
mod model;
mod pack;
pub(crate) mod pattern;
mod problem;
mod report;
mod shape;
mod show;
mod source;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

pub use diff::{Change, Effect};
pub use model::{
    Collection, Element, Field, HealthBasis, Kind, LegalBasis, Mask, Pack, Parameter, Path,
    Retention, Scope, Subject,
};
pub use pack::PACKS;
pub use problem::{BadRegister, Problem};
pub use shape::{Form, Shape};

use source::Text;

/// Every collection there is. Cheap to share, never changed; a new register is a new value.
#[derive(Debug)]
pub struct Register {
    packs: Vec<Pack>,
    /// In the order of their names.
    collections: Vec<Arc<Collection>>,
    by_name: HashMap<Box<str>, Arc<Collection>>,
    version: [u8; 32],
}

impl Register {
    /// The register that `files` (name and text of each) describe together.
    ///
    /// # Errors
    /// Every mistake in them, with file and line.
    pub fn parse<N: Into<String>, T: Into<String>>(
        files: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self, BadRegister> {
        let texts: Vec<Text> = files
            .into_iter()
            .map(|(name, text)| Text::new(name, text))
            .collect();
        compile::compile(&texts).map(|(packs, collections)| Self::new(packs, collections))
    }

    /// The register in the files at `paths`; a folder stands for every `.toml` file in it.
    ///
    /// # Errors
    /// Files that cannot be read, and every mistake in the others.
    pub fn load<P: AsRef<FilePath>>(
        paths: impl IntoIterator<Item = P>,
    ) -> Result<Self, BadRegister> {
        let mut texts = Vec::new();
        let mut problems = Vec::new();
        for path in paths {
            match read(path.as_ref()) {
                Ok(files) => texts.extend(files),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(BadRegister { problems });
        }
        compile::compile(&texts).map(|(packs, collections)| Self::new(packs, collections))
    }

    /// The register of the packs that come with the program: FHIR R4, cycle diary, wearables.
    ///
    /// # Errors
    /// None, unless a pack was broken when the program was built; a test parses them.
    pub fn shipped() -> Result<Self, BadRegister> {
        Self::parse(
            PACKS
                .iter()
                .map(|(name, text)| (format!("{name}.toml"), *text)),
        )
    }

    fn new(packs: Vec<Pack>, mut collections: Vec<Collection>) -> Self {
        collections.sort_by(|a, b| a.name.cmp(&b.name));
        let collections: Vec<Arc<Collection>> = collections.into_iter().map(Arc::new).collect();
        let version = crypt::hash::sha256(&[canonical::text(&collections).as_bytes()]);
        let by_name = collections
            .iter()
            .map(|collection| (collection.name.as_str().into(), Arc::clone(collection)))
            .collect();
        Self {
            packs,
            collections,
            by_name,
            version,
        }
    }

    /// The collection called `name`.
    #[must_use]
    pub fn collection(&self, name: &str) -> Option<&Arc<Collection>> {
        self.by_name.get(name)
    }

    /// Every collection, in the order of their names.
    #[must_use]
    pub fn collections(&self) -> &[Arc<Collection>] {
        &self.collections
    }

    /// The files it was made of.
    #[must_use]
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// SHA-256 over everything that the register decides (titles and explanations not included): two registers with the same
    /// version protect alike.
    #[must_use]
    pub const fn version(&self) -> &[u8; 32] {
        &self.version
    }
}

/// The register file at `path`, or those in the folder `path`.
fn read(path: &FilePath) -> Result<Vec<Text>, Problem> {
    let unreadable = |path: &FilePath, error: &std::io::Error| Problem {
        file: path.display().to_string(),
        line: 0,
        message: format!("cannot be read: {error}"),
        hint: Some("name a register file or a folder of them".to_owned()),
    };
    let mut files: Vec<PathBuf> = Vec::new();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
            let file = entry.map_err(|error| unreadable(path, &error))?.path();
            if file
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                files.push(file);
            }
        }
        files.sort();
    } else {
        files.push(path.to_owned());
    }
    files
        .into_iter()
        .map(|file| {
            std::fs::read_to_string(&file)
                .map(|text| Text::new(file.display().to_string(), text))
                .map_err(|error| unreadable(&file, &error))
        })
        .collect()
}

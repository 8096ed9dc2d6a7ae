//! Where the input comes from.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// One stream of input.
pub enum Source {
    /// A file, opened when its turn comes.
    File(PathBuf),
    /// Something else that can be read, e.g. standard input, and what to call it.
    Stream(String, Box<dyn Read + Send>),
}

/// The input of a run.
#[derive(Default)]
pub struct Sources {
    pub(super) sources: Vec<Source>,
    pub(super) bytes: Option<u64>,
    /// Files in folders that are no FHIR JSON by their name, and are left alone.
    pub ignored: u64,
}

impl Sources {
    /// The files that `paths` name: a file as it is, a folder with all `.json`, `.ndjson` and `.jsonl` files under it, in the
    /// order of their names. Links in folders are not followed.
    pub fn find(paths: &[PathBuf]) -> Result<Self, (PathBuf, io::Error)> {
        let mut found = Self {
            bytes: Some(0),
            ..Self::default()
        };
        for path in paths {
            let metadata = path.metadata().map_err(|error| (path.clone(), error))?;
            if metadata.is_file() {
                found.add(path.clone(), metadata.len());
                continue;
            }
            for file in WalkDir::new(path).sort_by_file_name() {
                let file = file.map_err(|error| {
                    let at = error.path().unwrap_or(path).to_owned();
                    (at, error.into())
                })?;
                if !file.file_type().is_file() {
                    continue;
                }
                if is_json(file.path()) {
                    let length = file.metadata().map_or(0, |metadata| metadata.len());
                    found.add(file.into_path(), length);
                } else {
                    found.ignored += 1;
                }
            }
        }
        Ok(found)
    }

    /// A stream, e.g. standard input.
    #[must_use]
    pub fn stream(name: &str, stream: Box<dyn Read + Send>) -> Self {
        Self {
            sources: vec![Source::Stream(name.to_owned(), stream)],
            ..Self::default()
        }
    }

    /// How many files or streams there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.sources.len()
    }

    /// How many bytes they have together, where that is known.
    #[must_use]
    pub const fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    fn add(&mut self, path: PathBuf, length: u64) {
        self.sources.push(Source::File(path));
        self.bytes = self.bytes.map(|bytes| bytes + length);
    }
}

impl Source {
    /// Its name in notes.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stream(name, _) => name.clone(),
        }
    }

    /// Whether its name says that every line is a document.
    pub(super) fn is_lines(&self) -> bool {
        match self {
            Self::File(path) => extension(path).is_some_and(|it| it == "ndjson" || it == "jsonl"),
            Self::Stream(..) => false,
        }
    }

    /// The file, to read it once more later; a stream can be read only once.
    pub(super) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.clone()),
            Self::Stream(..) => None,
        }
    }

    pub(super) fn open(self) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Self::File(path) => Ok(Box::new(File::open(path)?)),
            Self::Stream(_, stream) => Ok(stream),
        }
    }
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

fn is_json(path: &Path) -> bool {
    extension(path).is_some_and(|it| matches!(&*it, "json" | "ndjson" | "jsonl"))
}

//! A point, open to be read.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::jws;
use base::{Environment, ObjectId};
use rustic_core::repofile::{Node, NodeType, SnapshotFile};
use rustic_core::{CheckOptions, IndexedFullStatus, LsOptions};

use crate::ContinuityError;
use crate::apart::Apart;
use crate::blocks::{List, Opening};
use crate::make::digest;
use crate::manifest::{Manifest, NAME, ObjectTree, Sealed};
use crate::progress::Watch;
use crate::repository::{Access, Line, Repository, find, line};
use crate::source::{OBJECTS, path_of};

/// A manifest is no longer than this: a thousand logs and files take a tenth of it.
const MANIFEST_BYTES_MAX: u64 = 64 << 20;

pub(crate) struct Point {
    pub(crate) repository: rustic_core::Repository<IndexedFullStatus>,
    pub(crate) snapshot: SnapshotFile,
    apart: Apart,
}

/// One file of a point.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

impl Point {
    pub(crate) fn open(
        repository: &Repository,
        name: &str,
        watch: Arc<dyn Watch>,
    ) -> Result<Self, ContinuityError> {
        let opened = repository.open(Access::Read, Arc::default(), watch)?;
        let snapshot = find(&opened, name)?;
        Ok(Self {
            repository: opened.to_indexed()?,
            snapshot,
            apart: repository.apart().clone(),
        })
    }

    pub(crate) fn line(&self) -> Line {
        line(&self.snapshot)
    }

    fn node(&self, path: &str) -> Result<Node, ContinuityError> {
        Ok(self
            .repository
            .node_from_snapshot_and_path(&self.snapshot, path)?)
    }

    /// Write a file of the point to `to`.
    pub(crate) fn read(&self, path: &str, to: &mut impl Write) -> Result<(), ContinuityError> {
        Ok(self.repository.dump(&self.node(path)?, to)?)
    }

    /// The manifest, and the text that was signed.
    pub(crate) fn manifest(
        &self,
        trusted: &[jws::Key],
        environment: &Environment,
    ) -> Result<(Manifest, String), ContinuityError> {
        let node = self.node(NAME)?;
        if node.meta.size > MANIFEST_BYTES_MAX {
            return Err(ContinuityError::Broken("its manifest is too long"));
        }
        let mut bytes = Vec::new();
        self.repository.dump(&node, &mut bytes)?;
        let text = String::from_utf8(bytes)
            .map_err(|_| ContinuityError::Broken("its manifest cannot be read"))?;
        Ok((Manifest::open(&text, trusted, environment)?, text))
    }

    /// The list of the point's blocks, if its key is there and opens it.
    pub(crate) fn list(
        &self,
        manifest: &Manifest,
        sealed: &Sealed,
    ) -> Result<List, ContinuityError> {
        let key = self.apart.point(manifest.id)?;
        let node = self.node(&sealed.list.path)?;
        if node.meta.size != sealed.list.bytes || !List::fits(node.meta.size) {
            return Err(ContinuityError::Broken(
                "the list of its blocks has another length",
            ));
        }
        let mut bytes = Vec::new();
        self.repository.dump(&node, &mut bytes)?;
        List::open(&key, (&manifest.environment, manifest.id), &bytes)
    }

    /// Put the database's files into `folder`, each held against the manifest.
    pub(crate) fn database(
        &self,
        manifest: &Manifest,
        folder: &Path,
    ) -> Result<(), ContinuityError> {
        let Some(sealed) = &manifest.sealed else {
            return self.database_as_it_lies(manifest, folder);
        };
        let list = self.list(manifest, sealed)?;
        let mut opening = Opening::new(list, &manifest.database, folder)?;
        let node = self.node(&sealed.blocks.path)?;
        let read = self.repository.dump(&node, &mut opening);
        if let Some(failure) = opening.failure() {
            return Err(failure);
        }
        read?;
        opening.end()
    }

    /// The same of a point of before there were blocks.
    fn database_as_it_lies(
        &self,
        manifest: &Manifest,
        folder: &Path,
    ) -> Result<(), ContinuityError> {
        for part in &manifest.database {
            let name = part.path.rsplit('/').next().unwrap_or_default();
            let to = folder.join(name);
            let failed = |error| ContinuityError::file(&to, error);
            let mut file = std::fs::File::create_new(&to).map_err(failed)?;
            self.read(&part.path, &mut file)?;
            drop(file);
            if digest(&to)? != (part.bytes, part.sha256.clone()) {
                return Err(ContinuityError::Broken("a file has another content"));
            }
        }
        Ok(())
    }

    /// Every file, in order. Anything but folders and files is refused.
    pub(crate) fn files(&self) -> Result<Vec<Found>, ContinuityError> {
        let root = self.node("")?;
        let mut files = Vec::new();
        for entry in self.repository.ls(&root, &LsOptions::default())? {
            let (path, node) = entry?;
            match node.node_type {
                NodeType::Dir => {}
                NodeType::File => files.push(Found {
                    path,
                    bytes: node.meta.size,
                }),
                _ => return Err(ContinuityError::Broken("something in it is no file")),
            }
        }
        Ok(files)
    }

    /// Every object, with its path.
    pub(crate) fn objects(&self) -> Result<Vec<(ObjectId, String)>, ContinuityError> {
        let files = self.files()?;
        let objects = files.into_iter().filter_map(|found| {
            let path = found.path.to_str()?.to_owned();
            Some((object(&found.path)?, path))
        });
        Ok(objects.collect())
    }

    /// Whether exactly those files are there that the manifest speaks of.
    pub(crate) fn hold(&self, manifest: &Manifest) -> Result<(), ContinuityError> {
        let mut plain = Vec::new();
        let mut tree = ObjectTree::default();
        let mut last = None;
        for found in self.files()? {
            match object(&found.path) {
                Some(id) => {
                    if last.replace(id).is_some_and(|last| last >= id) {
                        return Err(ContinuityError::Broken("its files are out of order"));
                    }
                    tree.push(id, found.bytes);
                }
                None if found.path == Path::new(NAME) => {}
                None => plain.push((found.path, found.bytes)),
            }
        }
        let mut named: Vec<_> = manifest
            .plain()
            .map(|(path, bytes)| (PathBuf::from(path), bytes))
            .collect();
        named.sort();
        plain.sort();
        if plain != named {
            return Err(ContinuityError::Broken(
                "other files lie in it than its manifest names",
            ));
        }
        if tree.finish(manifest.objects.deleted_meanwhile.clone()) != manifest.objects {
            return Err(ContinuityError::Broken(
                "other objects lie in it than its manifest names",
            ));
        }
        Ok(())
    }

    /// Read every byte that belongs to the point, and hold it against its hash.
    pub(crate) fn read_all(&self) -> Result<(), ContinuityError> {
        let options = CheckOptions::default().read_data(true);
        self.repository
            .check_with_trees(options, vec![self.snapshot.tree])?
            .is_ok()
            .map_err(|_| {
                ContinuityError::Broken("bytes in the repository were changed or are gone")
            })
    }
}

/// Which object lies at `path`, if it is one's.
fn object(path: &Path) -> Option<ObjectId> {
    if !path.starts_with(OBJECTS) {
        return None;
    }
    let id: ObjectId = path.file_name()?.to_str()?.parse().ok()?;
    (path_of(id) == path).then_some(id)
}

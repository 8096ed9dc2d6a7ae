//! The files of a point, written into a folder: several at once, each hashed while it is written.
//!
//! Not by the library's own way to restore: that reads whole packs on twenty threads, and took two gigabytes of memory for one of files,
//! and most of its time to get them from the system.

use std::collections::HashMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;

use crypt::hash::Sha256;
use rustic_core::LsOptions;
use rustic_core::repofile::{Node, NodeType};

use crate::ContinuityError;
use crate::make::DATABASE;
use crate::manifest::{Manifest, Part};
use crate::progress::Watch;
use crate::reader::Point;
use crate::scratch::make_folder;

/// Files at once. The blobs of each are read by threads of their own, as many as there are processors.
const FILES_AT_ONCE: usize = 4;

/// Write every file of the point into `folder`, durable after [`sync`]; the database opened out of its blocks. What the manifest has a hash of
/// is held against it; what it has not (objects) is proven by the repository, piece by piece.
pub(crate) fn write(
    point: &Point,
    manifest: &Manifest,
    folder: &Path,
    watch: &dyn Watch,
) -> Result<(), ContinuityError> {
    let root = point
        .repository
        .node_from_snapshot_and_path(&point.snapshot, "")?;
    let mut files = Vec::new();
    for entry in point.repository.ls(&root, &LsOptions::default())? {
        let (path, node) = entry?;
        let is_sealed = manifest.sealed.is_some() && path.starts_with(DATABASE);
        if node.node_type == NodeType::File && !is_sealed {
            files.push((path, node));
        }
    }
    let database = folder.join(DATABASE);
    // The longest first: it is the database, and what is left to the end is short then.
    files.sort_by_key(|(_, node)| std::cmp::Reverse(node.meta.size));
    let writing = Writing {
        point,
        folder,
        watch,
        of: files.iter().map(|(_, node)| node.meta.size).sum(),
        files,
        parts: manifest
            .database
            .iter()
            .chain(&manifest.configuration)
            .map(|part| (Path::new(part.path.as_str()), part))
            .collect(),
        next: AtomicUsize::new(0),
        done: AtomicU64::new(0),
        failed: AtomicBool::new(false),
    };
    thread::scope(|scope| {
        let mut workers: Vec<_> = (0..FILES_AT_ONCE)
            .map(|_| scope.spawn(|| writing.work()))
            .collect();
        if manifest.sealed.is_some() {
            workers.push(scope.spawn(|| {
                make_folder(&database)?;
                let opened = point.database(manifest, &database);
                opened.inspect_err(|_| writing.failed.store(true, Ordering::Relaxed))
            }));
        }
        // Who is left when one fails ends by itself, and the scope waits for it.
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or(Err(ContinuityError::Internal("a thread died")))
        })
    })
}

/// Have everything that was written into `folder` on the disk: files and names, all in one go. One by one each would wait for the disk alone.
pub(crate) fn sync(folder: &Path) -> Result<(), ContinuityError> {
    let failed = |error: io::Error| ContinuityError::file(folder, error);
    let opened = File::open(folder).map_err(failed)?;
    rustix::fs::syncfs(&opened).map_err(|error| failed(error.into()))
}

struct Writing<'a> {
    point: &'a Point,
    folder: &'a Path,
    watch: &'a dyn Watch,
    files: Vec<(PathBuf, Node)>,
    parts: HashMap<&'a Path, &'a Part>,
    next: AtomicUsize,
    done: AtomicU64,
    of: u64,
    failed: AtomicBool,
}

impl Writing<'_> {
    fn work(&self) -> Result<(), ContinuityError> {
        while !self.failed.load(Ordering::Relaxed) {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((path, node)) = self.files.get(at) else {
                break;
            };
            self.one(path, node)
                .inspect_err(|_| self.failed.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    }

    fn one(&self, path: &Path, node: &Node) -> Result<(), ContinuityError> {
        let mut steps = path.components();
        if !steps.all(|step| matches!(step, Component::Normal(_))) {
            return Err(ContinuityError::Broken(
                "a file's name leads out of the folder",
            ));
        }
        let to = self.folder.join(path);
        let failed = |error| ContinuityError::file(&to, error);
        if let Some(parent) = to.parent() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(parent);
            made.map_err(failed)?;
        }
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&to)
            .map_err(failed)?;
        let part = self.parts.get(path);
        let mut file = Hashed {
            writing: self,
            file,
            hash: part.map(|_| Sha256::new()),
            bytes: 0,
        };
        self.point.repository.dump(node, &mut file)?;
        // The disk begins with it now, while others are deciphered, and not with all of them at the end.
        let begun = rustix::fs::fadvise(&file.file, 0, None, rustix::fs::Advice::DontNeed);
        begun.map_err(|error| failed(error.into()))?;
        let hash = file.hash.map(|hash| hex::encode(hash.finish()));
        let wanted = part.map_or((node.meta.size, None), |part| {
            (part.bytes, Some(part.sha256.clone()))
        });
        if (file.bytes, hash) == wanted {
            Ok(())
        } else {
            Err(ContinuityError::Broken("a file has another content"))
        }
    }
}

/// A file, and the hash of what was written to it.
struct Hashed<'a> {
    writing: &'a Writing<'a>,
    file: File,
    hash: Option<Sha256>,
    bytes: u64,
}

impl Write for Hashed<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write_all(buf)?;
        if let Some(hash) = &mut self.hash {
            hash.update(buf);
        }
        let count = buf.len() as u64;
        self.bytes += count;
        let done = self.writing.done.fetch_add(count, Ordering::Relaxed) + count;
        self.writing.watch.moved(done, Some(self.writing.of));
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

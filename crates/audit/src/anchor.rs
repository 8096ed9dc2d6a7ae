//! Heads remembered outside the database that holds the log, so that a log that was cut short or exchanged is found.
//!
//! A signed head proves that entries were not edited; it cannot prove that there were not more of them yesterday. Whoever keeps
//! yesterday's head can.

use std::fs::{self, File, OpenOptions};
use std::future::Future;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::pin::Pin;

use base::{Instant, TenantId};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::entry::time;
use crate::error::AuditError;
use crate::head::Head;
use crate::merkle::Hash;
use crate::note::Checkpoint;
use crate::read::Log;

/// The last line of a file of anchors is within this; a line with a hundred signatures is shorter.
const TAIL_BYTES: u64 = 256 << 10;

/// One remembered head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Whose log.
    pub tenant: TenantId,
    /// How many entries it had.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The signed note that says so.
    pub checkpoint: String,
    /// Time of the last entry.
    pub at: Instant,
}

impl Anchor {
    /// The anchor that remembers `head`.
    #[must_use]
    pub fn of(tenant: &TenantId, head: &Head) -> Self {
        Self {
            tenant: tenant.clone(),
            size: head.size,
            root: head.root,
            checkpoint: head.checkpoint.clone(),
            at: head.at,
        }
    }

    /// The anchor in a signed note that somebody kept; not verified here.
    ///
    /// # Errors
    /// [`AuditError::Note`] when it is no checkpoint.
    pub fn from_checkpoint(tenant: &TenantId, note: &str, at: Instant) -> Result<Self, AuditError> {
        let checkpoint = Checkpoint::peek(note)?;
        Ok(Self {
            tenant: tenant.clone(),
            size: checkpoint.size,
            root: checkpoint.root,
            checkpoint: note.to_owned(),
            at,
        })
    }

    /// Whether this head may be remembered behind `last`: it must be longer, or the very same.
    ///
    /// # Errors
    /// [`AuditError::RolledBack`].
    pub fn check_follows(&self, last: &Self) -> Result<(), AuditError> {
        let what = if self.size < last.size {
            format!("it had {} entries and has {}", last.size, self.size)
        } else if self.size == last.size && self.root != last.root {
            format!("its {} entries had another root", last.size)
        } else {
            return Ok(());
        };
        Err(AuditError::RolledBack(format!(
            "{} at {}: {what}",
            self.tenant, last.at
        )))
    }
}

/// An answer that comes later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, AuditError>> + Send + 'a>>;

/// A place outside the data database that remembers heads.
pub trait Anchors: Send + Sync {
    /// Remember a head. One that is remembered already is not kept twice.
    ///
    /// Fails with [`AuditError::RolledBack`] where a longer or another log is remembered; nothing is then forgotten.
    fn remember<'a>(&'a self, anchor: &'a Anchor) -> Later<'a, ()>;

    /// Everything remembered of a tenant's log, oldest first.
    fn recall<'a>(&'a self, tenant: &'a TenantId) -> Later<'a, Vec<Anchor>>;
}

impl Log {
    /// Remember the present head of a tenant's log; `false` where there is none yet.
    ///
    /// # Errors
    /// [`AuditError::RolledBack`] when the place remembers a longer or another log.
    pub async fn remember(
        &self,
        tenant: &TenantId,
        place: &dyn Anchors,
    ) -> Result<bool, AuditError> {
        let Some(head) = self.head(tenant).await? else {
            return match place.recall(tenant).await?.last() {
                None => Ok(false),
                Some(last) => Err(AuditError::RolledBack(format!(
                    "{tenant} at {}: it had {} entries and is gone",
                    last.at, last.size
                ))),
            };
        };
        place.remember(&Anchor::of(tenant, &head)).await?;
        Ok(true)
    }
}

/// Anchors in a folder: one file a tenant, a line of JSON a head. Best on another disk or machine than the database.
pub struct FileAnchors {
    folder: PathBuf,
    writing: Mutex<()>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    at: String,
    checkpoint: String,
}

impl FileAnchors {
    /// Anchors in `folder`, which is made if missing.
    ///
    /// # Errors
    /// [`AuditError::File`].
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, AuditError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(|why| AuditError::file(&folder, why))?;
        Ok(Self {
            folder,
            writing: Mutex::new(()),
        })
    }

    fn path(&self, tenant: &TenantId) -> PathBuf {
        self.folder.join(format!("{tenant}.ndjson"))
    }

    fn read(&self, tenant: &TenantId) -> Result<Vec<Anchor>, AuditError> {
        let path = self.path(tenant);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(why) => return Err(AuditError::file(&path, why)),
        };
        let mut anchors = Vec::new();
        for line in BufReader::new(file).split(b'\n') {
            let line = line.map_err(|why| AuditError::file(&path, why))?;
            anchors.extend(anchor_in(tenant, &line)?);
        }
        Ok(anchors)
    }

    /// What was remembered last: the end of the file is enough.
    fn last(&self, tenant: &TenantId) -> Result<Option<Anchor>, AuditError> {
        let path = self.path(tenant);
        let read = || -> std::io::Result<Vec<u8>> {
            let mut file = match File::open(&path) {
                Ok(file) => file,
                Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
                Err(why) => return Err(why),
            };
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
            let mut tail = Vec::new();
            file.read_to_end(&mut tail)?;
            Ok(tail)
        };
        let tail = read().map_err(|why| AuditError::file(&path, why))?;
        tail.split(|byte| *byte == b'\n')
            .rev()
            .find_map(|line| anchor_in(tenant, line).transpose())
            .transpose()
    }

    fn write(&self, anchor: &Anchor) -> Result<(), AuditError> {
        let _one = self.writing.lock();
        if let Some(last) = self.last(&anchor.tenant)? {
            anchor.check_follows(&last)?;
            if anchor.size == last.size {
                return Ok(());
            }
        }
        let path = self.path(&anchor.tenant);
        let at = time::write(anchor.at).unwrap_or_default();
        let line = Line {
            at: String::from_utf8_lossy(&at).into_owned(),
            checkpoint: anchor.checkpoint.clone(),
        };
        let line = serde_json::to_string(&line).map_err(std::io::Error::from);
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            // A newline in front ends a line that a crash cut short.
            file.write_all(format!("\n{}\n", line?).as_bytes())?;
            file.sync_all()
        };
        write().map_err(|why| AuditError::file(&path, why))
    }
}

/// The anchor in a line. A line that a crash cut short was never answered for; it is passed over.
fn anchor_in(tenant: &TenantId, line: &[u8]) -> Result<Option<Anchor>, AuditError> {
    let Ok(line) = serde_json::from_slice::<Line>(line) else {
        return Ok(None);
    };
    let at = time::read(line.at.as_bytes()).unwrap_or(Instant::from_micros(0));
    Anchor::from_checkpoint(tenant, &line.checkpoint, at).map(Some)
}

impl Anchors for FileAnchors {
    fn remember<'a>(&'a self, anchor: &'a Anchor) -> Later<'a, ()> {
        Box::pin(async move { self.write(anchor) })
    }

    fn recall<'a>(&'a self, tenant: &'a TenantId) -> Later<'a, Vec<Anchor>> {
        Box::pin(async move { self.read(tenant) })
    }
}

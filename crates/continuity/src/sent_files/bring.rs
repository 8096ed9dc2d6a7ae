//! Files of a restored database that its point does not have: out of what was sent, or out of a later point.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use audit::jws;
use base::{Environment, Instant, ObjectId};
use bytes::Bytes;
use crypt::hash::Sha256;
use crypt::sealed;
use object_store::ObjectStoreExt;
use parking_lot::Mutex;
use store::objects::{LocalObjects, ObjectWriter, Objects};
use store::{Db, StoreError};

use super::{END_BYTES_MAX, End, FORMAT, context, ended_at, lying, piece_name};
use crate::ContinuityError;
use crate::make::object;
use crate::pieces::failed;
use crate::progress::Watch;
use crate::reader::Point;
use crate::repository::{Repository, blocking};
use crate::source::path_of;
use crate::sql;

/// A mark that says longer pieces is none of ours.
const PIECE_BYTES_MAX: u64 = 64 << 20;
/// What a page of a folder's list holds.
const PAGE: usize = 10_000;
/// So many missing files are named; all are counted.
const NAMED_MAX: usize = 1_000;

/// How the files of a restored moment came together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Files that the database names.
    pub named: u64,
    /// Of those, how many came out of what was sent between two points.
    pub sent: u64,
    /// And how many out of a later point.
    pub later: u64,
    /// Files of the point that were deleted until that moment, and removed again.
    pub removed: u64,
    /// Files that are nowhere.
    pub missing: u64,
    /// Which; the first thousand.
    pub missing_objects: Vec<ObjectId>,
}

/// Have in `folder` exactly the files that `db` names, which was taken forward from a point of `taken_at`. What is nowhere is told, not
/// an error: everything else is there.
///
/// # Errors
/// [`ContinuityError`]: the folder, the database or the repository cannot be read.
pub async fn bring(
    repository: &Repository,
    (db, folder): (&Db, &Path),
    (taken_at, deleted_meanwhile): (Instant, &[ObjectId]),
    trust: (Vec<jws::Key>, Environment),
    watch: &Arc<dyn Watch>,
) -> Result<Brought, ContinuityError> {
    let objects = LocalObjects::open(folder.to_owned()).await?;
    let named = named(db).await?;
    let mut brought = Brought {
        named: named.len() as u64,
        ..Brought::default()
    };
    let mut missing = named;
    let mut after = None;
    loop {
        let page = objects.list(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for id in page {
            if missing.remove(&id).is_none() {
                objects.delete(id).await?;
                brought.removed += 1;
            }
        }
    }
    let mut left = BTreeMap::new();
    for (id, bytes) in missing {
        match sent(repository, id, bytes, &objects).await {
            Ok(true) => brought.sent += 1,
            Ok(false) => {
                left.insert(id, bytes);
            }
            Err(ContinuityError::Broken(why)) => {
                tracing::error!(object = %id, why, "a file that was sent does not hold");
                left.insert(id, bytes);
            }
            Err(error) => return Err(error),
        }
    }
    if !left.is_empty() {
        brought.later = later(repository, &mut left, &objects, taken_at, trust, watch).await?;
    }
    // Somebody deleted these while the point was made, and it says so.
    left.retain(|id, _| !deleted_meanwhile.contains(id));
    brought.missing = left.len() as u64;
    brought.missing_objects = left.into_keys().take(NAMED_MAX).collect();
    Ok(brought)
}

/// Every object that the database names, with its length.
async fn named(db: &Db) -> Result<BTreeMap<ObjectId, u64>, ContinuityError> {
    let named = Arc::new(Mutex::new(Ok::<_, StoreError>(BTreeMap::new())));
    let to = Arc::clone(&named);
    let each = move |row| {
        let mut to = to.lock();
        match (object(&row), &mut *to) {
            (Ok(it), Ok(all)) => {
                all.insert(it.id, it.bytes);
            }
            (Err(error), to) => *to = Err(error),
            (Ok(_), Err(_)) => {}
        }
        to.is_ok()
    };
    db.scan(&sql::OBJECTS, vec![], each).await?;
    let named = std::mem::replace(&mut *named.lock(), Ok(BTreeMap::new()));
    Ok(named?)
}

/// Bring back a file that was sent; whether it was.
async fn sent(
    repository: &Repository,
    id: ObjectId,
    bytes: u64,
    to: &LocalObjects,
) -> Result<bool, ContinuityError> {
    let lying = lying(repository, id).await?;
    let Some(mark) = lying.iter().find(|it| ended_at(&it.location).is_some()) else {
        return Ok(false);
    };
    if mark.size > END_BYTES_MAX {
        return Err(ContinuityError::Broken("its mark is too long"));
    }
    let got = repository.store().get(&mark.location).await;
    let text = got.map_err(failed)?.bytes().await.map_err(failed)?;
    let place = context(repository.key().environment(), id);
    let end = sealed::open(&repository.key().stream(), &place, &text)
        .ok()
        .and_then(|text| serde_json::from_slice::<End>(&text).ok())
        .filter(|end| end.format == FORMAT && end.object == id.to_string())
        .filter(|end| (1..=PIECE_BYTES_MAX).contains(&end.piece_bytes))
        .ok_or(ContinuityError::Broken("its mark does not open"))?;
    if end.bytes != bytes {
        return Err(ContinuityError::Broken(
            "it has another length than the database says",
        ));
    }
    let mut writer = to.create(id).await?;
    let mut hash = Sha256::new();
    for number in 1..=end.bytes.div_ceil(end.piece_bytes).max(1) {
        let wanted = (end.bytes - (number - 1) * end.piece_bytes).min(end.piece_bytes);
        let got = match repository.store().get(&piece_name(id, number)).await {
            Err(object_store::Error::NotFound { .. }) => {
                return Err(ContinuityError::Broken("a piece of it is missing"));
            }
            got => got.map_err(failed)?,
        };
        if got.meta.size != wanted {
            return Err(ContinuityError::Broken("a piece of it has another length"));
        }
        let piece = got.bytes().await.map_err(failed)?;
        hash.update(&piece);
        writer.write(piece).await?;
    }
    if hex::encode(hash.finish()) != end.sha256 {
        return Err(ContinuityError::Broken("it has another content"));
    }
    writer.finish().await?;
    Ok(true)
}

/// Look for files in the points of after `taken_at`, the first one first; how many were found, which are taken out of `left`.
async fn later(
    repository: &Repository,
    left: &mut BTreeMap<ObjectId, u64>,
    to: &LocalObjects,
    taken_at: Instant,
    (trusted, environment): (Vec<jws::Key>, Environment),
    watch: &Arc<dyn Watch>,
) -> Result<u64, ContinuityError> {
    let mut points = repository.points().await?;
    points.retain(|it| it.taken_at > taken_at);
    points.sort_by_key(|it| it.taken_at);
    let mut found = 0;
    for line in points {
        if left.is_empty() {
            break;
        }
        let (this, watch) = (repository.clone(), Arc::clone(watch));
        let (trusted, environment) = (trusted.clone(), environment.clone());
        let opened = blocking(move || {
            let point = Point::open(&this, &line.name, watch)?;
            point.manifest(&trusted, &environment)?;
            Ok(Arc::new(point))
        });
        let point = match opened.await {
            Ok(point) => point,
            // Whatever is wrong with that point is said by who verifies it.
            Err(ContinuityError::Broken(why)) => {
                tracing::warn!(why, "a later point was not looked through");
                continue;
            }
            Err(error) => return Err(error),
        };
        let there = Arc::clone(&point);
        let has = blocking(move || there.objects()).await?;
        for (id, _) in has {
            let Some(bytes) = left.get(&id) else { continue };
            if out_of(&point, id, *bytes, to).await? {
                left.remove(&id);
                found += 1;
            }
        }
    }
    Ok(found)
}

/// Bring a file back out of a point; whether it has the length that it must have.
async fn out_of(
    point: &Arc<Point>,
    id: ObjectId,
    bytes: u64,
    to: &LocalObjects,
) -> Result<bool, ContinuityError> {
    let mut sink = Sink {
        writer: Some(to.create(id).await?),
        runtime: tokio::runtime::Handle::current(),
        bytes: 0,
    };
    let point = Arc::clone(point);
    let path = path_of(id).display().to_string();
    let (sink, read) = blocking(move || {
        let read = point.read(&path, &mut sink);
        Ok((sink, read))
    })
    .await?;
    read?;
    let (Some(writer), true) = (sink.writer, sink.bytes == bytes) else {
        return Ok(false);
    };
    writer.finish().await?;
    Ok(true)
}

/// Bytes that go into an object, from a thread that may wait.
struct Sink {
    writer: Option<Box<dyn ObjectWriter>>,
    runtime: tokio::runtime::Handle,
    bytes: u64,
}

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(writer) = &mut self.writer {
            let written = writer.write(Bytes::copy_from_slice(bytes));
            self.runtime
                .block_on(written)
                .map_err(std::io::Error::other)?;
        }
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

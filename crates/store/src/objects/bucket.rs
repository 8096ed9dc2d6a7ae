//! Objects in a bucket of S3: `ab/abcdef01-....` by the first byte of the id, as in a folder, so that one can be copied to the other.
//!
//! An object that is smaller than a part goes there in one request; others in parts, which are nothing until they are joined. Either is
//! on the condition that there is none of this name. Each carries a word of whoever wrote it: of a request whose answer was lost, that
//! word says whether it was ours.

mod reader;
mod writer;

use std::sync::Arc;

use base::{ObjectId, Rng};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio::sync::Semaphore;

use super::{ObjectReader, ObjectWriter, Objects};
use crate::StoreError;
use crate::s3::{self, Bucket, Creates, Credentials, RemoveError, Remover};
use reader::BucketReader;
use writer::BucketWriter;

/// What all writers hold in memory together, and all readers ahead of what was asked for.
const WRITING_KIB_MAX: usize = 384 << 10;
const AHEAD_KIB_MAX: usize = 128 << 10;
/// What a storage says of itself in an error is no longer than this.
const SAID_BYTES_MAX: usize = 400;

/// A bucket of objects. Several processes may use it at once.
pub struct BucketObjects {
    bucket: Bucket,
    objects: Arc<dyn ObjectStore>,
    remover: Remover,
    rng: Arc<dyn Rng>,
    room: Arc<Room>,
}

impl std::fmt::Debug for BucketObjects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("BucketObjects").field(&self.bucket).finish()
    }
}

/// Memory that may be held, in KiB.
struct Room {
    writing: Arc<Semaphore>,
    ahead: Arc<Semaphore>,
}

impl BucketObjects {
    /// The objects of `bucket`, reached over `http`, which says whose certificates count. It must be there. Whether it can be reached is seen
    /// at the first call.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the bucket cannot be named so.
    pub fn new(
        bucket: Bucket,
        credentials: Credentials,
        http: &reqwest::Client,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, StoreError> {
        let opened = s3::open(&bucket, credentials, http, Creates::InParts)?;
        Ok(Self {
            bucket,
            objects: opened.objects,
            remover: opened.remover,
            rng,
            room: Arc::new(Room {
                writing: Arc::new(Semaphore::new(WRITING_KIB_MAX)),
                ahead: Arc::new(Semaphore::new(AHEAD_KIB_MAX)),
            }),
        })
    }

    /// Which bucket it is.
    #[must_use]
    pub const fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// The newest objects, `count` at most, of the first `listed` that the bucket names; and how many those were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn newest(
        &self,
        count: usize,
        listed: usize,
    ) -> Result<(Vec<ObjectId>, usize), StoreError> {
        let mut seen = 0;
        let mut newest = std::collections::BTreeSet::new();
        let mut all = self.objects.list(None).take(listed);
        while let Some(meta) = all.try_next().await.map_err(|it| broken("list", &it))? {
            seen += 1;
            if let Some(id) = id_of(&meta.location) {
                newest.insert((meta.last_modified, id));
                if newest.len() > count {
                    newest.pop_first();
                }
            }
        }
        Ok((newest.into_iter().rev().map(|(_, id)| id).collect(), seen))
    }

    /// An object's description; `None` if there is none.
    async fn meta(&self, path: &Path) -> Result<Option<ObjectMeta>, StoreError> {
        match self.objects.head(path).await {
            Ok(meta) => Ok(Some(meta)),
            Err(object_store::Error::NotFound { .. }) => {
                // Without a body nothing says what is missing: the object, or the bucket.
                match self.objects.get_range(path, 0..1).await {
                    Err(error @ object_store::Error::NotFound { .. }) if !says_bucket(&error) => {
                        Ok(None)
                    }
                    Err(error) => Err(broken("read", &error)),
                    Ok(_) => Err(StoreError::Unavailable(
                        "an object came while it was looked for".into(),
                    )),
                }
            }
            Err(error) => Err(broken("read", &error)),
        }
    }
}

impl Objects for BucketObjects {
    fn create(&self, id: ObjectId) -> BoxFuture<'_, Result<Box<dyn ObjectWriter>, StoreError>> {
        Box::pin(async move {
            Ok(Box::new(BucketWriter::new(
                Arc::clone(&self.objects),
                path(id),
                ObjectId::random(&*self.rng).to_string(),
                Arc::clone(&self.room.writing),
            )) as _)
        })
    }

    fn open(
        &self,
        id: ObjectId,
    ) -> BoxFuture<'_, Result<Option<Arc<dyn ObjectReader>>, StoreError>> {
        Box::pin(async move {
            let path = path(id);
            Ok(self.meta(&path).await?.map(|meta| {
                Arc::new(BucketReader::new(
                    Arc::clone(&self.objects),
                    path,
                    meta,
                    Arc::clone(&self.room.ahead),
                )) as _
            }))
        })
    }

    fn delete(&self, id: ObjectId) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(async move {
            match self.remover.remove(&path(id)).await {
                Ok(removed) => Ok(removed),
                Err(error @ RemoveError::Refused { .. }) => {
                    tracing::error!(%error, "a file was not removed");
                    Err(StoreError::Unavailable(error.to_string()))
                }
                Err(error) => Err(StoreError::Unavailable(error.to_string())),
            }
        })
    }

    fn list(
        &self,
        after: Option<ObjectId>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ObjectId>, StoreError>> {
        Box::pin(async move {
            let mut page = Vec::new();
            // In order of their names, which is that of their bytes.
            let mut names = match after {
                Some(after) => self.objects.list_with_offset(None, &path(after)),
                None => self.objects.list(None),
            };
            while page.len() < limit {
                let next = names.try_next().await;
                let Some(meta) = next.map_err(|error| broken("list", &error))? else {
                    break;
                };
                // What is called otherwise was not put here by us.
                page.extend(id_of(&meta.location));
            }
            Ok(page)
        })
    }
}

fn path(id: ObjectId) -> Path {
    let [first, ..] = *id.as_bytes();
    Path::from_iter([format!("{first:02x}"), id.to_string()])
}

fn id_of(name: &Path) -> Option<ObjectId> {
    let id: ObjectId = name.filename()?.parse().ok()?;
    (path(id) == *name).then_some(id)
}

/// Whether it is the bucket that is missing.
fn says_bucket(error: &object_store::Error) -> bool {
    error.to_string().contains("NoSuchBucket")
}

/// The object's word for who wrote it.
async fn written_by(
    objects: &dyn ObjectStore,
    path: &Path,
) -> Result<Option<String>, object_store::Error> {
    let head = GetOptions {
        head: true,
        ..GetOptions::default()
    };
    match objects.get_opts(path, head).await {
        Ok(got) => {
            let word = got.attributes.get(&writer::word());
            Ok(Some(word.map_or(String::new(), |it| it.to_string())))
        }
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn broken(verb: &str, error: &object_store::Error) -> StoreError {
    let mut said = error.to_string().replace('\n', " ");
    let end = said.floor_char_boundary(SAID_BYTES_MAX);
    said.truncate(end);
    StoreError::Unavailable(format!("object storage could not {verb}: {said}"))
}

//! An object of a bucket, read by ranges; ahead of who reads one after the other.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use super::broken;
use crate::StoreError;
use crate::objects::{Identity, ObjectReader, Place};

/// How much is read at once at least: who asks for a header asks for what is behind it next. It doubles with each read that goes on, up to
/// the larger one. A request costs some ten milliseconds, as much as sending a MiB does.
const AHEAD_BYTES_MIN: u64 = 512 << 10;
const AHEAD_BYTES_MAX: u64 = 2 << 20;

pub(super) struct BucketReader {
    objects: Arc<dyn ObjectStore>,
    path: Path,
    e_tag: Option<String>,
    identity: Identity,
    ahead: Arc<Semaphore>,
    window: Mutex<Window>,
}

/// What was read last.
#[derive(Default)]
struct Window {
    from: u64,
    bytes: Bytes,
    /// How much is read ahead next.
    next: u64,
    _room: Option<OwnedSemaphorePermit>,
}

impl Window {
    fn end(&self) -> u64 {
        self.from + self.bytes.len() as u64
    }

    fn holds(&self, offset: u64, len: usize) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.from)?).ok()?;
        self.bytes.get(from..from.checked_add(len)?)
    }

    /// Whether who reads there goes on from what was read.
    fn leads_to(&self, offset: u64) -> bool {
        (self.from..=self.end()).contains(&offset)
    }
}

impl BucketReader {
    pub(super) fn new(
        objects: Arc<dyn ObjectStore>,
        path: Path,
        meta: ObjectMeta,
        ahead: Arc<Semaphore>,
    ) -> Self {
        let place = format!(
            "{} {}",
            meta.e_tag.as_deref().unwrap_or_default(),
            meta.version.as_deref().unwrap_or_default()
        );
        Self {
            objects,
            path,
            e_tag: meta.e_tag,
            identity: Identity {
                place: Place::Stored(place.into()),
                size: meta.size,
                changed_nanos: i128::from(meta.last_modified.timestamp_micros()) * 1_000,
            },
            ahead,
            window: Mutex::default(),
        }
    }

    async fn get(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.clone())),
            // Never two objects as one.
            if_match: self.e_tag.clone(),
            ..GetOptions::default()
        };
        let got = async {
            self.objects
                .get_opts(&self.path, options)
                .await?
                .bytes()
                .await
        };
        match got.await {
            Ok(bytes) if bytes.len() as u64 == range.end - range.start => Ok(bytes),
            Ok(_) => Err(StoreError::Damaged(
                "an object is shorter than it was".into(),
            )),
            Err(object_store::Error::Precondition { .. }) => Err(StoreError::Damaged(
                "an object changed while it was read".into(),
            )),
            // Deleted meanwhile, or sealed again elsewhere: who asks anew finds out.
            Err(error) => Err(broken("read", &error)),
        }
    }

    async fn read(&self, offset: u64, len: usize) -> Result<Bytes, StoreError> {
        let mut window = self.window.lock().await;
        if let Some(bytes) = window.holds(offset, len) {
            return Ok(window.bytes.slice_ref(bytes));
        }
        let end = offset + len as u64;
        let mut to = end;
        if window.leads_to(offset) {
            let ahead = window.next.clamp(AHEAD_BYTES_MIN, AHEAD_BYTES_MAX);
            to = end.max(offset + ahead).min(self.identity.size);
            window.next = ahead * 2;
        } else {
            window.next = 0;
        }
        // What was held goes before room is asked for what comes.
        let next = window.next;
        *window = Window {
            from: offset,
            next,
            ..Window::default()
        };
        let kib = u32::try_from((to - offset).div_ceil(1 << 10)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.ahead).try_acquire_many_owned(kib).ok();
        if room.is_none() {
            to = end;
        }
        let bytes = self.get(offset..to).await?;
        let asked = bytes.slice(..len);
        if room.is_some() {
            window.bytes = bytes;
            window._room = room;
        } else {
            window.from = end;
        }
        Ok(asked)
    }
}

impl ObjectReader for BucketReader {
    fn len(&self) -> u64 {
        self.identity.size
    }

    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn read_at<'a>(
        &'a self,
        offset: u64,
        buf: &'a mut Vec<u8>,
        len: usize,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if offset
                .checked_add(len as u64)
                .is_none_or(|end| end > self.identity.size)
            {
                return Err(StoreError::Damaged(
                    "an object is shorter than it was".into(),
                ));
            }
            buf.clear();
            if len > 0 {
                buf.extend_from_slice(&self.read(offset, len).await?);
            }
            Ok(())
        })
    }
}

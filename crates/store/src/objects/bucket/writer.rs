//! An object on its way into a bucket.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, MultipartUpload, ObjectStore, PutMode, PutMultipartOptions, PutOptions,
    PutPayload,
};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use super::{broken, written_by};
use crate::StoreError;
use crate::objects::ObjectWriter;

/// All parts of an object but the last, in bytes. S3 takes 10,000 of 5 MiB at least; some storages want all of one length. So the longest
/// object is 78 GiB, and a file has 64 at most (`base::limits::FILE_BYTES_MAX`).
const PART_BYTES: usize = 8 << 20;
/// Who finds all memory taken waits so long for some.
const WAIT: Duration = Duration::from_secs(15);

/// The name of the word that says who wrote an object.
pub(super) const fn word() -> Attribute {
    Attribute::Metadata(std::borrow::Cow::Borrowed("strongroom-writer"))
}

pub(super) struct BucketWriter {
    objects: Arc<dyn ObjectStore>,
    path: Path,
    /// Nobody else's.
    word: String,
    room: Arc<Semaphore>,
    /// What was not sent yet: less than a part, or one.
    part: Part,
    upload: Option<Box<dyn MultipartUpload>>,
    sending: Option<JoinHandle<object_store::Result<()>>>,
    broken: bool,
}

#[derive(Default)]
struct Part {
    pieces: Vec<Bytes>,
    bytes: usize,
    room: Option<OwnedSemaphorePermit>,
}

impl BucketWriter {
    pub(super) fn new(
        objects: Arc<dyn ObjectStore>,
        path: Path,
        word: String,
        room: Arc<Semaphore>,
    ) -> Self {
        Self {
            objects,
            path,
            word,
            room,
            part: Part::default(),
            upload: None,
            sending: None,
            broken: false,
        }
    }

    fn attributes(&self) -> Attributes {
        Attributes::from_iter([(word(), self.word.clone())])
    }

    async fn hold(&mut self, piece: Bytes) -> Result<(), StoreError> {
        let kib = u32::try_from(piece.len().div_ceil(1 << 10)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).acquire_many_owned(kib);
        let busy = || StoreError::Unavailable("too many files are written at this moment".into());
        let room = tokio::time::timeout(WAIT, room).await.map_err(|_| busy())?;
        let room = room.map_err(|_| busy())?;
        match &mut self.part.room {
            Some(held) => held.merge(room),
            none => *none = Some(room),
        }
        self.part.bytes += piece.len();
        self.part.pieces.push(piece);
        Ok(())
    }

    /// Wait for the part before.
    async fn settle(&mut self) -> Result<(), StoreError> {
        match self.sending.take() {
            None => Ok(()),
            Some(sending) => match sending.await {
                Ok(sent) => sent.map_err(|error| broken("write", &error)),
                Err(error) => Err(StoreError::Internal(format!(
                    "a write did not end well: {error}"
                ))),
            },
        }
    }

    /// Have the part on its way; the one before is through then.
    async fn send(&mut self) -> Result<(), StoreError> {
        self.settle().await?;
        if self.upload.is_none() {
            let options = PutMultipartOptions {
                attributes: self.attributes(),
                ..PutMultipartOptions::default()
            };
            let begun = self.objects.put_multipart_opts(&self.path, options).await;
            self.upload = Some(begun.map_err(|error| broken("write", &error))?);
        }
        let part = std::mem::take(&mut self.part);
        if let Some(upload) = &mut self.upload {
            let sent = upload.put_part(PutPayload::from_iter(part.pieces));
            self.sending = Some(tokio::spawn(async move {
                let sent = sent.await;
                drop(part.room);
                sent
            }));
        }
        Ok(())
    }

    async fn put(&mut self, mut bytes: Bytes) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            // A full part goes only when more comes: the last one has something in it.
            if self.part.bytes == PART_BYTES {
                self.send().await?;
            }
            let room = PART_BYTES - self.part.bytes;
            let piece = bytes.split_to(room.min(bytes.len()));
            self.hold(piece).await?;
        }
        Ok(())
    }

    async fn end(&mut self) -> Result<(), StoreError> {
        let ended = if self.upload.is_some() {
            self.send().await?;
            self.settle().await?;
            match &mut self.upload {
                Some(upload) => upload.complete().await.map(drop),
                None => Ok(()),
            }
        } else {
            let options = PutOptions {
                mode: PutMode::Create,
                attributes: self.attributes(),
                ..PutOptions::default()
            };
            let pieces = std::mem::take(&mut self.part.pieces);
            let payload = PutPayload::from_iter(pieces);
            let put = self.objects.put_opts(&self.path, payload, options).await;
            put.map(drop)
        };
        let Err(error) = ended else {
            self.upload = None;
            return Ok(());
        };
        // The answer to a request that was done may have been lost, and to ask again be refused.
        match written_by(&*self.objects, &self.path).await {
            Ok(Some(word)) if word == self.word => {
                self.upload = None;
                Ok(())
            }
            Ok(Some(_)) => Err(StoreError::Duplicate),
            Ok(None) | Err(_) => Err(broken("finish", &error)),
        }
    }
}

impl ObjectWriter for BucketWriter {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            if std::mem::replace(&mut self.broken, true) {
                return Err(StoreError::Unavailable(
                    "a write to this object failed before".into(),
                ));
            }
            self.put(bytes).await?;
            self.broken = false;
            Ok(())
        })
    }

    fn finish(mut self: Box<Self>) -> BoxFuture<'static, Result<(), StoreError>> {
        Box::pin(async move {
            if self.broken {
                return Err(StoreError::Unavailable(
                    "a write to this object failed before".into(),
                ));
            }
            self.end().await
        })
    }
}

impl Drop for BucketWriter {
    fn drop(&mut self) {
        let sending = self.sending.take();
        let Some(mut upload) = self.upload.take() else {
            return;
        };
        let left = "parts of an unfinished object were left behind; the bucket's rule for incomplete uploads removes them";
        let Ok(runtime) = Handle::try_current() else {
            tracing::warn!("{left}");
            return;
        };
        runtime.spawn(async move {
            if let Some(sending) = sending {
                sending.abort();
                let _ = sending.await;
            }
            if let Err(error) = upload.abort().await {
                tracing::warn!(%error, "{left}");
            }
        });
    }
}

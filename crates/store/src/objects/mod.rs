//! Object storage for files: immutable, create-only, named by a random id.
//!
//! An object is whole and durable before anything names it, and is never changed afterwards; so the object list of any
//! snapshot of the database is whole. What is in it is sealed elsewhere; here it is bytes.

mod bucket;
mod local;
mod sequence;

use std::sync::Arc;

use base::ObjectId;
use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::StoreError;

pub use bucket::BucketObjects;
pub use local::LocalObjects;
pub use sequence::Sequence;

/// A place for objects.
pub trait Objects: Send + Sync {
    /// Begin a new object. Nobody sees it before [`ObjectWriter::finish`].
    fn create(&self, id: ObjectId) -> BoxFuture<'_, Result<Box<dyn ObjectWriter>, StoreError>>;

    /// Open an object to read; `None` if there is none.
    fn open(
        &self,
        id: ObjectId,
    ) -> BoxFuture<'_, Result<Option<Arc<dyn ObjectReader>>, StoreError>>;

    /// Remove an object; whether there was one. Readers that have it open read on, or are told that it is away.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] also where the storage refuses, e.g. because the object is locked: it stays then.
    fn delete(&self, id: ObjectId) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// A page of at most `limit` ids behind `after`, in order of their bytes. An empty page is the end.
    fn list(
        &self,
        after: Option<ObjectId>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<ObjectId>, StoreError>>;
}

/// An object that is being written. Dropped unfinished, it never was.
pub trait ObjectWriter: Send {
    /// Add bytes at the end. Best in pieces of about 1 MiB: the piece before is still being written while you make the next one.
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Make the object durable and then visible.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] if there is an object with this id; that one stays as it is.
    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<(), StoreError>>;
}

/// An object that is being read.
pub trait ObjectReader: Send + Sync {
    /// Its length in bytes.
    fn len(&self) -> u64;

    /// Whether it has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What changes when somebody swaps or edits the object behind our back: for caches of what was checked before.
    fn identity(&self) -> Identity;

    /// Put exactly `len` bytes from `offset` into `buf`, whose content is lost. Best in pieces of 1 MiB or more.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the object ends before that.
    fn read_at<'a>(
        &'a self,
        offset: u64,
        buf: &'a mut Vec<u8>,
        len: usize,
    ) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// Which bytes an open object is made of. Equal identities: the same, unchanged object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Where they are.
    pub place: Place,
    /// Bytes.
    pub size: u64,
    /// When it last changed, in nanoseconds since 1970. On a disk, when the inode did, which who edits the content cannot set back; in a bucket,
    /// when it was put there, by the storage's clock.
    pub changed_nanos: i128,
}

/// Where the bytes of an object are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The device and the inode, on a local disk.
    Inode(u64, u64),
    /// What an object storage calls this content: its entity tag, and its version where it keeps some.
    Stored(Arc<str>),
}

//! A file, or a range of it, streams out. Nothing is served before every segment that will be needed has proven itself.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};

use audit::{Action, Outcome};
use base::{ClassSet, Ctx, Instant, ObjectId, PersonId, TenantId};
use bytes::Bytes;
use crypt::file::{HEADER_BYTES, Opener};
use futures_util::{Stream, stream};
use parking_lot::Mutex;
use policy::{Allowed, FileAt};
use store::objects::{Identity, ObjectReader};

use super::row::{FileHead, FileRow};
use crate::ground::Ground;
use crate::vault::only_index;
use crate::{Vault, VaultError, place, sql};

/// Ranges up to this many segments are opened once and served from memory.
const SEGMENTS_HELD_MAX: u64 = 32;
/// Whole files that proved themselves lately; a file whose identity (inode, length, change time) is the same need not
/// again. What changes below that, while it streams, still fails its segment and breaks the connection.
const PROVEN_MAX: usize = 10_000;
/// A file that is served by a grant asks after so many segments whether the grant stands still.
const SEGMENTS_ON_TRUST: u64 = 16;

static PROVEN: LazyLock<Mutex<lru::LruCache<(ObjectId, Identity), ()>>> = LazyLock::new(|| {
    Mutex::new(lru::LruCache::new(
        NonZeroUsize::new(PROVEN_MAX).unwrap_or(NonZeroUsize::MIN),
    ))
});

/// Which bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// All of them.
    Whole,
    /// From this one, to this one at most, both included (RFC 9110 `bytes=a-b`).
    From(u64, Option<u64>),
    /// The last so many (`bytes=-n`).
    Last(u64),
}

/// A file that is allowed out, proven, and logged.
pub struct Download {
    /// Name, type, length, digest.
    pub head: FileHead,
    /// When it was stored.
    pub written_at: Instant,
    /// First byte served.
    pub from: u64,
    /// Bytes served.
    pub len: u64,
    /// Where the log says so.
    pub log_index: u64,
    source: Source,
    /// What it rests on, where that is a grant.
    on: Option<(Vault, Ground)>,
}

enum Source {
    Held(VecDeque<Bytes>),
    Stored(Stored),
}

struct Stored {
    reader: Arc<dyn ObjectReader>,
    opener: Arc<Opener>,
    file: ObjectId,
}

impl Vault {
    /// Open a file.
    ///
    /// # Errors
    /// [`VaultError::NoFile`], [`VaultError::Range`], [`VaultError::Tampered`] when it was cut short, reordered or altered;
    /// storage and key failures.
    pub async fn download(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<FileAt>,
        span: Span,
    ) -> Result<Download, VaultError> {
        let thing = allowed.thing();
        let tenant = &ctx.tenant;
        let file = thing.file.ok_or(VaultError::NoFile)?;
        let handle = self.handle(tenant, thing.person).await?;
        let entry = self
            .entry(ctx, allowed, Action::FileRead, Outcome::Ok)?
            .person(handle)
            .file(file);
        let action = Action::FileRead;
        let ground = self.ground(ctx, allowed, action, thing.person).await?;
        let set = self.on_ground(tenant, thing.person, &ground);
        match self
            .prove_file(tenant, thing.person, allowed.clear(), file, span)
            .await
        {
            Ok(mut download) => {
                let entry = entry.classes(ClassSet::EMPTY.with(download.head.class));
                let set = set.log(entry.finish(tenant));
                let committed = self
                    .commit_on(ctx, allowed, action, thing.person, set)
                    .await?;
                if ground.can_end() {
                    download.on = Some((self.clone(), ground));
                }
                download.log_index = only_index(&committed)?;
                Ok(download)
            }
            Err(error) => {
                let mut entry = entry.code(base::Fault::code(&error));
                entry.outcome = Outcome::Failed;
                self.commit(set.log(entry.finish(tenant))).await?;
                Err(error)
            }
        }
    }

    /// Open a file as far as `clear` may see, and prove each segment that will be needed. Nobody is told: whoever calls this notes it.
    pub(crate) async fn prove_file(
        &self,
        tenant: &TenantId,
        person: PersonId,
        clear: ClassSet,
        file: ObjectId,
        span: Span,
    ) -> Result<Download, VaultError> {
        // Before the row: what the row names is then in here, or newer.
        let ring = self.keys().ring(tenant, person).await?;
        let find = async || {
            let params = vec![tenant.into(), person.into(), file.into()];
            let row = self.db().row(&sql::FILE_FIND, params).await?;
            FileRow::read(&mut row.ok_or(VaultError::NoFile)?, 0)
        };
        let mut row = find().await?;
        let mut object = self.objects().open(row.object.unwrap_or(file)).await?;
        if object.is_none() {
            // It may have been sealed again, and lie elsewhere since a moment ago.
            row = find().await?;
            object = self.objects().open(row.object.unwrap_or(file)).await?;
        }
        let ring = self.with_keys_of(tenant, ring, &row.sealed).await?;
        let (head, generation) = self.open_head(tenant, person, file, &row, &ring)?;
        if !clear.contains(head.class) {
            return Err(VaultError::NoFile);
        }
        let tampered = |why| VaultError::Tampered {
            what: format!("file {file}"),
            class: Some(head.class),
            why,
        };

        let reader = object.ok_or_else(|| tampered(crypt::OpenError::Truncated))?;
        if reader.len() != row.sealed_len {
            return Err(tampered(if reader.len() < row.sealed_len {
                crypt::OpenError::Truncated
            } else {
                crypt::OpenError::Altered
            }));
        }
        let mut header = Vec::new();
        reader.read_at(0, &mut header, HEADER_BYTES).await?;
        let place = place::file(self.environment(), tenant, person, file);
        let key = ring.at(head.class, generation)?;
        let opener = Opener::new(&key.key, &place, &header, row.sealed_len).map_err(tampered)?;
        if opener.plain_len() != head.len {
            return Err(tampered(crypt::OpenError::Altered));
        }

        let (from, len) = resolve(span, head.len)?;
        let stored = Stored {
            reader,
            opener: Arc::new(opener),
            file,
        };
        let (first, last) = stored.segments(from, len);
        let source = if last - first < SEGMENTS_HELD_MAX {
            let mut held = VecDeque::new();
            for index in first..=last {
                let opened = stored
                    .segment(index)
                    .await
                    .map_err(|error| error.named(file, &head))?;
                held.push_back(stored.cut(index, opened, from, len));
            }
            Source::Held(held)
        } else {
            let identity = stored.reader.identity();
            let proven = PROVEN.lock().get(&(file, identity.clone())).is_some();
            if !proven {
                for index in first..=last {
                    stored
                        .segment(index)
                        .await
                        .map_err(|error| error.named(file, &head))?;
                }
                if first == 0 && last + 1 == stored.opener.segments() {
                    PROVEN.lock().put((file, identity), ());
                }
            }
            Source::Stored(stored)
        };
        Ok(Download {
            head,
            written_at: row.written_at,
            from,
            len,
            log_index: 0,
            source,
            on: None,
        })
    }
}

/// First byte and number of bytes of `span` in a file of `len` bytes.
fn resolve(span: Span, len: u64) -> Result<(u64, u64), VaultError> {
    match span {
        Span::Whole => Ok((0, len)),
        Span::From(from, to) => {
            let end = to.map_or(len, |to| to.saturating_add(1).min(len));
            if from >= end {
                Err(VaultError::Range(len))
            } else {
                Ok((from, end - from))
            }
        }
        Span::Last(0) => Err(VaultError::Range(len)),
        Span::Last(_) if len == 0 => Err(VaultError::Range(len)),
        Span::Last(count) => {
            let count = count.min(len);
            Ok((len - count, count))
        }
    }
}

/// Why a segment did not come.
enum SegmentError {
    Open(crypt::OpenError),
    Store(store::StoreError),
}

impl SegmentError {
    fn named(self, file: ObjectId, head: &FileHead) -> VaultError {
        match self {
            Self::Open(why) => VaultError::Tampered {
                what: format!("file {file}"),
                class: Some(head.class),
                why,
            },
            Self::Store(error) => error.into(),
        }
    }
}

impl Stored {
    /// First and last segment that hold bytes of the span.
    fn segments(&self, from: u64, len: u64) -> (u64, u64) {
        let size = self.opener.segment_bytes() as u64;
        (from / size, (from + len.max(1) - 1) / size)
    }

    async fn segment(&self, index: u64) -> Result<Vec<u8>, SegmentError> {
        let (offset, len) = self
            .opener
            .segment_range(index)
            .ok_or(SegmentError::Open(crypt::OpenError::Truncated))?;
        let mut buf = Vec::with_capacity(len);
        self.reader
            .read_at(offset, &mut buf, len)
            .await
            .map_err(SegmentError::Store)?;
        self.opener
            .open_segment(index, &mut buf)
            .map_err(SegmentError::Open)?;
        Ok(buf)
    }

    /// The piece of the span that its `nth` segment holds; `None` behind the last.
    async fn nth(&self, nth: u64, from: u64, len: u64) -> Result<Option<Bytes>, std::io::Error> {
        let (first, last) = self.segments(from, len);
        let index = first + nth;
        if index > last {
            return Ok(None);
        }
        match self.segment(index).await {
            Ok(segment) => Ok(Some(self.cut(index, segment, from, len))),
            Err(_) => {
                tracing::error!(file = %self.file, "a segment changed while it was served; the answer was broken off");
                Err(std::io::Error::other("a segment does not open"))
            }
        }
    }

    /// What of segment `index` lies within the span.
    fn cut(&self, index: u64, segment: Vec<u8>, from: u64, len: u64) -> Bytes {
        let start = index * self.opener.segment_bytes() as u64;
        let end = start + segment.len() as u64;
        let (lo, hi) = (from.max(start), (from + len).min(end));
        if lo >= hi {
            return Bytes::new();
        }
        let within = |at: u64| usize::try_from(at - start).unwrap_or(0);
        Bytes::from(segment).slice(within(lo)..within(hi))
    }
}

impl Download {
    /// The bytes. An error in the stream means that a segment changed after it had proven itself, or that the grant which it rests on
    /// was withdrawn meanwhile; the answer must then break off.
    pub fn bytes(self) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send {
        let (from, len) = (self.from, self.len);
        let (source, on) = (self.source, self.on);
        stream::try_unfold(
            (source, on, 0_u64),
            move |(mut source, on, nth)| async move {
                if let Some((vault, ground)) = &on
                    && nth % SEGMENTS_ON_TRUST == 0
                    && !vault.stands(ground).await
                {
                    tracing::info!(
                        "a grant ended, or a limit came, while a file was served; the answer was broken off"
                    );
                    return Err(std::io::Error::other("the grant has ended"));
                }
                let piece = match &mut source {
                    Source::Held(held) => held.pop_front(),
                    Source::Stored(stored) => stored.nth(nth, from, len).await?,
                };
                Ok(piece.map(|piece| (piece, (source, on, nth + 1))))
            },
        )
    }
}

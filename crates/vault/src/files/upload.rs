//! A file streams in: sealed segment by segment, written before the row that names it.

use audit::{Action, Outcome};
use base::{Class, ClassSet, Ctx, ObjectId, limits};
use bytes::Bytes;
use crypt::file::Sealer;
use futures_util::{Stream, StreamExt};
use policy::{Allowed, FileAt};
use store::StoreError;

use super::row::FileHead;
use crate::vault::{GUARD_SEALABLE, only_index};
use crate::{Vault, VaultError, place, sql};

/// Plaintext bytes of a segment: the most that a one-byte range opens, and the memory that an upload holds.
pub(super) const SEGMENT_BYTES: u32 = 256 << 10;

/// What is said of a file before its bytes come.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    /// Its name, if it has one.
    pub name: Option<&'a str>,
    /// `type/subtype`.
    pub media_type: &'a str,
    /// Which class seals it: `personal` or `health`.
    pub class: Class,
    /// What it is.
    pub source: Source,
}

/// What a file is, of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Something new.
    New,
    /// A copy of what is kept already, to take along, under this id, which whoever makes it has noted: made after the end of a contract
    /// too.
    Kept(ObjectId),
}

/// A file that is stored.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// Its id.
    pub file: ObjectId,
    /// Name, type, length, digest.
    pub head: FileHead,
}

impl Vault {
    /// Store a file. Memory stays the same whatever its length.
    ///
    /// # Errors
    /// [`VaultError::FileHead`], [`VaultError::Card`], [`VaultError::Upload`] when the stream breaks off; storage and key
    /// failures. Nothing is then stored.
    pub async fn upload<S, E>(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<FileAt>,
        upload: Upload<'_>,
        bytes: S,
    ) -> Result<(Uploaded, u64), VaultError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
    {
        FileHead::check(upload.name, upload.media_type)?;
        if !matches!(upload.class, Class::Personal | Class::Health) {
            return Err(VaultError::FileHead(
                "A file's class is personal or health.",
            ));
        }
        let tenant = &ctx.tenant;
        let person = allowed.thing().person;
        let handle = self.handle(tenant, person).await?;
        let action = Action::FileWrite;
        let ground = self.ground(ctx, allowed, action, person).await?;
        let classes = ClassSet::EMPTY.with(upload.class);
        let ring = self.keys().ensure_person(tenant, person, classes).await?;
        let key = ring.newest(upload.class)?;
        let file = match upload.source {
            Source::New => ObjectId::random(self.rng()),
            Source::Kept(file) => file,
        };

        let place = place::file(self.environment(), tenant, person, file);
        let (sealer, header) = Sealer::new(&key.key, &place, SEGMENT_BYTES, self.rng())
            .map_err(|_| VaultError::Damaged("segment size"))?;
        let mut writer = self.objects().create(file).await?;
        writer.write(Bytes::from(header)).await?;
        let mut sealing = Sealing {
            sealer,
            digest: crypt::hash::Sha256::new(),
            len: 0,
        };
        let mut bytes = bytes;
        let mut segment = Vec::with_capacity(SEGMENT_BYTES as usize + 64);
        while let Some(piece) = bytes.next().await {
            let mut piece = piece.map_err(|_| VaultError::Upload)?;
            while !piece.is_empty() {
                // A full segment is sealed only when more comes: the last one is marked as such.
                if segment.len() == SEGMENT_BYTES as usize {
                    let full = std::mem::replace(
                        &mut segment,
                        Vec::with_capacity(SEGMENT_BYTES as usize + 64),
                    );
                    writer.write(sealing.seal(full, false)?).await?;
                }
                let room = SEGMENT_BYTES as usize - segment.len();
                let now = piece.split_to(room.min(piece.len()));
                segment.extend_from_slice(&now);
            }
        }
        writer.write(sealing.seal(segment, true)?).await?;
        writer.finish().await?;
        let sealed_len = crypt::file::sealed_len(sealing.len, SEGMENT_BYTES);

        let head = FileHead {
            name: upload.name.map(str::to_owned),
            media_type: upload.media_type.to_owned(),
            len: sealing.len,
            sha256: sealing
                .digest
                .finish()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            class: upload.class,
        };
        let sealed = self.seal_head(tenant, person, file, (sealed_len, ctx.now), &head, &ring)?;
        let entry = self
            .entry(ctx, allowed, Action::FileWrite, Outcome::Ok)?
            .person(handle)
            .file(file)
            .classes(classes);
        let set = self
            .sealing(tenant, &ring, classes)
            .run(
                &sql::FILE_INSERT,
                vec![
                    tenant.into(),
                    person.into(),
                    file.into(),
                    i64::try_from(sealed_len)
                        .map_err(|_| VaultError::Damaged("file length"))?
                        .into(),
                    ctx.now.into(),
                    sealed.into(),
                    self.unsent(ctx.now),
                ],
            )
            .log(entry.finish(tenant));
        let set = match upload.source {
            Source::New => set.with(Self::takes_new(tenant, ctx.now)),
            Source::Kept(_) => set,
        };
        let set = self.with_ground(set, &ground);
        match self.commit_on(ctx, allowed, action, person, set).await {
            Ok(committed) => Ok((Uploaded { file, head }, only_index(&committed)?)),
            Err(error) => {
                // Sealed under a key that nobody else has, and named by no row; still, it need not stay.
                if let Err(left) = self.objects().delete(file).await {
                    tracing::warn!(error = %left, "an object without a row was left behind");
                }
                if matches!(error, VaultError::Store(StoreError::Guard(GUARD_SEALABLE))) {
                    self.heed_newer_keys(tenant, person).await?;
                    return Err(VaultError::NewerKeys);
                }
                Err(error)
            }
        }
    }
}

struct Sealing {
    sealer: Sealer,
    digest: crypt::hash::Sha256,
    len: u64,
}

impl Sealing {
    fn seal(&mut self, mut segment: Vec<u8>, last: bool) -> Result<Bytes, VaultError> {
        self.len += segment.len() as u64;
        if self.len > limits::FILE_BYTES_MAX {
            return Err(VaultError::FileHead("A file has 64 GiB at most."));
        }
        self.digest.update(&segment);
        self.sealer
            .seal_segment(&mut segment, last)
            .map_err(|_| VaultError::Damaged("segment"))?;
        Ok(Bytes::from(segment))
    }
}

//! Files: the bytes are sealed again into an object of their own, which the row names from then on; then the old object goes.

use audit::Action;
use base::{Ctx, ObjectId};
use bytes::Bytes;
use crypt::file::{HEADER_BYTES, Opener, Sealer};
use policy::{Allowed, KeysOf};
use store::Value;
use store::objects::{ObjectReader, ObjectWriter};

use super::{GUARD_RENEW, Told, Turning, changed};
use crate::files::FileRow;
use crate::{Vault, VaultError, place, sql};

/// Rows that are read at a time; each file is a commit of its own.
const PAGE_ROWS: u32 = 64;

impl Vault {
    pub(super) async fn renew_files(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        turning: &Turning<'_>,
        told: &mut Told<'_>,
    ) -> Result<(), VaultError> {
        let mut after = ObjectId::from_bytes([0; 16]);
        loop {
            let params = vec![
                turning.tenant.into(),
                turning.person.into(),
                after.into(),
                PAGE_ROWS.into(),
            ];
            let mut rows = self.db().rows(&sql::FILE_LIST, params).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &mut rows {
                if told.stopped {
                    return Ok(());
                }
                let file =
                    ObjectId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("file id"))?;
                after = file;
                let row = FileRow::read(row, 1)?;
                if !turning.is_behind(&row.sealed) {
                    continue;
                }
                match self.renew_file(ctx, allowed, turning, file, row).await {
                    Ok(()) => told.moved(1),
                    // Deleted, or sealed again by another run.
                    Err(error) if changed(&error) => {}
                    Err(
                        error @ (VaultError::Tampered { .. }
                        | VaultError::Damaged(_)
                        | VaultError::Keys(keys::KeysError::Altered(..))),
                    ) => told.damaged(&error),
                    Err(error) => return Err(error),
                }
            }
        }
    }

    async fn renew_file(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        turning: &Turning<'_>,
        file: ObjectId,
        row: FileRow,
    ) -> Result<(), VaultError> {
        let (tenant, person, ring) = (turning.tenant, turning.person, &turning.ring);
        let (head, generation) = self.open_head(tenant, person, file, &row, ring)?;
        let tampered = |why| VaultError::Tampered {
            what: format!("file {file}"),
            class: Some(head.class),
            why,
        };
        let place = place::file(self.environment(), tenant, person, file);
        let lies = row.object.unwrap_or(file);
        let old = self.objects().open(lies).await?;
        let old = old.ok_or_else(|| tampered(crypt::OpenError::Truncated))?;
        let mut header = Vec::new();
        old.read_at(0, &mut header, HEADER_BYTES).await?;
        let key = ring.at(head.class, generation)?;
        let opener = Opener::new(&key.key, &place, &header, old.len()).map_err(tampered)?;
        if opener.plain_len() != head.len || old.len() != row.sealed_len {
            return Err(tampered(crypt::OpenError::Altered));
        }
        let segment_bytes = u32::try_from(opener.segment_bytes())
            .map_err(|_| VaultError::Damaged("segment size"))?;
        let key = ring.newest(head.class)?;
        let (sealer, header) = Sealer::new(&key.key, &place, segment_bytes, self.rng())
            .map_err(|_| VaultError::Damaged("segment size"))?;

        let object = ObjectId::random(self.rng());
        let mut writer = self.objects().create(object).await?;
        writer.write(Bytes::from(header)).await?;
        copy(&*old, &opener, sealer, &mut *writer)
            .await
            .map_err(|error| match error {
                Copying::Open(why) => tampered(why),
                Copying::Vault(error) => error,
            })?;
        writer.finish().await?;

        let lies_again = (row.sealed_len, row.written_at);
        let sealed = self.seal_head(tenant, person, file, lies_again, &head, ring)?;
        let entry = self
            .turning_entry(ctx, allowed, person, Action::KeyRenew)
            .await?
            .file(file)
            .classes(turning.classes())
            .count(1);
        let params: Vec<Value> = vec![
            tenant.into(),
            person.into(),
            file.into(),
            row.sealed.into(),
            object.into(),
            sealed.into(),
            self.unsent(ctx.now),
        ];
        let set = self
            .renewing(turning)
            .run_expecting(&sql::RENEW_FILE, params, 1, GUARD_RENEW)
            .log(entry.finish(tenant));
        // One of the two is named by no row then.
        let (gone, committed) = match self.commit(set).await {
            Ok(_) => (lies, Ok(())),
            Err(error) => (object, Err(error)),
        };
        if let Err(left) = self.objects().delete(gone).await {
            tracing::warn!(error = %left, "an object without a row was left behind");
        }
        committed
    }
}

enum Copying {
    Open(crypt::OpenError),
    Vault(VaultError),
}

impl<E: Into<VaultError>> From<E> for Copying {
    fn from(error: E) -> Self {
        Self::Vault(error.into())
    }
}

/// Segment by segment: memory stays the same whatever the file's length.
async fn copy(
    old: &dyn ObjectReader,
    opener: &Opener,
    mut sealer: Sealer,
    writer: &mut dyn ObjectWriter,
) -> Result<(), Copying> {
    let segments = opener.segments();
    for index in 0..segments {
        let (offset, len) = opener
            .segment_range(index)
            .ok_or(Copying::Open(crypt::OpenError::Truncated))?;
        let mut segment = Vec::with_capacity(len);
        old.read_at(offset, &mut segment, len).await?;
        opener
            .open_segment(index, &mut segment)
            .map_err(Copying::Open)?;
        sealer
            .seal_segment(&mut segment, index + 1 == segments)
            .map_err(|_| VaultError::Damaged("segment"))?;
        writer.write(Bytes::from(segment)).await?;
    }
    Ok(())
}

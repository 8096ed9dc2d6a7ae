//! A person's files.

use audit::{Action, Outcome};
use base::{ClassSet, Ctx, Instant, ObjectId, PersonId, TenantId};
use policy::{Allowed, FileAt};

use super::row::{FileHead, FileRow};
use crate::vault::only_index;
use crate::{Vault, VaultError, sql};

/// One line of the list.
#[derive(Clone, Debug)]
pub struct FileLine {
    /// Which.
    pub file: ObjectId,
    /// When it was stored.
    pub written_at: Instant,
    /// Name, type, length, digest.
    pub head: FileHead,
}

/// A page of files.
#[derive(Clone, Debug)]
pub struct FilePage {
    /// Those that the caller may see.
    pub files: Vec<FileLine>,
    /// Where the next page begins; `None` when this was the last.
    pub next: Option<ObjectId>,
}

impl Vault {
    /// The ids of a person's files, archives not among them. Nothing is opened; whoever asks notes it.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn file_ids(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Vec<ObjectId>, VaultError> {
        let rows = self
            .db()
            .rows(&sql::FILE_IDS, vec![tenant.into(), person.into()])
            .await?;
        rows.iter()
            .map(|row| ObjectId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("file id")))
            .collect()
    }

    /// A page of a person's files behind `after`, of those classes that the caller may see.
    ///
    /// # Errors
    /// [`VaultError::Tampered`]; storage and key failures.
    pub async fn list_files(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<FileAt>,
        after: Option<ObjectId>,
        limit: usize,
    ) -> Result<(FilePage, u64), VaultError> {
        let tenant = &ctx.tenant;
        let person = allowed.thing().person;
        let handle = self.handle(tenant, person).await?;
        let action = Action::FileList;
        let ground = self.ground(ctx, allowed, action, person).await?;
        let after = after.unwrap_or(ObjectId::from_bytes([0; 16]));
        let asked = u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1);
        let params = vec![tenant.into(), person.into(), after.into(), asked.into()];
        let mut rows = self.db().rows(&sql::FILE_LIST, params).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows
            .last()
            .and_then(|row| row.bytes(0).ok().and_then(ObjectId::from_slice));
        let mut ring = self.keys().ring(tenant, person).await?;
        let mut lines = Vec::with_capacity(rows.len());
        let mut classes = ClassSet::EMPTY;
        for row in &mut rows {
            let file = ObjectId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("file id"))?;
            let row = FileRow::read(row, 1)?;
            ring = self.with_keys_of(tenant, ring, &row.sealed).await?;
            let (head, _) = self.open_head(tenant, person, file, &row, &ring)?;
            if allowed.clear().contains(head.class) {
                classes = classes.with(head.class);
                lines.push(FileLine {
                    file,
                    written_at: row.written_at,
                    head,
                });
            }
        }
        let entry = self
            .entry(ctx, allowed, Action::FileList, Outcome::Ok)?
            .person(handle)
            .classes(classes)
            .count(lines.len() as u64);
        let set = self
            .on_ground(tenant, person, &ground)
            .log(entry.finish(tenant));
        let committed = self.commit_on(ctx, allowed, action, person, set).await?;
        let next = last.filter(|_| more);
        Ok((FilePage { files: lines, next }, only_index(&committed)?))
    }
}

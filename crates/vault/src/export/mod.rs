//! Everything of one person, as one archive to take along (`docs/formats/export.md`).
//!
//! Invariant: memory does not grow with what is kept: records by pages, files by segments, the archive as a stream.
//! Invariant: that it is taken out stands in the log before the first byte leaves, and how it ended before the last.

mod archive;
mod csv;
mod index;
mod kept;
mod send;
mod transfer;

use std::sync::Arc;

use audit::{Action, Log, Outcome, RecordHandle};
use base::{ClassSet, Ctx, Handle, Instant, Name, ObjectId, PersonId, Secret};
use bytes::Bytes;
use futures_util::StreamExt as _;
use policy::{Allowed, ExportOf};
use serde_json::json;
use store::Value;
use tokio::sync::mpsc;

use crate::files::{FileHead, FileRow, Span};
use crate::records::{At, Eyes, SealedRow};
use crate::register::Collection;
use crate::{Vault, VaultError, sql};
use archive::Archive;

pub use csv::text as csv_text;
pub use kept::{Build, Export, ExportId, ExportState, KEPT_FOR, KEPT_MAX};
pub use send::{Moved, Receiver, SendError, Sent};
pub use transfer::{To, Transfer, TransferState};

/// The version of the archive's form.
pub const FORMAT: &str = "strongroom-export/1";
/// Rows fetched at a time.
const CHUNK: u32 = 256;
/// Bytes of one table that are held until its part is written.
const TABLE_BYTES_HELD: usize = 16 << 20;
/// Bytes of it that are written at a time.
const TABLE_PIECE_BYTES: usize = 64 << 10;
/// Entries of the log fetched at a time.
const LOG_CHUNK: usize = 4096;

/// How it is to be.
#[derive(Debug, Default)]
pub struct Wish {
    /// The language of the page inside: `sv`, `de`, `it`, `fr`, `en`.
    pub lang: String,
    /// Sealed under this passphrase (age).
    pub passphrase: Option<Secret<String>>,
}

/// A part that others than the vault keep: what a person shares, their account. Small: it is held whole.
pub struct Extra {
    /// Its path within the archive.
    pub path: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What was taken along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Records, in their newest version.
    pub records: u64,
    /// Earlier versions.
    pub versions: u64,
    /// Files.
    pub files: u64,
    /// Entries of the log.
    pub entries: u64,
}

/// Where the pieces of the archive go. Whoever receives them and stops ends the export.
pub type Pieces = mpsc::Sender<Result<Bytes, VaultError>>;

/// What an export reads with.
struct Source<'a> {
    vault: &'a Vault,
    ctx: &'a Ctx,
    person: PersonId,
    clear: ClassSet,
}

impl Vault {
    /// Write everything of the person of `allowed` into `pieces`, as one archive.
    ///
    /// # Errors
    /// [`VaultError::NoPerson`], also when they are erased meanwhile; [`VaultError::Tampered`]; storage and key failures. What was sent by
    /// then is no archive.
    pub async fn take_out(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<ExportOf>,
        log: &Log,
        wish: &Wish,
        extras: &[Extra],
        pieces: Pieces,
    ) -> Result<(Taken, u64), VaultError> {
        let person = allowed.thing().person;
        let handle = self.handle(&ctx.tenant, person).await?;
        self.note(ctx, allowed, handle, Outcome::Ok, None).await?;
        let source = Source {
            vault: self,
            ctx,
            person,
            clear: allowed.clear(),
        };
        match source.write(log, handle, wish, extras, pieces).await {
            Ok(taken) => {
                let count = taken.records + taken.versions + taken.files;
                let index = self
                    .note(ctx, allowed, handle, Outcome::Ok, Some(count))
                    .await?;
                Ok((taken, index))
            }
            Err(error) => {
                // Whose handle is gone has nothing written about them any more.
                match self.note(ctx, allowed, handle, Outcome::Failed, None).await {
                    Ok(_) | Err(VaultError::NoPerson) => Err(error),
                    Err(unwritten) => Err(unwritten),
                }
            }
        }
    }

    async fn note(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<ExportOf>,
        handle: Handle,
        outcome: Outcome,
        count: Option<u64>,
    ) -> Result<u64, VaultError> {
        let mut entry = self
            .entry(ctx, allowed, Action::Export, outcome)?
            .person(handle)
            .classes(allowed.clear());
        if let Some(count) = count {
            entry = entry.count(count);
        }
        let person = allowed.thing().person;
        let set = self
            .guarded(&ctx.tenant, person)
            .log(entry.finish(&ctx.tenant));
        crate::vault::only_index(&self.commit(set).await?)
    }
}

impl Source<'_> {
    async fn write(
        &self,
        log: &Log,
        handle: Handle,
        wish: &Wish,
        extras: &[Extra],
        pieces: Pieces,
    ) -> Result<Taken, VaultError> {
        let mut archive = Archive::begin(wish.passphrase.as_ref(), pieces)?;
        let mut taken = Taken::default();
        let collections = self.collections().await?;
        for collection in &collections {
            let name = &collection.name;
            archive.open(&format!("records/{name}.jsonl"), true)?;
            // The table is made along with it as far as it may be held; only what is longer is opened a second time.
            let mut table = csv::head(collection);
            let (mut after, mut from) = (None, None);
            while let Some(page) = self.page(collection, &mut after).await? {
                let holds = table.len() < TABLE_BYTES_HELD;
                for (row, record, body) in page {
                    archive
                        .write(&line(&record, row.version, row.written_at, &body))
                        .await?;
                    taken.records += 1;
                    if holds {
                        let line =
                            csv::line(collection, &record, row.version, row.written_at, &body);
                        table.push_str(&line);
                    }
                }
                if holds {
                    from = after;
                }
            }
            archive.close()?;
            archive.open(&format!("csv/{name}.csv"), true)?;
            for piece in table.as_bytes().chunks(TABLE_PIECE_BYTES) {
                archive.write(piece).await?;
            }
            drop(table);
            let mut after = from;
            while let Some(page) = self.page(collection, &mut after).await? {
                for (row, record, body) in page {
                    let line = csv::line(collection, &record, row.version, row.written_at, &body);
                    archive.write(line.as_bytes()).await?;
                }
            }
            archive.close()?;
        }
        self.bundle(&mut archive, &collections).await?;
        taken.versions = self.history(&mut archive).await?;
        taken.files = self.files(&mut archive).await?;
        taken.entries = self.accesses(&mut archive, log, handle).await?;
        for extra in extras {
            archive.open(extra.path, true)?;
            archive.write(&extra.bytes).await?;
            archive.close()?;
        }
        let checkpoint = log.checkpoint(&self.ctx.tenant).await;
        let checkpoint = checkpoint.map_err(|_| VaultError::Damaged("checkpoint"))?;
        archive.open("log/checkpoint", true)?;
        archive.write(checkpoint.as_bytes()).await?;
        archive.close()?;
        archive.open("index.html", true)?;
        let page = index::page(&wish.lang, self.ctx.now, &taken, &collections);
        archive.write(page.as_bytes()).await?;
        archive.close()?;
        let manifest = json!({
            "format": FORMAT,
            "tenant": self.ctx.tenant.as_str(),
            "person": self.person,
            "handle": handle,
            "made_at": self.ctx.now.to_string(),
            "records": taken.records,
            "versions": taken.versions,
            "files": taken.files,
            "log_entries": taken.entries,
            "parts": archive.parts().await?,
        });
        archive.open("manifest.json", true)?;
        archive.write(format!("{manifest:#}\n").as_bytes()).await?;
        archive.close()?;
        archive.finish().await?;
        Ok(taken)
    }

    /// The collections that hold something, in the order of their names.
    async fn collections(&self) -> Result<Vec<Arc<Collection>>, VaultError> {
        let params = vec![(&self.ctx.tenant).into(), self.person.into()];
        let rows = self.vault.db().rows(&sql::COUNT_RECORDS, params).await?;
        let mut found = Vec::new();
        for row in &rows {
            let name: Name = row
                .text(0)?
                .parse()
                .map_err(|_| VaultError::Damaged("collection"))?;
            found.push(Arc::clone(self.vault.collection(&name)?));
        }
        found.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
        Ok(found)
    }

    /// The next page of a collection's records, opened; `None` when there is no more.
    async fn page(
        &self,
        collection: &Arc<Collection>,
        after: &mut Option<RecordHandle>,
    ) -> Result<Option<Vec<(SealedRow, base::RecordId, Vec<u8>)>>, VaultError> {
        let params: Vec<Value> = vec![
            (&self.ctx.tenant).into(),
            self.person.into(),
            (&collection.name).into(),
            after
                .map_or_else(Vec::new, |it| it.as_bytes().to_vec())
                .into(),
            CHUNK.into(),
        ];
        let ring = self
            .vault
            .keys()
            .ring(&self.ctx.tenant, self.person)
            .await?;
        let mut rows = self.vault.db().rows(&sql::RECORD_LIST, params).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut page = Vec::with_capacity(rows.len());
        let mut ring = ring;
        for row in &mut rows {
            let rkey =
                RecordHandle::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("record row"))?;
            *after = Some(rkey);
            let row = SealedRow::read(row, 1)?;
            ring = self
                .vault
                .with_keys_of(&self.ctx.tenant, ring, &row.sealed)
                .await?;
            let (record, json) = self.open(collection, rkey, &row, &ring)?;
            page.push((row, record, json));
        }
        Ok(Some(page))
    }

    fn open(
        &self,
        collection: &Collection,
        rkey: RecordHandle,
        row: &SealedRow,
        ring: &keys::Ring,
    ) -> Result<(base::RecordId, Vec<u8>), VaultError> {
        let at = At {
            tenant: &self.ctx.tenant,
            person: self.person,
            collection: &collection.name,
            rkey,
            version: row.version,
            written_at: row.written_at,
        };
        let eyes = Eyes {
            clear: self.clear,
            masked: ClassSet::EMPTY,
            only: None,
        };
        let seen = self
            .vault
            .open_record(&at, collection, &row.sealed, ring, eyes)?;
        Ok((seen.record, seen.json))
    }

    /// What is of FHIR, as one bundle.
    async fn bundle(
        &self,
        archive: &mut Archive,
        collections: &[Arc<Collection>],
    ) -> Result<(), VaultError> {
        let fhir: Vec<_> = collections
            .iter()
            .filter(|it| &*it.pack == "fhir-r4")
            .collect();
        if fhir.is_empty() {
            return Ok(());
        }
        archive.open("fhir/bundle.json", true)?;
        let head = format!(
            "{{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"timestamp\":\"{}\",\"entry\":[",
            self.ctx.now
        );
        archive.write(head.as_bytes()).await?;
        let mut first = true;
        for collection in fhir {
            let mut after = None;
            while let Some(page) = self.page(collection, &mut after).await? {
                for (_, _, body) in page {
                    let comma = if first { "\n" } else { ",\n" };
                    first = false;
                    archive.write(comma.as_bytes()).await?;
                    archive.write(b"{\"resource\":").await?;
                    archive.write(&body).await?;
                    archive.write(b"}").await?;
                }
            }
        }
        archive.write(b"\n]}\n").await?;
        archive.close()
    }

    /// Earlier versions, one a line.
    async fn history(&self, archive: &mut Archive) -> Result<u64, VaultError> {
        let mut count = 0;
        let mut after = (String::new(), Vec::new(), -1_i64);
        archive.open("history.jsonl", true)?;
        loop {
            let params: Vec<Value> = vec![
                (&self.ctx.tenant).into(),
                self.person.into(),
                after.0.as_str().into(),
                after.1.clone().into(),
                after.2.into(),
                CHUNK.into(),
            ];
            let mut ring = self
                .vault
                .keys()
                .ring(&self.ctx.tenant, self.person)
                .await?;
            let mut rows = self.vault.db().rows(&sql::RENEW_HISTORY, params).await?;
            if rows.is_empty() {
                break;
            }
            for row in &mut rows {
                let name: Name = row
                    .text(0)?
                    .parse()
                    .map_err(|_| VaultError::Damaged("collection"))?;
                let rkey = RecordHandle::from_slice(row.bytes(1)?)
                    .ok_or(VaultError::Damaged("record row"))?;
                after = (name.to_string(), rkey.as_bytes().to_vec(), row.int(2)?);
                let collection = Arc::clone(self.vault.collection(&name)?);
                let row = SealedRow::read(row, 2)?;
                ring = self
                    .vault
                    .with_keys_of(&self.ctx.tenant, ring, &row.sealed)
                    .await?;
                let (record, body) = self.open(&collection, rkey, &row, &ring)?;
                let mut text = format!("{{\"collection\":\"{name}\",").into_bytes();
                text.extend_from_slice(
                    line(&record, row.version, row.written_at, &body)
                        .get(1..)
                        .unwrap_or(&[]),
                );
                archive.write(&text).await?;
                count += 1;
            }
        }
        archive.close()?;
        Ok(count)
    }

    /// The original files, byte for byte, under names that no system trips over, and a list of what they were called.
    async fn files(&self, archive: &mut Archive) -> Result<u64, VaultError> {
        let mut after = ObjectId::from_bytes([0; 16]);
        let mut listed = Vec::new();
        let mut count: u64 = 0;
        loop {
            let params = vec![
                (&self.ctx.tenant).into(),
                self.person.into(),
                after.into(),
                CHUNK.into(),
            ];
            let mut rows = self.vault.db().rows(&sql::FILE_LIST, params).await?;
            if rows.is_empty() {
                break;
            }
            for row in &mut rows {
                let file =
                    ObjectId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("file id"))?;
                after = file;
                let row = FileRow::read(row, 1)?;
                let opened = self
                    .vault
                    .prove_file(&self.ctx.tenant, self.person, self.clear, file, Span::Whole)
                    .await;
                let download = match opened {
                    Ok(download) => download,
                    // Deleted since the list was read, or of a class that is shown to nobody.
                    Err(VaultError::NoFile) => continue,
                    Err(error) => return Err(error),
                };
                count += 1;
                let name = safe_name(count, &download.head);
                let said = json!({
                    "path": format!("files/{name}"),
                    "file": file,
                    "name": download.head.name,
                    "media_type": download.head.media_type,
                    "length": download.head.len,
                    "sha256": download.head.sha256,
                    "written_at": row.written_at.to_string(),
                });
                listed.extend_from_slice(format!("{said}\n").as_bytes());
                archive.open(&format!("files/{name}"), false)?;
                let mut bytes = Box::pin(download.bytes());
                while let Some(piece) = bytes.next().await {
                    let piece = piece.map_err(|_| VaultError::Damaged("file"))?;
                    archive.write(&piece).await?;
                }
                archive.close()?;
            }
        }
        archive.open("files.jsonl", true)?;
        archive.write(&listed).await?;
        archive.close()?;
        Ok(count)
    }

    /// Who looked: the entries of the log that are about the person, newest first, with the hashes that prove them.
    async fn accesses(
        &self,
        archive: &mut Archive,
        log: &Log,
        handle: Handle,
    ) -> Result<u64, VaultError> {
        let mut before = None;
        let mut count = 0;
        archive.open("accesses.jsonl", true)?;
        loop {
            let found = log.about(&self.ctx.tenant, handle, before, LOG_CHUNK).await;
            let found = found.map_err(|_| VaultError::Damaged("log"))?;
            let Some(last) = found.last() else {
                break;
            };
            before = Some(last.index);
            for logged in &found {
                // As it was hashed, byte for byte: a canonical entry is JSON in one line.
                let head = format!(
                    "{{\"index\":{},\"leaf_hash\":\"{}\",\"entry\":",
                    logged.index,
                    hex::encode(logged.leaf_hash)
                );
                archive.write(head.as_bytes()).await?;
                archive.write(&logged.body).await?;
                archive.write(b"}\n").await?;
                count += 1;
            }
        }
        archive.close()?;
        Ok(count)
    }
}

fn line(record: &base::RecordId, version: u64, written_at: Instant, body: &[u8]) -> Vec<u8> {
    let mut text = format!(
        "{{\"record\":\"{record}\",\"version\":{version},\"written_at\":\"{written_at}\",\"body\":"
    )
    .into_bytes();
    text.extend_from_slice(body);
    text.extend_from_slice(b"}\n");
    text
}

/// The longest own name of a file within an archive, in bytes: with its number and folder it stays below the 255 that most systems take.
const NAME_BYTES_MAX: usize = 200;

/// A name for a file within an archive: its number, and of its own name what every system takes. What is too long loses its middle, so that
/// it still ends as it did.
fn safe_name(number: u64, head: &FileHead) -> String {
    let own = head.name.as_deref().unwrap_or("file");
    let safe: String = own
        .chars()
        .map(|it| {
            if it.is_alphanumeric() || "._-".contains(it) {
                it
            } else {
                '_'
            }
        })
        .collect();
    let safe = safe.trim_matches('.');
    format!("{number:04}-{}", shortened(safe))
}

fn shortened(name: &str) -> String {
    if name.len() <= NAME_BYTES_MAX {
        return name.to_owned();
    }
    let end = name
        .rfind('.')
        .filter(|dot| name.len() - dot <= 16)
        .and_then(|dot| name.get(dot..))
        .unwrap_or("");
    let mut head = String::new();
    for it in name.chars() {
        if head.len() + it.len_utf8() + end.len() > NAME_BYTES_MAX {
            break;
        }
        head.push(it);
    }
    head + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_an_archive_fits_every_system() {
        let head = |name: &str| FileHead {
            name: Some(name.to_owned()),
            media_type: "image/png".to_owned(),
            len: 1,
            sha256: String::new(),
            class: base::Class::Health,
        };
        assert_eq!(safe_name(7, &head("a b/c.png")), "0007-a_b_c.png");
        let long = format!("{}.jpeg", "語".repeat(83));
        let name = safe_name(12_345, &head(&long));
        assert!(name.len() <= 255 - "files/".len(), "{}", name.len());
        assert!(
            name.starts_with("12345-語") && name.ends_with("語.jpeg"),
            "{name}"
        );
    }
}

//! What is known of a file besides its bytes: sealed, since a name says much.

use base::{Class, Instant, ObjectId, PersonId, TenantId, limits};
use crypt::OpenError;
use crypt::record::{PartPlain, Sealed};
use keys::{KeysError, Ring};
use serde::{Deserialize, Serialize};

use crate::{Vault, VaultError, place};

/// A file's name, type and length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileHead {
    /// As it was uploaded, if it had a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `type/subtype`.
    pub media_type: String,
    /// Bytes of plaintext.
    pub len: u64,
    /// SHA-256 of the plaintext, hex: lets a client see that what it got is what it sent.
    pub sha256: String,
    /// Which class seals it.
    pub class: Class,
}

impl FileHead {
    /// Check a name and a media type that came from outside.
    ///
    /// # Errors
    /// [`VaultError::FileHead`], [`VaultError::Card`].
    pub fn check(name: Option<&str>, media_type: &str) -> Result<(), VaultError> {
        if let Some(name) = name {
            if name.is_empty() || name.len() > limits::FILE_NAME_BYTES_MAX {
                return Err(VaultError::FileHead("A file name has 1 to 255 bytes."));
            }
            if name
                .chars()
                .any(|c| c.is_control() || c == '/' || c == '\\')
                || name == "."
                || name == ".."
            {
                return Err(VaultError::FileHead(
                    "A file name holds no control characters, slashes or backslashes.",
                ));
            }
            if base::card::find(name).is_some() {
                return Err(VaultError::Card("the file name"));
            }
        }
        let token = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
        };
        let essence = media_type.split(';').next().unwrap_or("").trim();
        let ok = media_type.len() <= 127
            && media_type.bytes().all(|byte| (0x20..0x7f).contains(&byte))
            && essence
                .split_once('/')
                .is_some_and(|(kind, sub)| token(kind) && token(sub));
        if ok {
            Ok(())
        } else {
            Err(VaultError::FileHead(
                "The media type must read type/subtype (RFC 9110).",
            ))
        }
    }
}

impl Vault {
    /// `lies`: the length of the sealed object, and when it was written.
    pub(crate) fn seal_head(
        &self,
        tenant: &TenantId,
        person: PersonId,
        file: ObjectId,
        lies: (u64, Instant),
        head: &FileHead,
        ring: &Ring,
    ) -> Result<Vec<u8>, VaultError> {
        let plain = serde_json::to_vec(head).map_err(|_| VaultError::Damaged("file head"))?;
        let key = ring.newest(head.class)?;
        let place = place::file_row(self.environment(), tenant, person, file, lies.0, lies.1);
        let part = PartPlain {
            class: head.class.code(),
            generation: key.generation,
            key: &key.key,
            plain: &plain,
        };
        Ok(crypt::record::seal(&[part], &place, self.rng()))
    }

    /// The head, and the key generation that its bytes are sealed under too.
    pub(crate) fn open_head(
        &self,
        tenant: &TenantId,
        person: PersonId,
        file: ObjectId,
        row: &FileRow,
        ring: &Ring,
    ) -> Result<(FileHead, u32), VaultError> {
        let tampered = |class, why| VaultError::Tampered {
            what: format!("the description of file {file}"),
            class,
            why,
        };
        let place = place::file_row(
            self.environment(),
            tenant,
            person,
            file,
            row.sealed_len,
            row.written_at,
        );
        let parsed = Sealed::parse(&row.sealed).map_err(|why| tampered(None, why))?;
        let part = parsed
            .parts()
            .next()
            .ok_or_else(|| tampered(None, OpenError::Altered))?;
        let class =
            Class::from_code(part.class).ok_or_else(|| tampered(None, OpenError::Altered))?;
        // A generation that never was is as wrong as a changed byte: nothing here was sealed under it.
        let key = ring
            .at(class, part.generation)
            .map_err(|error| match error {
                KeysError::MissingGeneration(_) => tampered(Some(class), OpenError::Altered),
                other => other.into(),
            })?;
        let plain = parsed
            .open(part.class, &key.key, &place)
            .map_err(|why| tampered(Some(class), why))?;
        let head: FileHead =
            serde_json::from_slice(&plain).map_err(|_| VaultError::Damaged("file head"))?;
        if head.class != class {
            return Err(VaultError::Damaged("file head"));
        }
        Ok((head, part.generation))
    }
}

/// A file's row, not opened.
pub(crate) struct FileRow {
    pub sealed_len: u64,
    pub written_at: Instant,
    pub sealed: Vec<u8>,
    /// Where the bytes lie, if not under the file's own id.
    pub object: Option<ObjectId>,
}

impl FileRow {
    pub(crate) fn read(row: &mut store::Row, at: usize) -> Result<Self, VaultError> {
        Ok(Self {
            sealed_len: u64::try_from(row.int(at)?)
                .map_err(|_| VaultError::Damaged("file length"))?,
            written_at: Instant::from_micros(row.int(at + 1)?),
            object: object(row, at + 3)?,
            sealed: row.take_bytes(at + 2)?,
        })
    }
}

fn object(row: &store::Row, at: usize) -> Result<Option<ObjectId>, VaultError> {
    if row.is_null(at) {
        return Ok(None);
    }
    let object = ObjectId::from_slice(row.bytes(at)?);
    object.map(Some).ok_or(VaultError::Damaged("file's object"))
}

/// Where a file's bytes lie, from a row of its id and its object.
pub(crate) fn lies(row: &store::Row) -> Result<ObjectId, VaultError> {
    let file = ObjectId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("file id"))?;
    Ok(object(row, 1)?.unwrap_or(file))
}

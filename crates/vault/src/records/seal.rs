//! Between a document's parts and the sealed blob of a row.
//!
//! The part of class `internal` is always there and begins with the record's id (one length byte, then the id): ids given
//! from outside stand in no column.

use std::collections::BTreeSet;

use audit::RecordHandle;
use base::{Class, ClassSet, Instant, Name, PersonId, RecordId, TenantId};
use crypt::record::{PartPlain, Sealed};
use crypt::{Context, OpenError, Plain};
use keys::{KeysError, Ring};
use zeroize::Zeroizing;

use crate::document::{self, Intake, Sight};
use crate::register::Collection;
use crate::{Vault, VaultError, place};

/// Where one version of one record lies.
pub(crate) struct At<'a> {
    pub tenant: &'a TenantId,
    pub person: PersonId,
    pub collection: &'a Name,
    pub rkey: RecordHandle,
    pub version: u64,
    pub written_at: Instant,
}

impl At<'_> {
    fn place(&self, vault: &Vault) -> Context {
        place::record(
            vault.environment(),
            self.tenant,
            self.person,
            self.collection,
            self.rkey,
            self.version,
            self.written_at,
        )
    }

    fn name(&self) -> String {
        format!(
            "record {} {} version {}",
            self.collection,
            hex::encode(self.rkey.as_bytes()),
            self.version
        )
    }
}

/// What a reader may see.
#[derive(Clone, Copy)]
pub(crate) struct Eyes<'a> {
    pub clear: ClassSet,
    pub masked: ClassSet,
    /// Only these fields, where a grant names some.
    pub only: Option<&'a BTreeSet<String>>,
}

/// A record that was opened as far as its reader may see.
pub(crate) struct Seen {
    pub record: RecordId,
    pub json: Vec<u8>,
    /// The classes that were opened, for the log.
    pub classes: ClassSet,
}

impl Vault {
    /// Seal a document under the person's newest keys.
    pub(super) fn seal_record(
        &self,
        at: &At<'_>,
        record: &RecordId,
        intake: &Intake,
        ring: &Ring,
    ) -> Result<Vec<u8>, VaultError> {
        let internal = intake.part(Class::Internal).unwrap_or(&[]);
        let id = record.as_str().as_bytes();
        let mut head = Zeroizing::new(Vec::with_capacity(1 + id.len() + internal.len()));
        // A record id has at most 64 bytes.
        head.push(u8::try_from(id.len()).unwrap_or(u8::MAX));
        head.extend_from_slice(id);
        head.extend_from_slice(internal);

        let mut keys = Vec::with_capacity(4);
        keys.push((ring.newest(Class::Internal)?, head.as_slice()));
        for (class, payload) in intake.parts() {
            if class != Class::Internal {
                keys.push((ring.newest(class)?, payload));
            }
        }
        let parts: Vec<_> = keys
            .iter()
            .map(|(key, plain)| PartPlain {
                class: key.class.code(),
                generation: key.generation,
                key: &key.key,
                plain,
            })
            .collect();
        Ok(crypt::record::seal(&parts, &at.place(self), self.rng()))
    }

    /// The classes that a sealed document of `intake` needs keys for.
    pub(super) fn classes_of(intake: &Intake) -> ClassSet {
        intake
            .parts()
            .map(|(class, _)| class)
            .collect::<ClassSet>()
            .with(Class::Internal)
    }

    /// Open a sealed record as far as `eyes` may see.
    pub(crate) fn open_record(
        &self,
        at: &At<'_>,
        collection: &Collection,
        sealed: &[u8],
        ring: &Ring,
        eyes: Eyes<'_>,
    ) -> Result<Seen, VaultError> {
        let tampered = |class, why| VaultError::Tampered {
            what: at.name(),
            class,
            why,
        };
        let parsed = Sealed::parse(sealed)
            .map_err(|why| tampered(None, why))?
            .at(&at.place(self));
        let mut record = None;
        let mut classes = ClassSet::EMPTY;
        let mut opened: Vec<(Class, Plain)> = Vec::with_capacity(4);
        for part in parsed.parts() {
            let class =
                Class::from_code(part.class).ok_or_else(|| tampered(None, OpenError::Altered))?;
            let visible = eyes.clear.contains(class) || eyes.masked.contains(class);
            // The internal part is opened for the id in any case.
            if !visible && class != Class::Internal {
                continue;
            }
            // A generation that never was is as wrong as a changed byte: nothing here was sealed under it.
            let key = ring
                .at(class, part.generation)
                .map_err(|error| match error {
                    KeysError::MissingGeneration(_) => tampered(Some(class), OpenError::Altered),
                    other => other.into(),
                })?;
            let plain = parsed
                .open(part.class, &key.key)
                .map_err(|why| tampered(Some(class), why))?;
            if class == Class::Internal {
                record = Some(record_id(&plain)?);
            }
            if visible {
                classes = classes.with(class);
                opened.push((class, plain));
            }
        }
        let (record, id_len) = record.ok_or_else(|| tampered(None, OpenError::Altered))?;
        let parts: Vec<_> = opened
            .iter()
            .filter_map(|(class, plain)| {
                let skip = if *class == Class::Internal {
                    1 + id_len
                } else {
                    0
                };
                // A document without internal fields has an internal part that holds the id alone.
                let payload = plain.get(skip..).filter(|payload| !payload.is_empty())?;
                let sight = if eyes.clear.contains(*class) {
                    Sight::Clear
                } else {
                    Sight::Masked
                };
                Some((*class, payload, sight))
            })
            .collect();
        let json = document::merge(collection, &parts, eyes.only)?;
        Ok(Seen {
            record,
            json,
            classes,
        })
    }
}

fn record_id(plain: &[u8]) -> Result<(RecordId, usize), VaultError> {
    let damaged = VaultError::Damaged("record's head");
    let Some((&len, rest)) = plain.split_first() else {
        return Err(damaged);
    };
    let len = usize::from(len);
    let text = rest.get(..len).and_then(|id| std::str::from_utf8(id).ok());
    match text.and_then(|text| text.parse().ok()) {
        Some(record) => Ok((record, len)),
        None => Err(damaged),
    }
}

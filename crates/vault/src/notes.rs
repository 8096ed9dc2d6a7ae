//! Notes: what a person asked the house for under their rights, and what it said to them. Free text about a person, so it is sealed under
//! their own keys, in the highest class: an erasure makes it unreadable everywhere, and sealing again reaches it.
//!
//! Rows lie in `rights_event`; who writes them is `server`, in the commit that holds the entry.

use base::{Class, ClassSet, Instant, ObjectId, PersonId, TenantId};
use crypt::record::{PartPlain, Sealed};
use crypt::{Context, OpenError, Plain};
use keys::KeysError;
use policy::{Allowed, RightsOf};
use store::{Committed, StoreError, WriteSet};

use crate::vault::{GUARD_SEALABLE, only_index};
use crate::{Vault, VaultError, place};

/// What people may write besides a diagnosis lies in no lower class.
const CLASS: Class = Class::Health;

/// Where one note lies.
#[derive(Clone, Copy, Debug)]
pub struct NoteAt {
    /// Whose.
    pub person: PersonId,
    /// On which request.
    pub request: ObjectId,
    /// Which event of it.
    pub seq: u32,
    /// When.
    pub at: Instant,
}

impl Vault {
    /// Seal a note under the person's newest key. Gives the set that it must be committed with by [`Vault::commit_note`].
    ///
    /// # Errors
    /// [`VaultError::NoPerson`]; key failures.
    pub async fn seal_note(
        &self,
        allowed: &Allowed<RightsOf>,
        at: NoteAt,
        plain: &[u8],
    ) -> Result<(Vec<u8>, WriteSet), VaultError> {
        let tenant = owner(allowed, at)?;
        let classes = ClassSet::EMPTY.with(CLASS);
        let ring = self
            .keys()
            .ensure_person(tenant, at.person, classes)
            .await?;
        let key = ring.newest(CLASS)?;
        let part = PartPlain {
            class: CLASS.code(),
            generation: key.generation,
            key: &key.key,
            plain,
        };
        let place = self.note_place(tenant, at);
        let sealed = crypt::record::seal(&[part], &place, self.rng());
        Ok((sealed, self.sealing(tenant, &ring, classes)))
    }

    /// Open a note. Whoever hands it out has its entry durable first.
    ///
    /// # Errors
    /// [`VaultError::Tampered`], [`VaultError::NoPerson`]; key failures.
    pub async fn open_note(
        &self,
        allowed: &Allowed<RightsOf>,
        at: NoteAt,
        sealed: &[u8],
    ) -> Result<Plain, VaultError> {
        let tenant = owner(allowed, at)?;
        let tampered = |why| VaultError::Tampered {
            what: format!("note {} of request {}", at.seq, at.request),
            class: Some(CLASS),
            why,
        };
        let ring = self.keys().ring(tenant, at.person).await?;
        let ring = self.with_keys_of(tenant, ring, sealed).await?;
        let parsed = Sealed::parse(sealed).map_err(tampered)?;
        let part = parsed
            .parts()
            .find(|it| it.class == CLASS.code())
            .ok_or_else(|| tampered(OpenError::Altered))?;
        let key = ring
            .at(CLASS, part.generation)
            .map_err(|error| match error {
                KeysError::MissingGeneration(_) => tampered(OpenError::Altered),
                other => other.into(),
            })?;
        parsed
            .open(part.class, &key.key, &self.note_place(tenant, at))
            .map_err(tampered)
    }

    /// Commit a set that [`Vault::seal_note`] began. Gives the index of its entry.
    ///
    /// # Errors
    /// [`VaultError::NoPerson`]; [`VaultError::NewerKeys`]: seal it again. Guards of others stand in [`VaultError::Store`].
    pub async fn commit_note(
        &self,
        tenant: &TenantId,
        person: PersonId,
        set: WriteSet,
    ) -> Result<(Committed, u64), VaultError> {
        match self.commit(set).await {
            Err(VaultError::Store(StoreError::Guard(GUARD_SEALABLE))) => {
                self.heed_newer_keys(tenant, person).await?;
                Err(VaultError::NewerKeys)
            }
            Err(error) => Err(error),
            Ok(committed) => {
                let index = only_index(&committed)?;
                Ok((committed, index))
            }
        }
    }

    fn note_place(&self, tenant: &TenantId, at: NoteAt) -> Context {
        place::note(
            self.environment(),
            tenant,
            at.person,
            at.request,
            u64::from(at.seq),
            at.at,
        )
    }
}

/// Whose it is, if what was allowed reaches this person.
fn owner(allowed: &Allowed<RightsOf>, at: NoteAt) -> Result<&TenantId, VaultError> {
    let thing = allowed.thing();
    match thing.person {
        Some(person) if person != at.person => Err(VaultError::NoPerson),
        _ => Ok(&thing.tenant),
    }
}

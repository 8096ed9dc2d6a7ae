//! What both have in common: parts opened with the keys they name and sealed again with the newest; and the rows of persons,
//! which hang under the tenant's sealing key.

use audit::{Action, Outcome};
use base::{Class, Ctx, Instant, PersonId};
use crypt::record::{PartPlain, Sealed};
use crypt::{Context, OpenError, Plain};
use keys::{KeysError, PersonKey, Ring};
use policy::{Allowed, KeysOf};
use store::WriteSet;

use super::{GUARD_RENEW, Told, changed};
use crate::{Vault, VaultError, place, sql};

const PAGE_ROWS: u32 = 256;

impl Vault {
    /// Open every part with the key that it names, and seal them all with the newest, for the same place.
    pub(super) fn seal_again(
        &self,
        sealed: &[u8],
        place: &Context,
        ring: &Ring,
        what: impl Fn() -> String,
    ) -> Result<Vec<u8>, VaultError> {
        let tampered = |class, why| VaultError::Tampered {
            what: what(),
            class,
            why,
        };
        let parsed = Sealed::parse(sealed)
            .map_err(|why| tampered(None, why))?
            .at(place);
        let mut opened: Vec<(PersonKey, Plain)> = Vec::with_capacity(4);
        for part in parsed.parts() {
            let class =
                Class::from_code(part.class).ok_or_else(|| tampered(None, OpenError::Altered))?;
            let key = ring
                .at(class, part.generation)
                .map_err(|error| match error {
                    KeysError::MissingGeneration(_) => tampered(Some(class), OpenError::Altered),
                    other => other.into(),
                })?;
            let plain = parsed
                .open(part.class, &key.key)
                .map_err(|why| tampered(Some(class), why))?;
            opened.push((ring.newest(class)?, plain));
        }
        let parts: Vec<_> = opened
            .iter()
            .map(|(key, plain)| PartPlain {
                class: key.class.code(),
                generation: key.generation,
                key: &key.key,
                plain,
            })
            .collect();
        Ok(crypt::record::seal(&parts, place, self.rng()))
    }

    /// The rows of persons under an older generation of the tenant's sealing key.
    pub(super) async fn renew_person_rows(
        &self,
        ctx: &Ctx,
        allowed: &Allowed<KeysOf>,
        told: &mut Told<'_>,
    ) -> Result<(), VaultError> {
        let tenant = &allowed.thing().tenant;
        let newest = self.keys().sealing_key(tenant)?.generation.to_be_bytes();
        let mut after: Vec<u8> = Vec::new();
        while !told.stopped {
            let params = vec![tenant.into(), after.clone().into(), PAGE_ROWS.into()];
            let rows = self.db().rows(&sql::RENEW_PERSONS, params).await?;
            let Some(last) = rows.last() else { break };
            after = last.bytes(0)?.to_vec();
            let (mut set, mut count) = (WriteSet::new(), 0);
            for row in &rows {
                let sealed = row.bytes(2)?;
                if sealed.starts_with(&newest) {
                    continue;
                }
                let person =
                    PersonId::from_slice(row.bytes(0)?).ok_or(VaultError::Damaged("person id"))?;
                let created_at = Instant::from_micros(row.int(1)?);
                let place = place::person(self.environment(), tenant, person, created_at);
                match self.open_secret(tenant, &place, sealed, "person row") {
                    Err(error) => told.damaged(&error),
                    Ok(plain) => {
                        let again = self.seal_secret(tenant, &place, &plain)?;
                        let params = vec![
                            tenant.into(),
                            person.into(),
                            sealed.to_vec().into(),
                            again.into(),
                        ];
                        set = set.run_expecting(&sql::RENEW_PERSON, params, 1, GUARD_RENEW);
                        count += 1;
                    }
                }
            }
            if count == 0 {
                continue;
            }
            let entry = self
                .entry(ctx, allowed, Action::KeyRenew, Outcome::Ok)?
                .count(count);
            match self.commit(set.log(entry.finish(tenant))).await {
                Ok(_) => told.moved(count),
                // Somebody of the page was erased meanwhile. The next run seals the others again.
                Err(error) if changed(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

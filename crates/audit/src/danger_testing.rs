//! Keys that are derived from a seed and nothing else. For tests and measurements, never for a log that counts.

use std::sync::Arc;

use base::{Instant, Rng as _, SeededRng, TenantId};
use crypt::SymmetricKey;
use crypt::hash::sha256;
use crypt::sign::Ed25519Key;

use crate::entry::{Entry, time};
use crate::keys::{KeysMissing, LogKeys, SealingKey};

/// Log keys in memory, the same for the same seed and tenant.
#[derive(Clone, Copy, Debug)]
pub struct SeededKeys {
    seed: u64,
    generation: u32,
}

impl SeededKeys {
    /// Keys from a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            generation: 1,
        }
    }

    /// The same keys, sealing under another generation from now on.
    #[must_use]
    pub const fn at_generation(self, generation: u32) -> Self {
        Self { generation, ..self }
    }

    fn secret(&self, tenant: &TenantId, what: &str, generation: u32) -> [u8; 32] {
        sha256(&[
            what.as_bytes(),
            tenant.as_str().as_bytes(),
            &self.seed.to_be_bytes(),
            &generation.to_be_bytes(),
        ])
    }
}

impl LogKeys for SeededKeys {
    fn sealing(&self, tenant: &TenantId) -> Result<SealingKey, KeysMissing> {
        Ok(SealingKey {
            generation: self.generation,
            key: self.opening(tenant, self.generation)?,
        })
    }

    fn opening(
        &self,
        tenant: &TenantId,
        generation: u32,
    ) -> Result<Arc<SymmetricKey>, KeysMissing> {
        if generation == 0 || generation > self.generation {
            return Err(KeysMissing {
                tenant: tenant.clone(),
                why: format!("there is no generation {generation}"),
            });
        }
        let secret = self.secret(tenant, "sealing", generation);
        Ok(Arc::new(SymmetricKey::from_bytes(secret)))
    }

    fn signer(&self, tenant: &TenantId) -> Result<Arc<Ed25519Key>, KeysMissing> {
        Ok(Arc::new(Ed25519Key::from_seed(
            &self.secret(tenant, "signing", 0),
        )))
    }
}

/// A plausible entry, the same for the same seed and number, for logs to test with.
///
/// # Panics
/// Never with the words below.
#[must_use]
#[expect(clippy::expect_used, reason = "Invariant: the words below are words")]
pub fn entry(seed: u64, number: u64) -> Entry {
    use base::{Actor, ActorKind, Class, ClassSet, Ctx, Handle, Name, Purpose, RequestId, TokenId};

    use crate::entry::{Action, Outcome, RecordHandle};

    let rng = SeededRng::new(seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut record = [0; 16];
    rng.fill(&mut record);
    let begin = time::read(b"2026-01-01T00:00:00.000000Z").expect("a moment");
    let micros = i64::try_from(number.saturating_mul(1_000)).unwrap_or(i64::MAX / 2);
    let ctx = Ctx {
        tenant: "test".parse().expect("a tenant"),
        actor: Actor {
            kind: ActorKind::App,
            id: TokenId::random(&rng).to_string(),
            role: "clinician".into(),
            authenticated_by: "token",
            grant: None,
        },
        purpose: Some(Purpose::Treat),
        request: RequestId::random(&rng),
        now: Instant::from_micros(begin.micros() + micros),
    };
    let collection: Name = "Observation".parse().expect("a name");
    Entry::new(&ctx, Action::RecordRead, Outcome::Ok)
        .expect("an entry")
        .person(Handle::random(&rng))
        .record(&collection, RecordHandle::from_bytes(record))
        .version(1 + number % 3)
        .classes(ClassSet::EMPTY.with(Class::Personal).with(Class::Health))
        .policy(&"clinician-reads".parse().expect("a name"))
}

//! Recovery codes: for when the app or the key is lost. Each has 128 random bits, is kept as its SHA-256, and is good once.

use audit::Action;
use base::{Ctx, Secret};
use store::WriteSet;

use super::totp::base32;
use super::{FactorId, FactorKind};
use crate::identity::{Identity, of};
use crate::mail::Reason;
use crate::sessions::SignedIn;
use crate::{IdentityError, sql};

/// Codes of one set.
const CODES: usize = 10;
/// Random bytes of a code.
const CODE_BYTES: usize = 16;
/// Characters between dashes.
const GROUP_CHARS: usize = 5;

impl Identity {
    /// A fresh set of codes, which replaces the set before. Shown once.
    ///
    /// # Errors
    /// [`IdentityError::Stale`]; [`IdentityError::Needed`] where there is no factor that they could stand in for; storage failures.
    pub async fn make_recovery_codes(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
    ) -> Result<(Vec<Secret<String>>, u64), IdentityError> {
        who.must_be_fresh(ctx.now)?;
        let (tenant, now) = (&who.tenant, ctx.now);
        let account = self.account(tenant, who.account).await?;
        if self.second_factors(&account, tenant).await?.is_empty() {
            return Err(IdentityError::Needed("a second factor first"));
        }
        let mut set = WriteSet::new().run(
            &sql::FACTOR_DELETE_KIND,
            of(
                tenant,
                account.id,
                vec![FactorKind::Recovery.as_str().into()],
            ),
        );
        let mut codes = Vec::with_capacity(CODES);
        for _ in 0..CODES {
            let mut bytes = zeroize::Zeroizing::new([0; CODE_BYTES]);
            self.rng.fill(bytes.as_mut_slice());
            let digest = crypt::hash::sha256(&[bytes.as_slice()]);
            let more = vec![
                FactorId::random(&*self.rng).into(),
                FactorKind::Recovery.as_str().into(),
                store::Value::Null,
                digest.into(),
                store::Value::Null,
                0_i64.into(),
                now.into(),
            ];
            set = set.run_expecting(
                &sql::FACTOR_INSERT,
                of(tenant, account.id, more),
                1,
                "factor.insert",
            );
            codes.push(grouped(&base32(bytes.as_slice())));
        }
        let set = self
            .write_to(tenant, &account, Reason::RecoveryMade, None, now, set)?
            .log(self.done(ctx, Action::FactorAdd, account.id)?);
        let index = self.commit(set).await?;
        Ok((codes, index))
    }
}

fn grouped(code: &str) -> Secret<String> {
    let mut out = String::with_capacity(code.len() * 2);
    for (at, c) in code.chars().enumerate() {
        if at > 0 && at % GROUP_CHARS == 0 {
            out.push('-');
        }
        out.push(c);
    }
    Secret::new(out)
}

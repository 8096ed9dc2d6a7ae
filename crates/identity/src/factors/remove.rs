//! A factor is taken away, unless that would leave the account weaker than it may be.

use audit::Action;
use base::{Assurance, Ctx};
use store::{StoreError, WriteSet};

use super::{FactorId, FactorKind};
use crate::identity::{Identity, of};
use crate::sessions::SignedIn;
use crate::{IdentityError, sql};

/// None that is asked for would be left.
const GUARD_LEFT: &str = "factor.left";

impl Identity {
    /// Take a factor away. Needs a fresh proof; the owner is told.
    ///
    /// # Errors
    /// [`IdentityError::Stale`], [`IdentityError::NotFound`], [`IdentityError::Needed`]; storage failures.
    pub async fn remove_factor(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        factor: FactorId,
    ) -> Result<u64, IdentityError> {
        who.must_be_fresh(ctx.now)?;
        let (tenant, now) = (&who.tenant, ctx.now);
        let account = self.account(tenant, who.account).await?;
        let kept = self.kept_factors(tenant, account.id).await?;
        let gone = kept
            .iter()
            .find(|it| it.line.id == factor)
            .ok_or(IdentityError::NotFound("factor"))?;
        let mut set = WriteSet::new().run_expecting(
            &sql::ACCOUNT_HOLD,
            of(tenant, account.id, Vec::new()),
            1,
            "account.there",
        );
        if gone.line.kind != FactorKind::Recovery {
            let (either, or, what) = match account.least() {
                Assurance::PhishingResistant => (
                    FactorKind::Passkey,
                    FactorKind::Passkey,
                    "a passkey: add another before you remove this one",
                ),
                _ => (
                    FactorKind::Passkey,
                    FactorKind::Totp,
                    "a second factor: add another before you remove this one",
                ),
            };
            let others = kept
                .iter()
                .filter(|it| it.line.id != factor)
                .any(|it| it.line.kind == either || it.line.kind == or);
            let password = self.kept_password(tenant, account.id).await?;
            let alone = password.is_some_and(|it| it.alone);
            // Where a password of the full length stands, a person may do without a second factor.
            let may_be_last = account.least() == Assurance::Single && alone;
            if !others && !may_be_last {
                return Err(IdentityError::Needed(match account.least() {
                    Assurance::Single => {
                        "a longer password before it can do without a second factor"
                    }
                    _ => what,
                }));
            }
            // What was read may have changed: another factor may go, or the password be a shorter one, at this moment.
            if others {
                let more = vec![factor.into(), either.as_str().into(), or.as_str().into()];
                let params = of(tenant, account.id, more);
                set = set.run_expecting(&sql::FACTOR_OTHER, params, 1, GUARD_LEFT);
            } else {
                let params = of(tenant, account.id, Vec::new());
                set = set.run_expecting(&sql::PASSWORD_ALONE, params, 1, GUARD_LEFT);
            }
            let left = kept
                .iter()
                .any(|it| it.line.id != factor && it.line.kind != FactorKind::Recovery);
            if !left {
                // Recovery codes stand in for a factor; without one they are nothing but a weaker way in.
                let params = of(
                    tenant,
                    account.id,
                    vec![FactorKind::Recovery.as_str().into()],
                );
                set = set.run(&sql::FACTOR_DELETE_KIND, params);
            }
        }
        let set = set.run_expecting(
            &sql::FACTOR_DELETE,
            of(tenant, account.id, vec![factor.into()]),
            1,
            "factor.there",
        );
        let set = self
            .tell_owner(tenant, &account, Action::FactorRemove, now, set)?
            .log(self.done(ctx, Action::FactorRemove, account.id)?);
        match self.commit(set).await {
            Err(IdentityError::Store(StoreError::Guard(GUARD_LEFT))) => {
                Err(IdentityError::Needed("another factor"))
            }
            Err(IdentityError::Store(StoreError::Guard(_))) => {
                Err(IdentityError::NotFound("factor"))
            }
            other => other,
        }
    }
}

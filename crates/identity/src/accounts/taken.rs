//! What is kept of a person as the owner of an account, for them to take along. Secrets are not among it.

use base::{Instant, PersonId, TenantId};

use crate::factors::FactorLine;
use crate::identity::Identity;
use crate::sessions::SessionLine;
use crate::{Account, IdentityError};

/// An account as its owner takes it along.
#[derive(Debug)]
pub struct OwnAccount {
    /// The account.
    pub account: Account,
    /// What it proves itself by.
    pub factors: Vec<FactorLine>,
    /// Where it is signed in.
    pub sessions: Vec<SessionLine>,
}

impl Identity {
    /// The account of a person, if they have one. Whoever asks notes it.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn own_account(
        &self,
        tenant: &TenantId,
        person: PersonId,
        now: Instant,
    ) -> Result<Option<OwnAccount>, IdentityError> {
        let Some(id) = self.account_of(tenant, person).await? else {
            return Ok(None);
        };
        let account = match self.account(tenant, id).await {
            Ok(account) => account,
            Err(IdentityError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let kept = self.kept_factors(tenant, id).await?;
        Ok(Some(OwnAccount {
            account,
            factors: kept.into_iter().map(|it| it.line).collect(),
            sessions: self.session_lines(tenant, id, now).await?,
        }))
    }
}

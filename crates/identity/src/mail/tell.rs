//! Somebody is told what concerns them.

use base::{AccountId, Instant, PersonId, TenantId};
use store::WriteSet;

use super::{News, Reason};
use crate::identity::Identity;
use crate::{IdentityError, State, sql};

impl Identity {
    /// Write `news` to the account, in the commit `set`. Who cannot sign in (any more) is not written to; nor is an account
    /// that is not there.
    ///
    /// # Errors
    /// Storage failures, and what cannot be opened or sealed.
    pub async fn tell(
        &self,
        tenant: &TenantId,
        account: AccountId,
        news: News,
        at: Instant,
        set: WriteSet,
    ) -> Result<WriteSet, IdentityError> {
        let account = match self.account(tenant, account).await {
            Err(IdentityError::NotFound(_)) => return Ok(set),
            other => other?,
        };
        if account.state != State::Active {
            return Ok(set);
        }
        self.write_to(tenant, &account, Reason::News(news), None, at, set)
    }

    /// The account that leads to a person's data, if they have one.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn account_of(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Option<AccountId>, IdentityError> {
        let params = vec![tenant.into(), person.into()];
        let Some(row) = self.db.row(&sql::ACCOUNT_OF_PERSON, params).await? else {
            return Ok(None);
        };
        AccountId::from_slice(row.bytes(0)?)
            .map(Some)
            .ok_or_else(|| IdentityError::damaged("an account's row"))
    }
}

//! A tenant's accounts, for those who keep them.

use audit::{Action, Entry, Outcome};
use base::{AccountId, Ctx};
use store::{Value, WriteSet};

use crate::identity::Identity;
use crate::{Account, Email, IdentityError, sql};

impl Identity {
    /// Up to `limit` accounts behind `after`, by id, and where the log says that they were listed.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn accounts(
        &self,
        ctx: &Ctx,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<(Vec<Account>, u64), IdentityError> {
        let behind = after.map_or_else(|| Value::Bytes(Vec::new()), Into::into);
        let params = vec![(&ctx.tenant).into(), behind, limit.into()];
        let rows = self.db.rows(&sql::ACCOUNT_LIST, params).await?;
        let accounts = rows
            .iter()
            .map(|row| self.read_account(&ctx.tenant, row))
            .collect::<Result<Vec<_>, _>>()?;
        let entry = Entry::new(ctx, Action::AccountList, Outcome::Ok)?.count(accounts.len() as u64);
        let index = self
            .commit(WriteSet::new().log(entry.finish(&ctx.tenant)))
            .await?;
        Ok((accounts, index))
    }

    /// The account with this address, looked up by who keeps accounts.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; storage failures.
    pub async fn find_account(&self, ctx: &Ctx, email: &Email) -> Result<Account, IdentityError> {
        let account = self.account_by_email(&ctx.tenant, email).await?;
        let found = account.as_ref().map(|account| account.id);
        let entry = self
            .entry(ctx, Action::AccountList, Outcome::Ok, found)?
            .count(u64::from(found.is_some()));
        self.commit(WriteSet::new().log(entry.finish(&ctx.tenant)))
            .await?;
        account.ok_or(IdentityError::NotFound("account"))
    }
}

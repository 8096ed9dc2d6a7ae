//! A password's hash, sealed: the hash makes guessing dear, the seal (whose key lies in the key store) makes it impossible for who
//! has the data alone.

use audit::{Action, Outcome};
use base::{AccountId, Instant, Secret, TenantId};
use crypt::Plain;
use store::WriteSet;

use super::{Verdict, judge, prepared};
use crate::factors::FactorKind;
use crate::identity::{GUARD_FACTOR, Identity, of};
use crate::{Account, Caller, IdentityError, Kind, sql};

/// A password that was taken: its hash, sealed, ready to be written.
pub(crate) struct Taken {
    sealed: Vec<u8>,
    alone: bool,
}

/// A password as it is kept.
pub(crate) struct Kept {
    pub sealed: Vec<u8>,
    pub hash: Plain,
    pub alone: bool,
}

impl Identity {
    /// Judge a password, without keeping it: what a form shows while somebody types.
    ///
    /// # Errors
    /// [`IdentityError::Busy`].
    pub async fn judge_password(
        &self,
        tenant: &TenantId,
        password: &Secret<String>,
        words: &[&str],
        alone: bool,
    ) -> Result<Verdict, IdentityError> {
        let password = Secret::new(password.expose().clone());
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let (settings, breached) = (self.settings.clone(), self.breached.clone());
        let mut service = settings.own_words.clone();
        service.push(tenant.as_str().to_owned());
        self.hashers
            .run(move || {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                judge(
                    password.expose(),
                    &words,
                    alone,
                    &settings.passwords,
                    &service,
                    breached.as_deref(),
                )
            })
            .await
    }

    /// Judge, hash and seal a new password of `account`.
    pub(crate) async fn take_password(
        &self,
        tenant: &TenantId,
        account: AccountId,
        password: &Secret<String>,
        words: &[&str],
        alone: bool,
    ) -> Result<Taken, IdentityError> {
        let verdict = self.judge_password(tenant, password, words, alone).await?;
        if !verdict.weaknesses.is_empty() {
            return Err(IdentityError::Weak(verdict.weaknesses));
        }
        let hash = self.hashers.hash(prepared(password.expose())).await?;
        Ok(Taken {
            sealed: self.seal_hash(tenant, account, &hash)?,
            alone: verdict.alone,
        })
    }

    fn seal_hash(
        &self,
        tenant: &TenantId,
        account: AccountId,
        hash: &Secret<String>,
    ) -> Result<Vec<u8>, IdentityError> {
        let id = account.to_string();
        self.seal(tenant, &["account.password", &id], hash.expose().as_bytes())
    }

    pub(crate) async fn kept_password(
        &self,
        tenant: &TenantId,
        account: AccountId,
    ) -> Result<Option<Kept>, IdentityError> {
        let Some(row) = self
            .db
            .row(&sql::PASSWORD_FIND, of(tenant, account, Vec::new()))
            .await?
        else {
            return Ok(None);
        };
        let id = account.to_string();
        let sealed = row.bytes(0)?.to_vec();
        Ok(Some(Kept {
            hash: self.open(tenant, &["account.password", &id], &sealed)?,
            sealed,
            alone: row.int(1)? == 1,
        }))
    }

    /// The same password at today's cost. It fails quietly when somebody sets a new one at this moment.
    pub(crate) async fn hash_again(
        &self,
        caller: &Caller,
        account: AccountId,
        password: &Secret<String>,
        before: &[u8],
    ) -> Result<Vec<u8>, IdentityError> {
        let hash = self.hashers.hash(prepared(password.expose())).await?;
        let sealed = self.seal_hash(&caller.tenant, account, &hash)?;
        let ctx = caller.ctx(base::Actor {
            kind: base::ActorKind::System,
            id: "rehash".to_owned(),
            role: "system".to_owned(),
            authenticated_by: "local",
            grant: None,
        });
        let entry = self.entry(&ctx, Action::PasswordChange, Outcome::Ok, Some(account))?;
        let params = of(
            &caller.tenant,
            account,
            vec![sealed.clone().into(), before.into()],
        );
        let set = WriteSet::new()
            .run_expecting(&sql::PASSWORD_REHASH, params, 1, "password.rehash")
            .log(entry.finish(&caller.tenant));
        self.db.commit(set).await?;
        Ok(sealed)
    }
}

impl Taken {
    /// The condition under which it may be set: a short one stands beside a second factor, which may go at this moment. Comes first in
    /// the commit.
    pub(crate) fn beside_a_factor(
        &self,
        tenant: &TenantId,
        account: &Account,
        set: WriteSet,
    ) -> WriteSet {
        let id = account.id;
        let set = set.run_expecting(
            &sql::ACCOUNT_HOLD,
            of(tenant, id, Vec::new()),
            1,
            "account.there",
        );
        if self.alone || account.kind == Kind::Staff {
            return set;
        }
        let kinds = [FactorKind::Passkey, FactorKind::Totp].map(|kind| kind.as_str().into());
        set.run_expecting(
            &sql::FACTOR_ANY,
            of(tenant, id, kinds.into()),
            1,
            GUARD_FACTOR,
        )
    }

    /// Write it.
    pub(crate) fn set(
        &self,
        tenant: &TenantId,
        account: AccountId,
        now: Instant,
        set: WriteSet,
    ) -> WriteSet {
        let params = of(
            tenant,
            account,
            vec![
                self.sealed.clone().into(),
                i64::from(self.alone).into(),
                now.into(),
            ],
        );
        set.run_expecting(&sql::PASSWORD_SET, params, 1, "password.set")
    }
}

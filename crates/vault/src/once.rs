//! `Idempotency-Key`: the first answer is remembered, sealed, in the commit that it speaks of; a repeat gets it again.

use std::time::Duration;

use base::Ctx;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::WriteSet;

use crate::{Vault, VaultError, place, sql};

/// How long an answer is remembered.
const REMEMBERED_FOR: Duration = Duration::from_hours(24);

/// A request that shall happen once.
#[derive(Clone, Debug)]
pub struct Once {
    token: [u8; 16],
    request: [u8; 32],
}

impl Vault {
    /// The request with idempotency key `key` by this actor, whose method, address and body are `request`.
    ///
    /// # Errors
    /// When the tenant's keys are not open.
    pub fn once(&self, ctx: &Ctx, key: &str, request: &[&[u8]]) -> Result<Once, VaultError> {
        let index = self.keys().index_key(&ctx.tenant)?;
        let value = format!("{}\u{0}{key}", ctx.actor.id);
        // Keyed, since a bare digest of a request would let its content be guessed.
        Ok(Once {
            token: crypt::mac::blind_index(&index.key, "once", value.as_bytes()),
            request: crypt::mac::hmac_sha256(&index.key, request),
        })
    }

    /// The remembered answer, if this request came before.
    pub(crate) async fn remembered<T: DeserializeOwned>(
        &self,
        ctx: &Ctx,
        once: Option<&Once>,
    ) -> Result<Option<T>, VaultError> {
        let Some(once) = once else { return Ok(None) };
        let params = vec![(&ctx.tenant).into(), once.token.into(), ctx.now.into()];
        let Some(row) = self.db().row(&sql::ONCE_FIND, params).await? else {
            return Ok(None);
        };
        if row.bytes(0)? != once.request {
            return Err(VaultError::OnceMismatch);
        }
        let place = place::once(self.environment(), &ctx.tenant, &once.token);
        let plain = self.open_secret(&ctx.tenant, &place, row.bytes(1)?, "remembered answer")?;
        serde_json::from_slice(&plain)
            .map(Some)
            .map_err(|_| VaultError::Damaged("remembered answer"))
    }

    /// `set` with the writes that remember `answer`.
    pub(crate) fn remember<T: Serialize>(
        &self,
        ctx: &Ctx,
        once: Option<&Once>,
        answer: &T,
        set: WriteSet,
    ) -> Result<WriteSet, VaultError> {
        let Some(once) = once else { return Ok(set) };
        let plain = serde_json::to_vec(answer).map_err(|_| VaultError::Damaged("answer"))?;
        let place = place::once(self.environment(), &ctx.tenant, &once.token);
        let sealed = self.seal_secret(&ctx.tenant, &place, &plain)?;
        let expires_at = ctx.now.after(REMEMBERED_FOR);
        Ok(set.run(
            &sql::ONCE_INSERT,
            vec![
                (&ctx.tenant).into(),
                once.token.into(),
                once.request.into(),
                sealed.into(),
                expires_at.into(),
            ],
        ))
    }

    /// Forget answers whose time is over.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn forget_answers(&self, now: base::Instant) -> Result<(), VaultError> {
        self.db()
            .commit(WriteSet::new().run(&sql::ONCE_EXPIRE, vec![now.into()]))
            .await?;
        Ok(())
    }
}

//! The keys that sign tokens: one that will, one that does, one that did. They take turns by themselves.
//!
//! The next key is shown before it signs, and the previous one after, so that whoever keeps our keys for a while always has
//! the right one.

use std::sync::Arc;

use audit::{Action, Entry, Outcome};
use base::{Actor, ActorKind, Ctx, Instant, RequestId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypt::es256::Es256Key;
use parking_lot::RwLock;
use serde_json::{Value, json};
use store::{StoreError, WriteSet};

use super::{Oauth, OauthError, jose, sql};

/// The place that a signing key is sealed for.
const PLACE: &str = "signing_key";
/// Keys are read again after this long: another node may have changed them.
const BELIEVED_FOR: std::time::Duration = std::time::Duration::from_mins(1);

/// The keys at hand.
#[derive(Default)]
pub(super) struct Ring(RwLock<Option<Arc<Keys>>>);

pub(super) struct Keys {
    kid: String,
    current: Es256Key,
    since: Instant,
    jwks: Value,
    read_at: Instant,
}

impl Oauth {
    /// The public halves, as a JWK set (RFC 7517).
    ///
    /// # Errors
    /// Storage failures.
    pub async fn jwks(&self) -> Result<Value, OauthError> {
        Ok(self.signing_keys().await?.jwks.clone())
    }

    /// A token of the type `typ`, signed by the present key.
    pub(super) async fn sign(&self, typ: &str, claims: &Value) -> Result<String, OauthError> {
        let keys = self.signing_keys().await?;
        Ok(jose::sign(&keys.current, &keys.kid, typ, claims))
    }

    async fn signing_keys(&self) -> Result<Arc<Keys>, OauthError> {
        let now = self.clock.now();
        let at_hand = self.ring.0.read().clone();
        if let Some(keys) = at_hand
            && now.since(keys.read_at) < BELIEVED_FOR
        {
            return Ok(keys);
        }
        if let Some(keys) = self.read_keys().await? {
            return Ok(keys);
        }
        self.first_keys().await?;
        self.read_keys()
            .await?
            .ok_or(OauthError::Damaged("signing key"))
    }

    async fn read_keys(&self) -> Result<Option<Arc<Keys>>, OauthError> {
        let rows = self.db.rows(&sql::KEY_LIST, Vec::new()).await?;
        let damaged = || OauthError::Damaged("signing key");
        let mut public = Vec::new();
        let mut current = None;
        for row in &rows {
            let kid = row.text(0)?.to_owned();
            let mut jwk: Value = serde_json::from_str(row.text(2)?).map_err(|_| damaged())?;
            jwk.as_object_mut()
                .ok_or_else(damaged)?
                .insert("kid".into(), kid.clone().into());
            public.push(jwk);
            if row.text(1)? == "current" {
                let pkcs8 = self
                    .secrets
                    .open(&self.operator, &[PLACE, &kid], row.bytes(3)?)?;
                let key = Es256Key::from_pkcs8(&pkcs8).ok_or_else(damaged)?;
                current = Some((kid, key, Instant::from_micros(row.int(4)?)));
            }
        }
        let Some((kid, current, since)) = current else {
            return Ok(None);
        };
        let keys = Arc::new(Keys {
            kid,
            current,
            since,
            jwks: json!({ "keys": public }),
            read_at: self.clock.now(),
        });
        *self.ring.0.write() = Some(Arc::clone(&keys));
        Ok(Some(keys))
    }

    /// The first key and the one after it. Two nodes that begin at once agree on one: the other's does not go in.
    async fn first_keys(&self) -> Result<(), OauthError> {
        let now = self.clock.now();
        let set = self.insert_key("current", now, WriteSet::new())?;
        let set = self.insert_key("next", now, set)?;
        self.commit_keys(set, now).await
    }

    /// Let the next key take over if the present one has signed for long enough.
    pub(super) async fn rotate_when_due(&self) -> Result<(), OauthError> {
        let keys = self.signing_keys().await?;
        if self.clock.now().since(keys.since) < self.lives.signing_key {
            return Ok(());
        }
        self.rotate_signing_key().await
    }

    /// Let the next key take over now.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn rotate_signing_key(&self) -> Result<(), OauthError> {
        let now = self.clock.now();
        let keys = self.signing_keys().await?;
        let rows = self.db.rows(&sql::KEY_LIST, Vec::new()).await?;
        let mut next = None;
        for row in &rows {
            if row.text(1)? == "next" {
                next = Some(row.text(0)?.to_owned());
            }
        }
        let next = next.ok_or(OauthError::Damaged("signing key"))?;
        let change =
            |kid: &str, from: &str, to: &str| vec![kid.into(), from.into(), to.into(), now.into()];
        let set = WriteSet::new()
            .run(&sql::KEY_DROP, Vec::new())
            .run_expecting(
                &sql::KEY_MOVE,
                change(&keys.kid, "current", "previous"),
                1,
                "signing_key.current",
            )
            .run_expecting(
                &sql::KEY_MOVE,
                change(&next, "next", "current"),
                1,
                "signing_key.next",
            );
        let set = self.insert_key("next", now, set)?;
        self.commit_keys(set, now).await?;
        self.read_keys().await?;
        Ok(())
    }

    fn insert_key(&self, state: &str, now: Instant, set: WriteSet) -> Result<WriteSet, OauthError> {
        let key = Es256Key::generate();
        let jwk = jose::jwk(&key);
        let public = jose::PublicKey::of_jwk(&jwk).ok_or(OauthError::Damaged("signing key"))?;
        let kid = URL_SAFE_NO_PAD.encode(public.thumbprint());
        let sealed = self
            .secrets
            .seal(&self.operator, &[PLACE, &kid], &key.to_pkcs8())?;
        let params = vec![
            kid.into(),
            state.into(),
            jwk.to_string().into(),
            sealed.into(),
            now.into(),
        ];
        Ok(set.run_expecting(&sql::KEY_INSERT, params, 1, "signing_key.insert"))
    }

    async fn commit_keys(&self, set: WriteSet, now: Instant) -> Result<(), OauthError> {
        let ctx = Ctx {
            tenant: self.operator.clone(),
            actor: Actor {
                kind: ActorKind::System,
                id: "oauth".to_owned(),
                role: "system".to_owned(),
                authenticated_by: "local",
                grant: None,
            },
            purpose: None,
            request: RequestId::random(&*self.rng),
            now,
        };
        let entry = Entry::new(&ctx, Action::SigningKeyRotate, Outcome::Ok)?;
        match self.db.commit(set.log(entry.finish(&self.operator))).await {
            // Another node was faster; its keys are as good.
            Ok(_) | Err(StoreError::Duplicate | StoreError::Guard(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

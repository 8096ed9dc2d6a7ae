//! A session begins: a name and a secret of its own, whatever came before it.

use std::time::Duration;

use base::{Assurance, Instant, Secret, SessionId};
use store::WriteSet;

use crate::identity::{Identity, of};
use crate::{Account, Caller, IdentityError, bearer, sql};

/// Sessions of one account at once; the oldest ends when another begins.
const SESSIONS_MAX: i64 = 48;

/// A session to hand out.
#[derive(Debug)]
pub struct NewSession {
    /// Its public name.
    pub id: SessionId,
    /// For the holder's cookie `__Host-session`.
    pub text: Secret<String>,
    /// How strongly it was proven.
    pub assurance: Assurance,
    /// Until when, at the longest.
    pub ends_at: Instant,
    /// For the cookie `__Host-device`, where the device was not known.
    pub device: Option<Secret<String>>,
    /// How long that lives.
    pub device_lives: Duration,
}

impl Identity {
    pub(crate) fn new_session(
        &self,
        caller: &Caller,
        account: &Account,
        assurance: Assurance,
        set: WriteSet,
    ) -> Result<(NewSession, WriteSet), IdentityError> {
        let (tenant, now) = (&caller.tenant, caller.now);
        let lifetimes = &self.settings.lifetimes;
        let lives = lifetimes.session(assurance);
        let id = SessionId::random(&*self.rng);
        let (text, hash) = bearer::SESSION.issue(id.as_bytes(), &*self.rng);
        let ends_at = now.after(lives.whole);
        let name = caller
            .agent
            .as_ref()
            .map(|agent| self.seal_session_name(tenant, id, agent))
            .transpose()?;
        let set = set
            .run(
                &sql::SESSIONS_END_OLDEST,
                of(
                    tenant,
                    account.id,
                    vec![now.into(), (SESSIONS_MAX - 1).into()],
                ),
            )
            .run_expecting(
                &sql::SESSION_INSERT,
                vec![
                    id.into(),
                    tenant.into(),
                    account.id.into(),
                    hash.into(),
                    assurance.as_str().into(),
                    now.into(),
                    now.after(lives.idle).into(),
                    ends_at.into(),
                    now.after(lifetimes.fresh).into(),
                    name.into(),
                ],
                1,
                "session.insert",
            );
        // A device keeps its text: to whom else it is known is nobody's business, and each account knows it by itself.
        let device = match &caller.device {
            Some(device) if device.expose().len() == crypt::token::SECRET_CHARS => None,
            _ => Some(crypt::token::generate(&*self.rng)),
        };
        let known = match (&device, &caller.device) {
            (Some(fresh), _) => crypt::token::digest(fresh.expose()),
            (None, Some(brought)) => crypt::token::digest(brought.expose()),
            (None, None) => return Err(IdentityError::Internal("no device".to_owned())),
        };
        let set = set.run(
            &sql::DEVICE_INSERT,
            of(
                tenant,
                account.id,
                vec![known.into(), now.into(), now.after(lifetimes.device).into()],
            ),
        );
        let session = NewSession {
            id,
            text,
            assurance,
            ends_at,
            device,
            device_lives: lifetimes.device,
        };
        Ok((session, set))
    }
}

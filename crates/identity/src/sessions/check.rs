//! Whose session is this?

use std::time::Duration;

use base::{AccountId, Assurance, Ctx, Instant, PersonId, RequestId, SessionId, TenantId};
use policy::{Proven, Role, Scope};
use store::{StoreError, WriteSet};

use crate::identity::Identity;
use crate::model::actor;
use crate::{IdentityError, Kind, bearer, sql};

/// A session is believed for this long without asking the database: the longest that ending one takes on another node.
const BELIEVED_FOR: Duration = Duration::from_secs(1);
/// How often it is written down that a session is in use.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// Who is in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// At which tenant.
    pub tenant: TenantId,
    /// By which session.
    pub session: SessionId,
    /// Whose.
    pub account: AccountId,
    /// Whose sort.
    pub kind: Kind,
    /// Acting as.
    pub role: Role,
    /// The person whose account it is.
    pub person: Option<PersonId>,
    /// How strongly it was proven.
    pub assurance: Assurance,
    /// Until when the proof counts as fresh.
    pub fresh_until: Instant,
}

pub(crate) struct Believed {
    hash: [u8; 32],
    who: SignedIn,
    until: Instant,
}

impl SignedIn {
    /// The circumstances of what they do.
    #[must_use]
    pub fn ctx(&self, request: RequestId, now: Instant) -> Ctx {
        Ctx {
            tenant: self.tenant.clone(),
            actor: actor(self.account, self.kind, self.role, "session"),
            purpose: None,
            request,
            now,
        }
    }

    /// Whether the proof is fresh enough to change what matters.
    ///
    /// # Errors
    /// [`IdentityError::Stale`].
    pub fn must_be_fresh(&self, now: Instant) -> Result<(), IdentityError> {
        if now < self.fresh_until {
            Ok(())
        } else {
            Err(IdentityError::Stale)
        }
    }
}

impl From<SignedIn> for Proven {
    fn from(who: SignedIn) -> Self {
        Self {
            tenant: who.tenant,
            actor_id: who.account.to_string(),
            authenticated_by: "session",
            role: who.role,
            person: who.person,
            scope: Scope::default(),
            assurance: Some(who.assurance),
            fresh_until: Some(who.fresh_until),
            grant: None,
        }
    }
}

impl Identity {
    /// Who is in by this session.
    ///
    /// # Errors
    /// [`IdentityError::Session`] for anything that is not a live session; storage failures.
    pub async fn session(&self, text: &str, now: Instant) -> Result<SignedIn, IdentityError> {
        let (name, hash) = bearer::SESSION.read(text).ok_or(IdentityError::Session)?;
        let id = SessionId::from_bytes(name);
        if let Some(believed) = self.believed.lock().get(&id)
            && crypt::mac::same(&believed.hash, &hash)
            && now < believed.until
        {
            return Ok(believed.who.clone());
        }
        let row = self
            .db
            .row(&sql::SESSION_FIND, vec![id.into()])
            .await?
            .ok_or(IdentityError::Session)?;
        let damaged = || IdentityError::damaged("a session's row");
        let (idle_at, ends_at) = (
            Instant::from_micros(row.int(5)?),
            Instant::from_micros(row.int(6)?),
        );
        if !crypt::mac::same(row.bytes(2)?, &hash) || now >= idle_at || now >= ends_at {
            return Err(IdentityError::Session);
        }
        let who = SignedIn {
            tenant: row.text(0)?.parse().map_err(|_| damaged())?,
            session: id,
            account: AccountId::from_slice(row.bytes(1)?).ok_or_else(damaged)?,
            assurance: row.text(3)?.parse().map_err(|()| damaged())?,
            fresh_until: Instant::from_micros(row.int(7)?),
            kind: row.text(8)?.parse().map_err(|()| damaged())?,
            person: if row.is_null(9) {
                None
            } else {
                Some(PersonId::from_slice(row.bytes(9)?).ok_or_else(damaged)?)
            },
            role: row.text(10)?.parse().map_err(|_| damaged())?,
        };
        // The account may do more since the session began: then it has to prove more.
        if who.assurance < crate::least(who.kind, who.role) {
            return Err(IdentityError::Session);
        }
        if now.since(Instant::from_micros(row.int(4)?)) >= SEEN_EVERY {
            self.see(&who, now).await?;
        }
        let until = now.after(BELIEVED_FOR).min(idle_at).min(ends_at);
        self.believed.lock().put(
            id,
            Believed {
                hash,
                who: who.clone(),
                until,
            },
        );
        Ok(who)
    }

    /// Write down that a session is in use, which puts its idle end off.
    async fn see(&self, who: &SignedIn, now: Instant) -> Result<(), IdentityError> {
        let idle_at = now.after(self.settings.lifetimes.session(who.assurance).idle);
        let set = WriteSet::new().run(
            &sql::SESSION_SEEN,
            vec![who.session.into(), now.into(), idle_at.into()],
        );
        match self.db.commit(set).await {
            // A database that takes no writes at present lets nobody do anything anyway; that is for the operation to find.
            Ok(_) | Err(StoreError::Unavailable(_) | StoreError::Unsure) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn forget_session(&self, session: SessionId) {
        self.believed.lock().pop(&session);
    }

    /// Believe no session of this account any more.
    pub(crate) fn forget_sessions(&self, account: AccountId) {
        let mut believed = self.believed.lock();
        let gone: Vec<SessionId> = believed
            .iter()
            .filter(|(_, it)| it.who.account == account)
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            believed.pop(&id);
        }
    }
}

//! An account's own sessions, and what they are called.

use audit::{Action, Outcome};
use base::{AccountId, Assurance, Ctx, Instant, SessionId, TenantId};
use store::WriteSet;

use super::SignedIn;
use crate::identity::{Identity, of};
use crate::{IdentityError, Label, sql};

/// Lines of a list: more than an account can have.
const LIST_MAX: i64 = 100;

/// One line of the list.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// Which.
    pub id: SessionId,
    /// How strongly it was proven.
    pub assurance: Assurance,
    /// Since when.
    pub created_at: Instant,
    /// Last seen, within a minute.
    pub seen_at: Instant,
    /// Until when, if nothing comes.
    pub idle_at: Instant,
    /// Until when, at the longest.
    pub ends_at: Instant,
    /// What it is called.
    pub name: Option<Label>,
    /// The one that asks.
    pub this: bool,
}

impl Identity {
    /// The account's live sessions.
    pub(crate) async fn session_lines(
        &self,
        tenant: &TenantId,
        account: AccountId,
        now: Instant,
    ) -> Result<Vec<SessionLine>, IdentityError> {
        let params = of(tenant, account, vec![now.into(), LIST_MAX.into()]);
        let rows = self.db.rows(&sql::SESSION_LIST, params).await?;
        let damaged = || IdentityError::damaged("a session's row");
        let mut lines = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = SessionId::from_slice(row.bytes(0)?).ok_or_else(damaged)?;
            let name = if row.is_null(6) {
                None
            } else {
                let place = ["session.name", &id.to_string()];
                let plain = self.open(tenant, &place, row.bytes(6)?)?;
                Some(
                    std::str::from_utf8(&plain)
                        .map_err(|_| damaged())?
                        .parse()?,
                )
            };
            lines.push(SessionLine {
                id,
                assurance: row.text(1)?.parse().map_err(|()| damaged())?,
                created_at: Instant::from_micros(row.int(2)?),
                seen_at: Instant::from_micros(row.int(3)?),
                idle_at: Instant::from_micros(row.int(4)?),
                ends_at: Instant::from_micros(row.int(5)?),
                name,
                this: false,
            });
        }
        Ok(lines)
    }

    /// The account's live sessions, and where the log says that they were listed.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn sessions(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
    ) -> Result<(Vec<SessionLine>, u64), IdentityError> {
        let mut lines = self
            .session_lines(&who.tenant, who.account, ctx.now)
            .await?;
        for line in &mut lines {
            line.this = line.id == who.session;
        }
        let entry = self
            .entry(ctx, Action::AccountList, Outcome::Ok, Some(who.account))?
            .count(lines.len() as u64);
        let index = self
            .commit(WriteSet::new().log(entry.finish(&who.tenant)))
            .await?;
        Ok((lines, index))
    }

    /// Call one of the account's sessions something.
    ///
    /// # Errors
    /// [`IdentityError::NotFound`]; storage failures.
    pub async fn name_session(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
        session: SessionId,
        name: &Label,
    ) -> Result<u64, IdentityError> {
        let sealed = self.seal_session_name(&who.tenant, session, name)?;
        let params = of(
            &who.tenant,
            who.account,
            vec![session.into(), sealed.into()],
        );
        let set = WriteSet::new()
            .run_expecting(&sql::SESSION_NAME, params, 1, "session.there")
            .log(self.done(ctx, Action::AccountChange, who.account)?);
        self.commit_there(set, "session").await
    }

    pub(crate) fn seal_session_name(
        &self,
        tenant: &TenantId,
        session: SessionId,
        name: &Label,
    ) -> Result<Vec<u8>, IdentityError> {
        self.seal(
            tenant,
            &["session.name", &session.to_string()],
            name.as_str().as_bytes(),
        )
    }

    /// Commit; a guard that failed says that there is no such thing.
    pub(crate) async fn commit_there(
        &self,
        set: WriteSet,
        what: &'static str,
    ) -> Result<u64, IdentityError> {
        match self.commit(set).await {
            Err(IdentityError::Store(store::StoreError::Guard(_))) => {
                Err(IdentityError::NotFound(what))
            }
            other => other,
        }
    }
}

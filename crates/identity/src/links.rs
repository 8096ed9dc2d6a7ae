//! Links that go by mail: 256 random bits, kept as their SHA-256, good once and not for long.

use std::time::Duration;

use base::{AccountId, Instant, Secret, TenantId};
use store::WriteSet;

use crate::identity::{Identity, of};
use crate::model::words;
use crate::{IdentityError, sql};

/// Somebody else used it at this moment.
pub(crate) const GUARD_LINK: &str = "link.take";

words! {
    /// What a link is good for.
    LinkKind {
        /// Shows that an address is somebody's.
        Verify = "verify",
        /// Takes somebody in.
        Invite = "invite",
        /// Lets a forgotten password be set anew.
        Reset = "reset",
    }
}

impl Identity {
    /// A new link, which ends older ones of its kind.
    pub(crate) fn new_link(
        &self,
        tenant: &TenantId,
        kind: LinkKind,
        account: AccountId,
        now: Instant,
        set: WriteSet,
    ) -> (Secret<String>, WriteSet) {
        let text = crypt::token::generate(&*self.rng);
        let set = set
            .run(
                &sql::LINKS_REPLACE,
                of(tenant, account, vec![kind.as_str().into()]),
            )
            .run_expecting(
                &sql::LINK_INSERT,
                vec![
                    tenant.into(),
                    crypt::token::digest(text.expose()).into(),
                    kind.as_str().into(),
                    account.into(),
                    now.into(),
                    now.after(self.lives(kind)).into(),
                ],
                1,
                "link.insert",
            );
        (text, set)
    }

    fn lives(&self, kind: LinkKind) -> Duration {
        let lifetimes = &self.settings.lifetimes;
        match kind {
            LinkKind::Verify => lifetimes.verify_link,
            LinkKind::Invite => lifetimes.invite_link,
            LinkKind::Reset => lifetimes.reset_link,
        }
    }

    /// Whose link this is, without using it: what a page shows before its button is pressed. A mail program that follows links
    /// uses nothing up.
    ///
    /// # Errors
    /// [`IdentityError::Link`].
    pub async fn link(
        &self,
        tenant: &TenantId,
        kind: LinkKind,
        text: &str,
        now: Instant,
    ) -> Result<AccountId, IdentityError> {
        let params = vec![
            tenant.into(),
            crypt::token::digest(text).into(),
            kind.as_str().into(),
            now.into(),
        ];
        let row = self
            .db
            .row(&sql::LINK_FIND, params)
            .await?
            .ok_or(IdentityError::Link)?;
        AccountId::from_slice(row.bytes(0)?).ok_or_else(|| IdentityError::damaged("a link's row"))
    }

    /// Use it up: of two who bring it, one goes on.
    pub(crate) fn take_link(
        tenant: &TenantId,
        kind: LinkKind,
        text: &str,
        now: Instant,
        set: WriteSet,
    ) -> WriteSet {
        set.run_expecting(
            &sql::LINK_TAKE,
            vec![
                tenant.into(),
                crypt::token::digest(text).into(),
                kind.as_str().into(),
                now.into(),
            ],
            1,
            GUARD_LINK,
        )
    }

    /// The address under which a page takes a link.
    #[must_use]
    pub fn link_address(&self, tenant: &TenantId, kind: LinkKind, text: &str) -> String {
        format!("{}/account/{tenant}/{kind}/{text}", self.settings.address)
    }
}

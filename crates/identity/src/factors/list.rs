//! What an account proves itself by.

use audit::{Action, Outcome};
use base::{AccountId, Assurance, Ctx, Instant, TenantId};
use crypt::Plain;
use store::WriteSet;

use super::{FactorId, FactorKind};
use crate::identity::{Identity, of};
use crate::sessions::SignedIn;
use crate::{Account, IdentityError, Label, sql};

/// Rows of one account: factors and recovery codes, more than there can be.
const ROWS_MAX: i64 = 100;

/// One line of the list.
#[derive(Clone, Debug)]
pub struct FactorLine {
    /// Which.
    pub id: FactorId,
    /// What sort.
    pub kind: FactorKind,
    /// What it is called.
    pub name: Option<Label>,
    /// Since when.
    pub created_at: Instant,
    /// When it was used last.
    pub used_at: Option<Instant>,
}

/// A factor as it is kept.
pub(crate) struct Kept {
    pub line: FactorLine,
    /// What it is checked with, sealed.
    pub sealed: Option<Vec<u8>>,
    /// By which it is found, or compared.
    pub digest: Option<Vec<u8>>,
    pub last: i64,
}

impl Identity {
    pub(crate) async fn kept_factors(
        &self,
        tenant: &TenantId,
        account: AccountId,
    ) -> Result<Vec<Kept>, IdentityError> {
        let params = of(tenant, account, vec![ROWS_MAX.into()]);
        let rows = self.db.rows(&sql::FACTOR_LIST, params).await?;
        let damaged = || IdentityError::damaged("a factor's row");
        rows.iter()
            .map(|row| {
                let id = FactorId::from_slice(row.bytes(0)?).ok_or_else(damaged)?;
                let name = if row.is_null(4) {
                    None
                } else {
                    let place = ["factor.name", &id.to_string()];
                    let plain = self.open(tenant, &place, row.bytes(4)?)?;
                    Some(
                        std::str::from_utf8(&plain)
                            .map_err(|_| damaged())?
                            .parse()?,
                    )
                };
                Ok(Kept {
                    line: FactorLine {
                        id,
                        kind: row.text(1)?.parse().map_err(|()| damaged())?,
                        name,
                        created_at: Instant::from_micros(row.int(6)?),
                        used_at: if row.is_null(7) {
                            None
                        } else {
                            Some(Instant::from_micros(row.int(7)?))
                        },
                    },
                    sealed: if row.is_null(2) {
                        None
                    } else {
                        Some(row.bytes(2)?.to_vec())
                    },
                    digest: if row.is_null(3) {
                        None
                    } else {
                        Some(row.bytes(3)?.to_vec())
                    },
                    last: row.int(5)?,
                })
            })
            .collect()
    }

    /// What a factor is checked with.
    pub(crate) fn open_factor(
        &self,
        tenant: &TenantId,
        account: AccountId,
        kept: &Kept,
    ) -> Result<Plain, IdentityError> {
        let sealed = kept
            .sealed
            .as_deref()
            .ok_or_else(|| IdentityError::damaged("a factor has no secret"))?;
        self.open(
            tenant,
            &["factor", &account.to_string(), &kept.line.id.to_string()],
            sealed,
        )
    }

    /// The second factors that `account` may bring now. Recovery codes count only beside another one.
    pub(crate) async fn second_factors(
        &self,
        account: &Account,
        tenant: &TenantId,
    ) -> Result<Vec<FactorKind>, IdentityError> {
        let kept = self.kept_factors(tenant, account.id).await?;
        let has = |kind| {
            kept.iter().any(|it| {
                it.line.kind == kind && (kind != FactorKind::Recovery || it.line.used_at.is_none())
            })
        };
        let mut kinds = Vec::new();
        if has(FactorKind::Passkey) {
            kinds.push(FactorKind::Passkey);
        }
        // A code can be lured out of somebody: where a passkey is due and there, no code leads past it.
        let only_passkey = account.least() == Assurance::PhishingResistant && !kinds.is_empty();
        if has(FactorKind::Totp) && !only_passkey {
            kinds.push(FactorKind::Totp);
        }
        if !kinds.is_empty() && has(FactorKind::Recovery) {
            kinds.push(FactorKind::Recovery);
        }
        Ok(kinds)
    }

    /// What the account proves itself by, and where the log says that it was listed. Recovery codes are one line each.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn factors(
        &self,
        ctx: &Ctx,
        who: &SignedIn,
    ) -> Result<(Vec<FactorLine>, u64), IdentityError> {
        let lines: Vec<_> = self
            .kept_factors(&who.tenant, who.account)
            .await?
            .into_iter()
            .map(|kept| kept.line)
            .collect();
        let entry = self
            .entry(ctx, Action::AccountList, Outcome::Ok, Some(who.account))?
            .count(lines.len() as u64);
        let index = self
            .commit(WriteSet::new().log(entry.finish(&who.tenant)))
            .await?;
        Ok((lines, index))
    }
}

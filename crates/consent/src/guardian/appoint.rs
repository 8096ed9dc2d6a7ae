//! Guardians are appointed by the tenant's staff, and ended by them.

use base::{AccountId, Ctx, GrantId, Handle, Instant, PersonId, TenantId, card};
use serde::{Deserialize, Serialize};
use store::WriteSet;

use super::{Guarded, Minor, Proposal, YEAR_DAYS, as_seen};
use crate::grants::{GrantState, NewEvent};
use crate::{ConsentError, Consents, DAY, Event, Grant, Party, Terms, receipt, sql};

/// Guardians of one person at once.
pub const GUARDIANS_MAX: usize = 8;
/// What the guardian calls the person, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// By what it was shown, and why it ended, in characters.
pub const WORDS_CHARS_MAX: usize = 2_000;
/// An appointment's own end lies so far away that it says nothing: the day is sealed elsewhere, and decides.
const APPOINTED_YEARS: u32 = 30;
const WORDS: &str = "consent.guardian";
const REASON: &str = "consent.guardian_end";

/// What is written about a guardian in words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardianWords {
    /// What the guardian calls the person.
    pub name: String,
    /// By what it was shown that they are a guardian: a document, or a reference to one.
    pub evidence: String,
}

impl std::fmt::Debug for GuardianWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuardianWords")
    }
}

/// A guardian to be appointed.
#[derive(Clone, Debug)]
pub struct NewGuardian {
    /// Who.
    pub account: AccountId,
    /// What they may do in the person's stead.
    pub terms: Terms,
    /// What stands behind it.
    pub words: GuardianWords,
}

impl NewGuardian {
    /// The same, as far as it can be kept.
    pub(super) fn checked(mut self) -> Result<Self, ConsentError> {
        self.terms.check().map_err(|it| it.under("terms"))?;
        self.words.name = words(
            &self.words.name,
            NAME_CHARS_MAX,
            "What the guardian calls the person has 1 to 80 characters.",
        )?;
        self.words.evidence = words(
            &self.words.evidence,
            WORDS_CHARS_MAX,
            "By what it was shown that somebody is a guardian takes 1 to 2000 characters.",
        )?;
        Ok(self)
    }
}

/// That an appointment was ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Who ended it.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// A guardian, who is one or was.
#[derive(Clone, Debug)]
pub struct Guardian {
    /// The appointment.
    pub appointment: Grant,
    /// What stands behind it.
    pub words: GuardianWords,
    /// Who proposed them; `None` where it was set up before that took two.
    pub proposed_by: Option<String>,
    /// Who appointed them.
    pub appointed_by: String,
    /// When.
    pub appointed_at: Instant,
    /// That it was ended before the day.
    pub ended: Option<Ended>,
}

pub(super) fn place_of_words(what: &str, person: PersonId, appointment: GrantId) -> [String; 3] {
    [what.to_owned(), person.to_string(), appointment.to_string()]
}

/// Words that somebody wrote, within their limit.
fn words(text: &str, chars_max: usize, why: &'static str) -> Result<String, ConsentError> {
    let text = text.trim();
    let long = text.chars().count() > chars_max;
    if text.is_empty() || long || text.contains('\0') {
        return Err(ConsentError::Guardian(why));
    }
    if card::find(text).is_some() {
        return Err(ConsentError::Guardian(
            "That looks like the number of a payment card, which is kept nowhere here.",
        ));
    }
    Ok(text.to_owned())
}

impl Consents {
    /// The writes of an appointment: the grant that lets act, what stands behind it, and the end of the proposal.
    pub(super) fn appointed(
        &self,
        ctx: &Ctx,
        proposal: &Proposal,
        minor: &Minor,
        by: AccountId,
        handle: Handle,
    ) -> Result<(Grant, WriteSet), ConsentError> {
        let (person, appointment) = (proposal.person, proposal.appointment);
        let grant = Grant {
            grant: appointment,
            person,
            grantee: Party::Account(proposal.new.account),
            terms: proposal.new.terms.clone(),
            epoch: 1,
            state: GrantState::Active,
            given_by: None,
            given_at: ctx.now,
            until: ctx.now.after(DAY * (APPOINTED_YEARS * YEAR_DAYS)),
            changed_at: ctx.now,
            request: None,
            proxy: true,
            guarded: Some(Guarded {
                appointment,
                until: Some(minor.decides_at),
                version: minor.version,
            }),
        };
        let receipt = self.sign_receipt(
            ctx,
            &receipt::Receipt {
                tenant: &ctx.tenant,
                handle,
                grant: &grant,
                event: Event::Given,
                offered: None,
                shown: None,
                now: ctx.now,
            },
        )?;
        let plain = serde_json::to_vec(&proposal.new.words).unwrap_or_default();
        let place = place_of_words(WORDS, person, appointment);
        let refs = crate::request::place_refs(&place);
        let sealed = self.secrets.seal(&ctx.tenant, &refs, &plain)?;
        let set = WriteSet::new().with(as_seen(ctx, person, minor.version));
        let set = Self::drop_proposal(ctx, proposal, set).run(
            &sql::GUARDIAN_INSERT,
            vec![
                (&ctx.tenant).into(),
                person.into(),
                appointment.into(),
                sealed.into(),
                by.to_string().into(),
                ctx.now.into(),
                proposal.proposed_by.to_string().into(),
            ],
        );
        Ok((
            grant.clone(),
            self.insert(ctx, &grant, Some(&receipt), set)?,
        ))
    }

    /// End a guardian's appointment before the day: they act for nobody by it any more, and what they gave is to be confirmed.
    ///
    /// # Errors
    /// [`ConsentError::NotFound`], [`ConsentError::Over`], [`ConsentError::Guardian`]; storage and key failures.
    pub async fn end_guardian(
        &self,
        ctx: &Ctx,
        person: PersonId,
        appointment: GrantId,
        by: &str,
        reason: &str,
    ) -> Result<WriteSet, ConsentError> {
        let reason = words(
            reason,
            WORDS_CHARS_MAX,
            "Why a guardian is one no more takes 1 to 2000 characters.",
        )?;
        let grant = self.grant(&ctx.tenant, person, appointment).await?;
        if !grant.appoints_guardian() {
            return Err(ConsentError::NotFound("guardian"));
        }
        if grant.state != GrantState::Active {
            return Err(ConsentError::Over);
        }
        let place = place_of_words(REASON, person, appointment);
        let refs = crate::request::place_refs(&place);
        let sealed = self.secrets.seal(&ctx.tenant, &refs, reason.as_bytes())?;
        let set = WriteSet::new().run_expecting(
            &sql::GUARDIAN_END,
            vec![
                (&ctx.tenant).into(),
                person.into(),
                appointment.into(),
                by.into(),
                ctx.now.into(),
                sealed.into(),
            ],
            1,
            "consent.guardian",
        );
        let event = NewEvent {
            grant: &grant,
            what: Event::Ended,
            receipt: None,
        };
        self.end_writes(ctx, &event, set)
    }

    /// Who is, and was, a guardian of a person, newest first.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn guardians(
        &self,
        tenant: &TenantId,
        person: PersonId,
    ) -> Result<Vec<Guardian>, ConsentError> {
        let damaged = || ConsentError::Damaged("guardian");
        let params = vec![tenant.into(), person.into()];
        let rows = self.db.rows(&sql::GUARDIANS_OF, params).await?;
        let mut guardians = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = GrantId::from_slice(row.bytes(0)?).ok_or_else(damaged)?;
            let ended = if row.is_null(5) {
                None
            } else {
                let place = place_of_words(REASON, person, id);
                let refs = crate::request::place_refs(&place);
                let plain = self.secrets.open(tenant, &refs, row.bytes(6)?)?;
                let reason = std::str::from_utf8(&plain).map_err(|_| damaged())?;
                Some(Ended {
                    by: row.text(4)?.to_owned(),
                    at: Instant::from_micros(row.int(5)?),
                    reason: reason.to_owned(),
                })
            };
            guardians.push(Guardian {
                appointment: self.grant(tenant, person, id).await?,
                words: self.open_words(tenant, person, id, row.bytes(1)?)?,
                proposed_by: match row.is_null(7) {
                    true => None,
                    false => Some(row.text(7)?.to_owned()),
                },
                appointed_by: row.text(2)?.to_owned(),
                appointed_at: Instant::from_micros(row.int(3)?),
                ended,
            });
        }
        Ok(guardians)
    }

    /// What a guardian calls the person of this appointment.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn guardian_words(
        &self,
        tenant: &TenantId,
        appointment: &Grant,
    ) -> Result<Option<GuardianWords>, ConsentError> {
        let (person, id) = (appointment.person, appointment.grant);
        let params = vec![tenant.into(), person.into(), id.into()];
        let row = self.db.row(&sql::GUARDIAN_WORDS, params).await?;
        row.map(|row| self.open_words(tenant, person, id, row.bytes(0)?))
            .transpose()
    }

    fn open_words(
        &self,
        tenant: &TenantId,
        person: PersonId,
        appointment: GrantId,
        sealed: &[u8],
    ) -> Result<GuardianWords, ConsentError> {
        let place = place_of_words(WORDS, person, appointment);
        let refs = crate::request::place_refs(&place);
        let plain = self.secrets.open(tenant, &refs, sealed)?;
        serde_json::from_slice(&plain).map_err(|_| ConsentError::Damaged("guardian"))
    }

    /// The accounts of a person's guardians at `now`.
    ///
    /// # Errors
    /// Storage and key failures.
    pub async fn guardian_accounts(
        &self,
        tenant: &TenantId,
        person: PersonId,
        now: Instant,
    ) -> Result<Vec<AccountId>, ConsentError> {
        let guardians = self.guardians(tenant, person).await?;
        let standing = guardians.iter().filter(|it| it.appointment.stands(now));
        Ok(standing
            .filter_map(|it| match it.appointment.grantee {
                Party::Account(account) => Some(account),
                Party::App(_) => None,
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_limits() {
        assert_eq!(words("  a deed ", 6, "no").unwrap(), "a deed");
        for wrong in ["", "  ", "seven letters", "a\0b", "4111 1111 1111 1111"] {
            assert!(
                words(wrong, 20, "no").is_err() || wrong == "seven letters",
                "{wrong}"
            );
        }
        assert!(words("seven letters", 7, "no").is_err());
    }
}

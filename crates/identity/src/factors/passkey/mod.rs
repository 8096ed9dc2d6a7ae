//! Passkeys (WebAuthn Level 3): beside a password, or alone. Each verifies its user, so that it is two factors in one, and each is
//! bound to our address, so that it cannot be lured away.
//!
//! What we check is small enough to be ours: no attestation is asked for, so there are no certificates to follow
//! (`docs/decisions/014-passkeys.md`).

mod cbor;
mod verify;

use audit::{Action, Outcome};
use base::{AccountId, Assurance, Ctx, TenantId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypt::passkey::PasskeyKey;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::WriteSet;

use super::list::Kept;
use super::prove::{Added, NewFactor};
use super::{Adder, FactorId, FactorKind};
use crate::identity::{Identity, of};
use crate::model::State;
use crate::sessions::SignedIn;
use crate::sign_in::{GUARD_USE, Step};
use crate::tickets::{Held, NewTicket, Ticket, TicketKind};
use crate::{Caller, IdentityError, Label, sql};
use verify::{Expected, VERIFIED};

/// How long a browser waits for its user.
const TIMEOUT_MS: u32 = 300_000;

/// What a page hands to `navigator.credentials`: the JSON of `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
pub type PasskeyOptions = serde_json::Value;

/// A ticket with the options that belong to it.
#[derive(Debug)]
pub struct PasskeyTicket {
    /// To bring along with the answer.
    pub ticket: Ticket,
    /// For the browser.
    pub options: PasskeyOptions,
    /// Where the log says that it was begun.
    pub log_index: u64,
}

/// A passkey as it lies sealed.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    kind: StoredKind,
    a: String,
    b: String,
    backed_up: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredKind {
    P256,
    Ed25519,
    Rsa,
}

impl Stored {
    fn of(made: &verify::Made) -> Self {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (kind, a, b) = match &made.key {
            PasskeyKey::P256 { x, y } => (StoredKind::P256, text(x), text(y)),
            PasskeyKey::Ed25519(public) => (StoredKind::Ed25519, text(public), String::new()),
            PasskeyKey::Rsa { n, e } => (StoredKind::Rsa, text(n), text(e)),
        };
        Self {
            id: text(&made.id),
            kind,
            a,
            b,
            backed_up: made.backed_up,
        }
    }

    fn key(&self) -> Option<PasskeyKey> {
        let a = URL_SAFE_NO_PAD.decode(&self.a).ok()?;
        let b = URL_SAFE_NO_PAD.decode(&self.b).ok()?;
        Some(match self.kind {
            StoredKind::P256 => PasskeyKey::P256 {
                x: a.try_into().ok()?,
                y: b.try_into().ok()?,
            },
            StoredKind::Ed25519 => PasskeyKey::Ed25519(a.try_into().ok()?),
            StoredKind::Rsa => PasskeyKey::Rsa { n: a, e: b },
        })
    }
}

impl Identity {
    /// Begin to add a passkey.
    ///
    /// # Errors
    /// [`IdentityError::Stale`], [`IdentityError::Ticket`], [`IdentityError::TooMany`]; storage failures.
    pub async fn passkey_begin(
        &self,
        caller: &Caller,
        by: Adder<'_>,
    ) -> Result<PasskeyTicket, IdentityError> {
        let tenant = &caller.tenant;
        let adding = self.adding(caller, by).await?;
        let account = &adding.account;
        let kept = self.kept_factors(tenant, account.id).await?;
        let there = self.credential_ids(tenant, account.id, &kept)?;
        let new = NewTicket {
            kind: TicketKind::PasskeyAdd,
            account: Some(account.id),
            session: adding.session,
            state: None,
        };
        let set = adding.take(WriteSet::new());
        let (ticket, set) = self.new_ticket(tenant, caller.now, &new, set)?;
        let log_index = self.commit_begun(caller, &adding, set).await?;
        let options = json!({
            "challenge": self.challenge_text(tenant, &ticket)?,
            "rp": { "id": self.settings.host(), "name": self.settings.host() },
            "user": {
                "id": URL_SAFE_NO_PAD.encode(account.id.as_bytes()),
                "name": account.email.as_str(),
                "displayName": account.name.as_str(),
            },
            "pubKeyCredParams": [
                { "type": "public-key", "alg": -8 },
                { "type": "public-key", "alg": -7 },
                { "type": "public-key", "alg": -257 },
            ],
            "timeout": TIMEOUT_MS,
            "excludeCredentials": there,
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
        });
        Ok(PasskeyTicket {
            ticket,
            options,
            log_index,
        })
    }

    /// Add the passkey that the browser made.
    ///
    /// # Errors
    /// [`IdentityError::Code`], [`IdentityError::Ticket`], [`IdentityError::Taken`]; storage failures.
    pub async fn passkey_finish(
        &self,
        caller: &Caller,
        ticket: &str,
        response: &str,
        name: Option<&Label>,
    ) -> Result<Added, IdentityError> {
        let tenant = &caller.tenant;
        let held = self
            .ticket(tenant, caller.now, ticket, &[TicketKind::PasskeyAdd])
            .await?;
        let challenge = self.challenge(tenant, &held.id)?;
        let origin = &self.settings.address;
        let host = self.settings.host();
        let Some(made) = verify::made(
            response,
            Expected {
                challenge: &challenge,
                origin,
                rp: &host,
                flags: VERIFIED,
            },
        ) else {
            return Err(self
                .wrong_answer(caller, &held, Action::FactorAdd, "passkey")
                .await?);
        };
        let secret = serde_json::to_vec(&Stored::of(&made))
            .map_err(|error| IdentityError::Internal(error.to_string()))?;
        let new = NewFactor {
            kind: FactorKind::Passkey,
            secret: &secret,
            digest: Some(self.secrets.digest(tenant, "factor.passkey", &made.id)?),
            name,
            last: i64::from(made.counter),
        };
        match self.add_factor(caller, &held, &new, WriteSet::new()).await {
            // An authenticator that another account has registered, or the same answer twice.
            Err(IdentityError::Store(store::StoreError::Duplicate)) => Err(IdentityError::Taken),
            other => other,
        }
    }

    /// The options for a passkey as the second factor that `ticket` waits for.
    ///
    /// # Errors
    /// [`IdentityError::Ticket`]; storage failures.
    pub async fn passkey_for_ticket(
        &self,
        caller: &Caller,
        ticket: &str,
    ) -> Result<PasskeyOptions, IdentityError> {
        let kinds = [TicketKind::SecondFactor];
        let held = self
            .ticket(&caller.tenant, caller.now, ticket, &kinds)
            .await?;
        let challenge = self.challenge(&caller.tenant, &held.id)?;
        self.request_options(&caller.tenant, Some(held.owner()?), &challenge)
            .await
    }

    /// Begin to step a session up by a passkey.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn passkey_step_up(
        &self,
        caller: &Caller,
        who: &SignedIn,
    ) -> Result<PasskeyTicket, IdentityError> {
        let new = NewTicket {
            kind: TicketKind::StepUp,
            account: Some(who.account),
            session: Some(who.session),
            state: None,
        };
        let ctx = who.ctx(caller.request, caller.now);
        self.ask_passkey(caller, &ctx, Action::SessionStepUp, &new)
            .await
    }

    /// Begin to sign in by a passkey alone: the browser finds out whose.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn passkey_sign_in_begin(
        &self,
        caller: &Caller,
    ) -> Result<PasskeyTicket, IdentityError> {
        let new = NewTicket {
            kind: TicketKind::PasskeySignIn,
            account: None,
            session: None,
            state: None,
        };
        self.ask_passkey(caller, &caller.as_nobody(), Action::SessionStart, &new)
            .await
    }

    /// A passkey that a browser may offer beside a form to sign in: a ticket, and what to ask the browser for. Nobody has asked to come in
    /// yet, so no entry is written; the answer writes one.
    ///
    /// # Errors
    /// Storage failures.
    pub async fn offer_passkey(
        &self,
        caller: &Caller,
    ) -> Result<(Ticket, PasskeyOptions), IdentityError> {
        let tenant = &caller.tenant;
        let new = NewTicket {
            kind: TicketKind::PasskeySignIn,
            account: None,
            session: None,
            state: None,
        };
        let (ticket, set) = self.new_ticket(tenant, caller.now, &new, WriteSet::new())?;
        self.db.commit(set).await?;
        let challenge = self.challenge_of(tenant, &ticket)?;
        let options = self.request_options(tenant, None, &challenge).await?;
        Ok((ticket, options))
    }

    async fn ask_passkey(
        &self,
        caller: &Caller,
        ctx: &Ctx,
        action: Action,
        new: &NewTicket<'_>,
    ) -> Result<PasskeyTicket, IdentityError> {
        let tenant = &caller.tenant;
        let (ticket, set) = self.new_ticket(tenant, caller.now, new, WriteSet::new())?;
        let entry = self
            .entry(ctx, action, Outcome::Denied, new.account)?
            .code("identity.more");
        let log_index = self.commit_step(set.log(entry.finish(tenant))).await?;
        let challenge = self.challenge_of(tenant, &ticket)?;
        let options = self
            .request_options(tenant, new.account, &challenge)
            .await?;
        Ok(PasskeyTicket {
            ticket,
            options,
            log_index,
        })
    }

    /// Sign in by a passkey alone.
    ///
    /// # Errors
    /// [`IdentityError::Code`], [`IdentityError::Ticket`]; storage failures.
    pub async fn passkey_sign_in(
        &self,
        caller: &Caller,
        ticket: &str,
        response: &str,
    ) -> Result<Step, IdentityError> {
        let tenant = &caller.tenant;
        let held = self
            .ticket(tenant, caller.now, ticket, &[TicketKind::PasskeySignIn])
            .await?;
        let Some((account, factor, counter)) = self.whose_passkey(tenant, &held, response).await?
        else {
            return Err(self
                .wrong_answer(caller, &held, Action::SessionStart, "passkey")
                .await?);
        };
        let account = self.account(tenant, account).await?;
        if account.state != State::Active {
            let ctx = caller.as_nobody();
            let refused = IdentityError::Refused;
            let entry = self
                .entry(
                    &ctx,
                    Action::SessionStart,
                    Outcome::Denied,
                    Some(account.id),
                )?
                .code(base::Fault::code(&refused));
            let set = held.take(WriteSet::new()).log(entry.finish(tenant));
            self.commit(set).await?;
            return Err(refused);
        }
        let more = vec![factor.into(), counter.into(), caller.now.into()];
        let set = held.take(WriteSet::new()).run_expecting(
            &sql::FACTOR_COUNTER,
            of(tenant, account.id, more),
            1,
            GUARD_USE,
        );
        self.go_on(
            caller,
            &account,
            Assurance::PhishingResistant,
            "passkey",
            set,
        )
        .await
    }

    async fn whose_passkey(
        &self,
        tenant: &TenantId,
        held: &Held,
        response: &str,
    ) -> Result<Option<(AccountId, FactorId, i64)>, IdentityError> {
        let Some(id) = self.credential_of(tenant, held, response)? else {
            return Ok(None);
        };
        let digest = self.secrets.digest(tenant, "factor.passkey", &id)?;
        let params = vec![
            tenant.into(),
            FactorKind::Passkey.as_str().into(),
            digest.into(),
        ];
        let Some(row) = self.db.row(&sql::FACTOR_BY_DIGEST, params).await? else {
            return Ok(None);
        };
        let account = AccountId::from_slice(row.bytes(0)?)
            .ok_or_else(|| IdentityError::damaged("a factor's row"))?;
        let kept = self.kept_factors(tenant, account).await?;
        let used = self.use_passkey(tenant, account, &kept, held, response)?;
        Ok(used.map(|(factor, counter)| (account, factor, counter)))
    }

    fn credential_of(
        &self,
        tenant: &TenantId,
        held: &Held,
        response: &str,
    ) -> Result<Option<Vec<u8>>, IdentityError> {
        let challenge = self.challenge(tenant, &held.id)?;
        let host = self.settings.host();
        let used = verify::used(
            response,
            Expected {
                challenge: &challenge,
                origin: &self.settings.address,
                rp: &host,
                flags: VERIFIED,
            },
        );
        Ok(used.map(|used| used.id))
    }

    /// Whether one of the account's passkeys made this answer: which, and its counter now.
    pub(super) fn use_passkey(
        &self,
        tenant: &TenantId,
        account: AccountId,
        kept: &[Kept],
        held: &Held,
        response: &str,
    ) -> Result<Option<(FactorId, i64)>, IdentityError> {
        let challenge = self.challenge(tenant, &held.id)?;
        let host = self.settings.host();
        let expected = Expected {
            challenge: &challenge,
            origin: &self.settings.address,
            rp: &host,
            flags: VERIFIED,
        };
        let Some(used) = verify::used(response, expected) else {
            return Ok(None);
        };
        if used
            .owner
            .as_ref()
            .is_some_and(|owner| owner != account.as_bytes())
        {
            return Ok(None);
        }
        let digest = self.secrets.digest(tenant, "factor.passkey", &used.id)?;
        let found = kept.iter().find(|it| {
            it.line.kind == FactorKind::Passkey
                && it
                    .digest
                    .as_deref()
                    .is_some_and(|stored| crypt::mac::same(stored, &digest))
        });
        let Some(factor) = found else {
            return Ok(None);
        };
        let stored = self.stored_passkey(tenant, account, factor)?;
        let key = stored
            .key()
            .ok_or_else(|| IdentityError::damaged("a passkey"))?;
        let counter = i64::from(used.counter);
        // A counter that stands still or falls is that of a copy. Passkeys that are synced keep none, and say 0.
        let counts = (counter == 0 && factor.last == 0) || counter > factor.last;
        Ok((used.is_by(&key) && counts).then_some((factor.line.id, counter)))
    }

    fn stored_passkey(
        &self,
        tenant: &TenantId,
        account: AccountId,
        factor: &Kept,
    ) -> Result<Stored, IdentityError> {
        let plain = self.open_factor(tenant, account, factor)?;
        serde_json::from_slice(&plain).map_err(|_| IdentityError::damaged("a passkey"))
    }

    fn credential_ids(
        &self,
        tenant: &TenantId,
        account: AccountId,
        kept: &[Kept],
    ) -> Result<Vec<serde_json::Value>, IdentityError> {
        kept.iter()
            .filter(|it| it.line.kind == FactorKind::Passkey)
            .map(|it| {
                let stored = self.stored_passkey(tenant, account, it)?;
                Ok(json!({ "type": "public-key", "id": stored.id }))
            })
            .collect()
    }

    async fn request_options(
        &self,
        tenant: &TenantId,
        account: Option<AccountId>,
        challenge: &[u8; 32],
    ) -> Result<PasskeyOptions, IdentityError> {
        let allowed = match account {
            None => Vec::new(),
            Some(account) => {
                let kept = self.kept_factors(tenant, account).await?;
                self.credential_ids(tenant, account, &kept)?
            }
        };
        Ok(json!({
            "challenge": URL_SAFE_NO_PAD.encode(challenge),
            "timeout": TIMEOUT_MS,
            "rpId": self.settings.host(),
            "allowCredentials": allowed,
            "userVerification": "required",
        }))
    }

    /// A ticket's challenge: made of its name with the tenant's key, so that nobody knows it before, and it is as good once as the
    /// ticket is.
    fn challenge(&self, tenant: &TenantId, ticket: &[u8; 16]) -> Result<[u8; 32], IdentityError> {
        Ok(self.secrets.digest(tenant, "ticket.challenge", ticket)?)
    }

    fn challenge_of(&self, tenant: &TenantId, ticket: &Ticket) -> Result<[u8; 32], IdentityError> {
        let (id, _) = crate::bearer::TICKET
            .read(ticket.text.expose())
            .ok_or(IdentityError::Ticket)?;
        self.challenge(tenant, &id)
    }

    fn challenge_text(&self, tenant: &TenantId, ticket: &Ticket) -> Result<String, IdentityError> {
        Ok(URL_SAFE_NO_PAD.encode(self.challenge_of(tenant, ticket)?))
    }
}

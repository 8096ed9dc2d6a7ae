//! Something under way: the server's side of a sign-in, or of a factor that is being added. Each step has a ticket of its own, so
//! that who planted one on somebody has nothing of what they prove.

use base::{AccountId, Instant, Secret, SessionId, TenantId};
use crypt::Plain;
use store::WriteSet;

use crate::identity::Identity;
use crate::model::words;
use crate::sign_in::GUARD_TICKET;
use crate::{IdentityError, bearer, sql};

/// Wrong answers that one ticket takes.
const FAILURES_MAX: i64 = 5;

words! {
    /// What a ticket is good for.
    TicketKind {
        /// The password is proven; a second factor is due.
        SecondFactor = "second_factor",
        /// All is proven that there is; a factor must be added first.
        Enrol = "enrol",
        /// A TOTP secret was shown; its first code is due.
        Totp = "totp",
        /// A passkey is being made.
        PasskeyAdd = "passkey_add",
        /// A passkey signs in, whoever's it is.
        PasskeySignIn = "passkey_sign_in",
        /// A session is being given a fresh factor by a passkey.
        StepUp = "step_up",
    }
}

/// A ticket to hand out.
#[derive(Debug)]
pub struct Ticket {
    /// For the holder; a cookie or a hidden field, never an address.
    pub text: Secret<String>,
    /// Until when.
    pub ends_at: Instant,
}

/// A ticket that was brought back.
pub(crate) struct Held {
    pub id: [u8; 16],
    pub account: Option<AccountId>,
    pub session: Option<SessionId>,
    pub state: Option<Plain>,
}

/// What a new ticket is about.
pub(crate) struct NewTicket<'a> {
    pub kind: TicketKind,
    pub account: Option<AccountId>,
    pub session: Option<SessionId>,
    pub state: Option<&'a [u8]>,
}

impl Identity {
    pub(crate) fn new_ticket(
        &self,
        tenant: &TenantId,
        now: Instant,
        new: &NewTicket<'_>,
        set: WriteSet,
    ) -> Result<(Ticket, WriteSet), IdentityError> {
        let mut id = [0; 16];
        self.rng.fill(&mut id);
        let (text, hash) = bearer::TICKET.issue(&id, &*self.rng);
        let ends_at = now.after(self.settings.lifetimes.ticket);
        let sealed = new
            .state
            .map(|state| self.seal(tenant, &place(&name(&id)), state))
            .transpose()?;
        let set = set.run_expecting(
            &sql::TICKET_INSERT,
            vec![
                id.into(),
                tenant.into(),
                hash.into(),
                new.kind.as_str().into(),
                new.account.into(),
                new.session.into(),
                sealed.into(),
                now.into(),
                ends_at.into(),
            ],
            1,
            "ticket.insert",
        );
        Ok((Ticket { text, ends_at }, set))
    }

    /// The ticket behind `text`, if it is of one of `kinds` and not used up.
    pub(crate) async fn ticket(
        &self,
        tenant: &TenantId,
        now: Instant,
        text: &str,
        kinds: &[TicketKind],
    ) -> Result<Held, IdentityError> {
        let (id, hash) = bearer::TICKET.read(text).ok_or(IdentityError::Ticket)?;
        let row = self
            .db
            .row(
                &sql::TICKET_FIND,
                vec![id.into(), tenant.into(), now.into()],
            )
            .await?
            .ok_or(IdentityError::Ticket)?;
        let damaged = || IdentityError::damaged("a ticket's row");
        let kind: TicketKind = row.text(1)?.parse().map_err(|()| damaged())?;
        if !crypt::mac::same(row.bytes(0)?, &hash)
            || !kinds.contains(&kind)
            || row.int(5)? >= FAILURES_MAX
        {
            return Err(IdentityError::Ticket);
        }
        let account = if row.is_null(2) {
            None
        } else {
            Some(AccountId::from_slice(row.bytes(2)?).ok_or_else(damaged)?)
        };
        let session = if row.is_null(3) {
            None
        } else {
            Some(SessionId::from_slice(row.bytes(3)?).ok_or_else(damaged)?)
        };
        let state = if row.is_null(4) {
            None
        } else {
            Some(self.open(tenant, &place(&name(&id)), row.bytes(4)?)?)
        };
        Ok(Held {
            id,
            account,
            session,
            state,
        })
    }
}

impl Held {
    /// Whose it is.
    pub fn owner(&self) -> Result<AccountId, IdentityError> {
        self.account.ok_or(IdentityError::Ticket)
    }

    /// What it remembers.
    pub fn remembered(&self) -> Result<&[u8], IdentityError> {
        self.state.as_deref().ok_or(IdentityError::Ticket)
    }

    /// Use it up: of two who bring it, one goes on.
    pub fn take(&self, set: WriteSet) -> WriteSet {
        set.run_expecting(&sql::TICKET_TAKE, vec![self.id.into()], 1, GUARD_TICKET)
    }

    /// One wrong answer more.
    pub fn fail(&self, set: WriteSet) -> WriteSet {
        set.run(&sql::TICKET_FAIL, vec![self.id.into(), FAILURES_MAX.into()])
    }
}

fn name(id: &[u8; 16]) -> String {
    SessionId::from_bytes(*id).to_string()
}

fn place(name: &str) -> [&str; 2] {
    ["ticket", name]
}

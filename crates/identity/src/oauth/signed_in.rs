//! Who sits in front of the browser. Declared here; sessions implement it.

use std::future::Future;
use std::pin::Pin;

use base::{AccountId, Assurance, ErrorKind, Instant, PersonId, TenantId};
use http::HeaderMap;

/// Why it cannot be said who is signed in: storage, mostly.
#[derive(Debug)]
pub struct Unknown {
    /// What sort of failure.
    pub kind: ErrorKind,
    /// The stable code.
    pub code: &'static str,
    /// For the log: never a value.
    pub internal: String,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Account {
    /// Which account.
    pub account: AccountId,
    /// Of which tenant.
    pub tenant: TenantId,
    /// Whose data it is about, if anybody's.
    pub person: Option<PersonId>,
    /// What tells this session from others of the same account, for what must not be carried from one to another.
    pub session: Vec<u8>,
    /// How strongly it proved itself.
    pub assurance: Assurance,
    /// When it last did.
    pub auth_time: Instant,
    /// Whether it belongs to staff.
    pub staff: bool,
}

/// Says who is signed in.
pub trait SignedIn: Send + Sync + 'static {
    /// Who is signed in by what this request carries; nobody, if it carries nothing that holds at `now`.
    fn signed_in<'a>(
        &'a self,
        headers: &'a HeaderMap,
        now: Instant,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Account>, Unknown>> + Send + 'a>>;
}

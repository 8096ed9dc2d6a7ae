//! The words every area shares, and nothing that does anything.
//!
//! Invariant: no IO, no async, no clock of its own, no cipher. Time and chance come in as [`Clock`] and [`Rng`], so that a
//! test can hold both still. Only `server` (and tests) make the real ones.

mod assurance;
pub mod card;
mod class;
mod clock;
mod ctx;
mod error;
mod id;
pub mod limits;
mod purpose;
mod rng;
mod secret;

pub use assurance::Assurance;
pub use class::{Class, ClassSet};
pub use clock::{Clock, FixedClock, Instant};
pub use ctx::{Actor, ActorKind, Ctx};
pub use error::{ErrorKind, Fault};
pub use id::{
    AccountId, AppId, Environment, GrantId, Handle, InvalidId, Name, ObjectId, PersonId,
    PrivilegeId, RecordId, Region, RequestId, SessionId, TenantId, TokenId,
};
pub use purpose::Purpose;
pub use rng::{Rng, SeededRng};
pub use secret::Secret;

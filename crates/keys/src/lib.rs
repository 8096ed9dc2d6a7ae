//! The key tree: root (unsealed by a backend) -> key-encryption key per (tenant, region, class) -> person key per
//! (person, class) -> data; and the keys that belong to a tenant as a whole.
//!
//! Invariants:
//! - The key store holds wrapped keys only. Each is bound to environment, tenant, region, person, class, kind and generation
//!   (`docs/formats/key-store.md`), so that a row that was moved, or a store that was carried to another environment, does
//!   not open.
//! - A key is durable before anybody gets it to seal with.
//! - Nothing new hangs under a retired generation, so what is left under it only shrinks; it is destroyed at zero.
//! - A destroyed person never gets keys again: the row that says so outlives them.
//! - No key material in `Debug`, `Display`, errors or logs; unwrapped person keys live in a bounded cache only.

mod anchor;
mod binding;
mod cache;
mod copies;
mod destroy;
mod error;
mod log;
mod model;
mod open;
mod person;
mod reseal;
mod rewrap;
mod ring;
mod root;
mod rotate;
mod rsa;
pub mod seal;
pub mod shares;
mod sql;
mod status;
mod tenant;
#[cfg(test)]
mod tests;

pub use cache::CacheLimits;
pub use destroy::{Destroy, DestroyedPerson, LeftOfPerson};
pub use error::KeysError;
pub use log::LogPublicKey;
pub use model::{KeyName, Kind, Level, TenantKey};
pub use open::{Keys, Settings};
pub use rewrap::Progress;
pub use ring::{PersonKey, Ring};
pub use seal::{Seal, SealError};
pub use shares::SharesError;
pub use sql::STATEMENTS;
pub use status::{Line, State, Status};
pub use tenant::CLASSES;

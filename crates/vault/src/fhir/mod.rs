//! FHIR R4 on top of the vault: what a resource is, whose it is, how bundles and searches are read, import, and the REST verbs.
//!
//! The text of a resource is never taken apart and put together again on its way in: references, ids and meta are exchanged by
//! position ([`scan`]), so that decimals, member order and unknown extensions arrive as they were sent. Strictness is the
//! intake's ([`crate::document`]), classes and search fields are the register's ([`crate::register`]).

pub mod bulk;
mod bundle;
mod capability;
mod equal;
mod error;
pub mod import;
pub(crate) mod leaving;
mod matching;
mod query;
mod reference;
mod resource;
pub mod rest;
pub mod scan;
mod shelf;
mod slices;
#[cfg(test)]
mod tests;
mod when;

pub use bundle::{Bundle, BundleKind, Entry, Method, Naming, Request, Target};
pub use capability::{capability, is_fhir};
pub use equal::{Numbers, difference, semantically_equal};
pub use error::{FhirError, expression, issue_code, outcome};
pub use matching::Candidate;
pub use query::{CURSOR, Criterion, Fit, Handling, Query, Referred, Wanted};
pub use reference::{Reference, is_id};
pub use resource::{Resource, is_type, millis};
pub use shelf::{External, Names, Shelf};
pub use when::{Prefix, TimeSpan};

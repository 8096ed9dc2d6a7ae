//! May this actor do this to that thing, for this purpose?
//!
//! [`decide`] is the only function that makes an [`Allowed`], and whatever opens data takes an [`Allowed`]: code that skips
//! the question does not compile.
//!
//! Invariant: no answer but a written rule's is yes. A role, verb, purpose or class that no rule names is refused.

mod decide;
mod error;
mod extent;
mod role;
mod thing;
mod token;

#[cfg(test)]
mod tests;

pub use decide::{Allowed, decide};
pub use error::{Denied, TokenError};
pub use extent::{Extent, Verbs};
pub use role::{Authority, Proven, Role, Scope};
pub use thing::{
    AppsOf, FileAt, KeysOf, LogOf, PersonAt, RecordAt, RecordsOf, Thing, TrustOf, Verb,
};
pub use token::{NewToken, STATEMENTS, TokenRow, Tokens};

//! May this actor do this to that thing, for this purpose?
//!
//! [`decide`] is the only function that makes an [`Allowed`], and whatever opens data takes an [`Allowed`]: code that skips
//! the question does not compile. It asks the [`Rules`]: Cedar policies in `policies/*.cedar`.
//!
//! Invariant: no answer but a written rule's is yes. A role, verb, purpose or class that no rule names is refused.

pub mod access;
mod decide;
mod error;
mod extent;
mod role;
mod rules;
mod thing;
mod token;

#[cfg(test)]
mod tests;

pub use decide::{Allowed, Basis, decide};
pub use error::{Denied, TokenError};
pub use extent::{Extent, Verbs};
pub use role::{Authority, Duty, Guarding, Proven, Role, Scope};
pub use rules::{
    Breach, Change, Law, Problem, Reach, Refusal, RegisterShape, Rule, RuleFile, Rules, RulesError,
};
pub use thing::{
    AccessesOf, AccountsOf, AppsOf, Area, BreakGlassAt, BulkOf, ContinuityOf, ContractOf,
    DestructionAt, ExportOf, FileAt, GrantsOf, GuardiansOf, HoldsOf, KeysOf, Kind, LogOf, PersonAt,
    PolicyOf, PrivilegeAt, PrivilegesOf, ProcessingOf, ProposalAt, RecordAt, RecordsOf, RequestsOf,
    RetentionOf, RightsOf, Thing, TrustOf, Verb,
};
pub use token::{NewToken, STATEMENTS, TokenRow, Tokens};

//! Passwords: what is taken, how it is kept, and how it is set anew.
//!
//! After NIST SP 800-63B-4: a length, a list of what everybody tries, no rules of composition, no expiry.

mod breached;
mod change;
mod hashers;
mod judge;
mod keep;
mod reset;
mod tried;
mod typing;

pub use breached::Breached;
pub(crate) use hashers::Hashers;
pub(crate) use judge::prepared;
pub use judge::{CHARS_MAX, Verdict, Weakness, judge};
pub(crate) use keep::Taken;
pub(crate) use typing::Typing;

//! Sessions: who is in, since when, until when.

mod browser;
mod check;
mod end;
mod list;
mod start;
mod step_up;

pub(crate) use check::Believed;
pub use check::SignedIn;
pub use list::SessionLine;
pub use start::NewSession;
pub use step_up::Proof;

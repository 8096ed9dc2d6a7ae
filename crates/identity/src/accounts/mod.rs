//! Accounts: how they come to be, change and end.

mod accept;
mod add;
mod change;
mod forget;
mod invite;
mod list;
mod sign_up;
mod taken;

pub use invite::{Invited, NewAccount};
pub use taken::OwnAccount;

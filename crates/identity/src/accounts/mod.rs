//! Accounts: how they come to be, change and end.

mod accept;
mod add;
mod change;
mod forget;
mod invite;
mod list;
mod sign_up;

pub use invite::{Invited, NewAccount};

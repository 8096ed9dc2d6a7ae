//! Mail: what is written to people, and how it gets to them.
//!
//! A letter is written in the commit that is its reason, sealed, with a job that names it; it is sent by the queue, tried again
//! when the server at the other end does not take it, and gone from the database once it was.

mod asked;
mod deliver;
mod news;
mod post;
mod stead;
mod tell;
mod templates;
mod write;

pub use asked::ASKED_JOB;
pub(crate) use asked::Wish;
pub use news::News;
pub use post::{Letter, Post, PostError};
pub use stead::Stead;
pub use write::{JOB, Reason};

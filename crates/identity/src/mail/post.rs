//! What carries a letter. Declared here, wired in `server` to SMTP or a folder.

use std::future::Future;
use std::pin::Pin;

/// A letter as it leaves. Not `Debug`: it is personal, and may hold a link.
pub struct Letter {
    /// To whom.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same for each try, so that a receiver can tell a repetition.
    pub id: String,
    /// Its language, e.g. `sv`.
    pub language: &'static str,
}

/// A letter was not taken.
#[derive(Debug, thiserror::Error)]
#[error("mail: {reason}")]
pub struct PostError {
    /// Why, without the address.
    pub reason: String,
    /// Whether trying again has no point.
    pub for_good: bool,
}

/// Carries letters.
pub trait Post: Send + Sync + 'static {
    /// Hand a letter over.
    fn send<'a>(
        &'a self,
        letter: &'a Letter,
    ) -> Pin<Box<dyn Future<Output = Result<(), PostError>> + Send + 'a>>;
}

//! What takes a person's grant is not opened without one: `consent.asked`.

use std::sync::Arc;

use super::{Answer, CONSENT_ASKED};
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// What became of attempts to open the canary's record past everything that stands before the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// By a grant that never was.
    pub without: Answer,
    /// By a grant that stands.
    pub granted: Answer,
    /// By the same grant for a purpose that was not granted.
    pub elsewhere: Answer,
    /// By the same grant once it was withdrawn.
    pub withdrawn: Answer,
}

/// Makes the attempts.
pub trait Grants: Send + Sync {
    /// Each once.
    fn attempts(&self) -> Probing<'_, Opened>;
}

/// Tries to open without a grant.
pub struct ConsentAsked {
    grants: Arc<dyn Grants>,
}

impl ConsentAsked {
    /// The check by these attempts.
    #[must_use]
    pub fn new(grants: Arc<dyn Grants>) -> Self {
        Self { grants }
    }

    async fn run(&self, drill: bool) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let mut opened = self.grants.attempts().await?;
        if drill {
            opened.withdrawn = Answer::Done;
        }
        let refused = [opened.without, opened.elsewhere, opened.withdrawn];
        if refused.contains(&Answer::Done) {
            outcome.wrong(Wrong::OpenedWithoutGrant, "");
        }
        // A door that never opens proves nothing about who has the key.
        if opened.granted == Answer::Refused {
            outcome.wrong(Wrong::GrantIgnored, "");
        }
        outcome.count(
            Seen::AttemptsRefused,
            refused.iter().filter(|it| **it == Answer::Refused).count(),
        );
        Ok(outcome)
    }
}

impl Check for ConsentAsked {
    fn name(&self) -> &'static str {
        CONSENT_ASKED
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(false))
    }

    fn drill(&self) -> Measuring<'_> {
        Box::pin(self.run(true))
    }
}

//! Nobody gives access to themselves, and what was given is reviewed: `access.reviewed`.

use std::sync::Arc;

use super::{ACCESS_REVIEWED, Answer};
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// A privilege that somebody holds, or an emergency access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// The role.
    pub role: String,
    /// Whether it is an emergency access.
    pub emergency: bool,
    /// Whether its review should have been by now.
    pub overdue: bool,
}

/// Who holds what.
pub trait Privileges: Send + Sync {
    /// Every privilege that has not ended, and every emergency access.
    fn all(&self) -> Probing<'_, Vec<Privilege>>;

    /// Try to approve a request of one's own, with every privilege that there is.
    fn approve_own(&self) -> Probing<'_, Answer>;
}

/// Looks for reviews that are overdue, and tries to decide alone.
pub struct AccessReviewed {
    privileges: Arc<dyn Privileges>,
}

impl AccessReviewed {
    /// The check of these privileges.
    #[must_use]
    pub fn new(privileges: Arc<dyn Privileges>) -> Self {
        Self { privileges }
    }

    async fn run(&self, stray: Option<Privilege>) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let mut all = self.privileges.all().await?;
        all.extend(stray);
        for it in all.iter().filter(|it| it.overdue) {
            outcome.wrong(Wrong::ReviewOverdue, it.role.clone());
        }
        if self.privileges.approve_own().await? == Answer::Done {
            outcome.wrong(Wrong::OwnApproval, "");
        }
        let emergencies = all.iter().filter(|it| it.emergency).count();
        outcome.count(Seen::Privileges, all.len() - emergencies);
        outcome.count(Seen::Emergencies, emergencies);
        Ok(outcome)
    }
}

impl Check for AccessReviewed {
    fn name(&self) -> &'static str {
        ACCESS_REVIEWED
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(None))
    }

    fn drill(&self) -> Measuring<'_> {
        let forgotten = Privilege {
            role: "drill".to_owned(),
            emergency: false,
            overdue: true,
        };
        Box::pin(self.run(Some(forgotten)))
    }
}

//! News: what somebody is told because it concerns them, in each language, written in it.
//!
//! As in every letter, nothing that somebody typed is repeated; and nobody's name, data or reason stands in one, since mail goes
//! through other people's machines. Where there is more to see, the letter says on which page.

mod words;

use serde::{Deserialize, Serialize};

pub(super) use words::words;

use super::stead::Stead;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// To the person: somebody opened your data in an emergency.
    YourGlassOpened,
    /// To staff: somebody opened a person's data in an emergency.
    GlassOpened,
    /// To staff: somebody asks to, and waits for a second person.
    GlassAsked,
    /// To staff, and to whoever opened it: an emergency was not reviewed in time.
    GlassOverdue,
    /// To staff: somebody asks for a role.
    RoleAsked,
    /// To who holds it now: you were given a role.
    RoleGiven,
    /// To who asked for it, on behalf of somebody else: it was granted.
    RequestGranted,
    /// To who asked: it was refused.
    RequestRefused,
    /// To who held it: a role ended.
    RoleEnded,
    /// To staff: roles come up for review.
    ReviewsDue,
    /// To staff: roles were not reviewed in time.
    ReviewsOverdue,
    /// To who holds it: your role does not count until somebody confirms it.
    YourRoleOverdue,
    /// To the person: an app's key to your data was used twice, so it was taken away.
    YourAppReuse,
    /// To staff, and to who registered the app: the same.
    AppReuse,
    /// Somebody asks a person to share something.
    Asked,
    /// Something that a person shares ends soon.
    GrantEnds,
    /// To the person: what they asked for under their rights came.
    RightsConfirmed,
    /// To the person: the answer takes longer.
    RightsExtended,
    /// To the person: there is an answer.
    RightsAnswered,
    /// To staff: a request of a data subject is to be answered soon.
    RightDue,
    /// To staff: one was not answered in time.
    RightOverdue,
    /// To staff: a recovery point or a drill is late, or failed.
    ContinuityLate,
    /// To whoever may appoint: a guardian waits for a second person.
    GuardianProposed,
    /// To whoever watches: somebody was let decide for a person.
    GuardianAppointed,
    /// To whoever watches: recovery points are to go before their time, or do not after all, or went.
    Destruction,
    /// About guardians, and coming of age.
    Stead(Stead),
}

impl News {
    /// All of them.
    pub const ALL: [Self; 30] = [
        Self::YourGlassOpened,
        Self::GlassOpened,
        Self::GlassAsked,
        Self::GlassOverdue,
        Self::RoleAsked,
        Self::RoleGiven,
        Self::RequestGranted,
        Self::RequestRefused,
        Self::RoleEnded,
        Self::ReviewsDue,
        Self::ReviewsOverdue,
        Self::YourRoleOverdue,
        Self::YourAppReuse,
        Self::AppReuse,
        Self::Asked,
        Self::GrantEnds,
        Self::RightsConfirmed,
        Self::RightsExtended,
        Self::RightsAnswered,
        Self::RightDue,
        Self::RightOverdue,
        Self::ContinuityLate,
        Self::GuardianProposed,
        Self::GuardianAppointed,
        Self::Destruction,
        Self::Stead(Stead::InStead),
        Self::Stead(Stead::ErasureAsked),
        Self::Stead(Stead::AgeSoon),
        Self::Stead(Stead::AgeCome),
        Self::Stead(Stead::NoAccount),
    ];

    /// The page with more about it.
    #[must_use]
    pub const fn place(self) -> &'static str {
        match self {
            Self::YourGlassOpened => "/account",
            Self::GlassOpened | Self::GlassAsked | Self::GlassOverdue => "/console/break-glass",
            Self::RoleAsked | Self::RequestGranted | Self::RequestRefused => "/console/requests",
            Self::RoleGiven | Self::RoleEnded => "/console",
            Self::ReviewsDue | Self::ReviewsOverdue | Self::YourRoleOverdue => "/console/reviews",
            Self::YourAppReuse => "/account/apps",
            Self::AppReuse => "/console/apps",
            Self::Asked | Self::GrantEnds => "/portal/sharing",
            Self::RightsConfirmed | Self::RightsExtended | Self::RightsAnswered => "/portal/rights",
            Self::RightDue | Self::RightOverdue => "/console/rights",
            Self::ContinuityLate => "/console/continuity",
            Self::GuardianProposed | Self::GuardianAppointed => "/console/guardians",
            Self::Destruction => "/console/continuity/destructions",
            Self::Stead(it) => it.place(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn all_news_are_written_in_every_language() {
        let mut subjects = Vec::new();
        for news in News::ALL {
            for language in Language::ALL {
                let (subject, text) = words(news, *language);
                assert!(
                    text.contains("{service}") && text.len() > 40,
                    "{news:?} {language}"
                );
                assert!(subject.chars().count() <= 70, "{news:?} {language}");
                subjects.push(subject);
            }
        }
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects.len(), News::ALL.len() * Language::ALL.len());
    }
}

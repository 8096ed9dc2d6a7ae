//! The part of the configuration that is about consent.

use std::collections::BTreeSet;
use std::time::Duration;

use base::Purpose;
use consent::{Pace, Settings};
use serde::Deserialize;

use super::ConfigError;

const DAY: Duration = Duration::from_hours(24);

/// How people are asked, and what takes their consent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Consent {
    /// Purposes for which even the tenant's own staff and programs take a person's grant.
    pub purposes: BTreeSet<Purpose>,
    /// A grant lasts this long at most.
    pub grant_days_max: u32,
    /// A question that nobody answers goes away after this.
    pub question_days: u32,
    /// A person is told of a grant this long before it ends.
    pub remind_days: u32,
    /// Who was refused does not ask this person again for so long.
    pub after_refusal_days: u32,
    /// One asker asks one person so often in 90 days.
    pub asks_by_one: u32,
    /// All askers together ask one person so often a day.
    pub asks_a_day: u32,
}

impl Default for Consent {
    fn default() -> Self {
        Self {
            purposes: BTreeSet::from([Purpose::Hresch]),
            grant_days_max: 366,
            question_days: 30,
            remind_days: 14,
            after_refusal_days: 30,
            asks_by_one: 3,
            asks_a_day: 5,
        }
    }
}

impl Consent {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let value = |key, message: &str| {
            Err(ConfigError::Value {
                key,
                message: message.to_owned(),
            })
        };
        // An emergency cannot wait for an answer, and the system's own checks see nobody's data for themselves.
        if [Purpose::Etreat, Purpose::Sysdev]
            .iter()
            .any(|it| self.purposes.contains(it))
        {
            return value("consent.purposes", "any but ETREAT and SYSDEV");
        }
        for (key, days, most) in [
            ("consent.grant_days_max", self.grant_days_max, 3_650),
            ("consent.question_days", self.question_days, 365),
            ("consent.remind_days", self.remind_days, 90),
            ("consent.after_refusal_days", self.after_refusal_days, 3_650),
            ("consent.asks_by_one", self.asks_by_one, 100),
            ("consent.asks_a_day", self.asks_a_day, 100),
        ] {
            if !(1..=most).contains(&days) {
                return value(key, &format!("between 1 and {most}"));
            }
        }
        Ok(())
    }

    /// As consent takes it.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let count = |it: u32| usize::try_from(it).unwrap_or(usize::MAX);
        Settings {
            grant_max: DAY * self.grant_days_max,
            asking: DAY * self.question_days,
            remind: DAY * self.remind_days,
            pace: Pace {
                after_refusal: DAY * self.after_refusal_days,
                by_one: count(self.asks_by_one),
                a_day: count(self.asks_a_day),
                ..Pace::default()
            },
            ..Settings::default()
        }
    }
}

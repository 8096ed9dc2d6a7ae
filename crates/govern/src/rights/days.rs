//! Working days: Monday to Friday, less the holidays of a list that is data.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use super::RightsError;

/// Public holidays where the house answers. An empty list knows weekends only, and so gives days that are never too late.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays(BTreeSet<Date>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    days: Vec<String>,
}

/// At most so many days in a list: more than a century of holidays.
const DAYS_MAX: usize = 4096;

impl Holidays {
    /// Reads a list: TOML with `days`, each `YYYY-MM-DD`, at most 4096.
    ///
    /// # Errors
    ///
    /// [`RightsError::Rules`] if it is not such a list.
    pub fn parse(file: &str, text: &str) -> Result<Self, RightsError> {
        let wrong = |why: String| RightsError::Rules {
            file: file.to_owned(),
            why,
        };
        let read: File = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        Self::of(file, &read.days)
    }

    /// A list of days, each `YYYY-MM-DD`, at most 4096; `file` says where it stands.
    ///
    /// # Errors
    ///
    /// [`RightsError::Rules`] if one is no day.
    pub fn of(file: &str, days: &[String]) -> Result<Self, RightsError> {
        let wrong = |why: String| RightsError::Rules {
            file: file.to_owned(),
            why,
        };
        if days.len() > DAYS_MAX {
            return Err(wrong(format!("more than {DAYS_MAX} days")));
        }
        let days = days.iter().map(|day| {
            day.parse::<Date>()
                .map_err(|error| wrong(format!("{day:?} is no day: {error}")))
        });
        Ok(Self(days.collect::<Result<_, _>>()?))
    }

    /// Is it a day on which the house works?
    #[must_use]
    pub fn works(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.0.contains(&day)
    }

    /// The day itself, or the next on which the house works.
    pub(super) fn on_or_after(&self, mut day: Date) -> Result<Date, RightsError> {
        while !self.works(day) {
            day = day.tomorrow()?;
        }
        Ok(day)
    }

    /// The `count`th working day after `day`, which is not counted itself.
    pub(super) fn after(&self, mut day: Date, count: u16) -> Result<Date, RightsError> {
        for _ in 0..count {
            day = self.on_or_after(day.tomorrow()?)?;
        }
        Ok(day)
    }
}

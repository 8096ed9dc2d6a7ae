//! The part of the configuration that is about apps.

use std::time::Duration;

use identity::oauth::Lives;
use serde::Deserialize;

use super::ConfigError;

/// How long what apps hold lives.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Apps {
    /// A code, from the person's answer to its exchange.
    pub code_seconds: u32,
    /// An access token.
    pub access_minutes: u32,
    /// A refresh token that nobody uses.
    pub refresh_days: u32,
    /// Refresh tokens of one answer, however often they are used.
    pub refresh_days_max: u32,
}

impl Default for Apps {
    fn default() -> Self {
        Self {
            code_seconds: 60,
            access_minutes: 15,
            refresh_days: 30,
            refresh_days_max: 90,
        }
    }
}

impl Apps {
    /// Whether each is within bounds: long enough to work over a slow network, short enough that a lost one is soon nothing.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let value = |key, message: &str| {
            Err(ConfigError::Value {
                key,
                message: message.to_owned(),
            })
        };
        // RFC 6749, 4.1.2 recommends ten minutes at most.
        if !(5..=600).contains(&self.code_seconds) {
            return value("apps.code_seconds", "between 5 and 600");
        }
        if !(1..=60).contains(&self.access_minutes) {
            return value("apps.access_minutes", "between 1 and 60");
        }
        if !(1..=365).contains(&self.refresh_days_max) {
            return value("apps.refresh_days_max", "between 1 and 365");
        }
        if !(1..=self.refresh_days_max).contains(&self.refresh_days) {
            return value(
                "apps.refresh_days",
                "between 1 and apps.refresh_days_max: unused ones do not outlive used ones",
            );
        }
        Ok(())
    }

    /// As the area of apps takes it.
    #[must_use]
    pub fn lives(&self) -> Lives {
        let days = |days: u32| Duration::from_hours(24 * u64::from(days));
        Lives {
            code: Duration::from_secs(self.code_seconds.into()),
            access: Duration::from_mins(self.access_minutes.into()),
            refresh: days(self.refresh_days),
            family: days(self.refresh_days_max),
            ..Lives::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, SAMPLE};
    use super::*;

    #[test]
    fn left_out_it_is_what_the_area_says_and_so_is_the_sample() {
        let same = |one: &Lives, two: &Lives| {
            [
                (one.code, two.code),
                (one.access, two.access),
                (one.refresh, two.refresh),
                (one.family, two.family),
            ]
            .iter()
            .all(|(one, two)| one == two)
        };
        assert!(same(&Apps::default().lives(), &Lives::default()));
        let sample = Config::parse("sample", SAMPLE).unwrap();
        assert!(same(&sample.apps.lives(), &Lives::default()));
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_by_its_key() {
        for (from, to, key) in [
            ("code_seconds = 60", "code_seconds = 4", "apps.code_seconds"),
            (
                "code_seconds = 60",
                "code_seconds = 601",
                "apps.code_seconds",
            ),
            (
                "access_minutes = 15",
                "access_minutes = 0",
                "apps.access_minutes",
            ),
            (
                "access_minutes = 15",
                "access_minutes = 61",
                "apps.access_minutes",
            ),
            ("refresh_days = 30", "refresh_days = 0", "apps.refresh_days"),
            (
                "refresh_days = 30",
                "refresh_days = 91",
                "apps.refresh_days",
            ),
            (
                "refresh_days_max = 90",
                "refresh_days_max = 366",
                "apps.refresh_days_max",
            ),
        ] {
            let text = SAMPLE.replacen(from, to, 1);
            assert_ne!(text, SAMPLE);
            let config = Config::parse("sample", &text).unwrap();
            let error = config.check().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{key}: ")), "{to}: {error}");
        }
    }
}

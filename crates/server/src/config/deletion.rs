//! The part of the configuration that is about deletion.

use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;

/// How deletion goes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deletion {
    /// Who asks that everything be deleted can change their mind for so long.
    pub cooling_off_days: u32,
}

impl Default for Deletion {
    fn default() -> Self {
        Self {
            cooling_off_days: 14,
        }
    }
}

impl Deletion {
    /// GDPR, article 12(3): a request is answered within a month.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.cooling_off_days > 28 {
            return Err(ConfigError::Value {
                key: "deletion.cooling_off_days",
                message: "28 at most: a request is answered within a month".to_owned(),
            });
        }
        Ok(())
    }

    /// How long somebody can change their mind.
    #[must_use]
    pub fn cooling_off(&self) -> Duration {
        Duration::from_hours(24) * self.cooling_off_days
    }
}

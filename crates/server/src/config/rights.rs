//! The part of the configuration that is about requests of data subjects.

use std::collections::BTreeMap;

use base::TenantId;
use govern::rights::{Holidays, Law, RightsError};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::ConfigError;

/// Under which law people ask, and how days are counted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rights {
    /// Which law's clocks count, where a tenant has none of its own.
    pub law: Law,
    /// Another law for some tenants.
    pub laws: BTreeMap<TenantId, Law>,
    /// Where the house answers: which day it is there.
    pub time_zone: String,
    /// Days on which the house does not work, besides Saturdays and Sundays: `YYYY-MM-DD`.
    pub holidays: Vec<String>,
    /// Those who answer are warned so long before a last day.
    pub warn_days: u32,
    /// So many requests of one person may be open at once.
    pub open_max: u32,
}

impl Default for Rights {
    fn default() -> Self {
        Self {
            law: Law::Gdpr,
            laws: BTreeMap::new(),
            time_zone: "UTC".to_owned(),
            holidays: Vec::new(),
            warn_days: 7,
            open_max: 20,
        }
    }
}

impl Rights {
    pub(super) fn check(&self, tenants: &[TenantId]) -> Result<(), ConfigError> {
        let value = |key, message: String| Err(ConfigError::Value { key, message });
        if let Some(tenant) = self.laws.keys().find(|it| !tenants.contains(it)) {
            return value("rights.laws", format!("there is no tenant {tenant}"));
        }
        if let Err(error) = TimeZone::get(&self.time_zone) {
            return value(
                "rights.time_zone",
                format!("a name of the IANA list, e.g. Europe/Stockholm: {error}"),
            );
        }
        if let Err(error) = self.days() {
            return value("rights.holidays", error.to_string());
        }
        for (key, number, most) in [
            ("rights.warn_days", self.warn_days, 30),
            ("rights.open_max", self.open_max, 100),
        ] {
            if !(1..=most).contains(&number) {
                return value(key, format!("between 1 and {most}"));
            }
        }
        Ok(())
    }

    /// The law that counts at a tenant.
    #[must_use]
    pub fn law_of(&self, tenant: &TenantId) -> Law {
        self.laws.get(tenant).copied().unwrap_or(self.law)
    }

    /// Where the house answers.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        // The check of the configuration found it.
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Days without work.
    ///
    /// # Errors
    /// One of them is no day.
    pub fn days(&self) -> Result<Holidays, RightsError> {
        Holidays::of("rights.holidays", &self.holidays)
    }
}

//! The part of the configuration that is about how long files are kept; for records the register says it.

use serde::{Deserialize, Deserializer, de};
use vault::register::Retention as Kept;

/// How long files are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// From when they were stored.
    #[serde(deserialize_with = "kept")]
    pub files: Kept,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            files: Kept::UntilErased,
        }
    }
}

fn kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Kept, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|()| {
        de::Error::custom("\"until-erased\", or days, months or years: \"30d\", \"18m\", \"10y\"")
    })
}

//! Parameters of a request, each once: what comes twice means whatever the reader likes, so it means nothing here.

use std::collections::{BTreeMap, BTreeSet};

use super::OauthError;

/// The longest value; an assertion is the longest that there is.
const VALUE_BYTES_MAX: usize = 8 << 10;
/// Parameters of one request. Unknown ones are ignored, as the standards want, but not without end.
const PARAMS_MAX: usize = 60;

/// Parameters by name.
#[derive(Clone, Default)]
pub struct Params {
    values: BTreeMap<String, String>,
    twice: BTreeSet<String>,
}

impl Params {
    /// Of decoded pairs. One without a value is one that was left out (RFC 6749 §3.1).
    ///
    /// # Errors
    /// `invalid_request` when there are too many, or one is too long.
    pub fn of<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, OauthError> {
        let mut params = Self::default();
        for (count, (name, value)) in pairs.enumerate() {
            if count >= PARAMS_MAX || name.len() + value.len() > VALUE_BYTES_MAX {
                return Err(OauthError::invalid(
                    "There are too many parameters, or one is too long.",
                ));
            }
            if params
                .values
                .insert(name.to_owned(), value.to_owned())
                .is_some()
            {
                params.twice.insert(name.to_owned());
            }
        }
        params.values.retain(|_, value| !value.is_empty());
        Ok(params)
    }

    /// The value of `name`, if it came.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The value of `name`, which must come.
    pub(super) fn need(&self, name: &str, why: &'static str) -> Result<&str, OauthError> {
        self.one(name).ok_or(OauthError::invalid(why))
    }

    /// Whether `name` came more than once.
    pub(super) fn came_twice(&self, name: &str) -> bool {
        self.twice.contains(name)
    }

    /// That nothing came more than once.
    pub(super) fn each_once(&self) -> Result<(), OauthError> {
        if self.twice.is_empty() {
            return Ok(());
        }
        Err(OauthError::invalid(
            "A parameter comes more than once; send each once.",
        ))
    }
}

//! The part of the configuration that says who answers for the data: what the records of processing activities begin with.

use serde::Deserialize;

use super::ConfigError;

/// Characters of a text.
const TEXT_CHARS_MAX: usize = 500;
/// Texts of a list.
const TEXTS_MAX: usize = 100;

/// Who answers for a tenant's data. What is not named stands in the records as missing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Controller {
    /// Who it is.
    pub name: Option<String>,
    /// How they are reached.
    pub contact: Option<String>,
    /// Their representative in the Union, where there must be one.
    pub representative: Option<String>,
    /// The data protection officer, where there is one.
    pub data_protection_officer: Option<String>,
    /// Controllers on whose behalf the tenant works itself, as a processor.
    pub on_behalf_of: Vec<String>,
    /// Who else gets data on the controller's behalf: processors.
    pub processors: Vec<String>,
    /// Where data go outside of the Union, and on what ground.
    pub transfers: Vec<String>,
    /// Security measures besides the promises that are measured.
    pub measures: Vec<String>,
}

impl Controller {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let one = [
            &self.name,
            &self.contact,
            &self.representative,
            &self.data_protection_officer,
        ];
        let lists = [
            &self.on_behalf_of,
            &self.processors,
            &self.transfers,
            &self.measures,
        ];
        let mut texts = one.into_iter().flatten().chain(lists.into_iter().flatten());
        let right = |text: &String| {
            !text.trim().is_empty()
                && text.chars().count() <= TEXT_CHARS_MAX
                && !text.chars().any(char::is_control)
        };
        if !texts.all(right) || lists.iter().any(|it| it.len() > TEXTS_MAX) {
            return Err(ConfigError::Value {
                key: "controllers",
                message:
                    "a text has 1 to 500 characters and no line breaks; a list 100 texts at most"
                        .to_owned(),
            });
        }
        Ok(())
    }
}

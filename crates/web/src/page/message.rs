//! A page of a few sentences, and where to go from there.

use askama::Template;
use http::StatusCode;

use super::{Frame, Place, Shown, show};
use crate::{Answer, Problem};

/// A title, what there is to say, and where to go.
#[derive(Template)]
#[template(path = "message.html")]
pub struct Message {
    page: Frame,
    title: String,
    lead: String,
    more: Vec<String>,
    also: Vec<Place>,
}

impl Message {
    /// A page that says `lead`.
    #[must_use]
    pub fn new(page: Frame, title: String, lead: String) -> Self {
        Self {
            page,
            title,
            lead,
            more: Vec::new(),
            also: Vec::new(),
        }
    }

    /// With a sentence more.
    #[must_use]
    pub fn more(mut self, sentence: String) -> Self {
        self.more.push(sentence);
        self
    }

    /// With a way to go on.
    #[must_use]
    pub fn also(mut self, href: impl Into<String>, name: String) -> Self {
        self.also.push(Place::new(href, name));
        self
    }

    /// The page, with the status that it stands for.
    ///
    /// # Errors
    /// 500: our own mistake.
    pub fn answer(&self, status: StatusCode) -> Result<Answer, Problem> {
        show(status, self, Shown::Plain)
    }
}

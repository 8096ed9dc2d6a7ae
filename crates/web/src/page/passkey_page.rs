//! A page on which the browser is asked for a passkey, by a script.

use askama::Template;
use http::StatusCode;

use super::{Frame, Place, Shown, show};
use crate::{Answer, Problem};

/// What the browser shall do with a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyAct {
    /// Make one.
    Create,
    /// Prove that it is there.
    Use,
}

/// A page that asks for a passkey as soon as it is there, and again by its button. The answer comes in the field `passkey`.
#[derive(Template)]
#[template(path = "passkey.html")]
pub struct PasskeyPage {
    page: Frame,
    title: String,
    lead: Vec<String>,
    act: PasskeyAct,
    request: String,
    action: String,
    hidden: Vec<(&'static str, String)>,
    verb: String,
    also: Vec<Place>,
}

impl PasskeyPage {
    /// A page that asks with `request`, WebAuthn's options as JSON.
    #[must_use]
    pub fn new(
        page: Frame,
        title: String,
        act: PasskeyAct,
        request: String,
        action: impl Into<String>,
    ) -> Self {
        let verb = page.t.say(match act {
            PasskeyAct::Create => "passkey-make",
            PasskeyAct::Use => "passkey-use",
        });
        Self {
            page,
            title,
            lead: Vec::new(),
            act,
            request,
            action: action.into(),
            hidden: Vec::new(),
            verb,
            also: Vec::new(),
        }
    }

    /// With a sentence.
    #[must_use]
    pub fn lead(mut self, sentence: String) -> Self {
        self.lead.push(sentence);
        self
    }

    /// With a value that goes along unseen.
    #[must_use]
    pub fn hidden(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.hidden.push((name, value.into()));
        self
    }

    /// With another way to go.
    #[must_use]
    pub fn also(mut self, href: impl Into<String>, name: String) -> Self {
        self.also.push(Place::new(href, name));
        self
    }

    const fn what(&self) -> &'static str {
        match self.act {
            PasskeyAct::Create => "create",
            PasskeyAct::Use => "use",
        }
    }

    /// The page.
    ///
    /// # Errors
    /// 500: our own mistake.
    pub fn answer(&self) -> Result<Answer, Problem> {
        show(StatusCode::OK, self, Shown::Scripted)
    }
}

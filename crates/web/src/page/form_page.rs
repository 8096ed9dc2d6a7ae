//! A page that is one form: most of signing in is.

use askama::Template;
use http::StatusCode;

use super::{Field, Frame, Place, Shown, show};
use crate::{Answer, Problem};

/// What a form's button says and how it looks.
#[derive(Clone, Debug)]
pub struct Button {
    /// A verb.
    pub name: String,
    /// `""`, `quiet` or `destroy`.
    pub class: &'static str,
}

/// A page with a title, a few sentences, and one form.
#[derive(Template)]
#[template(path = "form.html")]
pub struct FormPage {
    page: Frame,
    title: String,
    lead: Vec<String>,
    error: Option<String>,
    fields: Vec<Field>,
    hidden: Vec<(&'static str, String)>,
    username: Option<String>,
    action: String,
    button: Button,
    or: Option<(String, String)>,
    offer: Option<Offer>,
    also: Vec<Place>,
}

/// A passkey that the browser may offer while the form is filled in.
struct Offer {
    /// Where the script asks for what to ask the browser.
    asks: String,
    /// Where the browser's answer goes.
    action: String,
}

impl FormPage {
    /// A form that goes to `action` by a button that says `verb`.
    #[must_use]
    pub fn new(page: Frame, title: String, action: impl Into<String>, verb: String) -> Self {
        Self {
            page,
            title,
            lead: Vec::new(),
            error: None,
            fields: Vec::new(),
            hidden: Vec::new(),
            username: None,
            action: action.into(),
            button: Button {
                name: verb,
                class: "",
            },
            or: None,
            offer: None,
            also: Vec::new(),
        }
    }

    /// With a sentence before the form.
    #[must_use]
    pub fn lead(mut self, sentence: String) -> Self {
        self.lead.push(sentence);
        self
    }

    /// With a field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.page.mistaken |= field.mistake().is_some();
        self.fields.push(field);
        self
    }

    /// With a value that goes along unseen.
    #[must_use]
    pub fn hidden(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.hidden.push((name, value.into()));
        self
    }

    /// With the name that a password keeper files the password under. Unseen.
    #[must_use]
    pub fn hidden_username(mut self, name: &str) -> Self {
        self.username = Some(name.to_owned());
        self
    }

    /// With what is wrong as a whole.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.page.mistaken |= error.is_some();
        self.error = error;
        self
    }

    /// The button takes something away.
    #[must_use]
    pub fn destroys(mut self) -> Self {
        self.button.class = "destroy";
        self
    }

    /// With another way below it: a form of nothing but a button, that takes the unseen values along.
    #[must_use]
    pub fn or(mut self, action: impl Into<String>, verb: String) -> Self {
        self.or = Some((action.into(), verb));
        self
    }

    /// The browser may offer a passkey instead ([`Field::with_passkeys`]): the script asks `asks` what to ask for, and the answer goes to
    /// `action` as a form with the unseen values. Unseen, and nothing without a script.
    #[must_use]
    pub fn offer_passkey(mut self, asks: impl Into<String>, action: impl Into<String>) -> Self {
        self.offer = Some(Offer {
            asks: asks.into(),
            action: action.into(),
        });
        self
    }

    /// With a link below the form.
    #[must_use]
    pub fn also(mut self, href: impl Into<String>, name: String) -> Self {
        self.also.push(Place::new(href, name));
        self
    }

    fn has_strength(&self) -> bool {
        self.fields.iter().any(Field::has_strength)
    }

    fn mistakes(&self) -> Vec<(&'static str, &str)> {
        self.fields.iter().filter_map(Field::mistake).collect()
    }

    /// The page; its status says whether there is a mistake in the form.
    ///
    /// # Errors
    /// 500: our own mistake.
    pub fn answer(&self) -> Result<Answer, Problem> {
        let status = if self.page.mistaken {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        let shown = if self.offer.is_some() || self.has_strength() {
            Shown::Asking
        } else {
            Shown::Plain
        };
        show(status, self, shown)
    }
}

//! The parts of a form: a label that belongs to its field, a hint, and the mistake if there is one, tied together for who cannot see them.

use askama::Template;
use askama::filters::HtmlSafe;

/// One field with its label. Shows itself in a template: `{{ field }}`.
#[derive(Template, Clone, Debug)]
#[template(path = "field.html")]
pub struct Field {
    /// Its name, and the anchor that the summary of mistakes leads to.
    pub name: &'static str,
    label: String,
    hint: Option<String>,
    error: Option<String>,
    value: String,
    shape: Shape,
    autocomplete: &'static str,
    required: bool,
    most: usize,
    strength: Option<String>,
}

#[derive(Clone, Debug)]
enum Shape {
    Line {
        kind: &'static str,
        inputmode: &'static str,
        class: &'static str,
    },
    Lines,
    Box,
    OneOf(Vec<Choice>),
}

/// One of several.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What it is called.
    pub name: String,
    /// What it means.
    pub hint: Option<String>,
}

impl HtmlSafe for Field {}

impl Field {
    fn new(name: &'static str, label: String, shape: Shape, autocomplete: &'static str) -> Self {
        Self {
            name,
            label,
            hint: None,
            error: None,
            value: String::new(),
            shape,
            autocomplete,
            required: true,
            // More than any name or address; a password is at most 128 characters.
            most: 320,
            strength: None,
        }
    }

    fn line(
        name: &'static str,
        label: String,
        kind: &'static str,
        autocomplete: &'static str,
    ) -> Self {
        let shape = Shape::Line {
            kind,
            inputmode: "",
            class: "",
        };
        Self::new(name, label, shape, autocomplete)
    }

    /// A line of text.
    #[must_use]
    pub fn text(name: &'static str, label: String) -> Self {
        Self::line(name, label, "text", "off")
    }

    /// What somebody is called.
    #[must_use]
    pub fn name(name: &'static str, label: String) -> Self {
        Self::line(name, label, "text", "name")
    }

    /// An e-mail address that somebody signs in with.
    #[must_use]
    pub fn email(name: &'static str, label: String) -> Self {
        Self::line(name, label, "email", "username")
    }

    /// A password; `autocomplete` is `current-password` or `new-password`. It is never shown again.
    #[must_use]
    pub fn password(name: &'static str, label: String, autocomplete: &'static str) -> Self {
        Self::line(name, label, "password", autocomplete)
    }

    /// Who types sees how strong it is: the script asks `path`, in a form of its own. Without a script the form says it once it is sent.
    #[must_use]
    pub fn strength(mut self, path: impl Into<String>) -> Self {
        self.strength = Some(path.into());
        self
    }

    /// The browser may offer a passkey in it (conditional mediation).
    #[must_use]
    pub const fn with_passkeys(mut self) -> Self {
        self.autocomplete = "username webauthn";
        self
    }

    /// Whether it says how strong it is.
    pub(crate) const fn has_strength(&self) -> bool {
        self.strength.is_some()
    }

    /// A short code from an app.
    #[must_use]
    pub fn code(name: &'static str, label: String) -> Self {
        let shape = Shape::Line {
            kind: "text",
            inputmode: "numeric",
            class: "short",
        };
        Self::new(name, label, shape, "one-time-code")
    }

    /// Several lines.
    #[must_use]
    pub fn lines(name: &'static str, label: String, most: usize) -> Self {
        let mut field = Self::new(name, label, Shape::Lines, "off");
        field.most = most;
        field
    }

    /// A box to tick.
    #[must_use]
    pub fn tick(name: &'static str, label: String) -> Self {
        let mut field = Self::new(name, label, Shape::Box, "off");
        field.required = false;
        field
    }

    /// One of `choices`.
    #[must_use]
    pub fn one_of(name: &'static str, label: String, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Shape::OneOf(choices), "off")
    }

    /// With a hint below the label.
    #[must_use]
    pub fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// With what is in it. A password forgets it.
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        if !matches!(
            self.shape,
            Shape::Line {
                kind: "password",
                ..
            }
        ) {
            value.clone_into(&mut self.value);
        }
        self
    }

    /// With what is wrong with it.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// It may be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Its name and what is wrong with it.
    #[must_use]
    pub fn mistake(&self) -> Option<(&'static str, &str)> {
        self.error.as_deref().map(|error| (self.name, error))
    }

    /// What describes it, for `aria-describedby`.
    fn described_by(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        [hint, error]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

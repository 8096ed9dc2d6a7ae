//! What a form sends. Only the way to a form's handler makes one, and only after it has seen that the form came from our own page.

use base::{ErrorKind, Secret};
use zeroize::Zeroizing;

use super::Visit;
use crate::Problem;

/// The body of one form: the longest has a passkey's answer in it.
pub const FORM_BYTES_MAX: usize = 32 << 10;
/// Fields of one form.
const FIELDS_MAX: usize = 64;
/// The hidden field that every form carries.
pub const TOKEN_FIELD: &str = "form_token";

/// The fields of a form that came from one of our own pages, in this very visit.
pub struct Form(Vec<(String, Zeroizing<String>)>);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}

impl Form {
    /// Read `body`, and see that it carries the token of `visit`.
    pub(crate) fn open(visit: &Visit, body: &[u8]) -> Result<Self, Problem> {
        let form = Self::parse(body)?;
        // What stands behind a dot says whom the page was about; whoever has such pages asks for it.
        let token = form.text(TOKEN_FIELD).split('.').next().unwrap_or_default();
        if !visit.is_own_token(token) {
            return Err(foreign("the form's token is missing, or another visit's"));
        }
        Ok(form)
    }

    /// `application/x-www-form-urlencoded`, each field once.
    fn parse(body: &[u8]) -> Result<Self, Problem> {
        let wrong = |detail: &str| Problem::new(ErrorKind::Invalid, "http.form", detail);
        let mut fields: Vec<(String, Zeroizing<String>)> = Vec::new();
        for pair in body
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            if fields.len() == FIELDS_MAX {
                return Err(wrong("The form has too many fields."));
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decoded(halves.next().unwrap_or_default())
                .ok_or_else(|| wrong("A field's name is not UTF-8."))?;
            let value = decoded(halves.next().unwrap_or_default())
                .ok_or_else(|| wrong("A field is not UTF-8."))?;
            if fields.iter().any(|(other, _)| *other == *name) {
                return Err(wrong("A field came twice."));
            }
            if value.contains('\0') {
                return Err(wrong("A field holds a character that no text has."));
            }
            if base::card::find(&value).is_some() {
                return Err(Problem::new(
                    ErrorKind::Refused,
                    "card.refused",
                    "What looks like a payment card number stands in a field. Strongroom stores no payment data; take it out and send the rest again.",
                ));
            }
            fields.push((name.to_string(), value));
        }
        Ok(Self(fields))
    }

    /// The field `name`; empty where it did not come.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// The field `name`, without blanks around it.
    #[must_use]
    pub fn trimmed(&self, name: &str) -> &str {
        self.text(name).trim()
    }

    /// The field `name`, as a secret: exactly as it was typed.
    #[must_use]
    pub fn secret(&self, name: &str) -> Secret<String> {
        Secret::new(self.text(name).to_owned())
    }

    /// Whether the box `name` is ticked.
    #[must_use]
    pub fn ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// The names of all fields, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// Percent-decoded, `+` as a blank. Room is made once: a text that grows leaves copies of its beginning behind.
fn decoded(text: &[u8]) -> Option<Zeroizing<String>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    std::str::from_utf8(&out)
        .ok()
        .map(|text| Zeroizing::new(text.to_owned()))
}

/// The refusal of a form that is not from our page. It says the same whatever was wrong.
pub(crate) fn foreign(internal: &str) -> Problem {
    let mut problem = Problem::new(
        ErrorKind::Forbidden,
        "http.form_foreign",
        "This form did not come from our own page, or the page was open for too long. Open the page again and send it once more.",
    );
    internal.clone_into(&mut problem.internal);
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<Form, Problem> {
        Form::parse(body.as_bytes())
    }

    #[test]
    fn fields_are_decoded_and_each_stands_once() {
        let form = parse("name=A+b%26c%C3%A5&empty=&flag").unwrap();
        assert_eq!(form.text("name"), "A b&cå");
        assert_eq!(form.text("empty"), "");
        assert!(!form.ticked("flag"));
        assert_eq!(form.names().collect::<Vec<_>>(), ["name", "empty", "flag"]);
        for bad in ["a=1&a=2", "a=1&%61=2", "a=%ff", "a=%0", "a=%zz", "a=%00"] {
            assert_eq!(parse(bad).unwrap_err().code, "http.form", "{bad}");
        }
        let many = (0..=FIELDS_MAX)
            .map(|n| format!("f{n}=1"))
            .collect::<Vec<_>>();
        assert_eq!(parse(&many.join("&")).unwrap_err().code, "http.form");
    }

    #[test]
    fn a_form_does_not_tell_what_is_in_it() {
        let form = parse("password=hunter2").unwrap();
        assert_eq!(format!("{form:?}"), "{\"password\"}");
    }

    #[test]
    fn a_card_number_goes_no_further() {
        let refused = parse("name=4111+1111+1111+1111").unwrap_err();
        assert_eq!(refused.code, "card.refused");
    }
}

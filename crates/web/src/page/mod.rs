//! The page kit: visits, cookies, forms, the shell around a page, and the page that says what went wrong.
//!
//! Invariant: a form's handler runs only with a [`Form`], and only `Form::open` makes one, after it has seen that the form came from our own
//! page, in the same visit and session. Nothing else that a page answers changes anything.

mod cookie;
mod field;
mod form;
mod form_page;
mod frame;
mod language;
mod message;
mod passkey_page;
mod refusal;
mod render;
mod table;
#[cfg(test)]
mod tests;
mod visit;

pub use cookie::{Cookie, LANG, SESSION, SameSite, SetCookie};
pub use field::{Choice, Field};
pub use form::{FORM_BYTES_MAX, Form, TOKEN_FIELD};
pub use form_page::{Button, FormPage};
pub use frame::{Frame, Place};
pub use language::language;
pub use message::Message;
pub use passkey_page::{PasskeyAct, PasskeyPage};
pub use render::{Shown, show};
pub use table::{Act, Cell, Row, TablePage};
pub use visit::{Site, Visit, onward, unsigned};

pub(crate) use form::foreign;
pub(crate) use refusal::refusal;
pub(crate) use render::PageAnswer;
pub(crate) use visit::from_our_own_page;

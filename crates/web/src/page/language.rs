//! The choice of language, at the foot of every page.

use super::{LANG, onward};
use crate::{Answer, Doc, Lang, Route};

/// `POST /language`: remember the language, and go back.
#[must_use]
pub fn language<W: Send + 'static>() -> Route<W> {
    Route::form(
        "/language",
        Doc::page("chooseLanguage", "Choose the language of all pages"),
        |_call, form| async move {
            let back = onward(form.text("back")).unwrap_or("/");
            let answer = Answer::see(back);
            Ok(match Lang::from_tag(form.text("lang")) {
                Some(lang) => answer.cookie(&LANG.set(lang.code())),
                None => answer,
            })
        },
    )
}

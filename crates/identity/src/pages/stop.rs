//! The page that stops an app's request which nothing can come of. It leads nowhere: whose address it would be is what is not known.

use askama::Template;
use http::StatusCode;
use web::{Answer, Frame, Problem, Shown, Visit, show};

use super::WORDS;

/// Why a request stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The app asked in a way that is not taken.
    Wrong,
    /// The question was answered already, or stood too long.
    Over,
    /// Who was asked is not signed in any more.
    SignedOut,
}

impl Stop {
    const fn lead(self) -> &'static str {
        match self {
            Self::Wrong => "stop-wrong",
            Self::Over => "stop-over",
            Self::SignedOut => "stop-signed-out",
        }
    }
}

#[derive(Template)]
#[template(path = "oauth-stop.html")]
struct Page<'a> {
    page: Frame,
    lead: String,
    word: &'a str,
    why: &'a str,
}

/// The page, in the reader's language; `word` and `why` are for whoever makes the app, in the words of the standards.
///
/// # Errors
/// 500: our own mistake.
pub fn stop(
    visit: &Visit,
    status: StatusCode,
    stop: Stop,
    word: &str,
    why: &str,
) -> Result<Answer, Problem> {
    let page = visit.frame(&WORDS);
    let page = Page {
        lead: page.t.say(stop.lead()),
        word,
        why,
        page,
    };
    show(status, &page, Shown::Plain)
}

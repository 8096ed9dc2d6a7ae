//! The page that says what went wrong: what happened, what it means, what one can do.

use std::sync::LazyLock;

use askama::Template;
use base::{ErrorKind, RequestId};

use super::{Frame, Place, Shown, Visit, show};
use crate::words::Words;
use crate::{Answer, Problem};

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(&[]));

#[derive(Template)]
#[template(path = "refusal.html")]
struct Refusal {
    page: Frame,
    title: String,
    what: String,
    next: String,
    code: &'static str,
    request: String,
    also: Vec<Place>,
}

/// Where sections of pages begin, with what that is called.
const BEGINNINGS: [(&str, &str); 3] = [
    ("/portal", "error-back-portal"),
    ("/account", "error-back-account"),
    ("/console", "error-back-console"),
];

/// The beginning of the section that `path` lies in, to go back to; none from the beginning itself.
fn back(path: &str) -> Option<(&'static str, &'static str)> {
    let path = path.split('?').next().unwrap_or_default();
    BEGINNINGS.into_iter().find(|(start, _)| {
        path.strip_prefix(start)
            .is_some_and(|rest| rest.starts_with('/'))
    })
}

/// Where one can go on from here: to the beginning of the section; from elsewhere to one's own pages, or to where one signs in.
fn onwards(visit: &Visit) -> Option<(&'static str, &'static str)> {
    let signed_in = visit.session().is_some();
    let home = if signed_in {
        ("/portal", "error-back-portal")
    } else {
        ("/sign-in", "error-to-sign-in")
    };
    let section = back(visit.path()).filter(|_| signed_in);
    let path = visit.path().split('?').next().unwrap_or_default();
    section.or_else(|| Some(home).filter(|(href, _)| *href != path))
}

/// What the words of a failure are called, by its kind.
const fn key(problem: &Problem) -> &'static str {
    match problem.kind {
        ErrorKind::Unauthenticated => "sign-in",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::NotFound => "not-found",
        ErrorKind::Gone => "gone",
        ErrorKind::Conflict | ErrorKind::Precondition => "conflict",
        ErrorKind::TooLarge => "too-large",
        ErrorKind::TooMany => "too-many",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Tampered | ErrorKind::Internal => "internal",
        ErrorKind::Invalid
        | ErrorKind::Method
        | ErrorKind::Unsupported
        | ErrorKind::Range
        | ErrorKind::Refused => "invalid",
    }
}

/// The page about `problem`, in the reader's language.
pub(crate) fn refusal(visit: &Visit, id: RequestId, problem: &Problem) -> Answer {
    let key = match problem.code {
        "http.form_foreign" => "form",
        "card.refused" => "card",
        "policy.assurance" => "assurance",
        "policy.own" => "own",
        _ => key(problem),
    };
    let page = visit.frame(&WORDS);
    let said = |part: &str| page.t.say(&format!("error-{key}-{part}"));
    let refusal = Refusal {
        title: said("title"),
        what: said("what"),
        next: said("next"),
        code: problem.code,
        request: id.to_string(),
        also: onwards(visit)
            .map(|(href, key)| Place::new(href, page.t.say(key)))
            .into_iter()
            .collect(),
        page,
    };
    show(problem.status(), &refusal, Shown::Plain).unwrap_or_else(|_| Answer::new(problem.status()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_leads_back_to_where_its_section_begins() {
        for (path, begins) in [
            ("/console/apps?x=1", Some("/console")),
            ("/account/password", Some("/account")),
            ("/portal/data/nothing", Some("/portal")),
            ("/console", None),
            ("/accounts/x", None),
            ("/nothing", None),
            ("//console/x", None),
        ] {
            assert_eq!(back(path).map(|it| it.0), begins, "{path}");
        }
    }
}

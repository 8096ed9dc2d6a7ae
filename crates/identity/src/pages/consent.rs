//! The question to a person: may this app do this? No is as easy as yes.

use askama::Template;
use base::Purpose;
use http::StatusCode;
use web::words::Tongue;
use web::{Answer, Frame, Problem, Shown, Visit, show};

use super::WORDS;
use crate::oauth::{Consent, Want};

#[derive(Template)]
#[template(path = "consent-page.html")]
struct Question {
    page: Frame,
    title: String,
    wants: Vec<(String, Option<usize>)>,
    text: String,
    lang: &'static str,
    purposes: Vec<String>,
    stays: String,
    goes_to: String,
    contact: Option<String>,
    request: String,
    token: String,
}

fn sentence(t: Tongue, want: &Want) -> String {
    match want {
        Want::Know => t.say("want-know"),
        Want::Record => t.say("want-record"),
        Want::Data {
            reads,
            changes,
            title,
        } => {
            let what = match title {
                Some(title) => t.say_with("want-of", "what", title),
                None => t.say("want-all"),
            };
            let key = match (reads, changes) {
                (true, false) => "want-read",
                (false, _) => "want-change",
                (true, true) => "want-read-change",
            };
            t.say_with(key, "what", &what)
        }
    }
}

const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Treat => "for-treat",
        Purpose::Etreat => "for-etreat",
        Purpose::Patrqt => "for-patrqt",
        Purpose::Hresch => "for-hresch",
        Purpose::Hpaymt => "for-hpaymt",
        Purpose::Hoperat => "for-hoperat",
        Purpose::Pubhlth => "for-pubhlth",
        Purpose::Hlegal => "for-hlegal",
        Purpose::Sysdev => "for-sysdev",
    }
}

/// The page that asks, in the reader's language.
///
/// # Errors
/// 500: our own mistake.
pub fn consent(visit: &Visit, asked: &Consent) -> Result<Answer, Problem> {
    let page = visit.frame(&WORDS);
    let t = page.t;
    let question = Question {
        title: t.say_with("consent-title", "app", &asked.app),
        wants: asked
            .wants
            .iter()
            .map(|(want, place)| (sentence(t, want), *place))
            .collect(),
        text: asked
            .texts
            .get(t.lang().code())
            .cloned()
            .unwrap_or_default(),
        lang: t.lang().code(),
        purposes: asked
            .purposes
            .iter()
            .map(|it| t.say(purpose(*it)))
            .collect(),
        stays: t.say(if asked.stays {
            "consent-stays"
        } else {
            "consent-once"
        }),
        goes_to: t.say_with("consent-goes-to", "where", &asked.goes_to),
        contact: (!asked.contact.is_empty())
            .then(|| t.say_with("consent-contact", "contact", &asked.contact)),
        request: asked.request.clone(),
        token: asked.token.clone(),
        page,
    };
    Ok(show(StatusCode::OK, &question, Shown::Plain)?.leads_to(&asked.form_action))
}

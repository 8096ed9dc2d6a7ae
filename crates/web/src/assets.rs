//! The files that pages need, inside the binary.

use http::header::{self, HeaderValue};
use http::{Method, StatusCode};

use crate::{Answer, Doc, Limit, Route, Routes, language};

/// The script that checks proofs of the log, for a page that is taken along.
pub const PROOFS_SCRIPT: &str = include_str!("../assets/proofs.js");

/// Routes of all assets, and of the choice of language.
#[must_use]
pub fn assets<W: Send + 'static>() -> Routes<W> {
    vec![
        asset(
            "/assets/strongroom.css",
            Doc {
                id: "stylesheet",
                group: "Pages",
                summary: "The stylesheet of all pages",
                about: "",
                params: vec![],
                body: None,
                answers: &[(200, "CSS")],
            },
            "text/css; charset=utf-8",
            include_str!("../assets/strongroom.css"),
        ),
        asset(
            "/assets/icons.svg",
            Doc {
                id: "icons",
                group: "Pages",
                summary: "The icons of all pages",
                about: "",
                params: vec![],
                body: None,
                answers: &[(200, "SVG")],
            },
            "image/svg+xml",
            include_str!("../assets/icons.svg"),
        ),
        asset(
            "/assets/mark.svg",
            Doc {
                id: "mark",
                group: "Pages",
                summary: "The mark of all pages",
                about: "",
                params: vec![],
                body: None,
                answers: &[(200, "SVG")],
            },
            "image/svg+xml",
            include_str!("../assets/mark.svg"),
        ),
        asset(
            "/assets/proofs.js",
            Doc {
                id: "proofsScript",
                group: "Pages",
                summary: "The script that checks proofs of the log in the browser",
                about: "",
                params: vec![],
                body: None,
                answers: &[(200, "JavaScript")],
            },
            "text/javascript; charset=utf-8",
            PROOFS_SCRIPT,
        ),
        asset(
            "/assets/passkey.js",
            Doc {
                id: "passkeyScript",
                group: "Pages",
                summary: "The script that speaks to a passkey",
                about: "",
                params: vec![],
                body: None,
                answers: &[(200, "JavaScript")],
            },
            "text/javascript; charset=utf-8",
            include_str!("../assets/passkey.js"),
        ),
        asset(
            "/assets/strength.js",
            Doc {
                id: "strengthScript",
                group: "Pages",
                summary: "The script that says how strong a password is",
                about: "",
                params: vec![],
                body: None,
                answers: &[(200, "JavaScript")],
            },
            "text/javascript; charset=utf-8",
            include_str!("../assets/strength.js"),
        ),
        language(),
    ]
}

fn asset<W: Send + 'static>(
    path: &'static str,
    doc: Doc,
    media_type: &'static str,
    text: &'static str,
) -> Route<W> {
    Route::open(Method::GET, path, Limit::NoBody, doc, move |_| async move {
        Ok(Answer::with_type(StatusCode::OK, media_type, text).header(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=3600"),
        ))
    })
}

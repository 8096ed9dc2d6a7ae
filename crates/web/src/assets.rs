//! The files that pages need, inside the binary.

use http::header::{self, HeaderValue};
use http::{Method, StatusCode};

use crate::{Answer, Doc, Limit, Route, Routes};

/// Routes of all assets.
#[must_use]
pub fn assets<W: Send + 'static>() -> Routes<W> {
    vec![Route::open(
        Method::GET,
        "/assets/strongroom.css",
        Limit::NoBody,
        Doc {
            id: "stylesheet",
            group: "Pages",
            summary: "The stylesheet of all pages",
            about: "",
            params: vec![],
            body: None,
            answers: &[(200, "CSS")],
        },
        |_| async {
            Ok(Answer::with_type(
                StatusCode::OK,
                "text/css; charset=utf-8",
                include_str!("../assets/strongroom.css"),
            )
            .header(
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=3600"),
            ))
        },
    )]
}

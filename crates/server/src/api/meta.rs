//! `/v1/openapi.json`, `/v1/docs`, `/healthz`: what the service says of itself.

use bytes::Bytes;
use http::{Method, StatusCode};
use policy::Authority;
use web::{Answer, Doc, Limit, Route, Routes};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn doc(id: &'static str, summary: &'static str) -> Doc {
    Doc {
        id,
        group: "Service",
        summary,
        about: "",
        params: vec![],
        body: None,
        answers: &[(200, "It")],
    }
}

/// The routes that describe `routes` and themselves.
pub(super) fn routes(routes: &Routes<Authority>) -> Routes<Authority> {
    let open = |path, doc, answer: fn(Bytes) -> Answer, body: Bytes| {
        Route::open(Method::GET, path, Limit::NoBody, doc, move |_| {
            let body = body.clone();
            async move { Ok(answer(body)) }
        })
    };
    let healthz = open(
        "/healthz",
        doc("healthz", "Whether the process answers"),
        |body| Answer::with_type(StatusCode::OK, "text/plain; charset=utf-8", body),
        Bytes::from_static(b"ok\n"),
    );
    let json = web::describe(routes, VERSION).to_string();
    let page = web::readable(routes, VERSION);
    vec![
        open(
            "/v1/openapi.json",
            doc("openapi", "This description (OpenAPI 3.1)"),
            |body| Answer::json(StatusCode::OK, body),
            Bytes::from(json),
        ),
        open(
            "/v1/docs",
            doc("docs", "This description, to read"),
            |body| Answer::html(StatusCode::OK, body),
            Bytes::from(page),
        ),
        healthz,
    ]
}

//! The one way from a request to a handler: limit, gate, handler, headers, metrics.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::response::Response;
use axum::routing::MethodFilter;
use base::{Clock, ErrorKind, RequestId, Rng, limits};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::header::{self, HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, Request};
use http_body::Body as _;
use http_body_util::BodyExt;

use crate::route::Handler;
use crate::{
    Answer, BodyStream, Call, ErrorStyle, Limit, Metrics, Payload, Problem, Query, Route, Routes,
};

/// Turns what a request carries (a token, a session's cookie) into who asks. Wired in `server`.
pub trait Gate: Send + Sync + 'static {
    /// What is known of who asks.
    type Who: Send + 'static;

    /// Who asks.
    ///
    /// # Errors
    /// Any fault; of kind `Unauthenticated` when the request proves nothing.
    fn admit<'a>(
        &'a self,
        request: &'a Parts,
    ) -> Pin<Box<dyn Future<Output = Result<Self::Who, Problem>> + Send + 'a>>;
}

/// The routes of all areas behind one gate.
pub struct App<G: Gate> {
    /// Who lets in.
    pub gate: Arc<G>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// For request ids.
    pub rng: Arc<dyn Rng>,
    /// Counts and times.
    pub metrics: Arc<Metrics>,
}

impl<G: Gate> Clone for App<G> {
    fn clone(&self) -> Self {
        Self {
            gate: Arc::clone(&self.gate),
            clock: Arc::clone(&self.clock),
            rng: Arc::clone(&self.rng),
            metrics: Arc::clone(&self.metrics),
        }
    }
}

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static LOG_INDEX: HeaderName = HeaderName::from_static("strongroom-log-index");

impl<G: Gate> App<G> {
    /// The router of `routes`.
    pub fn router(&self, routes: Routes<G::Who>) -> Router {
        let mut router = Router::new();
        for route in routes {
            let Ok(filter) = MethodFilter::try_from(route.method.clone()) else {
                continue;
            };
            let (app, route) = (self.clone(), Arc::new(route));
            let path = route.path;
            router = router.route(
                path,
                axum::routing::on(filter, move |request: Request<Body>| {
                    let (app, route) = (app.clone(), Arc::clone(&route));
                    async move { app.handle(&route, request).await }
                }),
            );
        }
        let (missing, method) = (self.clone(), self.clone());
        router
            .fallback(move |request: Request<Body>| {
                let app = missing.clone();
                async move {
                    let problem = Problem::new(ErrorKind::NotFound, "http.not_found", "There is nothing at this address. The addresses are listed at /v1/openapi.json.");
                    app.unrouted(&request, problem)
                }
            })
            .method_not_allowed_fallback(move |request: Request<Body>| {
                let app = method.clone();
                async move {
                    let problem = Problem::new(ErrorKind::Invalid, "http.method", "This address does not take this method.");
                    let mut response = app.unrouted(&request, problem);
                    *response.status_mut() = http::StatusCode::METHOD_NOT_ALLOWED;
                    response
                }
            })
    }

    fn unrouted(&self, request: &Request<Body>, problem: Problem) -> Response {
        let style = if request.uri().path().starts_with("/fhir/") {
            ErrorStyle::OperationOutcome
        } else {
            ErrorStyle::Problem
        };
        self.refuse(style, RequestId::random(&*self.rng), "unrouted", &problem)
    }

    async fn handle(&self, route: &Route<G::Who>, request: Request<Body>) -> Response {
        let started = std::time::Instant::now();
        let id = RequestId::random(&*self.rng);
        let method = request.method().clone();
        let outcome = self.run(route, request, id).await;
        let response = match outcome {
            Ok((answer, index)) => finish(answer, index, id),
            Err(problem) => self.refuse(route.errors, id, route.path, &problem),
        };
        let status = response.status().as_u16();
        self.metrics
            .observe(&method, route.path, status, started.elapsed());
        tracing::debug!(request = %id, method = %method, route = route.path, status, micros = started.elapsed().as_micros(), "answered");
        response
    }

    async fn run(
        &self,
        route: &Route<G::Who>,
        request: Request<Body>,
        id: RequestId,
    ) -> Result<(Answer, Option<u64>), Problem> {
        let (mut parts, body) = request.into_parts();
        no_cards(&parts)?;
        match &route.handler {
            Handler::Open(handler) => {
                let call = self.call((), &mut parts, route.limit, body, id).await?;
                if parts.method == Method::GET || parts.method == Method::HEAD {
                    return Ok((handler(call).await?, None));
                }
                Ok((to_the_end(handler(call)).await?, None))
            }
            Handler::Token(handler) => {
                let who = self.gate.admit(&parts).await?;
                let call = self.call(who, &mut parts, route.limit, body, id).await?;
                let logged = if parts.method == Method::GET || parts.method == Method::HEAD {
                    handler(call).await?
                } else {
                    to_the_end(handler(call)).await?
                };
                Ok((logged.answer, Some(logged.index)))
            }
        }
    }

    async fn call<W>(
        &self,
        who: W,
        parts: &mut Parts,
        limit: Limit,
        body: Body,
        id: RequestId,
    ) -> Result<Call<W>, Problem> {
        let path = RawPathParams::from_request_parts(parts, &())
            .await
            .map_err(|_| {
                Problem::new(
                    ErrorKind::Invalid,
                    "http.path",
                    "The address is not UTF-8 once decoded.",
                )
            })?
            .iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let raw_query = parts.uri.query().unwrap_or("").to_owned();
        let query = Query::parse(&raw_query)?;
        let payload = payload(limit, body).await?;
        Ok(Call {
            who,
            request: id,
            now: self.clock.now(),
            method: parts.method.clone(),
            path,
            query,
            raw_query,
            host: host(parts),
            headers: std::mem::take(&mut parts.headers),
            payload,
        })
    }

    fn refuse(
        &self,
        style: ErrorStyle,
        id: RequestId,
        route: &'static str,
        problem: &Problem,
    ) -> Response {
        let status = problem.status();
        if status.is_server_error() {
            tracing::warn!(request = %id, route, code = problem.code, status = status.as_u16(), detail = problem.internal, "request failed");
        } else {
            tracing::debug!(request = %id, route, code = problem.code, status = status.as_u16(), "request refused");
        }
        let answer = match style {
            ErrorStyle::Problem => Answer::with_type(
                status,
                "application/problem+json",
                problem.json(id).to_string(),
            ),
            ErrorStyle::OperationOutcome => Answer::with_type(
                status,
                "application/fhir+json",
                problem.operation_outcome().to_string(),
            ),
            ErrorStyle::Oauth => Answer::value(status, &problem.oauth()),
        };
        let answer = match problem.kind {
            ErrorKind::Unavailable | ErrorKind::TooMany => {
                answer.header(header::RETRY_AFTER, HeaderValue::from_static("2"))
            }
            ErrorKind::Unauthenticated => {
                answer.header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            _ => answer,
        };
        finish(answer, None, id)
    }
}

/// What changes something runs to its end, whether or not the client still listens.
async fn to_the_end<T: Send + 'static>(
    work: Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>,
) -> Result<T, Problem> {
    tokio::spawn(work).await.unwrap_or_else(|_| {
        Err(Problem::new(
            ErrorKind::Internal,
            "http.panic",
            "Something went wrong on our side.",
        ))
    })
}

fn finish(answer: Answer, index: Option<u64>, id: RequestId) -> Response {
    let mut response = Response::new(answer.body);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    *headers = answer.headers;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID.clone(), value);
    }
    if let Some(index) = index {
        headers.insert(LOG_INDEX.clone(), HeaderValue::from(index));
    }
    headers.insert(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=63072000; includeSubDomains"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    response
}

/// The `Authorization` header.
///
/// # Errors
/// 400 when it comes more than once: which of them counts would be anybody's guess.
pub fn authorization(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Problem::new(
            ErrorKind::Invalid,
            "http.header_twice",
            "The header authorization may come once only.",
        ));
    }
    Ok(first.and_then(|value| value.to_str().ok()))
}

/// Host and port, from the address (HTTP/2) or the `Host` header, if they look like some.
fn host(parts: &Parts) -> Option<String> {
    let named = parts
        .uri
        .authority()
        .map(|authority| authority.as_str().to_owned())
        .or_else(|| {
            parts
                .headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
                .map(str::to_owned)
        })?;
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    (named.len() <= 255 && named.bytes().all(usable)).then_some(named)
}

/// A payment card number in the address or a header is refused before anything else sees it.
fn no_cards(parts: &Parts) -> Result<(), Problem> {
    let refused = |place: &str| {
        Err(Problem::new(
            ErrorKind::Refused,
            "card.refused",
            format!(
                "What looks like a payment card number stands in {place}. Strongroom stores no payment data; take it out and send the rest again."
            ),
        ))
    };
    let address = parts.uri.path_and_query().map_or("", |it| it.as_str());
    if has_digits(address.as_bytes()) {
        let decoded = percent_encoding::percent_decode_str(address).decode_utf8_lossy();
        if base::card::find(&decoded).is_some() {
            return refused("the address");
        }
    }
    for (name, value) in &parts.headers {
        if name == header::AUTHORIZATION || !has_digits(value.as_bytes()) {
            continue;
        }
        if value.len() > limits::HEADER_BYTES_MAX {
            return Err(Problem::new(
                ErrorKind::TooLarge,
                "http.header_too_large",
                format!("The header {name} is too long."),
            ));
        }
        let text = String::from_utf8_lossy(value.as_bytes());
        let text = percent_encoding::percent_decode_str(&text).decode_utf8_lossy();
        if base::card::find(&text).is_some() {
            return refused(&format!("the header {name}"));
        }
    }
    Ok(())
}

fn has_digits(bytes: &[u8]) -> bool {
    bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= 12
}

async fn payload(limit: Limit, body: Body) -> Result<Payload, Problem> {
    match limit {
        Limit::NoBody => {
            if body.is_end_stream() || body.size_hint().upper() == Some(0) {
                Ok(Payload::None)
            } else {
                Err(Problem::new(
                    ErrorKind::Invalid,
                    "http.body",
                    "This request takes no body.",
                ))
            }
        }
        Limit::Bytes(max) => collect(body, max).await.map(Payload::Bytes),
        Limit::Stream(max) => Ok(Payload::Stream(limited(body, max))),
    }
}

fn too_large(max: u64) -> Problem {
    Problem::new(
        ErrorKind::TooLarge,
        "http.too_large",
        format!("The body may hold {max} bytes at most."),
    )
}

fn broken(_: axum::Error) -> Problem {
    Problem::new(
        ErrorKind::Invalid,
        "http.body",
        "The body did not arrive whole.",
    )
}

async fn collect(mut body: Body, max: usize) -> Result<Bytes, Problem> {
    let hint = body.size_hint();
    if hint.lower() > max as u64 {
        return Err(too_large(max as u64));
    }
    let mut first: Option<Bytes> = None;
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(broken)?.into_data() else {
            continue;
        };
        let so_far = first.as_ref().map_or(whole.len(), Bytes::len);
        if so_far + data.len() > max {
            return Err(too_large(max as u64));
        }
        match first.take() {
            None if whole.is_empty() => first = Some(data),
            None => whole.extend_from_slice(&data),
            Some(before) => {
                whole.reserve(
                    usize::try_from(hint.lower())
                        .unwrap_or(0)
                        .max(before.len() + data.len()),
                );
                whole.extend_from_slice(&before);
                whole.extend_from_slice(&data);
            }
        }
    }
    Ok(first.unwrap_or_else(|| whole.freeze()))
}

fn limited(body: Body, max: u64) -> BodyStream {
    let mut seen = 0u64;
    Box::pin(body.into_data_stream().map(move |piece| {
        let piece = piece.map_err(broken)?;
        seen += piece.len() as u64;
        if seen > max {
            Err(too_large(max))
        } else {
            Ok(piece)
        }
    }))
}

//! The one way from a request to a handler: limit, gate, handler, headers, metrics.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

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

use crate::ids::RequestIds;
use crate::page::{foreign, from_our_own_page, refusal};
use crate::route::Handler;
use crate::{
    Answer, BodyStream, Call, ErrorStyle, Form, Limit, Metrics, Payload, Peer, Problem, Query,
    Route, Routes, SetCookie, Site, Visit,
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
    /// What all pages share.
    pub site: Arc<Site>,
}

impl<G: Gate> Clone for App<G> {
    fn clone(&self) -> Self {
        Self {
            gate: Arc::clone(&self.gate),
            clock: Arc::clone(&self.clock),
            rng: Arc::clone(&self.rng),
            metrics: Arc::clone(&self.metrics),
            site: Arc::clone(&self.site),
        }
    }
}

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static LOG_INDEX: HeaderName = HeaderName::from_static("strongroom-log-index");

impl<G: Gate> App<G> {
    /// The router of `routes`.
    pub fn router(&self, routes: Routes<G::Who>) -> Router {
        let mut router = Router::new();
        let ids = Arc::new(RequestIds::new(Arc::clone(&self.rng)));
        for route in routes {
            let Ok(filter) = MethodFilter::try_from(route.method.clone()) else {
                continue;
            };
            let (app, route, ids) = (self.clone(), Arc::new(route), Arc::clone(&ids));
            let path = route.path;
            router = router.route(
                path,
                axum::routing::on(filter, move |request: Request<Body>| {
                    let (app, route, id) = (app.clone(), Arc::clone(&route), ids.next());
                    async move { app.handle(&route, request, id).await }
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
                    let problem = Problem::new(ErrorKind::Method, "http.method", "This address does not take this method.");
                    app.unrouted(&request, problem)
                }
            })
    }

    fn unrouted(&self, request: &Request<Body>, problem: Problem) -> Response {
        let id = RequestId::random(&*self.rng);
        let path = request.uri().path();
        if path.starts_with("/fhir/") {
            return self.refuse(ErrorStyle::OperationOutcome, id, "unrouted", &problem);
        }
        let reads_pages = request
            .headers()
            .get_all(header::ACCEPT)
            .iter()
            .any(|accept| accept.to_str().is_ok_and(|it| it.contains("text/html")));
        if !reads_pages || path.starts_with("/v1/") {
            return self.refuse(ErrorStyle::Problem, id, "unrouted", &problem);
        }
        let mut parts = Request::new(()).into_parts().0;
        parts.uri = request.uri().clone();
        parts.headers = request.headers().clone();
        parts.method = request.method().clone();
        let visit = Visit::read(&self.site, &*self.rng, &parts)
            .unwrap_or_else(|_| Visit::unread(&self.site, &*self.rng, &parts));
        self.refuse_page(visit, id, "unrouted", &problem)
    }

    async fn handle(
        &self,
        route: &Route<G::Who>,
        request: Request<Body>,
        id: RequestId,
    ) -> Response {
        let started = std::time::Instant::now();
        let method = request.method().clone();
        let response = if let ErrorStyle::Page = route.errors {
            // On the heap: larger than all that a program asks for, whose futures would hold room for it.
            Box::pin(self.browse(route, request, id)).await
        } else {
            match self.run(route, request, id).await {
                Ok((answer, index)) => finish(answer, index, id),
                Err(problem) => self.refuse(route.errors, id, route.path, &problem),
            }
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
            // Invariant: pages take the way of `browse`, by their style of errors.
            Handler::Page(_) | Handler::Form(_) => Err(lost()),
        }
    }

    /// The way of a page: the visit first, so that what goes wrong is said in the reader's language.
    async fn browse(
        &self,
        route: &Route<G::Who>,
        request: Request<Body>,
        id: RequestId,
    ) -> Response {
        let (mut parts, body) = request.into_parts();
        let mut visit = match Visit::read(&self.site, &*self.rng, &parts) {
            Ok(visit) => visit,
            Err(problem) => {
                let visit = Visit::unread(&self.site, &*self.rng, &parts);
                return self.refuse_page(visit, id, route.path, &problem);
            }
        };
        let cookies = visit.take_cookies();
        let aside = visit.duplicate();
        let mut response = match self.visit(route, visit, &mut parts, body, id).await {
            Ok(answer) => finish(answer, None, id),
            Err(problem)
                if problem.kind == ErrorKind::Unauthenticated && parts.method == Method::GET =>
            {
                finish(Answer::see(&sign_in(&parts)), None, id)
            }
            Err(problem) => self.refuse_page(aside, id, route.path, &problem),
        };
        // What the handler sets comes last, and counts.
        let headers = response.headers_mut();
        let own: Vec<_> = headers
            .get_all(header::SET_COOKIE)
            .iter()
            .cloned()
            .collect();
        headers.remove(header::SET_COOKIE);
        for value in cookies.iter().filter_map(SetCookie::header).chain(own) {
            headers.append(header::SET_COOKIE, value);
        }
        response
    }

    async fn visit(
        &self,
        route: &Route<G::Who>,
        visit: Visit,
        parts: &mut Parts,
        body: Body,
        id: RequestId,
    ) -> Result<Answer, Problem> {
        no_cards(parts)?;
        match &route.handler {
            Handler::Page(handler) => {
                let call = self.call(visit, parts, route.limit, body, id).await?;
                if parts.method == Method::GET || parts.method == Method::HEAD {
                    return handler(call).await;
                }
                to_the_end(handler(call)).await
            }
            Handler::Form(handler) => {
                from_our_own_page(&parts.headers, host(parts).as_deref())?;
                if !is_form(&parts.headers) {
                    return Err(foreign("the body is not a form"));
                }
                let call = self.call(visit, parts, route.limit, body, id).await?;
                let form = Form::open(&call.who, call.bytes()?)?;
                to_the_end(handler(call, form)).await
            }
            Handler::Open(_) | Handler::Token(_) => Err(lost()),
        }
    }

    fn refuse_page(
        &self,
        visit: Visit,
        id: RequestId,
        route: &'static str,
        problem: &Problem,
    ) -> Response {
        note(id, route, problem);
        let answer = refusal(&visit, id, problem);
        finish(problem.retry(answer), None, id)
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
            peer: parts.extensions.get().map(|Peer(address)| *address),
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
        note(id, route, problem);
        let answer = match style {
            ErrorStyle::Problem | ErrorStyle::Page => Answer::with_type(
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
            ErrorKind::Unauthenticated => {
                let challenge = HeaderValue::from_static(problem.challenge.as_str());
                answer.header(header::WWW_AUTHENTICATE, challenge)
            }
            _ => problem.retry(answer),
        };
        // RFC 9110, 15.5.17: what there is to ask for.
        let answer = match problem.length {
            Some(len) => answer.header_text(header::CONTENT_RANGE, &format!("bytes */{len}")),
            None => answer,
        };
        finish(answer, None, id)
    }
}

fn note(id: RequestId, route: &'static str, problem: &Problem) {
    let status = problem.status();
    if status.is_server_error() {
        tracing::warn!(request = %id, route, code = problem.code, status = status.as_u16(), detail = problem.internal, "request failed");
    } else {
        // No detail: what was asked for in vain may stand in it, and that is the caller's own words.
        tracing::debug!(request = %id, route, code = problem.code, status = status.as_u16(), "request refused");
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

fn lost() -> Problem {
    Problem::new(
        ErrorKind::Internal,
        "http.route",
        "Something went wrong on our side.",
    )
}

/// Where somebody signs in to come back to what they asked for.
fn sign_in(parts: &Parts) -> String {
    let asked = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    let next = percent_encoding::utf8_percent_encode(asked, percent_encoding::NON_ALPHANUMERIC);
    format!("/sign-in?next={next}")
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.split(';').next())
        .is_some_and(|it| {
            it.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
}

fn finish(answer: Answer, index: Option<u64>, id: RequestId) -> Response {
    let mut response = Response::new(answer.body);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    *headers = answer.headers;
    if let Some(page) = &answer.page {
        page.write(headers);
    }
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
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
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
    if has_digits(address.as_bytes()) && base::card::find(&decoded(address)).is_some() {
        return refused("the address");
    }
    for (name, value) in &parts.headers {
        if name == header::AUTHORIZATION || name == header::COOKIE || !has_digits(value.as_bytes())
        {
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
        if base::card::find(&decoded(&text)).is_some() {
            return refused(&format!("the header {name}"));
        }
    }
    Ok(())
}

fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('%') {
        percent_encoding::percent_decode_str(text).decode_utf8_lossy()
    } else {
        Cow::Borrowed(text)
    }
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
        Limit::Stream(max) => Ok(Payload::Stream(Mutex::new(limited(body, max)))),
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

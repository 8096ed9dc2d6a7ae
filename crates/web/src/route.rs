//! The route table: what exists, who may call it, what it takes in, and what it says of itself.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::Method;

use crate::page::{FORM_BYTES_MAX, Form, Visit};
use crate::{Answer, Call, Logged, Problem};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody. Shows nothing about anybody.
    Open,
    /// A valid token; what it may do is then policy's to say. Leaves an entry in the log.
    Token,
    /// Anybody, with a browser: the page itself asks who is signed in. A form counts only from our own page.
    Page,
    /// Whoever proves themselves to the route itself, as its own standard says (the endpoints of OAuth).
    Own,
}

/// How much a route takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// No body; one that comes is refused.
    NoBody,
    /// A whole body of at most so many bytes.
    Bytes(usize),
    /// A stream of at most so many bytes.
    Stream(u64),
}

/// How a failure is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ErrorStyle {
    /// Problem details (RFC 9457).
    #[default]
    Problem,
    /// A FHIR `OperationOutcome`.
    OperationOutcome,
    /// A page, in the reader's language.
    Page,
    /// `error` and `error_description` (RFC 6749).
    Oauth,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamIn {
    /// In the path. Always required.
    Path,
    /// In the query.
    Query,
    /// A header.
    Header,
}

/// One parameter, for the description.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub at: ParamIn,
    /// What it is.
    pub about: &'static str,
    /// Whether it must come.
    pub required: bool,
}

impl Param {
    /// A part of the path.
    #[must_use]
    pub const fn path(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            at: ParamIn::Path,
            about,
            required: true,
        }
    }

    /// A query parameter that may be left out.
    #[must_use]
    pub const fn query(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            at: ParamIn::Query,
            about,
            required: false,
        }
    }

    /// A header.
    #[must_use]
    pub const fn header(name: &'static str, about: &'static str, required: bool) -> Self {
        Self {
            name,
            at: ParamIn::Header,
            about,
            required,
        }
    }
}

/// What the OpenAPI description says of a route.
#[derive(Clone, Debug)]
pub struct Doc {
    /// A unique name, e.g. `putRecord`.
    pub id: &'static str,
    /// The group it stands in.
    pub group: &'static str,
    /// One line.
    pub summary: &'static str,
    /// More, in sentences.
    pub about: &'static str,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The body's media type and what it holds.
    pub body: Option<(&'static str, &'static str)>,
    /// Status and meaning of its good answers.
    pub answers: &'static [(u16, &'static str)],
}

impl Doc {
    /// What there is to say of a page: it describes itself.
    #[must_use]
    pub const fn page(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            group: "Pages",
            summary,
            about: "",
            params: Vec::new(),
            body: None,
            answers: &[(200, "HTML")],
        }
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = Result<T, Problem>> + Send>>;

pub(crate) enum Handler<W> {
    Open(Arc<dyn Fn(Call<()>) -> Boxed<Answer> + Send + Sync>),
    Token(Arc<dyn Fn(Call<W>) -> Boxed<Logged> + Send + Sync>),
    Page(Arc<dyn Fn(Call<Visit>) -> Boxed<Answer> + Send + Sync>),
    Form(Arc<dyn Fn(Call<Visit>, Form) -> Boxed<Answer> + Send + Sync>),
}

/// One route.
pub struct Route<W> {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) limit: Limit,
    pub(crate) errors: ErrorStyle,
    pub(crate) proves_itself: bool,
    pub(crate) doc: Doc,
    pub(crate) handler: Handler<W>,
}

impl<W> Route<W> {
    /// A route that anybody may call, and that shows nothing about anybody.
    pub fn open<F, R>(
        method: Method,
        path: &'static str,
        limit: Limit,
        doc: Doc,
        handler: F,
    ) -> Self
    where
        F: Fn(Call<()>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let handler = Handler::Open(Arc::new(move |call| Box::pin(handler(call))));
        Self {
            method,
            path,
            limit,
            errors: ErrorStyle::Problem,
            proves_itself: false,
            doc,
            handler,
        }
    }

    /// A route that needs a token and leaves an entry in the log.
    pub fn logged<F, R>(
        method: Method,
        path: &'static str,
        limit: Limit,
        doc: Doc,
        handler: F,
    ) -> Self
    where
        F: Fn(Call<W>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Logged, Problem>> + Send + 'static,
    {
        let handler = Handler::Token(Arc::new(move |call| Box::pin(handler(call))));
        Self {
            method,
            path,
            limit,
            errors: ErrorStyle::Problem,
            proves_itself: false,
            doc,
            handler,
        }
    }

    /// A page that is looked at. It changes nothing.
    pub fn page<F, R>(path: &'static str, doc: Doc, handler: F) -> Self
    where
        F: Fn(Call<Visit>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let handler = Handler::Page(Arc::new(move |call| Box::pin(handler(call))));
        Self {
            method: Method::GET,
            path,
            limit: Limit::NoBody,
            errors: ErrorStyle::Page,
            proves_itself: false,
            doc,
            handler,
        }
    }

    /// What a page's form is sent to. The handler runs once the form is known to come from our own page, in this very visit; it
    /// answers with another page to look at ([`Answer::see`]), or the same form with what is wrong.
    pub fn form<F, R>(path: &'static str, doc: Doc, handler: F) -> Self
    where
        F: Fn(Call<Visit>, Form) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let handler = Handler::Form(Arc::new(move |call, form| Box::pin(handler(call, form))));
        Self {
            method: Method::POST,
            path,
            limit: Limit::Bytes(FORM_BYTES_MAX),
            errors: ErrorStyle::Page,
            proves_itself: false,
            doc,
            handler,
        }
    }

    /// An address of a page that takes a form from wherever it comes, as OpenID Connect wants of the one that apps send a browser to. Nothing
    /// is asked about where the form was filled in: what it may do must prove itself.
    pub fn sent_to<F, R>(path: &'static str, limit: Limit, doc: Doc, handler: F) -> Self
    where
        F: Fn(Call<Visit>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let page = Self::page(path, doc, handler);
        Self {
            method: Method::POST,
            limit,
            proves_itself: true,
            ..page
        }
    }

    /// With failures as FHIR `OperationOutcome`.
    #[must_use]
    pub fn fhir_errors(self) -> Self {
        self.errors_as(ErrorStyle::OperationOutcome)
    }

    /// With failures in another form.
    #[must_use]
    pub fn errors_as(mut self, style: ErrorStyle) -> Self {
        self.errors = style;
        self
    }

    /// A route to which the caller proves itself: it may say something about somebody, and change something.
    #[must_use]
    pub fn proving_itself(mut self) -> Self {
        self.proves_itself = true;
        self
    }

    /// Do what this route does for a call from within: a page that works through the API leaves the same entries, and may do no
    /// more. `None` where the route is none that a token opens.
    pub async fn carry_out(&self, call: Call<W>) -> Option<Result<Logged, Problem>> {
        match &self.handler {
            Handler::Token(handler) => Some(handler(call).await),
            _ => None,
        }
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The path, with `{name}` parts.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Who may call it.
    #[must_use]
    pub const fn access(&self) -> Access {
        match self.handler {
            Handler::Open(_) | Handler::Page(_) if self.proves_itself => Access::Own,
            Handler::Open(_) => Access::Open,
            Handler::Token(_) => Access::Token,
            Handler::Page(_) | Handler::Form(_) => Access::Page,
        }
    }

    /// How much it takes in.
    #[must_use]
    pub const fn limit(&self) -> Limit {
        self.limit
    }

    /// What it says of itself.
    #[must_use]
    pub const fn doc(&self) -> &Doc {
        &self.doc
    }
}

/// A table of routes.
pub type Routes<W> = Vec<Route<W>>;

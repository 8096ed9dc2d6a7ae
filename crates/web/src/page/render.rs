//! A template as an answer, with what a browser may and may not do on it.

use askama::Template;
use base::ErrorKind;
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};

use super::SetCookie;
use super::cookie::NOTICE;
use crate::{Answer, Problem};

/// What a page needs of the browser beyond showing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing: no script runs.
    Plain,
    /// Scripts of ours, which ask nobody anything: one that speaks to a passkey, one that checks proofs.
    Scripted,
    /// Scripts that also ask this service something while the page is open: how strong a password is, which passkey would do.
    Asking,
}

/// What a page's headers are made of.
#[derive(Clone, Debug)]
pub(crate) struct PageAnswer {
    shown: Shown,
    /// Where a form on it may lead besides our own pages.
    leads_to: Option<String>,
}

/// A template as a page.
///
/// # Errors
/// 500: our own mistake.
pub fn show(status: StatusCode, template: &impl Template, shown: Shown) -> Result<Answer, Problem> {
    let body = template.render().map_err(|error| {
        let mut problem = Problem::new(
            ErrorKind::Internal,
            "http.page",
            "Something went wrong on our side.",
        );
        problem.internal = error.to_string();
        problem
    })?;
    Ok(page(status, body, shown))
}

fn page(status: StatusCode, body: impl Into<Bytes>, shown: Shown) -> Answer {
    let mut answer = Answer::with_type(status, "text/html; charset=utf-8", body);
    answer.page = Some(PageAnswer {
        shown,
        leads_to: None,
    });
    answer
}

impl Answer {
    /// Go and look at `path` now, as after a form that was taken.
    #[must_use]
    pub fn see(path: &str) -> Self {
        Self::new(StatusCode::SEE_OTHER).header_text(header::LOCATION, path)
    }

    /// The next page begins with the message `notice-KEY`.
    #[must_use]
    pub fn notice(self, key: &str) -> Self {
        self.cookie(&NOTICE.set(key))
    }

    /// With a cookie.
    #[must_use]
    pub fn cookie(mut self, cookie: &SetCookie) -> Self {
        if let Some(value) = cookie.header() {
            self.headers.append(header::SET_COOKIE, value);
        }
        self
    }

    /// A form on this page may lead to `origin` (scheme, host, port), which a browser else forbids even by a redirect.
    #[must_use]
    pub fn leads_to(mut self, origin: &str) -> Self {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-[]+".contains(&byte);
        if let Some(page) = &mut self.page
            && origin.bytes().all(plain)
        {
            page.leads_to = Some(origin.to_owned());
        }
        self
    }
}

impl PageAnswer {
    /// Put what a browser may do into `headers`.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let scripts = match self.shown {
            Shown::Plain => "",
            Shown::Scripted => "script-src 'self'; ",
            Shown::Asking => "script-src 'self'; connect-src 'self'; ",
        };
        let leads_to = self.leads_to.as_deref().unwrap_or("");
        let policy = format!(
            "default-src 'none'; {scripts}style-src 'self'; img-src 'self'; form-action 'self' {leads_to}; base-uri 'none'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        );
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        for (name, value) in [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", PERMISSIONS),
            // For browsers that know no `frame-ancestors`.
            ("x-frame-options", "DENY"),
            // Our own forms say where they are from; nobody else learns an address.
            ("referrer-policy", "same-origin"),
            ("vary", "cookie, accept-language"),
        ] {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
    }
}

const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-create=(self), publickey-credentials-get=(self), \
     screen-wake-lock=(), usb=(), xr-spatial-tracking=()";

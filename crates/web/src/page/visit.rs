//! Whose visit a page belongs to: language, cookies, and the token that ties its forms to it.

use std::sync::Arc;

use base::{ErrorKind, Rng};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypt::SymmetricKey;
use crypt::mac::{hmac_sha256, same};
use http::header::{ACCEPT_LANGUAGE, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method};

use super::cookie::{Cookie, LANG, NOTICE, SESSION, SetCookie, VISIT};
use super::form::{Form, TOKEN_FIELD, foreign};
use super::frame::Frame;
use crate::words::{Tongue, Words};
use crate::{Lang, Problem, Query};

/// What all pages of an installation share.
pub struct Site {
    /// Whose pages they are, as it stands on top of each.
    pub name: String,
    /// Makes the tokens of forms. Every node has the same, so that a form may be sent to another node than it came from.
    pub form_key: SymmetricKey,
}

/// The visit that a page or form belongs to: one browser, signed in or not.
pub struct Visit {
    lang: Lang,
    site: Arc<Site>,
    path: String,
    headers: HeaderMap,
    /// Fresh where the browser brought none.
    secret: String,
    session: Option<String>,
    notice: Option<String>,
    set: Vec<SetCookie>,
}

impl Visit {
    /// Read a request's cookies and wishes.
    ///
    /// # Errors
    /// 400 for a cookie that comes twice.
    pub(crate) fn read(site: &Arc<Site>, rng: &dyn Rng, parts: &Parts) -> Result<Self, Problem> {
        let headers = &parts.headers;
        let query = Query::parse(parts.uri.query().unwrap_or(""))?;
        let mut set = Vec::new();
        let linked = query.first("lang").and_then(Lang::from_tag);
        if let Some(lang) = linked {
            set.push(LANG.set(lang.code()));
        }
        let kept = LANG.read(headers)?.and_then(Lang::from_tag);
        let asked = headers.get(ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
        let secret = match VISIT.read(headers)? {
            Some(secret) => secret.to_owned(),
            None => {
                let secret = crypt::token::generate(rng);
                set.push(VISIT.set(secret.expose()));
                secret.expose().clone()
            }
        };
        let notice = match NOTICE.read(headers)? {
            Some(notice) if parts.method == Method::GET => {
                set.push(NOTICE.clear());
                Some(notice.to_owned())
            }
            _ => None,
        };
        Ok(Self {
            lang: linked.or(kept).unwrap_or_else(|| Lang::choose(None, asked)),
            site: Arc::clone(site),
            path: asked_for(parts),
            headers: headers.clone(),
            secret,
            session: SESSION.read(headers)?.map(str::to_owned),
            notice,
            set,
        })
    }

    /// A visit of which nothing is known but what language it asks for: for the page that says why it could not be read.
    pub(crate) fn unread(site: &Arc<Site>, rng: &dyn Rng, parts: &Parts) -> Self {
        let asked = parts.headers.get(ACCEPT_LANGUAGE);
        Self {
            lang: Lang::choose(None, asked.and_then(|it| it.to_str().ok())),
            site: Arc::clone(site),
            path: asked_for(parts),
            headers: HeaderMap::new(),
            secret: crypt::token::generate(rng).expose().clone(),
            session: None,
            notice: None,
            set: Vec::new(),
        }
    }

    /// The reader's language.
    #[must_use]
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// The path that was asked for.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of `cookie`.
    ///
    /// # Errors
    /// 400 when it comes more than once.
    pub fn cookie(&self, cookie: &Cookie) -> Result<Option<&str>, Problem> {
        cookie.read(&self.headers)
    }

    /// What the session's cookie holds.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// These words in the reader's language.
    #[must_use]
    pub const fn tongue(&self, words: &'static Words) -> Tongue {
        words.tongue(self.lang)
    }

    /// The shell of a page in `words`.
    #[must_use]
    pub fn frame(&self, words: &'static Words) -> Frame {
        let t = self.tongue(words);
        let said = self
            .notice
            .as_deref()
            .and_then(|notice| t.find(&format!("notice-{notice}"), &[]));
        Frame::new(t, &self.site.name, &self.path, self.token(), said)
    }

    /// The token that a form of this visit carries. A session that begins, changes or ends makes all earlier ones void.
    #[must_use]
    pub fn token(&self) -> String {
        let session = self.session.as_deref().unwrap_or("");
        let length = (self.secret.len() as u64).to_be_bytes();
        let parts = [
            b"strongroom/form v1".as_slice(),
            &length,
            self.secret.as_bytes(),
            session.as_bytes(),
        ];
        URL_SAFE_NO_PAD.encode(hmac_sha256(&self.site.form_key, &parts))
    }

    /// The token of a form that does something about somebody in particular, where who reads may change whom their pages are about.
    #[must_use]
    pub fn token_about(&self, about: &str) -> String {
        let token = self.token();
        let length = (token.len() as u64).to_be_bytes();
        let parts = [
            b"strongroom/form about v1".as_slice(),
            &length,
            token.as_bytes(),
            about.as_bytes(),
        ];
        let mark = URL_SAFE_NO_PAD.encode(hmac_sha256(&self.site.form_key, &parts));
        format!("{token}.{mark}")
    }

    /// Whether a form of this visit came from a page about `about`.
    #[must_use]
    pub fn is_about(&self, form: &Form, about: &str) -> bool {
        let token = self.token_about(about);
        same(token.as_bytes(), form.text(TOKEN_FIELD).as_bytes())
    }

    /// The same visit once more, for the page that says what went wrong.
    pub(crate) fn duplicate(&self) -> Self {
        Self {
            lang: self.lang,
            site: Arc::clone(&self.site),
            path: self.path.clone(),
            headers: HeaderMap::new(),
            secret: self.secret.clone(),
            session: self.session.clone(),
            notice: None,
            set: Vec::new(),
        }
    }

    pub(crate) fn is_own_token(&self, token: &str) -> bool {
        same(self.token().as_bytes(), token.as_bytes())
    }

    pub(crate) fn take_cookies(&mut self) -> Vec<SetCookie> {
        std::mem::take(&mut self.set)
    }
}

/// The address, for the way back: of a page with its query, of a form without.
fn asked_for(parts: &Parts) -> String {
    match parts.uri.path_and_query() {
        Some(whole) if parts.method == Method::GET => whole.as_str().to_owned(),
        _ => parts.uri.path().to_owned(),
    }
}

/// See that a form was sent from one of our own pages, by what the browser says of it.
///
/// # Errors
/// 403: it says that it was not, or says nothing at all.
pub(crate) fn from_our_own_page(headers: &HeaderMap, host: Option<&str>) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let origin = text(ORIGIN.as_str());
    let ours = |origin: &str| {
        host.is_some_and(|host| {
            ["https://", "http://"]
                .iter()
                .any(|scheme| origin.strip_prefix(scheme) == Some(host))
        })
    };
    match (text("sec-fetch-site"), origin) {
        (Some("same-origin"), None) => Ok(()),
        (Some("same-origin") | None, Some(origin)) if ours(origin) => Ok(()),
        (Some("same-origin"), Some("null")) => Ok(()),
        (Some(_), _) => Err(foreign("the browser says that the form is from elsewhere")),
        (None, Some(_)) => Err(foreign("the form's origin is not ours")),
        (None, None) => Err(foreign("the browser does not say where the form is from")),
    }
}

/// A path of our own to go on to, from a query or a field; nothing that leads elsewhere.
#[must_use]
pub fn onward(text: &str) -> Option<&str> {
    let own = text.starts_with('/')
        && !text.starts_with("//")
        && text.len() <= 4_096
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    own.then_some(text)
}

/// A page that only a session opens, and nobody is signed in.
#[must_use]
pub fn unsigned() -> Problem {
    Problem::new(
        ErrorKind::Unauthenticated,
        "http.sign_in",
        "Sign in to see this page.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_form_from_elsewhere_is_told_by_its_headers() {
        let host = Some("care.test:8443");
        let site = "sec-fetch-site";
        for good in [
            &[(site, "same-origin")][..],
            &[(site, "same-origin"), ("origin", "https://care.test:8443")],
            &[("origin", "https://care.test:8443")],
            &[(site, "same-origin"), ("origin", "null")],
        ] {
            assert!(from_our_own_page(&headers(good), host).is_ok(), "{good:?}");
        }
        for bad in [
            &[][..],
            &[(site, "cross-site")],
            &[(site, "same-site")],
            &[(site, "none")],
            &[(site, "same-origin"), ("origin", "https://evil.test")],
            &[(site, "cross-site"), ("origin", "https://care.test:8443")],
            &[("origin", "null")],
            &[("origin", "https://care.test")],
            &[("origin", "https://care.test:8443.evil.test")],
        ] {
            assert!(from_our_own_page(&headers(bad), host).is_err(), "{bad:?}");
        }
        assert!(
            from_our_own_page(&headers(&[("origin", "https://care.test:8443")]), None).is_err()
        );
    }

    #[test]
    fn onward_stays_in_the_house() {
        for own in [
            "/",
            "/account?x=1",
            "/oauth2/authorize?redirect_uri=https%3A%2F%2Fapp.test",
        ] {
            assert_eq!(onward(own), Some(own));
        }
        for other in [
            "",
            "account",
            "//evil.test",
            "https://evil.test",
            "/\\evil.test",
            "/a\nb",
            "/a b",
            "/å",
        ] {
            assert_eq!(onward(other), None, "{other}");
        }
    }
}

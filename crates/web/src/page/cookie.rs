//! Cookies, in one form only: `__Host-`, so that no other host sets them; `Secure`, `HttpOnly`, `Path=/`, and not sent along from elsewhere.

use base::ErrorKind;
use http::{HeaderMap, HeaderValue, header};

use crate::Problem;

/// Bytes of a cookie's value: the longest of ours holds two names, a secret and an organisation.
const VALUE_BYTES_MAX: usize = 256;

/// From where a cookie is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// From our own pages, and when somebody follows a link to us.
    Lax,
    /// From our own pages only.
    Strict,
}

/// A cookie that we set.
#[derive(Clone, Copy, Debug)]
pub struct Cookie {
    name: &'static str,
    same_site: SameSite,
    max_age_secs: Option<u64>,
}

/// Who is signed in.
pub const SESSION: Cookie = Cookie::new("__Host-session", SameSite::Lax);
/// What ties the forms of somebody who is not signed in to their browser.
pub const VISIT: Cookie = Cookie::new("__Host-visit", SameSite::Lax);
/// The language somebody chose.
pub const LANG: Cookie = Cookie::new("__Host-lang", SameSite::Lax).lasting(365 * 24 * 3_600);
/// What the next page says first.
pub const NOTICE: Cookie = Cookie::new("__Host-notice", SameSite::Lax).lasting(60);

impl Cookie {
    /// A cookie that lasts as long as the browser runs. Its name begins with `__Host-`, which this sees to when compiling.
    #[must_use]
    pub const fn new(name: &'static str, same_site: SameSite) -> Self {
        let (name_bytes, prefix) = (name.as_bytes(), b"__Host-");
        let mut at = 0;
        while at < prefix.len() {
            #[expect(
                clippy::indexing_slicing,
                reason = "Invariant: both are as long as the prefix, or this does not compile"
            )]
            {
                assert!(
                    name_bytes[at] == prefix[at],
                    "a cookie's name begins with __Host-"
                );
            }
            at += 1;
        }
        Self {
            name,
            same_site,
            max_age_secs: None,
        }
    }

    /// The same, kept for so many seconds.
    #[must_use]
    pub const fn lasting(mut self, max_age_secs: u64) -> Self {
        self.max_age_secs = Some(max_age_secs);
        self
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its value in a request.
    ///
    /// # Errors
    /// 400 when it comes more than once: which of them counts would be anybody's guess.
    pub fn read<'a>(&self, headers: &'a HeaderMap) -> Result<Option<&'a str>, Problem> {
        let mut values = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name)
            .map(|(_, value)| value);
        let first = values.next();
        if values.next().is_some() {
            return Err(Problem::new(
                ErrorKind::Invalid,
                "http.cookie_twice",
                format!("The cookie {} may come once only.", self.name),
            ));
        }
        Ok(first.filter(|value| is_value(value)))
    }

    /// Set it to `value`, which is of letters, digits, `-`, `_`, `.` and `~`; anything else takes it away.
    #[must_use]
    pub fn set(&self, value: &str) -> SetCookie {
        if !is_value(value) {
            return self.clear();
        }
        self.written(value, self.max_age_secs)
    }

    /// Take it away.
    #[must_use]
    pub fn clear(&self) -> SetCookie {
        self.written("", Some(0))
    }

    fn written(&self, value: &str, max_age_secs: Option<u64>) -> SetCookie {
        let same_site = match self.same_site {
            SameSite::Lax => "Lax",
            SameSite::Strict => "Strict",
        };
        let age = max_age_secs.map_or_else(String::new, |secs| format!("; Max-Age={secs}"));
        SetCookie(format!(
            "{}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}{age}",
            self.name
        ))
    }
}

fn is_value(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= VALUE_BYTES_MAX
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
}

/// A cookie on its way to the browser.
pub struct SetCookie(String);

impl SetCookie {
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&self.0).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, line.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_goes_out_closed() {
        assert_eq!(
            SESSION.set("abc").0,
            "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            Cookie::new("__Host-a", SameSite::Strict)
                .lasting(60)
                .set("b")
                .0,
            "__Host-a=b; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60"
        );
        let taken = "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";
        assert_eq!(SESSION.clear().0, taken);
        assert_eq!(SESSION.set("a; Domain=evil.test").0, taken);
        assert_eq!(SESSION.set("a\r\nSet-Cookie: b=c").0, taken);
    }

    #[test]
    fn a_cookie_is_read_once_or_not_at_all() {
        let read = |lines: &[&str]| {
            SESSION
                .read(&headers(lines))
                .map(|it| it.map(str::to_owned))
        };
        assert_eq!(
            read(&["a=b; __Host-session=abc;c=d"]).unwrap().as_deref(),
            Some("abc")
        );
        assert_eq!(
            read(&["a=b", "__Host-session=abc"]).unwrap().as_deref(),
            Some("abc")
        );
        assert_eq!(read(&["session=abc; __Secure-session=abc"]).unwrap(), None);
        assert_eq!(read(&["__Host-session="]).unwrap(), None);
        assert_eq!(read(&["__Host-session=\"a\""]).unwrap(), None);
        let long = |bytes: usize| format!("__Host-session={}", "a".repeat(bytes));
        assert!(read(&[&long(256)]).unwrap().is_some());
        assert_eq!(read(&[&long(257)]).unwrap(), None);
        assert!(read(&["__Host-session=a; __Host-session=b"]).is_err());
        assert!(read(&["__Host-session=a", "__Host-session=a"]).is_err());
    }
}

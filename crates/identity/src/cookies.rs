//! The cookies that hold what a browser brings: read and set in one way everywhere.
//!
//! `__Host-` binds them to this host, over TLS, for every path; no script reads them; another site's forms do not send them. They
//! are `Lax` rather than `Strict`, since an app sends its users here by a link.

use std::time::Duration;

use base::Secret;
use http::HeaderMap;
use http::header::COOKIE;

/// A session.
pub const SESSION: &str = "__Host-session";
/// That an account was signed in to on this device before.
pub const DEVICE: &str = "__Host-device";
/// A sign-in under way.
pub const TICKET: &str = "__Host-ticket";

/// Characters of a value that is looked at.
const VALUE_CHARS_MAX: usize = 128;

/// The value of the cookie `name` in the header `Cookie`. One that comes twice is none: which of them counts would be anybody's
/// guess.
#[must_use]
pub fn read(header: &str, name: &str) -> Option<Secret<String>> {
    let mut values = header.split(';').filter_map(|pair| {
        let (key, value) = pair.trim_matches(' ').split_once('=')?;
        (key == name).then_some(value)
    });
    let value = values.next()?;
    if values.next().is_some() || value.is_empty() || value.len() > VALUE_CHARS_MAX {
        return None;
    }
    Some(Secret::new(value.to_owned()))
}

/// The session that a request's cookies hold.
#[must_use]
pub fn session(headers: &HeaderMap) -> Option<Secret<String>> {
    let mut cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .filter_map(|header| read(header, SESSION));
    let first = cookies.next()?;
    // HTTP/2 may split the header; the cookie itself comes once.
    cookies.next().is_none().then_some(first)
}

/// The header `Set-Cookie` that hands a value over. `lives`: how long; `None` until the browser closes.
#[must_use]
pub fn set(name: &str, value: &Secret<String>, lives: Option<Duration>) -> Secret<String> {
    let age = lives.map_or(String::new(), |lives| {
        format!("; Max-Age={}", lives.as_secs())
    });
    Secret::new(format!(
        "{name}={}; Path=/; Secure; HttpOnly; SameSite=Lax{age}",
        value.expose()
    ))
}

/// The header `Set-Cookie` that takes a cookie away.
#[must_use]
pub fn clear(name: &str) -> String {
    format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_and_one_that_comes_twice_is_not() {
        let read = |header: &str| read(header, SESSION).map(|it| it.expose().clone());
        assert_eq!(read("a=b; __Host-session=x_y; c=d").as_deref(), Some("x_y"));
        assert_eq!(read("__Host-session=x").as_deref(), Some("x"));
        for header in [
            "",
            "__Host-session",
            "__Host-session=",
            "a__Host-session=x",
            "__Host-session=x; __Host-session=y",
            &format!("__Host-session={}", "x".repeat(129)),
        ] {
            assert_eq!(read(header), None, "{header}");
        }
    }

    #[test]
    fn a_cookie_is_bound_to_host_and_tls_and_hidden_from_scripts() {
        let text = set(
            SESSION,
            &Secret::new("v".into()),
            Some(Duration::from_secs(9)),
        );
        assert_eq!(
            text.expose(),
            "__Host-session=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=9"
        );
    }
}

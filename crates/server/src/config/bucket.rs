//! A bucket as the configuration names it: for files, and for recovery points.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

/// A bucket of S3, or of what speaks like it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketPlace {
    /// `s3://bucket` or `s3://bucket/prefix`.
    pub url: String,
    /// The region that requests are signed for.
    pub region: String,
    /// Who serves it; AWS in the region, if it is not said.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The id of the access key: not secret.
    pub access_key_id: String,
    /// The file that holds the secret access key.
    pub secret_file: PathBuf,
    /// Who signed the server's certificate.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// What the keys of a bucket are called where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    pub(super) url: &'static str,
    pub(super) region: &'static str,
    pub(super) endpoint: &'static str,
    pub(super) ca_file: &'static str,
}

impl BucketPlace {
    /// Whether it can be, and nothing goes to it unprotected beyond this machine.
    pub(super) fn check(&self, keys: Keys) -> Result<(), ConfigError> {
        let value = |key, message: &str| {
            Err(ConfigError::Value {
                key,
                message: message.to_owned(),
            })
        };
        if bucket(&self.url).is_none() {
            return value(
                keys.url,
                "a bucket and, behind a slash, what names begin with, e.g. \"s3://records-backup/acme\"",
            );
        }
        let dashed = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        if self.region.is_empty() || !self.region.bytes().all(dashed) {
            return value(keys.region, "such as \"eu-north-1\"");
        }
        if !self.is_secured()
            && !self
                .endpoint
                .as_deref()
                .is_some_and(|it| is_endpoint(it, "http://") && is_loopback(it))
        {
            return value(
                keys.endpoint,
                "an address such as \"https://s3.example\", without a path; http:// on this machine only",
            );
        }
        if self.is_secured() && self.ca_file.is_none() {
            return value(
                keys.ca_file,
                "name who signed the server's certificate, such as the system's bundle",
            );
        }
        Ok(())
    }

    /// Whether it is spoken to over TLS.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        let endpoint = self.endpoint.as_deref();
        endpoint.is_none_or(|endpoint| is_endpoint(endpoint, "https://"))
    }

    /// Whether what lies in one of two lies in the other, too.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let place = |it: &Self| {
            let endpoint = it.endpoint.clone().unwrap_or_else(|| it.region.clone());
            (endpoint, format!("{}/", it.url))
        };
        let ((one, of_one), (two, of_two)) = (place(self), place(other));
        one == two && (of_one.starts_with(&of_two) || of_two.starts_with(&of_one))
    }

    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        std::iter::once(&mut self.secret_file).chain(&mut self.ca_file)
    }
}

/// The bucket's name and what names begin with, of `s3://bucket/prefix` (Amazon S3 User Guide, "Bucket naming rules").
#[must_use]
pub fn bucket(url: &str) -> Option<(&str, &str)> {
    let place = url.strip_prefix("s3://")?;
    let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
    let of_name = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b".-".contains(&it);
    let of_prefix = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
    let named = (3..=63).contains(&name.len()) && name.bytes().all(of_name);
    let parts = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(of_prefix);
    let whole = place == name || (prefix.len() <= 200 && prefix.split('/').all(parts));
    (named && whole).then_some((name, prefix))
}

fn is_endpoint(endpoint: &str, scheme: &str) -> bool {
    let host = endpoint.strip_prefix(scheme).unwrap_or_default();
    let of_host = |it: u8| it.is_ascii_alphanumeric() || b".-:[]".contains(&it);
    !host.is_empty() && host.bytes().all(of_host)
}

/// Whether nobody between hears what is said to it.
fn is_loopback(endpoint: &str) -> bool {
    let host = endpoint.strip_prefix("http://").unwrap_or_default();
    let alone = |host: &str| {
        let host = host.trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
    };
    let without_port = host.rsplit_once(':').map_or(host, |(host, _)| host);
    alone(host) || alone(without_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str, endpoint: Option<&str>, ca: bool) -> Result<(), ConfigError> {
        let place = BucketPlace {
            url: url.to_owned(),
            region: "eu-north-1".to_owned(),
            endpoint: endpoint.map(str::to_owned),
            access_key_id: "AKIA".to_owned(),
            secret_file: "secrets/s3".into(),
            ca_file: ca.then(|| "tls/ca.pem".into()),
        };
        place.check(Keys {
            url: "url",
            region: "region",
            endpoint: "endpoint",
            ca_file: "ca_file",
        })
    }

    #[test]
    fn a_bucket_is_named_as_it_can_be() {
        assert_eq!(bucket("s3://points"), Some(("points", "")));
        assert_eq!(bucket("s3://points/a/b"), Some(("points", "a/b")));
        for wrong in [
            "points",
            "s3://",
            "s3://ab",
            "s3://Points",
            "s3://points/",
            "s3://points//a",
            "s3://points/../a",
            "s3://points/a?b",
            "https://points",
        ] {
            assert_eq!(bucket(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_goes_unprotected_beyond_this_machine() {
        let good = "s3://points/acme";
        at(good, None, true).unwrap();
        at(good, Some("https://s3.example"), true).unwrap();
        for here in [
            "http://127.0.0.1:9000",
            "http://[::1]:9000",
            "http://localhost",
            "http://[::1]",
        ] {
            at(good, Some(here), false).unwrap();
        }
        for (url, endpoint, ca) in [
            ("points", None, true),
            (good, None, false),
            (good, Some("https://s3.example"), false),
            (good, Some("http://s3.example"), true),
            (good, Some("http://127.0.0.1.example:80"), true),
            (good, Some("http://10.0.0.1:9000"), true),
            (good, Some("http://user@127.0.0.1"), false),
            (good, Some("https://s3.example/path"), true),
            (good, Some("s3.example"), true),
            (good, Some("https://"), true),
        ] {
            assert!(at(url, endpoint, ca).is_err(), "{url} {endpoint:?} {ca}");
        }
    }

    #[test]
    fn one_place_in_another_is_seen() {
        let place = |url: &str, endpoint: Option<&str>| BucketPlace {
            url: url.to_owned(),
            region: "eu-north-1".to_owned(),
            endpoint: endpoint.map(str::to_owned),
            access_key_id: String::new(),
            secret_file: PathBuf::new(),
            ca_file: None,
        };
        let acme = place("s3://points/acme", None);
        for (url, endpoint, overlaps) in [
            ("s3://points/acme", None, true),
            ("s3://points", None, true),
            ("s3://points/acme/eu", None, true),
            ("s3://points/acme2", None, false),
            ("s3://points/acme", Some("https://s3.example"), false),
        ] {
            let other = place(url, endpoint);
            assert_eq!(acme.overlaps(&other), overlaps, "{url}");
            assert_eq!(other.overlaps(&acme), overlaps, "{url}");
        }
    }
}

//! Proof of possession (RFC 9449): a token that is bound to a key is nothing without a fresh signature of that key.
//!
//! Invariant: a proof is checked whole before anything is consumed for it.

use std::collections::{HashSet, VecDeque};

use base::Instant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use serde_json::Value;
use store::{Statement, WriteSet};

use super::asked::seen_before;
use super::client::{JTI_BYTES_MAX, SKEW_SECONDS};
use super::jose::{self, Jws, PublicKey};
use super::{Oauth, OauthError, Refusal, sql};

/// How old a proof may be: one is made for each request.
const PROOF_SECONDS_MAX: i64 = 60;
/// Proofs that a node remembers at resources. At 1,000 requests with proofs a second that is more than they live.
const SEEN_MAX: usize = 200_000;
/// The proof came before.
pub(super) const GUARD_PROOF: &str = "oauth.proof_seen";
pub(super) const USED: &str = "The DPoP proof was used before. Make a new one for each request.";
/// A nonce of ours is good for one to two of these.
const NONCE_SECONDS: i64 = 300;

/// A proof as it came, and what it must be about.
#[derive(Clone, Copy, Debug)]
pub struct Proof<'a> {
    /// The header `DPoP`.
    pub text: &'a str,
    /// The request's method.
    pub method: &'a str,
    /// The request's path; the rest of the address is the issuer's.
    pub path: &'a str,
}

/// Whether a proof must carry a nonce of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nonce {
    /// It must.
    Required,
    /// If it carries one, then a good one.
    Optional,
    /// Whatever it carries: time and name are enough.
    Ignored,
}

/// What a proof has shown.
#[derive(Clone, Debug)]
pub(super) struct Proven {
    /// The thumbprint of the key.
    pub(super) jkt: [u8; 32],
    digest: [u8; 32],
    end: Instant,
}

impl Proven {
    /// What makes sure that the proof counts once; it goes into the same commit as what it allowed.
    pub(super) fn once(&self) -> Statement {
        Statement::new(&sql::SEEN_INSERT, vec![self.digest.into(), self.end.into()])
            .expecting(1, GUARD_PROOF)
    }
}

impl Oauth {
    /// Check a proof. `token` is the access token that it comes with, at a resource.
    pub(super) fn proof(
        &self,
        proof: &Proof<'_>,
        token: Option<&str>,
        nonce: Nonce,
        now: Instant,
    ) -> Result<Proven, OauthError> {
        let no = |why| Err(OauthError::proof(why));
        let Some(jws) = Jws::parse(proof.text) else {
            return no("The DPoP proof is not a signed JWT in its compact form.");
        };
        if jws.head("typ") != Some("dpop+jwt") {
            return no("The DPoP proof's `typ` must be dpop+jwt.");
        }
        let Some(key) = jws.header.get("jwk").and_then(PublicKey::of_jwk) else {
            return no("The DPoP proof's `jwk` must be a public key for ES256, PS256 or EdDSA.");
        };
        let Some(claims) = jws.verified(&key) else {
            return no("The DPoP proof is not signed by its own key, with that key's algorithm.");
        };
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("htm") != Some(proof.method) {
            return no("The DPoP proof is for another method.");
        }
        let here = format!("{}{}", self.issuer, proof.path);
        if text("htu").is_none_or(|htu| plain_url(htu) != plain_url(&here)) {
            return no("The DPoP proof is for another address.");
        }
        let seconds = now.seconds();
        let Some(iat) = jose::seconds(claims, "iat") else {
            return no("The DPoP proof needs `iat`.");
        };
        if iat < seconds - PROOF_SECONDS_MAX || iat > seconds + SKEW_SECONDS {
            return no("The DPoP proof is too old, or from the future.");
        }
        let time = |name| jose::seconds(claims, name);
        let not_a_time = |name| claims.contains_key(name) && time(name).is_none();
        if not_a_time("exp") || not_a_time("nbf") {
            return no("The DPoP proof's `exp` and `nbf` must be numbers.");
        }
        if time("exp").is_some_and(|exp| exp <= seconds)
            || time("nbf").is_some_and(|nbf| nbf > seconds + SKEW_SECONDS)
        {
            return no("The DPoP proof is not valid at this time.");
        }
        let Some(jti) = text("jti").filter(|jti| (1..=JTI_BYTES_MAX).contains(&jti.len())) else {
            return no("The DPoP proof needs a `jti` of 1 to 256 characters.");
        };
        if let Some(token) = token {
            let hash = URL_SAFE_NO_PAD.encode(crypt::hash::sha256(&[token.as_bytes()]));
            if text("ath") != Some(&hash) {
                return no("The DPoP proof's `ath` is not the hash of this access token.");
            }
        }
        let jkt = key.thumbprint();
        match (nonce, text("nonce")) {
            (Nonce::Ignored, _) | (Nonce::Optional, None) => {}
            (_, Some(given)) if self.is_nonce(given, now)? => {}
            _ => {
                return Err(OauthError::Refused(
                    Refusal::UseDpopNonce,
                    "Make the DPoP proof anew with the nonce of the header DPoP-Nonce.",
                ));
            }
        }
        let end = (iat + PROOF_SECONDS_MAX + 2 * SKEW_SECONDS).saturating_mul(1_000_000);
        Ok(Proven {
            digest: crypt::hash::sha256(&[b"dpop", &jkt, jti.as_bytes()]),
            jkt,
            end: Instant::from_micros(end),
        })
    }

    /// A nonce for the next proof. The same for everybody on every node, and nobody knows it before its time.
    ///
    /// # Errors
    /// When the installation's key is not at hand.
    pub fn nonce(&self, now: Instant) -> Result<String, OauthError> {
        self.nonce_of(now.seconds().div_euclid(NONCE_SECONDS))
    }

    fn nonce_of(&self, window: i64) -> Result<String, OauthError> {
        let mac = self
            .secrets
            .digest(&self.operator, "oauth.dpop_nonce", &window.to_be_bytes())?;
        Ok(URL_SAFE_NO_PAD.encode(mac))
    }

    fn is_nonce(&self, given: &str, now: Instant) -> Result<bool, OauthError> {
        let window = now.seconds().div_euclid(NONCE_SECONDS);
        for window in [window, window - 1] {
            if crypt::mac::same(given.as_bytes(), self.nonce_of(window)?.as_bytes()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Let a proof count once, at a resource: on all nodes where it changes something, on this node where it reads
    /// (`docs/decisions/019-proofs-at-resources.md`).
    pub(super) async fn once_at_resource(
        &self,
        proof: &Proof<'_>,
        proven: &Proven,
        now: Instant,
    ) -> Result<(), OauthError> {
        if matches!(proof.method, "GET" | "HEAD") {
            return self.proofs.take(proven, now);
        }
        let set = WriteSet::new().with(proven.once());
        let done = self.db.commit(set).await;
        done.map_err(seen_before)?;
        Ok(())
    }
}

/// Proofs that were seen at resources. Each resource request is signed for one address, method, token and minute; this makes
/// it count once on this node, without asking the database for a copy that came to the same one.
pub(super) struct Seen(Mutex<Proofs>);

#[derive(Default)]
struct Proofs {
    digests: HashSet<[u8; 32]>,
    ends: VecDeque<(Instant, [u8; 32])>,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Proofs::default()))
    }

    fn take(&self, proven: &Proven, now: Instant) -> Result<(), OauthError> {
        let mut proofs = self.0.lock();
        while let Some((end, digest)) = proofs.ends.front().copied() {
            if now < end {
                break;
            }
            proofs.ends.pop_front();
            proofs.digests.remove(&digest);
        }
        if proofs.digests.len() >= SEEN_MAX {
            // Rather nobody than the same one twice.
            return Err(OauthError::proof(
                "There are too many DPoP proofs at once. Try again in a minute.",
            ));
        }
        if !proofs.digests.insert(proven.digest) {
            return Err(OauthError::proof(USED));
        }
        // Ends differ by the seconds of clocks only, so that the front is near enough the first to end.
        proofs.ends.push_back((proven.end, proven.digest));
        Ok(())
    }
}

/// An address for comparison (RFC 9449 §4.3, RFC 3986 §6.2): without query and fragment, scheme and host in small letters,
/// without the port that goes without saying.
fn plain_url(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    let port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let authority = authority.strip_suffix(port).unwrap_or(&authority);
    let path = if path.is_empty() { "/" } else { path };
    format!("{scheme}://{authority}{path}")
}

#[cfg(test)]
mod tests {
    use super::plain_url;

    #[test]
    fn addresses_are_compared_without_what_goes_without_saying() {
        for (one, two) in [
            ("https://A.example/x", "https://a.example:443/x?y=1#z"),
            ("HTTPS://a.example", "https://a.example/"),
        ] {
            assert_eq!(plain_url(one), plain_url(two));
        }
        assert_ne!(
            plain_url("https://a.example/x"),
            plain_url("https://a.example/X")
        );
        assert_ne!(
            plain_url("https://a.example/x"),
            plain_url("http://a.example/x")
        );
    }
}

//! Signed tokens: JWS in its compact form (RFC 7515), public keys as JWK (RFC 7517), their thumbprints (RFC 7638).
//!
//! Invariant: the key decides the algorithm, and a key is never a secret that both sides know: `none` and the HMAC algorithms
//! do not exist here, so there is nothing to confuse.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypt::es256::{self, Es256Key};
use serde_json::{Map, Value, json};

/// A whole JWS. An assertion or proof has some hundred bytes; a certificate chain in its head is nothing that we take.
const JWS_BYTES_MAX: usize = 8 << 10;

/// The algorithms that a signature may have.
pub const ALGORITHMS: [&str; 3] = ["ES256", "PS256", "EdDSA"];

/// A public key that verifies signatures of one algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// P-256, for ES256: two coordinates.
    Es256([u8; 32], [u8; 32]),
    /// Ed25519, for `EdDSA`.
    EdDsa([u8; 32]),
    /// RSA of 2048 bits at least, for PS256: two numbers.
    Ps256(Vec<u8>, Vec<u8>),
}

impl PublicKey {
    /// The key of a JWK; `None` where it is of a kind that we do not take, holds a private part, or is not for signatures.
    #[must_use]
    pub fn of_jwk(jwk: &Value) -> Option<Self> {
        let jwk = jwk.as_object()?;
        let private = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];
        if private.iter().any(|name| jwk.contains_key(*name)) {
            return None;
        }
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        let array = |name: &str| bytes(name)?.try_into().ok();
        if text("use").is_some_and(|it| it != "sig") {
            return None;
        }
        let key = match (text("kty")?, text("crv")) {
            ("EC", Some("P-256")) => Self::Es256(array("x")?, array("y")?),
            ("OKP", Some("Ed25519")) => Self::EdDsa(array("x")?),
            ("RSA", None) => {
                let (n, e) = (bytes("n")?, bytes("e")?);
                let fits = (256..=1024).contains(&n.len()) && (1..=8).contains(&e.len());
                let plain = n.first() != Some(&0) && e.first() != Some(&0);
                (fits && plain).then_some(Self::Ps256(n, e))?
            }
            _ => return None,
        };
        let fits = text("alg").is_none_or(|alg| alg == key.algorithm());
        fits.then_some(key)
    }

    /// The one algorithm that this key is for.
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        match self {
            Self::Es256(..) => "ES256",
            Self::EdDsa(_) => "EdDSA",
            Self::Ps256(..) => "PS256",
        }
    }

    /// SHA-256 of the key's required members in order (RFC 7638).
    #[must_use]
    pub fn thumbprint(&self) -> [u8; 32] {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let canonical = match self {
            Self::Es256(x, y) => format!(
                r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                text(x),
                text(y)
            ),
            Self::EdDsa(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x)),
            Self::Ps256(n, e) => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n))
            }
        };
        crypt::hash::sha256(&[canonical.as_bytes()])
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Es256(x, y) => es256::verify(x, y, message, signature),
            Self::EdDsa(x) => crypt::sign::ed25519_verify(x, message, signature),
            Self::Ps256(n, e) => crypt::sign::rsa_verify_numbers(n, e, message, signature),
        }
    }
}

/// A JWS, taken apart. Nothing in it is true before [`Jws::verified`].
#[derive(Debug)]
pub struct Jws<'a> {
    /// The head.
    pub header: Map<String, Value>,
    payload: Map<String, Value>,
    signed: &'a [u8],
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Take `text` apart; `None` for what is no compact JWS of two JSON objects, or asks for an extension (`crit`).
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.len() > JWS_BYTES_MAX {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let object = |part: &str| -> Option<Map<String, Value>> {
            let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let header = object(header)?;
        if header.contains_key("crit") || header.contains_key("b64") {
            return None;
        }
        Some(Self {
            header,
            payload: object(payload)?,
            signed: signed.as_bytes(),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// A text of the head.
    #[must_use]
    pub fn head(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// The claims, if `key` signed them and the head names the key's own algorithm.
    #[must_use]
    pub fn verified(&self, key: &PublicKey) -> Option<&Map<String, Value>> {
        let holds =
            self.head("alg") == Some(key.algorithm()) && key.verifies(self.signed, &self.signature);
        holds.then_some(&self.payload)
    }

    /// A claim that nothing vouches for yet: only to find the key that does.
    #[must_use]
    pub fn unverified(&self, name: &str) -> Option<&str> {
        self.payload.get(name).and_then(Value::as_str)
    }
}

/// A signed token: `typ` and `kid` in its head, `claims` inside.
#[must_use]
pub fn sign(key: &Es256Key, kid: &str, typ: &str, claims: &Value) -> String {
    let header = json!({ "alg": "ES256", "typ": typ, "kid": kid });
    let mut text = URL_SAFE_NO_PAD.encode(header.to_string());
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut text);
    let signature = key.sign(text.as_bytes());
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    text
}

/// The public half of a key that signs, as a JWK without `kid`.
#[must_use]
pub fn jwk(key: &Es256Key) -> Value {
    let (x, y) = key.public();
    json!({
        "kty": "EC",
        "crv": "P-256",
        "x": URL_SAFE_NO_PAD.encode(x),
        "y": URL_SAFE_NO_PAD.encode(y),
        "use": "sig",
        "alg": "ES256",
    })
}

/// One more member of a JSON object.
pub(super) fn add(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value.into());
    }
}

/// A number of seconds since 1970 in a claim. A fraction is cut off; what is no number is none.
#[must_use]
pub fn seconds(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    let number = claims.get(name)?;
    number
        .as_i64()
        .or_else(|| number.as_number()?.as_str().split('.').next()?.parse().ok())
}

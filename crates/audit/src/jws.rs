//! Signed texts: JWS in its compact form (RFC 7515) with Ed25519 (RFC 8037), under the key that signs the tenant's log.
//!
//! What is signed for a log is a note, which begins with the log's name and a line break; what is signed here begins with the base64
//! text of a head and has none: one can never be taken for the other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypt::sign::{Ed25519Key, ed25519_verify};
use serde_json::{Value, json};

/// A public key that verifies: 32 bytes.
pub type Key = [u8; 32];

/// The key's name: its thumbprint as a JWK (RFC 7638).
#[must_use]
pub fn thumbprint(public: &Key) -> String {
    let jwk = format!(
        r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#,
        URL_SAFE_NO_PAD.encode(public)
    );
    URL_SAFE_NO_PAD.encode(crypt::hash::sha256(&[jwk.as_bytes()]))
}

/// Sign `payload` as a text of the type `typ`.
#[must_use]
pub fn sign(key: &Ed25519Key, typ: &str, payload: &Value) -> String {
    let head = json!({ "alg": "EdDSA", "kid": thumbprint(&key.public()), "typ": typ });
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(head.to_string()),
        URL_SAFE_NO_PAD.encode(payload.to_string())
    );
    let signature = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()));
    format!("{text}.{signature}")
}

/// The payload of a signed text of the type `typ`, if one of `keys` signed it.
#[must_use]
pub fn verify(text: &str, typ: &str, keys: &[Key]) -> Option<Value> {
    let (signed, signature) = text.rsplit_once('.')?;
    let (head, payload) = signed.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let head: Value = serde_json::from_slice(&decode(head)?).ok()?;
    let named = |name: &str| head.get(name).and_then(Value::as_str);
    if named("alg") != Some("EdDSA") || named("typ") != Some(typ) {
        return None;
    }
    let key = keys
        .iter()
        .find(|key| named("kid") == Some(&thumbprint(key)))?;
    let right = ed25519_verify(key, signed.as_bytes(), &decode(signature)?);
    right
        .then(|| decode(payload))
        .flatten()
        .and_then(|it| serde_json::from_slice(&it).ok())
}

/// The payload of a signed text that was just opened from where it lies sealed: whoever could change it could sign, too.
#[must_use]
pub fn payload(text: &str) -> Option<Value> {
    let payload = text.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

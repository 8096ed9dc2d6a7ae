//! What a browser says of a passkey, read and checked (WebAuthn Level 3 §7). Attestation is not asked for and not looked at: who
//! made the authenticator decides nothing here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypt::passkey::PasskeyKey;
use serde::Deserialize;

use super::cbor::Cbor;

/// Characters of what a browser sends.
pub(super) const RESPONSE_CHARS_MAX: usize = 64 << 10;
/// Bytes of a credential's id (§4).
const CREDENTIAL_ID_BYTES_MAX: usize = 1023;

/// Flags of the authenticator data (§6.1).
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// Whom an answer must be for.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub challenge: &'a [u8; 32],
    /// Scheme, host and port.
    pub origin: &'a str,
    /// The host.
    pub rp: &'a str,
}

/// A passkey that was made.
pub(super) struct Made {
    pub id: Vec<u8>,
    pub key: PasskeyKey,
    pub counter: u32,
    pub backed_up: bool,
}

/// A passkey that was used, its signature not checked yet.
pub(super) struct Used {
    pub id: Vec<u8>,
    pub owner: Option<Vec<u8>>,
    pub counter: u32,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Used {
    /// Whether it was this key.
    pub fn is_by(&self, key: &PasskeyKey) -> bool {
        key.verify(&self.message, &self.signature)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential<R> {
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: R,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attestation {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

/// §7.1, as far as it concerns who asks for no attestation. `None` for whatever is not as it should be.
pub(super) fn made(text: &str, expected: Expected<'_>) -> Option<Made> {
    let credential: Credential<Attestation> = parse(text)?;
    client_data(
        &credential.response.client_data,
        "webauthn.create",
        expected,
    )?;
    let object = decode(&credential.response.attestation_object)?;
    let (object, rest) = Cbor::read(&object)?;
    if !rest.is_empty() {
        return None;
    }
    let data = object.named("authData")?.bytes()?;
    let (flags, counter, rest) = head(data, expected)?;
    if flags & HAS_CREDENTIAL == 0 {
        return None;
    }
    // The authenticator's make comes first.
    let (_, rest) = rest.split_first_chunk::<16>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    if !(1..=CREDENTIAL_ID_BYTES_MAX).contains(&length) {
        return None;
    }
    let (id, rest) = rest.split_at_checked(length)?;
    let (key, rest) = Cbor::read(rest)?;
    let rest = if flags & HAS_EXTENSIONS == 0 {
        rest
    } else {
        Cbor::read(rest)?.1
    };
    if !rest.is_empty() || decode(&credential.raw_id)? != id {
        return None;
    }
    Some(Made {
        id: id.to_vec(),
        key: public_key(&key)?,
        counter,
        backed_up: flags & BACKED_UP != 0,
    })
}

/// §7.2, up to the signature.
pub(super) fn used(text: &str, expected: Expected<'_>) -> Option<Used> {
    let credential: Credential<Assertion> = parse(text)?;
    let client = client_data(&credential.response.client_data, "webauthn.get", expected)?;
    let data = decode(&credential.response.authenticator_data)?;
    let (flags, counter, rest) = head(&data, expected)?;
    let rest = if flags & HAS_EXTENSIONS == 0 {
        rest
    } else {
        Cbor::read(rest)?.1
    };
    if !rest.is_empty() {
        return None;
    }
    let mut message = data;
    message.extend_from_slice(&crypt::hash::sha256(&[&client]));
    let owner = match credential.response.user_handle.as_deref() {
        None | Some("") => None,
        Some(handle) => Some(decode(handle)?),
    };
    Some(Used {
        id: decode(&credential.raw_id)?,
        owner,
        counter,
        message,
        signature: decode(&credential.response.signature)?,
    })
}

fn parse<R: for<'a> Deserialize<'a>>(text: &str) -> Option<Credential<R>> {
    if text.len() > RESPONSE_CHARS_MAX {
        return None;
    }
    let credential: Credential<R> = serde_json::from_str(text).ok()?;
    (credential.kind == "public-key").then_some(credential)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// What the browser signed for, as bytes, if it is for us.
fn client_data(text: &str, kind: &str, expected: Expected<'_>) -> Option<Vec<u8>> {
    let bytes = decode(text)?;
    let data: ClientData = serde_json::from_slice(&bytes).ok()?;
    let ours = data.kind == kind
        && decode(&data.challenge).is_some_and(|it| crypt::mac::same(&it, expected.challenge))
        && data.origin == expected.origin
        && !data.cross_origin
        && data.top_origin.is_none();
    ours.then_some(bytes)
}

/// Flags and counter, if the authenticator answered for our host and verified its user.
fn head<'a>(data: &'a [u8], expected: Expected<'_>) -> Option<(u8, u32, &'a [u8])> {
    let (rp, rest) = data.split_first_chunk::<32>()?;
    let (flags, rest) = rest.split_first()?;
    let (counter, rest) = rest.split_first_chunk::<4>()?;
    let needed = USER_PRESENT | USER_VERIFIED;
    let sound = rp == &crypt::hash::sha256(&[expected.rp.as_bytes()])
        && flags & needed == needed
        // What is backed up was eligible for it.
        && (flags & BACKED_UP == 0 || flags & BACKUP_ELIGIBLE != 0);
    sound.then(|| (*flags, u32::from_be_bytes(*counter), rest))
}

/// A COSE key (RFC 9053) of a sort that was asked for.
fn public_key(key: &Cbor<'_>) -> Option<PasskeyKey> {
    let number = |at| key.numbered(at)?.int();
    let bytes = |at| key.numbered(at)?.bytes();
    match (number(1)?, number(3)?) {
        // EC2, ES256, P-256.
        (2, -7) if number(-1)? == 1 => Some(PasskeyKey::P256 {
            x: bytes(-2)?.try_into().ok()?,
            y: bytes(-3)?.try_into().ok()?,
        }),
        // OKP, EdDSA, Ed25519.
        (1, -8) if number(-1)? == 6 => Some(PasskeyKey::Ed25519(bytes(-2)?.try_into().ok()?)),
        // RSA, RS256.
        (3, -257) => {
            let (n, e) = (bytes(-1)?, bytes(-2)?);
            (256..=1024).contains(&n.len()).then(|| PasskeyKey::Rsa {
                n: n.to_vec(),
                e: e.to_vec(),
            })
        }
        _ => None,
    }
}

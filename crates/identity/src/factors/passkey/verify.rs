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
    pub challenge: &'a [u8],
    /// Scheme, host and port.
    pub origin: &'a str,
    /// The host.
    pub rp: &'a str,
    /// What the authenticator must say that it saw.
    pub flags: u8,
}

/// Somebody was there, and was verified.
pub(super) const VERIFIED: u8 = USER_PRESENT | USER_VERIFIED;

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
    let sound = rp == &crypt::hash::sha256(&[expected.rp.as_bytes()])
        && flags & expected.flags == expected.flags
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

#[cfg(test)]
mod tests {
    //! Against answers of real authenticators, from the tests of py_webauthn (BSD-3-Clause, Duo Security). They are
    //! from before passkeys: two of them did not verify their user.

    use super::*;

    fn expected(challenge: &[u8], flags: u8) -> Expected<'_> {
        Expected {
            challenge,
            origin: "http://localhost:5000",
            rp: "localhost",
            flags,
        }
    }

    fn key(cose: &str) -> PasskeyKey {
        let bytes = decode(cose).unwrap();
        public_key(&Cbor::read(&bytes).unwrap().0).unwrap()
    }

    const ANSWERS: [(&str, &str, &str, &str, u8, u32); 3] = [
        (
            "ES256",
            r#"{"id": "EDx9FfAbp4obx6oll2oC4-CZuDidRVV4gZhxC529ytlnqHyqCStDUwfNdm1SNHAe3X5KvueWQdAX3x9R1a2b9Q", "rawId": "EDx9FfAbp4obx6oll2oC4-CZuDidRVV4gZhxC529ytlnqHyqCStDUwfNdm1SNHAe3X5KvueWQdAX3x9R1a2b9Q", "response": {"authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MBAAAATg", "clientDataJSON": "eyJjaGFsbGVuZ2UiOiJ4aTMwR1BHQUZZUnhWRHBZMXNNMTBEYUx6VlFHNjZudi1fN1JVYXpIMHZJMll2RzhMWWdERW52TjVmWlpOVnV2RUR1TWk5dGUzVkxxYjQyTjBma0xHQSIsImNsaWVudEV4dGVuc2lvbnMiOnt9LCJoYXNoQWxnb3JpdGhtIjoiU0hBLTI1NiIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6NTAwMCIsInR5cGUiOiJ3ZWJhdXRobi5nZXQifQ", "signature": "MEUCIGisVZOBapCWbnJJvjelIzwpixxIwkjCCb5aCHafQu68AiEA88v-2pJNNApPFwAKFiNuf82-2hBxYW5kGwVweeoxCwo"}, "type": "public-key", "clientExtensionResults": {}}"#,
            "xi30GPGAFYRxVDpY1sM10DaLzVQG66nv-_7RUazH0vI2YvG8LYgDEnvN5fZZNVuvEDuMi9te3VLqb42N0fkLGA",
            "pQECAyYgASFYIIeDTe-gN8A-zQclHoRnGFWN8ehM1b7yAsa8I8KIvmplIlgg4nFGT5px8o6gpPZZhO01wdy9crDSA_Ngtkx0vGpvPHI",
            USER_PRESENT,
            78,
        ),
        (
            "RS256",
            r#"{"id": "ZoIKP1JQvKdrYj1bTUPJ2eTUsbLeFkv-X5xJQNr4k6s", "rawId": "ZoIKP1JQvKdrYj1bTUPJ2eTUsbLeFkv-X5xJQNr4k6s", "response": {"authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ", "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiaVBtQWkxUHAxWEw2b0FncTNQV1p0WlBuWmExekZVRG9HYmFRMF9LdlZHMWxGMnMzUnRfM280dVN6Y2N5MHRtY1RJcFRUVDRCVTFULUk0bWFhdm5kalEiLCJvcmlnaW4iOiJodHRwOi8vbG9jYWxob3N0OjUwMDAiLCJjcm9zc09yaWdpbiI6ZmFsc2V9", "signature": "iOHKX3erU5_OYP_r_9HLZ-CexCE4bQRrxM8WmuoKTDdhAnZSeTP0sjECjvjfeS8MJzN1ArmvV0H0C3yy_FdRFfcpUPZzdZ7bBcmPh1XPdxRwY747OrIzcTLTFQUPdn1U-izCZtP_78VGw9pCpdMsv4CUzZdJbEcRtQuRS03qUjqDaovoJhOqEBmxJn9Wu8tBi_Qx7A33RbYjlfyLm_EDqimzDZhyietyop6XUcpKarKqVH0M6mMrM5zTjp8xf3W7odFCadXEJg-ERZqFM0-9Uup6kJNLbr6C5J4NDYmSm3HCSA6lp2iEiMPKU8Ii7QZ61kybXLxsX4w4Dm3fOLjmDw", "userHandle": "T1RWa1l6VXdPRFV0WW1NNVlTMDBOVEkxTFRnd056Z3RabVZpWVdZNFpEVm1ZMk5p"}, "type": "public-key", "clientExtensionResults": {}}"#,
            "iPmAi1Pp1XL6oAgq3PWZtZPnZa1zFUDoGbaQ0_KvVG1lF2s3Rt_3o4uSzccy0tmcTIpTTT4BU1T-I4maavndjQ",
            "pAEDAzkBACBZAQDfV20epzvQP-HtcdDpX-cGzdOxy73WQEvsU7Dnr9UWJophEfpngouvgnRLXaEUn_d8HGkp_HIx8rrpkx4BVs6X_B6ZjhLlezjIdJbLbVeb92BaEsmNn1HW2N9Xj2QM8cH-yx28_vCjf82ahQ9gyAr552Bn96G22n8jqFRQKdVpO-f-bvpvaP3IQ9F5LCX7CUaxptgbog1SFO6FI6ob5SlVVB00lVXsaYg8cIDZxCkkENkGiFPgwEaZ7995SCbiyCpUJbMqToLMgojPkAhWeyktu7TlK6UBWdJMHc3FPAIs0lH_2_2hKS-mGI1uZAFVAfW1X-mzKL0czUm2P1UlUox7IUMBAAE",
            VERIFIED,
            1,
        ),
        (
            "EdDSA",
            r#"{"id": "fq9Nj0nS24B5y6Pkw_h3-9GEAEA3-0LBPxE2zvTdLjDqtSeCSNYFe9VMRueSpAZxT3YDc6L1lWXdQNwI-sVNYrefEcRR1Nsb_0jpHE955WEtFud2xxZg3MvoLMxHLet63i5tajd1fHtP7I-00D6cehM8ZWlLp2T3s9lfZgVIFcA", "rawId": "fq9Nj0nS24B5y6Pkw_h3-9GEAEA3-0LBPxE2zvTdLjDqtSeCSNYFe9VMRueSpAZxT3YDc6L1lWXdQNwI-sVNYrefEcRR1Nsb_0jpHE955WEtFud2xxZg3MvoLMxHLet63i5tajd1fHtP7I-00D6cehM8ZWlLp2T3s9lfZgVIFcA", "response": {"authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MBAAAABw", "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiZVo0ZWVBM080ank1Rkl6cURhU0o2SkROR3UwYkJjNXpJMURqUV9rTHNvMVdOcWtHNms1bUNZZjFkdFFoVlVpQldaV2xaa3pSNU1GZWVXQ3BKUlVOWHciLCJvcmlnaW4iOiJodHRwOi8vbG9jYWxob3N0OjUwMDAiLCJjcm9zc09yaWdpbiI6ZmFsc2V9", "signature": "RRWV8mYDRvK7YdQgdtZD4pJ2dh1D_IWZ_D6jsZo6FHJBoenbj0CVT5nA20vUzlRhN4R6dOEUHmUwP1F8eRBhBg"}, "type": "public-key", "clientExtensionResults": {}}"#,
            "eZ4eeA3O4jy5FIzqDaSJ6JDNGu0bBc5zI1DjQ_kLso1WNqkG6k5mCYf1dtQhVUiBWZWlZkzR5MFeeWCpJRUNXw",
            "pAEBAycgBiFYIMz6_SUFLiDid2Yhlq0YboyJ-CDrIrNpkPUGmJp4D3Dp",
            USER_PRESENT,
            7,
        ),
    ];
    const MADE: &str = r#"{"id": "9y1xA8Tmg1FEmT-c7_fvWZ_uoTuoih3OvR45_oAK-cwHWhAbXrl2q62iLVTjiyEZ7O7n-CROOY494k7Q3xrs_w", "rawId": "9y1xA8Tmg1FEmT-c7_fvWZ_uoTuoih3OvR45_oAK-cwHWhAbXrl2q62iLVTjiyEZ7O7n-CROOY494k7Q3xrs_w", "response": {"attestationObject": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVjESZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAFwAAAAAAAAAAAAAAAAAAAAAAQPctcQPE5oNRRJk_nO_371mf7qE7qIodzr0eOf6ACvnMB1oQG165dqutoi1U44shGezu5_gkTjmOPeJO0N8a7P-lAQIDJiABIVggSFbUJF-42Ug3pdM8rDRFu_N5oiVEysPDB6n66r_7dZAiWCDUVnB39FlGypL-qAoIO9xWHtJygo2jfDmHl-_eKFRLDA", "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiVHdON240V1R5R0tMYzRaWS1xR3NGcUtuSE00bmdscXN5VjBJQ0psTjJUTzlYaVJ5RnRya2FEd1V2c3FsLWdrTEpYUDZmbkYxTWxyWjUzTW00UjdDdnciLCJvcmlnaW4iOiJodHRwOi8vbG9jYWxob3N0OjUwMDAiLCJjcm9zc09yaWdpbiI6ZmFsc2V9"}, "type": "public-key", "clientExtensionResults": {}, "transports": ["nfc", "usb"]}"#;
    const MADE_CHALLENGE: &str =
        "TwN7n4WTyGKLc4ZY-qGsFqKnHM4nglqsyV0ICJlN2TO9XiRyFtrkaDwUvsql-gkLJXP6fnF1MlrZ53Mm4R7Cvw";
    const MADE_KEY: &str = "pQECAyYgASFYIEhW1CRfuNlIN6XTPKw0RbvzeaIlRMrDwwep-uq_-3WQIlgg1FZwd_RZRsqS_qgKCDvcVh7ScoKNo3w5h5fv3ihUSww";

    #[test]
    fn answers_of_real_authenticators_hold_and_altered_ones_do_not() {
        for (name, answer, challenge, cose, flags, counter) in ANSWERS {
            let challenge = decode(challenge).unwrap();
            let used = used(answer, expected(&challenge, flags)).expect(name);
            assert_eq!(used.counter, counter, "{name}");
            assert!(used.is_by(&key(cose)), "{name}");
            for (_, _, _, other, _, _) in ANSWERS.iter().filter(|it| it.3 != cose) {
                assert!(!used.is_by(&key(other)), "{name}");
            }
            let mut altered = used;
            altered.message[36] ^= 1;
            assert!(!altered.is_by(&key(cose)), "{name}: another counter");
            let other = Expected {
                challenge: &challenge[1..],
                ..expected(&challenge, flags)
            };
            assert!(super::used(answer, other).is_none(), "{name}");
            if flags != VERIFIED {
                let strict = expected(&challenge, VERIFIED);
                assert!(super::used(answer, strict).is_none(), "{name}");
            }
        }
    }

    #[test]
    fn a_credential_of_a_real_authenticator_is_read() {
        let challenge = decode(MADE_CHALLENGE).unwrap();
        let made = made(MADE, expected(&challenge, VERIFIED)).unwrap();
        assert_eq!(made.key, key(MADE_KEY));
        assert_eq!(made.counter, 23);
        assert!(!made.backed_up);
        for wrong in [
            Expected {
                origin: "http://localhost:5001",
                ..expected(&challenge, VERIFIED)
            },
            Expected {
                rp: "localhos",
                ..expected(&challenge, VERIFIED)
            },
            Expected {
                challenge: &[],
                ..expected(&challenge, VERIFIED)
            },
        ] {
            assert!(super::made(MADE, wrong).is_none());
        }
    }

    #[test]
    fn what_is_cut_short_is_nothing() {
        let challenge = decode(MADE_CHALLENGE).unwrap();
        for end in 0..MADE.len() {
            assert!(made(&MADE[..end], expected(&challenge, VERIFIED)).is_none());
        }
        let object = decode("o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVjE").unwrap();
        assert!(Cbor::read(&object).is_none());
    }

    #[test]
    fn keys_of_other_sorts_are_none() {
        // EC2 with ES384's name, an RSA key of 1024 bits, an OKP key on another curve.
        let p256 = decode(MADE_KEY).unwrap();
        let mut renamed = p256.clone();
        renamed[4] = 0x27;
        assert!(public_key(&Cbor::read(&renamed).unwrap().0).is_none());
        let mut rsa = vec![0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x58, 128];
        rsa.extend_from_slice(&[0xff; 128]);
        rsa.extend_from_slice(&[0x21, 0x43, 1, 0, 1]);
        assert!(public_key(&Cbor::read(&rsa).unwrap().0).is_none());
        let mut okp = vec![0xa4, 1, 1, 3, 0x27, 0x20, 4, 0x21, 0x58, 32];
        okp.extend_from_slice(&[1; 32]);
        assert!(public_key(&Cbor::read(&okp).unwrap().0).is_none());
    }
}

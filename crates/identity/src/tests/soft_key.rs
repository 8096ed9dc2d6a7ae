//! An authenticator in software, for passkeys without a browser.

use std::collections::BTreeMap;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(super) struct SoftKey {
    pair: EcdsaKeyPair,
    id: Vec<u8>,
    pub counter: u32,
    pub origin: String,
    pub rp: String,
    /// User present, user verified.
    pub flags: u8,
    user: Vec<u8>,
}

impl SoftKey {
    pub fn new(id: u8) -> Self {
        Self {
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: vec![id; 32],
            counter: 0,
            origin: "https://records.example".into(),
            rp: "records.example".into(),
            flags: 0b101,
            user: Vec::new(),
        }
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn head(&self, more_flags: u8) -> Vec<u8> {
        let mut data = crypt::hash::sha256(&[self.rp.as_bytes()]).to_vec();
        data.push(self.flags | more_flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    pub fn make(&mut self, options: &Value) -> String {
        self.user = URL_SAFE_NO_PAD
            .decode(options["user"]["id"].as_str().unwrap())
            .unwrap();
        let client = self.client("webauthn.create", options);
        let mut data = self.head(1 << 6);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&self.id);
        let point = self.pair.public_key().as_ref();
        data.extend_from_slice(&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend_from_slice(&point[1..33]);
        data.extend_from_slice(&[0x22, 0x58, 32]);
        data.extend_from_slice(&point[33..]);
        let mut object = vec![0xa3, 0x63];
        object.extend_from_slice(b"fmt");
        object.push(0x64);
        object.extend_from_slice(b"none");
        object.push(0x67);
        object.extend_from_slice(b"attStmt");
        object.extend_from_slice(&[0xa0, 0x68]);
        object.extend_from_slice(b"authData");
        object.push(0x59);
        object.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend_from_slice(&data);
        self.credential(BTreeMap::from([
            ("clientDataJSON", URL_SAFE_NO_PAD.encode(client)),
            ("attestationObject", URL_SAFE_NO_PAD.encode(object)),
        ]))
    }

    pub fn answer(&mut self, options: &Value) -> String {
        let client = self.client("webauthn.get", options);
        let mut message = self.head(0);
        let data = message.clone();
        message.extend_from_slice(&crypt::hash::sha256(&[&client]));
        let signature = self.pair.sign(&SystemRandom::new(), &message).unwrap();
        self.credential(BTreeMap::from([
            ("clientDataJSON", URL_SAFE_NO_PAD.encode(client)),
            ("authenticatorData", URL_SAFE_NO_PAD.encode(data)),
            ("signature", URL_SAFE_NO_PAD.encode(signature.as_ref())),
            ("userHandle", URL_SAFE_NO_PAD.encode(&self.user)),
        ]))
    }

    fn credential(&self, response: BTreeMap<&str, String>) -> String {
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "response": response,
            "clientExtensionResults": {}, "authenticatorAttachment": "platform",
        })
        .to_string()
    }
}

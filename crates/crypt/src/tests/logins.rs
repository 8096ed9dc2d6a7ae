//! Password hashes, one-time codes and passkeys' signatures against published values.

use base::SeededRng;

use crate::passphrase::Params;
use crate::{otp, password};

#[test]
fn a_hash_of_the_reference_implementation_verifies() {
    // phc-winner-argon2, src/test.c.
    let stored =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    let (holds, cost) = password::verify(b"password", stored).unwrap();
    assert!(holds);
    assert_eq!((cost.memory_kib, cost.passes, cost.lanes), (65_536, 2, 1));
    assert!(!password::verify(b"passwore", stored).unwrap().0);
}

#[test]
fn a_hash_reads_back_and_has_a_salt_of_its_own() {
    let cost = Params {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };
    let rng = SeededRng::new(1);
    let one = password::hash(b"marmot", cost, &rng).unwrap();
    let two = password::hash(b"marmot", cost, &rng).unwrap();
    assert_ne!(one.expose(), two.expose());
    for hash in [one, two] {
        assert_eq!(
            password::verify(b"marmot", hash.expose()).unwrap(),
            (true, cost)
        );
        assert!(!password::verify(b"marmoT", hash.expose()).unwrap().0);
    }
}

#[test]
fn what_is_no_hash_is_refused() {
    for bad in [
        "",
        "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=64,t=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=64,t=1,p=1,x=2$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFh",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc$",
        // More memory than a stored text may ask for.
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ] {
        assert!(password::verify(b"password", bad).is_err(), "{bad}");
    }
}

#[test]
fn codes_are_those_of_rfc_6238() {
    // Appendix B gives eight digits; six are their end.
    let secret = b"12345678901234567890";
    for (seconds, code) in [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ] {
        assert_eq!(otp::code(secret, seconds / 30), code[2..]);
    }
}

#[test]
fn a_code_is_good_for_its_step_and_the_two_beside_it_and_not_again() {
    let secret = b"12345678901234567890";
    let now = 1_111_111_111;
    let step = now / 30;
    for (at, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let code = otp::code(secret, step + at);
        let found = otp::matching_step(secret, &code, now, 0);
        assert_eq!(found, good.then_some(step + at), "{at}");
        assert_eq!(otp::matching_step(secret, &code, now, step + at), None);
    }
    for bad in ["", "050471 ", "05047", "0504711", "050472"] {
        assert_eq!(otp::matching_step(secret, bad, now, 0), None, "{bad}");
    }
}

//! The keys of a tenant's log, its anchors, and the RSA key.

use audit::anchor::{Anchor, Anchors};
use audit::{AuditError, LogKeys};
use base::{Fault, Instant};
use crypt::sign::{ed25519_verify, rsa_verify};
use keys::{Destroy, Kind, Level, State};

use crate::harness::{sqlite, stores, tenant};

fn level(kind: Kind) -> Level {
    Level::Tenant {
        tenant: tenant(),
        kind,
    }
}

#[tokio::test]
async fn the_log_finds_its_keys_in_memory() {
    for store in stores().await {
        let keys = store.keys().await;
        let log: &dyn LogKeys = &keys;
        let sealing = log.sealing(&tenant()).unwrap();
        let opening = log.opening(&tenant(), sealing.generation).unwrap();
        assert_eq!(sealing.key.danger_bytes(), opening.danger_bytes());
        let signature = log.signer(&tenant()).unwrap().sign(b"checkpoint");
        let verifiers = log.verifiers(&tenant()).unwrap();
        assert!(ed25519_verify(&verifiers[0], b"checkpoint", &signature));
        assert!(log.sealing(&"stranger".parse().unwrap()).is_err());
        assert!(log.opening(&tenant(), 99).is_err());
    }
}

#[tokio::test]
async fn a_log_key_rotates_and_the_old_signatures_verify() {
    for store in stores().await {
        let keys = store.keys().await;
        let old = keys.signer(&tenant()).unwrap().sign(b"old");
        let sealed_with = LogKeys::sealing(&keys, &tenant()).unwrap();
        keys.rotate(&level(Kind::LogSigning)).await.unwrap();
        keys.rotate(&level(Kind::LogSealing)).await.unwrap();

        let new = keys.signer(&tenant()).unwrap().sign(b"new");
        let verifiers = keys.verifiers(&tenant()).unwrap();
        assert_eq!(verifiers.len(), 2);
        assert!(ed25519_verify(&verifiers[0], b"new", &new));
        assert!(!ed25519_verify(&verifiers[0], b"old", &old));
        assert!(ed25519_verify(&verifiers[1], b"old", &old));
        let again = keys.opening(&tenant(), sealed_with.generation).unwrap();
        assert_eq!(again.danger_bytes(), sealed_with.key.danger_bytes());
        assert_eq!(LogKeys::sealing(&keys, &tenant()).unwrap().generation, 2);

        // The secret half goes, the public half stays, also after a restart.
        keys.destroy(&level(Kind::LogSigning).generation(1), Destroy::WhenEmpty)
            .await
            .unwrap();
        let keys = store.keys().await;
        assert_eq!(keys.verifiers(&tenant()).unwrap(), verifiers);
        let history = keys.log_public_keys(&tenant()).unwrap();
        assert!(history[0].retired_at.is_none() && history[1].retired_at.is_some());
        let lines = keys.list().await.unwrap();
        let erased = lines.iter().find(|line| line.state == State::Erased);
        assert_eq!(erased.unwrap().name, level(Kind::LogSigning).generation(1));

        let sealing = level(Kind::LogSealing).generation(1);
        let error = keys
            .destroy(&sealing, Destroy::WhenEmpty)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "keys.uncounted");
    }
}

#[tokio::test]
async fn an_anchor_tells_a_log_that_went_back() {
    for store in stores().await {
        let keys = store.keys().await;
        let tenant = tenant();
        assert_eq!(keys.recall(&tenant).await.unwrap(), []);
        let anchor = |size: u64, root: u8| Anchor {
            tenant: tenant.clone(),
            size,
            root: [root; 32],
            checkpoint: format!("test/log/acme-health\n{size}\n"),
            at: Instant::from_micros(7),
        };
        keys.remember(&anchor(9, 9)).await.unwrap();
        keys.remember(&anchor(9, 9)).await.unwrap();
        for back in [anchor(4, 4), anchor(9, 8)] {
            let error = keys.remember(&back).await.unwrap_err();
            assert!(matches!(error, AuditError::RolledBack(_)), "{error}");
        }
        assert_eq!(keys.recall(&tenant).await.unwrap(), [anchor(9, 9)]);
        keys.remember(&anchor(12, 12)).await.unwrap();
        let other = store.keys().await;
        assert_eq!(other.recall(&tenant).await.unwrap(), [anchor(12, 12)]);
    }
}

#[tokio::test]
async fn the_rsa_key_is_made_when_asked_for_and_stays() {
    let store = sqlite().await;
    let keys = store.keys().await;
    let tenant = tenant();
    let (one, two) = tokio::join!(keys.rsa_key(&tenant), keys.rsa_key(&tenant));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.public_der(), two.public_der());
    let signature = one.sign_pss_sha256(b"statement");
    let keys = store.keys().await;
    let again = keys.rsa_key(&tenant).await.unwrap();
    assert!(rsa_verify(&again.public_der(), b"statement", &signature));
}

//! The root key in shares: a quorum brings it back where the seal is lost, and nobody else does.

use std::sync::Arc;

use base::{Fault, Rng};
use crypt::SystemRng;
use crypt::shamir::Quorum;
use keys::seal::KeyFile;
use keys::shares::{Share, bring};
use keys::{KeysError, Level, Seal, SealError, SharesError};

use crate::harness::{Store, key_bytes, people, settings, sqlite, stores};

fn quorum() -> Quorum {
    Quorum::new(3, 5).unwrap()
}

/// What was written down, typed in again.
fn retyped(shares: &[Share], which: &[usize]) -> Vec<Share> {
    let typed = |at: &usize| Share::parse(shares[*at].to_text().expose()).unwrap();
    which.iter().map(typed).collect()
}

/// A key file that is not the one that sealed the root.
fn new_key_file(store: &Store) -> Arc<dyn Seal> {
    let path = store.secrets.path().join("new.key");
    Arc::new(KeyFile::create(&path, &SystemRng).unwrap())
}

fn refusal(error: KeysError) -> SharesError {
    let shares = match error {
        KeysError::Shares(error) => Some(error),
        _ => None,
    };
    shares.unwrap()
}

#[tokio::test]
async fn a_quorum_opens_a_key_store_whose_seal_is_lost() {
    for store in stores().await {
        let keys = store.keys().await;
        let people = people(&keys, 5).await;
        let before = key_bytes(&keys, &people).await;
        let set = keys.split_root(quorum()).await.unwrap();
        assert_eq!((set.shares.len(), set.generation), (5, 1));
        drop(keys);

        std::fs::remove_file(store.secrets.path().join("root.key")).unwrap();
        let lost = store.open(Arc::clone(&store.backend), settings()).await;
        assert!(matches!(
            lost.unwrap_err(),
            KeysError::Seal(SealError::File { .. })
        ));
        let rng: Arc<dyn Rng> = Arc::new(SystemRng);
        let environment = settings().environment;
        let few = bring(&store.db, &environment, &retyped(&set.shares, &[1, 4])).await;
        let few = refusal(few.unwrap_err());
        assert_eq!(
            few,
            SharesError::Few {
                needed: 3,
                given: 2
            }
        );
        let enough = retyped(&set.shares, &[4, 0, 2]);
        let brought = bring(&store.db, &environment, &enough).await.unwrap();
        assert!(format!("{brought:?}").contains("root: SymmetricKey(..)"));
        let backend = new_key_file(&store);
        let recovered = brought.seal(&store.db, Arc::clone(&backend), &rng).await;
        let recovered = recovered.unwrap();
        assert_eq!((recovered.set, recovered.shares), (set.id, 3));
        assert_eq!((recovered.generation, recovered.left), (1, 0));

        let again = store.open(backend, settings()).await.unwrap();
        again.open_tenant(&crate::harness::tenant()).await.unwrap();
        assert_eq!(key_bytes(&again, &people).await, before);
    }
}

#[tokio::test]
async fn shares_of_another_generation_or_another_store_do_not_fit() {
    let (store, other) = (sqlite().await, sqlite().await);
    let (keys, others) = (store.keys().await, other.keys().await);
    let environment = settings().environment;
    let set = keys.split_root(quorum()).await.unwrap();
    let enough = retyped(&set.shares, &[0, 1, 2]);
    let foreign = bring(&other.db, &environment, &enough).await;
    assert_eq!(refusal(foreign.unwrap_err()), SharesError::OtherStore);
    let second = keys.split_root(quorum()).await.unwrap();
    let mut mixed = retyped(&set.shares, &[0, 1]);
    mixed.extend(retyped(&second.shares, &[2]));
    let mixed = bring(&store.db, &environment, &mixed).await;
    assert_eq!(refusal(mixed.unwrap_err()), SharesError::Mixed);
    let elsewhere = "staging".parse().unwrap();
    let elsewhere = bring(&store.db, &elsewhere, &enough).await;
    let elsewhere = refusal(elsewhere.unwrap_err());
    assert!(matches!(elsewhere, SharesError::Environment(_)));

    // While something hangs under the old root, a quorum would not bring all of it back.
    keys.rotate(&Level::Root).await.unwrap();
    let early = keys.split_root(quorum()).await.unwrap_err();
    assert_eq!(early.code(), "keys.in_use");
    let old = bring(&store.db, &environment, &enough).await;
    let old = refusal(old.unwrap_err());
    assert_eq!(
        old,
        SharesError::Generation {
            theirs: 1,
            newest: 2
        }
    );
    keys.rewrap(|_| std::ops::ControlFlow::Continue(()))
        .await
        .unwrap();
    let newer = keys.split_root(quorum()).await.unwrap();
    let enough = retyped(&newer.shares, &[2, 3, 4]);
    bring(&store.db, &environment, &enough).await.unwrap();
    drop(others);
}

#[tokio::test]
async fn who_seals_meanwhile_is_not_sealed_over() {
    let store = sqlite().await;
    let keys = store.keys().await;
    let set = keys.split_root(quorum()).await.unwrap();
    let environment = settings().environment;
    let enough = retyped(&set.shares, &[0, 1, 2]);
    let brought = bring(&store.db, &environment, &enough).await.unwrap();
    let backend = new_key_file(&store);
    keys.reseal(Arc::clone(&backend)).await.unwrap();
    let rng: Arc<dyn Rng> = Arc::new(SystemRng);
    let late = brought
        .seal(&store.db, Arc::clone(&store.backend), &rng)
        .await;
    assert_eq!(late.unwrap_err().code(), "keys.raced");
    store.open(backend, settings()).await.unwrap();
}

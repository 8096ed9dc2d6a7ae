//! Backends: what unseals, what does not, and what is said of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::{Fault, Rng};
use crypt::passphrase::Params;
use crypt::{SymmetricKey, SystemRng};
use keys::seal::{KeyFile, Passphrase};
use keys::{KeysError, Level, Seal, SealError, Settings};
use store::Sql;

use crate::harness::{key_bytes, people, settings, sqlite, stores, tenant};

const QUICK: Params = Params {
    memory_kib: 64,
    passes: 1,
    lanes: 1,
};

fn passphrase(text: &str) -> Arc<dyn Seal> {
    Arc::new(Passphrase::new(text.as_bytes(), QUICK).unwrap())
}

#[tokio::test]
async fn a_passphrase_unseals_and_another_does_not() {
    for store in stores().await {
        let right = passphrase("correct horse battery");
        let keys = store.open(Arc::clone(&right), settings()).await.unwrap();
        drop(keys);
        let wrong = store
            .open(passphrase("correct horse staple"), settings())
            .await;
        let error = wrong.unwrap_err();
        assert!(
            matches!(error, KeysError::Seal(SealError::WrongSecret("passphrase"))),
            "{error}"
        );
        assert!(!error.to_string().contains("staple"));
        store.open(right, settings()).await.unwrap();
    }
}

#[tokio::test]
async fn the_parameters_are_stored_so_that_they_can_be_raised() {
    let store = sqlite().await;
    store
        .open(passphrase("correct horse battery"), settings())
        .await
        .unwrap();
    let dearer = Params {
        memory_kib: 256,
        passes: 2,
        lanes: 2,
    };
    let dearer = Passphrase::new(b"correct horse battery", dearer).unwrap();
    store.open(Arc::new(dearer), settings()).await.unwrap();
}

#[test]
fn a_short_passphrase_is_refused() {
    let error = Passphrase::new(b"hunter2", QUICK).unwrap_err();
    assert_eq!(error.code(), "keys.seal_passphrase");
    assert!(!error.to_string().contains("hunter2"));
}

#[tokio::test]
async fn a_key_file_that_others_can_read_is_refused() {
    let store = sqlite().await;
    let path = store.secrets.path().join("root.key");
    store.keys().await;
    for mode in [0o640, 0o604, 0o660, 0o601] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = store
            .open(Arc::new(KeyFile::new(&path)), settings())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "keys.seal_file", "{mode:o}");
        assert!(error.public().contains("chmod 600"), "{}", error.public());
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    store.keys().await;
    // It is made private, and never over another.
    let made = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(made, 0o600);
    assert!(KeyFile::create(&path, &SystemRng).is_err());
}

#[tokio::test]
async fn another_key_file_is_named_as_such() {
    let store = sqlite().await;
    store.keys().await;
    let other = KeyFile::create(&store.secrets.path().join("other.key"), &SystemRng).unwrap();
    let error = store.open(Arc::new(other), settings()).await.unwrap_err();
    assert!(matches!(
        error,
        KeysError::Seal(SealError::WrongSecret("key-file"))
    ));
    let short = store.secrets.path().join("short.key");
    fs::write(&short, [7; 31]).unwrap();
    fs::set_permissions(&short, fs::Permissions::from_mode(0o600)).unwrap();
    let error = store.open(Arc::new(KeyFile::new(short)), settings()).await;
    assert!(error.unwrap_err().to_string().contains("exactly 32 bytes"));
}

#[tokio::test]
async fn a_production_store_does_not_open_in_a_test_environment() {
    for store in stores().await {
        store.keys().await;
        let production = || Settings {
            environment: "production".parse().unwrap(),
            ..settings()
        };
        let error = store
            .open(Arc::clone(&store.backend), production())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "keys.environment");
        assert!(error.public().contains("\"test\""), "{}", error.public());

        // The column is only there to say so kindly: editing it does not help.
        static EDIT: Sql = Sql::both("UPDATE root_key SET environment = 'production'");
        store.tamper(&EDIT, vec![], 1).await;
        let error = store
            .open(Arc::clone(&store.backend), production())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "keys.seal_altered");
    }
}

#[tokio::test]
async fn a_flipped_bit_in_the_sealed_root_is_found_wherever_it_is() {
    let store = sqlite().await;
    let backend = passphrase("correct horse battery");
    store.open(Arc::clone(&backend), settings()).await.unwrap();
    static READ: Sql = Sql::both("SELECT sealed FROM root_key");
    static WRITE: Sql = Sql::both("UPDATE root_key SET sealed = $1");
    let sealed = store.rows(&READ, vec![]).await[0]
        .bytes(0)
        .unwrap()
        .to_vec();
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        if (4..8).contains(&at) || (8..16).contains(&at) {
            // Parameters: the derivation would be of another cost; try one of them only, the others take minutes.
            if at != 7 && at != 15 {
                continue;
            }
        }
        store.tamper(&WRITE, vec![altered.into()], 1).await;
        let error = store.open(Arc::clone(&backend), settings()).await;
        let code = error.unwrap_err().code();
        assert!(code.starts_with("keys.seal_"), "byte {at}: {code}");
    }
    store.tamper(&WRITE, vec![sealed.into()], 1).await;
    store.open(backend, settings()).await.unwrap();
}

#[tokio::test]
async fn resealing_changes_the_backend_and_nothing_else() {
    for store in stores().await {
        let keys = store.keys().await;
        let people = people(&keys, 5).await;
        let before = key_bytes(&keys, &people).await;
        keys.rotate(&Level::Root).await.unwrap();
        let new = passphrase("correct horse battery");
        keys.reseal(Arc::clone(&new)).await.unwrap();
        assert_eq!(keys.status().await.unwrap().backend, "passphrase");
        // The handle that is open goes on, also with a root that it makes now.
        keys.rotate(&Level::Root).await.unwrap();
        drop(keys);

        let error = store.open(Arc::clone(&store.backend), settings()).await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), "keys.seal_backend");
        assert!(error.public().contains("passphrase"), "{}", error.public());
        let keys = store.open(new, settings()).await.unwrap();
        keys.open_tenant(&tenant()).await.unwrap();
        assert_eq!(key_bytes(&keys, &people).await, before);
    }
}

/// Counts how often the wrapping key is asked for.
struct Counting(Arc<dyn Seal>, AtomicUsize);

impl Seal for Counting {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn code(&self) -> u8 {
        self.0.code()
    }

    fn make(&self, rng: &dyn Rng) -> Result<(Vec<u8>, SymmetricKey), SealError> {
        self.0.make(rng)
    }

    fn find(&self, head: &[u8]) -> Result<SymmetricKey, SealError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.find(head)
    }
}

#[tokio::test]
async fn the_backend_is_asked_at_the_start_and_for_new_roots_only() {
    for store in stores().await {
        let counting = Arc::new(Counting(Arc::clone(&store.backend), AtomicUsize::new(0)));
        let backend = Arc::clone(&counting) as Arc<dyn Seal>;
        let keys = store.open(backend, settings()).await.unwrap();
        keys.open_tenant(&tenant()).await.unwrap();
        people(&keys, 5).await;
        for _ in 0..3 {
            keys.refresh().await.unwrap();
            keys.status().await.unwrap();
        }
        assert_eq!(counting.1.load(Ordering::SeqCst), 1);
        keys.rotate(&Level::Root).await.unwrap();
        keys.refresh().await.unwrap();
        assert_eq!(counting.1.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test]
async fn a_node_that_runs_goes_on_when_another_reseals() {
    for store in stores().await {
        let (keys, node) = (store.keys().await, store.node().await);
        let people = people(&node, 5).await;
        let before = key_bytes(&node, &people).await;
        keys.reseal(passphrase("correct horse battery"))
            .await
            .unwrap();
        node.refresh().await.unwrap();
        assert_eq!(key_bytes(&node, &people).await, before);
    }
}

#[tokio::test]
async fn a_backend_that_does_not_work_leaves_the_old_one_in_place() {
    let store = sqlite().await;
    let keys = store.keys().await;
    let nowhere = KeyFile::new(store.secrets.path().join("missing.key"));
    assert!(keys.reseal(Arc::new(nowhere)).await.is_err());
    drop(keys);
    store.keys().await;
}

#[tokio::test]
async fn a_root_is_made_once() {
    for store in stores().await {
        store.keys().await;
        let clock = Arc::clone(&store.clock) as Arc<dyn base::Clock>;
        let error = keys::Keys::init(
            store.db.db(),
            Arc::clone(&store.backend),
            settings(),
            clock,
            Arc::new(SystemRng),
        )
        .await
        .unwrap_err();
        assert_eq!(error.code(), "keys.initialised");
    }
}

//! A hardware module, by SoftHSM2: runs where `STRONGROOM_TEST_PKCS11` names its library.
//!
//! The module reads its configuration from the environment when it is loaded, so the test runs itself again in a process
//! that has one, with a token of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use base::Fault;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11 as Module};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use keys::seal::{Pkcs11, Pkcs11Settings};
use keys::{KeysError, Level, Seal, SealError};

use crate::harness::{key_bytes, people, settings, stores, tenant};

const MODULE: &str = "STRONGROOM_TEST_PKCS11";
const FOLDER: &str = "STRONGROOM_TEST_PKCS11_FOLDER";
const PIN: &str = "4711-0815";

#[test]
fn a_token_seals_the_root() {
    if std::env::var_os(MODULE).is_none() {
        println!("skipped: set {MODULE} to the library of a PKCS#11 module, e.g. SoftHSM2's");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    fs::create_dir(&tokens).unwrap();
    let config = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    fs::write(&config, text).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "pkcs11::in_a_process_with_a_token",
            "--ignored",
            "--nocapture",
        ])
        .env("SOFTHSM2_CONF", &config)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // The token's key is not the root, and neither lies in the clear: the PIN is needed for both.
    assert!(fs::read_dir(&tokens).unwrap().next().is_some());
}

fn backend(module: &Path, token: &str, pin_file: PathBuf) -> Arc<dyn Seal> {
    Arc::new(Pkcs11::new(Pkcs11Settings {
        module: module.to_owned(),
        token: token.to_owned(),
        key_label: "strongroom-root".to_owned(),
        pin_file,
    }))
}

fn secret(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// A token with a label and a user's PIN.
fn make_token(module: &Module, label: &str) {
    let officer = AuthPin::new("officer-0000".into());
    let slots = module.get_all_slots().unwrap();
    let slot = *slots.last().unwrap();
    module.init_token(slot, &officer, label).unwrap();
    let session = module.open_rw_session(slot).unwrap();
    session.login(UserType::So, Some(&officer)).unwrap();
    session.init_pin(&AuthPin::new(PIN.into())).unwrap();
}

#[tokio::test]
#[ignore = "runs inside a_token_seals_the_root"]
async fn in_a_process_with_a_token() {
    let module_path = PathBuf::from(std::env::var_os(MODULE).unwrap());
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let module = Module::new(&module_path).unwrap();
    module
        .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
        .unwrap();
    make_token(&module, "ours");
    make_token(&module, "theirs");
    let pin = secret(&folder, "pin", &format!("{PIN}\n"));
    let ours = || backend(&module_path, "ours", pin.clone());

    for store in stores().await {
        let keys = store.open(ours(), settings()).await.unwrap();
        keys.open_tenant(&tenant()).await.unwrap();
        let people = people(&keys, 5).await;
        let before = key_bytes(&keys, &people).await;
        // The second root is sealed by the same key in the token.
        keys.rotate(&Level::Root).await.unwrap();
        drop(keys);

        let keys = store.open(ours(), settings()).await.unwrap();
        assert_eq!(key_bytes(&keys, &people).await, before);
        assert_eq!(keys.status().await.unwrap().backend, "pkcs11");

        let error = store
            .open(backend(&module_path, "theirs", pin.clone()), settings())
            .await;
        assert!(
            matches!(error, Err(KeysError::Seal(SealError::WrongSecret("token")))),
            "{error:?}"
        );
        let error = store
            .open(backend(&module_path, "nobodys", pin.clone()), settings())
            .await;
        assert_eq!(error.unwrap_err().code(), "keys.seal_module");

        let loose = secret(&folder, "loose-pin", PIN);
        fs::set_permissions(&loose, fs::Permissions::from_mode(0o644)).unwrap();
        let error = store
            .open(backend(&module_path, "ours", loose), settings())
            .await;
        assert_eq!(error.unwrap_err().code(), "keys.seal_file");

        // Away from the token and back to it.
        keys.reseal(Arc::clone(&store.backend)).await.unwrap();
        assert_eq!(key_bytes(&store.keys().await, &people).await, before);
        keys.reseal(ours()).await.unwrap();
        let keys = store.open(ours(), settings()).await.unwrap();
        assert_eq!(key_bytes(&keys, &people).await, before);
    }

    // Last: a wrong PIN counts against the token.
    let store = crate::harness::sqlite().await;
    let wrong = secret(&folder, "wrong-pin", "0000-0000");
    let error = store
        .open(backend(&module_path, "ours", wrong), settings())
        .await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, KeysError::Seal(SealError::WrongSecret("PIN"))),
        "{error}"
    );
    assert!(!error.to_string().contains("0000"));
}

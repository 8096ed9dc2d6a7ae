//! restic itself reads what we write, and a process that is killed leaves the repository whole.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::{House, files};
use crate::Depth;

const PASSPHRASE: &str = "correct horse battery staple";

/// restic, where `cargo xtask test` says or in the path.
fn restic() -> Option<PathBuf> {
    let path = std::env::var_os("STRONGROOM_TEST_RESTIC").map(PathBuf::from);
    let path = path.or_else(|| {
        let folders = std::env::var_os("PATH")?;
        let mut places = std::env::split_paths(&folders).map(|folder| folder.join("restic"));
        places.find(|path| path.is_file())
    });
    if path.is_none() {
        eprintln!("skipped: restic is not on this machine; `cargo xtask test` installs it");
    }
    path
}

/// Run restic on the repository; what it said.
fn run(restic: &Path, house: &House, arguments: &[&str]) -> String {
    let mut child = Command::new(restic)
        .arg("--repo")
        .arg(house.place())
        .args(["--no-cache", "--no-lock"])
        .args(arguments)
        .env("HOME", &house.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{PASSPHRASE}").unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    said
}

/// Put a key file for restic into the repository, as somebody would who leaves us.
async fn unlock(house: &House) {
    let passphrase = Zeroizing::new(PASSPHRASE.to_owned());
    let (name, bytes) = house.repository().restic_key(passphrase).await.unwrap();
    let folder = house.place().join("keys");
    assert!(!folder.exists(), "no key lies with the repository");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn restic_checks_and_restores_what_we_made() {
    let Some(restic) = restic() else { return };
    let house = House::new().await;
    let mut ids = Vec::new();
    for bytes in [0, 70_000, 2_500_000] {
        ids.push(house.add(bytes).await);
    }
    house.make().await.unwrap();
    house.add(9).await;
    let made = house.make().await.unwrap();
    unlock(&house).await;
    let said = run(&restic, &house, &["check", "--read-data"]);
    assert!(said.contains("no errors were found"), "{said}");
    let to = house.folder.join("by-restic");
    let target = to.to_str().unwrap();
    run(
        &restic,
        &house,
        &["restore", made.line.short(), "--target", target],
    );
    let ours = house.folder.join("by-us");
    house.restore("latest", &ours).await.unwrap();
    let relative = |folder: &Path| -> Vec<_> {
        let all = files(folder).into_iter();
        all.map(|path| {
            let name = path.strip_prefix(folder).unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
    };
    let (by_restic, by_us) = (relative(&to), relative(&ours));
    let besides = |all: &[(PathBuf, Vec<u8>)]| -> Vec<_> {
        let besides = all.iter().filter(|(name, _)| !name.starts_with("database"));
        besides.cloned().collect()
    };
    assert_eq!(besides(&by_restic), besides(&by_us));
    assert_eq!((by_restic.len(), by_us.len()), (4 + 4, 4 + 3));
    opens_without_us(&house, &to, &ours);
}

/// The blocks that restic restored give the database that we restored, by a program that has nothing of ours.
fn opens_without_us(house: &House, restored: &Path, ours: &Path) {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/guides/open-point.py"
    );
    // moto, which other tests take, comes with what it needs.
    let moto = std::env::var_os("STRONGROOM_TEST_MOTO").map(PathBuf::from);
    let python = moto.map_or("python3".into(), |it| it.with_file_name("python"));
    let has = Command::new(&python)
        .args([
            "-c",
            "import cryptography, shutil; assert shutil.which('zstd')",
        ])
        .stderr(Stdio::null())
        .status();
    if !has.is_ok_and(|it| it.success()) {
        eprintln!("skipped: Python with `cryptography` and zstd are not on this machine");
        return;
    }
    let keys = files(house.repository().apart().folder()).into_iter();
    let mut keys = keys.filter(|path| path.extension().is_some_and(|it| it == "point"));
    let (older, newest) = (keys.next().unwrap(), keys.next().unwrap());
    let open = |key: &Path, to: &Path| {
        Command::new(&python)
            .arg(script)
            .args([restored, key, to])
            .output()
            .unwrap()
    };
    let to = house.folder.join("without-us");
    let said = open(&newest, &to);
    assert!(said.status.success(), "{said:?}");
    let name = store::snapshot::SQLITE_PART;
    let database = std::fs::read(to.join(name)).unwrap();
    assert_eq!(
        database,
        std::fs::read(ours.join("database").join(name)).unwrap()
    );
    // Another point's key opens nothing.
    let other = open(&older, &house.folder.join("other"));
    assert!(!other.status.success(), "{other:?}");
    assert!(!house.folder.join("other").exists());
}

/// Makes points until it is killed; only for the test below, which runs it in a process of its own.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by a_killed_backup_leaves_the_repository_whole"]
async fn makes_points_until_it_is_killed() {
    let Some(to) = std::env::var_os("STRONGROOM_TEST_KILL") else {
        return;
    };
    let house = House::at(to.into()).await;
    for _ in 0..60 {
        house.add(1_000_000).await;
    }
    loop {
        house.make().await.unwrap();
        house.add(1_000_000).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_backup_leaves_the_repository_whole() {
    let house = House::new().await;
    let mut survived = 0;
    // At another moment each time: in the first packs, in the middle, near the end.
    for packs in [1, 3, 6] {
        let before = files(&house.folder.join("repository/data")).len();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "tests::stock::makes_points_until_it_is_killed",
            ])
            .env("STRONGROOM_TEST_KILL", &house.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while files(&house.folder.join("repository/data")).len() < before + packs {
            assert!(begun.elapsed() < Duration::from_secs(60), "no packs appear");
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // Every point that is there holds, byte for byte.
        let points = house.repository().points().await.unwrap();
        for line in &points {
            house.check(&line.name, Depth::Read).await.unwrap();
        }
        survived += points.len();
    }
    // A new one goes on from there.
    house.make().await.unwrap();
    house.check("latest", Depth::Read).await.unwrap();
    eprintln!("{survived} points were whole when their process was killed");
    if let Some(restic) = restic() {
        unlock(&house).await;
        let said = run(&restic, &house, &["check", "--read-data"]);
        assert!(said.contains("no errors were found"), "{said}");
    }
}

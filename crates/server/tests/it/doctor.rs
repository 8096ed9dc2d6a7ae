//! `strongroom doctor`: what it finds, and that it changes nothing.

use crate::running::Place;

/// What it says of one thing, and how it ended.
async fn doctor(place: &Place, on: &str) -> (Vec<String>, Option<i32>) {
    let ran = place.command(&["doctor", "--json"]).await;
    let looks = ran.json();
    let looks = looks.as_array().unwrap().iter();
    let findings = looks.filter(|it| it["on"] == on);
    let findings = findings.map(|it| it["finding"].as_str().unwrap().to_owned());
    (findings.collect(), ran.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_looked_at_and_nothing_is_changed() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.start().await.stop().await;
    let before = crate::house::raw(&place.data());
    for (on, count) in [
        ("secret", 1),
        ("folder", 3),
        ("sync", 3),
        ("certificate", 1),
        ("disk", 3),
        ("swap", 1),
        ("clock", 1),
    ] {
        let (findings, _) = doctor(&place, on).await;
        assert_eq!(findings.len(), count, "{on}");
        if matches!(on, "secret" | "folder" | "certificate") {
            assert!(findings.iter().all(|it| it == "good"), "{on}: {findings:?}");
        }
    }
    let words = place.command(&["doctor"]).await;
    assert!(
        words.data.contains("keys apart") && words.talk.contains("good,"),
        "{words:?}"
    );

    // Each thing that is spoilt is found.
    let key = place.data().join("secrets/root.key");
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap()
    };
    mode(&key, 0o644);
    assert_eq!(
        doctor(&place, "secret").await,
        (vec!["bad".to_owned()], Some(1))
    );
    mode(&key, 0o600);
    let files = place.data().join("data/files");
    mode(&files, 0o755);
    assert!(doctor(&place, "folder").await.0.contains(&"bad".to_owned()));
    mode(&files, 0o700);
    let certificate = place.data().join("tls/server.pem");
    let text = std::fs::read(&certificate).unwrap();
    std::fs::write(&certificate, b"nothing").unwrap();
    assert_eq!(
        doctor(&place, "certificate").await,
        (vec!["bad".to_owned()], Some(1))
    );
    std::fs::write(&certificate, text).unwrap();
    assert_eq!(
        crate::house::raw(&place.data()),
        before,
        "it changes nothing"
    );
}

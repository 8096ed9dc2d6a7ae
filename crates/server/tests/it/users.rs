//! `strongroom user`, beside a running server.

use crate::running::Place;

#[tokio::test(flavor = "multi_thread")]
async fn users_are_added_invited_listed_and_stopped() {
    let place = Place::new();
    let server = place.start().await;
    let file = place.path("password");
    server::private::write(&file, b"marmot thirteen gable rust\n").unwrap();
    let user = async |args: &[&str]| {
        let mut all = vec!["user"];
        all.extend_from_slice(args);
        place.command(&all).await
    };
    let who = |email: &'static str, role: &'static str| {
        [
            "--email",
            email,
            "--name",
            "Dagny Halvorsen",
            "--role",
            role,
        ]
    };
    let password = ["--password-file", file.to_str().unwrap()];
    let add = async |email: &'static str, role: &'static str| {
        let args = [&["add"][..], &who(email, role), &password].concat();
        user(&args).await
    };
    let id = add("nurse@fjord.example", "clinician").await.held().data;
    let id = id.trim();
    let taken = add("Nurse@fjord.example", "operator").await;
    assert_eq!(taken.code, Some(1), "{taken:?}");
    let app = add("app@fjord.example", "app").await;
    assert_eq!(app.code, Some(2), "an app has no account: {app:?}");
    let nobody = add("a@fjord.example", "person").await;
    assert_eq!(nobody.code, Some(2), "whose person? {nobody:?}");
    let no_address = add("nonsense", "clinician").await;
    assert_ne!(no_address.code, Some(0), "{no_address:?}");

    // A role more counts at once; one that is held, or does not go with another, or is for nobody, is refused.
    user(&["appoint", id, "--role", "compliance"]).await.held();
    for (account, role) in [
        (id, "compliance"),
        (id, "clinician"),
        (id, "operator"),
        (id, "app"),
        ("00000000-0000-4000-8000-000000000000", "support"),
    ] {
        let no = user(&["appoint", account, "--role", role]).await;
        assert_eq!(no.code, Some(1), "{role}: {no:?}");
    }

    let args = [&["invite"][..], &who("guard@fjord.example", "security")].concat();
    let link = user(&args).await.held().data;
    assert!(link.contains("/invite/"), "{link}");

    let list = user(&["list", "--json"]).await.held().data;
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let state = |email: &str| {
        let lines = list.as_array().unwrap();
        let line = lines.iter().find(|line| line["email"] == email).unwrap();
        line["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state("nurse@fjord.example"), "active");
    assert_eq!(state("guard@fjord.example"), "invited");

    let link = user(&["reset-link", id]).await.held().data;
    assert!(link.contains("/reset/"), "{link}");
    user(&["stop", id]).await.held();
    let again = user(&["stop", id]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    let stopped = user(&["reset-link", id]).await;
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    user(&["resume", id]).await.held();

    server.stop().await;
    // What was said is in no file that the installation keeps; where letters go to is not its own.
    for (path, bytes) in crate::house::raw(&place.data()) {
        if path.components().any(|part| part.as_os_str() == "mail") {
            continue;
        }
        for text in [
            "fjord",
            "Halvorsen",
            link.trim().rsplit('/').next().unwrap(),
        ] {
            assert!(
                !crate::house::holds(&bytes, text.as_bytes()),
                "{text} lies in {}",
                path.display()
            );
        }
    }
}

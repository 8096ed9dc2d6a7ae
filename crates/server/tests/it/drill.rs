//! Drills on a real installation, and what each says when something was sabotaged; and points that are made, and go, by the clock.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use http::Method;
use serde_json::Value;
use store::{Db, DbConfig, Sql, WriteSet};

use crate::running::Place;

/// The first look at what is due comes after half a minute.
const BY_THE_CLOCK_MAX: Duration = Duration::from_secs(180);

async fn with_a_point() -> Place {
    let place = Place::new();
    let server = place.start().await;
    let person = server.person().to_owned();
    let file = server
        .ask(
            Method::POST,
            &format!("/v1/persons/{person}/files?class=health"),
        )
        .header("content-type", "text/plain")
        .header("content-disposition", "attachment; filename=\"notes.txt\"")
        .body(vec![b'a'; 300_000])
        .send()
        .await
        .unwrap();
    assert!(file.status().is_success(), "{file:?}");
    server.stop().await;
    place.command(&["backup", "now"]).await.held();
    place
}

/// What a drill that must fail says, and how its run is noted.
async fn fails(place: &Place, kind: &str) -> (String, Value) {
    let ran = place.command(&["drill", "run", kind, "--json"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let said = ran.json();
    assert_eq!(said["ok"], false);
    let listed = place.command(&["drill", "list", "--json"]).await.held();
    let listed = listed.json();
    let kinds = listed.as_array().unwrap();
    let name = format!("drill.{kind}");
    let of = kinds.iter().find(|it| it["kind"] == name).unwrap();
    let run = of["runs"][0].clone();
    assert_eq!(run["held"], false, "{run}");
    (
        said["problem"].as_str().unwrap().to_owned(),
        run["code"].clone(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restored_for_practice_holds_and_who_was_erased_does_not_open() {
    let place = with_a_point().await;
    for kind in ["objects", "restore", "boot", "rebuild", "restore"] {
        let ran = place.command(&["drill", "run", kind, "--json"]).await;
        let said = ran.held().json();
        assert_eq!(said["ok"], true, "{said}");
        assert!(said["rto_seconds"].as_f64().unwrap() > 0.0);
        assert!(said["amount"].as_u64().unwrap() > 0, "{said}");
    }
    // Nothing of it is left behind.
    let scratch = place.data().join("data/scratch");
    let left: Vec<_> = std::fs::read_dir(scratch)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with("drill-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    for promise in [
        "backup.regular",
        "backup.encrypted",
        "backup.expires",
        "backup.tested",
    ] {
        let ran = place
            .command(&["check", promise, "--json", "--prove"])
            .await;
        assert_eq!(ran.code, Some(0), "{promise}: {ran:?}");
        assert_eq!(ran.json()[0]["state"], "kept", "{ran:?}");
    }
    let verified = place.command(&["log", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_holds_while_others_go_on() {
    let place = with_a_point().await;
    let server = place.start().await;
    let path = format!("/v1/persons/{}/records/cycle-day", server.person());
    let goes_on = async {
        loop {
            let got = server.get(&path).await;
            assert!(got.status().is_success(), "{got:?}");
        }
    };
    let drills = async {
        for _ in 0..6 {
            place.command(&["drill", "run", "restore"]).await.held();
        }
    };
    tokio::select! {
        () = goes_on => {}
        () = drills => {}
    }
    server.stop().await;
    let verified = place.command(&["log", "verify"]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sabotaged_drill_fails_loudly() {
    let place = with_a_point().await;
    place.command(&["drill", "run", "restore"]).await.held();

    // An object that is another here than in the point.
    let object = newest(&place.data().join("data/files"));
    let kept = std::fs::read(&object).unwrap();
    let mut other = kept.clone();
    other[1000] ^= 1;
    std::fs::write(&object, &other).unwrap();
    let (_, code) = fails(&place, "objects").await;
    assert_eq!(code, "drill.differs");
    // One that is gone here, although the database names it.
    std::fs::remove_file(&object).unwrap();
    let (_, code) = fails(&place, "objects").await;
    assert_eq!(code, "drill.missing");
    std::fs::write(&object, &kept).unwrap();
    place.command(&["drill", "run", "objects"]).await.held();

    // A piece of the repository that is gone.
    let packs = files(&place.data().join("backup/repository/data"));
    let moved = place.path("moved");
    std::fs::create_dir_all(&moved).unwrap();
    for (number, pack) in packs.iter().enumerate() {
        std::fs::rename(pack, moved.join(number.to_string())).unwrap();
    }
    let (problem, _) = fails(&place, "restore").await;
    assert!(problem.contains("repository"), "{problem}");
    for (number, pack) in packs.iter().enumerate() {
        std::fs::rename(moved.join(number.to_string()), pack).unwrap();
    }

    // Another key.
    let key = place.data().join("secrets/backup.key");
    let right = std::fs::read(&key).unwrap();
    std::fs::write(&key, [9; 32]).unwrap();
    let (_, code) = fails(&place, "restore").await;
    assert_eq!(code, "backup.wrong_key");
    let broken = place
        .command(&["check", "backup.encrypted", "--json"])
        .await;
    assert_eq!(broken.code, Some(1), "{broken:?}");
    std::fs::write(&key, right).unwrap();

    // A drill that failed breaks its promise until one holds again.
    let broken = place.command(&["check", "backup.tested", "--json"]).await;
    assert_eq!(broken.code, Some(1), "{broken:?}");
    for kind in ["restore", "boot", "rebuild"] {
        place.command(&["drill", "run", kind]).await.held();
    }
    place.command(&["check", "backup.tested"]).await.held();
}

static KEYS_STAY: Sql = Sql::both(
    "CREATE TRIGGER keys_stay BEFORE DELETE ON person_key BEGIN SELECT RAISE(IGNORE); END",
);
static NOBODY_GOES: Sql = Sql::both(
    "CREATE TRIGGER nobody_goes AFTER INSERT ON person WHEN NEW.gone_at IS NOT NULL BEGIN \
     UPDATE person SET gone_at = NULL WHERE tenant = NEW.tenant AND person = NEW.person; END",
);
static NOBODY_IS_GONE: Sql = Sql::both(
    "CREATE TRIGGER nobody_is_gone AFTER UPDATE OF gone_at ON person WHEN NEW.gone_at IS NOT NULL BEGIN \
     UPDATE person SET gone_at = NULL WHERE tenant = NEW.tenant AND person = NEW.person; END",
);

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_from_a_point_is_noticed() {
    let place = with_a_point().await;
    place.command(&["drill", "run", "restore"]).await.held();
    // A key store that says it destroys, and does not.
    let keys = DbConfig::Sqlite {
        path: place.data().join("keys/keys.sqlite"),
        secure_delete: true,
    };
    let keys = Db::open(keys, store::migrations::KEYS, None).await.unwrap();
    for trigger in [&KEYS_STAY, &NOBODY_GOES, &NOBODY_IS_GONE] {
        keys.commit(WriteSet::new().run(trigger, vec![]))
            .await
            .unwrap();
    }
    keys.close().await;
    let (problem, code) = fails(&place, "restore").await;
    assert_eq!(code, "drill.resurrected", "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn points_are_made_and_drills_run_by_the_clock() {
    let place = Place::new();
    let server = place.start().await;
    let began = Instant::now();
    let wanted = [
        "point",
        "drill.objects",
        "drill.restore",
        "drill.boot",
        "drill.rebuild",
    ];
    loop {
        let listed = place.command(&["drill", "list", "--json"]).await.held();
        let listed = listed.json();
        let held = |kind: &str| {
            let mut all = listed.as_array().unwrap().iter();
            let of = all.find(|it| it["kind"] == kind).unwrap();
            of["runs"][0]["held"] == true
        };
        if wanted.iter().all(|kind| held(kind)) {
            break;
        }
        assert!(
            began.elapsed() < BY_THE_CLOCK_MAX,
            "{listed}\n{}",
            place.words()
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    server.stop().await;
    assert!(!place.words().contains("was not done"), "{}", place.words());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_whose_time_is_over_goes_with_all_that_only_it_needed() {
    let place = with_a_point().await;
    let config = place.data().join("strongroom.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    place.command(&["backup", "now"]).await.held();
    let nothing = place.command(&["backup", "prune", "--json"]).await.held();
    assert_eq!(nothing.json()["left"], 2);
    for (wrong, word) in [
        ("keep_days = 0", "keep_days"),
        ("every_hours = 1000", "every_hours"),
    ] {
        let wrong = text.replace("every_hours = 4", wrong);
        std::fs::write(&config, wrong).unwrap();
        let refused = place.command(&["backup", "prune"]).await;
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.talk.contains(word), "{refused:?}");
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

fn newest(folder: &Path) -> PathBuf {
    let all = files(folder).into_iter();
    all.max_by_key(|path| path.metadata().unwrap().modified().unwrap())
        .unwrap()
}

/// The last migration undone.
static UNDO: [Sql; 2] = [
    Sql::both("DROP TABLE continuity_node"),
    Sql::both(
        "DELETE FROM schema_migration WHERE number = (SELECT max(number) FROM schema_migration)",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_point_is_made_before_data_are_migrated() {
    let place = with_a_point().await;
    let data = || DbConfig::Sqlite {
        path: place.data().join("data/strongroom.sqlite"),
        secure_delete: true,
    };
    let back = async || {
        let db = Db::open(data(), store::migrations::DATA, None)
            .await
            .unwrap();
        for undo in &UNDO {
            db.commit(WriteSet::new().run(undo, vec![])).await.unwrap();
        }
        db.close().await;
    };
    back().await;
    place.command(&["migrate"]).await.held();
    let listed = place.command(&["backup", "list", "--json"]).await.held();
    assert_eq!(listed.json().as_array().unwrap().len(), 2);
    let shown = place.command(&["backup", "show", "--json"]).await.held();
    let before = store::migrations::DATA.iter().rev().nth(1).unwrap();
    assert_eq!(shown.json()["manifest"]["schema"], before.number);
    // What is up to date already needs none.
    place.command(&["migrate"]).await.held();
    let listed = place.command(&["backup", "list", "--json"]).await.held();
    assert_eq!(listed.json().as_array().unwrap().len(), 2);

    // Where none can be made nothing is migrated, unless somebody says so.
    back().await;
    let key = place.data().join("secrets/backup.key");
    let away = place.path("away");
    std::fs::rename(&key, &away).unwrap();
    let refused = place.command(&["migrate"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.talk.contains("--without-backup"), "{refused:?}");
    let applied = Db::applied(&data(), store::migrations::DATA).await.unwrap();
    assert_eq!(applied, store::migrations::DATA.len() - 1);
    place.command(&["migrate", "--without-backup"]).await.held();
}

#[tokio::test(flavor = "multi_thread")]
async fn any_moment_since_a_point_can_be_restored() {
    let place = Place::new().with(&["--backup-hours", "1"]);
    let server = place.start().await;
    let person = server.person().to_owned();
    // The first point is made by hand: the stream waits for its key, and begins with it.
    place.command(&["backup", "now"]).await.held();
    let state = place.data().join("data/scratch/stream.json");
    wait_for(&place, || state.exists()).await;
    let path = |day: u32| format!("/v1/persons/{person}/records/cycle-day/2019-01-{day:02}");
    let before = records(&place, &person).await;
    let continuous = ["check", "backup.continuous", "--json", "--prove"];
    let measured = place.command(&continuous).await.held();
    assert_eq!(measured.json()[0]["state"], "kept", "{measured:?}");
    // Commands beside the server may break the chain; a point is made that the present one goes on from.
    for tries in 0.. {
        place.command(&["backup", "now"]).await.held();
        tokio::time::sleep(Duration::from_secs(2)).await;
        let shown = place.command(&["backup", "show", "--json"]).await.held();
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now: Value = serde_json::from_slice(&std::fs::read(&state).unwrap()).unwrap();
        if shown.json()["manifest"]["stream"]["chain"] == now["chain"] {
            break;
        }
        assert!(tries < 5, "{now}");
    }
    let mut moments = Vec::new();
    for day in 1..=4 {
        let body = serde_json::json!({ "date": format!("2019-01-{day:02}"), "flow": "light" });
        let put = server.put(&path(day), &body).await;
        assert!(put.status().is_success(), "{put:?}");
        tokio::time::sleep(Duration::from_secs(3)).await;
        moments.push(jiff::Timestamp::now());
    }
    // Somebody new, whose keys are in no generation that a point made.
    let new = server
        .ask(Method::POST, "/v1/persons")
        .json(&serde_json::json!({}))
        .send()
        .await
        .unwrap();
    let new: Value = new.json().await.unwrap();
    let new = new["person"]
        .as_str()
        .unwrap_or_else(|| panic!("{new}"))
        .to_owned();
    let body = serde_json::json!({ "date": "2019-01-09", "flow": "light" });
    let put = server
        .put(
            &format!("/v1/persons/{new}/records/cycle-day/2019-01-09"),
            &body,
        )
        .await;
    assert!(put.status().is_success(), "{put:?}");
    tokio::time::sleep(Duration::from_secs(3)).await;
    server.stop().await;
    for (at, days) in [(moments[1].to_string(), 2), ("now".to_owned(), 4)] {
        let to = place.path(&format!("restored-{days}"));
        let to = to.to_str().unwrap();
        let restored = place
            .command(&["restore", "--at", &at, "--to", to, "--json"])
            .await
            .held();
        let said = restored.json();
        assert!(said["forwarded"]["pieces"].as_u64().unwrap() > 0, "{said}");
        let again = Place::on(to.into());
        assert_eq!(records(&again, &person).await, before + days);
        let verified = again.command(&["log", "verify"]).await;
        assert_eq!(verified.code, Some(0), "{verified:?}");
        if days == 4 {
            // It opens: the key came as well.
            let file = place.path("new.zip");
            let export = ["export", &new, "--to", file.to_str().unwrap()];
            let exported = again.command(&export).await.held();
            assert!(file.is_file(), "{exported:?}");
        }
    }
    let wrong = place
        .command(&["restore", "--at", "yesterday", "--to", "x"])
        .await;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}

/// How many records a person has, by what would go with them.
pub async fn records(place: &Place, person: &str) -> u64 {
    let said = place.command(&["erase", person]).await.talk;
    let words = said.lines().filter_map(|line| line.split_once(": "));
    let mut counts = words.filter_map(|(_, rest)| rest.split(' ').next()?.parse().ok());
    let count = counts.next();
    count.unwrap_or_else(|| panic!("{said}"))
}

pub async fn wait_for(place: &Place, there: impl Fn() -> bool) {
    let began = Instant::now();
    while !there() {
        assert!(began.elapsed() < BY_THE_CLOCK_MAX, "{}", place.words());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

//! Recovery points destroyed before their time: by two people, after a delay, and not by the configuration either.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, FixedClock};
use continuity::Silent;
use http::Method;
use policy::Role;
use serde_json::{Value, json};
use server::backup::{self, run};
use store::Sql;

use crate::house::{ACME, Got, House, OTHER, on_each_engine, staff};
use crate::pages::{look, press, staffed};

const HOUR: Duration = Duration::from_secs(3600);
const PLACE: &str = "/v1/continuity/destructions";

async fn propose(house: &House, who: &str, body: &Value) -> Got {
    house
        .ask(Method::POST, PLACE)
        .by(who)
        .json(body)
        .send()
        .await
}

async fn agree(house: &House, who: &str, id: &str) -> Got {
    let path = format!("{PLACE}/{id}/agreement");
    house.ask(Method::POST, path).by(who).send().await
}

async fn cancel(house: &House, who: &str, id: &str) -> Got {
    let path = format!("{PLACE}/{id}");
    house.ask(Method::DELETE, path).by(who).send().await
}

fn id(got: &Got) -> String {
    got.json()["destruction"].as_str().unwrap().to_owned()
}

/// One that waits for its second person.
pub async fn proposed(house: &House) -> String {
    let body = json!({ "all": true, "reason": "moved" });
    let asked = propose(house, &staff(ACME, Role::Operator, 40), &body).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    id(&asked)
}

async fn by_clock(house: House) -> (House, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(house.place.clock.now()));
    let house = house.reopened_by(Arc::clone(&clock) as _).await;
    (house, clock)
}

async fn point(house: &House) -> String {
    let made = run::point(&house.place, None, Arc::new(Silent)).await;
    made.unwrap().unwrap().line.name
}

/// The names of the points that there are, newest first.
async fn points(house: &House) -> Vec<String> {
    let repository = backup::repository(&house.place.config).unwrap();
    let points = repository.points().await.unwrap();
    points.into_iter().map(|it| it.name).collect()
}

async fn prune(house: &House) -> usize {
    let pruned = run::prune(&house.place, Arc::new(Silent)).await;
    pruned.unwrap().gone.len()
}

static TOLD: Sql = Sql::both("SELECT count(*) FROM job WHERE kind = 'access.notice'");

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_two_and_a_delay() {
    on_each_engine(async |house| {
        let (house, clock) = by_clock(house).await;
        let first = point(&house).await;
        clock.pass(HOUR);
        let second = point(&house).await;
        clock.pass(HOUR);
        let (one, other) = (staff(ACME, Role::Security, 1), staff(ACME, Role::Owner, 2));
        let body = json!({ "points": [first], "reason": "key_leaked" });

        // A bare token is nobody who could be told from another; another tenant's staff does not decide; a short name is none.
        let bare = propose(&house, house.token(ACME, Role::Security), &body).await;
        assert_eq!((bare.status, bare.code().as_str()), (403, "policy.account"));
        let elsewhere = propose(&house, &staff(OTHER, Role::Owner, 1), &body).await;
        assert_eq!(
            (elsewhere.status, elsewhere.code().as_str()),
            (403, "access.elsewhere")
        );
        let short = json!({ "points": [&first[..8]], "reason": "order" });
        assert_eq!(propose(&house, &one, &short).await.status, 400);
        let told = house.number(&TOLD).await;
        let asked = propose(&house, &one, &body).await;
        assert_eq!(asked.status, 201, "{}", asked.text());
        // Owners, security engineers and operators of both tenants.
        assert_eq!(house.number(&TOLD).await - told, 6);
        let it = id(&asked);

        // Not by the one who proposed it, in no role; and nobody prunes it meanwhile.
        for role in [Role::Security, Role::Owner] {
            let own = agree(&house, &staff(ACME, role, 1), &it).await;
            assert_eq!((own.status, own.code().as_str()), (403, "policy.own"));
        }
        let operator = agree(&house, &staff(ACME, Role::Operator, 3), &it).await;
        assert_eq!(operator.status, 403);
        clock.pass(HOUR * 100);
        assert_eq!(prune(&house).await, 0);

        let agreed = agree(&house, &other, &it).await;
        assert_eq!(agreed.status, 200, "{}", agreed.text());
        assert_eq!(agreed.json()["state"], "waits");
        let due = clock.now().after(HOUR * 72).to_string();
        assert_eq!(agreed.json()["due_at"], due);
        let twice = agree(&house, &staff(ACME, Role::Security, 5), &it).await;
        assert_eq!(
            (twice.status, twice.code().as_str()),
            (409, "access.decided")
        );
        clock.pass(HOUR * 71);
        assert_eq!(prune(&house).await, 0, "not before its time");
        assert_eq!(points(&house).await.len(), 2);
        clock.pass(HOUR * 2);
        assert_eq!(prune(&house).await, 1);
        assert_eq!(points(&house).await, [second]);
        let list = house.ask(Method::GET, PLACE).by(&other).send().await.json();
        assert_eq!(list["destructions"][0]["state"], "done");
        assert_eq!(list["destructions"][0]["gone"], 1);
        let late = cancel(&house, &one, &it).await;
        assert_eq!((late.status, late.code().as_str()), (409, "access.decided"));
        // Another tenant sees that it was done, and not by whom.
        let theirs = house
            .ask(Method::GET, PLACE)
            .by(&staff(OTHER, Role::Owner, 1));
        let theirs = theirs.send().await.json();
        assert_eq!(theirs["destructions"][0]["state"], "done");
        assert!(theirs["destructions"][0]["agreed"][0]["by"].is_null());
        assert_eq!(theirs["decides"], false);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn either_calls_it_off_and_what_nobody_agrees_to_lapses() {
    on_each_engine(async |house| {
        let (house, clock) = by_clock(house).await;
        point(&house).await;
        let (one, other) = (staff(ACME, Role::Operator, 1), staff(ACME, Role::Owner, 2));
        let all = json!({ "all": true, "reason": "moved" });
        for who in [&one, &other] {
            let it = id(&propose(&house, &one, &all).await);
            assert_eq!(agree(&house, &other, &it).await.status, 200);
            clock.pass(HOUR * 71);
            let off = cancel(&house, who, &it).await;
            assert_eq!(
                (off.status, &off.json()["state"]),
                (200, &json!("cancelled"))
            );
            clock.pass(HOUR * 10);
            assert_eq!(prune(&house).await, 0);
            let third = staff(ACME, Role::Security, 7);
            assert_eq!(agree(&house, &third, &it).await.status, 409);
        }
        let it = id(&propose(&house, &one, &all).await);
        clock.pass(HOUR * 24 * 15);
        let late = agree(&house, &other, &it).await;
        assert_eq!((late.status, late.code().as_str()), (409, "access.decided"));
        assert_eq!(points(&house).await.len(), 1);

        // All of them, the newest too; what is made after the proposal stays.
        let it = id(&propose(&house, &one, &all).await);
        agree(&house, &other, &it).await;
        clock.pass(HOUR);
        let newest = point(&house).await;
        clock.pass(HOUR * 73);
        assert_eq!(prune(&house).await, 1);
        assert_eq!(points(&house).await, [newest]);
        let operator = house.log_size("operator").await;
        let last = house.entry("operator", operator - 1).await;
        assert_eq!(last["action"], "destruction.do", "{last}");
    })
    .await;
}

/// Whoever can write the configuration destroys nothing by it: fewer days count after the same delay, and everybody is told.
#[tokio::test(flavor = "multi_thread")]
async fn fewer_days_count_later() {
    let (house, clock) = by_clock(House::over_sqlite().await).await;
    point(&house).await;
    assert_eq!(prune(&house).await, 0);
    clock.pass(HOUR * 24 * 10);
    let newest = point(&house).await;
    let file = house.folder().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let fewer = text.replace("[backup]\n", "[backup]\nkeep_days = 1\n");
    std::fs::write(&file, fewer).unwrap();
    let house = house.reopened_by(Arc::clone(&clock) as _).await;
    static SHORTER: Sql = Sql::both(
        "SELECT count(*) FROM job WHERE kind = 'access.notice' AND CAST(payload AS TEXT) LIKE '%keep_shortened%'",
    );
    for hours in [0, 71] {
        clock.pass(HOUR * hours);
        assert_eq!(prune(&house).await, 0, "after {hours} hours");
    }
    assert_eq!(house.number(&SHORTER).await, 6, "once");
    clock.pass(HOUR);
    assert_eq!(prune(&house).await, 1);
    assert_eq!(points(&house).await, [newest]);
}

/// On the console: proposed by one, agreed to by another, called off by the first.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_done_on_the_console() {
    const LIST: &str = "/console/continuity/destructions";
    let house = House::over_sqlite().await;
    let mut owner = staffed(&house, Role::Owner).await;
    let mut security = staffed(&house, Role::Security).await;
    let new = format!("{LIST}/new");
    let none = press(&house, &mut owner, &new, &new, "points=short&reason=order").await;
    assert!(none.text().contains("64 characters"), "{}", none.text());
    let sent = press(&house, &mut owner, &new, &new, "points=&reason=order").await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let own = look(&house, &mut owner, LIST).await.text();
    assert!(
        own.contains("Waits for somebody else") && !own.contains("/agreement"),
        "{own}"
    );
    let theirs = look(&house, &mut security, LIST).await.text();
    let (_, rest) = theirs
        .split_once("action=\"/console/continuity/destructions/")
        .unwrap();
    let it = rest.split('/').next().unwrap().to_owned();
    let path = format!("{LIST}/{it}/agreement");
    let agreed = press(&house, &mut security, LIST, &path, "").await;
    assert_eq!(agreed.status, 303, "{}", agreed.text());
    let waits = look(&house, &mut owner, LIST).await.text();
    assert!(waits.contains("Waits for its time"), "{waits}");
    let off = press(&house, &mut owner, LIST, &format!("{LIST}/{it}/cancel"), "").await;
    assert_eq!(off.status, 303, "{}", off.text());
    assert!(
        look(&house, &mut owner, LIST)
            .await
            .text()
            .contains("Stopped")
    );
}

/// At the machine it is proposed only: nobody there can be told from another.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_the_machine_proposes_only() {
    let place = crate::running::Place::new();
    place.start().await.stop().await;
    place.command(&["backup", "now"]).await.held();
    let unsaid = place.command(&["backup", "destroy", "latest"]).await;
    assert_eq!(unsaid.code, Some(2), "{unsaid:?}");
    let nobody = place
        .command(&["backup", "destroy", "0badc0de", "--reason", "order"])
        .await;
    assert_eq!(nobody.code, Some(1), "{nobody:?}");
    let said = ["backup", "destroy", "latest", "--reason", "order", "--json"];
    let proposed = place.command(&said).await.held().json();
    let id = proposed["destruction"].as_str().unwrap();
    assert_eq!(proposed["points"].as_array().unwrap().len(), 1);
    let listed = place
        .command(&["backup", "destroy", "--list", "--json"])
        .await;
    assert_eq!(listed.held().json()[0]["agreed"], 0, "it takes two others");
    place.command(&["backup", "prune"]).await.held();
    let off = ["backup", "destroy", "--cancel", id];
    place.command(&off).await.held();
    assert_eq!(place.command(&off).await.code, Some(1));
    let points = place.command(&["backup", "list", "--json"]).await.held();
    assert!(!points.json().as_array().unwrap().is_empty());
}

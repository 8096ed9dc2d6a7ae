//! What is past its time goes, with a log entry and a report; what is held stays.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, FixedClock, PersonId};
use http::Method;
use policy::{PersonAt, RetentionOf, Role, Verb, decide};
use serde_json::{Value, json};
use server::clock::SystemClock;
use server::{erasures, jobs, retention};
use store::Sql;
use vault::retention::{Mode, RunId};

use crate::house::{ACME, Got, House, OTHER, on_each_engine, staff};

const DAY: Duration = Duration::from_hours(24);

static SLIPS: Sql = Sql::both("SELECT count(*) FROM record WHERE collection = 'slip'");
static VERSIONS: Sql = Sql::both(
    "SELECT count(*) FROM record_history WHERE collection = 'slip' AND sealed IS NOT NULL",
);
static INDEXED: Sql = Sql::both("SELECT count(*) FROM record_index WHERE collection = 'slip'");
static SHEETS: Sql = Sql::both("SELECT count(*) FROM record WHERE collection = 'sheet'");

/// A hold that a compliance officer places: its id.
pub async fn hold(house: &House, body: &Value) -> String {
    let got = place(house, body).await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["hold"].as_str().unwrap().to_owned()
}

async fn place(house: &House, body: &Value) -> Got {
    let ask = house.ask(Method::POST, "/v1/holds");
    ask.by(&staff(ACME, Role::Compliance, 9))
        .json(body)
        .send()
        .await
}

pub async fn lift(house: &House, hold: &str) -> Got {
    let ask = house.ask(Method::DELETE, format!("/v1/holds/{hold}"));
    ask.by(&staff(ACME, Role::Compliance, 9)).send().await
}

/// The house with a clock that the test moves.
async fn by_clock(house: House) -> (House, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(SystemClock.now()));
    let house = house.reopened_by(Arc::clone(&clock) as _).await;
    (house, clock)
}

fn slip(person: PersonId, name: &str) -> String {
    format!("/v1/persons/{person}/records/slip/{name}")
}

async fn write(house: &House, path: &str, word: &str) {
    let (_, token) = house.new_token(ACME, Role::App, None, DAY).await;
    let ask = house.ask(Method::PUT, path).by(&token);
    let got = ask.json(&json!({ "word": word })).send().await;
    assert!(matches!(got.status, 200 | 201), "{}", got.text());
}

async fn read(house: &House, path: &str) -> Got {
    let (_, token) = house.new_token(ACME, Role::App, None, DAY).await;
    let ask = house.ask(Method::GET, path).by(&token);
    ask.purpose("TREAT").send().await
}

async fn report(house: &House) -> Value {
    let ask = house.ask(Method::GET, "/v1/retention");
    let got = ask.by(&staff(ACME, Role::Compliance, 9)).send().await;
    assert_eq!(got.status, 200, "{}", got.text());
    got.json()
}

/// The last entries of acme's log, newest first.
async fn last(house: &House, count: u64) -> Vec<Value> {
    let size = house.log_size(ACME).await;
    let mut entries = Vec::new();
    for index in (size - count..size).rev() {
        entries.push(house.entry(ACME, index).await);
    }
    entries
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_past_its_time_goes_and_the_rest_stays() {
    on_each_engine(async |house| {
        let (house, clock) = by_clock(house).await;
        let tenant = ACME.parse().unwrap();
        let person = house.person(ACME);
        write(&house, &slip(person, "a"), "first").await;
        write(&house, &slip(person, "a"), "second").await;
        let sheet = format!("/v1/persons/{person}/records/sheet/one");
        let put = house.put(&sheet, &json!({ "pulse": 60 })).await;
        assert_eq!(put.status, 201, "{}", put.text());
        clock.pass(DAY * 29);
        write(&house, &slip(person, "b"), "third").await;
        let run = retention::run_now(&house.place, &tenant).await.unwrap();
        assert_eq!((run.found["slip"].kept, run.found["slip"].over), (2, 0));

        // A minute past thirty days: gone with every version and whatever leads to it.
        clock.pass(DAY + Duration::from_mins(1));
        let now = clock.now();
        let seen = retention::survey(&house.place, &tenant, now).await.unwrap();
        assert_eq!((seen["slip"].kept, seen["slip"].over), (1, 1));
        assert_eq!(house.number(&SLIPS).await, 2, "a look changes nothing");
        let run = retention::run_now(&house.place, &tenant).await.unwrap();
        assert_eq!((run.found["slip"].kept, run.found["slip"].over), (1, 1));
        assert!(run.ended_at.is_some());
        let left = [&SLIPS, &VERSIONS, &INDEXED, &SHEETS];
        let mut counts = Vec::new();
        for sql in left {
            counts.push(house.number(sql).await);
        }
        assert_eq!(counts[0..2], [1, 0], "{counts:?}");
        assert!(counts[2] >= 1, "the other one is found still: {counts:?}");
        assert_eq!(counts[3], 1, "what has no end stays");
        assert_eq!(read(&house, &slip(person, "a")).await.status, 410);
        assert_eq!(
            read(&house, &slip(person, "b")).await.json(),
            json!({ "word": "third" })
        );

        let entries = last(&house, 12).await;
        let destroyed: Vec<_> = entries
            .iter()
            .filter(|it| it["action"] == "retention.destroy")
            .collect();
        let about = destroyed.iter().find(|it| it["collection"] == "slip");
        let about = about.unwrap();
        assert_eq!(
            (&about["count"], &about["outcome"]),
            (&json!(1), &json!("ok"))
        );
        assert!(about["person"].is_string());
        assert!(
            !about.to_string().contains(&person.to_string()),
            "it names nobody"
        );
        let pass = destroyed.iter().find(|it| it["collection"].is_null());
        assert_eq!(pass.unwrap()["subject"], about["subject"]);

        let said = report(&house).await;
        assert_eq!(said["limits"]["slip"], "30d");
        assert_eq!(said["limits"]["sheet"], "until-erased");
        assert_eq!(said["runs"][0]["found"]["slip"]["destroyed"], 1, "{said}");
        let again = retention::run_now(&house.place, &tenant).await.unwrap();
        assert_eq!(again.found["slip"].over, 0, "once");
    })
    .await;
}

/// The day's pass is in the queue once, however many nodes put it there; a change begins the time anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_pass_a_day_by_the_queue() {
    on_each_engine(async |house| {
        let (house, clock) = by_clock(house).await;
        let person = house.person(ACME);
        write(&house, &slip(person, "old"), "one").await;
        write(&house, &slip(person, "changed"), "one").await;
        clock.pass(DAY * 20);
        write(&house, &slip(person, "changed"), "two").await;
        clock.pass(DAY * 15);
        let post = server::post::open(None).unwrap();
        for _ in 0..3 {
            retention::begin(&house.place).await.unwrap();
            while jobs::round(&house.place, &*post).await > 0 {}
        }
        assert_eq!(house.number(&SLIPS).await, 1);
        assert_eq!(read(&house, &slip(person, "old")).await.status, 410);
        assert_eq!(read(&house, &slip(person, "changed")).await.status, 200);
        static RUNS: Sql = Sql::both(
            "SELECT count(*) FROM retention_run WHERE tenant = 'acme' AND ended_at IS NOT NULL",
        );
        assert_eq!(house.number(&RUNS).await, 1, "once a day");
        clock.pass(DAY);
        retention::begin(&house.place).await.unwrap();
        while jobs::round(&house.place, &*post).await > 0 {}
        assert_eq!(house.number(&RUNS).await, 2);
    })
    .await;
}

/// Cut off after each person, and gone on with: every one is met once.
#[tokio::test(flavor = "multi_thread")]
async fn a_pass_is_gone_on_with_where_it_was_cut_off() {
    on_each_engine(async |house| {
        let (house, clock) = by_clock(house).await;
        let tenant: base::TenantId = ACME.parse().unwrap();
        for _ in 0..3 {
            let person = house.new_person(ACME).await;
            for name in ["one", "two"] {
                write(&house, &slip(person, name), name).await;
            }
        }
        clock.pass(DAY * 31);
        let (ctx, system) = house.place.local(&tenant, "test");
        let thing = RetentionOf {
            tenant: tenant.clone(),
        };
        let allowed = decide(&ctx, &system, Verb::Delete, thing).unwrap();
        let limits = retention::limits(&house.place, ctx.now);
        let run = RunId::random(&*house.place.rng);
        let (mut after, mut slices) = (None, 0);
        loop {
            let mode = Mode::Destroy(run);
            let vault = &house.place.vault;
            let slice = vault.sweep(&ctx, &allowed, &limits, after, mode, 1).await;
            let slice = slice.unwrap();
            slices += 1;
            assert!(slices < 30, "it ends");
            if slice.is_last {
                break;
            }
            after = slice.done_to;
        }
        assert!(slices > 3, "it was cut off: {slices}");
        assert_eq!(house.number(&SLIPS).await, 0);
        static DESTROYED: Sql = Sql::both(
            "SELECT CAST(sum(destroyed) AS BIGINT) FROM retention_tally WHERE collection = 'slip'",
        );
        assert_eq!(house.number(&DESTROYED).await, 6, "each is counted once");
    })
    .await;
}

/// A hold on a person stops everything that would destroy something of theirs, tells nobody why, and lets go when it is lifted.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_stays_and_nobody_is_told_why() {
    on_each_engine(async |house| {
        let (house, clock) = by_clock(house).await;
        let tenant: base::TenantId = ACME.parse().unwrap();
        let person = house.person(ACME);
        write(&house, &slip(person, "kept"), "one").await;
        let uploaded = house.upload(person, "x.pdf", vec![1; 100]).await.json();
        let file = format!(
            "/v1/persons/{person}/files/{}",
            uploaded["file"].as_str().unwrap()
        );
        let body = json!({ "on": "person", "person": person, "reason": "the thistle case" });
        let held = hold(&house, &body).await;
        let entries = last(&house, 1).await;
        assert_eq!(entries[0]["action"], "hold.place");
        assert!(entries[0]["person"].is_string() && entries[0]["subject"] == held.as_str());

        for path in [slip(person, "kept"), file, format!("/v1/persons/{person}")] {
            let got = house.delete(&path).await;
            assert_eq!(
                (got.status, got.code().as_str()),
                (409, "hold.held"),
                "{path}: {}",
                got.text()
            );
        }
        let own = |method: Method, rest: &str| {
            house
                .ask(method, format!("/v1/persons/{person}/erasures{rest}"))
                .by(house.token(ACME, Role::Person))
        };
        let plan = own(Method::GET, "/plan").send().await;
        assert_eq!(plan.json()["held"], true, "{}", plan.text());
        assert!(
            plan.json()["stays"][0]["why"]
                .as_str()
                .unwrap()
                .contains("legal hold")
        );
        assert!(!plan.text().contains("thistle"));
        let asked = own(Method::POST, "")
            .json(&json!({ "now": true }))
            .send()
            .await;
        assert_eq!(
            (asked.status, &asked.json()["held"], &asked.json()["state"]),
            (202, &json!(true), &json!("waiting")),
            "{}",
            asked.text()
        );
        assert_eq!(erasures::carry_out(&house.place).await.unwrap(), 0);

        // Past everything that looks before: the commit itself refuses, and nothing was begun.
        let (ctx, system) = house.place.local(&tenant, "test");
        let thing = PersonAt {
            tenant: tenant.clone(),
            person: Some(person),
        };
        let allowed = decide(&ctx, &system, Verb::Delete, thing).unwrap();
        let refused = house
            .place
            .vault
            .erase_person(&ctx, &allowed, store::WriteSet::new())
            .await;
        assert!(
            matches!(refused, Err(vault::VaultError::Held)),
            "{refused:?}"
        );
        static ACTIVE: Sql = Sql::both("SELECT count(*) FROM person WHERE state <> 0");
        assert_eq!(house.number(&ACTIVE).await, 0);

        clock.pass(DAY * 40);
        let run = retention::run_now(&house.place, &tenant).await.unwrap();
        assert_eq!((run.found["slip"].held, run.found["slip"].over), (1, 0));
        assert_eq!(report(&house).await["holds_in_force"], 1);

        assert_eq!(lift(&house, &held).await.status, 200);
        assert_eq!(lift(&house, &held).await.code(), "hold.not_found");
        let run = retention::run_now(&house.place, &tenant).await.unwrap();
        assert_eq!((run.found["slip"].held, run.found["slip"].over), (0, 1));
        assert_eq!(erasures::carry_out(&house.place).await.unwrap(), 1);
        let left = server::leftovers::search(&house.place, &tenant, person).await;
        let left = left.unwrap().unwrap();
        assert!(left.is_clean(), "{left:?}");
    })
    .await;
}

/// A hold on a collection stops what is in it, and an erasure only of who has something there; one with an end ends.
#[tokio::test(flavor = "multi_thread")]
async fn holds_on_collections_and_on_everything() {
    on_each_engine(async |house| {
        let (house, clock) = by_clock(house).await;
        let tenant: base::TenantId = ACME.parse().unwrap();
        let (has, has_not) = (house.new_person(ACME).await, house.new_person(ACME).await);
        write(&house, &slip(has, "one"), "one").await;
        let until = clock.now().after(DAY * 50).to_string();
        let body =
            json!({ "on": "collection", "collection": "slip", "reason": "audit", "until": until });
        hold(&house, &body).await;
        assert_eq!(house.delete(format!("/v1/persons/{has}")).await.status, 409);
        assert_eq!(
            house.delete(format!("/v1/persons/{has_not}")).await.status,
            200
        );
        assert_eq!(house.delete(slip(has, "one")).await.code(), "hold.held");
        clock.pass(DAY * 40);
        let run = retention::run_now(&house.place, &tenant).await.unwrap();
        assert_eq!(run.found["slip"].held, 1);
        clock.pass(DAY * 11);
        let run = retention::run_now(&house.place, &tenant).await.unwrap();
        assert_eq!((run.found["slip"].held, run.found["slip"].over), (0, 1));

        hold(&house, &json!({ "on": "tenant", "reason": "everything" })).await;
        let (_, token) = house.new_token(ACME, Role::App, None, DAY).await;
        let erase = house.ask(Method::DELETE, format!("/v1/persons/{has}"));
        assert_eq!(erase.by(&token).send().await.code(), "hold.held");
        // The neighbour is none of it.
        let theirs = house.person(OTHER);
        let (_, token) = house.new_token(OTHER, Role::App, None, DAY).await;
        let erase = house.ask(Method::DELETE, format!("/v1/persons/{theirs}"));
        assert_eq!(erase.by(&token).send().await.status, 200);

        let late = json!({ "on": "tenant", "reason": "x", "until": "2020-01-01T00:00:00Z" });
        for wrong in [
            json!({ "on": "tenant", "reason": " " }),
            json!({ "on": "tenant", "reason": "x".repeat(2001) }),
            json!({ "on": "everything", "reason": "x" }),
            json!({ "on": "person", "reason": "x" }),
            late,
        ] {
            let got = place(&house, &wrong).await;
            assert_eq!(
                (got.status, got.code().as_str()),
                (400, "hold.body"),
                "{wrong}"
            );
        }
        let nobody = json!({ "on": "person", "person": PersonId::COMMONS, "reason": "x" });
        assert_eq!(place(&house, &nobody).await.status, 404);
        let nothing = json!({ "on": "collection", "collection": "none", "reason": "x" });
        assert_eq!(place(&house, &nothing).await.status, 404);
        let card = json!({ "on": "tenant", "reason": "4242 4242 4242 4242" });
        assert_eq!(place(&house, &card).await.code(), "card.refused");
    })
    .await;
}

/// The commands, beside a running server: a hold that is placed there stops what the server is asked to delete.
#[tokio::test(flavor = "multi_thread")]
async fn holds_retention_and_processing_by_command() {
    let place = crate::running::Place::new();
    let server = place.start().await;
    let person = server.person().to_owned();
    let reason = place.path("reason");
    std::fs::write(&reason, "the thistle case").unwrap();
    let file = ["--reason-file", reason.to_str().unwrap()];
    let nothing = place
        .command(&[&["hold", "place"][..], &file].concat())
        .await;
    assert_eq!(nothing.code, Some(2), "on what? {nothing:?}");
    let placing = [&["hold", "place", "--json", "--person", &person][..], &file].concat();
    let placed = place.command(&placing).await.held().json();
    let hold = placed["hold"].as_str().unwrap().to_owned();
    let path = format!("/v1/persons/{person}");
    let refused = server.ask(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 409);
    assert!(!refused.text().await.unwrap().contains("thistle"));
    let erase = place.command(&["erase", &person, "--yes"]).await;
    assert_eq!(erase.code, Some(1), "{erase:?}");
    let listed = place
        .command(&["hold", "list", "--json"])
        .await
        .held()
        .json();
    assert_eq!(listed["holds"][0]["reason"], "the thistle case", "{listed}");
    let report = place
        .command(&["retention", "report", "--json"])
        .await
        .held();
    assert_eq!(report.json()["holds_in_force"], 1, "{report:?}");
    let said = place.command(&["retention", "report"]).await.held();
    assert!(said.data.starts_with("COLLECTION"), "{said:?}");
    assert!(said.talk.contains("1 legal holds are in force"), "{said:?}");
    place
        .command(&["retention", "run", "--dry-run"])
        .await
        .held();
    let run = place
        .command(&["retention", "run", "--json"])
        .await
        .held()
        .json();
    assert!(run["ended_at"].is_string(), "{run}");
    place.command(&["hold", "lift", &hold]).await.held();
    let twice = place.command(&["hold", "lift", &hold]).await;
    assert_eq!(twice.code, Some(1), "{twice:?}");
    let erased = server.ask(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(erased.status().as_u16(), 200);

    let records = place.command(&["processing", "--json"]).await.held().json();
    assert_eq!(records["format"], "strongroom-processing/1");
    let used = |it: &&Value| it["in_use"] == true;
    assert!(
        records["activities"]
            .as_array()
            .unwrap()
            .iter()
            .filter(used)
            .count()
            > 2
    );
    let table = place.command(&["processing", "--csv"]).await.held().data;
    assert!(table.starts_with("\u{feff}controller,contact,"), "{table}");
    let said = place.command(&["processing"]).await.held().data;
    assert!(
        said.contains("controller: not named in the configuration"),
        "{said}"
    );
    server.stop().await;
}

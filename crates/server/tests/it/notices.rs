//! Who is told of what concerns them: by letter, in their language, once.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use base::{AccountId, Clock, FixedClock};
use http::Method;
use identity::mail::{Letter, Post, PostError};
use identity::{Kind, Language, NewAccount};
use parking_lot::Mutex;
use policy::Role;
use serde_json::json;
use server::clock::SystemClock;
use store::jobs::{Dedupe, JobId, NewJob, enqueue};
use store::{Sql, WriteSet};

use crate::accounts;
use crate::house::{ACME, House, account, on_each_engine, staff};

/// To whom, in which language, the whole text.
pub(crate) type Sent = (String, &'static str, String);

/// A post that keeps what it took: to whom, in which language, the whole text.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<Sent>>>);

impl Post for Kept {
    fn send<'a>(
        &'a self,
        letter: &'a Letter,
    ) -> Pin<Box<dyn Future<Output = Result<(), PostError>> + Send + 'a>> {
        Box::pin(async move {
            let text = format!("{}\n{}", letter.subject, letter.text);
            self.0
                .lock()
                .push((letter.to.clone(), letter.language, text));
            Ok(())
        })
    }
}

impl Kept {
    /// Do all that is due, and take what was sent.
    pub(crate) async fn take(&self, house: &House) -> Vec<Sent> {
        while server::jobs::round(&house.place, self).await > 0 {}
        let mut taken = std::mem::take(&mut *self.0.lock());
        taken.sort();
        taken
    }
}

async fn somebody(house: &House, email: &str, role: Role, language: Language) -> AccountId {
    let (ctx, _) = house.place.local(&ACME.parse().unwrap(), "test");
    let new = NewAccount {
        kind: Kind::Staff,
        role,
        person: None,
        email: email.parse().unwrap(),
        name: "Dagny Halvorsen".parse().unwrap(),
        language,
    };
    let password = base::Secret::new(accounts::PASSWORD.to_owned());
    let added = house.place.identity.add(&ctx, &new, &password).await;
    let account = added.unwrap();
    house.appoint(ACME, account, role).await;
    account
}

fn subjects(letters: &[Sent]) -> Vec<(&str, &str)> {
    letters
        .iter()
        .map(|(to, _, text)| (to.as_str(), text.lines().next().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_told_to_the_person_and_to_who_watches() {
    on_each_engine(async |house| {
        let post = Kept::default();
        somebody(&house, "owner@fjord.example", Role::Owner, Language::De).await;
        let guard = somebody(&house, "guard@fjord.example", Role::Support, Language::Fr).await;
        house.appoint(ACME, guard, Role::Security).await;
        somebody(&house, "else@fjord.example", Role::Support, Language::En).await;
        let (_, person) = accounts::account(&house, ACME, "ada@fjord.example", Role::Person).await;
        post.take(&house).await;

        let body =
            json!({ "person": person.unwrap(), "reason": "emergency_care", "note": "ward seven" });
        let ask =
            house
                .ask(Method::POST, "/v1/access/break-glass")
                .by(&staff(ACME, Role::Clinician, 5));
        let opened = ask.json(&body).send().await;
        assert_eq!(opened.status, 201, "{}", opened.text());
        let letters = post.take(&house).await;
        assert_eq!(
            subjects(&letters),
            [
                (
                    "ada@fjord.example",
                    "Dina uppgifter öppnades i en nödsituation"
                ),
                (
                    "guard@fjord.example",
                    "Les données d’une personne ont été ouvertes en urgence"
                ),
                (
                    "owner@fjord.example",
                    "In einem Notfall wurden Daten einer Person geöffnet"
                ),
            ]
        );
        for (_, _, text) in &letters {
            for hidden in ["Dagny", "ward", &person.unwrap().to_string()] {
                assert!(!text.contains(hidden), "{text}");
            }
        }
        assert!(
            letters[1]
                .2
                .contains("https://strongroom.test/console/break-glass")
        );
        assert!(post.take(&house).await.is_empty(), "once");

        // A person without an account is told by nobody; the job is done all the same.
        let body = json!({ "person": house.person(ACME), "reason": "safety" });
        let ask =
            house
                .ask(Method::POST, "/v1/access/break-glass")
                .by(&staff(ACME, Role::Clinician, 6));
        assert_eq!(ask.json(&body).send().await.status, 201);
        assert_eq!(post.take(&house).await.len(), 2);
        assert_eq!(house.number(&UNDONE).await, 0);
    })
    .await;
}

/// Alerts as somebody sees them: what, and about what.
async fn alerts(house: &House, who: &str) -> Vec<(String, String)> {
    let got = house
        .ask(Method::GET, "/v1/access/alerts")
        .by(who)
        .send()
        .await;
    assert_eq!(got.status, 200, "{}", got.text());
    let body = got.json();
    let of = |it: &serde_json::Value| {
        let text = |name: &str| it[name].as_str().unwrap_or("").to_owned();
        (text("what"), text("alert"))
    };
    body["alerts"].as_array().unwrap().iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_waits_until_somebody_takes_note_of_it() {
    on_each_engine(async |house| {
        let post = Kept::default();
        let (owner, guard) = (staff(ACME, Role::Owner, 2), staff(ACME, Role::Security, 3));
        assert!(alerts(&house, &owner).await.is_empty());
        for number in 0..52 {
            let body = json!({ "person": house.person(ACME), "reason": "safety" });
            let ask = house.ask(Method::POST, "/v1/access/break-glass").by(&staff(
                ACME,
                Role::Clinician,
                100 + number,
            ));
            assert_eq!(ask.json(&body).send().await.status, 201);
        }
        post.take(&house).await;
        let open = alerts(&house, &guard).await;
        assert_eq!(
            open.len(),
            50,
            "one for each, however many are told; a page at most"
        );
        assert!(open.iter().all(|(what, _)| what == "glass_opened"));
        let ask = house
            .ask(Method::GET, "/v1/access/alerts?skip=50")
            .by(&owner);
        let rest = ask.send().await.json();
        assert_eq!(rest["alerts"].as_array().unwrap().len(), 2);
        assert!(rest["next"].is_null());

        let path = format!("/v1/access/alerts/{}/close", open[0].1);
        let close = async |who: &str| house.ask(Method::POST, &path).by(who).send().await;
        let clinician = close(&staff(ACME, Role::Clinician, 5)).await;
        assert_eq!(clinician.status, 403, "{}", clinician.text());
        let theirs = close(&staff(crate::house::OTHER, Role::Owner, 2)).await;
        assert_eq!(theirs.status, 404, "{}", theirs.text());
        let closed = close(&owner).await;
        assert_eq!(closed.status, 200, "{}", closed.text());
        let entry = house.entry(ACME, closed.log_index().unwrap()).await;
        assert_eq!(entry["action"], "alert.close");
        let twice = close(&guard).await;
        assert_eq!(
            (twice.status, twice.code().as_str()),
            (404, "access.no_alert")
        );
        let left = alerts(&house, &guard).await;
        assert!(!left.contains(&open[0]));
        for query in ["?skip=x", "?skip=10001", "?skip=-1"] {
            let got = house
                .ask(Method::GET, format!("/v1/access/alerts{query}"))
                .by(&owner);
            assert_eq!(got.send().await.status, 400, "{query}");
        }
        assert!(
            alerts(&house, &staff(crate::house::OTHER, Role::Owner, 2))
                .await
                .is_empty()
        );
    })
    .await;
}

/// Jobs that wait or are dead.
static UNDONE: Sql = Sql::both("SELECT COUNT(*) FROM job WHERE state <> 1 AND kind <> 'alert'");

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_a_role_is_told_and_so_is_its_answer() {
    on_each_engine(async |house| {
        let post = Kept::default();
        let gainer = somebody(&house, "gainer@fjord.example", Role::Support, Language::En).await;
        somebody(&house, "owner@fjord.example", Role::Owner, Language::En).await;
        post.take(&house).await;
        let ask = async |gains: AccountId, role: &str| {
            let body = json!({ "account": gains, "role": role, "reason": "cover" });
            let ask = house.ask(Method::POST, "/v1/access/requests");
            let got = ask.by(&staff(ACME, Role::Support, 1)).json(&body).send();
            let got = got.await;
            assert_eq!(got.status, 201, "{}", got.text());
            got.json()["request"].as_str().unwrap().to_owned()
        };
        let decide = async |request: &str, approve: bool| {
            let path = format!("/v1/access/requests/{request}/decision");
            let ask = house
                .ask(Method::POST, path)
                .by(&staff(ACME, Role::Owner, 2));
            let got = ask.json(&json!({ "approve": approve })).send().await;
            assert_eq!(got.status, 200, "{}", got.text());
        };
        let first = ask(gainer, "compliance").await;
        assert_eq!(
            subjects(&post.take(&house).await),
            [("owner@fjord.example", "Somebody asks for a role")]
        );
        decide(&first, true).await;
        // Account 1, who asked, has no address here.
        assert_eq!(
            subjects(&post.take(&house).await),
            [("gainer@fjord.example", "You were given a role")]
        );
        let tenant = ACME.parse().unwrap();
        let held = house.place.access.live_of(&tenant, gainer);
        let held = held.await.unwrap();
        let held = held.iter().find(|it| it.role == Role::Compliance);
        let held = held.unwrap().id;
        let path = format!("/v1/access/assignments/{held}");
        let ask = house
            .ask(Method::DELETE, path)
            .by(&staff(ACME, Role::Owner, 2));
        let got = ask.send().await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert_eq!(
            subjects(&post.take(&house).await),
            [("gainer@fjord.example", "A role of yours has ended")]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_are_told_before_and_after_they_are_due_and_once() {
    on_each_engine(async |house| {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        let post = Kept::default();
        somebody(&house, "owner@fjord.example", Role::Owner, Language::En).await;
        // Whoever is told holds a role that counts: somebody confirmed the owner's.
        static CONFIRMED: Sql =
            Sql::both("UPDATE role_assignment SET review_due_at = 4000000000000000");
        let set = WriteSet::new().run(&CONFIRMED, vec![]);
        house.place.db.commit(set).await.unwrap();
        somebody(&house, "held@fjord.example", Role::Compliance, Language::It).await;
        house.appoint(ACME, account(7), Role::Support).await;
        let body = json!({ "person": house.person(ACME), "reason": "safety" });
        let ask =
            house
                .ask(Method::POST, "/v1/access/break-glass")
                .by(&staff(ACME, Role::Clinician, 5));
        assert_eq!(ask.json(&body).send().await.status, 201);
        post.take(&house).await;
        let told = async |days: u64| {
            clock.pass(Duration::from_hours(24 * days));
            for _ in 0..3 {
                server::remind(&house.place).await.unwrap();
            }
            post.take(&house).await
        };
        assert!(told(0).await.is_empty());
        assert_eq!(
            subjects(&told(3).await),
            [(
                "owner@fjord.example",
                "An emergency was not reviewed in time"
            )]
        );
        assert!(told(1).await.is_empty());
        assert_eq!(
            subjects(&told(80).await),
            [("owner@fjord.example", "Roles come up for review")],
            "two of one day are one message"
        );
        assert_eq!(
            subjects(&told(6).await),
            [
                ("held@fjord.example", "Il suo ruolo al momento non vale"),
                ("owner@fjord.example", "Roles were not reviewed in time"),
            ]
        );
        assert!(told(1).await.is_empty());
        server::let_fall(&house.place).await.unwrap();
        clock.pass(Duration::from_hours(24 * 14));
        server::let_fall(&house.place).await.unwrap();
        assert_eq!(
            subjects(&post.take(&house).await),
            [("held@fjord.example", "Un suo ruolo è terminato")]
        );
    })
    .await;
}

/// What of an app's comes twice; that it is put into the queue is `identity`'s own to test.
#[tokio::test(flavor = "multi_thread")]
async fn a_used_token_that_comes_again_is_told_to_the_person_and_to_who_registered_the_app() {
    on_each_engine(async |house| {
        let post = Kept::default();
        let maker = somebody(&house, "maker@fjord.example", Role::Developer, Language::En).await;
        somebody(&house, "guard@fjord.example", Role::Security, Language::En).await;
        let (ada, _) = accounts::account(&house, ACME, "ada@fjord.example", Role::Person).await;
        post.take(&house).await;
        let now = house.place.clock.now();
        let payload = json!({
            "app": base::AppId::random(&*house.place.rng), "account": ada, "registrant": maker, "at": now.micros(),
        });
        let job = NewJob {
            tenant: ACME.parse().unwrap(),
            kind: identity::oauth::REUSE_JOB,
            payload: payload.to_string().into_bytes(),
            dedupe: Dedupe::Never,
            due_at: now,
            attempts_max: 3,
        };
        let id = JobId::random(&*house.place.rng);
        let set = WriteSet::new().with(enqueue(id, job, now));
        house.place.db.commit(set).await.unwrap();
        assert_eq!(
            subjects(&post.take(&house).await),
            [
                (
                    "ada@fjord.example",
                    "En apps åtkomst till ditt konto avbröts"
                ),
                ("guard@fjord.example", "An app’s key was used twice"),
                ("maker@fjord.example", "An app’s key was used twice"),
            ]
        );
        let open = alerts(&house, &staff(ACME, Role::Security, 3)).await;
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].0, "app_reuse");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_be_carried_out_is_tried_again_and_then_waits() {
    on_each_engine(async |house| {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        let post = Kept::default();
        let job = NewJob {
            tenant: ACME.parse().unwrap(),
            kind: server::notices::KIND,
            payload: b"thistle".to_vec(),
            dedupe: Dedupe::Never,
            due_at: clock.now(),
            attempts_max: 2,
        };
        let id = JobId::random(&*house.place.rng);
        let set = WriteSet::new().with(enqueue(id, job, clock.now()));
        house.place.db.commit(set).await.unwrap();
        for _ in 0..3 {
            post.take(&house).await;
            clock.pass(Duration::from_mins(1));
        }
        let dead = store::jobs::State::Dead;
        let tenant = ACME.parse().unwrap();
        let dead = store::jobs::list(&house.place.db, &tenant, dead, None, 9).await;
        let dead = dead.unwrap();
        assert_eq!(dead.len(), 1);
        assert_eq!(dead[0].attempts, 2);
        assert!(!dead[0].error.as_ref().unwrap().contains("thistle"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_long_ago_is_forgotten() {
    let house = House::over_sqlite().await;
    let clock = Arc::new(FixedClock::at(SystemClock.now()));
    let house = house.reopened_by(Arc::clone(&clock) as _).await;
    static JOBS: Sql = Sql::both("SELECT COUNT(*) FROM job");
    somebody(&house, "owner@fjord.example", Role::Owner, Language::En).await;
    let post = Kept::default();
    let body = json!({ "person": house.person(ACME), "reason": "safety" });
    let ask =
        house
            .ask(Method::POST, "/v1/access/break-glass")
            .by(&staff(ACME, Role::Clinician, 5));
    assert_eq!(ask.json(&body).send().await.status, 201);
    post.take(&house).await;
    let before = house.number(&JOBS).await;
    server::jobs::forget_done(&house.place).await.unwrap();
    assert_eq!(house.number(&JOBS).await, before);
    clock.pass(Duration::from_hours(24 * 31));
    server::jobs::forget_done(&house.place).await.unwrap();
    assert_eq!(house.number(&JOBS).await, 1, "the alert waits on");
}

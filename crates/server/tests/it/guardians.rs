//! Guardians of minors, and coming of age: who decides until a day, and what of it counts after.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, Ctx, FixedClock, GrantId, PersonId, Purpose, Secret};
use http::Method;
use policy::{Authority, Proven, RecordAt, Role, Scope, Verb, decide};
use serde_json::{Value, json};
use server::clock::SystemClock;
use vault::VaultError;

use crate::accounts::{self, Kept};
use crate::house::{ACME, Got, House, on_each_engine, staff};
use crate::sharing::request;

const DAY: Duration = Duration::from_hours(24);
/// Days until the child decides.
const UNTIL: u32 = 10;

/// The day that is so many days ahead.
pub fn day(house: &House, days: u32) -> String {
    let at = house.place.clock.now().after(DAY * days);
    let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap();
    at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

/// Somebody who does not decide yet, and their guardian's appointment.
pub async fn minor(house: &House) -> (String, String) {
    let child = house.new_person(ACME).await;
    let path = format!("/v1/minors/{child}");
    let noted = json!({ "decides_on": day(house, UNTIL) });
    let noted = compliance(house, Method::PUT, &path, &noted).await;
    assert_eq!(noted.status, 200, "{}", noted.text());
    let email = "aunt@fjord.example";
    accounts::account(house, ACME, email, Role::Person).await;
    let appointment = appointed(house, &path, email).await;
    (child.to_string(), appointment)
}

/// A guardian of a minor, proposed and not appointed.
pub async fn proposed(house: &House, minor: &str, email: &str) -> String {
    let new = json!({ "email": email, "name": "Wren", "evidence": "register 17" });
    let made = compliance(house, Method::POST, &format!("{minor}/guardians"), &new).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["appointment"].as_str().unwrap().to_owned()
}

/// The same, and appointed by a second person.
async fn appointed(house: &House, minor: &str, email: &str) -> String {
    let appointment = proposed(house, minor, email).await;
    let path = format!("{minor}/guardians/{appointment}/appoint");
    let done = second(house, &path).await;
    assert_eq!(done.status, 200, "{}", done.text());
    appointment
}

/// Somebody else of the staff.
async fn second(house: &House, path: &str) -> Got {
    let ask = house.ask(Method::POST, path);
    ask.by(&staff(ACME, Role::Owner, 2)).send().await
}

/// A family at acme: a child of whom a record is kept, and two guardians by their cookies.
struct Family {
    house: House,
    clock: Arc<FixedClock>,
    child: PersonId,
    mother: String,
    father: String,
    appointments: [String; 2],
    /// Their accounts.
    guardians: [String; 2],
    record: String,
    /// The app's, for longer than the child is one.
    app: String,
}

async fn compliance(house: &House, method: Method, path: &str, body: &Value) -> Got {
    let ask = house
        .ask(method, path)
        .by(&staff(ACME, Role::Compliance, 9));
    match body {
        Value::Null => ask.send().await,
        body => ask.json(body).send().await,
    }
}

impl Family {
    async fn of(house: House) -> Self {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        let child = house.new_person(ACME).await;
        let record = format!("/v1/persons/{child}/records/sheet/one");
        let put = house
            .put(&record, &json!({ "pulse": 90, "finding": "calm" }))
            .await;
        assert_eq!(put.status, 201, "{}", put.text());
        let day = day(&house, UNTIL);
        let minor = format!("/v1/minors/{child}");
        let noted = compliance(&house, Method::PUT, &minor, &json!({ "decides_on": day })).await;
        assert_eq!(noted.status, 200, "{}", noted.text());
        let (mut cookies, mut appointments, mut guardians) = (Vec::new(), Vec::new(), Vec::new());
        for email in ["mother@harbour.example", "father@harbour.example"] {
            let (account, _) = accounts::account(&house, ACME, email, Role::Person).await;
            guardians.push(account.to_string());
            let session = accounts::sign_in(&house, ACME, email).await;
            cookies.push(format!("__Host-session={}", session.text.expose()));
            appointments.push(appointed(&house, &minor, email).await);
        }
        let (_, app) = house.new_token(ACME, Role::App, None, DAY * 60).await;
        let father = cookies.pop().unwrap();
        let mother = cookies.pop().unwrap();
        Self {
            clock,
            child,
            mother,
            father,
            appointments: appointments.try_into().unwrap(),
            guardians: guardians.try_into().unwrap(),
            record,
            app,
            house,
        }
    }

    /// The app reads for research: takes a grant.
    async fn research(&self) -> u16 {
        let ask = self.house.ask(Method::GET, &self.record).by(&self.app);
        ask.purpose("HRESCH").send().await.status
    }

    /// A guardian does something in the child's stead.
    async fn acts(&self, who: &str, method: Method, path: &str, body: &Value) -> Got {
        let ask = self
            .house
            .ask(method, format!("/v1/persons/{}{path}", self.child))
            .header("cookie", who)
            .header("sec-fetch-site", "same-origin")
            .header("acting-for", self.child.to_string())
            .purpose("PATRQT");
        match body {
            Value::Null => ask.send().await,
            body => ask.json(body).send().await,
        }
    }

    /// A question to the child that waits.
    async fn asked(&self) -> String {
        let parts = json!([{ "collection": "sheet", "verbs": "rs" }]);
        let by_app = async |path: &str, body: &Value| {
            let ask = self.house.ask(Method::POST, path).by(&self.app);
            let made = ask.json(body).send().await;
            assert!(matches!(made.status, 200 | 201), "{}", made.text());
            made.json()
        };
        let published = by_app("/v1/consent/requests", &request("HRESCH", &parts)).await;
        let path = format!(
            "/v1/consent/requests/{}/askings",
            published["request"].as_str().unwrap()
        );
        let asked = by_app(&path, &json!({ "person": self.child })).await;
        asked["asking"].as_str().unwrap().to_owned()
    }

    async fn says_yes(&self, who: &str, asking: &str) -> Got {
        let path = format!("/askings/{asking}");
        let question = self.acts(who, Method::GET, &path, &Value::Null).await;
        assert_eq!(question.status, 200, "{}", question.text());
        let yes = json!({
            "answer": "grant", "parts": [0], "days": 80, "lang": "sv",
            "text_sha256": question.json()["text_sha256"]["sv"],
        });
        self.acts(who, Method::POST, &format!("{path}/answer"), &yes)
            .await
    }

    /// The app opens the record in the vault, as if every layer above had let it.
    async fn bypassing(&self, grant: &str) -> Result<(), VaultError> {
        let place = &self.house.place;
        let (ctx, _) = place.local(&ACME.parse().unwrap(), "test");
        let who = Authority::from(Proven {
            tenant: ACME.parse().unwrap(),
            actor_id: "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f".to_owned(),
            authenticated_by: "token",
            role: Role::App,
            person: None,
            scope: Scope::default(),
            assurance: None,
            fresh_until: None,
            grant: Some(grant.parse::<GrantId>().unwrap()),
        });
        let ctx = Ctx {
            purpose: Some(Purpose::Hresch),
            actor: who.actor(),
            ..ctx
        };
        let thing = RecordAt {
            tenant: ctx.tenant.clone(),
            person: self.child,
            collection: "sheet".parse().unwrap(),
            record: "one".parse().unwrap(),
        };
        let allowed = decide(&ctx, &who, Verb::Read, thing).unwrap();
        place.vault.open(&ctx, &allowed, None).await.map(drop)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guardians_decide_until_the_day_and_then_the_person_is_asked_anew() {
    on_each_engine(async |house| {
        let family = Family::of(house).await;
        let (house, child) = (&family.house, family.child);
        let read = async || family.research().await;
        assert_eq!(read().await, 403);
        // In their own name they reach nothing of the child; in the child's stead they do.
        let own = house.ask(Method::GET, &family.record).header("cookie", &family.mother);
        let own = own.header("sec-fetch-site", "same-origin").purpose("PATRQT").send().await;
        assert_eq!(own.status, 404, "{}", own.text());
        let seen = family.acts(&family.mother, Method::GET, "/records/sheet/one", &Value::Null).await;
        assert_eq!(seen.json()["pulse"], 90, "{}", seen.text());
        // The child says no, and takes back; yes is the guardians' still.
        let (_, token) = house.new_token(ACME, Role::Person, Some(child), DAY * 60).await;
        let asking = family.asked().await;
        let question = house.ask(Method::GET, format!("/v1/persons/{child}/askings/{asking}")).by(&token);
        let question = question.send().await.json();
        let yes = json!({ "answer": "grant", "parts": [0], "days": 80, "lang": "sv", "text_sha256": question["text_sha256"]["sv"] });
        let too_early = house.ask(Method::POST, format!("/v1/persons/{child}/askings/{asking}/answer"));
        let too_early = too_early.by(&token).json(&yes).send().await;
        assert_eq!((too_early.status, too_early.code().as_str()), (403, "guardian.decides"), "{}", too_early.text());

        let before = house.log_size(ACME).await;
        let given = family.says_yes(&family.mother, &asking).await;
        assert_eq!(given.status, 200, "{}", given.text());
        let grant = given.json()["grant"]["grant"].as_str().unwrap().to_owned();
        assert_eq!(read().await, 200);
        // It stands in the log as done by the guardian, for the child.
        let mut by_guardian = 0;
        for index in before..house.log_size(ACME).await {
            let entry = house.entry(ACME, index).await;
            if entry["action"] == "consent.answer" && entry["outcome"] == "ok" {
                assert_eq!(entry["actor"]["id"], json!(family.guardians[0]), "{entry}");
                by_guardian += 1;
            }
        }
        assert_eq!(by_guardian, 1);
        assert!(family.bypassing(&grant).await.is_ok());

        // Either may take it back; then it takes the other's yes as well.
        let back = family.acts(&family.father, Method::DELETE, &format!("/grants/{grant}"), &Value::Null).await;
        assert_eq!(back.status, 200, "{}", back.text());
        assert_eq!(read().await, 403);
        let asking = family.asked().await;
        let alone = family.says_yes(&family.mother, &asking).await;
        assert_eq!((alone.status, alone.code().as_str()), (403, "guardian.other_no"), "{}", alone.text());
        let both = family.says_yes(&family.father, &asking).await;
        assert_eq!(both.status, 200, "{}", both.text());
        let grant = both.json()["grant"]["grant"].as_str().unwrap().to_owned();
        assert_eq!(read().await, 200);

        // The child is invited to an account of their own; letters go out before the day.
        let invitation = json!({ "email": "wren@harbour.example", "name": "Wren", "language": "sv" });
        let invited = compliance(house, Method::POST, &format!("/v1/minors/{child}/invitation"), &invitation).await;
        assert_eq!(invited.status, 201, "{}", invited.text());
        let post = Kept::default();
        let letters = post.collect(house).await;
        let link = letters.iter().flat_map(|it| it.lines());
        let link = link.filter_map(|it| it.strip_prefix("https://strongroom.test/account/acme/invite/")).next().unwrap();
        let password = Secret::new(accounts::PASSWORD.to_owned());
        let caller = accounts::caller(house, ACME);
        house.place.identity.accept(&caller, link, None, &password).await.unwrap();

        family.clock.pass(DAY * UNTIL);
        // The day has come: nothing that a guardian gave counts, in the vault itself.
        assert_eq!(read().await, 403);
        assert!(matches!(family.bypassing(&grant).await, Err(VaultError::NoGrant)));
        for who in [&family.mother, &family.father] {
            for path in ["/records/sheet/one", "/grants"] {
                let over = family.acts(who, Method::GET, path, &Value::Null).await;
                assert!(matches!(over.status, 403 | 404), "{path}: {} {}", over.status, over.text());
            }
        }
        // The person sees what is asked anew, and says yes to it themself.
        let session = accounts::sign_in(house, ACME, "wren@harbour.example").await;
        let cookie = format!("__Host-session={}", session.text.expose());
        let by_child = async |method: Method, path: &str, body: &Value| {
            let ask = house
                .ask(method, format!("/v1/persons/{child}{path}"))
                .header("cookie", &cookie)
                .header("sec-fetch-site", "same-origin");
            match body {
                Value::Null => ask.send().await,
                body => ask.json(body).send().await,
            }
        };
        let grants = by_child(Method::GET, "/grants", &Value::Null).await;
        let mine = grants.json();
        let mine = mine["grants"].as_array().unwrap().iter().find(|it| it["grant"] == json!(grant));
        assert_eq!(mine.unwrap()["state"], "unconfirmed", "{}", grants.text());
        let text = by_child(Method::GET, &format!("/grants/{grant}/text"), &Value::Null).await;
        assert_eq!(text.status, 200, "{}", text.text());
        let yes = json!({ "lang": "sv", "text_sha256": text.json()["text_sha256"]["sv"] });
        let unseen = by_child(Method::POST, &format!("/grants/{grant}/confirm"), &json!({ "lang": "sv", "text_sha256": "00" })).await;
        assert_ne!(unseen.status, 201, "what was not shown is not confirmed");
        let confirmed = by_child(Method::POST, &format!("/grants/{grant}/confirm"), &yes).await;
        assert_eq!(confirmed.status, 201, "{}", confirmed.text());
        assert!(confirmed.json()["receipt"].as_str().is_some_and(|it| it.matches('.').count() == 2));
        assert_eq!(read().await, 200);
        let new = confirmed.json()["grant"]["grant"].as_str().unwrap().to_owned();
        assert!(family.bypassing(&new).await.is_ok());
        assert!(family.bypassing(&grant).await.is_err(), "what was bound to the old one ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guardian_who_was_ended_acts_no_more_and_only_compliance_appoints() {
    on_each_engine(async |house| {
        let family = Family::of(house).await;
        let (house, child) = (&family.house, family.child);
        let asking = family.asked().await;
        let given = family.says_yes(&family.mother, &asking).await;
        assert_eq!(given.status, 200, "{}", given.text());
        let [mother, _] = &family.appointments;
        let path = format!("/v1/minors/{child}/guardians/{mother}/end");
        let no_reason = compliance(house, Method::POST, &path, &json!({})).await;
        assert_eq!(no_reason.status, 400, "{}", no_reason.text());
        for role in [Role::Security, Role::Owner, Role::Clinician] {
            let other = house.ask(Method::POST, &path).by(&staff(ACME, role, 4));
            let other = other.json(&json!({ "reason": "a court" })).send().await;
            assert_eq!(other.status, 403, "{role:?}");
        }
        let ended = compliance(house, Method::POST, &path, &json!({ "reason": "a court" })).await;
        assert_eq!(ended.status, 200, "{}", ended.text());
        let over = family.acts(&family.mother, Method::GET, "/records/sheet/one", &Value::Null).await;
        assert!(matches!(over.status, 403 | 404), "{}", over.text());
        assert_eq!(family.research().await, 403, "nor does what they gave");
        let still = family.acts(&family.father, Method::GET, "/records/sheet/one", &Value::Null).await;
        assert_eq!(still.status, 200, "{}", still.text());
        let read = compliance(house, Method::GET, &format!("/v1/minors/{child}"), &Value::Null).await;
        let read = read.json();
        assert_eq!(read["guardians"].as_array().unwrap().len(), 2, "{read}");
        assert!(read.to_string().contains("a court"), "{read}");
        // What was written about them is sealed, and goes with the person.
        for (path, bytes) in house.raw() {
            for words in ["register 17", "a court"] {
                assert!(!crate::house::holds(&bytes, words.as_bytes()), "{}", path.display());
            }
        }
        let erased = house.ask(Method::DELETE, format!("/v1/persons/{child}")).by(house.token(ACME, Role::App));
        assert_eq!(erased.send().await.status, 200);
        Kept::default().collect(house).await;
        static LEFT: store::Sql = store::Sql::both(
            "SELECT (SELECT count(*) FROM consent_minor) + (SELECT count(*) FROM consent_guardian) + (SELECT count(*) FROM consent_no) + (SELECT count(*) FROM consent_proposal)",
        );
        assert_eq!(house.number(&LEFT).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_two_of_the_staff_to_let_somebody_decide_for_another() {
    on_each_engine(async |house| {
        let family = Family::of(house).await;
        let (house, child) = (&family.house, family.child);
        let minor = format!("/v1/minors/{child}");
        accounts::account(house, ACME, "aunt@harbour.example", Role::Person).await;
        let session = accounts::sign_in(house, ACME, "aunt@harbour.example").await;
        let aunt = format!("__Host-session={}", session.text.expose());
        let sees = async || {
            let got = family.acts(&aunt, Method::GET, "/records/sheet/one", &Value::Null);
            got.await.status
        };
        accounts::account(house, ACME, "owner@harbour.example", Role::Owner).await;
        let post = Kept::default();
        post.collect(house).await;
        let appointment = proposed(house, &minor, "aunt@harbour.example").await;
        let letters = post.collect(house).await.join("\n");
        assert!(
            letters.contains("/console/guardians"),
            "whoever may appoint is told: {letters}"
        );
        assert!(!letters.contains("Wren"), "of nobody by name");
        assert_ne!(sees().await, 200, "nobody acts by what is only proposed");
        let twice = json!({ "email": "aunt@harbour.example", "name": "Wren", "evidence": "17" });
        let twice = compliance(house, Method::POST, &format!("{minor}/guardians"), &twice).await;
        assert_eq!(twice.status, 400, "{}", twice.text());
        // Nobody appoints whom they proposed, in whatever role.
        let path = format!("{minor}/guardians/{appointment}/appoint");
        for role in [Role::Compliance, Role::Owner, Role::Security] {
            let own = house
                .ask(Method::POST, &path)
                .by(&staff(ACME, role, 9))
                .send()
                .await;
            assert_eq!(
                (own.status, own.code().as_str()),
                (403, "policy.own"),
                "{role:?}"
            );
        }
        let clinician = house
            .ask(Method::POST, &path)
            .by(&staff(ACME, Role::Clinician, 3));
        assert_eq!(clinician.send().await.status, 403);
        assert_ne!(sees().await, 200);
        let waits = compliance(house, Method::GET, &minor, &Value::Null)
            .await
            .json();
        assert_eq!(
            waits["proposed"][0]["appointment"],
            json!(appointment),
            "{waits}"
        );
        assert_eq!(waits["proposed"][0]["evidence"], "register 17");
        // Two at once: one of them it is.
        let (one, other) = tokio::join!(second(house, &path), second(house, &path));
        let statuses = [one.status, other.status];
        assert!(statuses.contains(&200), "{statuses:?}");
        assert!(
            statuses.iter().any(|it| matches!(it, 404 | 409)),
            "{statuses:?}"
        );
        assert_eq!(sees().await, 200);
        let read = compliance(house, Method::GET, &minor, &Value::Null)
            .await
            .json();
        assert_eq!(read["proposed"], json!([]));
        let aunts = read["guardians"].as_array().unwrap();
        let aunts = aunts
            .iter()
            .find(|it| it["appointment"] == json!(appointment))
            .unwrap();
        assert_ne!(aunts["proposed_by"], aunts["appointed_by"], "{aunts}");

        // What was refused, taken back, or lapsed is appointed no more.
        for (email, by) in [
            ("one@harbour.example", Role::Security),
            ("two@harbour.example", Role::Compliance),
        ] {
            accounts::account(house, ACME, email, Role::Person).await;
            let appointment = proposed(house, &minor, email).await;
            let path = format!("{minor}/guardians/{appointment}");
            let no = house
                .ask(Method::POST, format!("{path}/refuse"))
                .by(&staff(ACME, by, 9));
            let no = no.send().await;
            assert_eq!(no.status, 200, "{}", no.text());
            assert_eq!(second(house, &format!("{path}/appoint")).await.status, 404);
        }
        accounts::account(house, ACME, "late@harbour.example", Role::Person).await;
        let later = json!({ "decides_on": day(house, 40) });
        assert_eq!(
            compliance(house, Method::PUT, &minor, &later).await.status,
            200
        );
        let appointment = proposed(house, &minor, "late@harbour.example").await;
        family.clock.pass(DAY * 14);
        let path = format!("{minor}/guardians/{appointment}/appoint");
        assert_eq!(second(house, &path).await.status, 404, "it lapsed");
        server::sharing::keep_days(&house.place).await.unwrap();
        static LEFT: store::Sql = store::Sql::both("SELECT count(*) FROM consent_proposal");
        assert_eq!(house.number(&LEFT).await, 0);
    })
    .await;
}

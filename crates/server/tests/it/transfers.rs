//! A person's FHIR resources, sent to another provider: a second installation, over HTTPS.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, FixedClock, PersonId};
use http::Method;
use policy::Role;
use serde_json::{Value, json};
use server::clock::SystemClock;
use store::Sql;

use crate::accounts::Kept;
use crate::house::{ACME, Got, House, LONG, NOWHERE, OTHER, on_each_engine};
use crate::running::{Place, Running};
use crate::stock::{observation, patient};

/// More than one batch.
const OBSERVATIONS: usize = 130;
static KEPT: Sql = Sql::both("SELECT count(*) FROM transfer");

/// Somebody who has their resources sent.
struct Patient {
    person: PersonId,
    token: String,
}

impl Patient {
    async fn own(&self, house: &House, method: Method, path: &str, body: Option<&Value>) -> Got {
        let ask = house
            .ask(
                method,
                format!("/v1/persons/{}/transfers{path}", self.person),
            )
            .by(&self.token)
            .purpose("PATRQT");
        match body {
            Some(body) => ask.json(body).send().await,
            None => ask.send().await,
        }
    }

    async fn asked(&self, house: &House) -> String {
        let fjord = json!({ "provider": "fjord" });
        let got = self.own(house, Method::POST, "", Some(&fjord)).await;
        assert_eq!(got.status, 202, "{}", got.text());
        assert_eq!(got.json()["state"], "waiting");
        got.json()["transfer"].as_str().unwrap().to_owned()
    }

    async fn state(&self, house: &House, id: &str) -> Value {
        let read = self.own(house, Method::GET, &format!("/{id}"), None).await;
        assert_eq!(read.status, 200, "{}", read.text());
        read.json()
    }
}

/// A transfer of acme's person that waits: nobody listens where it goes.
pub async fn waiting(house: &House) -> String {
    let patient = Patient {
        person: house.person(ACME),
        token: house.token(ACME, Role::Person).to_owned(),
    };
    patient.asked(house).await
}

async fn fill(house: &House) -> Patient {
    let mut resources = vec![("Patient/pat-1".to_owned(), patient())];
    for at in 0..OBSERVATIONS {
        let id = format!("obs-{at}");
        let mut body = observation(Some(&id), "calm");
        body["performer"] = json!([{ "reference": "Practitioner/d-1", "display": "Dr" }]);
        body["valueQuantity"] = json!({ "value": 1, "unit": "kg" });
        if at > 0 {
            body["hasMember"] = json!([{ "reference": "Observation/obs-0" }]);
        }
        resources.push((format!("Observation/{id}"), body));
    }
    for (path, body) in resources {
        let put = house.put(format!("/fhir/{path}"), &body).await;
        assert_eq!(put.status, 201, "{}", put.text());
    }
    let known = house
        .ask(Method::POST, "/v1/persons")
        .by(house.token(ACME, Role::App))
        .json(&json!({ "external_id": "Patient/pat-1" }));
    let known = known.send().await.json();
    let person: PersonId = known["person"].as_str().unwrap().parse().unwrap();
    let (_, token) = house
        .new_token(ACME, Role::Person, Some(person), LONG)
        .await;
    Patient { person, token }
}

/// The house, knowing of the server as the other provider.
async fn knowing(house: House, other: &Running) -> House {
    let folder = house.folder().to_owned();
    let file = folder.join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace(NOWHERE, &other.url("/fhir"))).unwrap();
    let ca = other.ready["ca_file"].as_str().unwrap();
    std::fs::create_dir_all(folder.join("tls")).unwrap();
    std::fs::copy(ca, folder.join("tls/fjord.pem")).unwrap();
    let token = folder.join("secrets/fjord.token");
    server::private::write(&token, other.token("app").as_bytes()).unwrap();
    house.reopened().await
}

async fn found(other: &Running, path: &str) -> Value {
    let got = other.get(path).await;
    assert_eq!(got.status(), 200);
    got.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_of_fhir_arrives_at_another_provider() {
    on_each_engine(async |house| {
        let who = fill(&house).await;
        let place = Place::new();
        let other = place.start().await;
        let house = knowing(house, &other).await;
        let list = who.own(&house, Method::GET, "", None).await.json();
        assert_eq!(list["providers"][0]["title"], "Fjord Clinic", "{list}");

        let id = who.asked(&house).await;
        let before = house.log_size(ACME).await;
        Kept::default().collect(&house).await;
        let done = who.state(&house, &id).await;
        assert_eq!(
            (&done["state"], &done["sent"], &done["left"]),
            (&json!("sent"), &json!(OBSERVATIONS + 1), &json!({})),
            "{done}"
        );
        // It stands in the log before and after, with where it went, and of whom nothing.
        let address = hex::encode(crypt::hash::sha256(&[other.url("/fhir").as_bytes()]));
        for (index, count) in [(before, Value::Null), (before + 1, json!(OBSERVATIONS + 1))] {
            let entry = house.entry(ACME, index).await;
            assert_eq!(entry["action"], "export.send", "{entry}");
            assert_eq!(
                (&entry["digest"], &entry["count"]),
                (&json!(address), &count),
                "{entry}"
            );
        }

        let patients = found(&other, "/fhir/Patient?_count=100").await;
        let there = patients["entry"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["resource"]["name"] == patient()["name"]);
        let there = there.unwrap()["resource"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_ne!(there, "pat-1", "the id of somebody else, perhaps");
        let all = found(
            &other,
            &format!("/fhir/Observation?patient={there}&_count=200"),
        )
        .await;
        let all: Vec<_> = all["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["resource"])
            .collect();
        assert_eq!(all.len(), OBSERVATIONS);
        let first = all.iter().find(|it| it.get("hasMember").is_none()).unwrap();
        let member = format!("Observation/{}", first["id"].as_str().unwrap());
        for it in &all {
            assert_eq!(
                it["subject"]["reference"],
                json!(format!("Patient/{there}"))
            );
            let performer = &it["performer"][0];
            assert_eq!(performer.get("reference"), None, "{it}");
            assert_eq!(
                performer["identifier"],
                json!({ "system": "https://strongroom.test/fhir/Practitioner", "value": "d-1" })
            );
            if it.get("hasMember").is_some() {
                assert_eq!(it["hasMember"][0]["reference"], json!(member));
            }
        }
        other.stop().await;

        // What was sent goes from here with the person, and they saw it till then.
        let person = who.person;
        let looks = house
            .ask(Method::GET, format!("/v1/persons/{person}/accesses"))
            .by(&who.token)
            .purpose("PATRQT");
        let looks = looks.send().await;
        assert!(looks.text().contains("export.send"), "{}", looks.text());
        assert_eq!(house.number(&KEPT).await, 1);
        let erased = house
            .ask(Method::DELETE, format!("/v1/persons/{person}"))
            .by(house.token(ACME, Role::App));
        let erased = erased.send().await;
        assert_eq!(erased.status, 200, "{}", erased.text());
        Kept::default().collect(&house).await;
        assert_eq!(house.number(&KEPT).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_off_or_not_reached_ends_and_nobody_else_is_sent_anything() {
    on_each_engine(async |house| {
        let who = fill(&house).await;
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        let unknown = json!({ "provider": "meadow" });
        let refused = who.own(&house, Method::POST, "", Some(&unknown)).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "transfer.provider")
        );
        let wrong = who
            .own(&house, Method::POST, "", Some(&json!({ "provider": 7 })))
            .await;
        assert_eq!(
            (wrong.status, wrong.pointer().as_deref()),
            (400, Some("/provider")),
            "{}",
            wrong.text()
        );

        let off = who.asked(&house).await;
        let stopped = who
            .own(&house, Method::DELETE, &format!("/{off}"), None)
            .await;
        assert_eq!(stopped.status, 200, "{}", stopped.text());
        let again = who
            .own(&house, Method::DELETE, &format!("/{off}"), None)
            .await;
        assert_eq!(again.code(), "transfer.not_found");
        let failing = who.asked(&house).await;
        for _ in 0..6 {
            Kept::default().collect(&house).await;
            clock.pass(Duration::from_hours(3));
        }
        assert_eq!(who.state(&house, &off).await["state"], "stopped");
        let failed = who.state(&house, &failing).await;
        assert_eq!(
            (&failed["state"], &failed["sent"]),
            (&json!("failed"), &json!(0))
        );

        // Three wait, five a day.
        for _ in 0..3 {
            who.asked(&house).await;
        }
        let fjord = json!({ "provider": "fjord" });
        let many = who.own(&house, Method::POST, "", Some(&fjord)).await;
        assert_eq!(
            (many.status, many.code().as_str()),
            (429, "transfer.too_many")
        );

        // Nobody else has it sent, and nobody finds it elsewhere.
        let person = who.person;
        for role in [Role::App, Role::Operator, Role::Compliance] {
            let ask = house
                .ask(Method::POST, format!("/v1/persons/{person}/transfers"))
                .by(house.token(ACME, role))
                .purpose("PATRQT")
                .json(&fjord);
            assert_eq!(ask.send().await.status, 403, "{role:?}");
        }
        let beside = house.person(OTHER);
        let got = house
            .ask(
                Method::GET,
                format!("/v1/persons/{beside}/transfers/{failing}"),
            )
            .by(house.token(OTHER, Role::Person))
            .purpose("PATRQT");
        assert_eq!(got.send().await.status, 404);
    })
    .await;
}

//! Who looked: a person sees each look at what is theirs, proven, and nobody else's.

use audit::note::LogProof;
use http::Method;
use policy::Role;
use serde_json::Value;

use crate::house::{ACME, LONG, on_each_engine};
use crate::stock::sheet;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_each_look_and_can_prove_it() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let one = format!("/v1/persons/{person}/records/sheet/one");
        assert_eq!(house.put(&one, &sheet(60)).await.status, 201);
        let doctor = house.token(ACME, Role::Clinician).to_owned();
        for _ in 0..3 {
            let look = house.ask(Method::GET, &one).by(&doctor).purpose("TREAT");
            assert_eq!(look.send().await.status, 200);
        }
        let refused = house
            .ask(Method::GET, &one)
            .by(house.token(ACME, Role::Operator));
        assert_eq!(refused.purpose("TREAT").send().await.status, 403);

        let mine = house.token(ACME, Role::Person).to_owned();
        let path = format!("/v1/persons/{person}/accesses");
        let page = async |query: &str| {
            let got = house
                .ask(Method::GET, format!("{path}{query}"))
                .by(&mine)
                .send()
                .await;
            assert_eq!(got.status, 200, "{}", got.text());
            got.json()
        };
        let (mut before, mut seen) = (None, Vec::<Value>::new());
        loop {
            let query = before.map_or("?limit=2".to_owned(), |it: u64| {
                format!("?limit=2&before={it}")
            });
            let said = page(&query).await;
            seen.extend(said["entries"].as_array().unwrap().iter().cloned());
            match said["next"].as_u64() {
                Some(next) => before = Some(next),
                None => break,
            }
        }
        let read: Vec<_> = seen
            .iter()
            .filter(|it| {
                it["entry"]["action"] == "record.read"
                    && it["entry"]["actor"]["role"] == "clinician"
            })
            .collect();
        assert_eq!(read.len(), 3);
        assert!(
            seen.iter().any(|it| it["entry"]["outcome"] == "denied"),
            "who was refused is seen too"
        );
        assert!(
            seen.iter()
                .any(|it| it["entry"]["action"] == "person.create"),
            "from the very first"
        );
        let indexes: Vec<_> = seen
            .iter()
            .map(|it| it["index"].as_u64().unwrap())
            .collect();
        assert!(
            indexes.is_sorted_by(|a, b| a > b),
            "newest first, each once: {indexes:?}"
        );

        let index = read[0]["index"].as_u64().unwrap();
        let proof = house
            .ask(Method::GET, format!("{path}/{index}/proof"))
            .by(&mine)
            .send()
            .await;
        assert_eq!(proof.status, 200, "{}", proof.text());
        let proof: LogProof = proof.text().parse().unwrap();
        let entry = proof.extra.clone().unwrap();
        let keys = house.place.log.verifiers(&ACME.parse().unwrap()).unwrap();
        proof.verify(&entry, &keys).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&entry).unwrap(),
            read[0]["entry"]
        );

        // Another person of the same house: neither this list, nor an entry of it as their own.
        let other = house.new_person(ACME).await;
        let (_, theirs) = house.new_token(ACME, Role::Person, Some(other), LONG).await;
        let got = house.ask(Method::GET, &path).by(&theirs).send().await;
        assert_eq!(got.status, 404, "{}", got.text());
        let path = format!("/v1/persons/{other}/accesses");
        let got = house.ask(Method::GET, &path).by(&theirs).send().await;
        assert_eq!(
            got.json()["entries"].as_array().map(Vec::len),
            Some(1),
            "they were made: {}",
            got.text()
        );
        let got = house
            .ask(Method::GET, format!("{path}/{index}/proof"))
            .by(&theirs)
            .send()
            .await;
        assert_eq!(got.status, 404, "{}", got.text());
        for bad in ["?limit=0", "?limit=1001", "?before=x"] {
            let got = house
                .ask(Method::GET, format!("{path}{bad}"))
                .by(&theirs)
                .send()
                .await;
            assert_eq!(got.status, 400, "{bad}");
        }
    })
    .await;
}

//! Everything about a person deleted: after a while or at once, with a certificate that anybody can check.

use http::Method;
use policy::Role;
use serde_json::json;
use store::{Sql, WriteSet};

use crate::house::{ACME, Got, House, on_each_engine};

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_prepares_on_both_engines() {
    let engines = store::danger_testing::each_engine(store::migrations::DATA, None).await;
    for engine in engines.unwrap() {
        for sql in server::erasures::STATEMENTS
            .iter()
            .chain(server::leftovers::STATEMENTS)
            .chain(server::processing::STATEMENTS)
            .copied()
            .chain(server::contract::statements())
        {
            let prepared = engine.prepare(sql).await;
            assert!(prepared.is_ok(), "{}: {prepared:?}", sql.sqlite);
        }
    }
}

/// A request of acme's person to delete everything: its id.
pub async fn waiting(house: &House) -> String {
    asked(house, &json!({})).await.json()["erasure"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub async fn asked(house: &House, body: &serde_json::Value) -> Got {
    let person = house.person(ACME);
    house
        .ask(Method::POST, format!("/v1/persons/{person}/erasures"))
        .by(house.token(ACME, Role::Person))
        .json(body)
        .send()
        .await
}

pub fn vkeys(house: &House) -> Vec<audit::note::LogKey> {
    house.place.log.verifiers(&ACME.parse().unwrap()).unwrap()
}

/// Asked for, called off, asked for again, due: gone, with a certificate that anybody can check and that names nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_waits_is_carried_out_and_certified() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        house
            .put(
                format!("/v1/persons/{person}/records/sheet/one"),
                &json!({ "pulse": 60 }),
            )
            .await;
        crate::sharing::grant_all(&house, "HRESCH").await;
        let plan = house
            .ask(Method::GET, format!("/v1/persons/{person}/erasures/plan"))
            .by(house.token(ACME, Role::Person))
            .send()
            .await;
        assert_eq!(
            plan.json()["goes"]["records"]["sheet"],
            1,
            "{}",
            plan.text()
        );
        let first = asked(&house, &json!({})).await;
        assert_eq!(first.status, 202, "{}", first.text());
        let twice = asked(&house, &json!({})).await;
        assert_eq!(twice.status, 409, "{}", twice.text());
        let off = house
            .ask(
                Method::DELETE,
                format!(
                    "/v1/persons/{person}/erasures/{}",
                    first.json()["erasure"].as_str().unwrap()
                ),
            )
            .by(house.token(ACME, Role::Person))
            .send()
            .await;
        assert_eq!(off.status, 200, "{}", off.text());
        let second = asked(&house, &json!({})).await.json();
        let code = second["code"].as_str().unwrap().to_owned();
        assert_eq!(
            server::erasures::carry_out(&house.place).await.unwrap(),
            0,
            "its time has not come"
        );
        let standing = house.place.erasure_behind(&code).await.unwrap();
        assert_eq!(
            (standing.state.as_str(), standing.certificate),
            ("waiting", None)
        );
        assert!(house.place.erasure_behind("another").await.is_err());

        static DUE: Sql = Sql::both("UPDATE erasure SET due_at = 1 WHERE state = 'waiting'");
        house
            .place
            .db
            .commit(WriteSet::new().run(&DUE, vec![]))
            .await
            .unwrap();
        assert_eq!(server::erasures::carry_out(&house.place).await.unwrap(), 1);
        assert_eq!(
            server::erasures::carry_out(&house.place).await.unwrap(),
            0,
            "once"
        );
        let standing = house.place.erasure_behind(&code).await.unwrap();
        assert_eq!(standing.state, "done");
        let certificate = standing.certificate.unwrap();
        let body = server::erasures::check(&certificate, &vkeys(&house)).unwrap();
        assert_eq!(
            (
                &body["keys_gone"],
                &body["nothing_left"],
                &body["destroyed"]["records"]
            ),
            (&json!(true), &json!(true), &json!(1))
        );
        assert!(
            !body.to_string().contains(&person.to_string()),
            "it names nobody"
        );
        let tenant = ACME.parse().unwrap();
        let left = server::leftovers::search(&house.place, &tenant, person)
            .await
            .unwrap()
            .unwrap();
        assert!(left.is_clean(), "{left:?}");

        // Every part of it counts: a changed word, a changed proof, another key.
        let (head, rest) = certificate.split_once('.').unwrap();
        let (payload, signature) = rest.split_once('.').unwrap();
        let mut other = payload.to_owned();
        let at = other.len() / 2;
        other.replace_range(at..=at, if &other[at..=at] == "A" { "B" } else { "A" });
        assert!(
            server::erasures::check(&format!("{head}.{other}.{signature}"), &vkeys(&house))
                .is_err()
        );
        let theirs = house
            .place
            .log
            .verifiers(&crate::house::OTHER.parse().unwrap())
            .unwrap();
        assert!(server::erasures::check(&certificate, &theirs).is_err());
    })
    .await;
}

/// At once, and no later than that; a proxy, an app and the other tenant cannot.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_at_once_leaves_the_certificate() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        house
            .put(
                format!("/v1/persons/{person}/records/sheet/one"),
                &json!({ "pulse": 60 }),
            )
            .await;
        let done = asked(&house, &json!({ "now": true })).await;
        assert_eq!(
            (done.status, &done.json()["state"]),
            (200, &json!("done")),
            "{}",
            done.text()
        );
        let certificate = done.json()["certificate"].as_str().unwrap().to_owned();
        assert!(server::erasures::check(&certificate, &vkeys(&house)).is_ok());
        let gone = house
            .get(format!("/v1/persons/{person}/records/sheet/one"))
            .await;
        assert_eq!(gone.status, 404);
        let again = asked(&house, &json!({ "now": true })).await;
        assert_eq!(
            again.status,
            401,
            "their token ended with them: {}",
            again.text()
        );
    })
    .await;
}

/// Of somebody of whom much is kept the keys go at once, and with the answer nothing opens any more; rows, files and the certificate follow
/// by the queue, also where the machine stopped in between.
#[tokio::test(flavor = "multi_thread")]
async fn of_much_the_keys_go_first_and_the_queue_does_the_rest() {
    static LEFT: Sql = Sql::both("SELECT count(*) FROM record");
    const COUNT: usize = 2_500;
    on_each_engine(async |house| {
        let clock = std::sync::Arc::new(base::FixedClock::at(house.place.clock.now()));
        let mut house = house.reopened_by(std::sync::Arc::clone(&clock) as _).await;
        for stops in [false, true] {
            let person = house.new_person(ACME).await;
            let (_, token) = house
                .new_token(ACME, Role::Person, Some(person), crate::house::LONG)
                .await;
            let lines: String = (0..COUNT)
                .map(|n| format!("{{\"method\":\"PUT\",\"person\":\"{person}\",\"collection\":\"sheet\",\"record\":\"s{n}\",\"body\":{{\"pulse\":{n}}}}}\n"))
                .collect();
            let written = house
                .ask(Method::POST, "/v1/records:batch")
                .by(house.token(ACME, Role::App))
                .header("content-type", "application/x-ndjson")
                .body(lines)
                .send()
                .await;
            assert_eq!(written.text().matches("\"status\":200").count(), COUNT);
            house.upload(person, "note.txt", b"a note".to_vec()).await;
            let done = house
                .ask(Method::POST, format!("/v1/persons/{person}/erasures"))
                .by(&token)
                .json(&json!({ "now": true }))
                .send()
                .await;
            assert_eq!(
                (done.status, &done.json()["state"]),
                (200, &json!("done")),
                "{}",
                done.text()
            );
            assert!(done.json()["certificate"].is_null(), "not before it is so");
            let code = done.json()["code"].as_str().unwrap().to_owned();
            let gone = house
                .get(format!("/v1/persons/{person}/records/sheet/s1"))
                .await;
            assert_eq!(gone.status, 404);
            let tenant = ACME.parse().unwrap();
            let keys = house.place.keys.left_of_person(&tenant, person).await;
            let keys = keys.unwrap();
            assert_eq!((keys.keys, keys.gone), (0, true), "the keys went first");
            assert!(house.number(&LEFT).await > 0, "rows are left, and nothing opens them");
            let post = crate::accounts::Kept::default();
            post.collect(&house).await;
            assert!(house.place.erasure_behind(&code).await.unwrap().certificate.is_none());

            if stops {
                house = house.reopened_by(std::sync::Arc::clone(&clock) as _).await;
            }
            clock.pass(std::time::Duration::from_secs(3));
            post.collect(&house).await;
            assert_eq!(house.number(&LEFT).await, 0);
            let standing = house.place.erasure_behind(&code).await.unwrap();
            let body =
                server::erasures::check(&standing.certificate.unwrap(), &vkeys(&house)).unwrap();
            assert_eq!(
                (
                    &body["nothing_left"],
                    &body["destroyed"]["records"],
                    &body["destroyed"]["files"]
                ),
                (&json!(true), &json!(COUNT), &json!(1)),
                "{body}"
            );
            let left = server::leftovers::search(&house.place, &tenant, person).await;
            let left = left.unwrap().unwrap();
            assert!(left.is_clean(), "{left:?}");
        }
    })
    .await;
}

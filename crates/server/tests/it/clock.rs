//! A clock that is set back while everything runs: nothing is lost, nothing runs backwards in the log, and nothing that ended
//! comes to life again.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, FixedClock, Instant, TenantId};
use policy::{Role, Tokens};
use serde_json::json;
use server::clock::SystemClock;
use store::WriteSet;

use crate::house::{ACME, LONG, on_each_engine};

const YEAR: Duration = Duration::from_hours(24 * 365);

fn before(now: Instant, span: Duration) -> Instant {
    Instant::from_micros(now.micros() - i64::try_from(span.as_micros()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_and_forth() {
    on_each_engine(async |house| {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        let path = |name: &str| format!("/v1/persons/{}/records/sheet/{name}", house.person(ACME));
        let mut version = 0;
        let began = clock.now();
        for (round, now) in [
            began,
            before(began, Duration::from_millis(1)),
            before(began, YEAR),
            began.after(Duration::from_secs(1)),
            before(began, Duration::from_hours(1)),
            began.after(Duration::from_hours(1)),
        ]
        .into_iter()
        .enumerate()
        {
            clock.set(now);
            let written = house.put(path("same"), &json!({ "pulse": round })).await;
            version += 1;
            assert!(matches!(written.status, 200 | 201), "{}", written.text());
            assert_eq!(
                written.header("etag"),
                Some(format!("\"{version}\"").as_str())
            );
            let body = json!({ "pulse": 1 });
            let fresh = house.put(path(&format!("r{round}")), &body).await;
            assert_eq!(fresh.status, 201, "{}", fresh.text());
            let person = house.new_person(ACME).await;
            let stored = house.upload(person, "x", vec![1; 1000]).await;
            assert_eq!(stored.status, 201, "{}", stored.text());
        }
        // Every version is there, in the order in which they came.
        for round in 0..version {
            let got = house
                .get(path(&format!("same?version={}", round + 1)))
                .await;
            assert_eq!(got.json(), json!({ "pulse": round }), "{}", got.text());
        }
        // In the log time does not run back; where the clock did, it says what the clock said.
        let (size, mut last, mut said) = (house.log_size(ACME).await, String::new(), 0);
        for index in 0..size {
            let entry = house.entry(ACME, index).await;
            let at = entry["at"].as_str().unwrap().to_owned();
            assert!(at >= last, "entry {index}: {at} after {last}");
            last = at;
            said += u32::from(entry.get("clock").is_some());
        }
        assert!(said > 0, "a jump stands in the log");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_ended_stays_so_when_the_clock_is_set_back() {
    on_each_engine(async |house| {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        let began = clock.now();
        let (id, token) = house.new_token(ACME, Role::App, None, LONG).await;
        let ask = async || {
            let ask = house.ask(http::Method::GET, "/v1/persons").by(&token);
            ask.send().await.status
        };
        assert_eq!(ask().await, 200);
        // Another process ends it: this one believes it for a moment more, by a clock that is an hour late then.
        let elsewhere = Tokens::new(
            house.place.db.clone(),
            Arc::clone(&house.place.clock),
            Arc::clone(&house.place.rng),
        );
        let tenant: TenantId = ACME.parse().unwrap();
        let set = elsewhere.revoke(&tenant, id, WriteSet::new());
        house.place.db.commit(set).await.unwrap();
        clock.set(before(began, Duration::from_hours(1)));
        assert_eq!(ask().await, 401, "ended is ended");
    })
    .await;
}

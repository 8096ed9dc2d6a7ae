//! From when on somebody erased is beyond everybody's reach: promised in the certificate, and then certified as what happened.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, FixedClock};
use policy::Role;
use serde_json::{Value, json};
use server::erasures::{Beyond, check, confirm};
use server::{backup, erasures};

use crate::erasures::{asked, vkeys};
use crate::house::{ACME, House, LONG, on_each_engine};
use crate::pages::press;

const HOUR: Duration = Duration::from_secs(3600);

/// What the page says to whoever has the code.
async fn page(house: &House, code: &str) -> String {
    let mut jar = String::new();
    let fields = format!("code={code}");
    let shown = press(house, &mut jar, "/erased", "/erased", &fields).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    shown.text()
}

async fn body(house: &House, code: &str) -> Value {
    let standing = house.place.erasure_behind(code).await.unwrap();
    check(&standing.certificate.unwrap(), &vkeys(house)).unwrap()
}

async fn by_clock(house: House) -> (House, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(house.place.clock.now()));
    let house = house.reopened_by(Arc::clone(&clock) as _).await;
    (house, clock)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_says_by_when_and_then_since_when() {
    on_each_engine(async |house| {
        let (house, clock) = by_clock(house).await;
        backup::keep_keys(&house.place).await.unwrap();
        clock.pass(HOUR / 2);
        let erased_at = clock.now();
        let done = asked(&house, &json!({ "now": true })).await.json();
        let code = done["code"].as_str().unwrap();
        let promised = check(done["certificate"].as_str().unwrap(), &vkeys(&house)).unwrap();
        let by = erased_at.after(HOUR * 24);
        assert_eq!(Beyond::of(&promised), Some(Beyond::By(by)), "{promised}");
        assert_eq!(promised["beyond_reach"]["generations"], json!([1]));
        assert!(page(&house, code).await.contains("at the latest"));
        assert_eq!(confirm(&house.place).await.unwrap(), 0, "it is not so yet");
        backup::keep_keys_if_due(&house.place).await.unwrap();
        assert_eq!(backup::reach(&house.place).await.unwrap().within, 1);

        // Within the hour after the last backup of the keys there is a newer one, and the older one is gone.
        clock.pass(HOUR / 2);
        backup::keep_keys_if_due(&house.place).await.unwrap();
        assert_eq!(backup::reach(&house.place).await.unwrap().within, 0);
        assert_eq!(confirm(&house.place).await.unwrap(), 1);
        assert_eq!(confirm(&house.place).await.unwrap(), 0, "once");
        let since = body(&house, code).await;
        let at = clock.now();
        assert_eq!(Beyond::of(&since), Some(Beyond::Since(at)), "{since}");
        assert_eq!(since["log"], promised["log"], "the proof is the same");
        assert!(page(&house, code).await.contains("reach since"));
        assert!(erasures::in_words(&since).starts_with("since "));

        // The next one to be erased was not among those: a clock that is set back does not make it look so.
        let person = house.new_person(ACME).await;
        let (_, token) = house
            .new_token(ACME, Role::Person, Some(person), LONG)
            .await;
        backup::keep_keys(&house.place).await.unwrap();
        clock.set(erased_at);
        let path = format!("/v1/persons/{person}/erasures");
        let ask = house.ask(http::Method::POST, path).by(&token);
        let done = ask.json(&json!({ "now": true })).send().await.json();
        let promised = check(done["certificate"].as_str().unwrap(), &vkeys(&house)).unwrap();
        assert_eq!(promised["beyond_reach"]["done"], false, "{promised}");
        assert_eq!(backup::reach(&house.place).await.unwrap().within, 1);
    })
    .await;
}

/// Nobody makes a backup of the keys any more, so that the older one stays: the promise does not hold, and everybody hears so.
#[tokio::test(flavor = "multi_thread")]
async fn a_promise_that_is_late_is_said_to_be() {
    let (house, clock) = by_clock(House::over_sqlite().await).await;
    backup::keep_keys(&house.place).await.unwrap();
    let done = asked(&house, &json!({ "now": true })).await.json();
    let code = done["code"].as_str().unwrap();
    clock.pass(HOUR * 23);
    let late = async || backup::within_reach_too_long(&house.place).await.unwrap();
    assert_eq!(late().await, None);
    backup::clock::tell(&house.place).await.unwrap();
    clock.pass(HOUR * 2);
    assert_eq!(late().await, Some(clock.now().before(HOUR)));
    assert!(page(&house, code).await.contains("should have been"));
    let (_, token) = house.new_token(ACME, Role::Operator, None, LONG).await;
    let asked = house.ask(http::Method::GET, "/v1/continuity");
    let told = asked.by(&token).send().await;
    assert_eq!(told.json()["keys"]["erased_within_reach"], 1);
    assert!(told.json()["keys"]["late_since"].is_string());
    backup::clock::tell(&house.place).await.unwrap();
    static TOLD: store::Sql = store::Sql::both(
        "SELECT count(*) FROM job WHERE kind = 'access.notice' AND dedupe LIKE 'continuity/reach/%'",
    );
    assert!(house.number(&TOLD).await > 0, "whoever watches is told");
    backup::keep_keys(&house.place).await.unwrap();
    assert_eq!(late().await, None);
    assert_eq!(confirm(&house.place).await.unwrap(), 1);
    assert!(page(&house, code).await.contains("reach since"));
}

/// Where nothing is backed up, nobody is within reach of a backup.
#[tokio::test(flavor = "multi_thread")]
async fn without_backups_it_is_so_at_once() {
    let house = House::over_sqlite().await;
    let file = house.folder().join("strongroom.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let (head, rest) = text.split_once("[backup]").unwrap();
    let (_, tail) = rest.split_once("[seal]").unwrap();
    std::fs::write(&file, format!("{head}[seal]{tail}")).unwrap();
    let (house, clock) = by_clock(house).await;
    let done = asked(&house, &json!({ "now": true })).await.json();
    let said = check(done["certificate"].as_str().unwrap(), &vkeys(&house)).unwrap();
    assert_eq!(Beyond::of(&said), Some(Beyond::Since(clock.now())));
    // One of before says nothing of it, and is read as ever.
    assert_eq!(
        Beyond::of(&json!({ "format": "strongroom-erasure/1" })),
        None
    );
}

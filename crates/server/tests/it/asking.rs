//! How often somebody is asked, by what way, and that what they take back is taken back.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, FixedClock};
use http::Method;
use policy::Role;
use serde_json::{Value, json};
use server::clock::SystemClock;

use crate::accounts::{self, Kept};
use crate::apps;
use crate::house::{ACME, Got, House, on_each_engine};
use crate::sharing::{ask, grant_all, own, publish, request, research, text, yes};

const DAY: Duration = Duration::from_hours(24);

/// A request by an app of acme, and that app's token.
async fn request_of(house: &House, app: &str) -> String {
    let parts = json!([{ "collection": "sheet", "verbs": "r" }]);
    let ask = house.ask(Method::POST, "/v1/consent/requests").by(app);
    let published = ask.json(&request("HRESCH", &parts)).send().await;
    assert_eq!(published.status, 201, "{}", published.text());
    text(&published.json(), "request").to_owned()
}

/// An app of somebody's own, reviewed: its id and its secret.
async fn program(house: &House, name: &str) -> (String, String) {
    let settings = json!({
        "name": name,
        "auth_method": "client_secret_post",
        "grant_types": ["client_credentials"],
        "scopes": "system/*.cruds",
        "purposes": ["HRESCH"],
    });
    let (app, secret) = apps::registered(house, ACME, &settings).await;
    let reviewed = apps::review(house, ACME, Role::Security, &app).await;
    assert_eq!(reviewed.status, 200, "{}", reviewed.text());
    (app, secret)
}

async fn token(house: &House, app: &str, secret: &str) -> String {
    let got = apps::token(house, app, secret).await;
    assert_eq!(got.status, 200, "{}", got.text());
    got.json()["access_token"].as_str().unwrap().to_owned()
}

async fn asks(house: &House, app: &str, request: &str) -> Got {
    let path = format!("/v1/consent/requests/{request}/askings");
    let body = json!({ "person": house.person(ACME) });
    house
        .ask(Method::POST, path)
        .by(app)
        .json(&body)
        .send()
        .await
}

async fn refuses(house: &House, person: &str, asked: &Got) {
    assert_eq!(asked.status, 201, "{}", asked.text());
    let at = house.person(ACME);
    let asking = asked.json()["asking"].as_str().unwrap().to_owned();
    let path = format!("/v1/persons/{at}/askings/{asking}/answer");
    let no = house.ask(Method::POST, path).by(person);
    let done = no.json(&json!({ "answer": "refuse" })).send().await;
    assert_eq!(done.status, 200, "{}", done.text());
}

/// How many seconds to wait, of who is told to.
fn wait(got: &Got) -> u64 {
    assert_eq!((got.status, got.code().as_str()), (429, "consent.pace"));
    got.header("retry-after").unwrap().parse().unwrap()
}

/// One app three times in ninety days, a month after each no; all together five times a day. Who is told to wait is told how long, and that
/// is true to the second.
#[tokio::test(flavor = "multi_thread")]
async fn one_asks_three_times_in_ninety_days_and_all_five_times_a_day() {
    on_each_engine(async |house| {
        let clock = Arc::new(FixedClock::at(SystemClock.now()));
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        let (_, app) = house.new_token(ACME, Role::App, None, DAY * 400).await;
        let whose = Some(house.person(ACME));
        let (_, person) = house.new_token(ACME, Role::Person, whose, DAY * 400).await;
        let asked_for = request_of(&house, &app).await;
        // Another token of the tenant's is no other asker: to the person both are the tenant.
        let (_, another) = house.new_token(ACME, Role::App, None, DAY * 400).await;
        let theirs = request_of(&house, &another).await;
        let mut programs = Vec::new();
        for number in 0..6 {
            let (app, secret) = program(&house, &format!("Lantern {number}")).await;
            let access = token(&house, &app, &secret).await;
            programs.push((app, secret, request_of(&house, &access).await));
        }
        for _ in 0..3 {
            let asked = asks(&house, &app, &asked_for).await;
            refuses(&house, &person, &asked).await;
            let seconds = wait(&asks(&house, &app, &asked_for).await);
            assert_eq!(wait(&asks(&house, &another, &theirs).await), seconds);
            clock.pass(Duration::from_secs(seconds - 1));
            assert_eq!(wait(&asks(&house, &app, &asked_for).await), 1);
            clock.pass(Duration::from_secs(1));
        }
        // Three months of one month each are over by now: it is the fourth, and the first is just out of the ninety days.
        let asked = asks(&house, &app, &asked_for).await;
        assert_eq!(asked.status, 201, "{}", asked.text());
        clock.pass(DAY * 40);

        // Others, each for the first time: five in a day, and no sixth.
        let (sixth, five) = programs.split_last().unwrap();
        let asks_as = async |(app, secret, request): &(String, String, String)| {
            let access = token(&house, app, secret).await;
            asks(&house, &access, request).await
        };
        for program in five {
            let asked = asks_as(program).await;
            assert_eq!(asked.status, 201, "{}", asked.text());
        }
        let seconds = wait(&asks_as(sixth).await);
        assert_eq!(seconds, DAY.as_secs());
        clock.pass(Duration::from_secs(seconds));
        let asked = asks_as(sixth).await;
        assert_eq!(asked.status, 201, "{}", asked.text());
    })
    .await;
}

/// A question by letter reaches somebody, or is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_to_somebody_who_has_an_address() {
    let house = House::over_sqlite().await;
    let by_app = async |path: &str, body: &Value| {
        let ask = house.ask(Method::POST, path);
        ask.by(house.token(ACME, Role::App)).json(body).send().await
    };
    let parts = json!([{ "collection": "sheet", "verbs": "r" }]);
    let published = publish(&house, &request("HRESCH", &parts)).await.json();
    let path = format!(
        "/v1/consent/requests/{}/askings",
        text(&published, "request")
    );
    let nobody = json!({ "person": house.person(ACME), "way": "mail" });
    let refused = by_app(&path, &nobody).await;
    assert_eq!(
        (refused.status, refused.pointer()),
        (400, Some("/way".to_owned())),
        "{}",
        refused.text()
    );
    let (_, person) = accounts::account(&house, ACME, "asked@harbour.example", Role::Person).await;
    let somebody = json!({ "person": person, "way": "mail" });
    let asked = by_app(&path, &somebody).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let letters = Kept::default().collect(&house).await;
    assert!(
        letters.iter().any(|it| it.contains("/portal")),
        "{letters:?}"
    );
    // What was refused asked nobody.
    let inbox = ask(&house, text(&published, "request"), house.person(ACME)).await;
    assert_eq!(inbox.status, 201, "{}", inbox.text());
}

/// What is taken back while it is made smaller is taken back.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_that_meets_a_narrowing_wins() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let sheet = format!("/v1/persons/{person}/records/sheet/one");
        let put = house.put(&sheet, &json!({ "pulse": 64 })).await;
        assert_eq!(put.status, 201, "{}", put.text());
        let published = publish(&house, &request("HRESCH", &json!([{ "verbs": "rs" }]))).await;
        let link = json!({ "request": published.json()["request"] });
        for _ in 0..12 {
            // By the link, as often as they like.
            let came = own(&house, Method::POST, "/askings", Some(&link)).await;
            let granted = yes(&house, text(&came.json(), "asking"), &json!([0]))
                .await
                .json();
            let grant = format!("/grants/{}", granted["grant"]["grant"].as_str().unwrap());
            assert_eq!(research(&house, &sheet).await.status, 200);
            let terms = json!({ "purposes": ["HRESCH"], "parts": [{ "verbs": "r" }] });
            let smaller = json!({ "terms": terms });
            let path = format!("{grant}/narrow");
            let narrow = || own(&house, Method::POST, &path, Some(&smaller));
            let withdraw = own(&house, Method::DELETE, &grant, None);
            let (one, other, withdrawn) = tokio::join!(narrow(), narrow(), withdraw);
            for got in [one, other] {
                assert!(matches!(got.status, 200 | 409), "{}", got.text());
            }
            assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
            assert_eq!(research(&house, &sheet).await.status, 403);
            let again = own(&house, Method::DELETE, &grant, None).await;
            assert_eq!(again.status, 409, "it is over");
        }
    })
    .await;
}

/// What the person let the tenant do is not bound to the token that it had then; and another app gets nothing by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_grant_to_the_tenant_outlives_its_token() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let sheet = format!("/v1/persons/{person}/records/sheet/one");
        let put = house.put(&sheet, &json!({ "pulse": 64 })).await;
        assert_eq!(put.status, 201, "{}", put.text());
        let grant = grant_all(&house, "HRESCH").await;
        let (id, next) = house.new_token(ACME, Role::App, None, DAY).await;
        let read = async |token: &str| {
            let ask = house.ask(Method::GET, &sheet).by(token);
            ask.purpose("HRESCH").send().await.status
        };
        assert_eq!(read(&next).await, 200, "with another token");
        house.revoke(ACME, id).await;
        assert_eq!(research(&house, &sheet).await.status, 200);
        let (app, secret) = program(&house, "Lantern").await;
        let others = token(&house, &app, &secret).await;
        assert_eq!(read(&others).await, 403, "it was not granted to an app");
        let back = own(&house, Method::DELETE, &format!("/grants/{grant}"), None).await;
        assert_eq!(back.status, 200, "{}", back.text());
        assert_eq!(research(&house, &sheet).await.status, 403);
    })
    .await;
}

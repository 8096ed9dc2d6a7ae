//! Staff acts in one role that was given and counts now; nothing else that a session brings gives it one.

use base::AccountId;
use http::Method;
use policy::Role;
use store::{Sql, Value, WriteSet};

use crate::house::{ACME, Got, House, on_each_engine};
use crate::pages::{look, press, staffed};

static ACCOUNT: Sql = Sql::both("SELECT account FROM session LIMIT 1");
static OVERDUE: Sql = Sql::both("UPDATE role_assignment SET review_due_at = 1");
static WEAKER: Sql = Sql::both("UPDATE session SET assurance = 'two_factor'");
static END: Sql =
    Sql::both("UPDATE role_assignment SET ended_at = 1, ended_why = 'ended' WHERE role = $1");

async fn change(house: &House, sql: &'static Sql, params: Vec<Value>) {
    let set = WriteSet::new().run(sql, params);
    house.place.db.commit(set).await.unwrap();
}

async fn signed_in(house: &House) -> AccountId {
    let row = house.place.db.row(&ACCOUNT, vec![]).await.unwrap().unwrap();
    AccountId::from_slice(row.bytes(0).unwrap()).unwrap()
}

async fn accounts(house: &House, jar: &str) -> Got {
    let ask = house.ask(Method::GET, "/v1/accounts").header("cookie", jar);
    ask.header("sec-fetch-site", "same-origin").send().await
}

/// The role of the entry that an answer points to.
async fn acted(house: &House, got: &Got) -> String {
    let index = got.log_index().unwrap();
    let entry = house.entry(ACME, index).await;
    entry["actor"]["role"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_acts_in_a_role_that_counts_now_and_in_no_other() {
    on_each_engine(async |house| {
        let jar = staffed(&house, Role::Owner).await;
        let got = accounts(&house, &jar).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert_eq!(acted(&house, &got).await, "owner");

        // Of two the one that was chosen; one that is not held chooses nothing.
        house
            .appoint(ACME, signed_in(&house).await, Role::Administrator)
            .await;
        for (chosen, acts) in [
            ("administrator", "administrator"),
            ("security", "owner"),
            ("system", "owner"),
            ("nonsense", "owner"),
        ] {
            let jar = format!("{jar}; __Host-role={chosen}");
            let got = accounts(&house, &jar).await;
            assert_eq!(got.status, 200, "{chosen}: {}", got.text());
            assert_eq!(acted(&house, &got).await, acts, "{chosen}");
        }
        let twice = format!("{jar}; __Host-role=owner; __Host-role=administrator");
        assert_eq!(accounts(&house, &twice).await.status, 400);

        // What ended is gone at the next request; what is overdue does not count either.
        change(&house, &END, vec!["owner".into()]).await;
        let got = accounts(&house, &jar).await;
        assert_eq!(acted(&house, &got).await, "administrator");
        change(&house, &OVERDUE, vec![]).await;
        let got = accounts(&house, &jar).await;
        assert_eq!(
            (got.status, got.code().as_str()),
            (403, "access.no_role"),
            "{}",
            got.text()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_acted_in_only_with_the_proof_that_it_wants() {
    let house = House::over_sqlite().await;
    let jar = staffed(&house, Role::Clinician).await;
    house
        .appoint(ACME, signed_in(&house).await, Role::Compliance)
        .await;
    change(&house, &WEAKER, vec![]).await;
    let home = look(&house, &mut jar.clone(), "/console").await;
    assert!(home.text().contains("Clinician"), "{}", home.text());
    // The other one is held, and chosen, and still wants a passkey.
    let mut chosen = format!("{jar}; __Host-role=compliance");
    let home = look(&house, &mut chosen, "/console/break-glass").await;
    assert_eq!(home.status, 200, "a clinician finds this: {}", home.text());
    change(&house, &END, vec!["clinician".into()]).await;
    let got = accounts(&house, &jar).await;
    assert_eq!(
        (got.status, got.code().as_str()),
        (403, "access.stronger"),
        "{}",
        got.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_says_in_which_role_and_changes_it() {
    let house = House::over_sqlite().await;
    let mut jar = staffed(&house, Role::Owner).await;
    house
        .appoint(ACME, signed_in(&house).await, Role::Compliance)
        .await;
    let home = look(&house, &mut jar, "/console").await;
    let text = home.text();
    for part in ["You act as", "Owner", "Act as: Compliance officer"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let chosen = press(
        &house,
        &mut jar,
        "/console",
        "/console/role",
        "role=compliance",
    )
    .await;
    assert_eq!(chosen.status, 303, "{}", chosen.text());
    let home = look(&house, &mut jar, "/console").await;
    let text = home.text();
    assert!(text.contains("Act as: Owner"), "{text}");
    let people = look(
        &house,
        &mut jar.replace("compliance", "owner"),
        "/console/people",
    )
    .await;
    assert!(
        people.text().contains("Compliance officer, Owner")
            || people.text().contains("Owner, Compliance officer"),
        "{}",
        people.text()
    );
    // What only the owner finds is not there for who acts as another.
    assert!(!text.contains("/console/people"), "{text}");
    let none = press(
        &house,
        &mut jar,
        "/console",
        "/console/role",
        "role=security",
    )
    .await;
    assert_eq!(none.status, 404, "{}", none.text());
}

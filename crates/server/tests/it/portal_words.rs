//! What the portal's pages say and take: what was answered, what goes, what would be seen, and where one can go on from here.

use base::PersonId;
use http::Method;
use policy::Role;
use serde_json::{Value, json};

use crate::accounts;
use crate::house::{ACME, House, on_each_engine};
use crate::pages::{look, press};
use crate::portal::{between, somebody};
use crate::sharing::request;
use crate::time::{hold, lift};

/// The app asks the person for `parts`, for research: the page of the question.
async fn question(house: &House, person: PersonId, parts: &Value) -> String {
    let app = house.token(ACME, Role::App);
    let published = house
        .ask(Method::POST, "/v1/consent/requests")
        .by(app)
        .json(&request("HRESCH", parts))
        .send()
        .await;
    let request = published.json()["request"].as_str().unwrap().to_owned();
    let path = format!("/v1/consent/requests/{request}/askings");
    let ask = house.ask(Method::POST, path).by(app);
    let asked = ask.json(&json!({ "person": person })).send().await.json();
    format!("/portal/question/{}", asked["asking"].as_str().unwrap())
}

/// A second press on yes says what was answered; so does the page of the question.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_sent_twice_is_said_once_more() {
    let house = House::over_sqlite().await;
    let (mut jar, person) = somebody(&house).await;
    let parts = json!([{ "collection": "sheet", "verbs": "rs" }]);
    let page = question(&house, person, &parts).await;
    let shown = look(&house, &mut jar, &page).await.text();
    let sha256 = between(&shown, "name=\"text_sha256\" value=\"", "\"");
    let fields = format!("answer=grant&lang=en&text_sha256={sha256}&days=30");
    for said in ["You said yes.", "answered already, with yes"] {
        let answered = press(&house, &mut jar, &page, &page, &fields).await;
        assert_eq!(
            (answered.status, answered.header("location")),
            (303, Some("/portal/sharing")),
            "{}",
            answered.text()
        );
        let shared = look(&house, &mut jar, "/portal/sharing").await.text();
        assert!(shared.contains(said), "{said}: {shared}");
    }
    let over = look(&house, &mut jar, &page).await.text();
    assert!(over.contains("The answer was yes"), "{over}");
    assert!(over.contains("href=\"/portal/sharing/"), "{over}");
    let other = question(&house, person, &parts).await;
    press(&house, &mut jar, &other, &other, "answer=refuse").await;
    press(&house, &mut jar, &other, &other, "answer=grant&days=30").await;
    let shared = look(&house, &mut jar, "/portal/sharing").await.text();
    assert!(shared.contains("answered already, with no"), "{shared}");
}

/// The example is what the asker gets: masked where they see a mask, and without what they do not see.
#[tokio::test(flavor = "multi_thread")]
async fn an_example_is_what_would_be_seen() {
    on_each_engine(async |house| {
        let (mut jar, person) = somebody(&house).await;
        for day in ["2026-11-01", "2026-11-09", "2026-11-20"] {
            let path = format!("/v1/persons/{person}/records/sheet/{day}");
            let sheet = json!({
                "name": "Dagny Harbour", "phone": "0555-010-4477", "born": "1980-02-03", "street": "Quay 12",
                "pulse": 64, "finding": "calm",
            });
            assert_eq!(house.put(&path, &sheet).await.status, 200);
        }
        let page = question(&house, person, &json!([{ "collection": "sheet", "verbs": "rs" }])).await;
        let shown = look(&house, &mut jar, &page).await.text();
        let sha256 = between(&shown, "name=\"text_sha256\" value=\"", "\"").to_owned();
        let example = between(&shown, "id=\"examples\"", "</section>");
        for hidden in ["Dagny", "0555", "1980-02-03", "3 February 1980", "Quay 12"] {
            assert!(!example.contains(hidden), "{hidden}: {example}");
        }
        let fields = format!("answer=grant&lang=en&text_sha256={sha256}&days=30");
        press(&house, &mut jar, &page, &page, &fields).await;
        let path = format!("/v1/persons/{person}/records/sheet/2026-11-09");
        let ask = house.ask(Method::GET, path).by(house.token(ACME, Role::App));
        let seen = ask.purpose("HRESCH").send().await.json();
        let seen = seen.as_object().unwrap();
        assert_eq!(seen["phone"], "***4477");
        for value in seen.values() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert!(example.contains(&format!("<dd>{value}</dd>")), "{value}: {example}");
        }
        assert_eq!(example.matches("<dd>").count(), seen.len(), "{example}");
    })
    .await;
}

/// What a form does not know is no yes, the page names what goes, and a hold is waited for without a day.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_named_chosen_and_waits_for_a_hold() {
    on_each_engine(async |house| {
        let (mut jar, person) = somebody(&house).await;
        let asked = async || {
            let path = format!("/v1/persons/{person}/erasures");
            let ask = house
                .ask(Method::GET, path)
                .by(house.token(ACME, Role::App));
            ask.purpose("TREAT").send().await.json()
        };
        let kind = "/portal/delete/kind/sheet";
        for page in ["/portal/delete", kind] {
            for when in ["", "when=maybe", "when=NOW"] {
                let got = press(&house, &mut jar, page, page, when).await;
                assert_eq!(got.status, 422, "{page} {when}: {}", got.text());
                assert!(
                    got.text().contains("Nothing was deleted."),
                    "{}",
                    got.text()
                );
            }
        }
        assert!(
            !asked().await.to_string().contains("waiting"),
            "{}",
            asked().await
        );
        let shown = look(&house, &mut jar, kind).await.text();
        assert!(
            shown.contains("<h1>Delete all of this kind: Sheet</h1>"),
            "{shown}"
        );
        let one = "/portal/delete/kind/sheet/2026-11-09";
        let shown = look(&house, &mut jar, one).await.text();
        assert!(shown.contains("<h1>Delete this record: Sheet"), "{shown}");

        let held = hold(
            &house,
            &json!({ "on": "person", "person": person, "reason": "a claim" }),
        )
        .await;
        let got = press(&house, &mut jar, one, one, "when=now").await;
        let text = got.text();
        assert!(
            text.contains("It waits until the legal hold is lifted"),
            "{text}"
        );
        assert!(!text.contains("It is deleted on"), "{text}");
        let all = look(&house, &mut jar, "/portal/delete").await.text();
        assert!(
            all.contains("It waits until the legal hold is lifted"),
            "{all}"
        );
        let code = between(&text, "<code class=\"key\">", "<").to_owned();
        let behind = press(
            &house,
            &mut jar,
            "/erased",
            "/erased",
            &format!("code={code}"),
        )
        .await;
        assert!(
            behind.text().contains("a legal hold is lifted"),
            "{}",
            behind.text()
        );
        press(&house, &mut jar, kind, kind, "when=later").await;
        let later = look(&house, &mut jar, kind).await.text();
        assert!(later.contains("at the earliest"), "{later}");
        assert_eq!(lift(&house, &held).await.status, 200);
        let later = look(&house, &mut jar, kind).await.text();
        assert!(later.contains("It is deleted on"), "{later}");
    })
    .await;
}

/// Each mistake leads to its field; what a request is about is there, or there is no form for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_a_request_leads_to_its_field() {
    let house = House::over_sqlite().await;
    let (mut jar, _) = somebody(&house).await;
    let new = "/portal/rights/new";
    let about = "collection=sheet&record=2026-11-09";
    for (kind, fields, field) in [
        ("question", "text=", "text"),
        ("objection", "text=x", "purpose"),
        ("objection", "text=x&purpose=ETREAT", "purpose"),
        ("restriction", "collection=nothing&text=x", "collection"),
        ("rectification", "field=&value=72&text=", "field"),
        ("rectification", "field=pulse&value=&text=", "value"),
        ("rectification", "field=&value=&text=", "text"),
    ] {
        let with = if kind == "rectification" { about } else { "x=" };
        let page = format!("{new}?kind={kind}&{with}");
        let sent = format!("kind={kind}&{with}&{fields}");
        let got = press(&house, &mut jar, &page, new, &sent).await;
        assert_eq!(got.status, 422, "{sent}: {}", got.text());
        let link = format!("<a href=\"#{field}\">");
        assert!(got.text().contains(&link), "{sent}: {}", got.text());
        assert!(
            got.text().contains(&format!("id=\"{field}-error\"")),
            "{sent}"
        );
    }
    for there_is_none in ["entry=abc", "entry=999999", "entry=-1"] {
        let got = look(
            &house,
            &mut jar,
            &format!("{new}?kind=report&{there_is_none}"),
        )
        .await;
        assert_eq!(got.status, 404, "{there_is_none}: {}", got.text());
        let sent = format!("kind=report&text=x&{there_is_none}");
        let got = press(&house, &mut jar, "/portal/rights", new, &sent).await;
        assert_eq!(got.status, 404, "{there_is_none}: {}", got.text());
    }
    let none = look(&house, &mut jar, "/portal/rights").await.text();
    assert!(none.contains("Nothing yet."), "no clock began: {none}");
}

/// A person's own words end where they end, on their page and on the console's; an answered request says whether it was in time, and whose.
#[tokio::test(flavor = "multi_thread")]
async fn own_words_turn_nothing_else_and_an_answer_is_said_to_be_in_time() {
    let house = House::over_sqlite().await;
    let (mut jar, person) = somebody(&house).await;
    let mut officer = crate::pages::staffed(&house, Role::Compliance).await;
    let new = "/portal/rights/new?kind=access";
    let sent = press(
        &house,
        &mut jar,
        new,
        "/portal/rights/new",
        "kind=access&text=ab%E2%80%AEcd",
    )
    .await;
    let there = sent.header("location").unwrap().to_owned();
    let console = format!("/console/rights/{}", there.rsplit('/').next().unwrap());
    let alone = "\u{2068}ab\u{202e}cd\u{202c}\u{2069}";
    assert!(look(&house, &mut jar, &there).await.text().contains(alone));
    assert!(
        look(&house, &mut officer, &console)
            .await
            .text()
            .contains(alone)
    );
    let due = look(&house, &mut jar, "/portal/rights?lang=de")
        .await
        .text();
    assert!(due.contains("Antwort spätestens am"), "{due}");
    let day = between(&due, "Antwort spätestens am ", "<");
    assert!(day.contains(". ") && !day.contains('-'), "{day}");

    let answered = press(
        &house,
        &mut officer,
        &console,
        &console,
        "event=answer&text=Here+it+is",
    )
    .await;
    assert_eq!(answered.status, 303, "{}", answered.text());
    let list = look(&house, &mut officer, "/console/rights?state=closed&lang=en")
        .await
        .text();
    assert!(list.contains(", in time"), "{list}");
    assert!(!list.contains("no time set by law"), "{list}");
    let short: String = person.to_string().chars().take(8).collect();
    assert!(list.contains(&short), "{list}");
    let path = format!("/v1/persons/{person}/rights-requests");
    let ask = house
        .ask(Method::GET, path)
        .by(house.token(ACME, Role::App));
    let said = ask.send().await.json();
    assert_eq!(said["requests"][0]["answered"]["late"], false, "{said}");
}

/// Files of a history are told apart by their names, and where one begins is a number of an entry.
#[tokio::test(flavor = "multi_thread")]
async fn a_history_begins_where_it_is_asked_to() {
    let house = House::over_sqlite().await;
    let (mut jar, _) = somebody(&house).await;
    for (before, status) in [("abc", 400), ("-1", 400), ("0", 400), ("1", 404)] {
        let path = format!("/portal/looks/history?before={before}");
        let got = look(&house, &mut jar, &path).await;
        assert_eq!(got.status, status, "{before}: {}", got.text());
    }
    let files = look(&house, &mut jar, "/portal/looks/files").await.text();
    let path = between(&files, "href=\"/portal/looks/history", "\"");
    let path = format!("/portal/looks/history{}", path.replace("&amp;", "&"));
    let first = look(&house, &mut jar, &path).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let name = first.header("content-disposition").unwrap().to_owned();
    assert!(name.contains("who-looked-20"), "{name}");
    let newest = look(&house, &mut jar, "/portal/looks/history").await;
    assert_ne!(newest.header("content-disposition"), Some(name.as_str()));
}

/// From each page there is a way on; where there is nothing, nothing older is offered and nothing to delete.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_a_dead_end() {
    let house = House::over_sqlite().await;
    let (mut jar, _) = somebody(&house).await;
    let account = look(&house, &mut jar, "/account").await.text();
    assert!(account.contains("href=\"/portal\""), "{account}");
    for path in ["/nothing-here", "/portal/data/nothing"] {
        let lost = look(&house, &mut jar, path).await;
        assert_eq!(lost.status, 404);
        assert!(
            lost.text().contains("href=\"/portal\""),
            "{path}: {}",
            lost.text()
        );
    }
    let kind = look(&house, &mut jar, "/portal/data/sheet").await.text();
    let page = look(&house, &mut jar, "/portal/delete").await;
    let out = crate::pages::send(
        &house,
        "/portal/delete",
        "",
        "form_token=x&when=later".to_owned(),
    )
    .await;
    assert_eq!(out.status, 403);
    assert!(out.text().contains("href=\"/sign-in\""), "{}", out.text());
    assert_eq!(page.status, 200);
    assert!(kind.contains("/portal/delete/kind/sheet"), "{kind}");
    assert!(
        !kind.contains("2026-11-20T"),
        "a day is written as people do: {kind}"
    );

    let email = "astrid@harbour.example";
    accounts::account(&house, ACME, email, Role::Person).await;
    let session = accounts::sign_in(&house, ACME, email).await;
    let mut theirs = format!("__Host-session={}", session.text.expose());
    for kind in ["sheet", "slip"] {
        let empty = look(&house, &mut theirs, &format!("/portal/data/{kind}"))
            .await
            .text();
        assert!(!empty.contains("rel=\"prev\""), "{empty}");
        assert!(!empty.contains("/portal/delete/kind/"), "{empty}");
    }
}

/// A record that never changed has no history; one that did names what stands now.
#[tokio::test(flavor = "multi_thread")]
async fn a_history_is_of_what_changed() {
    let house = House::over_sqlite().await;
    let (mut jar, person) = somebody(&house).await;
    let page = "/portal/data/sheet/2026-11-09";
    let once = look(&house, &mut jar, page).await.text();
    assert!(!once.contains("What it said before"), "{once}");
    assert!(once.contains("<h1>Sheet, Seen: 9 November 2026"), "{once}");
    let path = format!("/v1/persons/{person}/records/sheet/2026-11-09");
    assert_eq!(house.put(&path, &json!({ "pulse": 70 })).await.status, 200);
    let twice = look(&house, &mut jar, page).await.text();
    assert!(twice.contains("What it said before"), "{twice}");
    assert_eq!(twice.matches("what it says now").count(), 1, "{twice}");
}

/// The form of a hold says which field is wrong, and whoever lifts one is told what it is on.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_s_form_says_which_field_is_wrong() {
    let house = House::over_sqlite().await;
    let mut officer = crate::pages::staffed(&house, Role::Compliance).await;
    let person = house.person(ACME);
    let new = "/console/holds/new";
    for (fields, field) in [
        ("on=&what=&reason=x&until=".to_owned(), "on"),
        ("on=person&what=abc&reason=x&until=".to_owned(), "what"),
        (
            "on=person&what=00000000-0000-4000-8000-000000000000&reason=x&until=".to_owned(),
            "what",
        ),
        (
            "on=collection&what=nothing&reason=x&until=".to_owned(),
            "what",
        ),
        (format!("on=person&what={person}&reason=&until="), "reason"),
        (
            format!("on=person&what={person}&reason=x&until=soon"),
            "until",
        ),
        (
            format!("on=person&what={person}&reason=x&until=2020-01-01"),
            "until",
        ),
    ] {
        let got = press(&house, &mut officer, new, new, &fields).await;
        assert_eq!(got.status, 422, "{fields}: {}", got.text());
        let link = format!("<a href=\"#{field}\">");
        assert!(got.text().contains(&link), "{fields}: {}", got.text());
    }
    let held = hold(
        &house,
        &json!({ "on": "person", "person": person, "reason": "a claim" }),
    )
    .await;
    let page = look(&house, &mut officer, &format!("/console/holds/{held}/lift"))
        .await
        .text();
    let short: String = person.to_string().chars().take(8).collect();
    assert!(page.contains(&short), "{page}");
}

//! The portal as a person uses it: every page in five languages, a question answered, a grant taken back, proofs that hold.

use base::PersonId;
use http::Method;
use policy::Role;
use serde_json::{Value, json};

use crate::accounts;
use crate::house::{ACME, House, on_each_engine};
use crate::pages::{look, press};
use crate::sharing::request;

/// Somebody who is signed in, with something kept about them: their cookies, and who they are.
pub async fn somebody(house: &House) -> (String, PersonId) {
    let email = "dagny@harbour.example";
    let (account, _) = accounts::account(house, ACME, email, Role::Person).await;
    let session = accounts::sign_in(house, ACME, email).await;
    let tenant = ACME.parse().unwrap();
    let person = house
        .place
        .identity
        .account(&tenant, account)
        .await
        .unwrap()
        .person
        .unwrap();
    for (day, pulse) in [("2026-11-01", 61), ("2026-11-09", 64), ("2026-11-20", 60)] {
        let path = format!("/v1/persons/{person}/records/sheet/{day}");
        let sheet =
            json!({ "seen": format!("{day}T08:00:00Z"), "pulse": pulse, "finding": "calm <b>" });
        assert_eq!(house.put(&path, &sheet).await.status, 201);
    }
    let file = house
        .upload(
            person,
            "letter & <note>.html",
            b"<script>alert(1)</script>".to_vec(),
        )
        .await;
    assert_eq!(file.status, 201);
    (format!("__Host-session={}", session.text.expose()), person)
}

pub fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split(from)
        .nth(1)
        .and_then(|it| it.split(to).next())
        .unwrap_or("")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_whole_in_every_language() {
    let house = House::over_sqlite().await;
    let (mut jar, _) = somebody(&house).await;
    let looks = look(&house, &mut jar, "/portal/looks").await.text();
    let entry = between(&looks, "kind=report&amp;entry=", "\"");
    let about_entry = format!("/portal/rights/new?kind=report&entry={entry}");
    for lang in ["sv", "de", "it", "fr", "en"] {
        let mut jar_of = format!("{jar}; __Host-lang={lang}");
        for path in [
            "/portal",
            "/portal/data",
            "/portal/data/sheet",
            "/portal/data/sheet/2026-11-09",
            "/portal/files",
            "/portal/delete",
            "/portal/delete/kind/sheet",
            "/portal/delete/kind/sheet/2026-11-09",
            "/portal/delete/files",
            "/portal/looks",
            "/portal/looks?show=all",
            "/portal/looks/files",
            "/portal/sharing",
            "/portal/take",
            "/portal/rights",
            "/portal/rights/new?kind=access",
            "/portal/rights/new?kind=restriction",
            "/portal/rights/new?kind=objection",
            about_entry.as_str(),
            "/portal/rights/new?kind=rectification&collection=sheet&record=2026-11-09",
        ] {
            let got = look(&house, &mut jar_of, path).await;
            let text = got.text();
            assert_eq!(got.status, 200, "{path} {lang}: {text}");
            assert!(
                text.contains(&format!("<html lang=\"{lang}\"")),
                "{path} {lang}"
            );
            assert!(
                !text.contains("calm <b>"),
                "{path}: what was stored is text"
            );
            assert!(
                !text.contains("style="),
                "{path}: no inline style under the policy"
            );
            // A key in place of words is a message that is missing.
            for key in [
                "did-", "looks-", "portal-", "home-", "kind-", "field-", "part-", "delete-",
                "right-", "rights-", "purpose-", "take-", "move-",
            ] {
                assert!(
                    !text.contains(&format!(">{key}")),
                    "{path} {lang} shows {key}"
                );
            }
        }
    }
    let out = look(&house, &mut String::new(), "/portal").await;
    assert_eq!(out.status, 303, "whoever is not signed in is asked to");
    let mut owner = crate::pages::staffed(&house, Role::Owner).await;
    let staff = look(&house, &mut owner, "/portal").await;
    assert_eq!(
        (staff.status, staff.header("location")),
        (303, Some("/console"))
    );
    // A file is saved, never shown.
    let files = look(&house, &mut jar, "/portal/files").await.text();
    let path = format!(
        "/portal/files/{}",
        between(&files, "href=\"/portal/files/", "\"")
    );
    let got = look(&house, &mut jar, &path).await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert!(
        got.header("content-disposition")
            .unwrap()
            .starts_with("attachment"),
        "{:?}",
        got.headers
    );
    assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test(flavor = "multi_thread")]
async fn medical_records_are_sent_and_called_off_on_pages() {
    let house = House::over_sqlite().await;
    let (mut jar, _) = somebody(&house).await;
    let page = look(&house, &mut jar, "/portal/take").await.text();
    assert!(
        page.contains("Fjord Clinic") && page.contains("127.0.0.1:1"),
        "{page}"
    );
    let none = press(&house, &mut jar, "/portal/take", "/portal/take/send", "").await;
    assert_eq!(none.status, 422);
    assert!(none.text().contains("id=\"move-wrong\""), "{}", none.text());
    let fjord = "provider=fjord";
    let sent = press(&house, &mut jar, "/portal/take", "/portal/take/send", fjord).await;
    assert_eq!(
        sent.header("location"),
        Some("/portal/take"),
        "{}",
        sent.text()
    );
    let page = look(&house, &mut jar, "/portal/take").await.text();
    let stop = format!(
        "/portal/take/send/{}/stop",
        between(&page, "/portal/take/send/", "/stop")
    );
    let stopped = press(&house, &mut jar, "/portal/take", &stop, "").await;
    assert_eq!(stopped.status, 303, "{}", stopped.text());
    let page = look(&house, &mut jar, "/portal/take").await.text();
    assert!(!page.contains("/stop\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_and_taken_back_on_pages() {
    on_each_engine(async |house| {
        let (mut jar, person) = somebody(&house).await;
        let app = house.token(ACME, Role::App).to_owned();
        let parts = json!([
            { "collection": "sheet", "verbs": "rs", "fields": ["pulse"] },
            { "collection": "sheet", "verbs": "rs", "fields": ["finding"], "optional": true },
        ]);
        let published = house
            .ask(Method::POST, "/v1/consent/requests")
            .by(&app)
            .json(&request("HRESCH", &parts))
            .send()
            .await;
        assert_eq!(published.status, 201, "{}", published.text());
        let request = published.json()["request"].as_str().unwrap().to_owned();
        let asked = house
            .ask(
                Method::POST,
                format!("/v1/consent/requests/{request}/askings"),
            )
            .by(&app)
            .json(&json!({ "person": person, "way": "mail" }))
            .send()
            .await;
        assert_eq!(asked.status, 201, "{}", asked.text());
        let asking = asked.json()["asking"].as_str().unwrap().to_owned();

        let home = look(&house, &mut jar, "/portal").await.text();
        let page = format!("/portal/question/{asking}");
        assert!(home.contains(&page), "it waits on the first page");
        let question = look(&house, &mut jar, &page).await.text();
        for part in [
            "A study of sleep",
            "We look at how people sleep.",
            "name=\"part-1\"",
            "Pulse",
            "value=\"refuse\"",
            "value=\"grant\"",
        ] {
            assert!(question.contains(part), "{part}: {question}");
        }
        assert!(
            !question.contains("name=\"part-0\""),
            "what is essential has no box"
        );
        assert!(
            !question.contains("checked"),
            "nothing is ticked beforehand"
        );
        let sha256 = between(&question, "name=\"text_sha256\" value=\"", "\"").to_owned();
        let fields = format!("answer=grant&lang=en&text_sha256={sha256}&days=30");
        let answered = press(&house, &mut jar, &page, &page, &fields).await;
        assert_eq!(
            (answered.status, answered.header("location")),
            (303, Some("/portal/sharing")),
            "{}",
            answered.text()
        );

        let record = format!("/v1/persons/{person}/records/sheet/2026-11-09");
        let read = || {
            house
                .ask(Method::GET, &record)
                .by(&app)
                .purpose("HRESCH")
                .send()
        };
        let seen = read().await;
        assert_eq!(
            (seen.status, seen.json()),
            (200, json!({ "pulse": 64 })),
            "the optional part was left out"
        );
        let shared = look(&house, &mut jar, "/portal/sharing").await.text();
        let end = format!(
            "/portal/sharing/{}",
            between(&shared, "action=\"/portal/sharing/", "\"")
        );
        assert!(end.ends_with("/end"), "{shared}");
        let ended = press(&house, &mut jar, "/portal/sharing", &end, "").await;
        assert_eq!(ended.status, 303, "{}", ended.text());
        assert_eq!(read().await.code(), "consent.no_grant", "one tap");

        // Every line of who looked carries a proof that holds by the log's own verifier.
        let looks = look(&house, &mut jar, "/portal/looks?show=all")
            .await
            .text();
        assert!(looks.contains("/assets/proofs.js"));
        let keys = between(&looks, "data-keys=\"", "\"").replace("&#10;", "\n");
        assert!(keys.contains('+'), "{looks}");
        let proofs: Vec<_> = looks
            .split("data-proof=\"")
            .skip(1)
            .filter_map(|it| it.split('"').next())
            .collect();
        assert!(proofs.len() > 5, "{looks}");
        for proof in proofs {
            assert!(proof.starts_with("c2sp.org/tlog-proof@v1"), "{proof}");
        }
        let index = between(&looks, "href=\"/portal/looks/", "/proof");
        let file = look(&house, &mut jar, &format!("/portal/looks/{index}/proof")).await;
        assert_eq!(file.status, 200);
        assert!(
            file.text().starts_with("c2sp.org/tlog-proof@v1\nextra "),
            "{}",
            file.text()
        );
        let others = look(&house, &mut jar, "/portal/looks/0/proof").await;
        assert_eq!(
            others.status, 404,
            "what is about somebody else is not there"
        );
    })
    .await;
}

/// Somebody stands in for a person, within limits, and cannot grant in turn.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_acts_within_limits() {
    on_each_engine(async |house| {
        let (jar, person) = somebody(&house).await;
        let (friend, _) = accounts::account(&house, ACME, "friend@harbour.example", Role::Person).await;
        let session = accounts::sign_in(&house, ACME, "friend@harbour.example").await;
        let theirs = format!("__Host-session={}", session.text.expose());
        let call = async |cookie: &str, method: Method, path: &str, body: Option<Value>, acting: bool| {
            let mut ask = house
                .ask(method, format!("/v1/persons/{person}{path}"))
                .header("cookie", cookie)
                .header("sec-fetch-site", "same-origin")
                .purpose("PATRQT");
            if acting {
                ask = ask.header("acting-for", person.to_string());
            }
            match body {
                Some(body) => ask.json(&body).send().await,
                None => ask.send().await,
            }
        };
        let record = "/records/sheet/2026-11-09";
        let before = call(&theirs, Method::GET, record, None, true).await;
        assert_eq!(before.status, 404, "nobody let them: {}", before.text());
        let new = json!({ "account": friend, "terms": { "purposes": ["PATRQT"], "parts": [{ "collection": "sheet", "verbs": "rs", "fields": ["pulse"] }] }, "days": 30 });
        let made = call(&jar, Method::POST, "/proxies", Some(new.clone()), false).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let grant = made.json()["grant"]["grant"].as_str().unwrap().to_owned();
        let seen = call(&theirs, Method::GET, record, None, true).await;
        assert_eq!((seen.status, seen.json()), (200, json!({ "pulse": 64 })));
        assert_eq!(call(&theirs, Method::GET, record, None, false).await.status, 404, "only when they say so");
        for (method, path, body) in [
            (Method::PUT, record, Some(json!({ "pulse": 1 }))),
            (Method::GET, "/files", None),
            (Method::GET, "/erasures", None),
            (Method::GET, "/erasures/plan", None),
            (Method::GET, "/erasures/plan?collection=slip", None),
            (Method::POST, "/proxies", Some(new)),
            (Method::DELETE, "", None),
        ] {
            let got = call(&theirs, method.clone(), path, body, true).await;
            assert!(matches!(got.status, 403 | 404), "{method} {path}: {} {}", got.status, got.text());
        }
        // What is counted for them is what they reach.
        let slip = format!("/v1/persons/{person}/records/slip/one");
        let put = house.put(&slip, &json!({ "word": "by hand" })).await;
        assert_eq!(put.status, 201, "{}", put.text());
        let all = call(&jar, Method::GET, "", None, false).await.json();
        let kinds = call(&theirs, Method::GET, "", None, true).await.json();
        assert!(all["records"].as_object().unwrap().len() > 1, "{all}");
        assert_eq!(kinds["records"].as_object().unwrap().keys().collect::<Vec<_>>(), ["sheet"], "{kinds}");
        let ended = call(&jar, Method::DELETE, &format!("/grants/{grant}"), None, false).await;
        assert_eq!(ended.status, 200, "{}", ended.text());
        assert_eq!(call(&theirs, Method::GET, record, None, true).await.status, 404, "over at once");
    })
    .await;
}

/// What others did is found, however often somebody looked themselves since; and all of it can be kept.
#[tokio::test(flavor = "multi_thread")]
async fn own_looks_hide_nobody_and_the_whole_history_can_be_kept() {
    let house = House::over_sqlite().await;
    let (mut jar, person) = somebody(&house).await;
    for day in 0..60 {
        let path = format!("/v1/persons/{person}/records/sheet/more-{day}");
        let got = house.put(&path, &json!({ "pulse": 60 })).await;
        assert_eq!(got.status, 201, "{}", got.text());
    }
    for _ in 0..45 {
        let got = look(&house, &mut jar, "/portal/data/sheet/2026-11-09").await;
        assert_eq!(got.status, 200);
    }
    let others = look(&house, &mut jar, "/portal/looks?show=others").await;
    let lines = others.text().matches("data-proof=\"").count();
    assert!(lines >= 25, "{lines}: {}", others.text());
    assert!(!others.text().contains("class=\"empty\""));
    // Nothing was refused, and that is said only once everything was read.
    let refused = look(&house, &mut jar, "/portal/looks?show=refused").await;
    assert!(refused.text().contains("class=\"empty\""));

    let got = look(&house, &mut jar, "/portal/looks/history").await;
    let text = got.text();
    assert_eq!(got.status, 200, "{text}");
    assert_eq!(
        got.header("content-type"),
        Some("application/octet-stream"),
        "never shown as a page of ours"
    );
    let disposition = got.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment"), "{disposition}");
    assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
    assert!(text.ends_with("</html>"), "it is whole");
    let indices: std::collections::BTreeSet<_> = text
        .split("data-index=\"")
        .skip(1)
        .filter_map(|it| it.split('"').next())
        .collect();
    let proofs = text.matches("data-proof=\"c2sp.org/tlog-proof@v1").count();
    assert!(proofs > 100, "{proofs}: more than is read at once");
    assert_eq!(indices.len(), proofs, "each entry once");
    assert!(
        text.contains(&format!("{proofs} entries.")),
        "it says how many"
    );
    // Each reading for it stands in the log as well.
    let log = house.log_size(ACME).await;
    look(&house, &mut jar, "/portal/looks/history").await;
    assert!(house.log_size(ACME).await >= log + 2);
    let out = look(&house, &mut String::new(), "/portal/looks/history").await;
    assert_eq!(out.status, 303, "not for whoever is not signed in");
}

/// One record and one file deleted on pages: at once, and after a while with time to change one's mind.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_deleted_on_pages() {
    let house = House::over_sqlite().await;
    let (mut jar, person) = somebody(&house).await;
    let record = look(&house, &mut jar, "/portal/data/sheet/2026-11-09").await;
    let page = "/portal/delete/kind/sheet/2026-11-09";
    assert!(record.text().contains(page), "{}", record.text());
    let shown = look(&house, &mut jar, page).await.text();
    for part in ["What goes", "What stays, and why", "value=\"now\""] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let done = press(&house, &mut jar, page, page, "when=now").await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.text().contains("It is deleted."), "{}", done.text());
    assert!(done.text().contains("Save the certificate"));
    let gone = house
        .get(format!("/v1/persons/{person}/records/sheet/2026-11-09"))
        .await;
    assert_eq!(gone.status, 410);
    let kind = "/portal/delete/kind/sheet";
    let later = press(&house, &mut jar, kind, kind, "when=later").await;
    assert_eq!(later.status, 200, "{}", later.text());
    assert!(
        later.text().contains("change your mind"),
        "{}",
        later.text()
    );
    let all = look(&house, &mut jar, "/portal/delete").await.text();
    let off = format!(
        "/portal/delete/{}/off",
        between(&all, "action=\"/portal/delete/", "/off\"")
    );
    let called = press(&house, &mut jar, "/portal/delete", &off, "").await;
    assert_eq!(called.status, 303, "{}", called.text());
    let files = look(&house, &mut jar, "/portal/files").await.text();
    let file = format!(
        "/portal/delete/files/{}",
        between(&files, "href=\"/portal/delete/files/", "\"")
    );
    let done = press(&house, &mut jar, &file, &file, "when=now").await;
    assert!(done.text().contains("It is deleted."), "{}", done.text());
    let none = look(&house, &mut jar, "/portal/files").await.text();
    assert!(none.contains("No files are kept"), "{none}");
    let looks = look(&house, &mut jar, "/portal/looks?show=all")
        .await
        .text();
    assert!(looks.contains("destroyed for good"), "{looks}");
}

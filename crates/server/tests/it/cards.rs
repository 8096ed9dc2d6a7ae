//! Payment card numbers: in no field, name, id, header or address do they come in, and none is ever on disk.

use http::Method;
use policy::Role;
use serde_json::{Value, json};

use crate::house::{ACME, Ask, House, holds};
use crate::refusals::{put, rows};

/// Numbers of the card schemes' own test sets, where the shared data are at hand; a few of our own otherwise.
fn cards() -> Vec<String> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/cards-luhn/stripe-test-cards.jsonl");
    let Ok(text) = std::fs::read_to_string(file) else {
        eprintln!("the shared card numbers are not here; six of our own stand in");
        let own = [
            "4242424242424242",
            "5555555555554444",
            "378282246310005",
            "6011111111111117",
            "3056930009020004",
            "3566002020360505",
        ];
        return own.map(str::to_owned).to_vec();
    };
    let mut cards: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|card| card["luhn"] == true)
        .map(|card| card["number"].as_str().unwrap().to_owned())
        .collect();
    cards.sort();
    cards.dedup();
    cards
}

#[tokio::test(flavor = "multi_thread")]
async fn no_card_comes_in_anywhere() {
    let house = House::over_sqlite().await;
    let before = rows(&house).await;
    let (app, person) = (house.token(ACME, Role::App), house.person(ACME));
    let cards = cards();
    assert!(cards.len() >= 6);
    for card in &cards {
        let grouped = card
            .as_bytes()
            .chunks(4)
            .map(|group| std::str::from_utf8(group).unwrap())
            .collect::<Vec<_>>()
            .join(" ");
        let files = format!("/v1/persons/{person}/files");
        let item = |record: &str, body: Value| {
            json!({ "method": "PUT", "person": person, "collection": "sheet", "record": record, "body": body }).to_string()
        };
        let asks: Vec<(&str, Ask<'_>)> = vec![
            ("a field", put(&house, "c").json(&json!({ "finding": card }))),
            ("a field, grouped", put(&house, "c").json(&json!({ "remark": format!("pay with {grouped} please") }))),
            ("a number", put(&house, "c").header("content-type", "application/json").body(format!(r#"{{"weight":{card}}}"#))),
            ("a list", put(&house, "c").json(&json!({ "flags": ["a", card] }))),
            ("a member's name", put(&house, "c").header("content-type", "application/json").body(format!(r#"{{"more":{{"{card}":1}}}}"#))),
            ("a record's id", put(&house, card).json(&json!({}))),
            ("an unknown field's name", put(&house, "c").json(&json!({ card.as_str(): 1 }))),
            ("a header", put(&house, "c").header("idempotency-key", card).json(&json!({}))),
            ("any header", put(&house, "c").header("x-note", &grouped).json(&json!({}))),
            ("a query", house.ask(Method::GET, format!("/v1/persons/{person}/records/sheet?code={card}")).by(app).purpose("TREAT")),
            ("a media type", house.ask(Method::POST, &files).by(app).header("content-type", format!("text/plain;x={card}")).body("x")),
            ("a file name", house.ask(Method::POST, &files).by(app).header("content-disposition", format!("attachment; filename=\"{card}.pdf\"")).body("x")),
            ("a file name, encoded", house.ask(Method::POST, &files).by(app).header("content-disposition", format!("attachment; filename*=UTF-8''{}", grouped.replace(' ', "%20"))).body("x")),
            ("an external id", house.ask(Method::POST, "/v1/persons").by(app).json(&json!({ "external_id": card }))),
            ("a FHIR id", house.ask(Method::PUT, format!("/fhir/Organization/{card}")).by(app).json(&json!({ "resourceType": "Organization", "id": card, "name": "x" }))),
            ("a FHIR element", house.ask(Method::POST, "/fhir/Organization").by(app).json(&json!({ "resourceType": "Organization", "name": format!("card {grouped}") }))),
            ("a FHIR bundle's address", house.ask(Method::POST, "/fhir").by(app).json(&json!({
                "resourceType": "Bundle", "type": "transaction",
                "entry": [{ "resource": { "resourceType": "Organization", "id": card, "name": "x" }, "request": { "method": "PUT", "url": format!("Organization/{card}") } }],
            }))),
            ("a FHIR search", house.ask(Method::POST, "/fhir/Patient/_search").by(app).purpose("TREAT").header("content-type", "application/x-www-form-urlencoded").body(format!("identifier={card}"))),
        ];
        for (place, ask) in asks {
            let got = ask.send().await;
            assert!(
                (400..500).contains(&got.status),
                "{place}: {} {}",
                got.status,
                got.text()
            );
            let said = format!("{:?}{}", got.headers, got.text());
            assert!(
                !said.contains(card.as_str()) && !said.contains(&grouped),
                "{place} is said back"
            );
        }
        for (place, line) in [
            ("an item's record id", item(card, json!({}))),
            ("an item's body", item("c", json!({ "finding": grouped }))),
        ] {
            let got = house
                .ask(Method::POST, "/v1/records:batch")
                .by(app)
                .body(line.clone())
                .send()
                .await;
            assert!(
                (400..500).contains(&got.json()["status"].as_u64().unwrap()),
                "{place}: {}",
                got.text()
            );
            assert!(!got.text().contains(card.as_str()), "{place} is said back");
            let got = house
                .ask(Method::POST, "/v1/records:batch?mode=all")
                .by(app)
                .body(line)
                .send()
                .await;
            assert!(
                (400..500).contains(&got.status),
                "{place}, all or nothing: {}",
                got.text()
            );
        }
    }
    assert_eq!(rows(&house).await, before);
    for (path, bytes) in house.raw() {
        for card in &cards {
            assert!(
                !holds(&bytes, card.as_bytes()),
                "{} holds a card number",
                path.display()
            );
        }
    }
}

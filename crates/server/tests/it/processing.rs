//! The records of processing activities say what is in force.

use http::Method;
use policy::Role;
use serde_json::{Value, json};

use crate::house::{ACME, Got, House, on_each_engine, staff};

async fn records(house: &House, query: &str) -> Got {
    let path = format!("/v1/processing-activities{query}");
    let ask = house.ask(Method::GET, path);
    let got = ask.by(&staff(ACME, Role::Compliance, 9)).send().await;
    assert_eq!(got.status, 200, "{}", got.text());
    got
}

fn activity<'a>(said: &'a Value, collection: &str) -> &'a Value {
    let all = said["activities"].as_array().unwrap();
    let found = all.iter().find(|it| it["collection"] == collection);
    found.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_drawn_up_from_what_is_in_force() {
    on_each_engine(async |house| {
        let before = records(&house, "").await.json();
        assert_eq!(before["format"], "strongroom-processing/1");
        assert_eq!(before["controller"]["name"], Value::Null);
        assert_eq!(before["on_behalf_of"], json!([]));
        assert_eq!(activity(&before, "sheet")["in_use"], false);
        let provider = json!({ "kind": "provider", "name": "Fjord Clinic", "purposes": ["PATRQT"], "collections": [], "grants": 0 });
        assert_eq!(before["recipients"], json!([provider]));
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/sheet/one");
        let put = house
            .put(path, &json!({ "name": "Quillfeather", "code": "x" }))
            .await;
        assert_eq!(put.status, 201, "{}", put.text());
        crate::sharing::grant_all(&house, "HRESCH").await;

        let said = records(&house, "?lang=en").await;
        assert!(
            !said.text().contains(&person.to_string()),
            "nobody is in it"
        );
        assert!(!said.text().contains("Quillfeather"));
        let said = said.json();
        let sheet = activity(&said, "sheet");
        assert_eq!(sheet["in_use"], true);
        assert_eq!(sheet["purposes"], json!(["PATRQT", "TREAT"]));
        assert_eq!(
            (&sheet["legal_basis"], &sheet["health_basis"]),
            (&json!("consent"), &json!("explicit-consent"))
        );
        assert_eq!(sheet["persons"], json!(["data-subjects"]));
        let data = sheet["data"].to_string();
        assert!(
            data.contains("health") && data.contains("personal"),
            "{data}"
        );
        assert_eq!(activity(&said, "slip")["kept"], "30d");
        let recipient = &said["recipients"][0];
        assert_eq!(recipient["kind"], "app", "{said}");
        assert_eq!(recipient["purposes"], json!(["HRESCH"]));
        assert_eq!(recipient["grants"], 1);
        assert_eq!(sheet["recipients"], json!([recipient["name"]]));
        // What is about nobody goes to nobody.
        let nobody = said["activities"].as_array().unwrap().iter();
        let mut nobody = nobody.filter(|it| it["persons"] == json!([]));
        assert!(nobody.all(|it| it["recipients"] == json!([])));
        let measures = said["security"].as_array().unwrap();
        assert!(measures.iter().any(|it| it["promise"] == "retention.kept"));
        assert!(
            measures.iter().all(|it| it["state"] == "unproven"),
            "nothing was measured"
        );
        let french = records(&house, "?lang=fr").await.json();
        assert_ne!(french["security"][0]["text"], said["security"][0]["text"]);

        let table = records(&house, "?format=csv").await;
        assert!(
            table
                .header("content-type")
                .unwrap()
                .starts_with("text/csv")
        );
        let text = table.text();
        assert_eq!(
            text.matches("\r\n").count(),
            1 + said["activities"].as_array().unwrap().len() + measures.len()
        );
        assert!(text.starts_with("\u{feff}controller,"), "{text}");
        let measure = measures[0]["text"].as_str().unwrap();
        assert_eq!(text.matches(measure).count(), 1, "said once: {text}");
        assert!(text.contains("\r\n,,,,,slip,Slip,"), "{text}");
        let wrong = house.ask(Method::GET, "/v1/processing-activities?format=xml");
        let wrong = wrong.by(&staff(ACME, Role::Compliance, 9)).send().await;
        assert_eq!(
            (wrong.status, wrong.code().as_str()),
            (400, "processing.format")
        );
    })
    .await;
}

/// What the configuration says stands in them, and no spreadsheet runs it.
#[test]
fn no_cell_runs_as_a_formula() {
    let mut records: server::processing::Processing = sample();
    records.controller.name = Some("=HYPERLINK(\"x\")".to_owned());
    records.on_behalf_of = vec!["+Clinic".to_owned()];
    records.transfers = vec!["@sum".to_owned(), "b, c".to_owned()];
    let table = records.csv();
    let line = table.lines().nth(1).unwrap();
    assert!(line.starts_with("\"'=HYPERLINK(\"\"x\"\")\","), "{line}");
    assert!(line.contains("'+Clinic"), "{line}");
    assert!(line.contains("\"'@sum; b, c\""), "{line}");
}

fn sample() -> server::processing::Processing {
    server::processing::Processing {
        format: server::processing::FORMAT,
        tenant: ACME.parse().unwrap(),
        made_at: "2027-01-01T00:00:00.000000Z".to_owned(),
        controller: server::processing::Who::default(),
        on_behalf_of: Vec::new(),
        activities: vec![server::processing::Activity {
            collection: "sheet".to_owned(),
            title: "Sheet".to_owned(),
            about: "One sheet.".to_owned(),
            in_use: true,
            purposes: vec!["TREAT".to_owned()],
            legal_basis: Some("consent"),
            health_basis: None,
            persons: vec!["data-subjects"],
            data: vec!["health"],
            kept: "30d".to_owned(),
            regions: Vec::new(),
            recipients: Vec::new(),
        }],
        recipients: Vec::new(),
        more_recipients: false,
        transfers: Vec::new(),
        security: Vec::new(),
    }
}

//! Searches against a small register.

use std::sync::Arc;

use base::Instant;
use serde_json::{Value, json};

use super::*;
use crate::register::{Collection, Register};

const REGISTER: &str = r#"
register = 1
pack = "test"
title = "Test"

[defaults]
subject = "person"
version = 1
legal-basis = "contract"
health-basis = "care"
purposes = ["TREAT"]
retention = "until-erased"
id = "id"
companions = true

[collections.Patient]
title = "Patient"
about = "Who is cared for."

[collections.Patient.fields]
id = { class = "internal", type = "id" }

[collections.Observation]
title = "Observation"
about = "What was measured or seen."

[collections.Observation.fields]
resourceType = { class = "internal", type = "code" }
id = { class = "internal", type = "id" }
identifier = { class = "personal", type = "list of Identifier" }
status = { class = "health", type = "code" }
code = { class = "health", type = "CodeableConcept" }
subject = { class = "internal", type = "Reference" }
performer = { class = "internal", type = "list of Reference" }
effectiveDateTime = { class = "health", type = "dateTime" }
effectivePeriod = { class = "health", type = "Period" }
note = { class = "health", type = "list of Annotation" }

[collections.Observation.search]
code = { paths = ["code"], kind = "token", scope = "person" }
status = { paths = ["status"], kind = "token", scope = "person" }
date = { paths = ["effectiveDateTime", "effectivePeriod"], kind = "date", scope = "person" }
patient = { paths = ["subject"], kind = "reference", scope = "person", targets = ["Patient"] }
subject = { paths = ["subject"], kind = "reference", scope = "person" }
identifier = { paths = ["identifier"], kind = "identifier", scope = "person" }
note = { paths = ["note.text"], kind = "text", scope = "person" }
"#;

fn observations() -> Arc<Collection> {
    let register = Register::parse([("test.toml", REGISTER)]).unwrap_or_else(|bad| panic!("{bad}"));
    Arc::clone(register.collection("Observation").unwrap())
}

fn resource() -> Value {
    json!({
        "resourceType": "Observation",
        "id": "o1",
        "identifier": [{"system": "urn:lab", "value": "A|1"}],
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}, {"code": "own"}]},
        "subject": {"reference": "Patient/p1", "identifier": {"system": "s", "value": "v"}},
        "effectivePeriod": {"start": "2024-03-05", "end": "2024-03-06"},
        "note": [{"text": "Åsa said"}, {"text": "calm"}],
    })
}

fn found(query: &str) -> bool {
    let collection = observations();
    let query = Query::of(&collection, query, Handling::Strict).unwrap();
    Candidate {
        collection: &collection,
        id: "o1",
        written: Instant::from_micros(1_763_890_200_123_456),
        resource: &resource(),
    }
    .meets(&query.criteria, Instant::from_micros(0))
}

#[test]
fn what_fits_is_found_and_nothing_else() {
    for query in [
        "",
        "_id=o1",
        "_id=x,o1",
        "code=8867-4",
        "code=http://loinc.org%7C8867-4",
        "code=http://loinc.org|",
        "code=|own",
        "code=nothing,own",
        "status=final&code=own",
        "identifier=urn:lab|A\\|1",
        "patient=p1",
        "patient=Patient/p1",
        "subject=Patient/p1",
        "subject=p1",
        "subject:Patient=p1",
        "subject:identifier=s|v",
        "date=2024-03",
        "date=ge2024-03-01&date=lt2024-04",
        "date=gt2024-03-05",
        "note=%C3%A5sa",
        "note:contains=SAID",
        "note:exact=calm",
        "note=a+b,calm",
        "code:missing=false",
        "_lastUpdated=ge2025",
        "_lastUpdated=2025-11-23T09:30:00.123Z",
        "_format=json&_count=3",
        "status=",
    ] {
        assert!(found(query), "{query}");
    }
    for query in [
        "_id=o2",
        "code=8867",
        "code=|8867-4",
        "code=http://snomed.info/sct|",
        "status=final&code=other",
        "identifier=A",
        "patient=p2",
        "patient=Group/p1",
        "subject=Group/p1",
        "subject:identifier=s|w",
        "date=2024-03-05",
        "date=sa2024",
        "note=said",
        "note:exact=Calm",
        "code:missing=true",
        "_lastUpdated=lt2025",
    ] {
        assert!(!found(query), "{query}");
    }
}

#[test]
fn what_is_not_known_is_told_or_refused() {
    let collection = observations();
    let lenient = Query::of(&collection, "nonsense=1&code=a", Handling::Lenient).unwrap();
    assert_eq!(lenient.ignored, ["nonsense"]);
    assert_eq!(lenient.link(None), "code=a");
    for query in [
        "nonsense=1",
        "code:in=x",
        "code:missing=maybe",
        "date=yesterday",
        "date:exact=2024",
        "_count=many",
        "_id=a_b",
        "subject:patient=1",
        "code=%ff",
    ] {
        let refused = Query::of(&collection, query, Handling::Strict);
        assert!(
            matches!(refused, Err(FhirError::Search { .. })),
            "{query}: {refused:?}"
        );
    }
}

#[test]
fn a_link_says_the_search_again() {
    let collection = observations();
    let query = "code=http://loinc.org|8867-4,a\\,b&note:exact=%C3%A5+%26&_count=7&x=1&_cursor=old";
    let parsed = Query::of(&collection, query, Handling::Lenient).unwrap();
    assert_eq!((parsed.count, parsed.cursor.as_deref()), (7, Some("old")));
    let link = parsed.link(Some("new=="));
    let again = Query::of(&collection, &link, Handling::Strict).unwrap();
    assert_eq!(again.criteria, parsed.criteria);
    assert_eq!((again.count, again.cursor.as_deref()), (7, Some("new==")));
}

#[test]
fn a_search_knows_its_patient() {
    let collection = observations();
    let patient = |query| {
        let query = Query::of(&collection, query, Handling::Strict).unwrap();
        query.patient().map(str::to_owned)
    };
    assert_eq!(patient("patient=p1").as_deref(), Some("p1"));
    assert_eq!(patient("code=x&subject=Patient/p1").as_deref(), Some("p1"));
    assert_eq!(patient("subject:Patient=p1").as_deref(), Some("p1"));
    assert_eq!(patient("subject=p1").as_deref(), Some("p1"));
    assert_eq!(patient("subject=Group/p1"), None);
    assert_eq!(patient("patient=p1,p2"), None);
}

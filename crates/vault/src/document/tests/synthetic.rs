//! What `synth` makes up is what the register lets in.

use base::{Fault, Instant};
use serde_json::Value;

use super::real::REGISTER;
use crate::document::intake;
use crate::synth;

fn is_let_in(collection: &str, document: &Value) {
    let collection = REGISTER.collection(collection).unwrap();
    if let Err(error) = intake(collection, document.to_string().as_bytes()) {
        panic!(
            "{}: {} at {:?}\n{document}",
            collection.name,
            error.public(),
            error.pointer()
        );
    }
}

#[test]
fn made_up_people_fit_the_register() {
    for person in synth::people(11, 12, Instant::from_micros(1_763_890_200_000_000)) {
        for entry in person.fhir_bundle["entry"].as_array().unwrap() {
            let resource = &entry["resource"];
            is_let_in(resource["resourceType"].as_str().unwrap(), resource);
        }
        person
            .diary
            .iter()
            .for_each(|day| is_let_in("cycle-day", day));
        person
            .settings
            .iter()
            .for_each(|settings| is_let_in("cycle-settings", settings));
        person
            .wearable
            .measures
            .iter()
            .for_each(|group| is_let_in("wearable-measure", group));
        person
            .wearable
            .sleep
            .iter()
            .for_each(|night| is_let_in("wearable-sleep", night));
        person
            .wearable
            .activity
            .iter()
            .for_each(|day| is_let_in("wearable-activity", day));
    }
}

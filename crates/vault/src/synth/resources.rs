//! The FHIR resources of a made-up person, one function each.

use jiff::civil::Date;
use serde_json::{Number, Value, json};

use super::codes::{self, Allergy, Illness, Quantity, word};
use super::stream::Stream;
use super::when;
use super::who::Who;

/// The system of our test identifiers: a reserved domain, so that no real number can be meant.
const PATIENT_NUMBERS: &str = "https://strongroom.example/test/patient-number";
const INSURANCE_NUMBERS: &str = "https://strongroom.example/test/insurance-number";
const CLINIC_NUMBERS: &str = "https://strongroom.example/test/clinic-number";
const STAFF_NUMBERS: &str = "https://strongroom.example/test/staff-number";

const SNOMED: &str = "http://snomed.info/sct";
const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";

/// A number of `units` in the last of `places` decimal places, written in full (`6.0` stays `6.0`).
pub(super) fn decimal(units: i64, places: usize) -> Value {
    let scale = 10_i64.pow(u32::try_from(places).unwrap_or(0));
    let text = if places == 0 {
        units.to_string()
    } else {
        let sign = if units < 0 { "-" } else { "" };
        format!(
            "{sign}{}.{:0places$}",
            units.abs() / scale,
            units.abs() % scale
        )
    };
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

fn reference(id: &str) -> Value {
    json!({ "reference": format!("urn:uuid:{id}") })
}

fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({ "system": system, "code": code, "display": display })
}

fn concept(system: &str, code: &str, display: &str, text: &str) -> Value {
    json!({ "coding": [coding(system, code, display)], "text": text })
}

fn status(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code }] })
}

/// "Test health data", said the way HL7 says it, on every resource.
fn meta() -> Value {
    json!({ "security": [coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HTEST", "test health data")] })
}

/// Whose resource it is and where it belongs.
pub(super) struct Links<'a> {
    pub(super) who: &'a Who,
    pub(super) patient: String,
    pub(super) organization: String,
    pub(super) practitioner: String,
}

impl Links<'_> {
    fn text<'t>(&self, words: &'t codes::Words) -> &'t str {
        word(words, self.who.country.language)
    }

    fn moment(&self, date: Date, minute: i64) -> String {
        when::local(date, minute, self.who.country.offset)
    }

    pub(super) fn organization(&self) -> Value {
        let country = self.who.country;
        json!({
            "resourceType": "Organization",
            "id": self.organization,
            "meta": meta(),
            "identifier": [{ "system": CLINIC_NUMBERS, "value": format!("TEST-CLINIC-{}", country.code) }],
            "active": true,
            "name": country.clinic,
            "telecom": [{ "system": "url", "value": format!("https://clinic-{}.example/", country.code.to_lowercase()) }],
            "address": [{ "country": country.code }],
        })
    }

    pub(super) fn practitioner(&self, family: &str) -> Value {
        let country = self.who.country;
        json!({
            "resourceType": "Practitioner",
            "id": self.practitioner,
            "meta": meta(),
            "identifier": [{ "system": STAFF_NUMBERS, "value": format!("TEST-STAFF-{}", country.code) }],
            "active": true,
            "name": [{ "family": family, "given": ["Test"], "prefix": ["Dr"] }],
        })
    }

    pub(super) fn patient(&self, stream: &mut Stream) -> Value {
        let who = self.who;
        let number = who.number;
        let given = who.given.join(" ");
        let mut names = vec![json!({
            "use": "official",
            "text": format!("{given} {}", who.family),
            "family": who.family,
            "given": who.given,
        })];
        if let Some(script) = who.script {
            names.push(json!({
                "extension": [{
                    "url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
                    "valueCode": "IDE",
                }],
                "use": "official",
                "text": script,
            }));
        }
        let mut patient = json!({
            "resourceType": "Patient",
            "id": self.patient,
            "meta": meta(),
            "identifier": [
                {
                    "use": "usual",
                    "type": status("v2-0203", "MR"),
                    "system": PATIENT_NUMBERS,
                    "value": format!("TEST-{number:06}-{:05}", stream.below(100_000)),
                    "assigner": reference(&self.organization),
                },
                {
                    "use": "secondary",
                    "type": status("v2-0203", "SN"),
                    "system": INSURANCE_NUMBERS,
                    "value": format!("TEST-{}-{number:06}", who.country.code),
                },
            ],
            "active": true,
            "name": names,
            "telecom": [
                { "system": "phone", "value": who.phone, "use": "mobile" },
                { "system": "email", "value": format!("person-{number}@people.example"), "use": "home" },
            ],
            "gender": who.gender,
            "birthDate": who.born.to_string(),
            "address": [{
                "use": "home",
                "type": "both",
                "line": [who.street],
                "city": who.city,
                "postalCode": who.postal_code,
                "country": who.country.code,
            }],
            "communication": [{
                "language": { "coding": [{ "system": "urn:ietf:bcp:47", "code": who.country.language }] },
                "preferred": true,
            }],
            "generalPractitioner": [reference(&self.practitioner)],
            "managingOrganization": reference(&self.organization),
        });
        if stream.chance(400)
            && let Some(patient) = patient.as_object_mut()
        {
            patient.insert(
                "contact".to_owned(),
                json!([{
                    "relationship": [status("v2-0131", "C")],
                    "name": { "family": who.family, "given": [who.country.cultures.first().map_or("Kim", |culture| *stream.pick(culture.women))] },
                    "telecom": [{ "system": "phone", "value": format!("{}{}", who.country.phone, stream.between(10, 99)) }],
                }]),
            );
        }
        patient
    }

    pub(super) fn encounter(
        &self,
        stream: &mut Stream,
        id: &str,
        date: Date,
        minute: i64,
    ) -> Value {
        let (code, display, words) = stream.pick(&codes::VISITS);
        let (class, class_display) = if *code == "448337001" {
            ("VR", "virtual")
        } else {
            ("AMB", "ambulatory")
        };
        json!({
            "resourceType": "Encounter",
            "id": id,
            "meta": meta(),
            "status": "finished",
            "class": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", class, class_display),
            "type": [concept(SNOMED, code, display, self.text(words))],
            "subject": reference(&self.patient),
            "participant": [{ "individual": reference(&self.practitioner) }],
            "period": { "start": self.moment(date, minute), "end": self.moment(date, minute + 20) },
            "serviceProvider": reference(&self.organization),
        })
    }

    /// What every observation begins with.
    fn observation(
        &self,
        id: &str,
        visit: &Visit<'_>,
        category: &str,
        code: Value,
    ) -> serde_json::Map<String, Value> {
        let mut map = serde_json::Map::new();
        for (key, value) in [
            ("resourceType", json!("Observation")),
            ("id", json!(id)),
            ("meta", meta()),
            ("status", json!("final")),
            (
                "category",
                json!([status("observation-category", category)]),
            ),
            ("code", code),
            ("subject", reference(&self.patient)),
            ("encounter", reference(visit.encounter)),
            (
                "effectiveDateTime",
                json!(self.moment(visit.date, visit.minute)),
            ),
            ("issued", json!(self.moment(visit.date, visit.minute + 5))),
            ("performer", json!([reference(&self.practitioner)])),
        ] {
            map.insert(key.to_owned(), value);
        }
        map
    }

    pub(super) fn measured(
        &self,
        id: &str,
        visit: &Visit<'_>,
        category: &str,
        what: &Quantity,
        units: i64,
    ) -> Value {
        let code = concept(LOINC, what.code, what.display, what.display);
        let mut map = self.observation(id, visit, category, code);
        map.insert("valueQuantity".to_owned(), value(what, units));
        Value::Object(map)
    }

    pub(super) fn blood_pressure(&self, stream: &mut Stream, id: &str, visit: &Visit<'_>) -> Value {
        let panel = "Blood pressure panel with all children optional";
        let mut map = self.observation(
            id,
            visit,
            "vital-signs",
            concept(LOINC, "85354-9", panel, panel),
        );
        let raised = (self.who.age - 30).max(0) / 3;
        let component = |what: &Quantity, units: i64| json!({ "code": concept(LOINC, what.code, what.display, what.display), "valueQuantity": value(what, units) });
        let systolic = codes::SYSTOLIC.mean + raised;
        map.insert(
            "component".to_owned(),
            json!([
                component(
                    &codes::SYSTOLIC,
                    stream.around(systolic, codes::SYSTOLIC.deviation)
                ),
                component(
                    &codes::DIASTOLIC,
                    stream.around(codes::DIASTOLIC.mean, codes::DIASTOLIC.deviation)
                ),
            ]),
        );
        Value::Object(map)
    }

    pub(super) fn smoking(&self, stream: &mut Stream, id: &str, visit: &Visit<'_>) -> Value {
        let (code, display, words) = stream.pick(&codes::SMOKING);
        let what = concept(
            LOINC,
            "72166-2",
            "Tobacco smoking status",
            "Tobacco smoking status",
        );
        let mut map = self.observation(id, visit, "social-history", what);
        map.insert(
            "valueCodeableConcept".to_owned(),
            concept(SNOMED, code, display, self.text(words)),
        );
        Value::Object(map)
    }

    pub(super) fn condition(
        &self,
        stream: &mut Stream,
        id: &str,
        illness: &Illness,
        onset: Date,
    ) -> Value {
        let over = illness.medicine.is_none() && stream.chance(600);
        let mut condition = json!({
            "resourceType": "Condition",
            "id": id,
            "meta": meta(),
            "clinicalStatus": status("condition-clinical", if over { "resolved" } else { "active" }),
            "verificationStatus": status("condition-ver-status", "confirmed"),
            "category": [status("condition-category", "problem-list-item")],
            "code": concept(SNOMED, illness.code, illness.display, self.text(&illness.text)),
            "subject": reference(&self.patient),
            "onsetDateTime": onset.to_string(),
            "recordedDate": self.moment(onset, 600),
            "recorder": reference(&self.practitioner),
        });
        if over && let Some(condition) = condition.as_object_mut() {
            let end = onset.saturating_add(jiff::ToSpan::days(stream.between(5, 21)));
            condition.insert("abatementDateTime".to_owned(), json!(end.to_string()));
        }
        condition
    }

    pub(super) fn prescription(
        &self,
        id: &str,
        (atc, display, dose): &(&str, &str, codes::Words),
        condition: &str,
        date: Date,
    ) -> Value {
        json!({
            "resourceType": "MedicationRequest",
            "id": id,
            "meta": meta(),
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": concept("http://www.whocc.no/atc", atc, display, display),
            "subject": reference(&self.patient),
            "authoredOn": self.moment(date, 615),
            "requester": reference(&self.practitioner),
            "reasonReference": [reference(condition)],
            "dosageInstruction": [{ "text": self.text(dose) }],
            "dispenseRequest": { "numberOfRepeatsAllowed": 3, "quantity": { "value": 30, "unit": "1", "system": UCUM, "code": "1" } },
        })
    }

    pub(super) fn allergy(
        &self,
        stream: &mut Stream,
        id: &str,
        allergy: &Allergy,
        date: Date,
    ) -> Value {
        let mut resource = json!({
            "resourceType": "AllergyIntolerance",
            "id": id,
            "meta": meta(),
            "clinicalStatus": status("allergyintolerance-clinical", "active"),
            "verificationStatus": status("allergyintolerance-verification", "confirmed"),
            "code": concept(SNOMED, allergy.code, allergy.display, self.text(&allergy.text)),
            "patient": reference(&self.patient),
            "recordedDate": self.moment(date, 620),
        });
        if !allergy.category.is_empty()
            && let Some(resource) = resource.as_object_mut()
        {
            let high = stream.chance(250);
            resource.insert("category".to_owned(), json!([allergy.category]));
            resource.insert(
                "criticality".to_owned(),
                json!(if high { "high" } else { "low" }),
            );
            resource.insert(
                "reaction".to_owned(),
                json!([{
                    "manifestation": [concept(SNOMED, "247472004", "Wheal (finding)", "Hives")],
                    "severity": if high { "severe" } else { "mild" },
                }]),
            );
        }
        resource
    }

    pub(super) fn immunization(
        &self,
        stream: &mut Stream,
        id: &str,
        (code, display): (&str, &str),
        date: Date,
    ) -> Value {
        json!({
            "resourceType": "Immunization",
            "id": id,
            "meta": meta(),
            "status": "completed",
            "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", code, display, display),
            "patient": reference(&self.patient),
            "occurrenceDateTime": self.moment(date, 640),
            "primarySource": true,
            "lotNumber": format!("TEST-{:04}", stream.below(10_000)),
            "performer": [{ "actor": reference(&self.organization) }],
        })
    }

    pub(super) fn consent(&self, id: &str, date: Date) -> Value {
        json!({
            "resourceType": "Consent",
            "id": id,
            "meta": meta(),
            "status": "active",
            "scope": status("consentscope", "patient-privacy"),
            "category": [concept(LOINC, "59284-0", "Patient Consent", "Patient Consent")],
            "patient": reference(&self.patient),
            "dateTime": self.moment(date, 660),
            "organization": [reference(&self.organization)],
            "policyRule": status("v3-ActCode", "OPTIN"),
            "provision": {
                "type": "permit",
                "period": { "start": date.to_string() },
                "purpose": [coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "TREAT", "treatment")],
            },
        })
    }
}

/// The visit during which something was measured.
pub(super) struct Visit<'a> {
    pub(super) encounter: &'a str,
    pub(super) date: Date,
    pub(super) minute: i64,
}

fn value(what: &Quantity, units: i64) -> Value {
    json!({ "value": decimal(units, what.places), "unit": what.unit, "system": UCUM, "code": what.ucum })
}

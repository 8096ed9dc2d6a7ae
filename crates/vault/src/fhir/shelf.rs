//! On whose shelf a resource lies: the patient it is about, or the commons.
//!
//! The rule is FHIR R4's patient compartment, made single: a compartment may hold a resource for several patients, a shelf
//! belongs to one, because its keys do. Elements are tried in the order given here, the subject before who took part; the first
//! that names a patient decides. Types of R4 that name a patient though the compartment leaves them out (`Device.patient`,
//! `Task.for`, `Contract.subject`, ...) are here too. A `Group` is about many and lies in the commons, as does what names
//! nobody at all.
//!
//! A patient who cannot be told apart (a display without a reference, a contained `Patient`) is still somebody: the resource
//! gets a person of its own, rather than lying where everyone's data lie.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde_json::Value;

use super::reference::Reference;
use super::resource::Resource;

/// Whose a resource is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Shelf {
    /// About no patient: `PersonId::COMMONS`.
    Commons,
    /// About one person, by their external name.
    Person(External),
}

/// What the outside world calls a person. The vault keeps only a keyed handle of it.
///
/// `Patient/{id}` for a patient kept here; the full URL for one kept elsewhere; `Patient?identifier={system}|{value}` for one
/// known by identifier alone; `{Type}/{id}` of the resource itself where somebody is meant but not named.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct External(String);

impl External {
    /// The patient kept here under `id`.
    #[must_use]
    pub fn patient(id: &str) -> Self {
        Self(format!("Patient/{id}"))
    }

    /// The text that is looked up.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The elements that may name the patient, most telling first. A dot goes into an object, or into each item of an array.
fn elements(kind: &str) -> &'static [&'static str] {
    match kind {
        "AllergyIntolerance"
        | "BodyStructure"
        | "ClaimResponse"
        | "Consent"
        | "CoverageEligibilityRequest"
        | "CoverageEligibilityResponse"
        | "DetectedIssue"
        | "Device"
        | "EpisodeOfCare"
        | "FamilyMemberHistory"
        | "Immunization"
        | "ImmunizationEvaluation"
        | "ImmunizationRecommendation"
        | "MolecularSequence"
        | "NutritionOrder"
        | "RelatedPerson"
        | "SupplyDelivery"
        | "VisionPrescription" => &["patient"],
        "Account" | "AdverseEvent" | "ChargeItem" | "ClinicalImpression" | "Contract"
        | "DeviceUseStatement" | "DiagnosticReport" | "Encounter" | "Flag" | "Goal"
        | "GuidanceResponse" | "ImagingStudy" | "MeasureReport" | "Media" | "RiskAssessment"
        | "Specimen" => &["subject"],
        "Appointment" => &["participant.actor"],
        "AppointmentResponse" => &["actor"],
        "AuditEvent" => &["entity.what", "agent.who"],
        "Basic" => &["subject", "author"],
        "Binary" => &["securityContext"],
        "CarePlan" => &["subject", "activity.detail.performer"],
        "CareTeam" => &["subject", "participant.member"],
        "Claim" | "ExplanationOfBenefit" => &["patient", "payee.party"],
        "Communication" | "CommunicationRequest" => {
            &["subject", "recipient", "sender", "requester"]
        }
        "Composition" => &["subject", "author", "attester.party"],
        "Condition" => &["subject", "asserter"],
        "Coverage" => &["beneficiary", "subscriber", "policyHolder", "payor"],
        "DeviceRequest" | "MedicationRequest" | "ServiceRequest" => {
            &["subject", "performer", "requester"]
        }
        "DocumentManifest" => &["subject", "author", "recipient"],
        "DocumentReference" => &["subject", "author"],
        "EnrollmentRequest" => &["candidate"],
        "Invoice" => &["subject", "recipient"],
        "List" => &["subject", "source"],
        "Linkage" => &["item.resource"],
        "MedicationAdministration" => &["subject", "performer.actor"],
        "MedicationDispense" => &["subject", "receiver"],
        "MedicationStatement" => &["subject", "informationSource"],
        "Observation" | "Procedure" => &["subject", "performer", "performer.actor"],
        "Person" => &["link.target"],
        "Provenance" => &["target", "agent.who"],
        "QuestionnaireResponse" => &["subject", "source", "author"],
        "RequestGroup" => &["subject", "action.participant"],
        "ResearchSubject" => &["individual"],
        "Schedule" => &["actor"],
        "SupplyRequest" => &["deliverTo", "requester"],
        "Task" => &["for"],
        "VerificationResult" => &["target"],
        _ => &[],
    }
}

/// The names of a bundle's entries: a `fullUrl` as `Type/id`. References are seen through it.
pub type Names = HashMap<String, String>;

impl Shelf {
    /// The shelf of `resource`, whose id is `id`. `names` are those of the bundle it came in.
    #[must_use]
    pub fn of(resource: &Resource<'_>, id: &str, names: &Names) -> Self {
        match &*resource.kind {
            "Patient" => return Self::Person(External::patient(id)),
            "Bundle" => return Self::Commons,
            _ => (),
        }
        let mut somebody = false;
        for path in elements(&resource.kind) {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            let Some(value) = resource
                .member(first)
                .and_then(|span| resource.text.get(span.clone()))
                .and_then(|text| serde_json::from_str::<Value>(text).ok())
            else {
                continue;
            };
            for named in at(&value, rest) {
                match patient(named, first, names) {
                    Named::Patient(external) => return Self::Person(external),
                    Named::Somebody => somebody = true,
                    Named::Nobody => (),
                }
            }
        }
        if somebody {
            Self::Person(External(format!("{}/{id}", resource.kind)))
        } else {
            Self::Commons
        }
    }

    /// The person's external name, if it is about one.
    #[must_use]
    pub const fn external(&self) -> Option<&External> {
        match self {
            Self::Commons => None,
            Self::Person(external) => Some(external),
        }
    }
}

/// Every value at `path` under `value`, into and out of arrays.
fn at<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    if let Value::Array(items) = value {
        return items.iter().flat_map(|item| at(item, path)).collect();
    }
    if path.is_empty() {
        return vec![value];
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    value
        .get(first)
        .map_or_else(Vec::new, |inner| at(inner, rest))
}

enum Named {
    Patient(External),
    Somebody,
    Nobody,
}

/// Whom a Reference (the FHIR type, as JSON) names. `element` is the member it was found in.
fn patient(reference: &Value, element: &str, names: &Names) -> Named {
    let declared = reference.get("type").and_then(Value::as_str);
    // Elements called `patient` or `beneficiary` point at nothing but a Patient.
    let only_patients = matches!(element, "patient" | "beneficiary");
    let is_patient = match declared {
        Some(kind) => kind == "Patient",
        None => only_patients,
    };
    if let Some(text) = reference.get("reference").and_then(Value::as_str) {
        let name = text.split_once("/_history/").map_or(text, |(name, _)| name);
        let text = match names.get(name) {
            Some(stored) => Cow::Owned(stored.clone()),
            None => Cow::Borrowed(text),
        };
        return match Reference::of(&text) {
            Reference::Local {
                kind: "Patient",
                id,
                ..
            } => Named::Patient(External::patient(id)),
            Reference::Absolute {
                base,
                kind: "Patient",
                id,
            } => Named::Patient(External(format!("{base}/Patient/{id}"))),
            Reference::Conditional {
                kind: "Patient", ..
            } => Named::Patient(External(text.into_owned())),
            // An entry that is not in the bundle: those who write such bundles use the id for the uuid.
            Reference::Urn(urn) if is_patient || is_subject(element) => {
                match urn
                    .strip_prefix("urn:uuid:")
                    .filter(|id| super::reference::is_id(id))
                {
                    Some(id) => Named::Patient(External::patient(id)),
                    None => Named::Patient(External(urn.to_owned())),
                }
            }
            Reference::Contained(_) if is_patient || is_subject(element) => Named::Somebody,
            Reference::Other(_) if is_patient => Named::Somebody,
            _ => Named::Nobody,
        };
    }
    if let Some(identifier) = reference.get("identifier")
        && (is_patient || (declared.is_none() && is_subject(element)))
    {
        let part = |key| {
            identifier
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        if !part("value").is_empty() {
            return Named::Patient(External(format!(
                "Patient?identifier={}|{}",
                part("system"),
                part("value")
            )));
        }
    }
    if is_patient || (declared.is_none() && is_subject(element)) {
        Named::Somebody
    } else {
        Named::Nobody
    }
}

/// Whether the element says whom the resource is about, rather than who took part.
fn is_subject(element: &str) -> bool {
    matches!(
        element,
        "subject" | "patient" | "beneficiary" | "individual" | "candidate" | "for"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::is_fhir;
    use crate::register::{Register, Subject};

    #[test]
    fn the_pack_keeps_on_shelves_what_names_patients() {
        let register = Register::shipped().unwrap_or_else(|bad| panic!("{bad}"));
        for collection in register.collections().iter().filter(|it| is_fhir(it)) {
            let kind = collection.name.as_str();
            let has_shelf = !elements(kind).is_empty() || matches!(kind, "Patient" | "Bundle");
            let subject = if has_shelf {
                Subject::Person
            } else {
                Subject::Tenant
            };
            assert_eq!(collection.subject, subject, "{kind}");
        }
    }

    fn shelf(text: &str) -> String {
        let names = Names::from([
            ("urn:uuid:1".to_owned(), "Patient/one".to_owned()),
            ("http://a/Patient/2".to_owned(), "Patient/2".to_owned()),
            ("urn:uuid:9".to_owned(), "Device/9".to_owned()),
        ]);
        match Shelf::of(&Resource::of(text).unwrap(), "self", &names) {
            Shelf::Commons => "commons".to_owned(),
            Shelf::Person(external) => external.to_string(),
        }
    }

    #[test]
    fn a_resource_lies_with_its_patient() {
        for (text, expected) in [
            (r#"{"resourceType":"Patient","id":"self"}"#, "Patient/self"),
            (
                r#"{"resourceType":"Observation","performer":[{"reference":"Patient/p"}],"subject":{"reference":"Patient/s/_history/2"}}"#,
                "Patient/s",
            ),
            (
                r#"{"resourceType":"Observation","subject":{"reference":"Device/d"},"performer":[{"reference":"Practitioner/x"},{"reference":"Patient/p"}]}"#,
                "Patient/p",
            ),
            (
                r#"{"resourceType":"Appointment","participant":[{"status":"x"},{"actor":{"reference":"Location/1"}},{"actor":{"reference":"Patient/p"}}]}"#,
                "Patient/p",
            ),
            (
                r#"{"resourceType":"Condition","subject":{"reference":"urn:uuid:1"}}"#,
                "Patient/one",
            ),
            (
                r#"{"resourceType":"Condition","subject":{"reference":"urn:uuid:7"}}"#,
                "Patient/7",
            ),
            (
                r#"{"resourceType":"Observation","subject":{"reference":"urn:uuid:9"}}"#,
                "commons",
            ),
            (
                r#"{"resourceType":"Condition","subject":{"reference":"http://a/Patient/2"}}"#,
                "Patient/2",
            ),
            (
                r#"{"resourceType":"Condition","subject":{"reference":"http://b/Patient/2"}}"#,
                "http://b/Patient/2",
            ),
            (
                r#"{"resourceType":"Condition","subject":{"identifier":{"system":"s","value":"v"}}}"#,
                "Patient?identifier=s|v",
            ),
            (
                r#"{"resourceType":"Condition","subject":{"reference":"Patient?identifier=s|v"}}"#,
                "Patient?identifier=s|v",
            ),
            (
                r#"{"resourceType":"Condition","subject":{"display":"A. Person"}}"#,
                "Condition/self",
            ),
            (
                r##"{"resourceType":"Claim","patient":{"reference":"#p"}}"##,
                "Claim/self",
            ),
            (
                r#"{"resourceType":"List","subject":{"display":"The ward","type":"Location"}}"#,
                "commons",
            ),
            (
                r#"{"resourceType":"Organization","subject":{"reference":"Patient/1"}}"#,
                "commons",
            ),
            (
                r#"{"resourceType":"Group","member":[{"entity":{"reference":"Patient/1"}}]}"#,
                "commons",
            ),
            (
                r#"{"resourceType":"Device","patient":{"reference":"Patient/1"}}"#,
                "Patient/1",
            ),
        ] {
            assert_eq!(shelf(text), expected, "{text}");
        }
    }
}

//! Receipts: what was agreed, in the fields of ISO/IEC TS 27560:2023 and the terms of the W3C Data Privacy Vocabulary, as signed JSON-LD
//! (`docs/formats/consent-receipt.md`).

use base::{Handle, Instant, Purpose, TenantId};
use serde_json::{Map, Value, json};

use crate::terms::Part;
use crate::{Event, Grant, Offered, Shown};

/// The version of the form.
pub const FORMAT: &str = "strongroom-consent-receipt/1";
/// The type of its JWS.
pub const TYPE: &str = "consent-receipt+jws";

/// What a receipt is about.
pub(crate) struct Receipt<'a> {
    pub(crate) tenant: &'a TenantId,
    /// What the log calls the person: their name stands in no receipt.
    pub(crate) handle: Handle,
    /// As it stands after what happened.
    pub(crate) grant: &'a Grant,
    pub(crate) event: Event,
    pub(crate) offered: Option<&'a Offered>,
    pub(crate) shown: Option<&'a Shown>,
    pub(crate) now: Instant,
}

/// A moment as RFC 3339 writes it, to the second, in UTC.
#[must_use]
pub fn when(at: Instant) -> String {
    jiff::Timestamp::from_second(at.seconds())
        .map(|at| at.to_string())
        .unwrap_or_default()
}

/// The DPV purpose that comes nearest to an HL7 purpose of use.
const fn dpv(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Hresch => "dpv:ScientificResearch",
        Purpose::Hpaymt => "dpv:PaymentManagement",
        Purpose::Hoperat => "dpv:OrganisationGovernance",
        Purpose::Pubhlth => "dpv:PublicBenefit",
        Purpose::Hlegal => "dpv:LegalCompliance",
        Purpose::Patrqt => "dpv:RequestedServiceProvision",
        Purpose::Treat | Purpose::Etreat | Purpose::Sysdev => "dpv:ServiceProvision",
    }
}

const fn status(event: Event) -> &'static str {
    match event {
        Event::Given => "dpv:ConsentGiven",
        // What is left of it is given still.
        Event::Narrowed => "dpv:RenewedConsentGiven",
        Event::Withdrawn => "dpv:ConsentWithdrawn",
        Event::Expired => "dpv:ConsentExpired",
        Event::Replaced | Event::Ended => "dpv:ConsentInvalidated",
    }
}

fn processing(part: &Part) -> Vec<&'static str> {
    let mut deeds = Vec::new();
    if part.verbs.reads() {
        deeds.extend(["dpv:Access", "dpv:Use"]);
    }
    if part.verbs.changes() {
        deeds.extend(["dpv:Record", "dpv:Modify"]);
    }
    deeds
}

fn data(part: &Part) -> Value {
    let mut value = json!({
        "@type": "dpv:PersonalData",
        "dct:title": part.collection.as_ref().map_or("*", base::Name::as_str),
        "dpv:hasProcessing": processing(part).iter().map(|it| json!({ "@type": it })).collect::<Vec<_>>(),
        "sr:verbs": part.verbs.to_string(),
    });
    if let (Some(fields), Some(map)) = (&part.fields, value.as_object_mut()) {
        map.insert("sr:fields".into(), json!(fields));
    }
    value
}

/// What sort of recipient it is.
fn kind(grant: &Grant) -> &'static str {
    match grant.proxy {
        _ if grant.appoints_guardian() => "guardian",
        true => "proxy",
        false => grant.grantee.kind(),
    }
}

/// The body, before it is signed.
pub(crate) fn body(receipt: &Receipt<'_>) -> Value {
    let grant = receipt.grant;
    let purposes: Vec<Value> = grant
        .terms
        .purposes
        .iter()
        .map(|it| json!({ "@type": dpv(*it), "dct:identifier": it.as_str() }))
        .collect();
    let mut notice = Map::new();
    notice.insert("@type".into(), "dpv:ConsentNotice".into());
    if let Some((request, version)) = grant.request {
        notice.insert("dct:identifier".into(), request.to_string().into());
        notice.insert("dct:hasVersion".into(), version.into());
    }
    if let Some(offered) = receipt.offered {
        let signed = crypt::hash::sha256(&[offered.signed.as_bytes()]);
        notice.insert("sr:requestSha256".into(), hex::encode(signed).into());
    }
    let mut event = Map::new();
    event.insert("@type".into(), status(receipt.event).into());
    event.insert("dct:date".into(), when(receipt.now).into());
    if grant.guarded.is_some() && !grant.appoints_guardian() {
        event.insert("sr:givenBy".into(), "guardian".into());
    }
    if let Some(shown) = receipt.shown {
        notice.insert("dct:language".into(), shown.lang.as_str().into());
        notice.insert("sr:textSha256".into(), hex::encode(shown.text).into());
        if let Some(assurance) = shown.assurance {
            event.insert("sr:assurance".into(), assurance.as_str().into());
        }
    }
    json!({
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "dct": "http://purl.org/dc/terms/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "sr": "urn:strongroom:consent#"
        },
        "@type": "dpv:ConsentRecord",
        "@id": format!("urn:uuid:{}", grant.grant),
        "sr:format": FORMAT,
        "dct:conformsTo": "ISO/IEC TS 27560:2023",
        "dct:hasVersion": grant.epoch,
        "dpv:hasDataSubject": { "@type": "dpv:DataSubject", "dct:identifier": receipt.handle.to_string() },
        "dpv:hasDataController": { "@type": "dpv:DataController", "dct:identifier": receipt.tenant.as_str() },
        "dpv:hasRecipient": {
            "@type": "dpv:Recipient",
            "sr:kind": kind(grant),
            "dct:identifier": grant.grantee.to_string()
        },
        "dpv:hasPurpose": purposes,
        "dpv:hasPersonalData": grant.terms.parts.iter().map(data).collect::<Vec<_>>(),
        "dpv:hasLegalBasis": [
            { "@id": "eu-gdpr:A6-1-a" },
            { "@id": "eu-gdpr:A9-2-a" }
        ],
        "dpv:hasNotice": notice,
        "dpv:hasConsentStatus": event,
        "dct:valid": { "dct:date": when(grant.given_at), "sr:until": when(grant.until) },
        "dpv:hasRight": [
            { "@id": "eu-gdpr:A7-3" },
            { "@id": "eu-gdpr:A15" },
            { "@id": "eu-gdpr:A17" },
            { "@id": "eu-gdpr:A20" }
        ],
        "sr:withdrawal": format!("DELETE /v1/persons/{{person}}/grants/{}", grant.grant)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use base::{AccountId, AppId, Assurance, GrantId, PersonId};
    use crypt::sign::Ed25519Key;

    use super::*;
    use crate::{GrantState, Party, RequestId, Terms};

    /// The vectors that are committed: each signed text made again bit for bit, and verified.
    #[test]
    fn the_committed_receipts_are_made_again() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/formats/vectors/consent-receipt.json"
        );
        let key = Ed25519Key::from_seed(&[7; 32]);
        let request: RequestId = "00000000-0000-4000-8000-000000000005".parse().unwrap();
        let tenant: TenantId = "acme".parse().unwrap();
        let at = Instant::from_micros(1_795_000_000_000_000);
        let parts =
            r#"[{"collection":"sheet","verbs":"rs","fields":["code","pulse"]},{"verbs":"r"}]"#;
        let mut grant = Grant {
            grant: GrantId::from_bytes([4; 16]),
            person: PersonId::from_bytes([1; 16]),
            grantee: Party::App(AppId::from_bytes([2; 16])),
            terms: Terms {
                purposes: BTreeSet::from([Purpose::Treat, Purpose::Hresch]),
                parts: serde_json::from_str(parts).unwrap(),
            },
            epoch: 1,
            state: GrantState::Active,
            given_by: Some(AccountId::from_bytes([3; 16])),
            given_at: at,
            until: at.after(std::time::Duration::from_hours(24 * 30)),
            changed_at: at,
            request: Some((request, 2)),
            proxy: false,
            guarded: None,
        };
        let shown = Shown {
            lang: "sv".to_owned(),
            text: crypt::hash::sha256(&["Vad det gäller".as_bytes()]),
            by: grant.given_by,
            assurance: Some(Assurance::TwoFactor),
        };
        let mut made = Vec::new();
        for event in [Event::Given, Event::Narrowed, Event::Withdrawn] {
            let receipt = Receipt {
                tenant: &tenant,
                handle: Handle::from_bytes([9; 16]),
                grant: &grant,
                event,
                offered: None,
                shown: Some(&shown),
                now: at,
            };
            let body = body(&receipt);
            let signed = audit::jws::sign(&key, TYPE, &body);
            assert_eq!(
                crate::verify(&signed, TYPE, &[key.public()]),
                Some(body.clone())
            );
            made.push(json!({ "body": body, "signed": signed }));
            grant.epoch += 1;
        }
        let made = json!({ "seed": hex::encode([7; 32]), "public": hex::encode(key.public()), "receipts": made });
        if std::env::var_os("VECTORS_UPDATE").is_some() {
            std::fs::write(path, format!("{made:#}\n")).unwrap();
        }
        let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(made, kept);
    }
}

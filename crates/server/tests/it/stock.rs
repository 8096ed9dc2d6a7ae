//! What stands in a house for the walk over all routes to reach for, and how each route is called.

use std::collections::HashMap;

use base::{AppId, PersonId};
use http::Method;
use identity::{Kind, Language, NewAccount};
use policy::{Authority, Role};
use serde_json::{Value, json};
use web::Route;

use crate::accounts::{self, Guest};
use crate::apps;
use crate::house::{ACME, Ask, House, account, staff};

/// What stands in acme's house, for others to reach for.
pub struct Stock {
    pub person: PersonId,
    pub file: String,
    /// The entry of a look at this person.
    pub looked: u64,
    /// Who is signed in, for each route of an account of its own: ending one session must not end another's.
    pub guests: HashMap<&'static str, Guest>,
    pub app: AppId,
    pub request: String,
    pub assignment: String,
    pub glass: String,
    /// One that waits for its second person.
    pub asked: String,
    /// A request, a question to the person that it brings, and what they granted by another.
    pub question: String,
    pub asking: String,
    pub shared: String,
    /// An archive that is ready.
    pub export: String,
    /// A transfer that waits.
    pub transfer: String,
    /// A bulk export that is ready.
    pub bulk: String,
    /// A request to delete everything that waits.
    pub erasure: String,
    /// What somebody asked for under their rights.
    pub right: String,
    /// An account of another person.
    pub friend: String,
    /// Somebody who does not decide yet, and their guardian's appointment.
    pub minor: String,
    pub appointment: String,
    /// Guardians of theirs who wait for a second person.
    pub proposed: [String; 2],
    /// A legal hold on what nothing here is in.
    pub hold: String,
    /// A destruction of recovery points that waits for its second person.
    pub destruction: String,
    /// What the emergency raised.
    pub alert: String,
    /// Accounts: invited, active, stopped.
    pub invited: String,
    pub active: String,
    pub stopped: String,
}

/// Texts that only acme's own may ever see.
pub const NAME: &str = "Quillfeather";
pub const FINDING: &str = "marrow-lantern finding";
/// An id that names no session and no factor.
pub const NOBODYS: &str = "00000000-0000-4000-8000-000000000000";
/// What callers bring themselves.
pub const OWN: &str = "a text of the caller's own";
pub const BYTES: &[u8] = b"sealed-original thistle bytes";

pub fn patient() -> Value {
    json!({ "resourceType": "Patient", "id": "pat-1", "name": [{ "family": NAME }] })
}

pub fn observation(id: Option<&str>, text: &str) -> Value {
    let mut observation = json!({
        "resourceType": "Observation",
        "status": "final",
        "code": { "text": text },
        "subject": { "reference": "Patient/pat-1" },
    });
    if let Some(id) = id {
        observation["id"] = id.into();
    }
    observation
}

pub fn sheet(pulse: u32) -> Value {
    json!({ "name": NAME, "finding": FINDING, "pulse": pulse })
}

/// A hold that stops nothing of the stock.
fn elsewhere() -> Value {
    json!({ "on": "collection", "collection": "cycle-settings", "reason": "a dispute" })
}

pub async fn stock(house: &House) -> Stock {
    let person = house.person(ACME);
    for pulse in [60, 61] {
        let path = format!("/v1/persons/{person}/records/sheet/one");
        let put = house.put(path, &sheet(pulse)).await;
        assert!(matches!(put.status, 200 | 201), "{}", put.text());
    }
    let uploaded = house.upload(person, "thistle.pdf", BYTES.to_vec()).await;
    assert_eq!(uploaded.status, 201, "{}", uploaded.text());
    for (path, body) in [
        ("/fhir/Patient/pat-1", patient()),
        (
            "/fhir/Observation/obs-1",
            observation(Some("obs-1"), FINDING),
        ),
    ] {
        let put = house.put(path, &body).await;
        assert_eq!(put.status, 201, "{}", put.text());
    }
    let (ctx, _) = house.place.local(&ACME.parse().unwrap(), "test");
    let (active, _) = accounts::account(house, ACME, "active@fjord.example", Role::Clinician).await;
    let asked = house
        .ask(Method::POST, "/v1/access/requests")
        .by(&staff(ACME, Role::Security, 1))
        .json(&json!({ "account": active, "role": "compliance", "reason": "cover" }));
    let asked = asked.send().await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let glass = async |role, number| {
        let ask = house
            .ask(Method::POST, "/v1/access/break-glass")
            .by(&staff(ACME, role, number))
            .json(&json!({ "person": person, "reason": "emergency_care" }));
        let got = ask.send().await;
        assert!(matches!(got.status, 201 | 202), "{}", got.text());
        got.json()["break_glass"].as_str().unwrap().to_owned()
    };
    let identity = &house.place.identity;
    let new = NewAccount {
        kind: Kind::Staff,
        role: Role::Clinician,
        person: None,
        email: "invited@fjord.example".parse().unwrap(),
        name: "Somebody".parse().unwrap(),
        language: Language::En,
    };
    let invited = identity.invite(&ctx, &new).await.unwrap();
    let (stopped, _) =
        accounts::account(house, ACME, "stopped@fjord.example", Role::Clinician).await;
    identity.stop(&ctx, stopped).await.unwrap();
    let (open, asked_glass) = (
        glass(Role::Clinician, 5).await,
        glass(Role::Security, 3).await,
    );
    accounts::Kept::default().collect(house).await;
    let shared = crate::sharing::grant_all(house, "HPAYMT").await;
    let (question, asking) = crate::sharing::waiting(house).await;
    let (minor, appointment) = crate::guardians::minor(house).await;
    let mut proposed = Vec::new();
    for email in ["uncle@fjord.example", "cousin@fjord.example"] {
        accounts::account(house, ACME, email, Role::Person).await;
        let path = format!("/v1/minors/{minor}");
        proposed.push(crate::guardians::proposed(house, &path, email).await);
    }
    let alerts = server::alerts::open(&house.place.db, &ctx.tenant, 0, 1).await;
    Stock {
        alert: alerts.unwrap()[0].id.to_string(),
        destruction: crate::early::proposed(house).await,
        hold: crate::time::hold(house, &elsewhere()).await,
        question,
        asking,
        shared,
        export: crate::exports::ready(house).await,
        transfer: crate::transfers::waiting(house).await,
        bulk: crate::bulk::ready(house, "$export?_type=Observation").await,
        erasure: crate::erasures::waiting(house).await,
        right: crate::rights::waiting(house).await,
        friend: accounts::friend(house).await.to_string(),
        minor,
        appointment,
        proposed: proposed.try_into().unwrap(),
        person,
        invited: invited.account.to_string(),
        active: active.to_string(),
        stopped: stopped.to_string(),
        app: apps::waiting(house).await,
        looked: uploaded.log_index().unwrap(),
        file: uploaded.json()["file"].as_str().unwrap().to_owned(),
        guests: HashMap::new(),
        request: asked.json()["request"].as_str().unwrap().to_owned(),
        assignment: house
            .appoint(ACME, account(7), Role::Compliance)
            .await
            .to_string(),
        glass: open,
        asked: asked_glass,
    }
}

pub fn is_about_ones_account(id: &str) -> bool {
    id.starts_with("account")
}

/// How to call a route: its address with acme's ids in it, and a body that it takes.
pub fn call<'a>(house: &'a House, route: &Route<Authority>, stock: &Stock) -> Ask<'a> {
    let id = route.doc().id;
    let whose = match id {
        "inviteAccountAgain" => &stock.invited,
        "resumeAccount" => &stock.stopped,
        _ => &stock.active,
    };
    let path = route
        .path()
        .replace("{account}", whose)
        .replace("{person}", &stock.person.to_string())
        .replace("{collection}", "sheet")
        .replace("{record}", "one")
        .replace("{file}", &stock.file)
        .replace("{app}", &stock.app.to_string())
        .replace("{request}", &stock.request)
        .replace("{assignment}", &stock.assignment)
        .replace("{alert}", &stock.alert)
        .replace("{question}", &stock.question)
        .replace("{export}", &stock.export)
        .replace("{transfer}", &stock.transfer)
        .replace("{minor}", &stock.minor)
        .replace(
            "{appointment}",
            match id {
                "appointGuardian" => &stock.proposed[0],
                "refuseGuardian" => &stock.proposed[1],
                _ => &stock.appointment,
            },
        )
        .replace("{bulk}", &stock.bulk)
        .replace("{part}", "0")
        .replace("{erasure}", &stock.erasure)
        .replace("{hold}", &stock.hold)
        .replace("{destruction}", &stock.destruction)
        .replace("{asking}", &stock.asking)
        .replace("{right}", &stock.right)
        .replace(
            "{glass}",
            if id == "secondBreakGlass" {
                &stock.asked
            } else {
                &stock.glass
            },
        )
        .replace("{type}", "Observation")
        .replace("{id}", "obs-1")
        .replace("{version}", "1")
        .replace(
            "{index}",
            &if id == "proveAccess" { stock.looked } else { 0 }.to_string(),
        )
        .replace("{tenant}", ACME)
        .replace("{*path}", "0/000.p/1");
    let nobody = Guest {
        session: NOBODYS.to_owned(),
        factor: NOBODYS.to_owned(),
        grant: NOBODYS.to_owned(),
        ..Guest::default()
    };
    let guest = stock.guests.get(id).unwrap_or(&nobody);
    let path = path
        .replace("{session}", &guest.session)
        .replace("{factor}", &guest.factor)
        .replace(
            "{grant}",
            if route.doc().group == "Sharing" {
                &stock.shared
            } else {
                &guest.grant
            },
        );
    let query = if id == "fhirSearch" {
        "?patient=pat-1"
    } else {
        ""
    };
    let ask = house.ask(route.method().clone(), format!("{path}{query}"));
    match id {
        "fhirExport" | "fhirPatientExport" => ask.header("prefer", "respond-async"),
        "putRecord" => ask.json(&sheet(62)),
        "publishRequest" => ask.json(&crate::sharing::request("TREAT", &json!([{ "verbs": "rs" }]))),
        "askPerson" => ask.json(&json!({ "person": stock.person })),
        "openAsking" => ask.json(&json!({ "request": stock.question })),
        "answerAsking" => ask.json(&json!({ "answer": "refuse" })),
        "narrowGrant" => ask.json(&json!({ "terms": { "purposes": ["HPAYMT"], "parts": [{ "verbs": "r" }] } })),
        "appointProxy" => ask.json(&json!({ "account": stock.friend, "terms": { "purposes": ["PATRQT"], "parts": [{ "verbs": "rs" }] }, "days": 30 })),
        "noteMinor" => ask.json(&json!({ "decides_on": crate::guardians::day(house, 20) })),
        "proposeGuardian" => ask.json(&json!({ "account": stock.friend, "name": "Wren", "evidence": "register 18" })),
        "endGuardian" => ask.json(&json!({ "reason": "a court" })),
        "inviteMinor" => {
            ask.json(&json!({ "email": "wren@fjord.example", "name": "Wren", "language": "en" }))
        }
        "askTransfer" => ask.json(&json!({ "provider": "fjord" })),
        "askRight" => ask.json(&json!({ "kind": "access" })),
        "stepRightsRequest" => ask.json(&json!({ "event": "start" })),
        "inviteAccount" => {
            ask.json(&json!({ "email": "new@fjord.example", "name": "Somebody", "language": "en" }))
        }
        "registerApp" | "changeApp" => ask.json(&apps::plain(OWN)),
        "reviewApp" => ask.json(&json!({ "verdict": "approve" })),
        "askForRole" => {
            ask.json(&json!({ "account": stock.invited, "role": "compliance", "reason": "cover" }))
        }
        "decideRoleRequest" => ask.json(&json!({ "approve": true })),
        "reviewAssignment" => ask.json(&json!({ "keep": true })),
        "breakGlass" => ask.json(&json!({ "person": stock.person, "reason": "unreachable" })),
        "placeHold" => ask.json(&elsewhere()),
        "proposeDestruction" => ask.json(&json!({ "all": true, "reason": "order" })),
        "reviewBreakGlass" => ask.json(&json!({ "justified": true })),
        "batchRecords" => {
            let item = json!({ "method": "GET", "person": stock.person, "collection": "sheet", "record": "one" });
            ask.header("content-type", "application/x-ndjson")
                .body(format!("{item}\n"))
        }
        "uploadFile" => ask
            .header("content-type", "text/plain")
            .body(BYTES.to_vec()),
        "fhirBundle" => ask.json(&json!({
            "resourceType": "Bundle",
            "type": "batch",
            "entry": [{ "request": { "method": "GET", "url": "Observation/obs-1" } }],
        })),
        "fhirPostSearch" => ask
            .header("content-type", "application/x-www-form-urlencoded")
            .body("patient=pat-1"),
        "accountRename" => ask.json(&json!({ "name": "Dagny", "language": "sv" })),
        "accountSessionName" => ask.json(&json!({ "name": "the old laptop" })),
        "accountStepUp" => ask.json(&json!({ "password": accounts::PASSWORD })),
        "accountPassword" => ask.json(&json!({ "password": accounts::OTHER_PASSWORD })),
        "accountFactorBegin" => ask.json(&json!({ "kind": "totp" })),
        "accountFactorAdd" => {
            ask.json(&json!({ "ticket": guest.ticket, "code": guest.code(), "name": "phone" }))
        }
        "fhirCreate" => ask.json(&observation(None, OWN)),
        "fhirUpdate" => ask.json(&observation(Some("obs-1"), OWN)),
        _ => ask,
    }
}
